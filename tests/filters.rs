//! Every value of a report names frames and a Wireshark display filter: tshark must find exactly these frames with it, and so
//! must `-Y`.
//! Skipped, with the reason printed, where tshark (with Lua) is not installed. `CHATSCOPE_CAPTURES=DIR` adds a folder.
#![allow(clippy::print_stderr, reason = "a test says why it skips")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Frames that a list shows at most: a longer one is the beginning of what the filter finds.
const LISTED: usize = 8;

/// Something that a report says of frames.
#[derive(Debug)]
struct Claim {
    line: String,
    frames: BTreeSet<u64>,
    filter: String,
}

/// Questions that reports do not ask, for `-Y`.
const QUESTIONS: [&str; 34] = [
    "ip",
    "ipv6",
    "ip.addr == 127.0.0.1",
    "ip.addr != 127.0.0.1",
    "ip.src == 127.0.0.0/8",
    "ip.dst in {10.0.0.1, 127.0.0.1}",
    "ip.src >= 127.0.0.1 and ip.src < 128.0.0.0",
    "ipv6.addr == ::1",
    "ipv6.src != ::1",
    "ipv6.dst == ::/64",
    "!(ip.addr == 10.0.0.0/8)",
    "tcp.stream",
    "tcp.port in {7000..7010}",
    "tcp.flags == 0x012",
    "tcp.flags != 0x010",
    "tcp.seq > 1 && tcp.seq < 20",
    "tcp.seq_raw > 2147483648",
    "tcp.ack == 1",
    "tcp.ack_raw == 0",
    "tcp.hdr_len > 32",
    "tcp.window_size_value < 1000",
    "tcp.window_size > 60000",
    "tcp.window_size_scalefactor == 1024",
    "tcp.options",
    "tcp.options.mss_val in {65475..65495}",
    "tcp.options.wscale.shift == 10",
    "tcp.options.timestamp && !tcp.options.sack_perm",
    "tcp.option_kind == 1",
    "tcp.option_kind != 2",
    "tcp.analysis.ack_rtt > 0.00002",
    "tcp.analysis.initial_rtt < 0.000025",
    "tcp.analysis.bytes_in_flight >= 7",
    "tcp.time_delta > 0.1",
    "tcp.time_relative <= 0.0005",
];

/// What `-Y` does not know: bytes of records, WebSocket frames. And what it answers otherwise (`docs/wireshark.md`).
const ELSEWHERE: [&str; 3] = ["frame.cap_len", "websocket.", "tcp.completeness"];

/// Reports about everything, about parts, and about what passes a filter.
const PARTS: [&[&str]; 4] = [
    &[],
    &["--stream", "0"],
    &["--port", "7000"],
    &["tcp port 7000"],
];

fn report(capture: &Path, part: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_chatscope"))
        .args(["report", "--lang", "en", "--format", "md"])
        .arg(capture)
        .args(part)
        .output()
        .expect("report runs");
    if !output.status.success() {
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

/// A text that is nothing but frame numbers: `\#1, \#2`.
fn frames_of(text: &str) -> Option<BTreeSet<u64>> {
    let number = |part: &str| part.trim().strip_prefix("\\#")?.parse().ok();
    text.split(',').map(number).collect()
}

/// The code span at the end of a text.
fn filter_of(text: &str) -> Option<String> {
    let (_, code) = text.trim().strip_suffix('`')?.rsplit_once('`')?;
    Some(code.replace("\\|", "|"))
}

/// The cells of a table row; a bar behind a backslash is text.
fn cells(row: &str) -> Vec<String> {
    let inside = row.trim().trim_start_matches('|').trim_end_matches('|');
    let hidden = inside.replace("\\|", "\u{1}");
    hidden
        .split('|')
        .map(|cell| cell.replace('\u{1}', "\\|"))
        .collect()
}

fn claims(markdown: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    for line in markdown.lines() {
        let parts: Vec<String> = if line.starts_with("| ") {
            cells(line)
        } else if line.starts_with("- **") {
            line.split(" · ").map(str::to_owned).collect()
        } else {
            continue;
        };
        let Some(filter) = parts.last().and_then(|last| filter_of(last)) else {
            continue;
        };
        let frames = parts
            .iter()
            .find_map(|part| frames_of(part))
            .unwrap_or_default();
        claims.push(Claim {
            line: line.to_owned(),
            frames,
            filter,
        });
    }
    claims
}

/// A script that has tshark collect the frames of every filter in one run.
fn script(filters: &[&str]) -> String {
    let mut out = String::from("local filters = {\n");
    for filter in filters {
        writeln!(
            out,
            "  {},",
            serde_json::to_string(filter).expect("a string")
        )
        .expect("memory");
    }
    out.push_str(
        "}\nfor i, f in ipairs(filters) do
  local frames = {}
  local ok, tap = pcall(Listener.new, 'frame', f)
  if not ok then print('bad ' .. i) else
    function tap.packet(pinfo) frames[#frames + 1] = pinfo.number end
    function tap.draw() print('hit ' .. i .. ' ' .. table.concat(frames, ',')) end
  end
end\n",
    );
    out
}

/// What tshark finds with each filter; `None` where it cannot be asked.
fn ask(capture: &Path, filters: &[&str]) -> Option<BTreeMap<String, Option<BTreeSet<u64>>>> {
    let folder = tempfile::tempdir().expect("a folder");
    let lua = folder.path().join("filters.lua");
    std::fs::write(&lua, script(filters)).expect("writable");
    let output = Command::new("tshark")
        .args(["-q", "-r"])
        .arg(capture)
        .arg("-X")
        .arg(format!("lua_script:{}", lua.display()))
        .output()
        .map_err(|error| eprintln!("skipped: no tshark here ({error})"))
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.contains("hit ") {
        eprintln!(
            "skipped: this tshark runs no Lua: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let kind = words.next();
        let Some(index) = words.next().and_then(|word| word.parse::<usize>().ok()) else {
            continue;
        };
        let hits = words.next().unwrap_or_default();
        let hits = hits
            .split(',')
            .filter_map(|number| number.parse().ok())
            .collect();
        let answer = (kind == Some("hit")).then_some(hits);
        found.insert(filters[index - 1].to_owned(), answer);
    }
    Some(found)
}

/// What `-Y` finds with a filter.
fn found_here(capture: &Path, filter: &str) -> Result<BTreeSet<u64>, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_chatscope"))
        .args([
            "replay", "--format", "json", "--only", "packets", "-Y", filter,
        ])
        .arg(capture)
        .output()
        .expect("replay runs");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let events = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    Ok(events
        .filter(|event: &serde_json::Value| event["event"] == "packet")
        .map(|packet| packet["frame"].as_u64().expect("a frame number"))
        .collect())
}

/// Where `-Y` finds something else than tshark.
fn disagreements(capture: &Path, found: &BTreeMap<String, Option<BTreeSet<u64>>>) -> Vec<String> {
    // One of each that differ only in their numbers: every one is a process.
    let shape = |filter: &str| filter.replace(|c: char| c.is_ascii_digit() || c == ',', "");
    let known = found
        .iter()
        .filter(|(filter, _)| !ELSEWHERE.iter().any(|part| filter.contains(part)));
    let each: BTreeMap<_, _> = known.map(|one| (shape(one.0), one)).collect();
    each.into_values()
        .filter_map(|(filter, hits)| {
            let here = found_here(capture, filter);
            let same = here.as_ref().ok() == hits.as_ref();
            let told = || {
                format!(
                    "{}: -Y `{filter}` finds {here:?}, not {hits:?}",
                    capture.display()
                )
            };
            (!same).then(told)
        })
        .collect()
}

/// Every complaint about the reports of one capture.
fn complaints(capture: &Path) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for part in PARTS {
        all.extend(complaints_about(capture, part)?);
    }
    Some(all)
}

fn complaints_about(capture: &Path, part: &[&str]) -> Option<Vec<String>> {
    let Some(report) = report(capture, part) else {
        return Some(vec![]);
    };
    let claims = claims(&report);
    assert!(
        claims.len() >= 10,
        "{}: {} claims",
        capture.display(),
        claims.len()
    );
    let filters: BTreeSet<&str> = claims.iter().map(|claim| claim.filter.as_str()).collect();
    let filters: Vec<&str> = filters.into_iter().collect();
    let found = ask(capture, &filters)?;
    let mut complaints = Vec::new();
    if part.is_empty() {
        complaints.extend(disagreements(capture, &found));
        let questions = QUESTIONS.map(|question| format!("tcp && ({question})"));
        let questions = questions.each_ref().map(String::as_str);
        complaints.extend(disagreements(capture, &ask(capture, &questions)?));
    }
    for claim in &claims {
        let why = match found.get(&claim.filter) {
            None => "was not run".to_owned(),
            Some(None) => "is no display filter".to_owned(),
            Some(Some(hits)) if claim.frames.is_empty() || *hits == claim.frames => continue,
            Some(Some(hits)) if claim.frames.len() >= LISTED && hits.is_superset(&claim.frames) => {
                continue;
            }
            Some(Some(hits)) => format!("finds {hits:?}"),
        };
        complaints.push(format!(
            "{} {part:?}: `{}` {why}\n    {}",
            capture.display(),
            claim.filter,
            claim.line
        ));
    }
    Some(complaints)
}

fn captures_in(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut found: Vec<_> = files
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|e| e == "pcapng" || e == "pcap")
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_filter_of_a_report_finds_the_frames_that_are_named() {
    let mut captures = captures_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"));
    assert!(
        captures.len() > 5
            && captures
                .iter()
                .all(|capture| report(capture, &[]).is_some())
    );
    if let Some(more) = std::env::var_os("CHATSCOPE_CAPTURES") {
        captures.extend(captures_in(Path::new(&more)));
    }
    let mut all = Vec::new();
    for capture in captures {
        match complaints(&capture) {
            Some(complaints) => all.extend(complaints),
            // What tshark cannot do with the first capture it can do with none.
            None if capture.starts_with(env!("CARGO_MANIFEST_DIR")) => return,
            None => {}
        }
    }
    assert!(all.is_empty(), "{} filters:\n{}", all.len(), all.join("\n"));
}
