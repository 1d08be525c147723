//! The lesson captures: their JSON Lines are what was committed, and tshark's columns beside them agree.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` rewrites the JSON; `bash tests/lessons/second_opinion.sh` rewrites tshark's
//! columns. The two come from different programs: one cannot be wrong in the same way as the other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("captures/ is there")
        .map(|entry| entry.expect("readable entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pcapng"))
        .collect();
    found.sort();
    assert!(found.len() >= 6, "only {} lesson captures", found.len());
    found
}

fn replay(capture: &Path) -> String {
    let folder = capture.parent().expect("a folder");
    let output = Command::cargo_bin("chatscope")
        .expect("built")
        .current_dir(folder)
        .args(["replay", "--format", "json"])
        .arg(capture.file_name().expect("a name"))
        .assert()
        .success();
    String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8")
}

fn events(json: &str, kind: &str) -> Vec<Value> {
    json.lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("not JSON ({e}): {line}"))
        })
        .filter(|event| event["event"] == kind)
        .collect()
}

#[test]
fn json_is_what_was_committed() {
    for capture in captures() {
        let golden = capture.with_extension("jsonl");
        let now = replay(&capture);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &now).expect("writable golden file");
            continue;
        }
        let then =
            fs::read_to_string(&golden).unwrap_or_else(|e| panic!("{}: {e}", golden.display()));
        for (number, (now, then)) in now.lines().zip(then.lines()).enumerate() {
            assert_eq!(now, then, "{} line {}", golden.display(), number + 1);
        }
        assert_eq!(
            now.lines().count(),
            then.lines().count(),
            "{}: number of lines",
            golden.display()
        );
    }
}

/// One row of tshark's answer: column name to text.
fn second_opinion(capture: &Path) -> Vec<BTreeMap<String, String>> {
    let path = capture.with_extension("tshark.tsv");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().expect("a header").split('\t').collect();
    lines
        .map(|line| {
            header
                .iter()
                .map(|name| (*name).to_owned())
                .zip(line.split('\t').map(str::to_owned))
                .collect()
        })
        .collect()
}

#[test]
fn tshark_agrees_frame_by_frame() {
    for capture in captures() {
        let ours = events(&replay(&capture), "packet");
        let theirs = second_opinion(&capture);
        assert_eq!(
            ours.len(),
            theirs.len(),
            "{}: TCP frames",
            capture.display()
        );
        assert!(!ours.is_empty());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let frame = &theirs["frame.number"];
            let place = format!("{} frame {frame}", capture.display());
            assert_eq!(&ours["frame"].to_string(), frame, "{place}");
            for (key, field) in [
                ("stream", "tcp.stream"),
                ("seq", "tcp.seq"),
                ("len", "tcp.len"),
                ("window_scaled", "tcp.window_size"),
            ] {
                assert_eq!(ours[key].to_string(), theirs[field], "{place}: {field}");
            }
            if ours["flags"]
                .as_array()
                .expect("a list")
                .iter()
                .any(|flag| flag == "ACK")
            {
                assert_eq!(
                    ours["ack"].to_string(),
                    theirs["tcp.ack"],
                    "{place}: tcp.ack"
                );
            }
            let mut expected: Vec<_> = theirs
                .iter()
                .filter(|(name, value)| is_flag(name) && !value.is_empty())
                .map(|(name, _)| name.as_str())
                .collect();
            // tshark's `retransmission` field also stands on fast and spurious ones (TR-20 of `docs/analysis.md`).
            if expected
                .iter()
                .any(|name| name.starts_with("fast_") || name.starts_with("spurious_"))
            {
                expected.retain(|name| *name != "retransmission");
            }
            let mut got: Vec<_> = ours["analysis"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            got.sort_unstable();
            assert_eq!(got, expected, "{place}: analysis flags");
        }
    }
}

/// Columns of the table that are analysis flags: neither a field with a dot nor completeness.
fn is_flag(column: &str) -> bool {
    !column.contains('.') && column != "completeness"
}

#[test]
fn tshark_agrees_on_completeness() {
    for capture in captures() {
        let json = replay(&capture);
        let mut ours = BTreeMap::new();
        for event in events(&json, "stream") {
            ours.insert(
                event["stream"].to_string(),
                event["completeness"].to_string(),
            );
        }
        let theirs: BTreeMap<_, _> = second_opinion(&capture)
            .into_iter()
            .map(|row| (row["tcp.stream"].clone(), row["completeness"].clone()))
            .collect();
        assert_eq!(ours, theirs, "{}", capture.display());
    }
}
