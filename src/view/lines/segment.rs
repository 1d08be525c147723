//! The line of one segment: `#0  ana  -->  PSH,ACK  seq=1..7 len=6`.

use std::fmt::Write as _;
use std::io::Write;

use super::row::Pending;
use super::{Lines, Verbosity};
use crate::explain::Explainer;
use crate::net::Endpoint;
use crate::packet::{TcpFlags, TcpOption};
use crate::tcp::{AnalysisFlags, Changes, FrameRole, Side};
use crate::text::visible;
use crate::timeline::PacketEntry;
use crate::view::entries::{LIFECYCLE, is_bad};
use crate::view::style::Ink;
use crate::view::width::{cut, shown};

/// Flags that only the window explains.
const ABOUT_WINDOW: AnalysisFlags = AnalysisFlags(
    AnalysisFlags::ZERO_WINDOW.0 | AnalysisFlags::WINDOW_UPDATE.0 | AnalysisFlags::WINDOW_FULL.0,
);

/// The ink of a segment's flags.
fn ink_of(packet: &PacketEntry) -> Ink {
    if is_bad(packet) {
        Ink::Bad
    } else if packet.flags.rst() {
        Ink::Reset
    } else if packet.flags.intersects(TcpFlags::SYN.union(TcpFlags::FIN)) {
        Ink::Lifecycle
    } else if packet.len == Some(0) {
        Ink::Dim
    } else {
        Ink::Plain
    }
}

/// Direction as a symbol; a reset breaks it off.
const fn arrow(side: Side, flags: TcpFlags) -> &'static str {
    match (side, flags.rst()) {
        (Side::Client, false) => "-->",
        (Side::Server, false) => "<--",
        (Side::Client, true) => "--x",
        (Side::Server, true) => "x--",
    }
}

impl<W: Write> Lines<W> {
    /// Whether a segment has a line of its own.
    pub(super) fn shows(&self, packet: &PacketEntry) -> bool {
        let seen = &packet.observation;
        match self.options.verbosity {
            Verbosity::Quiet => false,
            Verbosity::Verbose | Verbosity::All => true,
            // The finding about it has a line.
            Verbosity::Normal if packet.error.is_some() => false,
            Verbosity::Normal => {
                packet.len != Some(0)
                    || seen.role != FrameRole::None
                    || !seen.analysis.is_empty()
                    || !seen.notes.is_empty()
                    || !packet.flags.ack()
                    || packet.flags.intersects(LIFECYCLE)
            }
        }
    }

    /// Puts the line of a segment together; it waits for what the next entries add.
    pub(super) fn begin_segment(&mut self, packet: &PacketEntry) {
        let seen = &packet.observation;
        self.begin_line(packet.at, Some(seen.stream.0));
        self.push_name(packet);
        let direction = match seen.side {
            Side::Client => Ink::Client,
            Side::Server => Ink::Server,
        };
        self.row
            .put(&self.palette, direction, arrow(seen.side, packet.flags));
        self.row.pad(self.layout.gap);
        self.push_flags(packet);
        self.push_numbers(packet);
        self.row.note_role = self.words.packet_note(&mut self.row.note, packet);
        if seen.changes.contains(Changes::STREAM_OPENED) && packet.name.is_none() {
            self.push_ends(packet);
        }
        self.row.note_ink = if is_bad(packet) { Ink::Bad } else { Ink::Note };
        if let Some(payload) = &packet.payload {
            self.row.payload.extend_from_slice(payload);
        }
        let topics = if self.options.why {
            Explainer::packet_topics(packet).collect()
        } else {
            Vec::new()
        };
        self.pending = Some(Pending {
            frame: packet.frame,
            stream: seen.stream.0,
            foldable: self.options.verbosity == Verbosity::Normal
                && seen.side == Side::Server
                && seen.role == FrameRole::None
                && seen.analysis.is_empty()
                && self.row.payload.is_empty(),
            folded: false,
            notes: seen.notes,
            topics,
        });
    }

    /// The name of the stream's client, or its port, which tells loopback connections apart.
    fn push_name(&mut self, packet: &PacketEntry) {
        let cells = self.layout.name;
        if let Some(name) = &packet.name {
            let name = self.name_text(name);
            self.row.put_padded(&self.palette, Ink::Plain, &name, cells);
            return;
        }
        let end = match packet.observation.side {
            Side::Client => packet.source,
            Side::Server => packet.destination,
        };
        self.row.put(&self.palette, Ink::Dim, ":");
        let mut port = itoa::Buffer::new();
        let port = port.format(end.port);
        self.row
            .put_padded(&self.palette, Ink::Dim, port, cells.saturating_sub(1));
    }

    /// A chat name, safe, and short enough for its column.
    pub(super) fn name_text(&self, name: &str) -> String {
        let ascii = self.options.ascii;
        let name = visible(name.as_bytes());
        cut(
            &shown(&name, ascii),
            self.layout.name.saturating_sub(1),
            ascii,
        )
        .into_owned()
    }

    /// Control bits as a word, in Wireshark's hue.
    fn push_flags(&mut self, packet: &PacketEntry) {
        let ink = ink_of(packet);
        let cells = self.layout.flags;
        let known = match packet.flags.0 {
            0x02 => "SYN",
            0x12 => "SYN,ACK",
            0x10 => "ACK",
            0x18 => "PSH,ACK",
            0x11 => "FIN,ACK",
            0x19 => "FIN,PSH,ACK",
            0x04 => "RST",
            0x14 => "RST,ACK",
            _ => "",
        };
        if known.is_empty() {
            let text = packet.flags.to_string();
            self.row.put_padded(&self.palette, ink, &text, cells);
        } else {
            self.row.put_padded(&self.palette, ink, known, cells);
        }
    }

    /// Both ends of a connection, on its first line.
    fn push_ends(&mut self, packet: &PacketEntry) {
        let (client, server) = match packet.observation.side {
            Side::Client => (packet.source, packet.destination),
            Side::Server => (packet.destination, packet.source),
        };
        let note = &mut self.row.note;
        if !note.is_empty() {
            note.push_str("  ");
        }
        // Writing to a String cannot fail.
        let _ = write!(note, "{client} -> {server}");
    }

    /// Sequence numbers, length, window; options where there is room.
    fn push_numbers(&mut self, packet: &PacketEntry) {
        let seen = &packet.observation;
        let verbose = self.options.verbosity >= Verbosity::Verbose;
        let len = packet.len.unwrap_or(0);
        let lifecycle = packet.flags.intersects(LIFECYCLE);
        let (seq, ack) = if self.options.absolute {
            (packet.seq_raw.0, packet.ack_raw.0)
        } else {
            (seen.seq, seen.ack)
        };
        let body = &mut self.row.body;
        if len > 0 {
            number(body, "seq=", seq);
            number(body, "..", seq.wrapping_add(len));
        } else if lifecycle || verbose || !packet.flags.ack() {
            number(body, "seq=", seq);
        }
        if packet.flags.ack() && (len == 0 || verbose) {
            number(body, if body.is_empty() { "ack=" } else { " ack=" }, ack);
        }
        if packet.flags.syn() || verbose || seen.analysis.0 & ABOUT_WINDOW.0 != 0 {
            number(body, " win=", seen.window_scaled);
        }
        if len > 0 {
            number(body, " len=", len);
        }
        let all = self.options.verbosity == Verbosity::All;
        push_options(&mut self.row.extra, packet, all, self.options.absolute);
        if all {
            push_everything(&mut self.row.extra, packet);
        }
        // What the ends agree on is said in their SYNs alone.
        self.row.extra_stays = all || packet.flags.syn();
    }

    /// An endpoint in brackets, as the chat's log writes it.
    pub(super) fn put_address(&mut self, end: Endpoint) {
        let head = &mut self.row.head;
        let start = head.len();
        head.push(b'[');
        self.endpoints.push(head, end);
        head.extend_from_slice(b"] ");
        self.row.break_head(start, ">> ".len(), &self.layout);
    }
}

/// `name` and a number.
fn number(out: &mut String, name: &str, value: u32) {
    out.push_str(name);
    out.push_str(itoa::Buffer::new().format(value));
}

/// Options that tell something: those of a SYN, SACK blocks (`absolute`: as sent); time stamps only with `-vv`.
fn push_options(out: &mut String, packet: &PacketEntry, all: bool, absolute: bool) {
    // SACK blocks lie in the other direction's numbers: its base is what turns `ack` from raw to relative.
    let base = if absolute {
        0
    } else {
        packet.ack_raw.0.wrapping_sub(packet.observation.ack)
    };
    for (_, option) in packet.options.options().iter() {
        match option {
            TcpOption::MaximumSegmentSize(mss) => number(out, " mss=", u32::from(mss)),
            TcpOption::WindowScale(shift) => number(out, " ws=", 1 << shift.min(14)),
            TcpOption::SackPermitted => out.push_str(" sack"),
            TcpOption::Sack(blocks) => {
                for (left, right) in blocks.iter() {
                    number(out, " sack=", left.0.wrapping_sub(base));
                    number(out, "..", right.0.wrapping_sub(base));
                }
            }
            TcpOption::Timestamps { value, echo } if all => {
                number(out, " tsval=", value);
                number(out, " tsecr=", echo);
            }
            TcpOption::Timestamps { .. } if packet.flags.syn() => out.push_str(" ts"),
            _ => {}
        }
    }
}

/// What the analysis computed, for `-vv`.
fn push_everything(out: &mut String, packet: &PacketEntry) {
    let seen = &packet.observation;
    if let Some(bytes) = seen.bytes_in_flight {
        number(out, " in_flight=", bytes);
    }
    if let Some(frame) = seen.acks_frame {
        // Writing to a String cannot fail.
        let _ = write!(out, " acks=#{frame}");
    }
    let (client, server) = (seen.client_state, seen.server_state);
    let _ = write!(out, " {}/{}", client.state, server.state);
}
