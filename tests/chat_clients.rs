//! The client programs people use: each variant of netcat, and socat. One that is not installed is skipped, with a word.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use support::{PATIENCE, Server, eventually};

/// A netcat that has connected.
struct Program(Child);

impl Program {
    fn start(words: &[&str], server: &Server) -> Option<Self> {
        let port = server.lines.port().to_string();
        let mut command = Command::new(words[0]);
        for word in &words[1..] {
            command.arg(word.replace("PORT", &port));
        }
        match command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
            Ok(child) => Some(Self(child)),
            Err(error) => {
                eprintln!("skipped: {}: {error}", words[0]);
                None
            }
        }
    }

    fn type_in(&mut self, text: &str) {
        self.0
            .stdin
            .as_mut()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    /// End of input; everything it printed until it ended by itself.
    fn finish(mut self) -> String {
        drop(self.0.stdin.take());
        let start = std::time::Instant::now();
        let mut out = self.0.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            text
        });
        while start.elapsed() < PATIENCE && self.0.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let ended = self.0.try_wait().unwrap().is_some();
        let _ = self.0.kill();
        let _ = self.0.wait();
        let text = reader.join().unwrap();
        assert!(ended, "the program did not end: {text}");
        text
    }
}

/// Every program: says a line, leaves with `/quit` or at the end of its input.
const PROGRAMS: [(&[&str], bool); 7] = [
    (&["nc.openbsd", "127.0.0.1", "PORT"], false),
    (&["nc.openbsd", "-N", "127.0.0.1", "PORT"], true),
    (&["nc.traditional", "127.0.0.1", "PORT"], false),
    (&["nc.traditional", "-q", "1", "127.0.0.1", "PORT"], true),
    (&["ncat", "127.0.0.1", "PORT"], true),
    (&["ncat", "-C", "127.0.0.1", "PORT"], true),
    (&["socat", "-", "TCP:127.0.0.1:PORT"], true),
];

#[test]
fn every_netcat_can_chat() {
    for (words, half_closes) in PROGRAMS {
        let server = Server::start();
        let mut bob = server.client();
        let Some(mut program) = Program::start(words, &server) else {
            continue;
        };
        program.type_in("teste\n");
        bob.expect("guest2: teste");
        bob.say("oi");
        bob.expect("guest1: oi");
        if !half_closes {
            program.type_in("/quit\n");
        }
        let text = program.finish();
        assert!(
            text.starts_with("* welcome to chatscope: you are guest2, session 2"),
            "{words:?}: {text}"
        );
        assert!(text.contains("guest2: teste\n"), "{words:?}: {text}");
        assert_eq!(
            text.ends_with("* goodbye\n"),
            !half_closes,
            "{words:?}: {text}"
        );
        eventually("it is gone", || {
            bob.say("/who");
            bob.line() == "* here: 1: guest1"
        });
    }
}

#[test]
fn a_piped_line_is_never_lost() {
    let server = Server::start();
    let mut bob = server.client();
    for (words, half_closes) in PROGRAMS.into_iter().filter(|(_, half_closes)| *half_closes) {
        assert!(half_closes);
        for round in 0..5 {
            let Some(mut program) = Program::start(words, &server) else {
                continue;
            };
            program.type_in(&format!("piped {round}"));
            let text = program.finish();
            let line = bob.until(&format!(": piped {round}"));
            assert!(
                text.contains(&line),
                "{words:?} did not get its own line back: {text}"
            );
        }
    }
}
