//! What an entry answers to a filter, in three values: yes, no, and not known of this kind of entry.

use super::address::{End, Network};
use super::expression::{Atom, Expression, Only};
use super::field::option_kinds;
use crate::net::FourTuple;
use crate::packet::TcpFlags;
use crate::tcp::FrameRole;
use crate::timeline::{Entry, PacketEntry};

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    No,
    Unknown,
    Yes,
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// What can be asked of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    packet: Option<&'a PacketEntry>,
    stream: Option<u32>,
    connection: Option<FourTuple>,
    kind: Option<Only>,
    /// It is a connection as a whole: what it consists of is not known of it.
    whole: bool,
}

impl<'a> Subject<'a> {
    /// An entry that is no segment, and of which nothing but its kind is known.
    pub(super) const fn of_kind(kind: Option<Only>) -> Self {
        Self {
            packet: None,
            stream: None,
            connection: None,
            kind,
            whole: false,
        }
    }

    /// The same as the row of a connection.
    pub(super) const fn as_row(self) -> Self {
        Self {
            whole: true,
            ..self
        }
    }

    /// A segment as what the message asks that it completed.
    pub(super) const fn as_message(self) -> Self {
        Self {
            kind: Some(Only::Messages),
            ..self
        }
    }

    /// The connection that it is about.
    pub(super) const fn stream(&self) -> Option<u32> {
        self.stream
    }

    /// `None` for entries that always pass: what is said of the capture as a whole.
    pub(super) fn of(entry: &Entry<'a>) -> Option<Self> {
        let about = |stream, connection, kind| Self {
            stream,
            connection,
            ..Self::of_kind(kind)
        };
        Some(match entry {
            Entry::Capture(_) | Entry::End(_) => return None,
            Entry::Finding(entry) if entry.stream.is_none() => return None,
            Entry::Packet(packet) => Self {
                packet: Some(packet),
                ..about(
                    Some(packet.observation.stream.0),
                    Some(FourTuple::new(packet.source, packet.destination)),
                    None,
                )
            },
            Entry::Handshake(entry) => about(
                Some(entry.stream.0),
                Some(entry.connection),
                Some(Only::Handshake),
            ),
            Entry::Teardown(entry) => about(
                Some(entry.stream.0),
                Some(entry.connection),
                Some(Only::Teardown),
            ),
            Entry::Message(entry) => about(
                Some(entry.stream.0),
                Some(entry.connection),
                Some(Only::Messages),
            ),
            Entry::Delivery(entry) => about(
                Some(entry.stream.0),
                Some(entry.connection),
                Some(Only::Messages),
            ),
            Entry::Finding(entry) => about(
                entry.stream.map(|stream| stream.0),
                entry.connection,
                Some(Only::Findings),
            ),
            Entry::Session(entry) => about(
                entry.stream.map(|stream| stream.0),
                Some(entry.event.connection),
                None,
            ),
            Entry::Stream(entry) => about(
                Some(entry.summary.stream.0),
                Some(entry.summary.connection),
                None,
            ),
        })
    }

    /// The answer to a whole filter (Kleene's logic).
    pub(super) fn judge(&self, expression: &Expression) -> Truth {
        match expression {
            Expression::Atom(atom) => self.answer(*atom),
            Expression::Not(inner) => match self.judge(inner) {
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
                Truth::Yes => Truth::No,
            },
            Expression::All(parts) => {
                let mut all = Truth::Yes;
                for part in parts {
                    match self.judge(part) {
                        Truth::No => return Truth::No,
                        Truth::Unknown => all = Truth::Unknown,
                        Truth::Yes => {}
                    }
                }
                all
            }
            Expression::Any(parts) => {
                let mut any = Truth::No;
                for part in parts {
                    match self.judge(part) {
                        Truth::Yes => return Truth::Yes,
                        Truth::Unknown => any = Truth::Unknown,
                        Truth::No => {}
                    }
                }
                any
            }
        }
    }

    fn answer(&self, atom: Atom) -> Truth {
        match atom {
            Atom::Always => Truth::Yes,
            Atom::Only(_) if self.whole => Truth::Unknown,
            Atom::Only(kind) => self.is_kind(kind).into(),
            Atom::Stream(test) => self
                .stream
                .map_or(Truth::Unknown, |stream| test.holds([stream]).into()),
            Atom::Port(test) => self.connection.map_or(Truth::Unknown, |ends| {
                test.holds([ends.client.port, ends.server.port]).into()
            }),
            Atom::Address(End::Either, test) => self.connection.map_or(Truth::Unknown, |ends| {
                let addresses = [ends.client.ip, ends.server.ip];
                test.passes(addresses, Network::compare).into()
            }),
            _ => self
                .packet
                .map_or(Truth::Unknown, |packet| of_packet(atom, packet).into()),
        }
    }

    fn is_kind(&self, kind: Only) -> bool {
        // A segment that answers for a message is asked as that.
        let Some(packet) = self.packet.filter(|_| self.kind.is_none()) else {
            return self.kind == Some(kind);
        };
        match kind {
            Only::Handshake => {
                packet.flags.syn()
                    || matches!(
                        packet.observation.role,
                        FrameRole::HandshakeAck | FrameRole::Refusal
                    )
            }
            Only::Teardown => {
                packet.flags.intersects(TcpFlags::FIN.union(TcpFlags::RST))
                    || matches!(
                        packet.observation.role,
                        FrameRole::FirstFinAck | FrameRole::SecondFinAck
                    )
            }
            Only::Packets => true,
            Only::Messages | Only::Findings => false,
        }
    }
}

/// What only a segment answers.
fn of_packet(atom: Atom, packet: &PacketEntry) -> bool {
    let seen = &packet.observation;
    match atom {
        Atom::Number(field, test) => test.holds(field.of(packet)),
        Atom::Has(field) => field.of(packet).is_some(),
        Atom::OptionKind(test) => test.holds(option_kinds(packet)),
        Atom::Options => !packet.options.options().0.is_empty(),
        Atom::Address(end, test) => {
            let ends = [packet.source.ip, packet.destination.ip];
            let asked = match end {
                End::Source => &ends[..1],
                End::Destination => &ends[1..],
                End::Either => &ends,
            };
            test.passes(asked.iter().copied(), Network::compare)
        }
        // Nothing of a header that can be none is read behind its length.
        Atom::Control(..) if packet.bogus_header_length().is_some() => false,
        Atom::Control(bit, set) => packet.flags.contains(bit) == set,
        Atom::Analysis(any) => seen.analysis.0 & any.0 != 0,
        Atom::Own(any) => seen.notes.0 & any.0 != 0,
        Atom::Stream(_) | Atom::Port(_) | Atom::Only(_) | Atom::Always => false,
    }
}
