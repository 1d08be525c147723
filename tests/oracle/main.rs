//! Random hostile captures, analysed by us and by tshark 4.0, compared field by field.
//!
//! The short form runs with every test run. The long form, on demand:
//! `CHATSCOPE_ORACLE_FRAMES=500000 cargo test --release --test oracle -- --ignored --nocapture`
//! (`CHATSCOPE_ORACLE_SEED=N` for other captures, `CHATSCOPE_ORACLE_FAILURES=N` to go on until N of them differ). Without tshark 4.0.x both say so and compare nothing: other versions
//! differ in places, and the committed tables of `tests/` remain the reference.

#![allow(clippy::print_stderr)] // a skipped comparison says so; a run says what it compared

mod generate;
mod ours;
mod packets;
mod random;
mod rare;
mod tshark;
mod words;
mod wrap;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Frames per capture: small enough that unacknowledged lists, which tshark walks for every frame, stay short.
const FRAMES_PER_CAPTURE: u64 = 25_000;

/// Low byte of the link type of netfilter's logs.
const NETFILTER_LOG: u8 = 239;

#[test]
fn random_frames_agree_with_tshark() {
    compare(12_000, 4_000, seed(), false);
}

#[test]
#[ignore = "long: see the head of this file"]
fn many_random_frames_agree_with_tshark() {
    let frames = number("CHATSCOPE_ORACLE_FRAMES").unwrap_or(500_000);
    compare(frames, FRAMES_PER_CAPTURE, seed(), false);
}

#[test]
fn wrapped_frames_agree_with_tshark() {
    compare(6_000, 1_000, seed(), true);
}

#[test]
#[ignore = "long: see the head of this file"]
fn many_wrapped_frames_agree_with_tshark() {
    let frames = number("CHATSCOPE_ORACLE_FRAMES").unwrap_or(200_000);
    compare(
        frames,
        number("CHATSCOPE_ORACLE_EACH").unwrap_or(2_000),
        seed(),
        true,
    );
}

/// Captures that are there already: `CHATSCOPE_ORACLE_FILES=a.pcap,b.pcap`. With `CHATSCOPE_ORACLE_RENUMBER=1` streams count
/// in the order in which they are met: tshark leaves numbers out behind some protocols (docs/wireshark.md).
#[test]
#[ignore = "for captures at hand"]
fn given_captures_agree_with_tshark() {
    let files = std::env::var("CHATSCOPE_ORACLE_FILES").unwrap_or_default();
    let (mut fields, mut text) = (0, String::new());
    for file in files.split(',').filter(|file| !file.is_empty()) {
        let capture = std::fs::read(file).expect("the capture is there");
        let mut theirs = tshark::analyse(std::path::Path::new(file));
        let mut ours = ours::analyse(&capture);
        if number("CHATSCOPE_ORACLE_RENUMBER").is_some() {
            renumber(&mut theirs);
            renumber(&mut ours);
        }
        let difference = differences(&ours, &theirs, &mut fields);
        if !difference.is_empty() {
            let _ = writeln!(text, "{file}:\n{difference}");
        }
    }
    assert!(text.is_empty(), "tshark disagrees on {text}");
    assert!(fields > 0, "no TCP in {files:?}: nothing was compared");
    println!("{fields} fields agree");
}

/// Gives the streams numbers in the order of their first frames.
fn renumber(answer: &mut tshark::Answer) {
    let mut numbers = BTreeMap::new();
    for fields in answer.frames.values_mut() {
        let stream = fields.get_mut("tcp.stream");
        if let Some(stream) = stream.filter(|stream| *stream != "?") {
            let next = numbers.len().to_string();
            let number: &String = numbers.entry(stream.clone()).or_insert(next);
            stream.clone_from(number);
        }
    }
    let renumbered = std::mem::take(&mut answer.completeness).into_iter();
    answer.completeness = renumbered
        .filter_map(|(stream, value)| Some((numbers.get(&stream)?.clone(), value)))
        .collect();
}

/// Frames that differ in one byte, all values of every byte, `CHATSCOPE_ORACLE_SWEEPS` such captures.
#[test]
#[ignore = "long: see the head of this file"]
fn every_value_of_every_byte_agrees_with_tshark() {
    if tshark::version().is_none() {
        eprintln!("skipped: tshark 4.0.x is not installed, nothing to compare with");
        return;
    }
    let (mut frames, mut failures) = (0, 0);
    for turn in 0..number("CHATSCOPE_ORACLE_SWEEPS").unwrap_or(20) {
        let seed = seed().wrapping_mul(1_000_003) + turn;
        let capture = generate::sweep(seed);
        let kept = std::env::temp_dir().join(format!("sweep-{seed}.pcap"));
        std::fs::write(&kept, &capture).expect("the capture is written");
        let theirs = tshark::analyse(&kept);
        frames += theirs.frames.len();
        let text = bytes_that_differ(&ours::analyse(&capture), &theirs);
        if text.is_empty() {
            std::fs::remove_file(&kept).expect("the capture is there");
        } else {
            eprintln!("tshark disagrees on {}:\n{text}", kept.display());
            failures += 1;
        }
    }
    eprintln!("{frames} frames with TCP, {failures} captures differ");
    assert_eq!(failures, 0, "captures on which tshark disagrees, see above");
}

/// Which bytes with which values make a difference to what is seen of a frame by itself.
fn bytes_that_differ(ours: &tshark::Answer, theirs: &tshark::Answer) -> String {
    const OWN: [&str; 3] = ["tcp.srcport", "tcp.len", "tcp.flags"];
    let mut bytes: BTreeMap<(u64, String), Vec<u64>> = BTreeMap::new();
    let frames: BTreeSet<_> = theirs.frames.keys().chain(ours.frames.keys()).collect();
    let none = BTreeMap::new();
    for &frame in frames {
        let (want, got) = (theirs.frames.get(&frame), ours.frames.get(&frame));
        let unknown = |fields: &BTreeMap<_, _>| fields.values().all(|value| value == "?");
        if want.is_none() && got.is_some_and(unknown) {
            continue;
        }
        let differ = match (want, got) {
            (Some(_), None) => Some("only tshark".to_owned()),
            (None, Some(_)) => Some("only ours".to_owned()),
            _ => OWN.iter().find_map(|name| {
                let want = want.unwrap_or(&none).get(*name);
                let got = got.unwrap_or(&none).get(*name);
                let differ = want != got && got.is_none_or(|got| got != "?");
                differ.then(|| format!("{name} {want:?} not {got:?}"))
            }),
        };
        if let Some(differ) = differ {
            let place = ((frame - 1) / 256, differ);
            bytes.entry(place).or_default().push((frame - 1) % 256);
        }
    }
    let mut text = String::new();
    for ((byte, what), values) in bytes {
        let _ = writeln!(text, "  byte {byte} {what}: {values:02x?}");
    }
    text
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn seed() -> u64 {
    number("CHATSCOPE_ORACLE_SEED").unwrap_or(1)
}

/// Makes captures until `frames` are reached and fails with the first differences, if there are any.
fn compare(frames: u64, each: u64, seed: u64, wrapped: bool) {
    let Some(version) = tshark::version() else {
        eprintln!("skipped: tshark 4.0.x is not installed, nothing to compare with");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut done, mut fields, mut flags) = (0, 0, BTreeMap::new());
    let (mut turn, mut failures) = (0, 0);
    while done < frames {
        let capture = generate::capture(seed.wrapping_mul(1_000_003) + turn, each, wrapped);
        if let Ok(keep) = std::env::var("CHATSCOPE_ORACLE_KEEP") {
            std::fs::write(format!("{keep}/{seed}-{turn}.pcap"), &capture).expect("kept");
            (done, turn) = (done + each, turn + 1);
            continue;
        }
        let path = folder.path().join("random.pcap");
        std::fs::write(&path, &capture).expect("the capture is written");
        let ours = ours::analyse(&capture);
        let mut theirs = tshark::analyse(&path);
        // Of netfilter's logs tshark reads less in the first of two passes: streams have other numbers then.
        if capture[20] == NETFILTER_LOG {
            theirs.completeness.clear();
        }
        let difference = differences(&ours, &theirs, &mut fields);
        if !difference.is_empty() {
            let kept = std::env::temp_dir().join(format!("oracle-{seed}-{turn}.pcap"));
            std::fs::write(&kept, &capture).expect("the capture is kept");
            eprintln!("tshark disagrees on {}:\n{difference}", kept.display());
            failures += 1;
            if failures >= number("CHATSCOPE_ORACLE_FAILURES").unwrap_or(1) {
                break;
            }
        }
        for frame in theirs.frames.values() {
            for name in frame.keys().filter(|name| tshark::is_flag(name)) {
                *flags.entry(name.clone()).or_insert(0u64) += 1;
            }
        }
        done += theirs.frames.len() as u64;
        turn += 1;
    }
    eprintln!(
        "{version}: {done} frames, {fields} fields, {failures} captures differ; flags met: {flags:?}"
    );
    assert_eq!(failures, 0, "captures on which tshark disagrees, see above");
    // The short form is too short for the rare ones.
    for name in tshark::flags()
        .iter()
        .filter(|_| frames >= 200_000 && !wrapped)
    {
        assert!(
            flags.contains_key(*name),
            "no frame had {name}: the captures prove too little"
        );
    }
}

/// The first differences, as text; empty when there are none.
fn differences(ours: &tshark::Answer, theirs: &tshark::Answer, fields: &mut u64) -> String {
    let mut text = String::new();
    let mut found = 0;
    for (frame, want) in &theirs.frames {
        let none = BTreeMap::new();
        let got = ours.frames.get(frame).unwrap_or(&none);
        for name in tshark::fields() {
            *fields += 1;
            // `?` on our side: not told for this kind of frame.
            let (want, got) = (want.get(*name), got.get(*name));
            if want != got && got.is_none_or(|got| got != "?") && found < 12 {
                found += 1;
                let _ = writeln!(
                    text,
                    "  frame {frame} {name}: tshark {want:?}, ours {got:?}"
                );
            }
        }
    }
    for (stream, want) in &theirs.completeness {
        let got = ours.completeness.get(stream);
        if got != Some(want) && found < 12 {
            found += 1;
            let _ = writeln!(
                text,
                "  stream {stream} completeness: tshark {want}, ours {got:?}"
            );
        }
    }
    for frame in ours
        .frames
        .keys()
        .filter(|f| !theirs.frames.contains_key(f))
    {
        // The first bytes of a cut header: we may say more than tshark.
        if ours.frames[frame].values().any(|value| value != "?") {
            let _ = writeln!(text, "  frame {frame}: no TCP for tshark");
        }
    }
    text
}
