//! The sheet that the boxes and the words below them are written on: every text keeps to its width and its characters.

use crate::view::width::{shown, width_of, wrapped};

/// Narrower than this no list is readable.
const NARROWEST: usize = 40;
/// Where no width is given.
const USUAL: usize = 80;

/// Text being written for a terminal.
pub(super) struct Page {
    pub(super) out: String,
    pub(super) width: usize,
    pub(super) ascii: bool,
}

impl Page {
    /// An empty page (width 0: 80 columns).
    pub(super) fn new(width: usize, ascii: bool) -> Self {
        Self {
            out: String::new(),
            width: match width {
                0 => USUAL,
                width => width.max(NARROWEST),
            },
            ascii,
        }
    }

    /// A line as it is: made to fit, and of ASCII.
    pub(super) fn push(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// A text on as many lines as it needs.
    pub(super) fn text(&mut self, text: &str) {
        self.hanging("", text);
    }

    /// A text right of a label; its further lines begin below the first.
    pub(super) fn hanging(&mut self, label: &str, text: &str) {
        let text = shown(text, self.ascii);
        let indent = width_of(label);
        let mut start = label;
        for line in wrapped(&text, self.width.saturating_sub(indent).max(1)) {
            let fill = indent - width_of(start);
            self.push(&format!("{start}{:fill$}{line}", ""));
            start = "";
        }
    }

    /// Label (up to 16 cells), name, text and hex on one line where they fit; else the text below the name, and the hex below the text.
    pub(super) fn entry(&mut self, label: &str, name: &str, text: &str, hex: &str) {
        let beside = format!("{label}{name}{text}");
        let whole = format!("{beside}  {hex}");
        if width_of(&whole) <= self.width {
            self.push(&whole);
            return;
        }
        let below = " ".repeat(width_of(label));
        if width_of(&beside) <= self.width {
            self.push(&beside);
        } else if name.is_empty() {
            self.hanging(label, text);
        } else {
            self.push(&format!("{label}{name}"));
            self.hanging(&below, text);
        }
        // `ff ` is three cells; rows of eight bytes are easier to count than full ones.
        let room = (self.width - width_of(label)) / 24 * 24;
        let whole = hex.len() <= self.width - width_of(label);
        let mut rest = hex;
        while !whole && rest.len() > room {
            self.push(&format!("{below}{}", &rest[..room]));
            rest = &rest[room..];
        }
        self.push(&format!("{below}{rest}"));
    }
}
