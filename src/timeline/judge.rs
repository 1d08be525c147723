//! The word that sums up a stream, from its cards and what was remembered of it.
//!
//! What rests on absence (no answer, no FIN, no greeting) is only said when the capture lost nothing that could have held it.

use super::facts::{Fact, Marks};
use super::limits::{SYN_PATIENCE, SYN_REPEATED};
use super::{Verdict, VerdictCode};
use crate::net::{Few, Timestamp};
use crate::tcp::{HandshakeOutcome, Side, StreamSummary};

/// What may hold besides the main word.
const FURTHER: usize = 11;

/// What the judge knows besides the stream itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    /// Somebody is known to listen at the server's end.
    pub(super) listens: bool,
    /// Up to when the capture shows everything.
    pub(super) now: Timestamp,
    /// The capture lost frames.
    pub(super) lost: bool,
    /// The capture is over.
    pub(super) over: bool,
}

/// Sums up a stream. What rests on absence gives way where frames were lost (V-3).
pub(super) fn verdict(summary: &StreamSummary, fact: &Fact, about: Circumstances) -> Verdict {
    let lost = about.lost || fact.marks.has(Marks::LOSSY);
    let ended = end_word(summary, fact, about);
    let rests_on_absence = |code| {
        matches!(
            code,
            VerdictCode::Filtered
                | VerdictCode::AcceptQueueFull
                | VerdictCode::OpenedNoBanner
                | VerdictCode::StalledApp
                | VerdictCode::PeerNeverClosed
                | VerdictCode::Idle
                | VerdictCode::WsCut1006
        )
    };
    let mut code = ended.unwrap_or_else(|| open_word(summary, fact, about));
    if lost && rests_on_absence(code) {
        code = VerdictCode::LostCapture;
    }
    let (mut also, mut count) = ([code; FURTHER + 1], 0);
    let mut add = |word| {
        if word != code && !also[..count].contains(&word) {
            also[count] = word;
            count += 1;
        }
    };
    for (holds, word) in further_words(summary, fact, about, ended.is_none()) {
        if holds && lost && rests_on_absence(word) {
            add(VerdictCode::LostCapture);
        } else if holds {
            add(word);
        }
    }
    if lost {
        add(VerdictCode::LostCapture);
    }
    let also = Few::from(&also[..count]);
    let cause = summary.teardown.reset.map(|reset| reset.cause);
    Verdict { code, cause, also }
}

/// V-1: how it ended; `None` while it is open.
fn end_word(summary: &StreamSummary, fact: &Fact, about: Circumstances) -> Option<VerdictCode> {
    let teardown = &summary.teardown;
    if summary.handshake.outcome == HandshakeOutcome::Refused {
        return Some(VerdictCode::Refused);
    }
    if teardown.complete() && teardown.simultaneous() {
        return Some(VerdictCode::ClosedBoth);
    }
    if let (true, Some(first)) = (teardown.complete(), teardown.first_fin) {
        return Some(match first.side {
            Side::Client => VerdictCode::ClosedByClient,
            Side::Server => VerdictCode::ClosedByServer,
        });
    }
    if let Some(reset) = teardown.reset {
        return Some(match reset.side {
            Side::Client => VerdictCode::ResetByClient,
            Side::Server => VerdictCode::ResetByServer,
        });
    }
    if summary.handshake.outcome == HandshakeOutcome::Unanswered {
        let refused = fact.marks.has(Marks::UNREACHABLE);
        let refused = refused.then_some(VerdictCode::Unreachable);
        return refused.or_else(|| unanswered(summary, about));
    }
    let first = teardown.first_fin?;
    if teardown.second_fin.is_some() {
        return None;
    }
    first.acked?;
    Some(if never_closed(summary, fact) {
        VerdictCode::PeerNeverClosed
    } else {
        VerdictCode::HalfClosed
    })
}

fn never_closed(summary: &StreamSummary, fact: &Fact) -> bool {
    fact.marks.has(Marks::NEVER_CLOSED) && summary.teardown.second_fin.is_none()
}

/// A SYN without answer: repeated, or waited for in vain.
fn unanswered(summary: &StreamSummary, about: Circumstances) -> Option<VerdictCode> {
    let waited = about.now.since(summary.start);
    // One SYN that a capture holds twice is not repeated: no system repeats it so soon.
    let repeated = summary.handshake.syn_retries > 0 && waited >= SYN_REPEATED;
    if waited < SYN_PATIENCE && !repeated {
        return None;
    }
    Some(if about.listens && repeated {
        VerdictCode::AcceptQueueFull
    } else {
        VerdictCode::Filtered
    })
}

/// V-2: the main word of a connection that is open.
fn open_word(summary: &StreamSummary, fact: &Fact, about: Circumstances) -> VerdictCode {
    let marks = fact.marks;
    let begun = summary.handshake.outcome != HandshakeOutcome::NotSeen;
    if marks.has(Marks::STALLED) {
        VerdictCode::StalledApp
    } else if marks.has(Marks::NO_BANNER) {
        VerdictCode::OpenedNoBanner
    } else if marks.has(Marks::WINDOW_SHUT) {
        VerdictCode::ZeroWindow
    } else if marks.has(Marks::IDLE) {
        VerdictCode::Idle
    } else if !begun {
        VerdictCode::PartialStart
    } else if about.over {
        VerdictCode::PartialEnd
    } else if summary.bytes.server > 0 {
        VerdictCode::Served
    } else {
        VerdictCode::Opened
    }
}

/// V-4: everything else that holds.
fn further_words(
    summary: &StreamSummary,
    fact: &Fact,
    about: Circumstances,
    open: bool,
) -> [(bool, VerdictCode); FURTHER] {
    let marks = fact.marks;
    let outcome = summary.handshake.outcome;
    let complete = matches!(
        outcome,
        HandshakeOutcome::Complete | HandshakeOutcome::Simultaneous
    );
    let tcp_ended = summary.teardown.complete() || summary.teardown.reset.is_some();
    let reset_after_close = summary
        .teardown
        .complete()
        .then_some(summary.teardown.reset);
    let reset_side = reset_after_close.flatten().map(|reset| reset.side);
    [
        (marks.has(Marks::STALLED), VerdictCode::StalledApp),
        (marks.has(Marks::NO_BANNER), VerdictCode::OpenedNoBanner),
        (marks.has(Marks::NEVER_CLOSED), VerdictCode::PeerNeverClosed),
        (marks.has(Marks::ZERO_WINDOW), VerdictCode::ZeroWindow),
        (reset_side == Some(Side::Client), VerdictCode::ResetByClient),
        (reset_side == Some(Side::Server), VerdictCode::ResetByServer),
        (fact.ws_close != 0, VerdictCode::WsClose(fact.ws_close)),
        (
            marks.has(Marks::WEBSOCKET) && fact.ws_close == 0 && tcp_ended,
            VerdictCode::WsCut1006,
        ),
        (summary.bytes.server > 0, VerdictCode::Served),
        (
            outcome == HandshakeOutcome::NotSeen,
            VerdictCode::PartialStart,
        ),
        (
            open && about.over
                && (complete || summary.bytes.client > 0 || outcome == HandshakeOutcome::NotSeen),
            VerdictCode::PartialEnd,
        ),
    ]
}
