//! S7: the four roles of an orderly close, the RST, the WebSocket Close frames beside the FIN.

use super::super::book::Book;
use super::super::collect::{Collector, Life};
use super::super::filters::frames_filter;
use super::super::model::{
    Evidence, ResetRow, RoleRow, Seconds, SegmentRow, SumRow, TeardownCard, TeardownOutcome,
    WsCloseRow,
};
use super::segment::row;
use super::stream::step;
use crate::chat::SessionEventKind;
use crate::tcp::{Fin, HandshakeOutcome, Step, Teardown};
use crate::timeline::{StreamEntry, VerdictCode};
use crate::view::entries::steps_of;

/// The teardown card of a connection.
pub(super) fn card(collector: &Collector, entry: &StreamEntry, book: &Book) -> TeardownCard {
    let teardown = &entry.summary.teardown;
    let segment = |at| step(book, at).map(|packet| row(collector, book, packet));
    let stream = entry.summary.stream;
    let closes = collector.lines.websockets.get(&stream.0);
    let ws_closes: Vec<_> = closes
        .into_iter()
        .flatten()
        .map(|(message, code)| WsCloseRow {
            by: message.side.name(),
            code: *code,
            frame: message.frames.first().copied().unwrap_or(0),
        })
        .collect();
    let words = [&[entry.verdict.code], &*entry.verdict.also].concat();
    let roles = roles(teardown, book, &segment);
    let reset = teardown.reset.map(|reset| ResetRow {
        by: reset.side.name(),
        segment: segment(Some(reset.step)),
        frame: reset.step.frame,
        cause: reset.cause.code(),
        exact: reset.exact,
    });
    let mut frames: Vec<u64> = steps_of(teardown).map(|step| step.frame).collect();
    frames.sort_unstable();
    frames.dedup();
    TeardownCard {
        outcome: outcome(entry),
        first_fin_by: teardown.first_fin.map(|fin| fin.side.name()),
        roles,
        segments: teardown.segments(),
        simultaneous: teardown.simultaneous(),
        duration: teardown.duration().map(Seconds),
        half_closed: teardown.half_closed().map(Seconds),
        half_close_bytes: teardown.half_close_bytes,
        reset,
        ws_closes,
        websocket: closes.is_some(),
        ws_cut: words.contains(&VerdictCode::WsCut1006),
        program_reason: program_reason(collector, entry),
        evidence: Evidence {
            see: if frames.is_empty() {
                collector.see(entry)
            } else {
                frames_filter(&frames)
            },
            frames,
        },
    }
}

fn outcome(entry: &StreamEntry) -> TeardownOutcome {
    let teardown = &entry.summary.teardown;
    if entry.summary.handshake.outcome == HandshakeOutcome::Refused {
        TeardownOutcome::Refused
    } else if teardown.complete() {
        TeardownOutcome::Closed
    } else if teardown.reset.is_some() {
        TeardownOutcome::Reset
    } else if teardown.second_fin.is_some() {
        TeardownOutcome::Unconfirmed
    } else if teardown.first_fin.is_some() {
        TeardownOutcome::HalfClosed
    } else if Life::of(&entry.summary) == Life::NeverOpened {
        TeardownOutcome::NeverOpened
    } else {
        TeardownOutcome::Open
    }
}

/// The four roles in order; empty where no FIN was seen.
fn roles(
    teardown: &Teardown,
    book: &Book,
    segment: &impl Fn(Option<Step>) -> Option<SegmentRow>,
) -> Vec<RoleRow> {
    let Some(first) = teardown.first_fin else {
        return Vec::new();
    };
    let second = teardown.second_fin;
    let steps = [
        ("fin-1", Some(first.step), None),
        ("fin-1-ack", first.acked, Some(first)),
        ("fin-2", second.map(|fin| fin.step), None),
        ("fin-2-ack", second.and_then(|fin| fin.acked), second),
    ];
    let mut roles: Vec<RoleRow> = Vec::new();
    let mut known: Vec<(&'static str, u64)> = Vec::new();
    for (role, at, of) in steps {
        let same_as = at.and_then(|at| {
            let earlier = known.iter().find(|(_, frame)| *frame == at.frame);
            earlier.map(|(role, _)| *role)
        });
        if let Some(at) = at {
            known.push((role, at.frame));
        }
        roles.push(RoleRow {
            role,
            frame: at.map(|at| at.frame),
            segment: segment(at),
            same_as,
            sum: of.zip(at).and_then(|(fin, at)| sum(fin, at, book)),
        });
    }
    roles
}

/// ACK = sequence number of the FIN + 1.
fn sum(fin: Fin, at: Step, book: &Book) -> Option<SumRow> {
    let packet = step(book, Some(at))?;
    let expected = fin.seq.plus(1);
    Some(SumRow {
        frame: packet.frame,
        of: fin.side.name(),
        base: fin.seq.0,
        add: 1,
        ack_raw: packet.ack_raw.0,
        holds: packet.ack_raw == expected || packet.ack_raw.follows(expected),
    })
}

/// Why our own program says the session on this connection ended.
fn program_reason(collector: &Collector, entry: &StreamEntry) -> Option<&'static str> {
    collector
        .sessions
        .iter()
        .rev()
        .filter(|session| session.stream == Some(entry.summary.stream))
        .find_map(|session| match session.event.kind {
            SessionEventKind::Disconnected { reason } => Some(reason.code()),
            _ => None,
        })
}
