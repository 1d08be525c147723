//! The server's greeting, as far as packets can tell one: it spoke first, or its first line says welcome (a client that does
//! not wait may be faster than any greeting).

use super::court::{Court, NOT_IN_ORDER, NOT_KEPT, Verdict};
use crate::net::Nanos;
use crate::view::report::{LineRow, SegmentRow, StreamReport};

/// What greetings say, in the two languages of the courses.
const WELCOMES: [&str; 2] = ["welcome", "bem-vind"];

/// Where it began, and when.
struct Greeting {
    frame: u64,
    at: Nanos,
}

/// The server greeted.
pub(super) fn judge(
    court: &Court<'_>,
    s: &StreamReport,
    within: Option<Nanos>,
    absent: bool,
) -> Result<Verdict, &'static str> {
    let first = greeting(court, s)?;
    let opened = s.handshake.ack.as_ref().or(s.handshake.answer.as_ref());
    let after = first
        .as_ref()
        .zip(opened)
        .map(|(first, opened)| first.at.saturating_sub(opened.at.0));
    let in_time = match (within, after) {
        (None, _) => first.is_some(),
        (Some(_), Some(..0)) => return Err(NOT_IN_ORDER),
        (Some(limit), after) => after.is_some_and(|after| after <= limit),
    };
    let told = match &first {
        None => "no welcome".to_owned(),
        Some(first) => format!("welcome #{}, {}", first.frame, court.span(after)),
    };
    let frames = first.iter().map(|first| first.frame).collect();
    Ok((in_time != absent, told, frames))
}

/// The greeting, if there was one; an error where what would tell was not kept.
fn greeting(court: &Court<'_>, s: &StreamReport) -> Result<Option<Greeting>, &'static str> {
    let has_data = |row: &&SegmentRow| row.len.is_some_and(|len| len > 0);
    let first = s.walk.rows.iter().find(has_data);
    if let Some(first) = first.filter(|first| first.sender == "server") {
        return Ok(Some(Greeting {
            frame: first.frame,
            at: first.at.0,
        }));
    }
    let lines = court.report.lines.iter();
    let mut own = lines.filter(|line| line.stream == s.stream).peekable();
    // All data came after the segments that have a row.
    let spoke_first = first.is_none() && own.peek().is_some_and(|line| line.sender == "server");
    let Some(line) = own.find(|line| line.sender == "server") else {
        let all_kept = s.walk.folded == 0 && court.report.lines_folded == 0;
        return if all_kept { Ok(None) } else { Err(NOT_KEPT) };
    };
    let text = line.text.to_lowercase();
    let says = WELCOMES.iter().any(|word| text.contains(word));
    Ok((says || spoke_first).then(|| begun(s, line)))
}

/// Where a line began: as its first segment tells, if that has a row, else where it ended.
fn begun(s: &StreamReport, line: &LineRow) -> Greeting {
    let first = line.frames.first();
    let row = s.walk.rows.iter().find(|row| first == Some(&row.frame));
    row.map_or(
        Greeting {
            frame: line.last_frame,
            at: line.at.0,
        },
        |row| Greeting {
            frame: row.frame,
            at: row.at.0,
        },
    )
}
