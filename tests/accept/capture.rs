//! Captures made by hand: a classic pcap with microsecond times, frame by frame, so that every expected number is known.

use std::io::Cursor;
use std::net::IpAddr;

use chatscope::capture::SavefileReader;
use chatscope::explain::{Explainer, Lang};
use chatscope::packet::Decoder;
use chatscope::timeline::{CaptureStart, Settings, Sink, Timeline};
use chatscope::view::report::{Collector, FrameFacts, Report, Selection, compose, markdown};

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const PSH: u8 = 8;
pub(crate) const ACK: u8 = 16;
/// MSS 65495, SACK permitted, time stamps, NOP, window scale 7: a Linux SYN on loopback.
pub(crate) const SYN_OPTIONS: [u8; 20] = [
    2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
];
/// NOP, NOP, time stamps: a Linux data segment.
pub(crate) const DATA_OPTIONS: [u8; 12] = [1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 9];
/// 2026-03-01 12:00:00 UTC.
const NOON: u32 = 1_772_366_400;

/// How frames begin.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Link {
    Ethernet,
    Null,
    Sll2,
}

/// A capture under construction.
pub(crate) struct Capture {
    bytes: Vec<u8>,
    link: Link,
    micros: u64,
    pub(crate) frames: u64,
}

impl Capture {
    pub(crate) fn new(link: Link) -> Self {
        let number: u32 = match link {
            Link::Ethernet => 1,
            Link::Null => 0,
            Link::Sll2 => 276,
        };
        let mut bytes = Vec::new();
        bytes.extend(0xa1b2_c3d4_u32.to_le_bytes());
        bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(262_144_u32.to_le_bytes());
        bytes.extend(number.to_le_bytes());
        Self {
            bytes,
            link,
            micros: 0,
            frames: 0,
        }
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, micros: u32) {
        self.micros += u64::from(micros);
    }

    /// The clock jumps: up to 79 years before the seconds of a pcap are used up.
    pub(crate) fn jump(&mut self, seconds: u32) {
        self.micros += u64::from(seconds) * 1_000_000;
    }

    /// The next frame has an earlier time.
    pub(crate) fn back(&mut self, micros: u32) {
        self.micros -= u64::from(micros);
    }

    /// One IP packet as a frame; gives its number.
    pub(crate) fn ip(&mut self, v6: bool, packet: &[u8]) -> u64 {
        let kind: &[u8] = if v6 { &[0x86, 0xdd] } else { &[8, 0] };
        let mut frame = match self.link {
            Link::Ethernet => [&[0; 12][..], kind].concat(),
            Link::Null => vec![if v6 { 30 } else { 2 }, 0, 0, 0],
            Link::Sll2 => [kind, &[0; 18]].concat(),
        };
        frame.extend(packet);
        self.bytes
            .extend((NOON + (self.micros / 1_000_000) as u32).to_le_bytes());
        self.bytes
            .extend(((self.micros % 1_000_000) as u32).to_le_bytes());
        self.bytes.extend((frame.len() as u32).to_le_bytes());
        self.bytes.extend((frame.len() as u32).to_le_bytes());
        self.bytes.extend(frame);
        self.frames += 1;
        self.frames
    }
}

/// One connection: counts the sequence numbers of both sides.
pub(crate) struct Tcp {
    ends: [(IpAddr, u16); 2],
    pub(crate) next: [u32; 2],
    pub(crate) window: [u16; 2],
}

/// The sender.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Side {
    C = 0,
    S = 1,
}
pub(crate) use Side::{C, S};

impl Side {
    fn other(self) -> Self {
        match self {
            C => S,
            S => C,
        }
    }
}

impl Tcp {
    pub(crate) fn new(ip: &str, client: u16, server: u16, isn: [u32; 2]) -> Self {
        Self::between([ip, ip], [client, server], isn)
    }

    pub(crate) fn between(ips: [&str; 2], ports: [u16; 2], isn: [u32; 2]) -> Self {
        let ip = |at: usize| ips[at].parse().expect("an address");
        Self {
            ends: [(ip(0), ports[0]), (ip(1), ports[1])],
            next: isn,
            window: [512, 512],
        }
    }

    /// Sends a segment with the given flags and options; the numbers follow from what was sent before.
    pub(crate) fn raw(
        &mut self,
        capture: &mut Capture,
        side: Side,
        flags: u8,
        options: &[u8],
        payload: &[u8],
    ) -> u64 {
        let (me, other) = (side as usize, 1 - side as usize);
        let ack = if flags & ACK == 0 {
            0
        } else {
            self.next[other]
        };
        let seq = self.next[me];
        let frame = self.at(capture, side, (seq, ack), flags, options, payload);
        let used = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[me] = seq.wrapping_add(used);
        frame
    }

    /// Sends a segment with numbers of its own; the connection's stay as they are.
    pub(crate) fn at(
        &mut self,
        capture: &mut Capture,
        side: Side,
        numbers: (u32, u32),
        flags: u8,
        options: &[u8],
        payload: &[u8],
    ) -> u64 {
        let (me, other) = (side as usize, 1 - side as usize);
        let ((from, from_port), (to, to_port)) = (self.ends[me], self.ends[other]);
        let mut tcp = Vec::new();
        tcp.extend(from_port.to_be_bytes());
        tcp.extend(to_port.to_be_bytes());
        tcp.extend(numbers.0.to_be_bytes());
        tcp.extend(numbers.1.to_be_bytes());
        tcp.push(((20 + options.len()) as u8 / 4) << 4);
        tcp.push(flags);
        let window = if flags & SYN != 0 {
            65495
        } else {
            self.window[me]
        };
        tcp.extend(if flags & RST != 0 { 0_u16 } else { window }.to_be_bytes());
        tcp.extend([0; 4]);
        tcp.extend(options);
        tcp.extend(payload);
        let packet = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let mut ip = vec![0x45, 0];
                ip.extend((20 + tcp.len() as u16).to_be_bytes());
                ip.extend([0, 1, 0x40, 0, 64, 6, 0, 0]);
                ip.extend(from.octets());
                ip.extend(to.octets());
                ip
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let mut ip = vec![0x60, 0, 0, 0];
                ip.extend((tcp.len() as u16).to_be_bytes());
                ip.extend([6, 64]);
                ip.extend(from.octets());
                ip.extend(to.octets());
                ip
            }
            _ => unreachable!("both ends of one family"),
        };
        capture.ip(from.is_ipv6(), &[packet, tcp].concat())
    }

    pub(crate) fn data(&mut self, capture: &mut Capture, side: Side, payload: &[u8]) -> u64 {
        self.raw(capture, side, PSH | ACK, &DATA_OPTIONS, payload)
    }

    pub(crate) fn ack(&mut self, capture: &mut Capture, side: Side) -> u64 {
        self.raw(capture, side, ACK, &DATA_OPTIONS, b"")
    }

    /// Data, and the other side's ACK so many microseconds later.
    pub(crate) fn acked_data(
        &mut self,
        capture: &mut Capture,
        side: Side,
        payload: &[u8],
        micros: u32,
    ) {
        self.data(capture, side, payload);
        capture.wait(micros);
        self.ack(capture, side.other());
    }

    pub(crate) fn fin(&mut self, capture: &mut Capture, side: Side) -> u64 {
        self.raw(capture, side, FIN | ACK, &DATA_OPTIONS, b"")
    }

    /// SYN, SYN,ACK 21 us later, ACK 13 us after that: 34 us.
    pub(crate) fn open(&mut self, capture: &mut Capture) {
        self.raw(capture, C, SYN, &SYN_OPTIONS, b"");
        capture.wait(21);
        self.raw(capture, S, SYN | ACK, &SYN_OPTIONS, b"");
        capture.wait(13);
        self.ack(capture, C);
    }

    /// FIN, FIN,ACK 40 us later, ACK 15 us after that: three segments, 55 us.
    pub(crate) fn close3(&mut self, capture: &mut Capture, first: Side) {
        self.fin(capture, first);
        capture.wait(40);
        self.fin(capture, first.other());
        capture.wait(15);
        self.ack(capture, first);
    }
}

/// A report with its two texts.
pub(crate) struct Told {
    pub(crate) report: Report,
    en: String,
    pt: String,
}

impl Told {
    /// Section `id` of the English Markdown, without the escapes.
    pub(crate) fn section(&self, id: &str) -> String {
        section(&self.en, id)
    }

    /// The same in Portuguese.
    pub(crate) fn portuguese(&self, id: &str) -> String {
        section(&self.pt, id)
    }

    /// Fails unless the section holds every text.
    #[track_caller]
    pub(crate) fn says(&self, id: &str, texts: &[&str]) {
        let section = self.section(id);
        for text in texts {
            assert!(section.contains(text), "{id} lacks `{text}`:\n{section}");
        }
    }

    /// As [`Told::says`], in Portuguese.
    #[track_caller]
    pub(crate) fn diz(&self, id: &str, texts: &[&str]) {
        let section = self.portuguese(id);
        for text in texts {
            assert!(section.contains(text), "{id} lacks `{text}`:\n{section}");
        }
    }
}

fn section(markdown: &str, id: &str) -> String {
    let text = markdown
        .replace('\\', "")
        .replace("&gt;", ">")
        .replace("&lt;", "<");
    let start = text
        .find(&format!("\n## {id} "))
        .expect("the section is there");
    let rest = &text[start + 1..];
    let end = rest.find("\n## ").unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// The report of a capture.
pub(crate) fn tell(bytes: Vec<u8>) -> Told {
    tell_about(bytes, Selection::default())
}

/// The report of a part of a capture.
pub(crate) fn tell_about(bytes: Vec<u8>, selection: Selection) -> Told {
    let selection = Selection {
        draw: Some(Lang::En),
        ..selection
    };
    let mut reader = SavefileReader::new(Cursor::new(bytes)).expect("a capture");
    let mut collector = Collector::new(selection);
    let mut timeline = Timeline::new(Settings::default(), collector.wants());
    let snaplen = reader
        .info()
        .interfaces
        .first()
        .map(|interface| interface.snaplen);
    timeline.begin(CaptureStart {
        source: "lab.pcap".to_owned(),
        link_type: reader.info().link_type(),
        snaplen,
        ..CaptureStart::default()
    });
    let mut decoder = Decoder::new();
    let mut cut = false;
    loop {
        match reader.next_frame() {
            Ok(Some(frame)) => {
                collector.frame(&FrameFacts::of(&frame, &mut decoder));
                timeline.frame(&frame);
            }
            Ok(None) => break,
            Err(_) => {
                cut = true;
                break;
            }
        }
        timeline
            .drain(&mut collector)
            .expect("a collector takes everything");
    }
    timeline.finish(reader.statistics(), cut);
    timeline
        .drain(&mut collector)
        .expect("a collector takes everything");
    let report = collector.finish();
    let text = |lang| markdown(&compose(&report, &Explainer::new(lang)));
    Told {
        en: text(Lang::En),
        pt: text(Lang::PtBr),
        report,
    }
}
