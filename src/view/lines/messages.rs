//! What was said, and what became of it: the line of a message, its words beside its segment, its delivery.

use std::io::Write;

use super::{Lines, Verbosity};
use crate::message::{Message, MessageKind};
use crate::tcp::Side;
use crate::text::visible_cut;
use crate::timeline::{DeliveryEntry, MessageEntry};
use crate::view::style::Ink;

/// Characters of a message repeated in the note of its segment.
const TEXT_IN_NOTE: usize = 24;
/// Characters of a message on its own line where the width sets no limit: all of a chat line (8 KiB).
const TEXT_IN_LINE: usize = 8192;

/// Texts so short, without a zero byte, are somebody's word in another encoding, or a key that was pressed, unless their
/// connection is known to carry no text.
const SHORT: usize = 8;

/// No text of people: it holds a zero byte, or every fourth byte and more is a control or no UTF-8.
fn looks_binary(bytes: &[u8]) -> bool {
    if is_printable_ascii(bytes) {
        return false;
    }
    let control = |c: &char| c.is_control() && *c != '\t';
    let odd: usize = bytes
        .utf8_chunks()
        .map(|chunk| chunk.invalid().len() + chunk.valid().chars().filter(control).count())
        .sum();
    bytes.contains(&0) || odd * 4 > bytes.len()
}

/// The kind to be named.
const fn shown_kind(message: &Message, has_line: bool) -> MessageKind {
    match (has_line, message.kind) {
        (true, kind) | (false, kind @ MessageKind::WsBinary) => kind,
        (false, _) => MessageKind::Binary,
    }
}

/// Nothing in it needs escaping, and every byte is a cell.
fn is_printable_ascii(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
}

/// Text of a stranger in quotes, safe, and cut.
fn push_quoted(out: &mut String, bytes: &[u8], limit: usize) {
    out.push('"');
    let shown = &bytes[..bytes.len().min(limit)];
    match std::str::from_utf8(shown) {
        Ok(text) if is_printable_ascii(shown) => {
            let cut = bytes.len() > limit;
            out.push_str(&text[..text.len() - usize::from(cut)]);
            out.push_str(if cut { "…" } else { "" });
        }
        _ => out.push_str(&visible_cut(bytes, limit)),
    }
    out.push('"');
}

impl<W: Write> Lines<W> {
    pub(super) fn message(&mut self, entry: &MessageEntry) {
        self.local &= entry.connection.client.ip.is_loopback();
        let verbose = self.options.verbosity >= Verbosity::Verbose;
        let has_line = self.has_line(entry.stream.0, &entry.message);
        let here = self.pending_is(entry.stream.0, [entry.last_frame].into_iter());
        if let Some(pending) = self.pending.as_mut().filter(|_| here) {
            pending.folded = pending.foldable && has_line;
            if !pending.folded {
                self.note_message(entry, has_line);
            }
        }
        self.finish();
        if !has_line && !verbose {
            return;
        }
        self.begin_line(entry.at, None);
        self.put_address(entry.connection.client);
        let (symbol, ink) = match entry.side {
            Side::Client => (">> ", Ink::Client),
            Side::Server => ("<< ", Ink::Server),
        };
        self.row.put(&self.palette, ink, symbol);
        self.push_message_text(entry, has_line);
        self.row.body_ink = Ink::Strong;
        let topic = self.words.message_note(&mut self.row.note, entry);
        self.end_line();
        self.tell_why(topic.as_slice());
    }

    /// Whether a message has a line of its own: binary ones have not, also those that the line splitter took for text because
    /// the capture began in the middle (of a TLS connection, say).
    fn has_line(&mut self, stream: u32, message: &Message) -> bool {
        if matches!(message.kind, MessageKind::Binary | MessageKind::WsBinary) {
            return false;
        }
        if !looks_binary(&message.text) {
            return true;
        }
        if message.text.len() < SHORT && !message.text.contains(&0) {
            return !self.without_text.contains(stream);
        }
        self.without_text.insert(stream);
        false
    }

    /// `line 1 "teste"` beside the segment that completed it.
    fn note_message(&mut self, entry: &MessageEntry, has_line: bool) {
        // What the analysis said goes behind.
        let before = self.row.note.clone();
        self.row.note.clear();
        let note = &mut self.row.note;
        let kind = shown_kind(&entry.message, has_line);
        self.words.kind_note(note, kind, entry.said);
        if has_line && !entry.message.text.is_empty() {
            note.push(' ');
            push_quoted(note, &entry.message.text, TEXT_IN_NOTE);
        }
        // Others that begin where this one began: here, unless it began in an earlier segment.
        if entry.sharing > 1 && entry.frames_total == 1 {
            note.push(' ');
            self.words.more_note(note, u64::from(entry.sharing) - 1);
        }
        if !before.is_empty() {
            note.push_str("; ");
            note.push_str(&before);
        }
        self.row.note_role = 0;
    }

    /// Text in quotes, or what kind of message it is.
    fn push_message_text(&mut self, entry: &MessageEntry, has_line: bool) {
        self.row.quotes = true;
        let body = &mut self.row.body;
        let kind = shown_kind(&entry.message, has_line);
        if !kind.is_said() {
            self.words.kind_note(body, kind, entry.said);
            if entry.message.text.is_empty() || !has_line {
                return;
            }
            body.push(' ');
        }
        push_quoted(body, &entry.message.text, TEXT_IN_LINE);
        if !entry.message.complete {
            body.push_str("...");
        }
    }

    /// Told when it is complete, or when copies are missing: a copy whose ACK is to come says so itself.
    pub(super) fn delivery(&mut self, entry: &DeliveryEntry) {
        let missing = entry.copies.len() < entry.expected as usize;
        let verbose = self.options.verbosity >= Verbosity::Verbose;
        let quiet = self.options.verbosity == Verbosity::Quiet;
        if entry.expected == 0 || quiet || !(entry.complete || missing || verbose) {
            return;
        }
        self.finish();
        let symbol = if missing { "!" } else { "" };
        self.begin_remark(entry.at, Some(entry.stream.0), None, symbol);
        self.words.delivery_note(&mut self.row.body, entry);
        let topic = self
            .words
            .delivery_acks(&mut self.row.note, entry, self.local);
        if missing {
            self.row.body_ink = Ink::Warn;
        }
        self.end_line();
        self.tell_why(topic.as_slice());
    }
}
