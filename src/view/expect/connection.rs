//! Claims about one connection.

use super::claim::{Claim, Timed};
use super::court::{Answer, Court, NOT_IN_ORDER, NOT_KEPT, Verdict};
use super::greeting;
use crate::explain::Value;
use crate::net::Nanos;
use crate::tcp::{ResetCause, Side, TcpState};
use crate::text::visible;
use crate::timeline::VerdictCode;
use crate::view::report::{AnalysisRow, ConnectionRow, Effective, Ending, StateRow, StreamReport};

/// One connection about one claim.
pub(super) fn judge(court: &Court<'_>, row: &ConnectionRow, claim: &Claim) -> Answer {
    let details = court.report.streams.iter().find(|s| s.stream == row.stream);
    let told = match (by_row(court, row, details, claim), details) {
        (Some(told), _) => told,
        (None, Some(details)) => detailed(court, details, claim),
        (None, None) => Err(NOT_KEPT),
    };
    let stream = [("stream", Value::Number(row.stream.into()))];
    let stream = court.say("comment-stream", &stream);
    let (holds, found, mut frames) = match told {
        Ok(verdict) => verdict,
        Err(why) => return Answer::unknown(format!("{stream}: {}", court.say(why, &[]))),
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
) -> Option<Result<Verdict, &'static str>> {
    if let Claim::Within(Timed::Lifetime, limit) = claim {
        let found = Some(row.duration.0);
        return Some(in_time(court, found, *limit, Vec::new()));
    }
    let closing = || details.map_or_else(Vec::new, |s| s.teardown.evidence.frames.clone());
    Some(Ok(match claim {
        Claim::Handshake(outcome) => (
            row.opening == outcome.code(),
            format!("handshake {}", row.opening.replace('_', "-")),
            details.map_or_else(Vec::new, |s| s.handshake.evidence.frames.clone()),
        ),
        Claim::Complete => {
            let opened = matches!(row.opening, "complete" | "simultaneous");
            let over = matches!(row.ending, Ending::Fin | Ending::Rst);
            let opening = row.opening.replace('_', "-");
            let ending = ending(court, row);
            let told = match row.ending {
                Ending::Refused => ending, // that is about the handshake, too
                _ => format!("handshake {opening}, {ending}"),
            };
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
        _ => return None,
    }))
}

/// The RST alone where there is one: it proves the claim or refutes it.
fn reset_or(details: Option<&StreamReport>, other: impl Fn() -> Vec<u64>) -> Vec<u64> {
    let reset = details.and_then(|s| s.teardown.reset.as_ref());
    reset.map_or_else(other, |reset| vec![reset.frame])
}

/// Claims that need the details of a connection.
fn detailed(court: &Court<'_>, s: &StreamReport, claim: &Claim) -> Result<Verdict, &'static str> {
    let close = || s.teardown.evidence.frames.clone();
    Ok(match claim {
        Claim::Within(timed, limit) => within(court, s, *timed, *limit)?,
        Claim::Welcome { within, absent } => greeting::judge(court, s, *within, *absent)?,
        Claim::Option { name, absent } => option(s, name, *absent).ok_or(NOT_KEPT)?,
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
        _ => return Err(NOT_KEPT),
    })
}

/// Something was over in time.
fn within(
    court: &Court<'_>,
    s: &StreamReport,
    timed: Timed,
    limit: Nanos,
) -> Result<Verdict, &'static str> {
    let (open, close) = (&s.handshake.evidence, &s.teardown.evidence);
    let (found, evidence) = match timed {
        Timed::Close => (s.timing.close, close),
        Timed::Rtt => (s.timing.initial_rtt, open),
        Timed::Open | Timed::Lifetime => (s.timing.open, open),
    };
    let found = found.map(|found| found.0);
    in_time(court, found, limit, evidence.frames.clone())
}

/// What was measured against the limit. No time is negative: then the clock was set back, or frames stand in another order.
fn in_time(
    court: &Court<'_>,
    found: Option<Nanos>,
    limit: Nanos,
    frames: Vec<u64>,
) -> Result<Verdict, &'static str> {
    if found.is_some_and(|found| found < 0) {
        return Err(NOT_IN_ORDER);
    }
    let holds = found.is_some_and(|found| found <= limit);
    Ok((holds, court.span(found), frames))
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
    (held == checked, told, s.walk.broken.clone())
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
        (Ending::NeverOpened, _) => format!("never opened, {verdict}"),
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
