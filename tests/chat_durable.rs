//! The history file: nothing seen is ever missing, whatever happens to the process, and failures are told.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "tests"
)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chatscope::server::{self, Config, Shutdown};
use rusqlite::Connection;
use support::{Client, Server, eventually};

/// The server in a process of its own, so that it can be killed: this very test binary running [`a_server_process`].
struct Process(Child, SocketAddr);

impl Process {
    fn start(history: &Path) -> Self {
        let said = history.with_extension("address");
        let _ = std::fs::remove_file(&said);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_server_process", "--ignored"])
            .env("CHATSCOPE_TEST_HISTORY", history)
            .stdout(Stdio::null())
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

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
#[ignore = "the body of a process that other tests start"]
fn a_server_process() {
    let Some(history) = std::env::var_os("CHATSCOPE_TEST_HISTORY") else {
        return;
    };
    let listener = server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let said = Path::new(&history).with_extension("address");
    std::fs::write(said.with_extension("new"), address).unwrap();
    std::fs::rename(said.with_extension("new"), said).unwrap();
    let config = Config {
        line_listeners: vec![listener],
        history: Some(history.into()),
        ..Config::default()
    };
    server::run_blocking(config, &Shutdown::new()).unwrap();
}

#[test]
fn no_line_that_was_seen_is_missing_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let mut seen = Vec::new();
    let mut token = String::new();
    for round in 0..3 {
        let server = Process::start(&history);
        let mut ana = Client::connect(server.1);
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
    let server = Process::start(&history);
    let (mut ana, mut bob) = (Client::connect(server.1), Client::connect(server.1));
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
    let server = Process::start(&history);
    let mut eva = Client::connect(server.1);
    assert_eq!(eva.session, 3, "numbering continues");
    eva.say("meanwhile");
    eva.expect("guest3: meanwhile");
    let mut again = Client::connect(server.1);
    again.say(&format!("/resume {}", ana.token));
    again.expect("* welcome back: you are guest1, session 1; lines missed: 1");
    again.line();
    again.expect("guest3: meanwhile");
    again.say("done");
    again.expect("guest1: done");
    server.kill();
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
