//! What the black-box chat tests share: a server in this process on ports of the system's choice, and plain blocking clients.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::assigning_clones,
    reason = "tests"
)]

pub mod cable;
pub mod process;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chatscope::chat::SessionEvent;
use chatscope::server::{self, Config, EventSink, Report, Shutdown};

/// What is promised to be over by then, such as an orderly end.
pub const SOON: Duration = Duration::from_secs(5);
/// Longest wait for anything that should come at once, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; dropped, it is shut down at once.
pub struct Server {
    pub lines: SocketAddr,
    pub web: SocketAddr,
    pub shutdown: Shutdown,
    pub events: Receiver<SessionEvent>,
    thread: Option<JoinHandle<Report>>,
}

impl Server {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let bind = || server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (line, web) = (bind(), bind());
        let (lines, web_address) = (line.local_addr().unwrap(), web.local_addr().unwrap());
        let (sink, events) = EventSink::channel();
        let mut config = Config {
            line_listeners: vec![line],
            web_listeners: vec![web],
            events: sink,
            ..Config::default()
        };
        change(&mut config);
        let shutdown = Shutdown::new();
        let switch = shutdown.clone();
        let thread = std::thread::spawn(move || server::run_blocking(config, &switch).unwrap());
        Self {
            lines,
            web: web_address,
            shutdown,
            events,
            thread: Some(thread),
        }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.lines)
    }

    /// Ends it politely and waits.
    pub fn stop(mut self) -> Report {
        self.shutdown.begin();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.now();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection whose receive buffer holds 4 KiB.
fn narrow(to: SocketAddr) -> TcpStream {
    let domain = socket2::Domain::for_address(to);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

/// A line-text client that has read its welcome.
pub struct Client {
    pub reader: BufReader<TcpStream>,
    pub name: String,
    pub session: u64,
    pub token: String,
}

impl Client {
    pub fn connect(to: SocketAddr) -> Self {
        Self::on(TcpStream::connect(to).unwrap())
    }

    /// With a receive buffer of 4 KiB, so that most of what it does not read stays at the server.
    pub fn narrow(to: SocketAddr) -> Self {
        Self::on(narrow(to))
    }

    /// One that reads its welcome itself.
    pub fn unwelcomed(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            reader: BufReader::new(stream),
            name: String::new(),
            session: 0,
            token: String::new(),
        }
    }

    pub fn on(stream: TcpStream) -> Self {
        let mut client = Self::unwelcomed(stream);
        let welcome = client.line();
        let tail = welcome
            .split("you are ")
            .nth(1)
            .unwrap_or_else(|| panic!("no welcome: {welcome}"));
        client.name = tail.split(',').next().unwrap().to_owned();
        client.session = tail
            .split("session ")
            .nth(1)
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let token = client.line();
        client.token = token.rsplit(' ').next().unwrap().to_owned();
        client.line();
        client
    }

    pub fn stream(&self) -> &TcpStream {
        self.reader.get_ref()
    }

    pub fn say(&mut self, line: &str) {
        self.send(format!("{line}\n").as_bytes());
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).unwrap();
    }

    /// The next line; empty at the end.
    pub fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.reader
            .read_until(b'\n', &mut line)
            .unwrap_or_else(|error| panic!("{}: waiting for a line: {error}", self.name));
        String::from_utf8(line)
            .unwrap()
            .trim_end_matches('\n')
            .to_owned()
    }

    /// Reads until that line comes.
    pub fn expect(&mut self, wanted: &str) {
        let line = self.line();
        assert_eq!(line, wanted, "client {}", self.name);
    }

    /// Reads on until a line holds `part`.
    pub fn until(&mut self, part: &str) -> String {
        loop {
            let line = self.line();
            assert!(
                !line.is_empty(),
                "{}: end of stream while waiting for {part:?}",
                self.name
            );
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Drops with a reset instead of a FIN.
    pub fn reset(self) {
        socket2::SockRef::from(self.stream())
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }

    /// Everything up to the end of the stream; panics on a reset.
    pub fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.reader.read_to_string(&mut rest).unwrap();
        rest
    }
}

/// Waits until something is true.
pub fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let start = Instant::now();
    while !check() {
        assert!(start.elapsed() < PATIENCE, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the kernel says of the end at port `own` of a loopback connection: state (4 is FIN-WAIT-1) and bytes not acknowledged.
#[cfg(target_os = "linux")]
pub fn kernel_of(own: u16, other: u16) -> Option<(u64, u64)> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ends = format!(" 0100007F:{own:04X} 0100007F:{other:04X} ");
    let mut words = table.split(&ends).nth(1)?.split([' ', ':']);
    let mut number = || u64::from_str_radix(words.next()?, 16).ok();
    Some((number()?, number()?))
}

/// A promise of time, judged by the best of three attempts: a machine that others keep busy spoils one, hardly all.
pub fn in_time(limit: Duration, mut attempt: impl FnMut() -> Duration) {
    let mut took = Vec::new();
    while took.len() < 3 {
        took.push(attempt());
        if took.last().is_some_and(|took| *took < limit) {
            return;
        }
    }
    panic!("not within {limit:?}: {took:?}");
}

/// A WebSocket client of bare frames.
pub struct Socket {
    pub stream: TcpStream,
    pub head: String,
}

impl Socket {
    pub fn connect(to: SocketAddr, path: &str, extra: &str) -> Self {
        Self::try_connect(to, path, extra).unwrap()
    }

    pub fn try_connect(to: SocketAddr, path: &str, extra: &str) -> io::Result<Self> {
        Self::try_on(TcpStream::connect(to)?, to, path, extra)
    }

    fn try_on(mut stream: TcpStream, to: SocketAddr, path: &str, extra: &str) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {to}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{extra}\r\n"
        )?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        Ok(Self {
            stream,
            head: String::from_utf8(head).unwrap(),
        })
    }

    /// Connects to `/chat` and reads the welcome.
    pub fn chat(to: SocketAddr) -> Self {
        Self::connect(to, "/chat", "").welcomed()
    }

    /// As [`Socket::chat`], with a receive buffer of 4 KiB.
    pub fn narrow(to: SocketAddr) -> Self {
        let socket = Self::try_on(narrow(to), to, "/chat", "");
        socket.unwrap().welcomed()
    }

    fn welcomed(self) -> Self {
        let mut socket = self;
        assert!(socket.head.starts_with("HTTP/1.1 101"), "{}", socket.head);
        for _ in 0..3 {
            socket.text();
        }
        socket
    }

    pub fn send(&mut self, first: u8, payload: &[u8]) {
        let bytes = masked(first, payload);
        self.stream.write_all(&bytes).unwrap();
    }

    pub fn say(&mut self, text: &str) {
        self.send(0x81, text.as_bytes());
    }

    /// The next frame: first byte and payload; none at the end of the stream.
    pub fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        self.try_frame().unwrap()
    }

    pub fn try_frame(&mut self) -> io::Result<Option<(u8, Vec<u8>)>> {
        let mut head = [0; 2];
        if self.stream.read(&mut head[..1])? == 0 {
            return Ok(None);
        }
        self.stream.read_exact(&mut head[1..])?;
        assert_eq!(head[1] & 0x80, 0, "servers do not mask");
        let length = match head[1] {
            126 => {
                let mut long = [0; 2];
                self.stream.read_exact(&mut long)?;
                usize::from(u16::from_be_bytes(long))
            }
            127 => {
                let mut long = [0; 8];
                self.stream.read_exact(&mut long)?;
                u64::from_be_bytes(long) as usize
            }
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.stream.read_exact(&mut payload)?;
        Ok(Some((head[0], payload)))
    }

    pub fn text(&mut self) -> String {
        let (first, payload) = self.frame().expect("a frame");
        assert_eq!(
            first,
            0x81,
            "a text frame, not {:?}",
            String::from_utf8_lossy(&payload)
        );
        String::from_utf8(payload).unwrap()
    }
}

/// A client's frame.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let mut out = vec![first];
    match payload.len() {
        short @ 0..126 => out.push(0x80 | short as u8),
        medium @ 126..0x1_0000 => {
            out.push(0xfe);
            out.extend((medium as u16).to_be_bytes());
        }
        long => {
            out.push(0xff);
            out.extend((long as u64).to_be_bytes());
        }
    }
    out.extend(key);
    out.extend(
        payload
            .iter()
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    out
}
