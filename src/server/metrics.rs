//! `/metrics`: the figures of the server in Prometheus text format, version 0.0.4.
//!
//! Owns: names and help texts. Must not know: how figures come about.

use std::fmt::Write as _;

use super::hub::Hub;
use crate::chat::{Counters, Room};

/// What the room is like now: name, help, figure.
type Gauge = (&'static str, &'static str, fn(&Room) -> u64);
/// What only grows.
type Counter = (&'static str, &'static str, fn(&Counters) -> u64);

const GAUGES: [Gauge; 5] = [
    ("sessions", "Sessions connected now.", |room| {
        room.connected() as u64
    }),
    (
        "sessions_away",
        "Sessions that dropped and may come back.",
        |room| room.resumable() as u64,
    ),
    (
        "log_first_line",
        "Number of the oldest line in memory.",
        |room| room.log().first(),
    ),
    ("log_next_line", "Number that the next line gets.", |room| {
        room.log().head()
    }),
    ("log_bytes", "Memory of the log.", |room| {
        room.log().memory() as u64
    }),
];

const COUNTERS: [Counter; 8] = [
    (
        "sessions_total",
        "Connections that got a session, also those that came back to an earlier one.",
        |all| all.sessions,
    ),
    (
        "sessions_refused_total",
        "Connections refused for want of a place.",
        |all| all.refused,
    ),
    (
        "sessions_resumed_total",
        "Sessions that came back.",
        |all| all.resumed,
    ),
    ("lines_total", "Lines accepted into the room.", |all| {
        all.lines
    }),
    (
        "lines_delivered_total",
        "Copies of lines handed to connections.",
        |all| all.delivered,
    ),
    (
        "lines_missed_total",
        "Lines that left the log before a session could be sent them.",
        |all| all.missed,
    ),
    (
        "lines_overlong_total",
        "Lines refused for their length.",
        |all| all.overlong,
    ),
    (
        "lines_not_stored_total",
        "Lines refused because the history file failed.",
        |all| all.unstored,
    ),
];

/// All figures, those of the room of one moment.
pub(super) fn text(hub: &Hub) -> String {
    let mut out = String::new();
    hub.with(|room, _| {
        for (name, help, figure) in GAUGES {
            put(&mut out, name, "gauge", help, figure(room));
        }
        let counters = room.counters();
        for (name, help, figure) in COUNTERS {
            put(&mut out, name, "counter", help, figure(&counters));
        }
    });
    let (name, help) = (
        "events_dropped_total",
        "Session events the timeline was too slow for.",
    );
    put(&mut out, name, "counter", help, hub.events_dropped());
    out
}

fn put(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    let _ = write!(
        out,
        "# HELP chatscope_{name} {help}\n# TYPE chatscope_{name} {kind}\nchatscope_{name} {value}\n"
    );
}
