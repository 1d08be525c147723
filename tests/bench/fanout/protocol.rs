//! How to join and how to say a line, per kind of server.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Line,
    Ws,
    Redis,
    Nats,
    Irc,
}

impl Kind {
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "line" => Self::Line,
            "ws" => Self::Ws,
            "redis" => Self::Redis,
            "nats" => Self::Nats,
            "irc" => Self::Irc,
            other => panic!("no such kind: {other}"),
        }
    }

    /// Whether the one who says a line receives it too.
    pub(crate) const fn echoes(self) -> bool {
        matches!(self, Self::Line | Self::Ws)
    }

    /// Connects and joins.
    pub(crate) async fn join(self, address: &str, number: usize) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        match self {
            Self::Line => until(&mut stream, "\n").await,
            Self::Ws => {
                let head = format!(
                    "GET /chat HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await.unwrap();
                until(&mut stream, "\r\n\r\n").await;
            }
            Self::Redis => {
                stream.write_all(b"SUBSCRIBE ch\r\n").await.unwrap();
                until(&mut stream, ":1\r\n").await;
            }
            Self::Nats => {
                stream
                    .write_all(b"CONNECT {\"verbose\":false}\r\nSUB ch 1\r\nPING\r\n")
                    .await
                    .unwrap();
                until(&mut stream, "PONG\r\n").await;
            }
            Self::Irc => {
                let hello = format!("NICK n{number}\r\nUSER u 0 * :u\r\nJOIN #c\r\n");
                stream.write_all(hello.as_bytes()).await.unwrap();
                until(&mut stream, " 366 ").await;
            }
        }
        stream
    }

    /// The speaker's connection where it is another than a receiver's.
    pub(crate) async fn speaker(self, address: &str) -> TcpStream {
        match self {
            Self::Redis => TcpStream::connect(address).await.unwrap(),
            Self::Nats => {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream
                    .write_all(b"CONNECT {\"verbose\":false}\r\n")
                    .await
                    .unwrap();
                stream
            }
            _ => self.join(address, 999_999).await,
        }
    }

    /// Appends what says one line.
    pub(crate) fn say(self, payload: &str, out: &mut Vec<u8>) {
        match self {
            Self::Line => out.extend(format!("{payload}\n").bytes()),
            Self::Ws => {
                let key = [1, 2, 3, 4];
                assert!(payload.len() < 126);
                out.extend([0x81, 0x80 | payload.len() as u8]);
                out.extend(key);
                out.extend(
                    payload
                        .bytes()
                        .zip(key.iter().cycle())
                        .map(|(byte, key)| byte ^ key),
                );
            }
            Self::Redis => {
                let length = payload.len();
                out.extend(
                    format!("*3\r\n$7\r\nPUBLISH\r\n$2\r\nch\r\n${length}\r\n{payload}\r\n")
                        .bytes(),
                );
            }
            Self::Nats => out.extend(format!("PUB ch {}\r\n{payload}\r\n", payload.len()).bytes()),
            Self::Irc => out.extend(format!("PRIVMSG #c :{payload}\r\n").bytes()),
        }
    }
}

async fn until(stream: &mut TcpStream, wanted: &str) {
    let mut got = Vec::new();
    let mut buffer = [0; 4_096];
    while !got
        .windows(wanted.len())
        .any(|window| window == wanted.as_bytes())
    {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(
            count > 0,
            "closed while joining: {}",
            String::from_utf8_lossy(&got)
        );
        got.extend_from_slice(&buffer[..count]);
    }
}
