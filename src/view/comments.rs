//! One explanatory comment per TCP frame, for pcapng: Wireshark shows it beside the frame.
//!
//! A sink that hands each finished comment to a function, in frame order. What belongs to a frame may be told a little after
//! it (its message, its card): the latest [`HELD`] frames wait for that, live until [`Comments::release_before`] lets them go.
//! A finding that takes longer (nobody answered for seconds) stands with the next frame, and names the frame that it is about.
//! Must not know: files.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io;
use std::ops::Range;

use crate::chat::SessionEventKind;
use crate::explain::{Explainer, Lang, Topic, Value};
use crate::net::Timestamp;
use crate::tcp::{FrameRole, HandshakeOutcome, OwnFlags, StreamId};
use crate::text::{visible, visible_cut};
use crate::timeline::{
    Entry, FindingCode, FindingEntry, HandshakeEntry, MessageEntry, PacketEntry, SessionEntry,
    Sink, TeardownEntry, Wants,
};
use crate::view::entries::{LIFECYCLE, is_told_by_notes, is_told_by_segment, name_given, steps_of};

/// Comments held back.
pub const HELD: usize = 256;
/// Findings that wait for the next frame; further ones are left out.
pub const MAX_LATE: usize = 64;
/// Characters of a message in a comment.
const TEXT: usize = 200;

/// A comment being written.
#[derive(Debug)]
struct Comment {
    frame: u64,
    at: Timestamp,
    stream: StreamId,
    text: String,
    /// The part of `text` that says the role, until the words of a card replace it.
    role: Range<usize>,
    /// Our own notes on the segment.
    notes: OwnFlags,
    /// The reason, which comes last.
    why: String,
}

/// The sink that writes comments.
#[derive(Debug)]
pub struct Comments<F> {
    take: F,
    words: Explainer,
    held: VecDeque<Comment>,
    /// Findings about frames whose comments have left.
    late: Vec<String>,
}

impl<F: FnMut(u64, &str) -> io::Result<()>> Comments<F> {
    /// Comments in a language, each handed to `take` with its frame number.
    pub fn new(lang: Lang, take: F) -> Self {
        Self {
            take,
            words: Explainer::new(lang),
            held: VecDeque::with_capacity(HELD + 1),
            late: Vec::new(),
        }
    }

    fn packet(&mut self, packet: &PacketEntry) -> io::Result<()> {
        let mut comment = self.begin(packet);
        for late in self.late.drain(..) {
            append(&mut comment.text, &late);
        }
        self.held.push_back(comment);
        if self.held.len() > HELD {
            self.release_one()?;
        }
        Ok(())
    }

    /// Live: frames captured before this time need not wait any longer.
    pub fn release_before(&mut self, at: Timestamp) -> io::Result<()> {
        while self.held.front().is_some_and(|first| first.at < at) {
            self.release_one()?;
        }
        Ok(())
    }

    fn release_one(&mut self) -> io::Result<()> {
        let Some(Comment {
            frame,
            mut text,
            why,
            ..
        }) = self.held.pop_front()
        else {
            return Ok(());
        };
        if !why.is_empty() {
            text.push('\n');
            text.push_str(&why);
        }
        (self.take)(frame, &text)
    }

    /// What the segment says by itself.
    fn begin(&self, packet: &PacketEntry) -> Comment {
        let words = &self.words;
        let seen = &packet.observation;
        let mut note = String::new();
        let role_end = words.packet_note(&mut note, packet);
        if packet.flags.syn() && seen.analysed {
            let isn = Value::Number(u64::from(packet.seq_raw.0));
            append(&mut note, &words.text("comment-isn", &[("isn", isn)]));
        }
        let len = u64::from(packet.len.unwrap_or(0));
        if !seen.analysed {
            // What an ICMP error says of it stands there already.
            if packet.error.is_none() {
                append(&mut note, &words.text("comment-quoted", &[]));
            }
        } else if len > 0 {
            let values = [
                ("bytes", Value::Number(len)),
                ("side", Value::Text(seen.side.name())),
            ];
            append(&mut note, &words.text("comment-data", &values));
        } else if seen.role == FrameRole::None && !packet.flags.intersects(LIFECYCLE) {
            append(&mut note, &self.ack_note(packet));
        }
        let topic = Explainer::packet_topics(packet).next();
        let mut text = self.stream_words(packet);
        text.push_str(": ");
        let role = text.len()..text.len() + role_end;
        text.push_str(&note);
        Comment {
            frame: packet.frame,
            at: packet.at,
            stream: packet.observation.stream,
            text,
            role,
            notes: seen.notes,
            why: topic.map_or_else(String::new, |topic| self.why(topic)),
        }
    }

    /// `stream 0 (ana)`.
    fn stream_words(&self, packet: &PacketEntry) -> String {
        let stream = Value::Number(u64::from(packet.observation.stream.0));
        let mut text = self.words.text("comment-stream", &[("stream", stream)]);
        if let Some(name) = &packet.name {
            // Writing to a String cannot fail, here and below.
            let _ = write!(text, " ({})", visible(name.as_bytes()));
        }
        text
    }

    fn ack_note(&self, packet: &PacketEntry) -> String {
        let seen = &packet.observation;
        if let (Some(frame), Some(after)) = (seen.acks_frame, seen.ack_rtt) {
            let values = [
                ("frame", Value::Number(frame)),
                ("after", Value::Span(after)),
            ];
            return self.words.text("comment-acks-frame", &values);
        }
        let ack = Value::Number(u64::from(seen.ack));
        self.words.text("comment-ack", &[("ack", ack)])
    }

    /// The reason with its RFC section.
    fn why(&self, topic: Topic<'_>) -> String {
        let why = self.words.why(topic).unwrap_or_default();
        match self.words.rfc(topic) {
            Some(rfc) if !why.is_empty() => format!("{why} [{rfc}]"),
            _ => why,
        }
    }

    /// Adds to the comment of a frame, if it is still held.
    fn amend(&mut self, frame: u64, text: &str) {
        let found = self.held.iter_mut().rev().find(|held| held.frame == frame);
        if let Some(comment) = found.filter(|_| !text.is_empty()) {
            append(&mut comment.text, text);
        }
    }

    /// Puts the words of a card in the place of those about the role of a frame, if it is still held.
    fn replace_role(&mut self, frame: u64, text: &str) {
        let found = self.held.iter_mut().rev().find(|held| held.frame == frame);
        match found {
            Some(comment) if !comment.role.is_empty() => {
                comment.text.replace_range(comment.role.clone(), text);
                comment.role = 0..0;
            }
            _ => self.amend(frame, text),
        }
    }

    fn message(&mut self, message: &MessageEntry) {
        let mut text = String::new();
        self.words
            .kind_note(&mut text, message.message.kind, message.said);
        if message.message.kind.is_said() {
            let said = visible_cut(&message.message.text, TEXT);
            let _ = write!(text, " \"{said}\"");
        }
        self.amend(message.last_frame, &text);
    }

    fn handshake(&mut self, entry: &HandshakeEntry) {
        let card = &entry.handshake;
        let mut text = String::new();
        self.words.handshake_note(&mut text, entry);
        let Some(step) = card.ack.or(card.answer).or(card.syn) else {
            return;
        };
        // Of repeated SYNs the finding tells, beside the last of them: they may still be answered.
        let open = card.outcome == HandshakeOutcome::Unanswered && !entry.unfinished;
        if open && card.syn_retries > 0 {
            return;
        }
        let of_step = |held: &&Comment| held.frame == step.frame;
        let notes = self.held.iter().find(of_step).map(|held| held.notes);
        if card.outcome == HandshakeOutcome::Refused {
            self.replace_role(step.frame, &text);
        } else if !notes.is_some_and(|notes| is_told_by_notes(card, notes)) {
            self.amend(step.frame, &text);
        }
    }

    fn teardown(&mut self, entry: &TeardownEntry) {
        let card = &entry.teardown;
        let mut text = String::new();
        self.words.teardown_note(&mut text, card);
        let last = match card.reset {
            Some(reset) => Some(reset.step.frame),
            None => steps_of(card).map(|step| step.frame).max(),
        };
        let Some(frame) = last else {
            return;
        };
        if card.reset.is_some() || card.complete() {
            self.replace_role(frame, &text);
        } else {
            self.amend(frame, &text);
        }
    }

    /// What the program did, beside the frame that carried its bytes, or the latest one of the connection.
    fn session(&mut self, entry: &SessionEntry) {
        let Some(stream) = entry.stream else {
            return;
        };
        let latest = || self.held.iter().rev().find(|held| held.stream == stream);
        let frame = entry.frames.map(|(_, last)| last);
        let Some(frame) = frame.or_else(|| latest().map(|held| held.frame)) else {
            return;
        };
        let kind = &entry.event.kind;
        let mut text = String::new();
        self.words.session_note(&mut text, kind, &name_given(kind));
        if let SessionEventKind::Connected { .. } | SessionEventKind::Disconnected { .. } = kind {
            text.push_str(": ");
            self.words.session_place(&mut text, entry);
        }
        self.amend(frame, &text);
    }

    fn finding(&mut self, entry: &FindingEntry) {
        // A SYN that nobody answers is known for that only when its comment has left.
        if is_told_by_segment(entry.code) && entry.code != FindingCode::Unanswered {
            return;
        }
        let mut text = String::new();
        self.words.finding_note(&mut text, entry);
        let Some(frame) = entry.frames.last().copied() else {
            return;
        };
        if self.held.iter().any(|held| held.frame == frame) {
            self.amend(frame, &text);
        } else if self.late.len() < MAX_LATE {
            let stream = entry.stream.map_or(0, |stream| stream.0.into());
            let late = [
                ("stream", Value::Number(stream)),
                ("frame", Value::Number(frame)),
                ("finding", Value::Text(&text)),
            ];
            self.late.push(self.words.text("comment-late", &late));
        }
    }
}

/// A sentence after what already stands there, unless it stands there.
fn append(text: &mut String, more: &str) {
    if text.ends_with(more) {
        return;
    }
    if !text.is_empty() && !text.ends_with(": ") {
        text.push_str("; ");
    }
    text.push_str(more);
}

impl<F: FnMut(u64, &str) -> io::Result<()>> Sink for Comments<F> {
    fn wants(&self) -> Wants {
        Wants::FLOW
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Packet(packet) => return self.packet(packet),
            Entry::Message(message) => self.message(message),
            Entry::Handshake(entry) => self.handshake(entry),
            Entry::Teardown(entry) => self.teardown(entry),
            Entry::Finding(entry) => self.finding(entry),
            Entry::Session(entry) => self.session(entry),
            Entry::End(_) => {
                if let Some(last) = self.held.back_mut() {
                    for late in self.late.drain(..) {
                        append(&mut last.text, &late);
                    }
                }
                while !self.held.is_empty() {
                    self.release_one()?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::Side;
    use crate::view::samples::{self, Owned, story};

    fn comments(entries: &[Owned], lang: Lang) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        let mut sink = Comments::new(lang, |frame, text: &str| {
            all.push((frame, text.to_owned()));
            Ok(())
        });
        for entry in entries {
            sink.entry(entry.lend()).expect("takes everything");
        }
        drop(sink);
        all
    }

    #[test]
    fn every_frame_is_explained_in_order() {
        let all = comments(&story(), Lang::En);
        let frames: Vec<_> = all.iter().map(|(frame, _)| *frame).collect();
        assert_eq!(frames, [1, 2, 3, 4, 5, 11, 12, 20, 21, 22]);
        let of = |frame: u64| &all.iter().find(|(f, _)| *f == frame).expect("there").1;
        assert!(of(1).starts_with(
            "stream 0 (ana): handshake 1/3; its initial sequence number is 1000\nThe client asks"
        ));
        assert!(of(1).ends_with("[RFC 9293 section 3.5]"));
        assert!(
            of(3).starts_with("stream 0 (ana): handshake 3/3; open in 34 us; connected: session 1 on stream 0, 67 us after the ACK\n"),
            "{}",
            of(3)
        );
        assert_eq!(
            of(4),
            "stream 0 (ana): 6 bytes from the client; line 1 \"teste\""
        );
        assert_eq!(of(5), "stream 0 (ana): ACK: confirms frame 4 after 12 us");
        assert!(
            of(22).starts_with(
                "stream 0 (ana): close in 3 segments, 55 us; disconnected: the client closed\n"
            ),
            "{}",
            of(22)
        );
    }

    #[test]
    fn portuguese_and_hostile_text() {
        let mut entries = samples::said(Side::Client, b"\x1b[2Jx", 4, 0);
        entries.push(Owned::End(samples::end()));
        let all = comments(&entries, Lang::PtBr);
        assert_eq!(
            all[0].1,
            "fluxo 0 (ana): 6 bytes do cliente; linha 1 \"\\x1b[2Jx\""
        );
    }

    /// The words of a card say the role better, and a finding nothing that is new.
    #[test]
    fn a_refusal_is_told_once() {
        let mut entries = samples::opening();
        let Owned::Handshake(mut card) = entries.remove(3) else {
            panic!("the card comes last")
        };
        card.handshake.outcome = HandshakeOutcome::Refused;
        card.handshake.ack = None;
        entries.truncate(2);
        if let Owned::Packet(packet) = &mut entries[1] {
            packet.observation.role = FrameRole::Refusal;
            packet.flags = crate::packet::TcpFlags(0x14);
        }
        let mut refused = samples::full_finding();
        refused.code = FindingCode::Refused;
        (refused.stream, refused.frames) = (Some(StreamId(0)), vec![2]);
        entries.extend([
            Owned::Handshake(card),
            Owned::Finding(refused),
            Owned::End(samples::end()),
        ]);
        let all = comments(&entries, Lang::En);
        let first = all[1].1.lines().next();
        assert_eq!(
            first,
            Some("stream 0 (ana): refused after 21 us: nobody listens on port 7000")
        );
    }

    #[test]
    fn a_simultaneous_open_is_told_once() {
        let mut entries = samples::opening();
        let Owned::Handshake(mut card) = entries.remove(3) else {
            panic!("the card comes last")
        };
        card.handshake.outcome = HandshakeOutcome::Simultaneous;
        card.handshake.self_connect = true;
        card.handshake.ack = None;
        entries.truncate(2);
        if let Owned::Packet(packet) = &mut entries[1] {
            let seen = &mut packet.observation;
            seen.notes = OwnFlags::SELF_CONNECT.union(OwnFlags::SIMULTANEOUS_OPEN);
        }
        let told = |entries: &[Owned]| comments(entries, Lang::En)[1].1.clone();
        entries.extend([Owned::Handshake(card), Owned::End(samples::end())]);
        let text = told(&entries);
        let first = text.lines().next().expect("a line");
        assert_eq!(first.matches("self-connect").count(), 1, "{first}");
        assert_eq!(first.matches("simultaneous open").count(), 1, "{first}");
        assert!(!first.contains("Wireshark"), "{first}");
        if let Owned::Packet(packet) = &mut entries[1] {
            packet.observation.analysis = crate::tcp::AnalysisFlags::RETRANSMISSION;
        }
        let text = told(&entries);
        let first = text.lines().next().expect("a line");
        assert!(
            first.contains("simultaneous open (Wireshark: retransmission)"),
            "{first}"
        );
    }

    /// A stall is known seconds after the frame it is about, whose comment a live run has saved by then.
    #[test]
    fn a_late_finding_stands_with_the_next_frame() {
        let mut stall = samples::full_finding();
        stall.code = FindingCode::StalledApp;
        (stall.stream, stall.frames, stall.value) = (Some(StreamId(0)), vec![4], Some(6));
        let mut all = Vec::new();
        let mut sink = Comments::new(Lang::En, |frame, text: &str| {
            all.push((frame, text.to_owned()));
            Ok(())
        });
        let packet = |frame| samples::said(Side::Client, b"x", frame, 0).remove(0);
        sink.entry(packet(4).lend()).expect("takes everything");
        sink.release_before(Timestamp::from_nanos(i64::MAX))
            .expect("takes everything");
        let finding = Owned::Finding(stall);
        sink.entry(finding.lend()).expect("takes everything");
        for entry in [packet(9), packet(10), Owned::End(samples::end())] {
            sink.entry(entry.lend()).expect("takes everything");
        }
        drop(sink);
        let told = "by now, about stream 0, frame 4: the kernel acknowledged 6 bytes, the program says nothing";
        let with: Vec<_> = all.iter().filter(|(_, text)| text.contains(told)).collect();
        assert_eq!(with.len(), 1, "{all:?}");
        assert_eq!(with[0].0, 9);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut entries = Vec::new();
        for frame in 0..HELD as u64 * 3 {
            entries.push(samples::said(Side::Client, b"x", frame, 0).remove(0));
        }
        assert_eq!(comments(&entries, Lang::En).len(), HELD * 2);
    }

    /// Beside the last SYN, where it is true whatever comes later, and not beside the first one too.
    #[test]
    fn repeated_syns_without_answer_are_told_once() {
        let mut entries = samples::opening();
        let Owned::Handshake(mut card) = entries.remove(3) else {
            panic!("the card comes last")
        };
        (card.handshake.outcome, card.handshake.syn_retries) = (HandshakeOutcome::Unanswered, 2);
        (card.handshake.answer, card.handshake.ack) = (None, None);
        entries.truncate(2);
        let mut finding = samples::full_finding();
        finding.code = FindingCode::Unanswered;
        (finding.stream, finding.frames) = (Some(StreamId(0)), vec![1, 2]);
        (finding.value, finding.duration) = (Some(3), Some(3_000_000_000));
        entries.extend([
            Owned::Handshake(card),
            Owned::Finding(finding),
            Owned::End(samples::end()),
        ]);
        let told = |(_, text): &(u64, String)| text.matches("no answer").count();
        let all = comments(&entries, Lang::En);
        assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [0, 1]);
        let first = all[1].1.lines().next().unwrap_or_default();
        assert!(
            first.ends_with("; SYN sent 3 times, no answer within 3.0 s"),
            "{first}"
        );
    }
}
