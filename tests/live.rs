//! The main job, live: `serve` with its capture and real clients on loopback. Skipped, with the reason printed, where
//! capturing is not permitted. The saved capture must replay to the same TCP story, and tshark must read it.
#![allow(
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "a test waits and says why it skips"
)]
#![cfg(feature = "live")]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use support::process::{Options, Process};
use support::{Client, eventually};

/// A running `chatscope serve` that captures, saves and tells in JSON, ended by SIGINT.
struct Serve {
    process: Process,
    folder: tempfile::TempDir,
}

fn may_capture() -> bool {
    let doctor = Command::new(env!("CARGO_BIN_EXE_chatscope"))
        .arg("doctor")
        .output()
        .expect("doctor runs");
    if !doctor.status.success() {
        eprintln!(
            "skipped: no permission to capture here:\n{}",
            String::from_utf8_lossy(&doctor.stdout)
        );
    }
    doctor.status.success()
}

impl Serve {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let story = fs::File::create(folder.path().join("story.jsonl")).expect("a file");
        let capture = folder.path().join("live.pcapng");
        let first: Options = &[&"--require-capture", &"--format", &"json", &"-w", &capture];
        let further = options.iter().map(|option| option as &dyn AsRef<OsStr>);
        let all: Vec<_> = first.iter().copied().chain(further).collect();
        let process = Process::telling(story, &all);
        let serve = Self { process, folder };
        serve.wait_for("\"event\":\"capture\"");
        serve
    }

    fn client(&self) -> Client {
        self.process.client()
    }

    fn story(&self) -> String {
        fs::read_to_string(self.folder.path().join("story.jsonl")).expect("readable story")
    }

    /// Waits until the story holds a text: the capture is live, a session is gone.
    fn wait_for(&self, text: &str) {
        eventually(text, || self.story().contains(text));
    }

    /// Ctrl-C; gives the folder with the story and the capture.
    fn end(mut self) -> (tempfile::TempDir, Duration) {
        self.process.signal("INT");
        let (status, took) = self.process.wait();
        assert!(status.success(), "{}", self.process.log());
        (self.folder, took)
    }
}

/// Says no more, and hears what is left.
fn leave(mut client: Client) {
    let stream = client.stream();
    stream.shutdown(Shutdown::Write).expect("an open socket");
    client.rest();
}

fn events(json: &str) -> Vec<Value> {
    json.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// Position of the first event that fits, from `from` on.
fn find(events: &[Value], from: usize, what: &str, fits: impl Fn(&Value) -> bool) -> usize {
    events[from..].iter().position(fits).map_or_else(
        || panic!("no {what} from event {from} on in {events:#?}"),
        |at| from + at,
    )
}

#[test]
fn the_whole_story_in_order() {
    if !may_capture() {
        return;
    }
    let serve = Serve::start();
    let (mut left, mut right) = (serve.client(), serve.client());
    left.say("teste");
    left.until("teste");
    right.until("teste");
    leave(left);
    serve.wait_for("CLOSED_BY_CLIENT");
    // A browser that thinks better of it.
    drop(TcpStream::connect(serve.process.web).expect("the server listens"));
    right.say("teste 2");
    right.until("teste 2");
    leave(right);
    std::thread::sleep(Duration::from_millis(300));
    let (folder, ending) = serve.end();
    assert!(ending < Duration::from_secs(5), "took {ending:?} to end");

    let live = events(&fs::read_to_string(folder.path().join("story.jsonl")).expect("story"));
    let is = |kind: &'static str| move |event: &Value| event["event"] == kind;
    assert_eq!(live[0]["event"], "capture");
    let role = |stream: u64, role: &'static str| {
        move |event: &Value| event["stream"] == stream && event["role"] == role
    };
    let one = find(&live, 0, "SYN", role(0, "handshake-1"));
    let two = find(&live, one, "SYN,ACK", role(0, "handshake-2"));
    let three = find(&live, two, "ACK", role(0, "handshake-3"));
    let connected = find(&live, 0, "connected", |e| {
        e["event"] == "session" && e["kind"] == "connected" && e["stream"] == 0
    });
    // By time, not by place: on a machine under load a session event may overtake frames that are still in the kernel.
    assert!(
        live[connected]["ts"].as_f64() > live[three]["ts"].as_f64(),
        "{} {}",
        live[connected],
        live[three]
    );
    let said = find(&live, three, "line", |e| {
        e["event"] == "message" && e["text"] == "teste"
    });
    assert_eq!(live[said]["direction"], "c2s");
    assert!(
        live[said]["ack_frame"].as_u64() > live[said]["frames"][0].as_u64(),
        "{}",
        live[said]
    );
    let delivered = find(&live, said, "delivery to both", |e| {
        e["event"] == "delivery" && e["complete"] == true && e["expected"] == 2
    });
    let fin = find(&live, three, "first FIN", role(0, "fin-1"));
    assert!(fin > said);
    find(&live, fin, "teardown", |e| {
        e["event"] == "teardown" && e["stream"] == 0 && e["complete"] == true
    });
    find(&live, fin, "disconnected", |e| {
        e["event"] == "session" && e["kind"] == "disconnected" && e["reason"] == "client_closed"
    });
    find(&live, delivered, "second line", |e| {
        e["event"] == "message" && e["text"] == "teste 2"
    });
    let end = live.last().expect("events");
    assert!(is("end")(end), "{end}");
    assert_eq!(end["kernel_dropped"], 0);

    replays_to_the_same_story(&live, &folder.path().join("live.pcapng"));
    tshark_reads(
        &folder.path().join("live.pcapng"),
        end["frames"].as_u64().expect("a number"),
    );
}

/// Replay of the saved capture = what was told live, the capture and session entries and what they add aside.
fn replays_to_the_same_story(live: &[Value], capture: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_chatscope"))
        .args(["replay", "--format", "json"])
        .arg(capture)
        .output()
        .expect("replay runs");
    assert!(output.status.success());
    let replayed = events(&String::from_utf8(output.stdout).expect("UTF-8"));
    let tcp = |story: &[Value]| -> Vec<Value> {
        let kinds = [
            "packet",
            "handshake",
            "message",
            "delivery",
            "teardown",
            "finding",
            "stream",
        ];
        let mut kept: Vec<Value> = story
            .iter()
            .filter(|e| kinds.iter().any(|kind| e["event"] == *kind))
            .cloned()
            .collect();
        for event in &mut kept {
            for field in ["session", "line", "name", "matched"] {
                event.as_object_mut().expect("an object").remove(field);
            }
            // That a port listens is known beforehand to the server only; packets show it with the SYN,ACK.
            if event["role"] == "handshake-1" {
                event
                    .as_object_mut()
                    .expect("an object")
                    .retain(|field, _| field != "state" && field != "inferred");
            }
        }
        kept
    };
    let (live, replayed) = (tcp(live), tcp(&replayed));
    let packets = |story: &[Value]| -> Vec<Value> {
        story
            .iter()
            .filter(|e| e["event"] == "packet")
            .cloned()
            .collect()
    };
    // Event by event, so that a failure shows the one that differs; and none may be left over.
    let (told, again) = (packets(&live), packets(&replayed));
    for (told, again) in told.iter().zip(&again) {
        assert_eq!(told, again);
    }
    assert_eq!(told.len(), again.len());
    let (told, again) = (conclusions(&live), conclusions(&replayed));
    for (told, again) in told.iter().zip(&again) {
        assert_eq!(told, again);
    }
    assert_eq!(told.len(), again.len());
}

/// Everything but packets, each conclusion once (of deliveries the last word), without the moment at which it was drawn: where the
/// machine is under load, frames come late and a conclusion waits for them; what it says must not change.
fn conclusions(story: &[Value]) -> Vec<String> {
    let mut last_words = std::collections::BTreeMap::new();
    for (number, event) in story.iter().filter(|e| e["event"] != "packet").enumerate() {
        let mut event = event.clone();
        event.as_object_mut().expect("an object").remove("ts");
        let key = match event["event"].as_str() {
            Some("delivery") => format!("delivery {}", event["message"]),
            Some("stream") => format!("stream {}", event["stream"]),
            _ => format!("{number} {event}"),
        };
        last_words.insert(key, event.to_string());
    }
    let mut words: Vec<_> = last_words.into_values().collect();
    words.sort();
    words
}

fn tshark_reads(capture: &Path, frames: u64) {
    let Ok(output) = Command::new("tshark")
        .args(["-n", "-r"])
        .arg(capture)
        .args(["-T", "fields", "-e", "frame.number"])
        .output()
    else {
        eprintln!("skipped: tshark is not installed");
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).lines().count() as u64,
        frames
    );
}

/// Frame number and comment of every frame, as tshark reads them.
fn comments(capture: &Path) -> Option<Vec<(u64, String)>> {
    let output = Command::new("tshark")
        .args(["-n", "-r"])
        .arg(capture)
        .args(["-T", "fields", "-e", "frame.number", "-e", "frame.comment"])
        .output()
        .ok()?;
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let row = |line: &str| {
        let (number, comment) = line.split_once('\t').expect("two columns");
        (number.parse().expect("a number"), comment.to_owned())
    };
    Some(text.lines().map(row).collect())
}

#[test]
fn every_saved_frame_explains_itself_with_session_names_and_messages() {
    if !may_capture() {
        return;
    }
    let drawing = tempfile::tempdir().expect("a folder");
    let ladder = drawing.path().join("live.txt");
    let path = ladder.to_str().expect("UTF-8");
    let serve = Serve::start_with(&["--annotate", "--lang", "en", "--ladder", path]);
    let mut ana = serve.client();
    ana.say("/nick ana");
    ana.until("ana");
    ana.say("teste");
    ana.until("ana: teste");
    leave(ana);
    serve.wait_for("CLOSED_BY_CLIENT");
    let (folder, ending) = serve.end();
    let story = folder.path().join("story.jsonl");
    let story = events(&fs::read_to_string(story).expect("readable story"));
    assert!(ending < Duration::from_secs(5), "took {ending:?} to end");
    let capture = folder.path().join("live.pcapng");
    let Some(comments) = comments(&capture) else {
        eprintln!("skipped: tshark is not installed");
        return;
    };
    let bare: Vec<_> = comments
        .iter()
        .filter(|(_, text)| text.is_empty())
        .collect();
    assert!(
        bare.is_empty(),
        "without comment: {bare:?} in {comments:#?}"
    );
    let of = |frame: u64| {
        &comments
            .iter()
            .find(|(number, _)| *number == frame)
            .expect("there")
            .1
    };
    for (role, words) in [
        ("handshake-1", "handshake 1/3"),
        ("handshake-2", "handshake 2/3"),
        ("handshake-3", "handshake 3/3"),
        ("fin-1", "client closes first"),
    ] {
        let packet = find(&story, 0, role, |e| e["role"] == role);
        let frame = story[packet]["frame"].as_u64().expect("a number");
        assert!(of(frame).contains(words), "#{frame}: {}", of(frame));
    }
    let said = find(&story, 0, "line", |e| {
        e["event"] == "message" && e["text"] == "teste"
    });
    let frame = story[said]["frames"][0].as_u64().expect("a number");
    assert!(
        of(frame).contains("(ana)") && of(frame).contains("\"teste\""),
        "{}",
        of(frame)
    );
    let all = comments
        .iter()
        .map(|(_, text)| text.as_str())
        .collect::<String>();
    assert!(all.contains("session 1 on stream 0"), "{all}");
    let capinfos = Command::new("capinfos")
        .arg(&capture)
        .output()
        .expect("beside tshark");
    assert!(
        capinfos.status.success(),
        "{}",
        String::from_utf8_lossy(&capinfos.stderr)
    );
    replays_to_the_same_story(&story, &capture);
    the_program_has_a_lane(&fs::read_to_string(&ladder).expect("the drawing"));
}

/// `accept`, `read`, `write`, `close` stand beside the segments that they belong to, in this order.
fn the_program_has_a_lane(ladder: &str) {
    let header = ladder.lines().next().expect("a header");
    assert!(header.trim_end().ends_with("program"), "{ladder}");
    let mut rest = ladder;
    for call in [
        "accept :", "write 1", "read 10", "write ", "read 6", "write 11", "close :",
    ] {
        let Some(at) = rest.find(call) else {
            panic!("no `{call}` in the rest of:\n{ladder}");
        };
        rest = &rest[at + call.len()..];
    }
}

#[test]
fn comments_in_a_file_without_room_for_them_are_refused_at_the_start() {
    for command in [
        &["serve", "-w", "x.pcap", "--annotate"],
        &["watch", "-w", "x.cap", "--annotate"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_chatscope"))
            .args(command)
            .output()
            .expect("runs");
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("no place for comments") && said.contains(".pcapng"),
            "{said}"
        );
    }
}

#[test]
fn ctrl_c_on_an_idle_interface_ends_at_once() {
    if !may_capture() {
        return;
    }
    let (folder, ending) = Serve::start().end();
    assert!(ending < Duration::from_secs(2), "took {ending:?}");
    assert!(
        fs::metadata(folder.path().join("live.pcapng"))
            .expect("the file is there")
            .len()
            > 0
    );
}

#[test]
fn watch_tells_the_story_of_another_program() {
    if !may_capture() {
        return;
    }
    let nc = ["nc.openbsd", "nc"]
        .into_iter()
        .find(|name| Command::new(name).arg("-h").output().is_ok());
    let Some(nc) = nc else {
        eprintln!("skipped: no netcat");
        return;
    };
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("bound").port();
    let answering = std::thread::spawn(move || {
        let (mut client, _) = server.accept().expect("netcat comes");
        client.write_all(b"ola, netcat\n").expect("open");
        let _ = client.read_to_end(&mut Vec::new());
    });
    let output = Command::new(env!("CARGO_BIN_EXE_chatscope"))
        .args([
            "watch",
            "--format",
            "json",
            "-a",
            "duration:10",
            &format!("tcp port {port}"),
            "--",
        ])
        .args([nc, "-w", "1", "127.0.0.1", &port.to_string()])
        .stdin(Stdio::null())
        .output()
        .expect("watch runs");
    answering.join().expect("the server ends");
    let text: String = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| format!("{line}\n"))
        .collect();
    let story = events(&text);
    let greeting = find(&story, 0, "greeting", |e| {
        e["event"] == "message" && e["text"] == "ola, netcat"
    });
    assert_eq!(story[greeting]["direction"], "s2c");
    find(&story, 0, "handshake", |e| {
        e["event"] == "handshake" && e["outcome"] == "complete"
    });
}
