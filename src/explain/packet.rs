//! What one segment means: its part in the connection's life, then what the analysis noticed, joined by semicolons.

use super::{Explainer, Topic, Value, ids};
use crate::tcp::{AnalysisFlags, FrameRole, Observation, OwnFlags, Side};
use crate::timeline::PacketEntry;

/// Flags that tell of segments sent again, and so have an earlier frame.
const REPEATS: [AnalysisFlags; 3] = [
    AnalysisFlags::FAST_RETRANSMISSION,
    AnalysisFlags::SPURIOUS_RETRANSMISSION,
    AnalysisFlags::RETRANSMISSION,
];

impl Explainer {
    /// Appends what is worth saying about a segment; nothing for ordinary data and ACKs. Returns where the words about its
    /// role end and those about flags begin: at the end of a handshake or teardown the words of its card say the role better.
    pub fn packet_note(&self, out: &mut String, packet: &PacketEntry) -> usize {
        let seen = &packet.observation;
        if let Some(id) = ids::role(seen.role) {
            // The ACK of a FIN is told of the side that sent the FIN.
            let side = match seen.role {
                FrameRole::FirstFinAck => seen.side.other(),
                _ => seen.side,
            };
            let values = [
                ("side", Value::Text(side.name())),
                ("port", Value::Number(u64::from(packet.source.port))),
            ];
            self.say(out, id, &values);
            if seen.role == FrameRole::SynAck {
                out.push_str("  +");
                self.span(out, seen.time_delta);
            }
        }
        let role_end = out.len();
        if let Some(length) = packet.bogus_header_length() {
            let values = [("length", Value::Number(u64::from(length)))];
            self.joined(out, "bogus-header-length", &values);
        }
        if let Some(error) = packet.error.as_deref() {
            self.error_note(out, Some(seen.side), *error);
        }
        if !seen.analysis.is_empty() {
            self.flag_notes(out, packet);
        }
        if !seen.notes.is_empty() {
            self.own_notes(out, seen);
        }
        role_end
    }

    /// Our own notes; where they correct Wireshark, what it says.
    fn own_notes(&self, out: &mut String, seen: &Observation) {
        let corrected = seen.analysis.contains(AnalysisFlags::RETRANSMISSION)
            && is_corrected(AnalysisFlags::RETRANSMISSION, seen.notes);
        let told = ids::OWN
            .into_iter()
            .filter(|(flag, _)| seen.notes.contains(*flag));
        let last = told
            .clone()
            .map(|(flag, _)| flag)
            .rfind(|flag| is_corrected(AnalysisFlags::RETRANSMISSION, *flag));
        for (flag, id) in told {
            self.joined(out, id, &[]);
            if corrected && last == Some(flag) {
                out.push_str(" (");
                self.say(out, "wireshark-retransmission", &[]);
                out.push(')');
            }
        }
    }

    /// Wireshark's flags in words, without those that our own notes correct.
    fn flag_notes(&self, out: &mut String, packet: &PacketEntry) {
        for (flag, id) in flags_told(&packet.observation) {
            self.flag_note(out, packet, flag, id);
        }
    }

    /// One flag with its evidence.
    fn flag_note(&self, out: &mut String, packet: &PacketEntry, flag: AnalysisFlags, id: &str) {
        let seen = &packet.observation;
        match flag {
            AnalysisFlags::DUPLICATE_ACK => {
                let (count, frame) = seen.duplicate_ack.unwrap_or_default();
                let values = [
                    ("count", Value::Number(u64::from(count))),
                    ("frame", Value::Number(frame)),
                ];
                self.joined(out, id, &values);
            }
            AnalysisFlags::WINDOW_UPDATE => {
                let window = Value::Number(u64::from(seen.window_scaled));
                self.joined(out, id, &[("window", window)]);
            }
            AnalysisFlags::WINDOW_FULL => {
                self.joined(out, id, &[("side", Value::Text(seen.side.other().name()))]);
            }
            flag if REPEATS.contains(&flag) => self.repeat_note(out, packet, id),
            _ => self.joined(out, id, &[("side", Value::Text(seen.side.name()))]),
        }
    }

    /// A segment sent again: which one, and how long after. Where no frame had these bytes before, Wireshark's clock for the
    /// time-out began at another one, which is not called the original.
    fn repeat_note(&self, out: &mut String, packet: &PacketEntry, id: &str) {
        let seen = &packet.observation;
        let (known, frame, after) = match (seen.original_frame, seen.rto) {
            (Some(original), Some((after, frame))) if frame == original => ("after", frame, after),
            (Some(original), _) => ("frame", original, 0),
            (None, Some((after, frame))) => ("since", frame, after),
            (None, None) => ("nothing", 0, 0),
        };
        let values = [
            ("known", Value::Text(known)),
            ("frame", Value::Number(frame)),
            ("after", Value::Span(after)),
        ];
        self.joined(out, id, &values);
    }

    /// A sentence after what already stands there.
    pub(super) fn joined(&self, out: &mut String, id: &str, values: &[(&'static str, Value<'_>)]) {
        if !out.is_empty() {
            out.push_str("; ");
        }
        self.say(out, id, values);
    }

    /// The topics a segment touches, most important first: what `--why` explains.
    pub fn packet_topics(packet: &PacketEntry) -> impl Iterator<Item = Topic<'static>> {
        let seen = packet.observation;
        let role = (seen.role != FrameRole::None).then_some(Topic::Role(seen.role));
        let flags = flags_told(&packet.observation).map(|(flag, _)| Topic::Analysis(flag));
        let own = ids::OWN
            .into_iter()
            .filter_map(move |(flag, _)| seen.notes.contains(flag).then_some(Topic::Own(flag)));
        role.into_iter().chain(flags).chain(own)
    }

    /// `client` or `server` as a variable.
    pub(super) const fn side(side: Option<Side>) -> Value<'static> {
        match side {
            Some(side) => Value::Text(side.name()),
            None => Value::Text("server"),
        }
    }
}

/// Wireshark's flags of a segment that are worth telling, most telling first, each with its id.
fn flags_told(seen: &Observation) -> impl Iterator<Item = (AnalysisFlags, &'static str)> + use<> {
    let (all, notes) = (seen.analysis, seen.notes);
    ids::ANALYSIS.into_iter().filter(move |(flag, _)| {
        all.contains(*flag) && !is_corrected(*flag, notes) && !is_told(*flag, all)
    })
}

/// One of our notes says better what this flag says.
const fn is_corrected(flag: AnalysisFlags, notes: OwnFlags) -> bool {
    match flag {
        AnalysisFlags::KEEP_ALIVE => notes.contains(OwnFlags::PERSIST_PROBE),
        AnalysisFlags::RETRANSMISSION => {
            notes.contains(OwnFlags::SELF_CONNECT) || notes.contains(OwnFlags::SIMULTANEOUS_OPEN)
        }
        _ => false,
    }
}

/// A more exact flag of the same frame already says it: tshark sets `retransmission` beside the fast and the needless one.
const fn is_told(flag: AnalysisFlags, all: AnalysisFlags) -> bool {
    match flag {
        AnalysisFlags::RETRANSMISSION => {
            all.contains(AnalysisFlags::FAST_RETRANSMISSION)
                || all.contains(AnalysisFlags::SPURIOUS_RETRANSMISSION)
        }
        _ => false,
    }
}
