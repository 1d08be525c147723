//! Claims against a report: what holds, what was found instead, and the frames that show it.

use super::parse::{Claim, Counted, Expectation, MessageClaim, MessageFact, Scope};
use crate::view::report::{ConnectionRow, Evidence, LineRow, Report, StreamReport};

/// Frames named as evidence of one judgement.
const MAX_FRAMES: usize = 16;

/// How a claim came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It does not hold in what was captured, but frames are known to be missing.
    Inconclusive,
}

impl Outcome {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }
}

/// One expectation, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The expectation as written.
    pub expectation: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What the capture holds instead, in codes: `stream 2: reset-by server (linger0)`.
    pub found: String,
    /// Where it can be looked up.
    pub evidence: Evidence,
}

/// What one connection (or the capture) says about a claim.
struct Answer {
    holds: bool,
    found: String,
    frames: Vec<u64>,
}

/// Judges every expectation. `incomplete`: frames are known to be missing.
#[must_use]
pub fn judge(report: &Report, expectations: &[Expectation], incomplete: bool) -> Vec<Judgement> {
    expectations
        .iter()
        .map(|expectation| {
            let mut answer = answer(report, expectation);
            answer.frames.sort_unstable();
            answer.frames.dedup();
            answer.frames.truncate(MAX_FRAMES);
            Judgement {
                expectation: expectation.text.clone(),
                outcome: match (answer.holds, incomplete) {
                    (true, _) => Outcome::Pass,
                    (false, true) => Outcome::Inconclusive,
                    (false, false) => Outcome::Fail,
                },
                found: answer.found,
                evidence: Evidence {
                    see: crate::view::report::frames_filter(&answer.frames),
                    frames: answer.frames,
                },
            }
        })
        .collect()
}

fn answer(report: &Report, expectation: &Expectation) -> Answer {
    match &expectation.claim {
        Claim::Count {
            what,
            order,
            number,
        } => {
            let found = count(report, *what, expectation.scope);
            Answer {
                holds: order.holds(found, *number),
                found: found.to_string(),
                frames: firsts(report),
            }
        }
        Claim::OnlyPort(port) => only_port(report, *port),
        Claim::Complete => complete(report),
        Claim::Message(claim) => message(report, claim, expectation.scope),
        Claim::Finding { code, absent } => {
            finding(report, code.as_deref(), *absent, expectation.scope)
        }
        Claim::Flag { name, absent } if expectation.scope == Scope::Every => {
            flag(report, name, *absent)
        }
        claim => connections(report, claim, expectation.scope),
    }
}

/// A connection is one that the claim is about.
fn in_scope(row: &ConnectionRow, scope: Scope) -> bool {
    match scope {
        Scope::Every | Scope::Any => true,
        Scope::Stream(stream) => row.stream == stream,
        Scope::Port(port) => row.client_port == port || row.server_port == port,
    }
}

fn stream_in_scope(report: &Report, stream: u32, scope: Scope) -> bool {
    let known = report.connections.iter().find(|row| row.stream == stream);
    matches!(scope, Scope::Every | Scope::Any) || known.is_some_and(|row| in_scope(row, scope))
}

/// A claim about connections: every one in scope must agree, or at least one.
fn connections(report: &Report, claim: &Claim, scope: Scope) -> Answer {
    let rows: Vec<_> = report
        .connections
        .iter()
        .filter(|row| in_scope(row, scope))
        .collect();
    if rows.is_empty() {
        return Answer {
            holds: false,
            found: "no such connection".to_owned(),
            frames: Vec::new(),
        };
    }
    if scope != Scope::Any && report.connections_folded > 0 && !matches!(scope, Scope::Stream(_)) {
        // What was folded away was never looked at: only a counter-example among the rest is certain.
        let first_failing = rows
            .iter()
            .map(|row| one(report, row, claim))
            .find(|a| !a.holds);
        return first_failing.unwrap_or_else(|| Answer {
            holds: false,
            found: format!("not known of {} connections", report.connections_folded),
            frames: Vec::new(),
        });
    }
    let mut agreeing = Vec::new();
    for row in &rows {
        let answer = one(report, row, claim);
        match (answer.holds, scope) {
            (true, Scope::Any) => return answer,
            (false, Scope::Any) | (true, _) => agreeing.push(answer),
            (false, _) => return answer,
        }
    }
    let found: Vec<_> = agreeing
        .iter()
        .take(8)
        .map(|answer| answer.found.as_str())
        .collect();
    Answer {
        holds: scope != Scope::Any,
        found: found.join("; "),
        frames: agreeing
            .into_iter()
            .flat_map(|answer| answer.frames)
            .collect(),
    }
}

/// One connection about one claim.
fn one(report: &Report, row: &ConnectionRow, claim: &Claim) -> Answer {
    let details = report
        .streams
        .iter()
        .find(|stream| stream.stream == row.stream);
    let (holds, found, mut frames) = match claim {
        Claim::Handshake(outcome) => (
            row.opening == *outcome,
            format!("handshake {}", row.opening.replace('_', "-")),
            details.map_or_else(Vec::new, |s| s.handshake.evidence.frames.clone()),
        ),
        Claim::StillOpen => (row.ending == "open", ending(row), teardown_frames(details)),
        Claim::ClosedBy(side) => (closed_by(row, side), ending(row), teardown_frames(details)),
        Claim::ResetBy(side) => (
            row.verdict.code == format!("RESET_BY_{}", side.to_uppercase()),
            ending(row),
            teardown_frames(details),
        ),
        Claim::ResetCause(cause) => (
            row.verdict.cause == Some(cause.as_str()),
            row.verdict.cause.unwrap_or("no reset").to_owned(),
            teardown_frames(details),
        ),
        Claim::Verdict(word) => {
            let holds = row.verdict.code == *word || row.verdict.also.contains(word);
            let words: Vec<_> = std::iter::once(&row.verdict.code)
                .chain(&row.verdict.also)
                .map(String::as_str)
                .collect();
            (holds, words.join(" + "), row.evidence.frames.clone())
        }
        claim => detailed(details, claim),
    };
    if frames.is_empty() {
        frames.clone_from(&row.evidence.frames);
    }
    Answer {
        holds,
        found: format!("stream {}: {found}", row.stream),
        frames,
    }
}

/// Claims that need the details of a connection.
fn detailed(details: Option<&StreamReport>, claim: &Claim) -> (bool, String, Vec<u64>) {
    let Some(details) = details else {
        return (
            false,
            "details not kept: select it with --stream".to_owned(),
            Vec::new(),
        );
    };
    let span = |value: Option<crate::view::report::Seconds>| {
        value.map_or_else(
            || "none".to_owned(),
            |v| crate::net::Timestamp::from_nanos(v.0).to_string() + " s",
        )
    };
    match claim {
        Claim::CloseIn(segments) => {
            let found = details.teardown.segments;
            let text = found.map_or_else(
                || "no complete close".to_owned(),
                |n| format!("close in {n} segments"),
            );
            (
                found == Some(*segments),
                text,
                details.teardown.evidence.frames.clone(),
            )
        }
        Claim::OpenWithin(limit) => {
            let open = details.timing.open;
            (
                open.is_some_and(|open| open.0 <= *limit),
                span(open),
                details.handshake.evidence.frames.clone(),
            )
        }
        Claim::CloseWithin(limit) => {
            let close = details.timing.close;
            (
                close.is_some_and(|close| close.0 <= *limit),
                span(close),
                details.teardown.evidence.frames.clone(),
            )
        }
        Claim::WsClose(code) => {
            let closes = &details.teardown.ws_closes;
            let codes: Vec<_> = closes.iter().map(|close| close.code.to_string()).collect();
            let text = if codes.is_empty() {
                "no Close frame".to_owned()
            } else {
                format!("Close {}", codes.join(", "))
            };
            (
                closes.iter().any(|close| close.code == *code),
                text,
                closes.iter().map(|close| close.frame).collect(),
            )
        }
        Claim::Flag { name, absent } => {
            let rows = details.analysis.iter().filter(|row| covers(name, row.flag));
            let (count, frames) = rows.fold((0, Vec::new()), |(count, mut frames), row| {
                frames.extend(&row.evidence.frames);
                (count + row.count, frames)
            });
            ((count == 0) == *absent, format!("{name} {count}"), frames)
        }
        _ => (
            false,
            "not a claim about a connection".to_owned(),
            Vec::new(),
        ),
    }
}

fn closed_by(row: &ConnectionRow, side: &str) -> bool {
    let word = match side {
        "client" => "CLOSED_BY_CLIENT",
        "server" => "CLOSED_BY_SERVER",
        _ => "CLOSED_BOTH",
    };
    row.verdict.code == word
        || row.verdict.also.iter().any(|also| also == word)
        || (row.ending == "fin"
            && row.ended_by == Some(side)
            && !row
                .verdict
                .also
                .iter()
                .chain([&row.verdict.code])
                .any(|w| w == "CLOSED_BOTH"))
}

fn ending(row: &ConnectionRow) -> String {
    let cause = row
        .verdict
        .cause
        .map(|cause| format!(" ({cause})"))
        .unwrap_or_default();
    match (row.ending, row.ended_by) {
        ("fin", Some(side)) => format!("closed-by {side}, {}", row.verdict.code),
        ("rst", _) => format!("{}{cause}", row.verdict.code),
        ("refused", _) => "handshake refused".to_owned(),
        ("open", Some(side)) => format!("only the FIN of the {side}, {}", row.verdict.code),
        _ => format!("still open, {}", row.verdict.code),
    }
}

fn teardown_frames(details: Option<&StreamReport>) -> Vec<u64> {
    details.map_or_else(Vec::new, |stream| stream.teardown.evidence.frames.clone())
}

fn count(report: &Report, what: Counted, scope: Scope) -> u64 {
    let rows = || {
        report
            .connections
            .iter()
            .filter(move |row| in_scope(row, scope))
    };
    let whole = matches!(scope, Scope::Every | Scope::Any);
    match what {
        Counted::Streams if whole => report.connections_total,
        Counted::Streams => rows().count() as u64,
        Counted::Messages if whole => report.lines_total,
        Counted::Messages => rows()
            .map(|row| row.messages.client + row.messages.server)
            .sum(),
        Counted::Frames if whole => report.capture.frames,
        Counted::Frames => rows()
            .map(|row| row.frames.client + row.frames.server)
            .sum(),
    }
}

fn firsts(report: &Report) -> Vec<u64> {
    let first = |row: &ConnectionRow| row.evidence.frames.first().copied();
    report.connections.iter().filter_map(first).collect()
}

fn only_port(report: &Report, port: u16) -> Answer {
    let ports: Vec<_> = report
        .capture
        .service_ports
        .iter()
        .map(|p| p.port.to_string())
        .collect();
    let others = report.capture.frames - report.capture.tcp_frames.min(report.capture.frames);
    let only = report.capture.only_service
        && report
            .capture
            .service_ports
            .first()
            .is_some_and(|p| p.port == port);
    Answer {
        holds: only,
        found: format!(
            "ports {}; {others} frames that are not TCP",
            ports.join(", ")
        ),
        frames: firsts(report),
    }
}

fn complete(report: &Report) -> Answer {
    let c = &report.capture;
    let total = report.connections_total;
    Answer {
        holds: total > 0 && c.complete == total && !c.truncated,
        found: format!(
            "{} of {total} connections complete, {} open, {} begun before",
            c.complete, c.open_at_end, c.begun_before
        ),
        frames: firsts(report),
    }
}

/// `retransmission` stands for all three kinds, as Wireshark's filter does.
fn covers(asked: &str, flag: &str) -> bool {
    asked == flag || (asked == "retransmission" && flag.ends_with("_retransmission"))
}

fn flag(report: &Report, name: &str, absent: bool) -> Answer {
    let rows: Vec<_> = report
        .analysis
        .iter()
        .filter(|row| covers(name, row.flag))
        .collect();
    let count: u64 = rows.iter().map(|row| row.count).sum();
    Answer {
        holds: (count == 0) == absent,
        found: format!("{name} {count}"),
        frames: rows
            .iter()
            .flat_map(|row| row.evidence.frames.iter().copied())
            .collect(),
    }
}

fn finding(report: &Report, code: Option<&str>, absent: bool, scope: Scope) -> Answer {
    let rows: Vec<_> = report
        .findings
        .iter()
        .filter(|row| match code {
            Some(code) => row.code == code || row.cause == Some(code),
            None => row.severity != "chat",
        })
        .filter(|row| {
            row.stream
                .is_none_or(|stream| stream_in_scope(report, stream, scope))
        })
        .collect();
    let mut codes: Vec<_> = rows.iter().map(|row| row.code).collect();
    codes.dedup();
    Answer {
        holds: rows.is_empty() == absent,
        found: if codes.is_empty() {
            "no finding".to_owned()
        } else {
            format!("finding {}", codes.join(", "))
        },
        frames: rows
            .iter()
            .flat_map(|row| row.evidence.frames.iter().copied())
            .collect(),
    }
}

/// A claim about messages: at least one with that text must agree.
fn message(report: &Report, claim: &MessageClaim, scope: Scope) -> Answer {
    let wanted = crate::text::visible(claim.text.as_bytes());
    let lines: Vec<&LineRow> = report
        .found
        .iter()
        .flat_map(|found| &found.lines)
        .chain(&report.lines)
        .filter(|line| {
            if claim.part {
                line.text.contains(&wanted)
            } else {
                line.text == wanted && line.complete
            }
        })
        .filter(|line| stream_in_scope(report, line.stream, scope))
        .collect();
    let frames = |lines: &[&LineRow]| {
        lines
            .iter()
            .flat_map(|line| line.frames.iter().copied())
            .collect()
    };
    if claim.absent || lines.is_empty() {
        return Answer {
            holds: claim.absent && lines.is_empty(),
            found: format!("{} such messages", lines.len()),
            frames: frames(&lines),
        };
    }
    let agreeing: Vec<&LineRow> = lines
        .iter()
        .copied()
        .filter(|line| agrees(line, claim.what))
        .collect();
    let described: Vec<_> = lines.iter().take(4).map(|line| describe(line)).collect();
    Answer {
        holds: !agreeing.is_empty(),
        found: described.join("; "),
        frames: frames(if agreeing.is_empty() {
            &lines
        } else {
            &agreeing
        }),
    }
}

fn agrees(line: &LineRow, what: MessageFact) -> bool {
    match what {
        MessageFact::Said => true,
        MessageFact::DeliveredTo(number) => line.copies.len() as u32 == number,
        MessageFact::Acknowledged => line.ack.is_some(),
        MessageFact::Answered => line.answer.is_some(),
        MessageFact::InSegments(number) => line.frames_total == number,
    }
}

fn describe(line: &LineRow) -> String {
    let ack = line
        .ack
        .map_or_else(|| "no ACK".to_owned(), |ack| format!("ACK #{}", ack.frame));
    let answer = line.answer.map_or_else(
        || "no answer".to_owned(),
        |answer| format!("answer #{}", answer.frame),
    );
    format!(
        "stream {}: in {} segments, {ack}, {answer}, delivered to {}",
        line.stream,
        line.frames_total,
        line.copies.len()
    )
}
