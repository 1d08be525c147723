//! One connection in detail: handshake card, walk, windows, states.

use super::super::book::{Book, StateChange};
use super::super::collect::Collector;
use super::super::filters::{all_of, frames_filter};
use super::super::model::{
    AnalysisRow, Both, Evidence, HandshakeCard, ProgramRow, Seconds, StateRow, StreamReport,
    SumRow, Walk, WindowCard, ZeroPeriod,
};
use super::super::windows::Windows;
use super::segment::{kept, row};
use super::{name, options, seconds, teardown, timing};
use crate::chat::SessionEventKind;
use crate::packet::SeqNumber;
use crate::tcp::{Certainty, Handshake, HandshakeOutcome, ObservedState, Side, Step, TcpState};
use crate::timeline::{PacketEntry, SessionEntry, StreamEntry};

/// Segments of the walk.
const MAX_WALK: usize = 200;
/// The state of a port that nobody listens on: no TCB, so none of RFC 9293's.
const NO_LISTENER: &str = "no_listener";
/// Program events of one connection.
const MAX_PROGRAM: usize = 60;

/// The details of one connection.
pub(super) fn report(collector: &Collector, entry: &StreamEntry, book: &Book) -> StreamReport {
    let summary = &entry.summary;
    let last = &summary.states;
    let before = states_before(&summary.handshake);
    let see = collector.see(entry);
    StreamReport {
        stream: summary.stream.0,
        client: summary.connection.client.to_string(),
        server: summary.connection.server.to_string(),
        name: name(entry),
        handshake: handshake(collector, entry, book),
        options: options::card(collector, entry, book),
        walk: walk(collector, book),
        teardown: teardown::card(collector, entry, book),
        timing: timing::timing(collector, entry, book),
        windows: Both {
            client: window(&book.sent.client.windows, entry),
            server: window(&book.sent.server.windows, entry),
        },
        analysis: flags(book, &see),
        see,
        states: book
            .states
            .iter()
            .map(|change| state(collector, change, before.server))
            .collect(),
        states_before: before,
        last_states: Both {
            client: last.client.state.name(),
            server: last.server.state.name(),
        },
        program: collector
            .sessions
            .iter()
            .filter(|session| session.stream == Some(summary.stream))
            .take(MAX_PROGRAM)
            .map(program)
            .collect(),
    }
}

/// Wireshark's flags of one connection, those that occur.
fn flags(book: &Book, see: &str) -> Vec<AnalysisRow> {
    let mut rows = book.flagged.rows();
    rows.retain(|row| row.count > 0);
    for row in &mut rows {
        row.evidence.see = all_of([std::mem::take(&mut row.evidence.see), see.to_owned()]);
    }
    rows
}

/// The segment that took up the SYN: not the RST that refused it.
pub(super) fn accepted(card: &Handshake) -> Option<Step> {
    card.answer
        .filter(|_| card.outcome != HandshakeOutcome::Refused)
}

/// The kept segment of a step.
pub(super) fn step(book: &Book, step: Option<Step>) -> Option<&PacketEntry> {
    book.packet(step?.frame)
}

/// Both ends before the first segment, as what came later tells: who answers SYN with SYN,ACK was listening.
fn states_before(card: &Handshake) -> Both<&'static str> {
    let (listen, closed) = (TcpState::Listen.name(), TcpState::Closed.name());
    let unknown = TcpState::Unknown.name();
    Both {
        client: card.syn.map_or(unknown, |_| closed),
        server: match card.outcome {
            HandshakeOutcome::Refused => NO_LISTENER,
            HandshakeOutcome::Simultaneous => closed,
            HandshakeOutcome::Complete | HandshakeOutcome::HalfOpen if card.syn.is_some() => listen,
            _ => unknown,
        },
    }
}

fn handshake(collector: &Collector, entry: &StreamEntry, book: &Book) -> HandshakeCard {
    let card = &entry.summary.handshake;
    let segment = |at| step(book, at).map(|packet| row(collector, book, packet));
    let frames: Vec<u64> = [card.syn, card.answer, card.ack]
        .into_iter()
        .flatten()
        .map(|step| step.frame)
        .collect();
    let sums = sums(card, book);
    let acknowledged = sums
        .iter()
        .find(|sum| sum.holds && sum.of == Side::Server.name());
    HandshakeCard {
        outcome: card.outcome.code(),
        syn: segment(card.syn),
        answer: segment(card.answer),
        ack: segment(card.ack),
        isn: Both {
            client: card.client_isn.map(|isn| isn.0),
            server: acknowledged.map_or(card.server_isn.map(|isn| isn.0), |sum| Some(sum.base)),
        },
        sums,
        duration: card.duration().map(Seconds),
        retries: Both {
            client: card.syn_retries,
            server: card.answer_retries,
        },
        self_connect: card.self_connect,
        evidence: Evidence {
            see: frames_filter(&frames),
            frames,
        },
    }
}

/// The sums of the handshake: each acknowledgment number against the ISN that it acknowledges.
fn sums(card: &Handshake, book: &Book) -> Vec<SumRow> {
    let sum = |at, isn: Option<SeqNumber>, of: Side, acked: Option<Step>| {
        let packet = step(book, at).filter(|packet| packet.flags.ack())?;
        let opening = step(book, acked);
        // A later SYN,ACK may carry another number; the segment that is shown counts if it is the one acknowledged.
        let shown = opening.map(|syn| syn.seq_raw);
        let base = shown.filter(|isn| packet.ack_raw == isn.plus(1)).or(isn)?.0;
        let carried = opening.and_then(|syn| syn.len).unwrap_or(0);
        let plain = base.wrapping_add(1);
        let with_data = plain.wrapping_add(carried);
        let add = if packet.ack_raw.0 == with_data {
            1 + carried
        } else {
            1
        };
        Some(SumRow {
            frame: packet.frame,
            of: of.name(),
            base,
            add,
            ack_raw: packet.ack_raw.0,
            holds: packet.ack_raw.0 == plain || packet.ack_raw.0 == with_data,
        })
    };
    [
        sum(card.answer, card.client_isn, Side::Client, card.syn),
        sum(card.ack, card.server_isn, Side::Server, card.answer)
            .filter(|_| card.outcome != HandshakeOutcome::Simultaneous),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn walk(collector: &Collector, book: &Book) -> Walk {
    let rows: Vec<_> = book
        .rows
        .iter()
        .take(MAX_WALK)
        .map(|segment| kept(collector, book, segment))
        .collect();
    Walk {
        folded: book.seen.saturating_sub(rows.len() as u64),
        rows,
        holds: book.rule,
        broken: book.broken.clone(),
        bytes_per_ack: Both {
            client: book.sent.client.bytes_per_ack.spread(),
            server: book.sent.server.bytes_per_ack.spread(),
        },
    }
}

fn window(windows: &Windows, entry: &StreamEntry) -> WindowCard {
    let card = &entry.summary.handshake;
    let agreed = card.syn.is_some() && accepted(card).is_some();
    let unscaled = agreed && card.effective_window_scale().is_none();
    WindowCard {
        initial: windows.initial,
        factor: windows
            .shift
            .map(|shift| 1 << shift.min(14))
            .or(unscaled.then_some(1)),
        smallest: windows.smallest,
        largest: windows.largest,
        zero: windows
            .zero
            .iter()
            .map(|zero| ZeroPeriod {
                start_frame: zero.start_frame,
                end_frame: zero.end.map(|(frame, _)| frame),
                duration: zero.end.map(|(_, at)| Seconds(at.since(zero.start))),
                probes: zero.probes,
            })
            .collect(),
        zero_total: windows.zero_total,
        segments: windows.segments,
    }
}

fn state(collector: &Collector, change: &StateChange, before: &'static str) -> StateRow {
    // The SYN itself changes nothing at the server as long as it has not answered.
    let opens = change.flags.syn() && !change.flags.ack();
    let server = match change.server.state {
        TcpState::Unknown if opens && before == TcpState::Listen.name() => before,
        state => state.name(),
    };
    let seen = |state: ObservedState| state.certainty == Certainty::Seen;
    StateRow {
        frame: change.frame,
        since_start: Seconds(change.at.since(collector.origin())),
        sender: change.side.name(),
        flags: change.flags.to_string(),
        state: Both {
            client: change.client.state.name(),
            server,
        },
        seen: Both {
            client: seen(change.client),
            server: seen(change.server),
        },
    }
}

fn program(session: &SessionEntry) -> ProgramRow {
    let event = &session.event;
    let detail = match &event.kind {
        SessionEventKind::Resumed { missed, .. } | SessionEventKind::Lagging { missed } => {
            Some(missed.to_string())
        }
        SessionEventKind::Read { bytes } | SessionEventKind::Wrote { bytes, .. } => {
            Some((bytes.end - bytes.start).to_string())
        }
        SessionEventKind::Said { line, .. } => line.map(|line| line.to_string()),
        SessionEventKind::Disconnected { reason } => Some(reason.code().to_owned()),
        SessionEventKind::Connected { .. }
        | SessionEventKind::Renamed { .. }
        | SessionEventKind::Shutdown => None,
    };
    ProgramRow {
        at: seconds(event.at),
        what: event.kind.code(),
        detail,
        frames: session.frames,
    }
}
