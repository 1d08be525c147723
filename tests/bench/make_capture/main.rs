//! Makes captures to measure with: `make_capture chat|mixed|scan FRAMES OUT.pcap`, `make_capture real FRAMES OUT.pcap
//! CAPTURE...`.
//!
//! `chat`: 20 clients in one room on loopback, every line copied to all, ACKs as Linux sends them. `mixed`: many short
//! connections with retransmissions, resets and both IP versions. `scan`: one SYN per connection. `real`: what the given
//! captures hold, over and over ([`real`]). Deterministic: the same arguments give the same bytes. Writes nanosecond pcap,
//! Ethernet framing, as a capture of `lo` has.
#![allow(
    clippy::needless_for_each,
    missing_docs,
    reason = "a measuring program"
)]

mod real;

use std::fs::File;
use std::io::{BufWriter, Write};

const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;
const PSH_ACK: u8 = 0x18;
const FIN_ACK: u8 = 0x11;
const SERVER_PORT: u16 = 7000;
const OPTIONS_SYN: [u8; 20] = [
    2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7,
];
const OPTIONS: [u8; 12] = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1];

/// One connection: numbers of both directions.
struct Connection {
    port: u16,
    host: u32,
    v6: bool,
    client_seq: u32,
    server_seq: u32,
}

/// The sender's, then the receiver's.
fn directed<T>(client: T, server: T, to_server: bool) -> [T; 2] {
    if to_server {
        [client, server]
    } else {
        [server, client]
    }
}

struct Capture<W: Write> {
    out: W,
    frames: u64,
    limit: u64,
    nanos: u64,
    random: u64,
    frame: Vec<u8>,
}

impl<W: Write> Capture<W> {
    fn new(mut out: W, limit: u64) -> Self {
        for field in [0xa1b2_3c4du32, 0x0004_0002, 0, 0, 262_144, 1] {
            out.write_all(&field.to_le_bytes())
                .expect("writable output");
        }
        Self {
            out,
            frames: 0,
            limit,
            nanos: 1_700_000_000_000_000_000,
            random: 0x9e37_79b9_7f4a_7c15,
            frame: Vec::with_capacity(1600),
        }
    }

    fn full(&self) -> bool {
        self.frames >= self.limit
    }

    /// A number below `n` (xorshift).
    fn below(&mut self, n: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % n
    }

    fn connection(&mut self, port: u16, host: u32, v6: bool) -> Connection {
        Connection {
            port,
            host,
            v6,
            client_seq: self.below(1 << 32) as u32,
            server_seq: self.below(1 << 32) as u32,
        }
    }

    /// Type, IPv4.
    fn ipv4_header(&mut self, c: &Connection, to_server: bool, tcp_len: usize) {
        let ends = directed(c.host.to_be_bytes(), [127, 0, 0, 1], to_server);
        self.frame.extend_from_slice(&[8, 0, 0x45, 0]);
        self.frame
            .extend_from_slice(&((20 + tcp_len) as u16).to_be_bytes());
        self.frame.extend_from_slice(&[0, 0, 0x40, 0, 64, 6, 0, 0]);
        self.frame.extend_from_slice(&ends.concat());
    }

    /// Type, IPv6.
    fn ipv6_header(&mut self, c: &Connection, to_server: bool, tcp_len: usize) {
        let (mut client, mut server) = ([0u8; 16], [0u8; 16]);
        client[12..].copy_from_slice(&c.host.to_be_bytes());
        client[15] |= 1;
        (server[0], server[15]) = (0xfd, 1);
        let ends = directed(client, server, to_server);
        self.frame.extend_from_slice(&[0x86, 0xdd, 0x60, 0, 0, 0]);
        self.frame
            .extend_from_slice(&(tcp_len as u16).to_be_bytes());
        self.frame.extend_from_slice(&[6, 64]);
        self.frame.extend_from_slice(&ends.concat());
    }

    fn tcp_header(&mut self, c: &Connection, to_server: bool, flags: u8, options: &[u8]) {
        let ports = directed(c.port, SERVER_PORT, to_server);
        let [seq, ack] = directed(c.client_seq, c.server_seq, to_server);
        let ack = if flags & ACK != 0 { ack } else { 0 };
        let offset = ((20 + options.len()) / 4) << 4;
        self.frame
            .extend_from_slice(&ports.map(u16::to_be_bytes).concat());
        self.frame
            .extend_from_slice(&[seq, ack].map(u32::to_be_bytes).concat());
        self.frame
            .extend_from_slice(&[offset as u8, flags, 2, 0, 0xfe, 0x28, 0, 0]);
        self.frame.extend_from_slice(options);
    }

    /// One segment; advances nothing.
    fn segment(
        &mut self,
        c: &Connection,
        to_server: bool,
        flags: u8,
        payload: &[u8],
        step_ns: u64,
    ) {
        if self.full() {
            return;
        }
        let options: &[u8] = if flags & SYN != 0 {
            &OPTIONS_SYN
        } else {
            &OPTIONS
        };
        self.frame.clear();
        self.frame.extend_from_slice(&[0; 12]);
        let tcp_len = 20 + options.len() + payload.len();
        if c.v6 {
            self.ipv6_header(c, to_server, tcp_len);
        } else {
            self.ipv4_header(c, to_server, tcp_len);
        }
        self.tcp_header(c, to_server, flags, options);
        self.frame.extend_from_slice(payload);
        self.nanos += step_ns;
        self.record(self.frame.len() as u32);
    }

    /// The frame as it stands, at the time it is.
    fn record(&mut self, original: u32) {
        for field in [
            (self.nanos / 1_000_000_000) as u32,
            (self.nanos % 1_000_000_000) as u32,
            self.frame.len() as u32,
            original,
        ] {
            self.out
                .write_all(&field.to_le_bytes())
                .expect("writable output");
        }
        self.out.write_all(&self.frame).expect("writable output");
        self.frames += 1;
    }

    fn open(&mut self, c: &mut Connection) {
        self.segment(c, true, SYN, b"", 10_000);
        c.client_seq = c.client_seq.wrapping_add(1);
        self.segment(c, false, SYN | ACK, b"", 10_000);
        c.server_seq = c.server_seq.wrapping_add(1);
        self.segment(c, true, ACK, b"", 10_000);
    }

    /// Data of one side and the other's ACK.
    fn say(&mut self, c: &mut Connection, to_server: bool, payload: &[u8]) {
        self.segment(c, to_server, PSH_ACK, payload, 8_000);
        let seq = if to_server {
            &mut c.client_seq
        } else {
            &mut c.server_seq
        };
        *seq = seq.wrapping_add(payload.len() as u32);
        self.segment(c, !to_server, ACK, b"", 8_000);
    }

    fn close(&mut self, c: &mut Connection) {
        self.segment(c, true, FIN_ACK, b"", 20_000);
        c.client_seq = c.client_seq.wrapping_add(1);
        self.segment(c, false, FIN_ACK, b"", 20_000);
        c.server_seq = c.server_seq.wrapping_add(1);
        self.segment(c, true, ACK, b"", 20_000);
    }

    fn chat(&mut self) {
        let localhost = u32::from_be_bytes([127, 0, 0, 1]);
        let mut room: Vec<_> = (0..20)
            .map(|i| self.connection(40_000 + i, localhost, false))
            .collect();
        room.iter_mut().for_each(|c| self.open(c));
        let mut line = 0u64;
        while !self.full() {
            line += 1;
            let speaker = self.below(20) as usize;
            let said = format!("line {line} of the chat, as people type it\n");
            self.say(&mut room[speaker], true, said.as_bytes());
            let copy = format!("user{speaker}: {said}");
            room.iter_mut()
                .for_each(|c| self.say(c, false, copy.as_bytes()));
        }
    }

    fn mixed(&mut self) {
        let mut number = 0u32;
        while !self.full() {
            number += 1;
            let host = 0x0a00_0000 | (number >> 4) & 0xffff;
            let v6 = self.below(4) == 0;
            let mut c = self.connection(1024 + (number % 60_000) as u16, host, v6);
            match self.below(10) {
                0 => {
                    self.segment(&c, true, SYN, b"", 50_000);
                    c.client_seq = c.client_seq.wrapping_add(1);
                    c.server_seq = 0;
                    self.segment(&c, false, RST | ACK, b"", 20_000);
                }
                1 => self.segment(&c, true, SYN, b"", 50_000),
                _ => {
                    self.open(&mut c);
                    for _ in 0..=self.below(5) {
                        self.say(&mut c, true, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                        let size = self.below(1400) as usize + 1;
                        if self.below(20) == 0 {
                            self.segment(&c, false, PSH_ACK, &[b'x'; 1400][..size], 9_000);
                        }
                        self.say(&mut c, false, &[b'x'; 1400][..size]);
                    }
                    self.close(&mut c);
                }
            }
        }
    }

    fn scan(&mut self) {
        let mut number = 0u32;
        while !self.full() {
            let c = self.connection(
                (number % 60_000) as u16 + 1024,
                0x0a00_0000 + number / 60_000,
                false,
            );
            self.segment(&c, true, SYN, b"", 1_000);
            number += 1;
        }
    }

    fn real(&mut self, traffic: &real::Traffic) {
        let began = self.nanos;
        for (nanos, original, frame) in traffic.repeated() {
            if self.full() {
                return;
            }
            self.nanos = began + nanos;
            self.frame = frame;
            self.record(original);
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, kind, frames, path, captures @ ..] = arguments.as_slice() else {
        panic!("usage: make_capture chat|mixed|scan|real FRAMES OUT.pcap [CAPTURE...]");
    };
    let file = File::create(path).expect("output can be created");
    let mut capture = Capture::new(
        BufWriter::with_capacity(1 << 20, file),
        frames.parse().expect("a number of frames"),
    );
    match kind.as_str() {
        "chat" => capture.chat(),
        "mixed" => capture.mixed(),
        "scan" => capture.scan(),
        "real" => capture.real(&real::Traffic::read(captures)),
        other => panic!("no such kind of capture: {other}"),
    }
    capture.out.flush().expect("writable output");
}
