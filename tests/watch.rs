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
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
    assert!(said.contains("sleep: signal: 15"), "{said}");

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
    assert!(said.contains("sleep: signal: 15"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(15));
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
    assert!(said.contains("sh: signal: 9"), "{said}");
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
    assert!(began.elapsed() < Duration::from_secs(2), "at once");
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
