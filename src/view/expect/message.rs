//! Claims about messages: at least one with that text must agree.
//!
//! Copies are messages too: what a chat room passes on is what its server says. What was not kept of a long message or of many
//! copies may be what is asked for; then nothing is known.

use std::slice;

use super::claim::{MessageClaim, MessageFact, Scope};
use super::court::{Answer, Court};
use crate::explain::Value;
use crate::tcp::Side;
use crate::text::visible;
use crate::view::report::{AckRow, CopyRow, LineRow};

/// Messages described in one judgement.
const MAX_DESCRIBED: usize = 4;

/// A message or a copy of one.
struct Said<'a> {
    stream: u32,
    sender: &'static str,
    text: &'a str,
    complete: bool,
    frames: &'a [u64],
    segments: u32,
    ack: Option<AckRow>,
    answer: Option<AckRow>,
    /// Connections that got a copy of it; `None`: it is a copy itself.
    delivered: Option<u32>,
}

/// A claim about messages, ready to be held against them.
struct Sought<'a> {
    claim: &'a MessageClaim,
    text: String,
    scope: Scope,
}

pub(super) fn judge(court: &Court<'_>, claim: &MessageClaim, scope: Scope) -> Answer {
    let sought = Sought {
        claim,
        text: visible(claim.text.as_bytes()),
        scope,
    };
    let lines = &court.report.lines;
    let said: Vec<Said<'_>> = lines
        .iter()
        .flat_map(all_of)
        .filter(|said| sought.fits(said) && court.covers(said.stream, scope))
        .collect();
    let agreeing: Vec<&Said<'_>> = said
        .iter()
        .filter(|said| agrees(said, claim.what))
        .collect();
    if agreeing.is_empty()
        && let Some(why) = unknown(court, &sought)
    {
        return Answer::unknown(why);
    }
    if claim.absent || said.is_empty() {
        let values = [("count", Value::Number(said.len() as u64))];
        let found = court.say("expect-messages", &values);
        return Answer::new(claim.absent == said.is_empty(), found, frames(&said));
    }
    let holds = !agreeing.is_empty();
    let shown = if holds {
        agreeing
    } else {
        said.iter().collect()
    };
    let described = shown.iter().take(MAX_DESCRIBED);
    let described: Vec<_> = described.map(|said| describe(court, said)).collect();
    Answer::new(holds, described.join("; "), frames(shown))
}

/// Why there may be a message that agrees, although none that was kept does.
fn unknown(court: &Court<'_>, sought: &Sought<'_>) -> Option<String> {
    let report = court.report;
    if report.lines_folded > 0 {
        let values = [("count", Value::Number(report.lines_folded))];
        return Some(court.say("expect-lines-folded", &values));
    }
    let mut all = report.lines.iter().flat_map(all_of);
    let cut = all.any(|said| sought.may_fit(&said) && court.covers(said.stream, sought.scope));
    let unlisted = || report.lines.iter().any(|line| sought.may_be_unlisted(line));
    (cut || unlisted()).then(|| court.say("expect-texts-not-kept", &[]))
}

impl Sought<'_> {
    fn fits(&self, said: &Said<'_>) -> bool {
        let text = if self.claim.part {
            said.text.contains(&self.text)
        } else {
            said.text == self.text && said.complete
        };
        text && self.is_from(said.sender)
    }

    /// What is not there of its text may be what makes it fit.
    fn may_fit(&self, said: &Said<'_>) -> bool {
        let text = if self.claim.part {
            !said.text.contains(&self.text)
        } else {
            self.text.starts_with(said.text)
        };
        text && !said.complete && self.is_from(said.sender)
    }

    fn is_from(&self, sender: &str) -> bool {
        self.claim.from.is_none_or(|side| sender == side.name())
    }

    /// One of the copies that have no row may agree.
    fn may_be_unlisted(&self, line: &LineRow) -> bool {
        let (alike, unheard) = line.unlisted;
        let asked = !matches!(self.claim.what, MessageFact::DeliveredTo(_));
        let same = || alike > 0 && copies_of(line).any(|copy| self.fits(&copy));
        asked && self.is_from(Side::Server.name()) && (unheard > 0 || same())
    }
}

/// The message and its copies, as far as is known what they say.
fn all_of(line: &LineRow) -> impl Iterator<Item = Said<'_>> {
    let copies = line.copies.len() as u32;
    let told = line.delivered.map_or(0, |(got, _)| got);
    let original = Said {
        stream: line.stream,
        sender: line.sender,
        text: &line.text,
        complete: line.complete,
        frames: &line.frames,
        segments: line.frames_total,
        ack: line.ack,
        answer: line.answer,
        // The rows of copies are bounded.
        delivered: Some(told.max(copies)),
    };
    std::iter::once(original).chain(copies_of(line))
}

fn copies_of(line: &LineRow) -> impl Iterator<Item = Said<'_>> {
    line.copies.iter().filter_map(copy)
}

fn copy(row: &CopyRow) -> Option<Said<'_>> {
    let heard = row.heard.as_ref()?;
    Some(Said {
        stream: row.stream,
        sender: heard.sender,
        text: &heard.text,
        complete: heard.complete,
        frames: slice::from_ref(&row.frame),
        segments: heard.segments,
        ack: row.ack,
        answer: heard.answer,
        delivered: None,
    })
}

fn frames<'a>(said: impl IntoIterator<Item = &'a Said<'a>>) -> Vec<u64> {
    let frames = said.into_iter().flat_map(|said| said.frames);
    frames.copied().collect()
}

fn agrees(said: &Said<'_>, what: MessageFact) -> bool {
    match what {
        MessageFact::Said => true,
        MessageFact::DeliveredTo(number) => said.delivered == Some(number),
        MessageFact::Acknowledged => said.ack.is_some(),
        MessageFact::Answered => said.answer.is_some(),
        MessageFact::InSegments(number) => said.segments == number,
    }
}

fn describe(court: &Court<'_>, said: &Said<'_>) -> String {
    let frame = |ack: Option<AckRow>| {
        ack.map_or_else(
            || court.say("expect-none", &[]),
            |ack| format!("#{}", ack.frame),
        )
    };
    let (ack, answer) = (frame(said.ack), frame(said.answer));
    let values = [
        ("stream", Value::Number(said.stream.into())),
        ("side", said.sender.into()),
        ("segments", Value::Number(said.segments.into())),
        ("ack", (&*ack).into()),
        ("answer", (&*answer).into()),
        ("copies", Value::Number(said.delivered.unwrap_or(0).into())),
        ("what", said.delivered.map_or("copy", |_| "original").into()),
    ];
    court.say("expect-message", &values)
}
