//! The history file: nothing seen is ever missing, whatever happens to the process, and failures are told.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::print_stderr,
    reason = "tests"
)]

mod support;

use rusqlite::Connection;
use support::process::{self, Process};
use support::{Client, Server, Socket, eventually};

#[test]
fn no_line_that_was_seen_is_missing_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut seen = Vec::new();
    let mut token = String::new();
    for round in 0..3 {
        let server = Process::start(&[&"--history", &history]);
        let mut ana = server.client();
        if round == 0 {
            token.clone_from(&ana.token);
            ana.say("/nick ana");
            ana.expect("* guest1 is now ana");
            seen.push("* guest1 is now ana".to_owned());
        } else {
            ana.say(&format!("/resume {token} 1"));
            ana.until("welcome back: you are ana, session 1");
            ana.line();
            for line in &seen {
                ana.expect(line);
            }
        }
        for number in 0..100 {
            ana.say(&format!("{round} {number}"));
        }
        for number in 0..100 {
            let line = format!("ana: {round} {number}");
            ana.expect(&line);
            seen.push(line);
        }
        server.kill();
    }
    let file = Connection::open(&history).unwrap();
    let (count, last): (i64, i64) = file
        .query_row("SELECT count(*), max(number) FROM line", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((count, last), (301, 301));
}

#[test]
fn a_quiet_crash_owes_nobody_anything_twice() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = Process::start(&[&"--history", &history]);
    let (mut ana, mut bob) = (server.client(), server.client());
    bob.say("before");
    ana.expect("guest2: before");
    bob.expect("guest2: before");
    let file = Connection::open(&history).unwrap();
    eventually("places are stored", || {
        file.query_row(
            "SELECT count(*) FROM session WHERE owed = '2-'",
            [],
            |row| row.get::<_, i64>(0),
        )
        .unwrap()
            == 2
    });
    server.kill();
    let server = Process::start(&[&"--history", &history]);
    let mut eva = server.client();
    assert_eq!(eva.session, 3, "numbering continues");
    eva.say("meanwhile");
    eva.expect("guest3: meanwhile");
    let mut again = server.client();
    again.say(&format!("/resume {}", ana.token));
    again.expect("* welcome back: you are guest1, session 1; lines missed: 1");
    again.line();
    again.expect("guest3: meanwhile");
    again.say("done");
    again.expect("guest1: done");
    server.kill();
}

/// What the server took from the room for a client and had not written died with it: the stored place says what the
/// peer's TCP had acknowledged, not what was handed out.
#[test]
fn a_crash_loses_nothing_that_was_only_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = small(&history);
    let (mut ana, mut bob) = (Client::narrow(server.lines), server.client());
    let text = "x".repeat(1_000);
    let count = 8_000;
    say_many(&mut bob, count, &text);
    // Places are stored once a second.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    server.kill();
    let mut bytes = Vec::new();
    let _ = std::io::Read::read_to_end(&mut ana.reader, &mut bytes);
    let whole = String::from_utf8_lossy(&bytes).matches('\n').count();
    assert!(whole < count, "its kernel cannot hold all");
    let server = small(&history);
    let mut again = server.client();
    again.say(&format!("/resume {}", ana.token));
    let welcome = again.until("welcome back");
    let missed: usize = welcome.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(
        count - missed <= whole,
        "{whole} came, and then from {}",
        count - missed
    );
    again.line();
    for number in count - missed..count {
        let line = again.line();
        assert!(
            line.starts_with(&format!("guest2: {number} x")),
            "{number}: {line:.40}"
        );
    }
}

#[test]
fn a_failing_file_refuses_lines_and_the_chat_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let path = history.clone();
    let server = Server::with(move |config| config.history = Some(path));
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.say("good");
    bob.expect("guest1: good");
    ana.expect("guest1: good");
    let file = Connection::open(&history).unwrap();
    file.execute_batch("CREATE TRIGGER full BEFORE INSERT ON line BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END").unwrap();
    ana.say("bad");
    let told = ana.line();
    assert!(
        told.starts_with("* not said, the history cannot be kept (database or disk is full"),
        "{told}"
    );
    assert!(told.ends_with(": bad"), "{told}");
    bob.say("/ping");
    bob.expect("* pong");
    file.execute_batch("DROP TRIGGER full").unwrap();
    ana.say("good again");
    bob.expect("guest1: good again");
    let texts: Vec<String> = file
        .prepare("SELECT text FROM line ORDER BY number")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(texts, ["good", "good again"]);
}

#[test]
fn shutdown_stores_what_everybody_is_owed() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let start = || {
        let path = history.clone();
        Server::with(move |config| config.history = Some(path))
    };
    let server = start();
    let mut ana = server.client();
    let mut bob = server.client();
    let token = bob.token.clone();
    bob.say("/nick bob");
    ana.until("is now bob");
    bob.until("is now bob");
    drop(bob);
    ana.say("for bob");
    ana.expect("guest1: for bob");
    drop(ana);
    server.stop();
    let server = start();
    let mut bob = server.client();
    bob.say(&format!("/resume {token}"));
    bob.expect("* welcome back: you are bob, session 2; lines missed: 1");
    bob.line();
    bob.expect("guest1: for bob");
}

/// What a slow reader takes between the server's FIN and the end of the process is not sent again after a restart.
#[test]
#[cfg(target_os = "linux")]
fn an_orderly_end_repeats_nothing_that_was_taken_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut server = small(&history);
    let (mut slow, mut bob) = (Client::narrow(server.lines), server.client());
    let text = "x".repeat(1_000);
    let count = 8_000;
    say_many(&mut bob, count, &text);
    drop(bob);
    let own = slow.stream().local_addr().unwrap().port();
    server.terminate();
    eventually("its FIN is queued behind what is not read", || {
        support::kernel_of(server.lines.port(), own).is_some_and(|(state, _)| state == 4)
    });
    // Longer than an acknowledgement is waited for elsewhere.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut slow.reader, &mut bytes).unwrap();
    let token = slow.token.clone();
    drop(slow);
    let (status, _) = server.wait();
    assert!(status.success(), "{status}");
    let text = String::from_utf8_lossy(&bytes);
    let whole = text.matches('\n').count();
    assert!(whole > 50 && whole < count, "{whole} of {count}");
    let server = small(&history);
    let mut again = server.client();
    again.say(&format!("/resume {token}"));
    let welcome = again.until("welcome back");
    assert!(
        welcome.ends_with(&format!("lines missed: {}", count - whole)),
        "{whole} came: {welcome}"
    );
    again.line();
    for number in whole..count {
        let line = again.line();
        assert!(
            line.starts_with(&format!("guest2: {number} x")),
            "{number}: {line:.40}"
        );
    }
}

/// Nor is what a client takes that had stopped reading and goes on before the server has gone, however late that is.
#[test]
#[cfg(target_os = "linux")]
fn an_orderly_end_waits_for_who_had_stopped_reading() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut server = small(&history);
    let (mut slow, mut bob) = (Client::narrow(server.lines), server.client());
    let text = "x".repeat(400);
    // They fit into the buffers of both kernels: nothing is left to write, and FIN stands behind them at once.
    let count = 100;
    say_many(&mut bob, count, &text);
    drop(bob);
    server.terminate();
    std::thread::sleep(std::time::Duration::from_millis(3_300));
    assert!(!server.has_ended(), "it went before its lines were taken");
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut slow.reader, &mut bytes).unwrap();
    let (status, took) = server.wait();
    assert!(status.success(), "{status}");
    assert!(took < std::time::Duration::from_secs(1), "{took:?}");
    let token = slow.token.clone();
    drop(slow);
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(text.matches("guest2: ").count(), count, "{text:.80}");
    let server = small(&history);
    let mut again = server.client();
    again.say(&format!("/resume {token}"));
    let welcome = again.until("welcome back");
    assert!(welcome.ends_with("lines missed: 0"), "{welcome}");
}

#[test]
fn the_last_line_before_a_half_close_waits_for_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = Server::with(move |config| config.history = Some(history));
    for round in 0..20 {
        let mut ana = server.client();
        ana.send(format!("round {round}").as_bytes());
        ana.stream().shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(ana.rest(), format!("{}: round {round}\n", ana.name));
    }
}

/// Another program's transaction lasts longer than a client that ends may take: its speaker is told all the same.
#[test]
fn a_half_close_waits_for_what_becomes_of_the_last_line() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let path = history.clone();
    let server = Server::with(move |config| config.history = Some(path));
    let (mut ana, mut bob) = (server.client(), server.client());
    let other = Connection::open(&history).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    ana.say("first, which the file is asked for alone");
    bob.say("one");
    bob.send(b"/ping\ntwo");
    bob.stream().shutdown(std::net::Shutdown::Write).unwrap();
    let told = bob.rest();
    let refused = "* not said, the history cannot be kept (database is locked): ";
    assert_eq!(told, format!("* pong\n{refused}one\n{refused}two\n"));
    ana.until("* not said");
    other.execute_batch("COMMIT").unwrap();
}

#[test]
fn a_locked_file_neither_delays_the_end_nor_hides_what_became_of_the_last_lines() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut server = Process::start(&[&"--history", &history]);
    let mut crowd: Vec<Client> = (0..5).map(|_| server.client()).collect();
    let narrow = Client::narrow(server.lines);
    let other = Connection::open(&history).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for client in &mut crowd {
        client.say("late");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    server.terminate();
    let start = std::time::Instant::now();
    for client in &mut crowd {
        client.expect("* not said, the history cannot be kept (database is locked): late");
        client.expect("* the server is shutting down: goodbye");
        assert_eq!(client.rest(), "");
    }
    let (status, _) = server.wait();
    assert!(status.success());
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    drop(narrow);
}

/// A room of `count` lines `line N` said by somebody else, with a log in memory that holds few of them.
fn filled(history: &std::path::Path, count: usize) -> Process {
    let server = small(history);
    let mut bob = server.client();
    let block: String = (1..=count)
        .map(|number| format!("line {number}\n"))
        .collect();
    bob.send(block.as_bytes());
    bob.until(&format!(": line {count}"));
    server
}

fn small(history: &std::path::Path) -> Process {
    Process::start(&[
        &"--history",
        &history,
        &"--log-bytes",
        &"65536",
        &"--rate",
        &"0",
    ])
}

/// Says `0 TEXT`, `1 TEXT` and so on, a hundred at a time, and hears each.
fn say_many(bob: &mut Client, count: usize, text: &str) {
    for first in (0..count).step_by(100) {
        let block: String = (first..first + 100)
            .map(|number| format!("{number} {text}\n"))
            .collect();
        bob.send(block.as_bytes());
        bob.until(&format!(": {} ", first + 99));
    }
}

const MANY: usize = 30_000;

#[test]
fn what_left_memory_is_read_back_from_the_file_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = small(&history);
    let ana = server.client();
    let token = ana.token.clone();
    drop(ana);
    drop(server);
    let mut server = filled(&history, MANY);
    for restarted in [false, true] {
        if restarted {
            server.kill();
            server = small(&history);
        }
        let mut ana = server.client();
        ana.say(&format!("/resume {token} 1"));
        let welcome = ana.until("welcome back: you are guest1, session 1");
        assert!(
            welcome.ends_with(&format!("lines missed: {MANY}")),
            "{welcome}"
        );
        ana.line();
        for number in 1..=MANY {
            let line = ana.line();
            assert!(
                line.ends_with(&format!(": line {number}")),
                "{number}: {line}"
            );
        }
        ana.say("/ping");
        ana.expect("* pong");
        ana.say("/stats");
        let stats = ana.until("missed");
        assert!(stats.contains(", missed 0,"), "{stats}");
    }
}

#[test]
fn a_token_that_was_shown_is_known_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut server = Process::start(&[&"--history", &history]);
    for round in 0..10 {
        let ana = server.client();
        server.kill();
        server = Process::start(&[&"--history", &history]);
        let mut back = server.client();
        back.say(&format!("/resume {}", ana.token));
        let answer = back.line();
        let expected = format!("* welcome back: you are {}", ana.name);
        assert!(answer.starts_with(&expected), "round {round}: {answer}");
    }
}

#[test]
fn history_is_shown_from_the_file_where_memory_has_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let server = small(&folder.path().join("chat.db"));
    let (mut bob, text) = (server.client(), "x".repeat(200));
    say_many(&mut bob, 2_000, &text);
    let mut ana = server.client();
    ana.say("/stats");
    let stats = ana.until("log from ");
    let first = stats.split("log from ").nth(1).unwrap().split(' ').next();
    let first: u64 = first.unwrap().parse().unwrap();
    assert!(first > 1_200, "memory begins at {first}");
    ana.send(b"/history 1000\n/ping\n");
    ana.expect("* lines 1001 to 2000 again:");
    for number in 1_000..2_000 {
        ana.expect(&format!("guest1: {number} {text}"));
    }
    ana.expect("* pong");
    ana.say("/history 5000");
    ana.expect("* lines 1001 to 2000 again (at most 1000 at once):");
}

/// Its answer is read from the file while others speak; a client that asks and does not read costs nobody anything.
#[test]
fn history_that_nobody_reads_delays_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = filled(&folder.path().join("chat.db"), 3_000);
    let mut bob = server.client();
    let mut stuck = Client::narrow(server.lines);
    stuck.send("/history 1000\n".repeat(1_000).as_bytes());
    let before = server.status("VmRSS");
    // Nothing of the answer is read meanwhile: whoever waited for that would wait for ever.
    for round in 0..50 {
        bob.say(&format!("round {round}"));
        bob.expect(&format!("guest2: round {round}"));
    }
    let most = server.status("VmRSS");
    assert!(most < before + 8 * 1024, "from {before} to {most} KiB");
}

#[test]
fn numbers_prove_that_nothing_is_missing_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = small(&history);
    let protocol = "Sec-WebSocket-Protocol: chatscope.v1\r\n";
    let json = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    let mut eva = Socket::connect(server.web, "/chat", protocol);
    let token = json(eva.text())["token"].as_str().unwrap().to_owned();
    drop(eva);
    drop(server);
    let server = filled(&history, MANY);
    let path = format!("/chat?resume={token}&after=7");
    let mut eva = Socket::connect(server.web, &path, protocol);
    let resumed = json(eva.text());
    assert_eq!(
        (&resumed["type"], &resumed["missed"]),
        (&"resumed".into(), &(MANY - 7).into())
    );
    for number in 8..=MANY {
        let line = json(eva.text());
        assert_eq!(line["number"], number);
        assert_eq!(line["text"], format!("line {number}"));
    }
}

#[test]
fn a_reader_that_stops_misses_nothing_where_there_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = small(&history);
    let mut stopped = Client::narrow(server.lines);
    let text = "x".repeat(1_000);
    let count = 8_000;
    let mut bob = server.client();
    say_many(&mut bob, count, &text);
    for number in 0..count {
        let line = stopped.line();
        assert!(
            line.starts_with(&format!("guest2: {number} x")),
            "{number}: {line:.40}"
        );
    }
    stopped.say("/ping");
    stopped.expect("* pong");
}

/// Reads a part of a long replay, breaks, comes back: what its TCP acknowledged is not sent again, the rest is.
#[test]
fn a_replay_that_breaks_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = filled(&history, MANY);
    let mut ana = server.client();
    let token = ana.token.clone();
    ana.say(&format!("/resume {token} 1"));
    let mut owed = MANY;
    for round in 0..4 {
        let mut next = MANY - owed + 1;
        for _ in 0..3_000 {
            let line = ana.line();
            assert!(
                line.ends_with(&format!(": line {next}")),
                "{round}: {next}: {line}"
            );
            next += 1;
        }
        // What its kernel holds is acknowledged: it is the program that would lose it, so it reads on to the end.
        ana.stream().shutdown(std::net::Shutdown::Write).unwrap();
        while ana.line().ends_with(&format!(": line {next}")) {
            next += 1;
        }
        drop(ana);
        ana = Client::narrow(server.lines);
        ana.say(&format!("/resume {token}"));
        let welcome = ana.until("welcome back");
        owed = welcome.rsplit(' ').next().unwrap().parse().unwrap();
        assert_eq!(owed, MANY + 1 - next, "{round}");
        ana.line();
        if owed < 3_000 {
            break;
        }
    }
}

#[test]
fn lines_deleted_by_hand_are_counted_as_missed_and_numbering_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = filled(&history, 5_000);
    let mut ana = server.client();
    let file = Connection::open(&history).unwrap();
    file.execute(
        "DELETE FROM line WHERE number <= 100 OR number BETWEEN 200 AND 299",
        [],
    )
    .unwrap();
    ana.say(&format!("/resume {} 1", ana.token));
    ana.expect("* you missed 100 lines: the history file cannot give them any more");
    ana.expect("guest1: line 101");
    for number in 102..200 {
        ana.expect(&format!("guest1: line {number}"));
    }
    ana.expect("* you missed 100 lines: the history file cannot give them any more");
    for number in 300..=5_000 {
        ana.expect(&format!("guest1: line {number}"));
    }
    file.execute("DELETE FROM line", []).unwrap();
    server.kill();
    let server = small(&history);
    let mut eva = Client::connect(server.lines);
    eva.say("new");
    eva.until(": new");
    let number: i64 = file
        .query_row("SELECT number FROM line", [], |row| row.get(0))
        .unwrap();
    assert_eq!(number, 5_001);
}

/// A file system of one mebibyte; dropped, it is unmounted.
struct Disk(tempfile::TempDir);

impl Disk {
    /// `None`, with a word, where this cannot be had.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let words = ["-t", "tmpfs", "-o", "size=1m", "none"];
        let mounted = std::process::Command::new("mount")
            .args(words)
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: a small file system needs root and mount");
        None
    }

    fn remount(&self, how: &str) {
        let words = ["-o", &format!("remount,{how}")];
        let status = std::process::Command::new("mount")
            .args(words)
            .arg(self.0.path())
            .status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg(self.0.path())
            .status();
    }
}

/// Says numbered lines until one is refused; the numbers from `next` on that everybody saw.
fn say_until_refused(ana: &mut Client, next: &mut usize) -> String {
    for _ in 0..5_000 {
        ana.say(&format!("{next} {}", "x".repeat(1_000)));
        let line = ana.line();
        if line.starts_with("* not said") {
            return line;
        }
        assert!(line.starts_with(&format!("guest1: {next} x")), "{line:.60}");
        *next += 1;
    }
    panic!("never refused");
}

#[test]
fn a_full_disk_refuses_lines_and_loses_none() {
    let Some(disk) = Disk::new() else { return };
    let history = disk.0.path().join("chat.db");
    let server = small(&history);
    let (mut ana, mut bob) = (server.client(), server.client());
    let mut next = 0;
    let told = say_until_refused(&mut ana, &mut next);
    assert!(told.contains("database or disk is full"), "{told:.100}");
    bob.say("/who");
    assert!(
        bob.until("* here: ").ends_with("guest1, guest2"),
        "the chat goes on"
    );
    disk.remount("size=2m");
    ana.say(&format!("{next} x"));
    ana.expect(&format!("guest1: {next} x"));
    next += 1;
    server.kill();
    let server = small(&history);
    let mut eva = server.client();
    eva.say(&format!("/resume {} 1", ana.token));
    eva.until("welcome back: you are guest1, session 1");
    eva.line();
    for number in 0..next {
        assert!(
            eva.line().starts_with(&format!("guest1: {number} x")),
            "{number}"
        );
    }
    eva.say("/ping");
    eva.expect("* pong");
}

#[test]
fn a_history_that_cannot_be_written_at_the_start_is_told_at_the_start() {
    let Some(disk) = Disk::new() else { return };
    let history = disk.0.path().join("chat.db");
    let server = small(&history);
    drop(server.client());
    server.kill();
    disk.remount("ro");
    let told = process::refused(&[&"--history", &history]);
    assert!(
        told.contains("chat.db as history: Read-only file system"),
        "{told}"
    );
}

#[test]
fn one_server_at_a_time_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = small(&history);
    let mut ana = server.client();
    let told = process::refused(&[&"--history", &history]);
    assert!(told.contains("is in use by another server"), "{told}");
    ana.say("undisturbed");
    ana.expect("guest1: undisturbed");
    server.kill();
    let server = small(&history);
    let mut ana = server.client();
    ana.say("/history");
    ana.until("undisturbed");
}
