//! Lines that are neither segments nor messages: sessions, cards, findings, verdicts, totals.

use std::fmt::Write as _;
use std::io::Write;

use super::{Lines, Verbosity};
use crate::chat::SessionEventKind;
use crate::explain::Topic;
use crate::net::Timestamp;
use crate::tcp::{Certainty, Handshake, HandshakeOutcome};
use crate::text::visible;
use crate::timeline::{
    CaptureStart, EndEntry, FindingEntry, HandshakeEntry, SessionEntry, Severity, StreamEntry,
    TeardownEntry,
};
use crate::view::entries::{is_told_by_notes, is_told_by_segment, name_given, steps_of};
use crate::view::style::Ink;
use crate::view::width::shown;

/// Frames listed as evidence of a finding.
const FRAMES_SHOWN: usize = 8;

impl<W: Write> Lines<W> {
    /// Starts a line: time and, where it is about one, stream.
    pub(super) fn begin_line(&mut self, at: Timestamp, stream: Option<u32>) {
        self.row.clear();
        self.row.head_width = self.time.push(&mut self.row.head, at);
        self.row.pad(self.layout.after_time);
        if let Some(stream) = stream {
            self.row.put(&self.palette, Ink::Dim, "#");
            let mut digits = itoa::Buffer::new();
            let text = digits.format(stream);
            self.row
                .put_padded(&self.palette, Ink::Dim, text, 1 + self.layout.gap);
        }
    }

    /// Starts a line about a stream that is not a segment: name, then a symbol in the place of the arrow.
    pub(super) fn begin_remark(
        &mut self,
        at: Timestamp,
        stream: Option<u32>,
        name: Option<&str>,
        symbol: &str,
    ) {
        self.begin_line(at, stream);
        if stream.is_none() {
            self.row.pad(self.layout.gap + 2);
        }
        let cells = self.layout.name;
        let name = self.name_text(name.unwrap_or_default());
        self.row.put_padded(&self.palette, Ink::Plain, &name, cells);
        self.row.put_padded(&self.palette, Ink::Strong, symbol, 3);
        self.row.pad(self.layout.gap);
    }

    /// The line is complete: out with it.
    pub(super) fn end_line(&mut self) {
        self.emit();
        self.row.clear();
    }

    pub(super) fn capture(&mut self, start: &CaptureStart) {
        if self.options.verbosity == Verbosity::Quiet {
            return;
        }
        self.row.clear();
        let source = visible(start.source.as_bytes());
        let filter = visible(start.filter.as_deref().unwrap_or_default().as_bytes());
        self.words
            .capture_note(&mut self.row.body, start, &source, &filter);
        self.push_text(Ink::Dim);
    }

    /// The card joins the line of the segment that decided it, or stands alone.
    pub(super) fn handshake(&mut self, entry: &HandshakeEntry) {
        let card = &entry.handshake;
        let steps = [card.syn, card.answer, card.ack];
        let mut note = String::new();
        self.words.handshake_note(&mut note, entry);
        if self.pending_is(
            entry.stream.0,
            steps.into_iter().flatten().map(|step| step.frame),
        ) {
            if card.outcome == HandshakeOutcome::Refused {
                self.row.note.replace_range(..self.row.note_role, &note);
            } else if !self.pending_tells(card) {
                self.row.note.push_str("  ");
                self.row.note.push_str(&note);
            }
            self.explain_with_pending(Some(Topic::of_opening(entry)));
            return;
        }
        self.stand_alone(
            entry.at,
            entry.stream.0,
            note,
            Some(Topic::of_opening(entry)),
        );
    }

    pub(super) fn teardown(&mut self, entry: &TeardownEntry) {
        let card = &entry.teardown;
        let mut note = String::new();
        self.words.teardown_note(&mut note, card);
        let topic = Topic::of_end(card);
        if self.pending_is(entry.stream.0, steps_of(card).map(|step| step.frame)) {
            self.row.note.replace_range(..self.row.note_role, &note);
            self.explain_with_pending(topic);
            return;
        }
        self.stand_alone(entry.at, entry.stream.0, note, topic);
    }

    /// Whether the line being put together is of that stream and one of these frames.
    pub(super) fn pending_is(&self, stream: u32, mut frames: impl Iterator<Item = u64>) -> bool {
        self.pending.as_ref().is_some_and(|pending| {
            pending.stream == stream && frames.any(|frame| frame == pending.frame)
        })
    }

    /// Whether the line being put together says by itself what the card says.
    fn pending_tells(&self, card: &Handshake) -> bool {
        let pending = self.pending.as_ref();
        pending.is_some_and(|pending| is_told_by_notes(card, pending.notes))
    }

    fn explain_with_pending(&mut self, topic: Option<Topic<'static>>) {
        if let Some(pending) = self.pending.as_mut().filter(|_| self.options.why) {
            pending.topics.extend(topic);
        }
    }

    /// A card whose segment is not at hand.
    fn stand_alone(
        &mut self,
        at: Timestamp,
        stream: u32,
        note: String,
        topic: Option<Topic<'static>>,
    ) {
        self.finish();
        if self.options.verbosity == Verbosity::Quiet {
            return;
        }
        self.begin_remark(at, Some(stream), None, "*");
        self.row.body = note;
        self.end_line();
        self.tell_why(topic.as_slice());
    }

    pub(super) fn finding(&mut self, entry: &FindingEntry) {
        let severity = entry.code.severity();
        let told = is_told_by_segment(entry.code) && !self.options.findings_alone;
        let show = match self.options.verbosity {
            Verbosity::Quiet => severity == Severity::Warn,
            Verbosity::Normal => severity > Severity::Chat && !told,
            Verbosity::Verbose => !told,
            Verbosity::All => true,
        };
        if !show {
            return;
        }
        self.finish();
        let (symbol, ink) = match severity {
            Severity::Warn => ("!", Ink::Warn),
            Severity::Note => ("*", Ink::Note),
            Severity::Chat => ("-", Ink::Plain),
        };
        self.begin_remark(entry.at, entry.stream.map(|s| s.0), None, symbol);
        self.words.finding_note(&mut self.row.body, entry);
        if entry.certainty == Certainty::Inferred {
            self.row.body.push_str(" (");
            self.words.say(&mut self.row.body, "inferred", &[]);
            self.row.body.push(')');
        }
        self.row.body_ink = ink;
        for (index, frame) in entry.frames.iter().take(FRAMES_SHOWN).enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(self.row.note, "{comma}#{frame}");
        }
        if entry.frames.len() > FRAMES_SHOWN {
            self.row.note.push_str(", ...");
        }
        self.end_line();
        self.tell_why(&[Topic::Finding(entry.code)]);
    }

    pub(super) fn session(&mut self, entry: &SessionEntry) {
        let kind = &entry.event.kind;
        let program = matches!(
            kind,
            SessionEventKind::Read { .. }
                | SessionEventKind::Said { .. }
                | SessionEventKind::Wrote { .. }
                | SessionEventKind::Shutdown
        );
        if program && self.options.verbosity < Verbosity::Verbose {
            return;
        }
        self.finish();
        self.begin_line(entry.event.at, None);
        self.put_address(entry.event.connection.client);
        if program {
            self.row.put(&self.palette, Ink::Dim, ". ");
        } else {
            self.row.body_ink = Ink::Strong;
        }
        let name = name_given(kind);
        self.words.session_note(&mut self.row.body, kind, &name);
        if !program {
            self.words.session_place(&mut self.row.note, entry);
        }
        self.end_line();
    }

    /// The verdict of a connection that ended.
    pub(super) fn stream(&mut self, entry: &StreamEntry) {
        self.finish();
        if self.options.verbosity == Verbosity::Quiet {
            return;
        }
        let summary = &entry.summary;
        // The session's own farewell may have been told since.
        let at = self.time.latest().max(summary.end);
        self.begin_remark(at, Some(summary.stream.0), entry.name.as_deref(), "=");
        self.row.body = entry.verdict.code.to_string();
        self.row.body_ink = Ink::Strong;
        self.words.verdict_note(&mut self.row.note, &entry.verdict);
        self.end_line();
        self.tell_why(&[Topic::Verdict(entry.verdict.code)]);
    }

    pub(super) fn end(&mut self, entry: &EndEntry) {
        self.finish();
        self.row.clear();
        self.words.end_note(&mut self.row.body, entry);
        let ink = if entry.stats.lost_any() || entry.truncated {
            Ink::Warn
        } else {
            Ink::Dim
        };
        self.push_text(ink);
    }

    /// The body of the row as a text without columns.
    fn push_text(&mut self, ink: Ink) {
        let text = std::mem::take(&mut self.row.body);
        let text = shown(&text, self.options.ascii);
        self.layout
            .push_text(&mut self.out.buffer, ink, &text, &self.palette);
    }
}
