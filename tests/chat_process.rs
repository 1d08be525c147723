//! The server as a process of its own: descriptors that run out, ten thousand idle sessions, signals, no thread left over.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use support::process::Process;
use support::{Client, PATIENCE, SOON, Socket, eventually};

#[test]
fn descriptors_that_run_out_stop_nobody() {
    let server = Process::limited(64, &[&"--rate", &"0"]);
    let (mut ana, mut bob) = (server.client(), server.client());
    // More connections than there are descriptors: some are refused politely or wait, nobody is disturbed.
    let crowd: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(server.lines).unwrap())
        .collect();
    for round in 0..20 {
        ana.say(&format!("round {round}"));
        bob.until(&format!(": round {round}"));
        ana.until(&format!(": round {round}"));
    }
    let begins = |stream: &TcpStream| {
        stream
            .set_read_timeout(Some(Duration::from_millis(1)))
            .unwrap();
        let mut bytes = [0; 64];
        let count = stream.peek(&mut bytes).unwrap_or(0);
        bytes[..count].starts_with(b"* the server has no place left")
    };
    eventually("some are told", || crowd.iter().any(begins));
    eventually("all that wait have been told", || {
        let answered = |stream: &&TcpStream| {
            let mut byte = [0];
            stream.peek(&mut byte).is_ok()
        };
        crowd.iter().filter(answered).count() == crowd.len()
    });
    drop(crowd);
    eventually("it accepts again", || {
        let stream = TcpStream::connect(server.lines).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let mut bytes = [0; 32];
        (&stream)
            .read(&mut bytes)
            .is_ok_and(|count| bytes[..count].starts_with(b"* welcome"))
    });
}

/// The soft limit is a default, not what the operator allows.
#[test]
fn a_soft_limit_of_descriptors_is_raised() {
    let shell = "ulimit -S -n 64; exec \"$0\" \"$@\"";
    let server = Process::within(&["sh", "-c", shell], "127.0.0.1", &[]);
    let crowd: Vec<Client> = (0..100).map(|_| server.client()).collect();
    let mut last = server.client();
    last.say("/who");
    last.until("* here: 101:");
    drop(crowd);
}

/// As many descriptors for this process as it may have; how many sessions that is enough for.
fn crowd_size() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
    (most as usize).saturating_sub(1_000).min(9_999)
}

#[test]
fn ten_thousand_idle_sessions_cost_little_and_leave_nothing() {
    let count = crowd_size();
    let server = Process::limited(count as u64 + 64, &[]);
    let mut ana = server.client();
    let (before, threads) = (server.status("VmRSS"), server.status("Threads"));
    let crowd: Vec<TcpStream> = (0..count)
        .map(|_| TcpStream::connect(server.lines).unwrap())
        .collect();
    for stream in &crowd {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
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
    let open = server.descriptors();
    assert!(open < 20, "{open} descriptors left open");
}

#[test]
fn ten_megabytes_without_a_line_end() {
    let server = Process::start(&[&"--rate", &"0"]);
    let (mut ana, mut bob) = (server.client(), server.client());
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
    let server = Process::start(&[&"--rate", &"0", &"--log-bytes", &"1048576"]);
    let mut stopped = Client::narrow(server.lines);
    let (mut ana, mut bob) = (server.client(), server.client());
    let text = "x".repeat(1_000);
    let (total, before) = (20_000, server.status("VmRSS"));
    // Whoever waited for the one that does not read would wait for ever.
    for number in 0..total {
        ana.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
        ana.until(&format!(": {number} "));
    }
    let most = server.status("VmRSS");
    assert!(
        most < before + 16 * 1024,
        "memory grew from {before} to {most} KiB"
    );
    // Now it reads on: every line is either there, in order, or counted as missed.
    let (mut next, mut missed) = (0, 0); // `next` lines came
    while next + missed < total {
        let line = stopped.line();
        if let Some(count) = line.strip_prefix("* you missed ") {
            missed += count.split(' ').next().unwrap().parse::<u64>().unwrap();
        } else {
            let number: u64 = line.split(' ').nth(1).unwrap().parse().unwrap();
            assert_eq!(number, next + missed, "told before what follows the gap");
            next += 1;
        }
    }
    assert!(missed > 10_000, "missed {missed}");
    assert_eq!(next + missed, total);
}

#[test]
fn a_client_that_reads_nothing_and_asks_everything_waits() {
    let server = Process::start(&[&"--rate", &"0"]);
    let (ana, mut bob) = (server.client(), server.client());
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

#[test]
fn sigterm_ends_in_time_with_a_farewell_and_fin_whatever_clients_do() {
    support::in_time(SOON, end_among_clients_of_all_kinds);
}

fn end_among_clients_of_all_kinds() -> Duration {
    let mut server = Process::start(&[&"--rate", &"0"]);
    let (mut ana, mut stuck, mut unread) = (
        server.client(),
        Client::narrow(server.lines),
        server.client(),
    );
    let mut web = Socket::chat(server.web);
    // More than the stuck reader's and the server's socket hold.
    let text = "x".repeat(8_000);
    for number in 0..1_000 {
        ana.say(&format!("{number} {text}"));
        ana.until(&format!(": {number} "));
    }
    // Input that the server never comes to read: closing with it would reset the connection.
    unread.stream().set_nonblocking(true).unwrap();
    let flood = b"/help\n".repeat(100_000);
    while (&mut unread.stream())
        .write(&flood)
        .is_ok_and(|count| count > 0)
    {}
    unread.stream().set_nonblocking(false).unwrap();
    server.terminate();
    let rest = ana.rest();
    assert!(
        rest.ends_with("* the server is shutting down: goodbye\n"),
        "{rest:.100}"
    );
    drop(ana);
    loop {
        match web.frame() {
            Some((0x88, code)) => {
                assert_eq!(code, 1001_u16.to_be_bytes());
                break;
            }
            Some(_) => {}
            None => panic!("no close frame"),
        }
    }
    drop(web);
    let (status, took) = server.wait();
    assert!(status.success(), "{status}");
    // FIN for these too, after what the kernel still had for them: reading on meets an end, not a reset.
    assert!(stuck.rest().starts_with("guest1: 0 x"));
    assert!(unread.rest().contains(": 0 x"));
    took
}

#[test]
fn a_line_said_just_before_sigterm_reaches_everybody() {
    for _ in 0..5 {
        let mut server = Process::start(&[]);
        let (mut ana, mut bob) = (server.client(), server.client());
        ana.say("last words");
        ana.expect("guest1: last words");
        server.terminate();
        let farewell = "guest1: last words\n* the server is shutting down: goodbye\n";
        assert_eq!(bob.rest(), farewell);
        drop((ana, bob));
        assert!(server.wait().0.success());
    }
}

#[test]
fn a_second_sigterm_ends_at_once() {
    let mut server = Process::start(&[]);
    let (_ana, mut bob) = (server.client(), server.client());
    server.terminate();
    bob.until("goodbye");
    // What comes at the same moment is the same wish: timeout(1) signals the program and then its group.
    server.terminate();
    std::thread::sleep(Duration::from_millis(200));
    assert!(!server.has_ended(), "ana has not closed");
    server.terminate();
    let (status, _) = server.wait();
    assert_eq!(status.code(), Some(130), "cut short, not politely");
}

#[test]
fn a_closed_terminal_ends_like_sigterm_unless_nohup() {
    for (by, ends) in [(&["env"][..], true), (&["nohup"][..], false)] {
        if ends && hangups_are_ignored() {
            eprintln!("skipped: these tests run under nohup, and so does what they start");
            continue;
        }
        let mut server = Process::within(by, "127.0.0.1", &[]);
        let mut ana = server.client();
        server.signal("HUP");
        server.signal("HUP");
        if ends {
            assert_eq!(ana.rest(), "* the server is shutting down: goodbye\n");
            let (status, _) = server.wait();
            assert!(status.success(), "{status}");
        } else {
            ana.say("still here");
            ana.expect("guest1: still here");
        }
    }
}

/// Whether this process, and so every child, was started to outlive its terminal.
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .unwrap();
    u64::from_str_radix(ignored.trim(), 16).unwrap() & 1 == 1
}

/// What anybody was shown was shown to everybody, also what was on its way into the file.
#[test]
fn sigterm_under_load_leaves_nobody_behind() {
    support::in_time(SOON, end_under_load);
}

fn end_under_load() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut server = Process::start(&[&"--rate", &"0", &"--history", &history]);
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let mut client = server.client();
            std::thread::spawn(move || client.rest())
        })
        .collect();
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let mut stream = server.client().stream().try_clone().unwrap();
            std::thread::spawn(move || {
                let block = "line\n".repeat(50);
                while stream.write_all(block.as_bytes()).is_ok() {
                    std::thread::sleep(Duration::from_millis(1));
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    server.terminate();
    let heard: Vec<String> = readers.into_iter().map(|one| one.join().unwrap()).collect();
    assert!(heard[0].lines().count() > 1_000);
    let last = |text: &str| {
        let mut lines = text.lines().rev().filter(|line| !line.starts_with("* "));
        lines
            .by_ref()
            .take(200)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for text in &heard {
        assert_eq!(last(text), last(&heard[0]));
        assert!(text.ends_with("* the server is shutting down: goodbye\n"));
        assert_eq!(text.lines().count(), heard[0].lines().count());
    }
    let (status, time) = server.wait();
    assert!(status.success(), "{status}");
    for writer in writers {
        writer.join().unwrap();
    }
    time
}

#[test]
fn systemd_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let variable = format!("NOTIFY_SOCKET={}", path.display());
    let mut server = Process::within(&["env", &variable], "127.0.0.1", &[]);
    let told = || {
        let mut bytes = [0; 64];
        let count = manager.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    };
    assert_eq!(told(), "READY=1");
    server.terminate();
    assert_eq!(told(), "STOPPING=1");
    assert!(server.wait().0.success());
}

/// More of the log than pipe and queue hold.
fn much_to_log(server: &Process) {
    let (mut ana, mut bob) = (server.client(), server.client());
    for number in 0..8_000 {
        ana.say(&number.to_string());
    }
    bob.until(": 7999");
    ana.until(": 7999");
}

#[test]
fn a_log_that_nobody_reads_delays_nobody() {
    let mut server = Process::start(&[&"--rate", &"0", &"-vv"]);
    server.deafen(true);
    much_to_log(&server);
    server.deafen(false);
    eventually("what was dropped is counted", || {
        server.log().contains("lines of the log dropped")
    });
    server.deafen(true);
    much_to_log(&server);
    let mut cia = server.client();
    server.terminate();
    assert_eq!(cia.rest(), "* the server is shutting down: goodbye\n");
    drop(cia);
    let (status, _) = server.wait();
    assert!(status.success(), "{status}");
}

/// `serve 2>&1 | head`, a journal that restarts, a full disk: the log is lost, and no connection with it.
#[test]
fn a_log_whose_reader_has_gone_ends_nobody() {
    let mut server = Process::start(&[]);
    server.close_log();
    for _ in 0..5 {
        let mut ana = server.client();
        ana.say("still here");
        let copy = format!("{}: still here", ana.name);
        ana.expect(&copy);
    }
    server.terminate();
    assert!(server.wait().0.success());
}

#[test]
#[cfg(target_os = "linux")]
fn a_story_that_nobody_reads_does_not_hold_the_end() {
    let (reader, writer) = std::io::pipe().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lab.pcapng");
    let mut server = Process::telling(writer, &[&"--rate", &"0", &"-w", &file]);
    if !server.log().contains("capturing on") {
        return;
    }
    let mut ana = server.client();
    for number in 0..1_000 {
        ana.say(&number.to_string());
        ana.until(&format!(": {number}"));
    }
    server.terminate();
    assert_eq!(ana.rest(), "* the server is shutting down: goodbye\n");
    drop(ana);
    let (status, _) = server.wait();
    assert_eq!(status.code(), Some(1), "{}", server.log());
    let log = server.log();
    assert!(log.contains("nobody has read on for 5 seconds"), "{log}");
    assert!(log.contains("frames captured"), "{log}");
    drop(reader);
}
