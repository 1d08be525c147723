//! A sink that keeps every entry as one short line of words: what scenarios compare.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use chatscope::net::CaptureStats;
use chatscope::text::visible;
use chatscope::timeline::{
    Acknowledged, CaptureStart, DeliveryEntry, Entry, FindingCode, FindingEntry, MessageEntry,
    SessionEntry, Settings, Sink, StreamEntry, Timeline, Wants,
};

use crate::scene::Captured;

/// What a timeline told.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub lines: Vec<String>,
    pub wants: Option<Wants>,
    /// Session-derived fields are left out (live and replay must agree on the rest).
    pub packets_only: bool,
}

impl Sink for Collected {
    fn wants(&self) -> Wants {
        self.wants.unwrap_or(Wants::STORY)
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if self.packets_only && matches!(entry, Entry::Session(_)) {
            return Ok(());
        }
        self.lines.push(words(entry, !self.packets_only));
        Ok(())
    }
}

/// The messages alone, as they are told.
#[derive(Default)]
pub(crate) struct Messages(pub(crate) Vec<MessageEntry>);

impl Sink for Messages {
    fn wants(&self) -> Wants {
        Wants::STORY
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Message(message) = entry {
            self.0.push(message.clone());
        }
        Ok(())
    }
}

fn ack(ack: Option<Acknowledged>) -> String {
    ack.map_or_else(String::new, |ack| format!(" ack {}", ack.frame))
}

fn words(entry: Entry<'_>, sessions: bool) -> String {
    match entry {
        Entry::Capture(_) => "capture".into(),
        Entry::Packet(p) => {
            let name = p.name.as_deref().map_or(String::new(), |n| format!(" {n}"));
            format!("packet {} #{}{name}", p.frame, p.observation.stream)
        }
        Entry::Handshake(h) => format!("handshake #{} {}", h.stream, h.handshake.outcome.code()),
        Entry::Message(m) => message(m, sessions),
        Entry::Delivery(d) => delivery(d),
        Entry::Teardown(t) => {
            let segments = t.teardown.segments().map_or("-".into(), |n| n.to_string());
            format!("teardown #{} segments {segments}", t.stream)
        }
        Entry::Finding(f) => finding(f),
        Entry::Session(s) => session(s),
        Entry::Stream(s) => stream(s),
        Entry::End(e) => format!("end frames {} tcp {}", e.frames, e.tcp_frames),
    }
}

fn message(m: &MessageEntry, sessions: bool) -> String {
    let mut out = format!(
        "message {} #{} {} {} \"{}\" frames {:?}{}",
        m.id,
        m.stream,
        m.side.direction(),
        m.message.kind.code(),
        visible(&m.message.text),
        m.frames,
        ack(m.ack)
    );
    if m.sharing > 1 {
        let _ = write!(out, " sharing {}", m.sharing);
    }
    if let Some(of) = m.copy_of {
        let _ = write!(out, " copy of {of}");
    }
    if let Some(name) = &m.name {
        let _ = write!(out, " name {name}");
    }
    if let (Some(line), true) = (m.line, sessions) {
        let _ = write!(out, " line {line}");
    }
    if let (Some(session), true) = (m.session, sessions) {
        let _ = write!(out, " session {session}");
    }
    out
}

fn delivery(d: &DeliveryEntry) -> String {
    let copies: Vec<String> = d
        .copies
        .iter()
        .map(|c| format!("#{} frame {}{}", c.stream, c.frame, ack(c.ack)))
        .collect();
    let state = if d.complete { "complete" } else { "incomplete" };
    format!(
        "delivery of {}{} to {} of {} [{}] {state}",
        d.message,
        ack(d.ack),
        d.copies.len(),
        d.expected,
        copies.join(", ")
    )
}

fn finding(f: &FindingEntry) -> String {
    let stream = f.stream.map_or("-".into(), |s| format!("#{s}"));
    let side = f.side.map_or("-", |side| side.name());
    let cause = match f.code {
        FindingCode::Reset(cause) => format!(" {}", cause.code()),
        FindingCode::IcmpError(error) => format!(" {} by {}", error.reason.code(), error.from),
        _ => String::new(),
    };
    // How many bytes nobody answered; other counts are told by their messages.
    let owed = match (f.code, f.value) {
        (FindingCode::StalledApp, Some(bytes)) => format!(" {bytes} bytes"),
        _ => String::new(),
    };
    format!(
        "finding {stream} {} {side}{cause}{owed} {:?}",
        f.code.code(),
        f.frames
    )
}

fn session(s: &SessionEntry) -> String {
    let what = s.event.kind.code();
    let stream = s.stream.map_or("-".into(), |id| format!("#{id}"));
    let mut out = format!("session {} {what} {stream}", s.event.session);
    if let Some(after) = s.after_handshake {
        let _ = write!(out, " after {} us", after / 1000);
    }
    if let Some((first, last)) = s.frames {
        let _ = write!(out, " frames {first}..{last}");
    }
    out
}

fn stream(s: &StreamEntry) -> String {
    let also: Vec<String> = s.verdict.also.iter().map(ToString::to_string).collect();
    let name = s.name.as_deref().map_or(String::new(), |n| format!(" {n}"));
    format!(
        "stream #{}{name} {} [{}] messages {}/{}",
        s.summary.stream,
        s.verdict.code,
        also.join(" "),
        s.messages.client,
        s.messages.server
    )
}

/// The last verdict word of each stream with its cause, if only this much is wanted of the timeline. (The further words of
/// WebSocket need the payload, which a table does not read.)
pub(crate) fn verdicts(frames: &[Captured], wants: Wants) -> BTreeMap<String, String> {
    #[derive(Default)]
    struct Verdicts(BTreeMap<String, String>, Option<Wants>);
    impl Sink for Verdicts {
        fn wants(&self) -> Wants {
            self.1.unwrap_or(Wants::STREAMS)
        }
        fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
            if let Entry::Stream(entry) = entry {
                let stream = format!("#{}", entry.summary.stream);
                let (code, cause) = (entry.verdict.code, entry.verdict.cause);
                self.0.insert(stream, format!("{code} {cause:?}"));
            }
            Ok(())
        }
    }
    let mut told = Verdicts(BTreeMap::new(), Some(wants));
    play(frames, &mut told);
    told.0
}

/// Plays frames into any sink.
pub(crate) fn play(frames: &[Captured], sink: &mut dyn Sink) {
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    timeline.begin(CaptureStart::default());
    for captured in frames {
        timeline.frame(&captured.frame());
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(sink).expect("never fails");
}

/// Replays frames and returns what was told, `drain` frames at a time.
pub(crate) fn replay(frames: &[Captured], settings: Settings, drain: usize) -> Vec<String> {
    let mut collected = Collected::default();
    let mut timeline = Timeline::new(settings, collected.wants());
    timeline.begin(CaptureStart::default());
    for (count, captured) in frames.iter().enumerate() {
        timeline.frame(&captured.frame());
        if (count + 1) % drain == 0 {
            timeline.drain(&mut collected).expect("never fails");
        }
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut collected).expect("never fails");
    collected.lines
}
