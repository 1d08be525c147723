//! Claims about one connection.

use super::claim::{Claim, Timed};
use super::court::{Answer, Court};
use crate::explain::Value;
use crate::net::Nanos;
use crate::tcp::{ResetCause, Side, TcpState};
use crate::text::visible;
use crate::timeline::VerdictCode;
use crate::view::report::{
    AnalysisRow, ConnectionRow, Effective, Ending, SegmentRow, StateRow, StreamReport,
};

/// What holds, what was found, and the frames; no frames: those of the connection.
type Verdict = (bool, String, Vec<u64>);

/// One connection about one claim.
pub(super) fn judge(court: &Court<'_>, row: &ConnectionRow, claim: &Claim) -> Answer {
    let details = court.report.streams.iter().find(|s| s.stream == row.stream);
    let told = match (by_row(court, row, details, claim), details) {
        (Some(told), _) => Some(told),
        (None, Some(details)) => detailed(court, details, claim),
        (None, None) => None,
    };
    let stream = [("stream", Value::Number(row.stream.into()))];
    let stream = court.say("comment-stream", &stream);
    let Some((holds, found, mut frames)) = told else {
        let why = court.say("expect-details-not-kept", &[]);
        return Answer::unknown(format!("{stream}: {why}"));
    };
    if frames.is_empty() {
        frames.clone_from(&row.evidence.frames);
    }
    Answer::new(holds, format!("{stream}: {found}"), frames)
}

/// Claims that the row of the connection answers.
fn by_row(
    court: &Court<'_>,
    row: &ConnectionRow,
    details: Option<&StreamReport>,
    claim: &Claim,
) -> Option<Verdict> {
    let closing = || details.map_or_else(Vec::new, |s| s.teardown.evidence.frames.clone());
    Some(match claim {
        Claim::Handshake(outcome) => (
            row.opening == outcome.code(),
            format!("handshake {}", row.opening.replace('_', "-")),
            details.map_or_else(Vec::new, |s| s.handshake.evidence.frames.clone()),
        ),
        Claim::Complete => {
            let opened = matches!(row.opening, "complete" | "simultaneous");
            let over = matches!(row.ending, Ending::Fin | Ending::Rst);
            let opening = row.opening.replace('_', "-");
            let told = format!("handshake {opening}, {}", ending(court, row));
            (opened && over, told, Vec::new())
        }
        Claim::StillOpen => (row.ending == Ending::Open, ending(court, row), closing()),
        Claim::ClosedBy(side) => (closed_by(row, *side), ending(court, row), closing()),
        Claim::ResetBy(side) => {
            let code = match side {
                Side::Client => VerdictCode::ResetByClient,
                Side::Server => VerdictCode::ResetByServer,
            };
            (
                is(row, code),
                ending(court, row),
                reset_or(details, closing),
            )
        }
        Claim::NoReset => {
            let none = row.verdict.cause.is_none() && row.opening != "refused";
            (none, ending(court, row), reset_or(details, closing))
        }
        Claim::ResetCause(cause) => {
            // A RST that answers a SYN comes from a port on which nobody listens (RFC 9293 section 3.10.7.1).
            let closed = (row.opening == "refused").then_some(ResetCause::ClosedPort.code());
            let found = row.verdict.cause.or(closed);
            let none = || court.say("expect-no-reset", &[]);
            let told = found.map_or_else(none, |found| format!("reset cause {found}"));
            (
                found == Some(cause.code()),
                told,
                reset_or(details, closing),
            )
        }
        Claim::Verdict(code) => (is(row, *code), verdict_words(row), Vec::new()),
        Claim::Name(name) => {
            let wanted = visible(name.as_bytes());
            let found = row.name.as_deref();
            let told = found.map_or_else(|| court.say("expect-none", &[]), str::to_owned);
            (found == Some(&*wanted), told, Vec::new())
        }
        Claim::Within(Timed::Lifetime, limit) => {
            let found = row.duration.0;
            (found <= *limit, court.span(Some(found)), Vec::new())
        }
        _ => return None,
    })
}

/// The RST alone where there is one: it proves the claim or refutes it.
fn reset_or(details: Option<&StreamReport>, other: impl Fn() -> Vec<u64>) -> Vec<u64> {
    let reset = details.and_then(|s| s.teardown.reset.as_ref());
    reset.map_or_else(other, |reset| vec![reset.frame])
}

/// Claims that need the details of a connection.
fn detailed(court: &Court<'_>, s: &StreamReport, claim: &Claim) -> Option<Verdict> {
    let close = || s.teardown.evidence.frames.clone();
    Some(match claim {
        Claim::Within(timed, limit) => within(court, s, *timed, *limit),
        Claim::Welcome { within, absent } => welcome(court, s, *within, *absent),
        Claim::Option { name, absent } => option(s, name, *absent)?,
        Claim::CloseIn(segments) => {
            let found = s.teardown.segments;
            let told = found.map_or_else(
                || court.say("expect-no-close", &[]),
                |found| format!("close in {found} segments"),
            );
            (found == Some(*segments), told, close())
        }
        Claim::HalfClose { absent } => {
            let bytes = s.teardown.half_close_bytes;
            let told = court.say("teardown-half-bytes", &[("bytes", Value::Number(bytes))]);
            ((bytes > 0) != *absent, told, close())
        }
        Claim::State(side, state) => reached(s, *side, *state),
        Claim::WebSocket { absent } => {
            let found = s.teardown.websocket;
            let told = if found { "websocket" } else { "no websocket" };
            (found != *absent, told.to_owned(), Vec::new())
        }
        Claim::WsClose(code) => ws_close(court, s, *code),
        Claim::SequenceHolds => sequence(court, s),
        Claim::Flag { name, absent } => flagged(&s.analysis, name, *absent),
        _ => return None,
    })
}

/// Something was over in time.
fn within(court: &Court<'_>, s: &StreamReport, timed: Timed, limit: Nanos) -> Verdict {
    let (open, close) = (&s.handshake.evidence, &s.teardown.evidence);
    let (found, evidence) = match timed {
        Timed::Close => (s.timing.close, close),
        Timed::Rtt => (s.timing.initial_rtt, open),
        Timed::Open | Timed::Lifetime => (s.timing.open, open),
    };
    let found = found.map(|found| found.0);
    let holds = found.is_some_and(|found| found <= limit);
    (holds, court.span(found), evidence.frames.clone())
}

/// Both ends offered the option; not known where the handshake was not captured.
fn option(s: &StreamReport, name: &str, absent: bool) -> Option<Verdict> {
    let mut rows = s.options.negotiated.iter();
    let row = rows.find(|row| row.option == name)?;
    let works = match row.effective {
        Effective::Unknown if s.handshake.outcome == "not_seen" => return None,
        Effective::Unknown | Effective::No => false,
        Effective::Yes | Effective::Numbers(_) => true,
    };
    let told = if works { "option" } else { "no option" };
    let frames = row.evidence.frames.clone();
    Some((works != absent, format!("{told} {name}"), frames))
}

/// One end was in this state at some time.
fn reached(s: &StreamReport, side: Side, state: TcpState) -> Verdict {
    let of = |row: &StateRow| match side {
        Side::Client => row.state.client,
        Side::Server => row.state.server,
    };
    let state = state.name();
    let mut met: Vec<_> = s.states.iter().map(of).collect();
    met.dedup();
    let there = s.states.iter().filter(|row| of(row) == state);
    let frames = there.map(|row| row.frame).collect();
    (met.contains(&state), met.join(", "), frames)
}

/// A WebSocket Close frame had this code.
fn ws_close(court: &Court<'_>, s: &StreamReport, code: u16) -> Verdict {
    let closes = &s.teardown.ws_closes;
    let told = if closes.is_empty() {
        court.say("expect-no-ws-close", &[])
    } else {
        let codes = closes
            .iter()
            .map(|close| format!("ws-close {}", close.code));
        codes.collect::<Vec<_>>().join(", ")
    };
    let holds = closes.iter().any(|close| close.code == code);
    let frames = closes.iter().map(|close| close.frame).collect();
    (holds, told, frames)
}

/// Every segment began where its sender's last one ended.
fn sequence(court: &Court<'_>, s: &StreamReport) -> Verdict {
    let (held, checked) = s.walk.holds;
    let values = [
        ("held", Value::Number(held)),
        ("checked", Value::Number(checked)),
    ];
    let told = court.say("report-rule-held-value", &values);
    let broken = |row: &&SegmentRow| row.rule.is_some_and(|rule| !rule.holds);
    let frames = s.walk.rows.iter().filter(broken).map(|row| row.frame);
    (held == checked, told, frames.collect())
}

/// Segments with this flag, of a connection or of the whole capture; `retransmission` stands for all three kinds, as
/// Wireshark's filter does.
pub(super) fn flagged(rows: &[AnalysisRow], name: &str, absent: bool) -> Verdict {
    let meant = |row: &&AnalysisRow| {
        row.flag == name || (name == "retransmission" && row.flag.ends_with("_retransmission"))
    };
    let count: u64 = rows.iter().filter(meant).map(|row| row.count).sum();
    let evidence = rows.iter().filter(meant).map(|row| &row.evidence.frames);
    let frames = evidence.flatten().copied().collect();
    ((count == 0) == absent, format!("{name} {count}"), frames)
}

/// The row of the server's greeting, as far as packets can tell one: it spoke first, or its first line says welcome (a client
/// that does not wait may be faster than any greeting).
fn greeting<'s>(court: &Court<'_>, s: &'s StreamReport) -> Option<&'s SegmentRow> {
    let mut data = s
        .walk
        .rows
        .iter()
        .filter(|row| row.len.is_some_and(|len| len > 0));
    let first = data.next()?;
    if first.sender == "server" {
        return Some(first);
    }
    let mut lines = court.report.lines.iter();
    let line = lines.find(|line| line.stream == s.stream && line.sender == "server")?;
    let text = line.text.to_lowercase();
    let frame = *line.frames.first()?;
    WELCOMES
        .iter()
        .any(|word| text.contains(word))
        .then(|| s.walk.rows.iter().find(|row| row.frame == frame))?
}

/// What greetings say, in the two languages of the courses.
const WELCOMES: [&str; 2] = ["welcome", "bem-vind"];

/// The server greeted.
fn welcome(court: &Court<'_>, s: &StreamReport, within: Option<Nanos>, absent: bool) -> Verdict {
    let first = greeting(court, s);
    let opened = s.handshake.ack.as_ref().or(s.handshake.answer.as_ref());
    let after = first
        .zip(opened)
        .map(|(row, opened)| row.at.0.saturating_sub(opened.at.0));
    let in_time = match within {
        None => first.is_some(),
        Some(limit) => after.is_some_and(|after| after <= limit),
    };
    let told = match first {
        None => "no welcome".to_owned(),
        Some(row) => format!("welcome #{}, {}", row.frame, court.span(after)),
    };
    (
        in_time != absent,
        told,
        first.map(|row| row.frame).into_iter().collect(),
    )
}

/// The verdict is that one, or it holds besides.
fn is(row: &ConnectionRow, code: VerdictCode) -> bool {
    let word = code.to_string();
    row.verdict.code == word || row.verdict.also.contains(&word)
}

fn verdict_words(row: &ConnectionRow) -> String {
    let words = std::iter::once(&row.verdict.code).chain(&row.verdict.also);
    words.map(String::as_str).collect::<Vec<_>>().join(" + ")
}

fn closed_by(row: &ConnectionRow, side: Option<Side>) -> bool {
    let code = match side {
        Some(Side::Client) => VerdictCode::ClosedByClient,
        Some(Side::Server) => VerdictCode::ClosedByServer,
        None => VerdictCode::ClosedBoth,
    };
    let by = row.ended_by.filter(|_| row.ending == Ending::Fin);
    let first = side.is_some_and(|side| by == Some(side.name()));
    is(row, code) || (first && !is(row, VerdictCode::ClosedBoth))
}

/// How it ended, in the words of the claims.
fn ending(court: &Court<'_>, row: &ConnectionRow) -> String {
    let verdict = verdict_with_reset(row);
    match (row.ending, row.ended_by) {
        (Ending::Fin, Some(side)) => format!("closed-by {side}, {verdict}"),
        (Ending::Rst, _) => verdict,
        (Ending::Refused, _) => "handshake refused".to_owned(),
        (Ending::Open, Some(side)) => {
            let only = court.say("expect-only-fin", &[("side", side.into())]);
            format!("{only}, {verdict}")
        }
        (Ending::FinUnconfirmed, _) => {
            let both = court.say("teardown-unconfirmed", &[]);
            format!("{both}, {verdict}")
        }
        (Ending::Open | Ending::Fin, _) => format!("still open, {verdict}"),
    }
}

/// The verdict, and the RST with its likely cause also where it is not what ended the connection.
fn verdict_with_reset(row: &ConnectionRow) -> String {
    let resets = [VerdictCode::ResetByClient, VerdictCode::ResetByServer].map(VerdictCode::word);
    let mut also = row.verdict.also.iter();
    let besides = also.find(|word| resets.contains(&word.as_str()));
    let besides = besides.map_or_else(String::new, |word| format!(" + {word}"));
    let cause = row.verdict.cause.map(|cause| format!(" ({cause})"));
    format!("{}{besides}{}", row.verdict.code, cause.unwrap_or_default())
}
