//! `watch` as a process: the program it runs under capture never outlives it, what it saves is what it tells, and what it
//! cannot write it says. Skipped, with the reason printed, where capturing is not permitted.
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test waits and says why it skips"
)]
#![cfg(feature = "live")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

fn may_capture() -> bool {
    let doctor = chatscope(&["doctor"]).output().unwrap();
    if !doctor.status.success() {
        eprintln!("skipped: no permission to capture here");
    }
    doctor.status.success()
}

fn chatscope(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatscope"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A run that a test may not leave behind.
struct Run(Child);

impl Run {
    fn start(arguments: &[&str]) -> Self {
        Self(chatscope(arguments).spawn().unwrap())
    }

    /// Reads standard output until a line holds `part`; gives the pipe back, still open.
    fn until(&mut self, part: &str) -> BufReader<std::process::ChildStdout> {
        let mut out = BufReader::new(self.0.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert!(
                out.read_line(&mut line).unwrap() > 0,
                "ends before {part:?}"
            );
        }
        out
    }

    fn signal(&self, name: &str) {
        let signal: nix::sys::signal::Signal = name.parse().unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.0.id() as i32), signal).unwrap();
    }

    /// Its exit code, and what it said on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < PATIENCE, "does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        // A program that outlived its watch would keep this pipe open.
        stderr.read_to_string(&mut said).unwrap();
        (self.0.wait().unwrap().code(), said)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_program_ends_with_the_watch() {
    if !may_capture() {
        return;
    }
    let began = Instant::now();
    let run = Run::start(&[
        "watch",
        "-a",
        "duration:1",
        "tcp port 9",
        "--",
        "sleep",
        "60",
    ]);
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("sleep: signal: 15 (SIGTERM), sent by chatscope"),
        "{said}"
    );

    let mut run = Run::start(&[
        "watch",
        "--format",
        "json",
        "tcp port 9",
        "--",
        "sleep",
        "60",
    ]);
    let _open = run.until("\"capture\"");
    run.signal("SIGINT");
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("sleep: signal: 15 (SIGTERM), sent by chatscope"),
        "{said}"
    );
    assert!(began.elapsed() < Duration::from_secs(15));
}

/// A terminal sends Ctrl-C to both: the program says its farewell, and the capture has it.
#[test]
fn a_program_that_hears_ctrl_c_ends_as_it_likes() {
    // What is started in the background of a script is born deaf to SIGINT, and a shell cannot unlearn that.
    let hearing = ["env", "--default-signal=INT"];
    let probe = Command::new(hearing[0]).args([hearing[1], "true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this env cannot restore SIGINT");
        return;
    }
    if !may_capture() {
        return;
    }
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let polite = format!(
        "trap 'sleep 0.2; echo farewell >&3; exit 7' INT; exec 3<>/dev/tcp/127.0.0.1/{port}; while :; do sleep 0.05; done"
    );
    let filter = format!("tcp port {port}");
    let mut watch = chatscope(&[
        "watch", "--format", "json", &filter, "--", hearing[0], hearing[1], "bash", "-c", &polite,
    ]);
    let mut run = Run(watch.process_group(0).spawn().unwrap());
    let (_client, _) = server.accept().unwrap();
    let mut out = run.until("handshake-3");
    let group = nix::unistd::Pid::from_raw(-(run.0.id() as i32));
    nix::sys::signal::kill(group, nix::sys::signal::Signal::SIGINT).unwrap();
    let mut story = String::new();
    out.read_to_string(&mut story).unwrap();
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("env: exit status: 7"), "{said}");
    assert!(story.contains("\"text\":\"farewell\""), "{story}");
}

#[test]
fn a_program_that_will_not_end_is_killed() {
    if !may_capture() {
        return;
    }
    let deaf = "trap '' TERM INT; echo deaf >&2; while :; do sleep 0.1; done";
    let run = Run::start(&[
        "watch",
        "-a",
        "duration:1",
        "tcp port 9",
        "--",
        "sh",
        "-c",
        deaf,
    ]);
    let began = Instant::now();
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("sh: signal: 9 (SIGKILL), since it did not end"),
        "{said}"
    );
    assert!(began.elapsed() > Duration::from_secs(3), "it had its time");

    let mut run = Run::start(&[
        "watch",
        "--format",
        "json",
        "tcp port 9",
        "--",
        "sh",
        "-c",
        deaf,
    ]);
    let _open = run.until("\"capture\"");
    let began = Instant::now();
    run.signal("SIGINT");
    std::thread::sleep(Duration::from_millis(300));
    run.signal("SIGINT");
    let (code, said) = run.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(began.elapsed() < Duration::from_secs(4), "at once");
}

#[test]
fn a_reader_that_leaves_ends_the_watch_and_its_program() {
    if !may_capture() {
        return;
    }
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let chatty =
        format!("exec 3<>/dev/tcp/127.0.0.1/{port}; while :; do echo line >&3; sleep 0.1; done");
    let filter = format!("tcp port {port}");
    let mut run = Run::start(&["watch", &filter, "--", "bash", "-c", &chatty]);
    let (mut client, _) = server.accept().unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    drop(run.until("SYN"));
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    // Its connection ends with it.
    let _ = client.read_to_end(&mut Vec::new());
    let _ = client.write_all(b"nobody");
}

/// Two ends that send each other a line as fast as they can, until dropped.
struct Traffic {
    port: u16,
    over: Arc<AtomicBool>,
    ends: Vec<JoinHandle<()>>,
}

impl Traffic {
    /// `pause` between two lines.
    fn start(pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let talk = move |mut stream: TcpStream, over: Arc<AtomicBool>| {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut heard = [0; 5];
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(pause);
                if stream.write_all(b"line\n").is_err() || stream.read_exact(&mut heard).is_err() {
                    return;
                }
            }
        };
        let first = TcpStream::connect(address).unwrap();
        let (second, _) = listener.accept().unwrap();
        let ends = [first, second].map(|stream| {
            let over = Arc::clone(&over);
            std::thread::spawn(move || talk(stream, over))
        });
        Self {
            port: address.port(),
            over,
            ends: ends.into(),
        }
    }

    fn filter(&self) -> String {
        format!("tcp port {}", self.port)
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for end in self.ends.drain(..) {
            let _ = end.join();
        }
    }
}

/// Number and time of every packet that a JSON story tells, as they stand there: there are very many.
fn packets(story: &str) -> Vec<&str> {
    let packets = story
        .lines()
        .filter(|line| line.starts_with("{\"event\":\"packet\""));
    packets
        .map(|line| line.split(",\"stream\"").next().unwrap())
        .collect()
}

/// The file holds the frames that the story counts, no more and no fewer, and the story tells each of them but what it
/// says that it folded, where the machine was too slow for it.
fn same_frames(story: &str, file: &Path) -> usize {
    let path = file.to_str().unwrap();
    let replayed = chatscope(&["replay", "--format", "json", path])
        .output()
        .unwrap();
    let replayed = String::from_utf8(replayed.stdout).unwrap();
    let (live, saved) = (packets(story), packets(&replayed));
    assert!(saved[0].contains("\"frame\":1,\"ts\":1"), "{}", saved[0]);
    let end: Value = serde_json::from_str(story.lines().last().unwrap()).unwrap();
    let of_end = |name: &str| end[name].as_u64().unwrap() as usize;
    assert_eq!(of_end("frames"), saved.len());
    let missing = saved.len() - live.len();
    assert!(missing <= of_end("display_folded"), "{missing}: {end}");
    let mut rest = saved.iter();
    assert!(live.iter().all(|told| rest.any(|frame| frame == told)));
    saved.len()
}

#[test]
fn the_file_has_the_frames_of_the_story_and_no_others() {
    if !may_capture() {
        return;
    }
    let traffic = Traffic::start(Duration::ZERO);
    let folder = tempfile::tempdir().unwrap();
    for name in ["counted.pcapng", "counted.pcap"] {
        let file = folder.path().join(name);
        let path = file.to_str().unwrap();
        let output = chatscope(&[
            "watch",
            "--format",
            "json",
            "-c",
            "5",
            "-w",
            path,
            &traffic.filter(),
        ])
        .output()
        .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("5 frames captured"), "{said}");
        assert_eq!(
            same_frames(&String::from_utf8(output.stdout).unwrap(), &file),
            5
        );
    }
    for extra in [&[][..], &["--annotate"]] {
        let file = folder.path().join("stopped.pcapng");
        let path = file.to_str().unwrap();
        let filter = traffic.filter();
        let arguments = [&["watch", "--format", "json", "-w", path, &filter], extra].concat();
        let mut run = Run::start(&arguments);
        let mut out = run.until("\"capture\"");
        let reading = std::thread::spawn(move || {
            let mut story = String::new();
            out.read_to_string(&mut story).map(|_| story)
        });
        std::thread::sleep(Duration::from_millis(700));
        run.signal("SIGINT");
        let (code, said) = run.end();
        assert_eq!(code, Some(0), "{said}");
        let story = reading.join().unwrap().unwrap();
        assert!(same_frames(&story, &file) > 100);
    }
}

/// The story of so many seconds, read only when they are over; what it says at its end, and what was said on stderr.
fn read_late(filter: &str, seconds: u64) -> (Vec<Value>, Value, String) {
    let duration = format!("duration:{seconds}");
    let mut run = Run::start(&["watch", "--format", "json", "-a", &duration, filter]);
    let mut out = run.until("\"capture\"");
    std::thread::sleep(Duration::from_secs(seconds + 1));
    let mut story = String::new();
    out.read_to_string(&mut story).unwrap();
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    let lines = story.lines();
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let end = events.last().unwrap().clone();
    assert_eq!(end["event"], "end", "the end always comes, last");
    (events, end, said)
}

#[test]
fn a_slow_reader_loses_lines_that_are_counted_and_never_the_end() {
    if !may_capture() {
        return;
    }
    let traffic = Traffic::start(Duration::from_millis(1));
    // About 200 chunks a second fill the queue in six; where the machine is under load they are larger and fewer.
    let (events, end, said) = [8, 16, 32]
        .into_iter()
        .map(|seconds| read_late(&traffic.filter(), seconds))
        .find(|(_, end, _)| end["display_folded"] != 0)
        .expect("something is folded in half a minute");
    let folded = end["display_folded"].as_u64().unwrap();
    assert!(
        said.contains(&format!("{folded} lines of the story were folded")),
        "{said}"
    );
    let count = |kind: &str| events.iter().filter(|event| event["event"] == kind).count() as u64;
    assert!(count("stream") > 0, "the last word on it");
    let (told, frames) = (count("packet"), end["frames"].as_u64().unwrap());
    assert!(
        told < frames && told + folded >= frames,
        "{told} and {folded} of {frames}"
    );
}

#[test]
fn a_story_that_cannot_be_written_is_no_success() {
    if !may_capture() {
        return;
    }
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let traffic = Traffic::start(Duration::from_millis(1));
    for format in ["json", "lines", "table"] {
        let output = chatscope(&["watch", "--format", format, "-c", "50", &traffic.filter()])
            .stdout(full())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}: {said}");
        assert!(said.contains("No space left"), "{format}: {said}");
    }
    // A chat whose story nobody can read ends and says why, before anybody has come.
    let ports = ["--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"];
    let mut serve = chatscope(&["serve", "--require-capture", "--format", "json"]);
    let run = Run(serve.args(ports).stdout(full()).spawn().unwrap());
    let (code, said) = run.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("the story cannot be written") && said.contains("No space left"),
        "{said}"
    );
}

#[test]
fn a_file_that_cannot_be_written_is_told_at_once_and_the_story_goes_on() {
    if !may_capture() {
        return;
    }
    let traffic = Traffic::start(Duration::from_millis(1));
    for extra in [&[][..], &["--annotate"]] {
        let filter = traffic.filter();
        // The name of a device with the ending of a format that has room for comments.
        let folder = tempfile::tempdir().unwrap();
        let full = folder.path().join("full.pcapng");
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let arguments = [
            &[
                "watch",
                "--format",
                "json",
                "-a",
                "duration:15",
                "-w",
                full.to_str().unwrap(),
                &filter,
            ],
            extra,
        ];
        let mut run = Run::start(&arguments.concat());
        let mut stderr = BufReader::new(run.0.stderr.take().unwrap());
        let mut said = String::new();
        assert!(
            stderr.read_line(&mut said).unwrap() > 0,
            "told while it runs"
        );
        assert!(
            said.contains("full.pcapng: ") && said.contains("No space left"),
            "{said}"
        );
        assert!(said.contains("goes on without the file"), "{said}");
        let mut out = run.until("\"packet\"");
        run.signal("SIGINT");
        out.read_to_string(&mut String::new()).unwrap();
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert!(!rest.contains("No space left"), "told once: {rest}");
        assert_eq!(run.0.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn a_capture_into_a_pipe_ends_with_its_reader() {
    if !may_capture() {
        return;
    }
    let traffic = Traffic::start(Duration::from_millis(1));
    let mut run = Run::start(&["watch", "-w", "-", &traffic.filter()]);
    let mut out = run.0.stdout.take().unwrap();
    out.read_exact(&mut [0; 100]).unwrap();
    drop(out);
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("cannot be written"), "{said}");
}
