//! Zeek's `conn_state` and `history` of a connection: rules Z-1 to Z-5.
//!
//! Owns: Zeek's own endpoint states and letters. Must not know: RFC states, Wireshark's flags, who we call the client.

use super::history::History;
use crate::packet::{Segment, SeqNumber};

/// Zeek's endpoint states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    #[default]
    Inactive,
    SynSent,
    SynAckSent,
    Partial,
    Established,
    Closed,
    Reset,
}

impl End {
    /// INACTIVE or PARTIAL.
    const fn quiet(self) -> bool {
        matches!(self, Self::Inactive | Self::Partial)
    }
}

/// What Zeek remembers of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Half {
    pub(super) state: End,
    pub(super) before: End,
    /// Letters written once: bits of [`once`].
    pub(super) once: u8,
    pub(super) last_syn: Option<SeqNumber>,
    pub(super) last_fin: Option<SeqNumber>,
    pub(super) last_rst: Option<SeqNumber>,
    /// Zero windows, copies and gaps so far.
    pub(super) counts: [u32; 3],
    pub(super) payload: bool,
    /// Bytes that were acknowledged and never captured.
    pub(super) missed: u64,
}

/// Bits of [`Half::once`].
mod once {
    pub(super) const ACK: u8 = 1;
    pub(super) const DATA: u8 = 2;
    pub(super) const FIN_RST: u8 = 4;
    pub(super) const MIXED: u8 = 8;
}

/// Indices of [`Half::counts`] with their letters.
const COUNTED: [u8; 3] = [b'W', b'T', b'G'];

/// What the rest of the analysis knows about a segment that Zeek's letters need.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    /// Its payload ends at or before the highest end already seen from its sender.
    pub(super) copy: bool,
    /// Its ACK covers bytes never seen.
    pub(super) gap: bool,
    /// Its source is known to listen.
    pub(super) from_listener: bool,
    /// Its destination is known to listen.
    pub(super) to_listener: bool,
}

/// Zeek's view of one connection. Halves are by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Zeek {
    /// The originator's direction; `None` before the first packet.
    pub(super) originator: Option<u8>,
    pub(super) halves: [Half; 2],
    pub(super) history: History,
}

impl Zeek {
    /// Follows one segment of direction `from`.
    pub(super) fn follow(&mut self, from: usize, segment: &Segment<'_>, hints: Hints) {
        if self.originator.is_none() {
            self.start(from, segment, hints);
        }
        self.correct_roles(from, segment);
        self.write(from, segment, hints);
        self.advance(from, segment);
        self.halves[from].payload |= segment.len > 0;
    }

    /// Z-1: the first packet names the originator, unless it looks like an answer.
    fn start(&mut self, from: usize, segment: &Segment<'_>, hints: Hints) {
        let syn_only = segment.flags.syn() && !segment.flags.ack();
        let from_server = hints.from_listener || likely_server_port(segment.source.port);
        let to_server = hints.to_listener || likely_server_port(segment.destination.port);
        let answer = match (from_server, to_server) {
            (true, false) => !syn_only,
            (true, true) => !segment.flags.syn() && segment.source.port < segment.destination.port,
            _ => false,
        };
        self.originator = Some(if answer { 1 - from } else { from } as u8);
        if answer {
            self.history.push(b'^');
        }
    }

    /// Z-2: flips roles when a SYN,ACK came first.
    fn correct_roles(&mut self, from: usize, segment: &Segment<'_>) {
        let Some(originator) = self.originator.map(usize::from) else {
            return;
        };
        if from == originator {
            return;
        }
        let flags = segment.flags;
        let first = self.halves[originator];
        if first.state == End::SynAckSent && flags.syn() && !flags.ack() {
            self.originator = Some(from as u8);
            self.history.push(b'^');
        } else if self.history.as_bytes() == b"H" && !flags.syn() && !flags.fin() && !flags.rst() {
            self.originator = Some(from as u8);
            self.history.clear();
            self.history.push(b'^');
            self.history.push(b'h');
        }
    }

    /// Z-5: writes this segment's letters.
    fn write(&mut self, from: usize, segment: &Segment<'_>, hints: Hints) {
        let flags = segment.flags;
        let relevant = u8::from(flags.syn()) + u8::from(flags.fin()) + u8::from(flags.rst());
        let end = segment.seq.plus(segment.len);
        let half = &mut self.halves[from];
        let letter = match relevant {
            0 if segment.len > 0 => half.first_time(once::DATA, b'D'),
            0 if flags.ack() => half.first_time(once::ACK, b'A'),
            0 => None,
            1 if flags.syn() => {
                let letter = if flags.ack() { b'H' } else { b'S' };
                (half.last_syn.replace(segment.seq) != Some(segment.seq)).then_some(letter)
            }
            1 if flags.fin() => (half.last_fin.replace(end) != Some(end)).then_some(b'F'),
            1 => (half.last_rst.replace(segment.seq) != Some(segment.seq)).then_some(b'R'),
            2 if !flags.syn() => half.first_time(once::FIN_RST, b'I'),
            _ => half.first_time(once::MIXED, b'Q'),
        };
        let own_reset = half.state == End::Reset;
        let peer_closed = self.halves[1 - from].last_fin.is_some();
        if let Some(letter) = letter {
            self.cased(from, letter);
        }
        let zero = segment.window == 0 && !flags.rst() && !own_reset && !peer_closed;
        self.count(from, 0, zero);
        self.count(from, 1, hints.copy);
        self.count(1 - from, 2, hints.gap);
    }

    /// A letter that is repeated at the 1st, 10th, 100th … time.
    fn count(&mut self, from: usize, which: usize, happened: bool) {
        if !happened {
            return;
        }
        let count = &mut self.halves[from].counts[which];
        *count = count.saturating_add(1);
        let digits = *count;
        if 10u32.pow(digits.ilog10()) == digits {
            self.cased(from, COUNTED[which]);
        }
    }

    /// Upper case = originator.
    fn cased(&mut self, from: usize, letter: u8) {
        let originator = self.originator.is_some_and(|o| usize::from(o) == from);
        self.history.push(if originator {
            letter
        } else {
            letter.to_ascii_lowercase()
        });
    }

    /// Z-3: Zeek's state table.
    fn advance(&mut self, from: usize, segment: &Segment<'_>) {
        let flags = segment.flags;
        let originates = self.originator.is_some_and(|o| usize::from(o) == from);
        let own = self.halves[from].state;
        let peer = self.halves[1 - from].state;
        let ends = if flags.rst() {
            Some(End::Reset)
        } else if flags.fin() {
            Some(End::Closed)
        } else {
            None
        };
        let next = match own {
            End::Inactive if flags.syn() && originates => {
                if flags.ack() {
                    End::SynAckSent
                } else {
                    End::SynSent
                }
            }
            End::Inactive if flags.syn() => {
                if peer == End::SynSent {
                    self.enter(1 - from, End::Established);
                }
                End::Established
            }
            End::Inactive => ends.unwrap_or(match peer {
                End::SynSent if !originates && segment.len == 0 => End::Inactive,
                End::Established if flags.ack() => End::Established,
                _ => End::Partial,
            }),
            End::SynSent | End::SynAckSent => ends.unwrap_or(own),
            End::Partial if flags.syn() && !flags.ack() && peer == End::Inactive => End::SynSent,
            End::Established | End::Partial => {
                let was_closed = self.halves[1 - from].before == End::Closed;
                if ends == Some(End::Closed) && peer == End::Reset && was_closed {
                    self.enter(1 - from, End::Closed);
                }
                ends.unwrap_or(own)
            }
            End::Closed if flags.rst() && peer != End::Closed => End::Reset,
            End::Closed | End::Reset => own,
        };
        self.enter(from, next);
    }

    fn enter(&mut self, side: usize, state: End) {
        let half = &mut self.halves[side];
        if half.state != state {
            half.before = half.state;
            half.state = state;
        }
    }

    /// Z-4: `conn_state`, the first line of the table that fits.
    pub(super) fn conn_state(&self) -> &'static str {
        let originator = self.originator.map_or(0, usize::from);
        let (first, second) = (&self.halves[originator], &self.halves[1 - originator]);
        let (orig, resp) = (first.state, second.state);
        let silent = !first.payload && !second.payload;
        match (orig, resp) {
            (End::SynSent | End::SynAckSent, End::Reset) => "REJ",
            (End::Reset, End::Reset) if silent => "REJ",
            (_, End::Reset) if orig.quiet() => "RSTRH",
            (_, End::Reset) => "RSTR",
            (End::Reset, _) if resp.quiet() && self.syn_then_rst() => "RSTOS0",
            (End::Reset, _) if resp.quiet() => "OTH",
            (End::Reset, _) => "RSTO",
            (End::Closed, End::Closed) => "SF",
            (End::Closed, _) if resp.quiet() => "SH",
            (End::Closed, _) => "S2",
            (_, End::Closed) if orig.quiet() => "SHR",
            (_, End::Closed) => "S3",
            (End::SynSent, End::Inactive) => "S0",
            (End::Established, End::Established) => "S1",
            _ => "OTH",
        }
    }

    /// Of RSTOS0 in Z-4: `S`, optionally after `^`, then none of H A F G I Q before an `R`.
    fn syn_then_rst(&self) -> bool {
        let history = self.history.as_str();
        let history = history.strip_prefix('^').unwrap_or(history);
        let Some(rest) = history.strip_prefix('S') else {
            return false;
        };
        rest.split_once('R')
            .is_some_and(|(between, _)| !between.contains(['H', 'A', 'F', 'G', 'I', 'Q']))
    }
}

impl Half {
    /// [`Self::once`] of a side that has sent data and pure ACKs.
    pub(super) const SAID_ALL: u8 = once::ACK | once::DATA;

    /// The letter, the first time only.
    fn first_time(&mut self, bit: u8, letter: u8) -> Option<u8> {
        let new = self.once & bit == 0;
        self.once |= bit;
        new.then_some(letter)
    }

    /// Another plain segment of this side, with data or without, writes no new letter of the first group.
    pub(super) fn knows(&self, data: bool) -> bool {
        self.once & if data { once::DATA } else { once::ACK } != 0
    }
}

/// Ports that Zeek's default scripts take for a server's (`likely_server_ports`).
const fn likely_server_port(port: u16) -> bool {
    matches!(
        port,
        21 | 22
            | 25
            | 53
            | 80
            | 81
            | 88
            | 110
            | 135
            | 139
            | 143
            | 389
            | 443
            | 445
            | 465
            | 502
            | 563
            | 585
            | 587
            | 614
            | 631
            | 636
            | 989
            | 990
            | 992
            | 993
            | 995
            | 1080
            | 1434
            | 1883
            | 2811
            | 3128
            | 3268
            | 3306
            | 3389
            | 5060
            | 5222
            | 5223
            | 5269
            | 5432
            | 5900
            | 6379
            | 6666..=6669 | 8000 | 8080 | 8888 | 20000
    )
}
