//! `/metrics`: the figures of the server in Prometheus text format, version 0.0.4.
//!
//! Owns: names and help texts. Must not know: how figures come about.

use std::fmt::Write as _;

use super::hub::Hub;

/// All figures.
pub(super) fn text(hub: &Hub) -> String {
    let mut out = String::new();
    let mut put = |name: &str, kind: &str, help: &str, value: u64| {
        let _ = write!(
            out,
            "# HELP chatscope_{name} {help}\n# TYPE chatscope_{name} {kind}\nchatscope_{name} {value}\n"
        );
    };
    let (counters, here, away, head, first, memory) = hub.with(|room, _| {
        let log = room.log();
        (
            room.counters(),
            room.connected(),
            room.resumable(),
            log.head(),
            log.first(),
            log.memory(),
        )
    });
    put("sessions", "gauge", "Sessions connected now.", here as u64);
    put(
        "sessions_away",
        "gauge",
        "Sessions that dropped and may come back.",
        away as u64,
    );
    put(
        "sessions_total",
        "counter",
        "Sessions ever.",
        counters.sessions,
    );
    put(
        "sessions_refused_total",
        "counter",
        "Connections refused because the room was full.",
        counters.refused,
    );
    put(
        "sessions_resumed_total",
        "counter",
        "Sessions that came back.",
        counters.resumed,
    );
    put(
        "lines_total",
        "counter",
        "Lines accepted into the room.",
        counters.lines,
    );
    put(
        "lines_delivered_total",
        "counter",
        "Copies of lines handed to connections.",
        counters.delivered,
    );
    put(
        "lines_missed_total",
        "counter",
        "Lines that left the log before a session could be sent them.",
        counters.missed,
    );
    put(
        "lines_overlong_total",
        "counter",
        "Lines refused for their length.",
        counters.overlong,
    );
    put(
        "lines_not_stored_total",
        "counter",
        "Lines refused because the history file failed.",
        counters.unstored,
    );
    put(
        "log_first_line",
        "gauge",
        "Number of the oldest line in memory.",
        first,
    );
    put(
        "log_next_line",
        "gauge",
        "Number that the next line gets.",
        head,
    );
    put("log_bytes", "gauge", "Memory of the log.", memory as u64);
    put(
        "events_dropped_total",
        "counter",
        "Session events the timeline was too slow for.",
        hub.events_dropped(),
    );
    out
}
