//! What stands at an arrow, in the room it has.

use super::model::Arrow;
use crate::view::width::{cut, shown, width_of};

/// Columns of what was said below which it is no longer worth its place before the count of the others.
const LEAST_SAID: usize = 4;

impl Arrow {
    /// The label in full.
    pub(super) fn label(&self) -> String {
        joined([&self.flags, &self.numbers, &self.said, &self.more])
    }

    /// The label in ever shorter forms; what was said matters more than numbers, and that there was more is never left out.
    fn labels(&self) -> [String; 3] {
        let (middle, shortest) = if self.said.is_empty() {
            (joined([&self.flags, &self.numbers]), self.flags.clone())
        } else {
            let spoken = joined([&self.said, &self.more]);
            (joined([&self.flags, &spoken]), spoken)
        };
        [self.label(), middle, shortest]
    }

    /// Whether some form of the label needs no cut.
    pub(super) fn fits(&self, room: usize, ascii: bool) -> bool {
        let fits = |label: &String| width_of(&shown(label, ascii)) <= room;
        self.labels().iter().any(fits)
    }

    /// The longest form of the label that fits, else the shortest one cut.
    pub(super) fn label_within(&self, room: usize, ascii: bool) -> String {
        let mut last = String::new();
        for label in self.labels() {
            let label = shown(&label, ascii).into_owned();
            if width_of(&label) <= room {
                return label;
            }
            last = label;
        }
        self.said_within(room, ascii)
            .unwrap_or_else(|| cut(&last, room, ascii).into_owned())
    }

    /// What was said, cut so that the count of what else was said keeps its place.
    fn said_within(&self, room: usize, ascii: bool) -> Option<String> {
        let more = shown(&self.more, ascii);
        let room = room.checked_sub(width_of(&more) + 1)?;
        if more.is_empty() || room < LEAST_SAID {
            return None;
        }
        let said = shown(&self.said, ascii);
        Some(format!("{} {more}", cut(&said, room, ascii)))
    }
}

/// Parts that are not empty, with spaces between.
fn joined<const N: usize>(parts: [&String; N]) -> String {
    let mut out = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}
