//! `report`, `expect` and `annotate` as commands, on the lesson captures: forms, exit codes, refusals, what other tools read.

#![expect(
    clippy::print_stderr,
    reason = "a test without its tool says that it was skipped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::prelude::*;
use serde_json::Value;

const CHAT: &str = "captures/chat-two-sessions.pcapng";

fn chatscope(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("chatscope").expect("built");
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("LC_ALL", "C.UTF-8")
        .args(arguments);
    command
}

fn stdout(arguments: &[&str]) -> String {
    let output = chatscope(arguments).assert().success().get_output().clone();
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn code(arguments: &[&str]) -> i32 {
    let output = chatscope(arguments).output().expect("runs");
    output.status.code().expect("an exit code")
}

fn stderr(arguments: &[&str]) -> String {
    let output = chatscope(arguments).output().expect("runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// tshark, or the reason why a second opinion is not to be had.
fn tshark(arguments: &[&str]) -> Option<String> {
    match Command::new("tshark").args(arguments).output() {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => panic!("tshark: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("skipped: no tshark here ({error})");
            None
        }
    }
}

#[test]
fn a_report_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    for (ending, holds) in [
        ("md", "## S14 · Explanations"),
        ("html", "<section id=\"S14\">"),
        ("json", "\"schema\": 1"),
        ("svg", "</svg>"),
    ] {
        let file = folder.path().join(format!("x.{ending}"));
        chatscope(&["report", CHAT, "-o", path_text(&file)])
            .assert()
            .success();
        let text = std::fs::read_to_string(&file).expect("written");
        assert!(text.contains(holds), "{ending}");
    }
    assert!(stdout(&["report", CHAT]).starts_with("# TCP report"));
    assert!(stdout(&["report", CHAT, "--lang", "pt-BR"]).starts_with("# Relatório TCP"));
}

/// A sentence whose gaps nobody filled shows them.
#[test]
fn every_sentence_is_whole() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/captures");
    for entry in std::fs::read_dir(folder).expect("captures/") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|ending| ending != "pcapng") {
            continue;
        }
        for lang in ["en", "pt-BR"] {
            for words in [
                &["report", "--format", "md"][..],
                &["report", "--format", "html"],
                &["replay", "--why", "-v"],
                &["replay", "--format", "table", "-v"],
                &["ladder"],
            ] {
                let text = stdout(&[words, &["--lang", lang, path_text(&path)]].concat());
                let gap = text
                    .lines()
                    .find(|line| line.replace('\\', "").contains("{$"));
                assert_eq!(gap, None, "{words:?} {lang} {}", path.display());
            }
        }
    }
}

#[test]
fn the_page_needs_no_network_and_runs_no_script() {
    let page = stdout(&["report", CHAT, "--format", "html"]);
    for foreign in ["<script", "<link", "src=", "@import", "url(", "href=\"http"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("prefers-color-scheme: dark"));
}

#[test]
fn what_cannot_be_reported_is_refused() {
    assert_eq!(code(&["report", CHAT, "-o", "/dev/null/x.doc"]), 2);
    assert!(stderr(&["report", CHAT, "-o", "x.doc"]).contains(".md, .html, .json or .svg"));
    assert_eq!(code(&["report", "no-such-file.pcap"]), 1);
    assert_eq!(code(&["report", "Cargo.toml"]), 1);
    assert_eq!(code(&["report", CHAT, "--lang", "xx"]), 2);
}

#[test]
fn a_report_can_be_about_a_part() {
    let text = stdout(&["report", CHAT, "--stream", "1", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["connections"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["streams"][0]["stream"], 1);
    let text = stdout(&["report", CHAT, "--port", "9", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["connections_total"], 0);
    let text = stdout(&["report", CHAT, "--until", "first-data", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let rows = report["streams"][0]["walk"]["rows"]
        .as_array()
        .expect("rows");
    assert_eq!(rows.len(), 4, "handshake and the first data segment");
}

/// A raw IP capture of these packets.
fn raw_capture(packets: &[Vec<u8>]) -> Vec<u8> {
    const RAW: u32 = 101;
    let mut file = Vec::new();
    for field in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, RAW] {
        file.extend_from_slice(&field.to_le_bytes());
    }
    for packet in packets {
        let length = packet.len() as u32;
        for field in [1_700_000_000, 0, length, length] {
            file.extend_from_slice(&field.to_le_bytes());
        }
        file.extend_from_slice(packet);
    }
    file
}

/// An IPv4 packet from 10.0.0.1 to 10.0.0.2.
fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = 20 + payload.len() as u8;
    let header = [0x45, 0, 0, length, 0, 1, 0, 0, 64, protocol, 0, 0];
    [&header[..], &[10, 0, 0, 1, 10, 0, 0, 2], payload].concat()
}

/// A SYN from this port to 80.
fn syn(port: u8) -> Vec<u8> {
    let header = [
        &[0, port, 0, 80, 0, 0, 0, 9, 0, 0, 0, 0][..],
        &[0x50, 2, 16, 0, 0, 0, 0, 0],
    ];
    ipv4(6, &header.concat())
}

/// A connection of which the capture holds nothing but its header in an ICMP error has a number in Wireshark, and no row
/// anywhere: it is not counted either.
#[test]
fn what_is_only_quoted_is_not_counted() {
    let unreachable = [&[3, 1, 0, 0, 0, 0, 0, 0][..], &syn(6)].concat();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("quoted.pcap");
    let packets = [syn(5), ipv4(1, &unreachable), syn(7)];
    std::fs::write(&file, raw_capture(&packets)).expect("written");
    let text = stdout(&["report", path_text(&file), "--format", "json"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["connections_total"], 2);
    assert_eq!(report["connections"].as_array().map(Vec::len), Some(2));
    let table = stdout(&["replay", path_text(&file), "--format", "table"]);
    assert!(table.contains("2 streams: "), "{table}");
    let numbers = ["-r", path_text(&file), "-T", "fields", "-e", "tcp.stream"];
    if let Some(streams) = tshark(&numbers) {
        assert_eq!(streams, "0\n1\n2\n");
    }
}

/// A filter expression decides what is read. The file's own facts stay, and a connection is named so that Wireshark, which numbers
/// those of the whole file, finds it.
#[cfg(feature = "live")] // a filter needs libpcap
#[test]
fn a_report_of_what_passes_a_filter() {
    let demo = "captures/demo.pcapng";
    let text = stdout(&["report", demo, "--format", "json", "tcp port 7001"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["capture"]["frames"], 48);
    assert_eq!(report["capture"]["numbers"], serde_json::json!([1, 48]));
    let filter = report["capture"]["filter"].as_str().expect("of the file");
    assert!(filter.contains("7080"), "{filter}");
    assert_eq!(report["selection"]["read_filter"], "tcp port 7001");
    let see = report["connections"][0]["evidence"]["see"].as_str();
    let see = see.expect("a filter");
    assert!(!see.contains("tcp.stream"), "{see}");
    if let Some(frames) = tshark(&["-r", demo, "-Y", see, "-T", "fields", "-e", "frame.number"]) {
        assert_eq!(frames, "35\n36\n");
    }
}

/// The names of the JSON form are a contract: a renamed or removed field raises the schema's number and this list.
#[test]
fn json_fields_are_stable() {
    let mut fields = std::collections::BTreeSet::new();
    for capture in [
        "chat-two-sessions",
        "abrupt-reset",
        "websocket",
        "refused",
        "half-close",
    ] {
        let file = format!("captures/{capture}.pcapng");
        let text = stdout(&[
            "report", &file, "--find", "a", "--port", "7000", "--port", "7080", "--format", "json",
        ]);
        collect("", &serde_json::from_str(&text).expect("JSON"), &mut fields);
    }
    let listed = include_str!("accept/json_fields.txt");
    let known: std::collections::BTreeSet<_> = listed.lines().map(str::to_owned).collect();
    let missing: Vec<_> = known.difference(&fields).collect();
    let new: Vec<_> = fields.difference(&known).collect();
    assert!(
        missing.is_empty() && new.is_empty(),
        "missing {missing:?}, new {new:#?}"
    );
}

/// `docs/report-json.md` has a table for every kind of object and a row for every field.
#[test]
fn json_fields_are_documented() {
    let tables = documented_fields(include_str!("../docs/report-json.md"));
    for path in include_str!("accept/json_fields.txt").lines() {
        let mut kind = "Report".to_owned();
        for name in path.trim_start_matches('.').split('.') {
            let name = name.trim_end_matches("[]");
            if let Some(of) = kind.strip_prefix("{client, server} of ") {
                assert!(matches!(name, "client" | "server"), "{path}");
                kind = of.to_owned();
            } else {
                let known = kind.split(']').next().unwrap_or_default();
                let known = known.trim_start_matches('[');
                let field = (known.to_owned(), name.to_owned());
                let told = tables.get(&field);
                kind = told.unwrap_or_else(|| panic!("{path}: {field:?}")).clone();
            }
            kind = kind.replace(" or null", "");
        }
    }
}

/// Heading and first cell of each row, with the second cell.
fn documented_fields(text: &str) -> std::collections::BTreeMap<(String, String), String> {
    let mut heading = String::new();
    let mut fields = std::collections::BTreeMap::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut heading);
        } else if let Some(row) = line.strip_prefix("| `") {
            let (name, rest) = row.split_once("` | ").expect("two cells");
            let (kind, meaning) = rest.split_once(" | ").expect("three cells");
            assert!(meaning.len() > 3, "{heading}.{name} has no meaning");
            fields.insert((heading.clone(), name.to_owned()), kind.to_owned());
        }
    }
    fields
}

fn collect(path: &str, value: &Value, fields: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = format!("{path}.{name}");
                fields.insert(path.clone());
                collect(&path, value, fields);
            }
        }
        Value::Array(list) => list
            .iter()
            .for_each(|value| collect(&format!("{path}[]"), value, fields)),
        _ => {}
    }
}

/// The style of a drawing in the page is for that drawing: each of its rules names the drawing's own class.
#[test]
fn drawings_do_not_restyle_the_page() {
    let page = stdout(&["report", CHAT, "--format", "html"]);
    let mut drawings = 0;
    for drawing in page.split("<svg ").skip(1) {
        let class = drawing.split("class=\"").nth(1).expect("a class");
        let class = format!(".{} ", class.split('"').next().expect("its end"));
        let style = drawing.split("<style>").nth(1).expect("a style");
        let style = style.split("</style>").next().expect("its end");
        let rules = style.replace("@media(prefers-color-scheme:dark){", "");
        for rule in rules.split('}').filter(|rule| !rule.is_empty()) {
            assert!(rule.starts_with(&class), "{rule}");
        }
        drawings += 1;
    }
    assert!(drawings >= 2, "a graph and the ladder");
}

/// On paper only what is open on the page is written out, and no connection but the first is open at first where there are many.
#[test]
fn the_printed_page_folds() {
    let page = stdout(&["report", CHAT, "--format", "html"]);
    let print = page
        .split("@media print")
        .nth(1)
        .expect("a style for paper");
    let print = print.split("</style>").next().expect("its end");
    assert!(!print.contains("details-content"), "{print}");
    assert!(page.contains("<details open><summary>"));
    assert!(
        page.contains("<details><summary>"),
        "the second connection is folded"
    );
}

/// Where the third frame of a pcapng file begins: every block says its kind and its length first.
fn third_frame(capture: &str) -> usize {
    let bytes = std::fs::read(capture).expect("a lesson capture");
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let (mut at, mut frames) = (0, 0);
    loop {
        frames += u32::from(word(at) == 6);
        if frames == 3 {
            return at;
        }
        at += word(at + 4) as usize;
    }
}

/// Of a cut file: what it shows holds or fails, what it does not show is no proof of absence.
#[test]
fn a_cut_capture_proves_no_absence() {
    let cut = |capture: &str, name: &str, keep: usize| {
        let bytes = std::fs::read(capture).expect("a lesson capture");
        let path = std::env::temp_dir().join(format!("{}-{name}.pcapng", std::process::id()));
        std::fs::write(&path, &bytes[..bytes.len() - keep]).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let chat = cut(CHAT, "cut-chat", 100);
    let reset = cut("captures/abrupt-reset.pcapng", "cut-reset", 1);
    // Behind the SYN,ACK, in the middle of the third segment.
    let whole = std::fs::metadata(CHAT).expect("a lesson capture").len() as usize;
    let opening = cut(CHAT, "cut-opening", whole - third_frame(CHAT) - 40);
    assert!(
        stdout(&["replay", &opening, "--lang", "en"])
            .contains("SYN answered, the third segment was not seen before the capture ends")
    );
    assert!(
        stdout(&["replay", &opening, "--lang", "pt-BR"])
            .contains("o terceiro segmento não foi visto antes do fim da captura")
    );
    for (capture, claim, expected) in [
        (&chat, "handshake complete", 0),
        (&chat, "no reset", 4),
        (&chat, "no message \"never said\"", 4),
        (&chat, "streams >= 1", 0),
        (&chat, "streams == 2", 4),
        (&chat, "no half-close", 4),
        (&opening, "handshake half-open", 4),
        (&opening, "handshake complete", 4),
        (&opening, "verdict OPENED", 4),
        (&reset, "any: reset-by client", 0),
        (&reset, "no reset", 3),
    ] {
        assert_eq!(
            code(&["expect", capture, claim]),
            expected,
            "{capture} {claim}"
        );
    }
    for path in [chat, reset, opening] {
        std::fs::remove_file(path).expect("removed");
    }
}

/// Times keep their nine decimals on the way into JSON.
#[test]
fn json_times_have_nine_decimals() {
    let text = stdout(&["report", CHAT, "--format", "json"]);
    let line = text
        .lines()
        .find(|line| line.contains("\"first\":"))
        .expect("the time");
    let digits = line
        .rsplit('.')
        .next()
        .expect("decimals")
        .trim_end_matches(',');
    assert_eq!(digits.len(), 9, "{line}");
}

/// Every display filter of the reports is one that tshark understands.
#[test]
fn every_filter_is_wiresharks() {
    let mut filters = std::collections::BTreeSet::new();
    for capture in [
        "chat-two-sessions",
        "abrupt-reset",
        "websocket",
        "refused",
        "ipv6",
        "four-segment-close",
    ] {
        let text = stdout(&["report", &format!("captures/{capture}.pcapng")]);
        let codes = text.split('`').skip(1).step_by(2);
        filters.extend(
            codes
                .filter(|code| code.contains("==") || code.contains("tcp."))
                .map(shape),
        );
    }
    assert!(filters.len() > 30, "{}", filters.len());
    let filters: Vec<_> = filters
        .into_iter()
        .map(|f| format!("({})", f.replace("\\|", "|")))
        .collect();
    for some in filters.chunks(16) {
        if tshark(&["-r", CHAT, "-Y", &some.join(" or "), "-c", "1"]).is_none() {
            return;
        }
    }
}

/// A filter with its decimal numbers made equal, so that each form is tried once.
fn shape(filter: &str) -> String {
    let number = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    filter
        .split("==")
        .map(|part| {
            let head: String = part.chars().take_while(char::is_ascii_digit).collect();
            if number(&head) && !head.is_empty() && !part.starts_with("0x") {
                format!("1{}", &part[head.len()..])
            } else {
                part.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("==")
}

#[test]
fn expectations_that_hold_and_that_do_not() {
    let held = [
        "handshake complete",
        "closed-by client",
        "no retransmission",
        "streams == 2",
        "close in 3 segments",
        "no finding",
        "complete",
    ];
    let mut arguments = vec!["expect", CHAT];
    arguments.extend(held);
    assert_eq!(code(&arguments), 0, "{}", stdout_of(&arguments));
    assert_eq!(code(&["expect", CHAT, "closed-by server"]), 3);
    assert!(stdout_of(&["expect", CHAT, "closed-by server"]).contains("closed-by client"));
    assert_eq!(
        code(&["expect", CHAT, "message ~ \"teste\" delivered to 2"]),
        0
    );
    assert_eq!(code(&["expect", CHAT, "message \"never said\""]), 3);
    assert_eq!(
        code(&[
            "expect",
            "captures/refused.pcapng",
            "any: handshake refused"
        ]),
        0
    );
    assert_eq!(
        code(&[
            "expect",
            "captures/abrupt-reset.pcapng",
            "any: reset-by client",
            "any: reset cause unread_data_or_linger0"
        ]),
        0
    );
    assert_eq!(
        code(&[
            "expect",
            "captures/four-segment-close.pcapng",
            "close in 4 segments",
            "closed-by server"
        ]),
        0
    );
    assert_eq!(
        code(&["expect", "captures/websocket.pcapng", "any: ws-close 1000"]),
        0
    );
    assert_eq!(
        code(&[
            "expect",
            "captures/ipv6.pcapng",
            "open within 1s",
            "stream 0: verdict SERVED"
        ]),
        0
    );
}

/// `any:` is about one connection, `stream N:` about that one: also where numbers, findings and messages are asked for.
#[test]
fn a_scope_chooses_what_is_counted_and_named() {
    const DEMO: &str = "captures/demo.pcapng";
    let replayed = stdout_of(&["replay", DEMO, "--format", "json", "--stream", "1"]);
    let packets = replayed
        .lines()
        .filter(|line| line.contains("\"event\":\"packet\""));
    let frames: Vec<u64> = packets
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["frame"].as_u64())
        .collect::<Option<_>>()
        .expect("numbers");
    let count = frames.len();
    for (claim, expected) in [
        (format!("frames == {}", 48), 0),
        (format!("any: frames == {}", 48), 3),
        (format!("any: frames == {count}"), 0),
        (format!("stream 1: frames == {count}"), 0),
        ("any: no finding".to_owned(), 0),
        ("no finding".to_owned(), 3),
        ("any: finding refused".to_owned(), 0),
        ("any: message ~ \"o\"".to_owned(), 0),
        // The refused connection says nothing.
        ("any: no message ~ \"o\"".to_owned(), 0),
        ("stream 0: complete".to_owned(), 0),
        ("stream 2: complete".to_owned(), 3),
        ("complete".to_owned(), 3),
    ] {
        assert_eq!(code(&["expect", DEMO, &claim]), expected, "{claim}");
    }
    let claim = format!("stream 1: frames == {count}");
    let told = stdout_of(&["expect", DEMO, &claim, "--format", "json"]);
    let told: Value = serde_json::from_str(&told).expect("one object");
    assert_eq!(told["frames"], serde_json::json!([frames[0]]));
}

/// What only the whole capture can answer is refused of a part, instead of being for ever inconclusive.
#[test]
fn a_claim_about_the_capture_has_no_scope() {
    for claim in [
        "stream 0: fin == 2",
        "any: syn >= 1",
        "port 7000: no drops",
        "stream 0: only port 7000",
    ] {
        assert_eq!(code(&["expect", CHAT, claim]), 2, "{claim}");
        let told = stderr(&["expect", CHAT, claim]);
        assert!(told.contains("of the whole capture"), "{told}");
    }
    assert_eq!(code(&["expect", CHAT, "fin == 4"]), 0);
}

/// Graders read why something could not be told.
#[test]
fn the_reason_of_an_inconclusive_claim_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    // A classic pcap without frames: it cannot say what was lost.
    let bare = folder.path().join("bare.pcap");
    let header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
    std::fs::write(&bare, header).expect("written");
    let tap = stdout_of(&["expect", path_text(&bare), "no drops", "--format", "tap"]);
    assert!(
        tap.contains("ok 1 - no drops # SKIP inconclusive: ") && !tap.contains("missing"),
        "{tap}"
    );
    let cut = folder.path().join("cut.pcapng");
    let whole = std::fs::read(CHAT).expect("the capture");
    std::fs::write(&cut, &whole[..whole.len() * 2 / 3]).expect("written");
    let told = |format| {
        let arguments = ["expect", path_text(&cut), "no reset", "--format", format];
        stdout_of(&arguments)
    };
    let missing = "frames are missing from the capture";
    assert!(told("tap").contains(&format!("# SKIP inconclusive: {missing}")));
    assert!(told("junit").contains(&format!("message=\"inconclusive: {missing}; ")));
    assert!(told("json").contains(&format!("\"reason\":\"{missing}\"")));
    assert!(told("lines").contains(missing));
}

fn stdout_of(arguments: &[&str]) -> String {
    String::from_utf8_lossy(&chatscope(arguments).output().expect("runs").stdout).into_owned()
}

#[test]
fn a_claim_that_is_not_understood_is_a_usage_error() {
    assert_eq!(code(&["expect", CHAT, "all is well"]), 2);
    let told = stderr(&["expect", CHAT, "all is well"]);
    assert!(
        told.contains("`all`") && told.contains("handshake complete|refused"),
        "{told}"
    );
}

#[test]
fn expectations_for_graders() {
    let tap = stdout_of(&[
        "expect",
        CHAT,
        "streams == 2",
        "streams == 3",
        "--format",
        "tap",
    ]);
    assert!(
        tap.starts_with("TAP version 14\n1..2\nok 1 - streams == 2\n"),
        "{tap}"
    );
    assert!(tap.contains("\nnot ok 2 - streams == 3\n"), "{tap}");
    let junit = stdout_of(&["expect", CHAT, "streams == 3", "--format", "junit"]);
    assert!(
        junit.contains("tests=\"1\" failures=\"1\" skipped=\"0\""),
        "{junit}"
    );
    let json = stdout_of(&["expect", CHAT, "streams == 3", "--format", "json"]);
    let object: Value = serde_json::from_str(json.trim()).expect("one object");
    assert_eq!(
        (object["result"].as_str(), object["found"].as_str()),
        (Some("FAIL"), Some("2"))
    );
}

/// What a cut capture does not show may have been there: inconclusive, exit 4.
#[test]
fn a_cut_capture_is_inconclusive() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = folder.path().join("cut.pcapng");
    let whole =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(CHAT)).expect("the capture");
    std::fs::write(&cut, &whole[..whole.len() * 2 / 3]).expect("written");
    assert_eq!(code(&["expect", path_text(&cut), "closed-by client"]), 4);
    assert_eq!(code(&["expect", path_text(&cut), "handshake complete"]), 0);
    assert_eq!(code(&["report", path_text(&cut)]), 0);
    assert_eq!(code(&["report", path_text(&cut), "--strict"]), 4);
}

/// The chat with a snap length, as a classic pcap.
fn snapped(snaplen: usize) -> Vec<u8> {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join(CHAT);
    let mut reader = chatscope::capture::SavefileReader::open(input).expect("a capture");
    let header = [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, snaplen as u32, 1];
    let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
    while let Some(frame) = reader.next_frame().expect("whole") {
        let data = &frame.data[..frame.data.len().min(snaplen)];
        let nanos = frame.timestamp.as_nanos();
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        for word in [
            seconds as u32,
            rest as u32,
            data.len() as u32,
            frame.original_length,
        ] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(data);
    }
    file
}

/// What the snap length cut off is neither there nor missing, and what TCP did is known all the same.
#[test]
fn a_snap_length_makes_words_inconclusive_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = folder.path().join("cut.pcap");
    std::fs::write(&cut, snapped(70)).expect("written");
    let cut = path_text(&cut);
    assert_eq!(code(&["expect", CHAT, "message \"teste\""]), 0);
    for (claim, expected) in [
        ("message \"teste\"", 4),
        ("message \"test\"", 4),
        ("no message \"tesouro\"", 4),
        ("option window_scale", 4),
        ("closed-by client", 0),
        ("handshake complete", 0),
        ("reset-by server", 3),
    ] {
        assert_eq!(code(&["expect", cut, claim]), expected, "{claim}");
    }
    let output = chatscope(&["expect", cut, "message \"teste\""]).output();
    let told = String::from_utf8(output.expect("runs").stdout).expect("UTF-8");
    assert!(told.contains("cut short by the snap length"), "{told}");
    assert!(stdout(&["replay", cut]).contains("frames cut short by the snap length"));
}

fn annotated(input: &Path, folder: &Path) -> PathBuf {
    let out = folder.join("out.pcapng");
    chatscope(&["annotate", path_text(input), path_text(&out)])
        .assert()
        .success();
    out
}

#[test]
fn every_frame_is_explained_and_nothing_else_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join(CHAT);
    let out = annotated(&input, folder.path());
    let Some(comments) = tshark(&["-r", path_text(&out), "-T", "fields", "-e", "frame.comment"])
    else {
        return;
    };
    assert_eq!(comments.lines().count(), 34);
    assert!(
        comments.lines().all(|line| line.starts_with("stream ")),
        "{comments}"
    );
    for part in [
        "handshake 2/3",
        "(ana)",
        "\"teste\"",
        "RFC 9293 section 3.5",
        "close in 3 segments",
    ] {
        assert!(comments.contains(part), "{part}");
    }
    assert_eq!(
        tshark(&["-r", path_text(&input), "-x"]),
        tshark(&["-r", path_text(&out), "-x"])
    );
}

/// A frame whose options overrun their block has no room for a comment: it is copied as it is and not counted.
#[test]
fn only_frames_that_carry_their_comment_are_counted() {
    const ENHANCED_PACKET: [u8; 4] = [6, 0, 0, 0];
    let mut bytes =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(CHAT)).expect("the capture");
    let length = |at: usize, bytes: &[u8]| {
        u32::from_le_bytes(bytes[at + 4..at + 8].try_into().expect("four")) as usize
    };
    let mut at = 0;
    while bytes[at..at + 4] != ENHANCED_PACKET {
        at += length(at, &bytes);
    }
    // Behind the first frame's data: a comment said to be of 65,535 bytes, in a block that ends after it.
    let captured = u32::from_le_bytes(bytes[at + 20..at + 24].try_into().expect("four")) as usize;
    let options = at + 28 + captured.next_multiple_of(4);
    let damaged = (options + 8 + 4 - at) as u32;
    let rest = bytes.split_off(at + length(at, &bytes));
    bytes.truncate(options);
    bytes.extend([1, 0, 0xff, 0xff, b'a', b'b', b'c', b'd']);
    bytes.extend(damaged.to_le_bytes());
    bytes[at + 4..at + 8].copy_from_slice(&damaged.to_le_bytes());
    bytes.extend(rest);
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("damaged.pcapng");
    std::fs::write(&input, bytes).expect("written");
    let out = folder.path().join("out.pcapng");
    let told = stderr(&["annotate", path_text(&input), path_text(&out)]);
    assert!(told.contains("33 of 34 frames explained"), "{told}");
    assert!(told.contains("1 frame has no room"), "{told}");
    let told = stderr(&["annotate", CHAT, path_text(&out)]);
    assert_eq!(told, "chatscope: 34 of 34 frames explained\n");
}

#[test]
fn foreign_comments_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join(CHAT);
    let commented = folder.path().join("commented.pcapng");
    let edited = Command::new("editcap")
        .args([
            "-a",
            "2:a teacher's remark",
            path_text(&input),
            path_text(&commented),
        ])
        .status();
    if !edited.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no editcap here");
        return;
    }
    let out = annotated(&commented, folder.path());
    let comments = tshark(&["-r", path_text(&out), "-T", "fields", "-e", "frame.comment"])
        .expect("comes with editcap");
    let second = comments.lines().nth(1).expect("frame 2");
    assert!(
        second.contains("a teacher's remark") && second.contains("handshake 2/3"),
        "{second}"
    );
}

#[test]
fn comments_that_have_no_place_are_refused() {
    let told = stderr(&["annotate", CHAT, "x.pcap"]);
    assert!(told.contains("no place for comments"), "{told}");
    assert_eq!(code(&["annotate", CHAT, "x.pcap"]), 2);
    assert_eq!(code(&["annotate", CHAT, CHAT]), 2);
    assert_eq!(code(&["annotate", "-", "x.pcapng"]), 2);
    assert!(
        !Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("x.pcap")
            .exists()
    );
}

/// Q56 (GD22, GD23): the protocol field and the identification of the IP header; tshark prints 6 and 0xb94a.
#[test]
fn accept_gd_q22_q23() {
    let boxes = stdout(&["frame", CHAT, "1"]);
    assert!(
        boxes.contains("6 TCP") && boxes.contains("0xb94a"),
        "{boxes}"
    );
}

/// What tshark 4.0.17 prints as Info column and expert items of this frame.
#[test]
fn a_frame_is_said_in_wiresharks_words_too() {
    let boxes = stdout(&["frame", CHAT, "27", "--width", "120"]);
    let info =
        "7000 → 43768 [FIN, ACK] Seq=245 Ack=18 Win=65536 Len=0 TSval=3754317808 TSecr=1693254144";
    assert!(boxes.contains(&format!("  Info     {info}\n")), "{boxes}");
    for item in [
        "Chat     Connection finish (FIN)",
        "Note     This frame undergoes the connection closing",
    ] {
        assert!(boxes.contains(item), "{boxes}");
    }
}

/// Q70 (UN): all header boxes of a packet; the values are tshark's.
#[test]
fn accept_un_q70() {
    let boxes = stdout(&["frame", CHAT, "1"]);
    for value in [
        "43768",
        "7000",
        "1995917104",
        "65495",
        "0xfe30",
        "0x836f",
        "Time to Live",
        "DOffset",
    ] {
        assert!(boxes.contains(value), "{value} in {boxes}");
    }
    assert!(boxes.contains("Maximum Segment Size = 65495"), "{boxes}");
}

/// Through a pipe (`| less`, `| head`) a picture still fits an 80-column terminal.
#[test]
fn a_piped_picture_does_not_wrap() {
    for arguments in [["ladder", CHAT].as_slice(), &["graph", CHAT]] {
        let text = stdout(arguments);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| widest <= 80), "{widest:?}");
    }
}
