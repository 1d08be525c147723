//! Claims about messages: at least one with that text must agree.

use super::claim::{MessageClaim, MessageFact, Scope};
use super::court::{Answer, Court};
use crate::explain::Value;
use crate::text::visible;
use crate::view::report::{AckRow, LineRow};

/// Messages described in one judgement.
const MAX_DESCRIBED: usize = 4;

pub(super) fn judge(court: &Court<'_>, claim: &MessageClaim, scope: Scope) -> Answer {
    let wanted = visible(claim.text.as_bytes());
    let report = court.report;
    let fits = |line: &&LineRow| {
        let text = if claim.part {
            line.text.contains(&wanted)
        } else {
            line.text == wanted && line.complete
        };
        text && claim.from.is_none_or(|side| line.sender == side.name())
            && court.covers(line.stream, scope)
    };
    let lines: Vec<&LineRow> = report.lines.iter().filter(fits).collect();
    if lines.is_empty() && report.lines_folded > 0 {
        let values = [("count", Value::Number(report.lines_folded))];
        return Answer::unknown(court.say("expect-lines-folded", &values));
    }
    if claim.absent || lines.is_empty() {
        let values = [("count", Value::Number(lines.len() as u64))];
        let found = court.say("expect-messages", &values);
        return Answer::new(claim.absent == lines.is_empty(), found, frames(&lines));
    }
    let agreeing: Vec<&LineRow> = lines
        .iter()
        .copied()
        .filter(|line| agrees(line, claim.what))
        .collect();
    let described = lines.iter().take(MAX_DESCRIBED);
    let described: Vec<_> = described.map(|line| describe(court, line)).collect();
    let shown = if agreeing.is_empty() {
        &lines
    } else {
        &agreeing
    };
    Answer::new(!agreeing.is_empty(), described.join("; "), frames(shown))
}

fn frames(lines: &[&LineRow]) -> Vec<u64> {
    lines
        .iter()
        .flat_map(|line| &line.frames)
        .copied()
        .collect()
}

fn agrees(line: &LineRow, what: MessageFact) -> bool {
    match what {
        MessageFact::Said => true,
        MessageFact::DeliveredTo(number) => line.copies.len() as u32 == number,
        MessageFact::Acknowledged => line.ack.is_some(),
        MessageFact::Answered => line.answer.is_some(),
        MessageFact::InSegments(number) => line.frames_total == number,
    }
}

fn describe(court: &Court<'_>, line: &LineRow) -> String {
    let frame = |ack: Option<AckRow>| {
        ack.map_or_else(
            || court.say("expect-none", &[]),
            |ack| format!("#{}", ack.frame),
        )
    };
    let (ack, answer) = (frame(line.ack), frame(line.answer));
    let values = [
        ("stream", Value::Number(line.stream.into())),
        ("side", line.sender.into()),
        ("segments", Value::Number(line.frames_total.into())),
        ("ack", (&*ack).into()),
        ("answer", (&*answer).into()),
        ("copies", Value::Number(line.copies.len() as u64)),
    ];
    court.say("expect-message", &values)
}
