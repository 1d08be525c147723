//! The server as a process of its own: descriptors that run out, ten thousand idle sessions, signals, no thread left over.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chatscope::chat::Limits;
use chatscope::server::{self, Config, Shutdown};
use support::{Client, SOON, eventually};

/// This test binary running [`a_server_process`], under a limit of descriptors.
struct Process(Child, SocketAddr);

impl Process {
    fn start(descriptors: u64) -> Self {
        Self::with(descriptors, 64 << 20)
    }

    /// With a log of that many bytes, without a rate limit.
    fn with(descriptors: u64, log_bytes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("address");
        let binary = std::env::current_exe().unwrap();
        let shell =
            format!("ulimit -n {descriptors}; exec \"$0\" --exact a_server_process --ignored");
        let child = Command::new("sh")
            .arg("-c")
            .arg(shell)
            .arg(binary)
            .env("CHATSCOPE_TEST_ADDRESS", &said)
            .env("CHATSCOPE_TEST_LOG", log_bytes.to_string())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut address = None;
        eventually("the server process listens", || {
            address = std::fs::read_to_string(&said)
                .ok()
                .and_then(|text| text.parse().ok());
            address.is_some()
        });
        Self(child, address.unwrap())
    }

    fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "the body of a process that other tests start"]
fn a_server_process() {
    let Some(said) = std::env::var_os("CHATSCOPE_TEST_ADDRESS") else {
        return;
    };
    let listener = server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let said = std::path::PathBuf::from(said);
    std::fs::write(said.with_extension("new"), address).unwrap();
    std::fs::rename(said.with_extension("new"), said).unwrap();
    let log_bytes = std::env::var("CHATSCOPE_TEST_LOG")
        .unwrap()
        .parse()
        .unwrap();
    let config = Config {
        line_listeners: vec![listener],
        limits: Limits {
            rate: 0,
            log_bytes,
            ..Limits::default()
        },
        ..Config::default()
    };
    server::run_blocking(config, &Shutdown::new()).unwrap();
}

#[test]
fn descriptors_that_run_out_stop_nobody() {
    let server = Process::start(64);
    let (mut ana, mut bob) = (Client::connect(server.1), Client::connect(server.1));
    // More connections than there are descriptors: some are refused politely or wait, nobody is disturbed.
    let crowd: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(server.1).unwrap())
        .collect();
    let start = Instant::now();
    for round in 0..20 {
        ana.say(&format!("round {round}"));
        bob.until(&format!(": round {round}"));
        ana.until(&format!(": round {round}"));
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let told = crowd.iter().filter(|stream| {
        stream
            .set_read_timeout(Some(Duration::from_millis(1)))
            .unwrap();
        let mut bytes = [0; 64];
        let count = (&**stream).read(&mut bytes).unwrap_or(0);
        bytes[..count].starts_with(b"* the server has no place left")
    });
    let told = told.count();
    assert!(told > 0, "nobody was told");
    drop(crowd);
    eventually("it accepts again", || {
        let stream = TcpStream::connect(server.1).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let mut bytes = [0; 32];
        (&stream)
            .read(&mut bytes)
            .is_ok_and(|count| bytes[..count].starts_with(b"* welcome"))
    });
}

#[test]
fn idle_sessions_cost_little_and_leave_nothing() {
    let server = Process::start(4_096);
    let mut ana = Client::connect(server.1);
    let (before, threads) = (server.status("VmRSS"), server.status("Threads"));
    let crowd: Vec<TcpStream> = (0..2_000)
        .map(|_| TcpStream::connect(server.1).unwrap())
        .collect();
    for stream in &crowd {
        stream.set_read_timeout(Some(SOON)).unwrap();
        let mut bytes = [0; 512];
        assert!((&*stream).read(&mut bytes).unwrap() > 0);
    }
    let each = (server.status("VmRSS") - before) as f64 / crowd.len() as f64;
    // The build under test may be a debug one, whose futures are larger: the release figure is measured by the bench.
    assert!(each < 12.0, "{each} KiB for an idle session");
    assert_eq!(server.status("Threads"), threads, "no thread per client");
    drop(crowd);
    eventually("all are gone", || {
        ana.say("/who");
        ana.line() == "* here: 1: guest1"
    });
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.0.id()))
        .unwrap()
        .count();
    assert!(open < 20, "{open} descriptors left open");
}

#[test]
fn ten_megabytes_without_a_line_end() {
    let server = Process::with(1_024, 64 << 20);
    let (mut ana, mut bob) = (Client::connect(server.1), Client::connect(server.1));
    let before = server.status("VmRSS");
    let block = vec![b'x'; 1 << 20];
    for _ in 0..10 {
        ana.send(&block);
    }
    let most = server.status("VmRSS");
    assert!(
        most < before + 8 * 1024,
        "memory grew from {before} to {most} KiB"
    );
    ana.expect("* line too long: nothing of it was said. A line has at most 8192 bytes");
    ana.send(b"\nstill here\n");
    ana.expect("guest1: still here");
    bob.expect("guest1: still here");
    let full = "y".repeat(8_192);
    ana.say(&full);
    bob.expect(&format!("guest1: {full}"));
}

#[test]
fn a_reader_that_stops_delays_nobody_and_is_told_what_it_missed() {
    let server = Process::with(1_024, 1 << 20);
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(&server.1.into()).unwrap();
    let mut stopped = Client::on(socket.into());
    let (mut ana, mut bob) = (Client::connect(server.1), Client::connect(server.1));
    let text = "x".repeat(1_000);
    let (total, before) = (20_000, server.status("VmRSS"));
    let mut slowest = Duration::ZERO;
    for number in 0..total {
        let start = Instant::now();
        ana.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
        ana.until(&format!(": {number} "));
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let most = server.status("VmRSS");
    assert!(
        most < before + 16 * 1024,
        "memory grew from {before} to {most} KiB"
    );
    // Now it reads on: every line is either there, in order, or counted as missed.
    let (mut next, mut missed) = (0, 0);
    while next + missed < total {
        let line = stopped.line();
        if let Some(count) = line.strip_prefix("* you missed ") {
            missed += count.split(' ').next().unwrap().parse::<u64>().unwrap();
        } else {
            let number: u64 = line.split(' ').nth(1).unwrap().parse().unwrap();
            assert!(
                number == next || number >= next + missed,
                "{number} after {next} and {missed} missed"
            );
            next = number + 1 - if number == next { 0 } else { number - next };
        }
    }
    assert!(missed > 10_000, "missed {missed}");
    assert_eq!(next + missed, total);
}

#[test]
fn a_client_that_reads_nothing_and_asks_everything_waits() {
    let server = Process::with(1_024, 64 << 20);
    let (ana, mut bob) = (Client::connect(server.1), Client::connect(server.1));
    let before = server.status("VmRSS");
    ana.stream()
        .set_write_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let block = "/help\n".repeat(10_000);
    let mut writer = ana.stream().try_clone().unwrap();
    while writer.write(block.as_bytes()).is_ok_and(|count| count > 0) {}
    let most = server.status("VmRSS");
    assert!(
        most < before + 32 * 1024,
        "memory grew from {before} to {most} KiB"
    );
    bob.say("hello");
    bob.expect("guest2: hello");
}
