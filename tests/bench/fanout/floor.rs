//! The floor: one thread, one readiness loop, one shared buffer, an offset per client, everything pending in one write.
//! No numbering, no sanitising, no history, no log, no limits.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

/// Bytes after which what everybody has is cut from the shared buffer.
const CUT: usize = 4 * 1024 * 1024;

struct Client {
    stream: TcpStream,
    at: usize,
}

pub(crate) fn run(port: u16) {
    let mut poll = Poll::new().unwrap();
    let mut listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
    poll.registry()
        .register(&mut listener, Token(0), Interest::READABLE)
        .unwrap();
    let (mut clients, mut log, mut events) = (
        Vec::<Option<Client>>::new(),
        Vec::<u8>::new(),
        Events::with_capacity(4_096),
    );
    let mut scratch = vec![0; 64 * 1024];
    loop {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            if event.token() == Token(0) {
                while let Ok((mut stream, _)) = listener.accept() {
                    let _ = stream.set_nodelay(true);
                    let token = Token(clients.len() + 1);
                    poll.registry()
                        .register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)
                        .unwrap();
                    let _ = stream.write(b"* hello\n");
                    clients.push(Some(Client {
                        stream,
                        at: log.len(),
                    }));
                }
            } else if event.is_readable() {
                hear(&mut clients[event.token().0 - 1], &mut scratch, &mut log);
            }
        }
        for client in &mut clients {
            tell(client, &log);
        }
        if log.len() > CUT {
            let least = clients
                .iter()
                .flatten()
                .map(|client| client.at)
                .min()
                .unwrap_or(log.len());
            log.drain(..least);
            clients
                .iter_mut()
                .flatten()
                .for_each(|client| client.at -= least);
        }
    }
}

fn hear(slot: &mut Option<Client>, scratch: &mut [u8], log: &mut Vec<u8>) {
    let Some(client) = slot else { return };
    loop {
        match client.stream.read(scratch) {
            Ok(0) => return *slot = None,
            Ok(count) => log.extend_from_slice(&scratch[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(_) => return *slot = None,
        }
    }
}

fn tell(slot: &mut Option<Client>, log: &[u8]) {
    let Some(client) = slot else { return };
    while client.at < log.len() {
        match client.stream.write(&log[client.at..]) {
            Ok(count) => client.at += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(_) => return *slot = None,
        }
    }
}
