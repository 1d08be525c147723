//! Makes frames: connections whose sequence numbers keep themselves, as raw IPv4 frames (no link header).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use chatscope::net::{Endpoint, FourTuple, LinkType, Timestamp};
use chatscope::packet::Frame;

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const PSH: u8 = 8;
pub(crate) const ACK: u8 = 16;

/// 2024-03-01 12:00:00 UTC in nanoseconds.
pub(crate) const NOON: i64 = 1_709_294_400_000_000_000;

/// One captured frame that owns its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Captured {
    pub number: u64,
    pub at: Timestamp,
    pub data: Vec<u8>,
}

impl Captured {
    pub(crate) fn frame(&self) -> Frame<'_> {
        Frame {
            number: self.number,
            timestamp: self.at,
            link_type: LinkType::RAW,
            original_length: self.data.len() as u32,
            data: &self.data,
        }
    }
}

/// One connection: next sequence numbers of client and server.
#[derive(Clone, Copy, Debug)]
struct Ends {
    client: u32,
    server: u32,
}

/// Writes a capture step by step. Times are microseconds after noon.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub frames: Vec<Captured>,
    ends: BTreeMap<(u16, u16), Ends>,
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_nanos(NOON + micros * 1000)
}

/// The connection of a client port with a server port on 127.0.0.1.
pub(crate) fn tuple(client: u16, server: u16) -> FourTuple {
    let end = |port| Endpoint::new(Ipv4Addr::LOCALHOST.into(), port);
    FourTuple::new(end(client), end(server))
}

impl Scene {
    fn ends(&mut self, client: u16, server: u16) -> &mut Ends {
        // Near the wrap, so that every test crosses it.
        let start = Ends {
            client: u32::MAX - 20,
            server: u32::MAX - 40,
        };
        self.ends.entry((client, server)).or_insert(start)
    }

    /// One segment; `c2s` tells the direction. Numbers advance by payload, SYN and FIN.
    pub(crate) fn segment(
        &mut self,
        micros: i64,
        (client, server): (u16, u16),
        c2s: bool,
        flags: u8,
        window: u16,
        payload: &[u8],
    ) {
        let step = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        let ends = self.ends(client, server);
        let (seq, ack) = if c2s {
            (ends.client, ends.server)
        } else {
            (ends.server, ends.client)
        };
        if c2s {
            ends.client = ends.client.wrapping_add(step);
        } else {
            ends.server = ends.server.wrapping_add(step);
        }
        let ports = if c2s {
            (client, server)
        } else {
            (server, client)
        };
        let number = self.frames.len() as u64 + 1;
        let ack = if flags & ACK == 0 { 0 } else { ack };
        let data = bytes_of(ports, seq, ack, flags, window, payload);
        self.frames.push(Captured {
            number,
            at: at(micros),
            data,
        });
    }

    /// The last segment is sent again.
    pub(crate) fn again(&mut self, micros: i64) {
        if let Some(last) = self.frames.last().cloned() {
            self.frames.push(Captured {
                number: last.number + 1,
                at: at(micros),
                data: last.data,
            });
        }
    }

    /// A router says by ICMP what it did not do with a frame, and quotes so many bytes of it.
    pub(crate) fn icmp(
        &mut self,
        micros: i64,
        kind: [u8; 2],
        frame: usize,
        bytes: usize,
    ) -> Option<()> {
        let packet = &self.frames.get(frame.checked_sub(1)?)?.data;
        let quoted = &packet[..packet.len().min(bytes)];
        let message = [&kind, &[0; 6][..], quoted].concat();
        let data = ipv4(1, [127, 0, 0, 9], &message);
        let number = self.frames.len() as u64 + 1;
        self.frames.push(Captured {
            number,
            at: at(micros),
            data,
        });
        Some(())
    }

    /// From now on the sender's numbers are so much higher.
    pub(crate) fn shift(&mut self, (client, server): (u16, u16), c2s: bool, by: u32) {
        let ends = self.ends(client, server);
        let end = if c2s {
            &mut ends.client
        } else {
            &mut ends.server
        };
        *end = end.wrapping_add(by);
    }

    /// The last segment overtakes the one before it.
    pub(crate) fn overtake(&mut self) {
        if let [.., first, second] = self.frames.as_mut_slice() {
            std::mem::swap(&mut first.data, &mut second.data);
        }
    }

    /// SYN, SYN-ACK, ACK, 10 us apart.
    pub(crate) fn open(&mut self, micros: i64, ports: (u16, u16)) {
        self.ends.remove(&ports);
        self.segment(micros, ports, true, SYN, 65495, b"");
        self.segment(micros + 10, ports, false, SYN | ACK, 65483, b"");
        self.segment(micros + 20, ports, true, ACK, 512, b"");
    }

    /// Data and, 10 us later, its ACK.
    pub(crate) fn say(&mut self, micros: i64, ports: (u16, u16), c2s: bool, text: &[u8]) {
        self.segment(micros, ports, c2s, PSH | ACK, 512, text);
        self.segment(micros + 10, ports, !c2s, ACK, 512, b"");
    }

    /// FIN, FIN, ACK: a close in three segments.
    pub(crate) fn close(&mut self, micros: i64, ports: (u16, u16), client_first: bool) {
        self.segment(micros, ports, client_first, FIN | ACK, 512, b"");
        self.segment(micros + 10, ports, !client_first, FIN | ACK, 512, b"");
        self.segment(micros + 20, ports, client_first, ACK, 512, b"");
    }
}

/// An IPv4 packet to 127.0.0.1, without checksums (loopback captures hold none either).
fn ipv4(protocol: u8, source: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let total = (20 + payload.len()) as u16;
    let mut out = vec![0x45, 0];
    out.extend(total.to_be_bytes());
    out.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
    out.extend(source);
    out.extend([127, 0, 0, 1]);
    out.extend(payload);
    out
}

/// A segment from 127.0.0.1 to itself.
fn bytes_of(
    (source, destination): (u16, u16),
    seq: u32,
    ack: u32,
    flags: u8,
    window: u16,
    payload: &[u8],
) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(source.to_be_bytes());
    out.extend(destination.to_be_bytes());
    out.extend(seq.to_be_bytes());
    out.extend(ack.to_be_bytes());
    out.extend([0x50, flags]);
    out.extend(window.to_be_bytes());
    out.extend([0, 0, 0, 0]);
    out.extend(payload);
    ipv4(6, [127, 0, 0, 1], &out)
}
