//! Wireshark's own words, Info column and expert items, as we say them and as tshark 4.0 does.
//!
//! Random captures in every test run; on demand also files, one path a line:
//! `CHATSCOPE_ORACLE_FILES=LIST cargo test --release --test oracle words -- --ignored --nocapture`

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use chatscope::capture::SavefileReader;
use chatscope::packet::{Decoded, Decoder, SegmentOrigin};
use chatscope::timeline::{Entry, Settings, Sink, Timeline, Wants};
use chatscope::view::wireshark::{expert_items, info};

use super::{generate, seed, tshark};

/// What is said of one frame.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    /// `None`: another protocol than TCP wrote the column.
    info: Option<String>,
    /// Severity and text.
    items: BTreeSet<(String, String)>,
}

#[test]
fn random_frames_are_said_in_tsharks_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("random.pcap");
    let capture = generate::capture(seed().wrapping_mul(7_919), 4_000, false);
    std::fs::write(&path, capture).expect("the capture is written");
    let Some(version) = tshark::version() else {
        eprintln!("skipped: tshark 4.0.x is not installed, nothing to compare with");
        return;
    };
    let (frames, said, differences) = compare(&path);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    eprintln!(
        "{version}: {frames} frames, {} different items, 0 differences",
        said.len()
    );
    assert!(
        frames > 1_000 && said.len() > 12,
        "too little was compared: {said:?}"
    );
}

#[test]
fn bad_headers_are_said_in_tsharks_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bad.pcap");
    std::fs::write(&path, generate::bad_headers()).expect("the capture is written");
    if tshark::version().is_none() {
        eprintln!("skipped: tshark 4.0.x is not installed, nothing to compare with");
        return;
    }
    let (frames, said, differences) = compare(&path);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(
        frames > 1_500 && said.len() > 60,
        "too little was compared: {frames}, {said:?}"
    );
}

#[test]
#[ignore = "needs a list of captures: see the head of this file"]
fn files_are_said_in_tsharks_words() {
    let list = std::env::var("CHATSCOPE_ORACLE_FILES").expect("CHATSCOPE_ORACLE_FILES=LIST");
    let list = std::fs::read_to_string(list).expect("the list");
    let (mut frames, mut said, mut differences) = (0, BTreeMap::new(), Vec::new());
    for file in list.lines() {
        let (more, items, others) = compare(Path::new(file));
        frames += more;
        differences.extend(others);
        for (item, count) in items {
            *said.entry(item).or_insert(0) += count;
        }
    }
    eprintln!("{frames} frames; {said:?}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Frames compared, how often each item was met, and the first differences.
fn compare(path: &Path) -> (usize, BTreeMap<String, usize>, Vec<String>) {
    let shown = super::number("CHATSCOPE_ORACLE_FAILURES").unwrap_or(5);
    let (ours, theirs) = (ours(path), theirs(path));
    let (mut frames, mut said) = (0, BTreeMap::new());
    let mut differences = Vec::new();
    for (frame, ours) in &ours {
        let Some(theirs) = theirs.get(frame) else {
            continue;
        };
        frames += 1;
        let info_differs = theirs.info.is_some() && theirs.info != ours.info;
        if info_differs || theirs.items != ours.items {
            differences.push(format!(
                "{}: frame {frame}\n  tshark {theirs:?}\n  ours   {ours:?}",
                path.display()
            ));
        }
        for (_, text) in &ours.items {
            *said.entry(without_numbers(text)).or_insert(0) += 1;
        }
    }
    differences.truncate(shown as usize);
    (frames, said, differences)
}

/// Takes what is said of each frame.
#[derive(Default)]
struct Said(BTreeMap<u64, Words>);

impl Sink for Said {
    fn wants(&self) -> Wants {
        Wants::PACKETS
    }

    fn entry(&mut self, entry: Entry<'_>) -> std::io::Result<()> {
        if let Entry::Packet(packet) = entry {
            let items = expert_items(packet)
                .into_iter()
                .map(|item| (item.severity.value().to_string(), item.text))
                .collect();
            let info = Some(info(packet));
            self.0.insert(packet.frame, Words { info, items });
        }
        Ok(())
    }
}

fn ours(path: &Path) -> BTreeMap<u64, Words> {
    let bytes = std::fs::read(path).expect("the capture");
    let mut said = Said::default();
    let Ok(mut reader) = SavefileReader::new(&bytes[..]) else {
        return said.0;
    };
    let mut timeline = Timeline::new(Settings::default(), said.wants());
    let mut decoder = Decoder::new();
    let mut cut = BTreeSet::new();
    while let Ok(Some(frame)) = reader.next_frame() {
        let whole = match decoder.decode(&frame) {
            Decoded::Tcp(segment) => {
                segment.origin == SegmentOrigin::Direct && segment.header_is_whole()
            }
            _ => true,
        };
        if !whole {
            cut.insert(frame.number);
        }
        timeline.frame(&frame);
        timeline.drain(&mut said).expect("nothing is written");
    }
    said.0.retain(|frame, _| !cut.contains(frame));
    said.0
}

fn theirs(path: &Path) -> BTreeMap<u64, Words> {
    let output = Command::new("tshark")
        .args(["-n", "-r"])
        .arg(path)
        .args(["-Y", "tcp", "-T", "fields", "-E", "aggregator=~"])
        .args([
            "-e",
            "frame.number",
            "-e",
            "_ws.col.Protocol",
            "-e",
            "_ws.col.Info",
        ])
        .args(["-e", "_ws.expert.severity", "-e", "_ws.expert.message"])
        .output()
        .expect("tshark runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(frame_of).collect()
}

fn frame_of(line: &str) -> Option<(u64, Words)> {
    let mut columns = line.split('\t');
    let frame = columns.next()?.parse().ok()?;
    let protocol = columns.next()?;
    let info = columns.next()?.to_owned();
    let severities = columns.next()?.split('~');
    let items = severities
        .zip(columns.next()?.split('~'))
        .filter(|(_, text)| is_ours(text) && (*text != "D-SACK Sequence" || info.contains(" Ack=")))
        .map(|(severity, text)| (severity.to_owned(), text.to_owned()))
        .collect();
    let info = (protocol == "TCP" && is_our_info(&info)).then_some(info);
    Some((frame, Words { info, items }))
}

/// The column is TCP's own, and says nothing that is not said by us: relative SACK edges on a frame
/// without ACK, Accurate ECN's counter, reserved bits, Riverbed's signs, protocols above TCP that break off.
fn is_our_info(info: &str) -> bool {
    let others = [
        "S+, ",
        "TRPY, ",
        "ACE=",
        "reassembled PDU",
        "TCP PDU",
        ", Reserved]",
        "[Reassembly error",
        "[Packet size limited",
        "[Malformed Packet",
    ];
    let sack_alone = info.contains(" SLE=") && !info.contains(" Ack=");
    info.contains(" → ") && !sack_alone && !others.iter().any(|other| info.contains(other))
}

/// The items of TCP that are compared; a D-SACK on a frame without ACK is not said by us.
fn is_ours(text: &str) -> bool {
    const STARTS: [&str; 21] = [
        "Bogus TCP",
        "Connection ",
        "This frame ",
        "Previous segment(s)",
        "ACKed segment ",
        "TCP window",
        "TCP Zero",
        "TCP keep-alive",
        "TCP SYN-ACK",
        "ACK to a TCP",
        "A new tcp session",
        "Duplicate ACK",
        "The acknowledgment number field",
        "The SYN packet does not",
        "The non-SYN packet does",
        "TCP Window",
        "TCP SYN with TFO",
        "Window scale shift exceeds",
        "D-SACK",
        "4 NOP in a row",
        "The urgent pointer",
    ];
    let about_length = [
        " of options)",
        "too-short option length",
        "option length should be ",
        " smaller than 4",
    ];
    STARTS.iter().any(|start| text.starts_with(start))
        || about_length.iter().any(|part| text.contains(part))
}

fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
