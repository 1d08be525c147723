//! Fan-out under load: a server to measure, a bare writer as the floor, and the load itself.
//!
//! `fanout serve LINE_PORT WEB_PORT [HISTORY]` runs our server with everything on but the rate limit; `fanout floor PORT` a
//! coalescing readiness-loop writer that does nothing else; `fanout load KIND ADDR PID RECEIVERS MODE SECONDS` measures,
//! KIND one of line ws redis nats irc, MODE one of `flight:N` (N messages in flight) or `rate:N` (N messages a second),
//! or `idle` (memory per idle connection); `fanout sends RECEIVERS RATE SECONDS` sends and does nothing else.
//! `tests/bench/fanout.sh` runs all of it side by side.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measuring program"
)]

mod floor;
mod load;
mod protocol;
mod sends;

use chatscope::chat::Limits;
use chatscope::server::{self, Config, Shutdown};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", line, web] => serve(line, web, None),
        ["serve", line, web, history] => serve(line, web, Some(history)),
        ["floor", port] => floor::run(port.parse().unwrap()),
        ["sends", receivers, rate, seconds] => sends::run(
            receivers.parse().unwrap(),
            rate.parse().unwrap(),
            seconds.parse().unwrap(),
        ),
        ["load", kind, address, pid, receivers, mode, seconds] => {
            load::run(
                kind,
                address,
                pid.parse().unwrap(),
                receivers.parse().unwrap(),
                mode,
                seconds.parse().unwrap(),
            );
        }
        _ => eprintln!("see the head of tests/bench/fanout/main.rs"),
    }
}

fn serve(line: &str, web: &str, history: Option<&str>) {
    let bind = |port: &str| server::bind(format!("127.0.0.1:{port}").parse().unwrap()).unwrap();
    let config = Config {
        line_listeners: vec![bind(line)],
        web_listeners: vec![bind(web)],
        limits: Limits {
            rate: 0,
            sessions: 20_000,
            ..Limits::default()
        },
        history: history.map(Into::into),
        echo: true,
        ..Config::default()
    };
    server::run_blocking(config, &Shutdown::new()).unwrap();
}
