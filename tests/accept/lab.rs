//! The captures that most questions are asked about.

use super::capture::{ACK, C, Capture, Link, RST, S, SYN, SYN_OPTIONS, Tcp, Told, tell};

/// The client's port, the server's port, both ISNs.
pub(crate) const CLIENT: u16 = 43472;
pub(crate) const SERVER: u16 = 6567;
pub(crate) const ISN: [u32; 2] = [1000, 5000];

/// An empty capture and a connection that has sent nothing.
pub(crate) fn start() -> (Capture, Tcp) {
    let tcp = Tcp::new("127.0.0.1", CLIENT, SERVER, ISN);
    (Capture::new(Link::Ethernet), tcp)
}

/// Handshake (#1 to #3), then a millisecond.
pub(crate) fn opened() -> (Capture, Tcp) {
    let (mut capture, mut tcp) = start();
    tcp.open(&mut capture);
    capture.wait(1000);
    (capture, tcp)
}

/// Fourteen frames: a student's chat by netcat. Times in microseconds since the first frame.
///
/// | # | time | segment |
/// |--|--|--|
/// | 1-3 | 0, 21, 34 | handshake |
/// | 4, 5 | 1034, 1040 | server: `welcome` (8 bytes), its ACK |
/// | 6, 7 | 501040, 501046 | client: `oi` (3 bytes), ACK +6 us |
/// | 8, 9 | 501174, 501183 | server: `oi` +134 us after the line, its ACK |
/// | 10 | 901183 | client: `tchau` (6 bytes) |
/// | 11 | 901190 | server's ACK: nobody answers |
/// | 12-14 | 1901190, 1901230, 1901245 | FIN, FIN,ACK, ACK |
pub(crate) fn chat_bytes(link: Link, ip: &str) -> Vec<u8> {
    let mut capture = Capture::new(link);
    let mut tcp = Tcp::new(ip, CLIENT, SERVER, ISN);
    tcp.open(&mut capture);
    capture.wait(1000);
    tcp.acked_data(&mut capture, S, b"welcome\n", 6);
    capture.wait(500_000);
    tcp.acked_data(&mut capture, C, b"oi\n", 6);
    capture.wait(128);
    tcp.acked_data(&mut capture, S, b"oi\n", 9);
    capture.wait(400_000);
    tcp.acked_data(&mut capture, C, b"tchau\n", 7);
    capture.wait(1_000_000);
    tcp.close3(&mut capture, C);
    capture.bytes()
}

pub(crate) fn chat() -> Told {
    tell(chat_bytes(Link::Ethernet, "127.0.0.1"))
}

/// SYN, RST,ACK 16 us later.
pub(crate) fn refused() -> Told {
    let (mut capture, mut tcp) = start();
    tcp.raw(&mut capture, C, SYN, &SYN_OPTIONS, b"");
    capture.wait(16);
    tcp.at(&mut capture, S, (0, 1001), RST | ACK, b"", b"");
    tell(capture.bytes())
}

/// Handshake, one line, then the client's RST,ACK (#6).
pub(crate) fn reset() -> Told {
    let (mut capture, mut tcp) = opened();
    tcp.acked_data(&mut capture, C, b"oi\n", 6);
    capture.wait(2000);
    tcp.raw(&mut capture, C, RST | ACK, b"", b"");
    tell(capture.bytes())
}

/// Four segments: the server's FIN #4, ACK #5, 30 ms half-closed with 4 bytes from the client, its FIN #8, ACK #9.
pub(crate) fn four_segments() -> Told {
    let (mut capture, mut tcp) = opened();
    tcp.fin(&mut capture, S);
    capture.wait(50);
    tcp.ack(&mut capture, C);
    capture.wait(10_000);
    tcp.acked_data(&mut capture, C, b"fim\n", 5);
    capture.wait(20_000);
    tcp.fin(&mut capture, C);
    capture.wait(12);
    tcp.ack(&mut capture, S);
    tell(capture.bytes())
}

/// Three clients of one server; what the first says (#13) is copied to all three (#15, #17, #19). Their ports: 43472, 43480, 43488.
pub(crate) fn room() -> Told {
    tell(room_bytes())
}

pub(crate) fn room_bytes() -> Vec<u8> {
    let mut capture = Capture::new(Link::Ethernet);
    let mut clients: Vec<Tcp> = [43472, 43480, 43488]
        .into_iter()
        .map(|port| Tcp::new("127.0.0.1", port, SERVER, [u32::from(port) * 10, 7]))
        .collect();
    for tcp in &mut clients {
        tcp.open(&mut capture);
        capture.wait(100_000);
    }
    for tcp in &mut clients {
        tcp.data(&mut capture, S, b"* hello\n");
        capture.wait(100_000);
    }
    capture.wait(100_000);
    clients[0].acked_data(&mut capture, C, b"bom dia a todos\n", 6);
    for tcp in &mut clients {
        capture.wait(20);
        tcp.acked_data(&mut capture, S, b"bom dia a todos\n", 5);
    }
    capture.wait(100_000);
    clients[0].close3(&mut capture, C);
    capture.wait(1000);
    clients[1].close3(&mut capture, S);
    capture.wait(1000);
    clients[2].raw(&mut capture, C, RST | ACK, b"", b"");
    capture.bytes()
}

/// `one`, `two`, `three` in segment #4; `split` byte by byte in #6, #8, #10, #12, #14, #16.
pub(crate) fn packing() -> Told {
    let (mut capture, mut tcp) = opened();
    tcp.acked_data(&mut capture, C, b"one\ntwo\nthree\n", 6);
    for byte in b"split\n" {
        capture.wait(50_000);
        tcp.acked_data(&mut capture, C, &[*byte], 6);
    }
    tell(capture.bytes())
}
