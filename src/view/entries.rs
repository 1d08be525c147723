//! What several views ask of an entry alike.

use crate::chat::SessionEventKind;
use crate::explain::{Explainer, Topic};
use crate::packet::TcpFlags;
use crate::tcp::{AnalysisFlags, Fin, Handshake, HandshakeOutcome, OwnFlags, Step, Teardown};
use crate::text::visible;
use crate::timeline::{FindingCode, PacketEntry};

/// The control bits that open or close a connection.
pub(super) const LIFECYCLE: TcpFlags =
    TcpFlags(TcpFlags::SYN.0 | TcpFlags::FIN.0 | TcpFlags::RST.0);

/// Flags of segments with a problem: Wireshark's "Bad TCP" rule, which leaves window updates and keep-alives out.
const BAD: AnalysisFlags = AnalysisFlags(
    !(AnalysisFlags::WINDOW_UPDATE.0
        | AnalysisFlags::KEEP_ALIVE.0
        | AnalysisFlags::KEEP_ALIVE_ACK.0
        | AnalysisFlags::REUSED_PORTS.0),
);

/// Whether Wireshark would paint the segment as a problem, and our own notes do not take that back.
pub(super) fn is_bad(packet: &PacketEntry) -> bool {
    let seen = &packet.observation;
    let excused = seen.notes.contains(OwnFlags::SELF_CONNECT)
        || seen.notes.contains(OwnFlags::SIMULTANEOUS_OPEN);
    seen.analysis.intersects(BAD) && !excused
}

/// Findings that the words about their segment already tell.
pub(super) const fn is_told_by_segment(code: FindingCode) -> bool {
    matches!(
        code,
        FindingCode::Refused
            | FindingCode::Reset(_)
            | FindingCode::Retransmission
            | FindingCode::PortsReused
            | FindingCode::SelfConnect
            | FindingCode::SimultaneousOpen
            | FindingCode::SimultaneousClose
            | FindingCode::Unanswered
    )
}

/// Whether our notes on a segment already say what the card of its opening says.
pub(super) fn is_told_by_notes(card: &Handshake, notes: OwnFlags) -> bool {
    card.outcome == HandshakeOutcome::Simultaneous && notes.contains(OwnFlags::SIMULTANEOUS_OPEN)
}

/// Names of the flags told of a segment, those that the words about it speak of: Wireshark's as far as our notes do not
/// correct them, then the notes.
pub(super) fn told_flags(packet: &PacketEntry) -> impl Iterator<Item = &'static str> {
    Explainer::packet_topics(packet).filter_map(|topic| match topic {
        Topic::Analysis(flag) => flag.names().next(),
        Topic::Own(flag) => flag.names().next(),
        _ => None,
    })
}

/// The segments that closed a connection: both FINs with their ACKs, the RST.
pub(super) fn steps_of(teardown: &Teardown) -> impl Iterator<Item = Step> {
    let of = |fin: Option<Fin>| [fin.map(|fin| fin.step), fin.and_then(|fin| fin.acked)];
    let [first, first_ack] = of(teardown.first_fin);
    let [second, second_ack] = of(teardown.second_fin);
    let reset = teardown.reset.map(|reset| reset.step);
    [first, first_ack, second, second_ack, reset]
        .into_iter()
        .flatten()
}

/// The name that somebody has from now on, safe to show; empty where the event gives none.
pub(super) fn name_given(event: &SessionEventKind) -> String {
    match event {
        SessionEventKind::Renamed { to: name, .. } | SessionEventKind::Resumed { name, .. } => {
            visible(name.as_bytes())
        }
        _ => String::new(),
    }
}
