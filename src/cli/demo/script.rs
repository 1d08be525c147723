//! The scripted clients of the demonstration: two people chat as in the lab report, then one connection is refused and one
//! is reset. Plain sockets, as a student's client would use them.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::sleep;
use std::time::Duration;

/// A pause in which a reader can follow the lines on the screen.
const BEAT: Duration = Duration::from_millis(700);
/// How long a client waits for what it expects to hear.
const PATIENCE: Duration = Duration::from_secs(3);
/// The neighbour of the chat's port.
const USUALLY_CLOSED: u16 = 7001;
/// Bytes that a client reads at most while it waits.
const HEARD: usize = 1 << 16;

/// Plays the whole script: the chat against `server`, the refusal at `closed`, where nobody listens.
pub(super) fn play(server: SocketAddr, closed: SocketAddr) -> io::Result<()> {
    let mut left = connect(server, "left")?;
    sleep(BEAT);
    let mut right = connect(server, "right")?;
    sleep(BEAT);
    say(&mut left, "teste")?;
    hear(&mut right, "teste")?;
    sleep(BEAT);
    leave(left)?;
    sleep(BEAT);
    say(&mut right, "teste 2")?;
    hear(&mut right, "teste 2")?;
    sleep(BEAT);
    leave(right)?;
    sleep(BEAT);
    be_refused(closed)?;
    sleep(BEAT);
    reset(server)?;
    sleep(BEAT);
    Ok(())
}

/// Connects, takes the welcome and gives itself a name.
fn connect(server: SocketAddr, name: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    hear(&mut stream, "\n")?;
    say(&mut stream, &format!("/nick {name}"))?;
    hear(&mut stream, name)?;
    Ok(stream)
}

fn say(stream: &mut TcpStream, line: &str) -> io::Result<()> {
    stream.write_all(format!("{line}\n").as_bytes())
}

/// Reads until `text` has come.
fn hear(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    let mut heard = Vec::new();
    let mut chunk = [0; 2048];
    while heard.len() < HEARD {
        let n = stream.read(&mut chunk)?;
        heard.extend_from_slice(&chunk[..n]);
        if n == 0
            || heard
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        {
            return Ok(());
        }
    }
    Ok(())
}

/// An orderly end: our FIN, what is still to come, then the server's FIN.
fn leave(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    io::copy(
        &mut Read::by_ref(&mut stream).take(HEARD as u64),
        &mut io::sink(),
    )
    .map(|_| ())
}

/// Where nobody listens: a port that can be bound now, and is let go again.
pub(super) fn closed_port() -> io::Result<SocketAddr> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    bind(USUALLY_CLOSED).or_else(|_| bind(0))?.local_addr()
}

fn be_refused(closed: SocketAddr) -> io::Result<()> {
    match TcpStream::connect_timeout(&closed, PATIENCE) {
        Err(_) => Ok(()),
        Ok(_) => Err(io::Error::other(
            "a port that should be closed accepted a connection",
        )),
    }
}

/// An abrupt end: `SO_LINGER` 0 makes `close` send RST instead of FIN.
fn reset(server: SocketAddr) -> io::Result<()> {
    let mut stream = connect(server, "rude")?;
    say(&mut stream, "this line is the last thing you hear")?;
    hear(&mut stream, "last thing")?;
    sleep(BEAT); // everything is read and acknowledged: what follows is the abort and nothing else
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}
