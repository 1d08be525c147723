//! SYNs that an ICMP error answers, quoted whole or with the 8 bytes that RFC 792 promises.

use std::io;

use chatscope::net::{CaptureStats, LinkType, Timestamp};
use chatscope::packet::{Frame, IcmpReason};
use chatscope::timeline::{
    Entry, FindingCode, FindingEntry, Settings, Severity, Sink, Timeline, VerdictCode, Wants,
};

#[derive(Default)]
struct Told {
    findings: Vec<FindingEntry>,
    verdicts: Vec<VerdictCode>,
}

impl Sink for Told {
    fn wants(&self) -> Wants {
        Wants::STORY
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Finding(finding) => self.findings.push(finding.clone()),
            Entry::Stream(stream) => self.verdicts.push(stream.verdict.code),
            _ => {}
        }
        Ok(())
    }
}

fn ipv4(protocol: u8, source: u8, destination: u8, payload: &[u8]) -> Vec<u8> {
    let length = 20 + payload.len() as u8;
    let fixed = [0x45, 0, 0, length, 0, 0, 0, 0, 64, protocol, 0, 0];
    let ends = [10, 0, 0, source, 10, 0, 0, destination];
    [&fixed[..], &ends, payload].concat()
}

/// A SYN of host 1 to host 2 with this initial number.
fn syn(number: u32) -> Vec<u8> {
    let mut header = vec![0xc0, 0, 0x13, 0x88];
    header.extend(number.to_be_bytes());
    header.extend([0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0]);
    ipv4(6, 1, 2, &header)
}

/// An ICMP error of router 9 to host 1 that quotes so much of a packet.
fn error(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
    let head = [kind, code, 0, 0, 0, 0, 0, 0];
    ipv4(1, 9, 1, &[&head[..], quoted].concat())
}

/// Plays frames a millisecond apart.
fn told(frames: &[Vec<u8>]) -> Told {
    let (mut told, mut timeline) = (
        Told::default(),
        Timeline::new(Settings::default(), Wants::STORY),
    );
    for (number, data) in (1..).zip(frames) {
        timeline.frame(&Frame {
            number,
            timestamp: Timestamp::from_nanos(number as i64 * 1_000_000),
            link_type: LinkType::RAW,
            original_length: data.len() as u32,
            data,
        });
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut told).expect("kept");
    told
}

#[test]
fn an_error_about_the_syn_is_its_answer() {
    const ALL: usize = 40;
    const PROMISED: usize = 28;
    for quoted in [ALL, PROMISED] {
        let told = told(&[syn(7), error(3, 13, &syn(7)[..quoted])]);
        assert_eq!(told.verdicts, [VerdictCode::Unreachable], "{quoted}");
        let [finding] = &told.findings[..] else {
            panic!("{quoted}: {:?}", told.findings);
        };
        let FindingCode::IcmpError(error) = finding.code else {
            panic!("{finding:?}");
        };
        assert_eq!(error.reason, IcmpReason::Prohibited);
        assert_eq!(error.from.to_string(), "10.0.0.9");
        assert_eq!(finding.frames, [1, 2]);
        assert_eq!(finding.code.severity(), Severity::Warn);
    }
}

/// The SYN was passed on, or the error is about another.
#[test]
fn other_errors_answer_nothing() {
    for (kind, code, number) in [(5, 1, 7), (3, 4, 7), (3, 1, 8)] {
        let told = told(&[syn(7), error(kind, code, &syn(number)[..28])]);
        assert_eq!(told.verdicts, [VerdictCode::PartialEnd], "{kind} {code}");
        assert_eq!(told.findings.len(), 1);
    }
}

/// However many errors come, told are the first and the first that answers the SYN.
#[test]
fn a_flood_of_errors_is_told_twice() {
    let mut frames = vec![syn(7)];
    for number in 0..100 {
        let (kind, code) = if number < 50 { (5, 1) } else { (11, 0) };
        frames.push(error(kind, code, &syn(7)));
    }
    let told = told(&frames);
    let frames: Vec<_> = told.findings.iter().map(|told| &told.frames).collect();
    assert_eq!(frames, [&[1, 2], &[1, 52]]);
    assert_eq!(told.verdicts, [VerdictCode::Unreachable]);
}
