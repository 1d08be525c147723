//! What stands in the cells of a row: figures and words of one stream, written into one text.
//!
//! Must not know: how wide the columns are.

use std::borrow::Cow;
use std::ops::Range;

use crate::explain::{Explainer, Lang};
use crate::net::Nanos;
use crate::tcp::PerSide;
use crate::text::visible;
use crate::timeline::{StreamEntry, Verdict, VerdictCode};
use crate::view::encode::push_number;
use crate::view::endpoints::EndpointTexts;
use crate::view::style::Ink;
use crate::view::width::{shown, width_of};

/// Cells of a row.
pub(super) const COUNT: usize = 11;
/// What the texts of a row usually take together.
const USUAL_ROW: usize = 120;
/// Behind a row that another one of the same stream preceded.
const AGAIN: &str = " ~";

/// The texts of one row, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Its stream.
    pub(super) stream: u32,
    /// An earlier row of the same stream is no longer true.
    pub(super) again: bool,
    texts: String,
    /// The texts are ASCII, as nearly always.
    ascii: bool,
    /// Where each cell's text ends.
    ends: [u32; COUNT],
    pub(super) ink: Ink,
}

impl Cells {
    /// The first line, of these sentences.
    pub(super) fn headings(ids: [&str; COUNT], words: &Explainer) -> Self {
        let mut pen = Pen::default();
        for id in ids {
            let heading = words.text(id, &[]);
            pen.cell(|out| out.extend_from_slice(heading.as_bytes()));
        }
        let mut cells = Self {
            ink: Ink::Dim,
            ..Self::default()
        };
        cells.lay(pen);
        cells
    }

    /// Becomes the row of `entry`, in the memory it has.
    pub(super) fn fill(&mut self, entry: &StreamEntry, again: bool, words: &mut RowWords) {
        let summary = &entry.summary;
        (self.stream, self.again) = (summary.stream.0, again);
        self.ink = ink_of(entry.verdict.code);
        let mut pen = Pen::over(std::mem::take(&mut self.texts));
        pen.cell(|out| push_number(out, u64::from(summary.stream.0)));
        pen.cell(|out| {
            if let Some(name) = entry.name.as_deref() {
                out.extend_from_slice(visible(name.as_bytes()).as_bytes());
            }
        });
        pen.cell(|out| words.endpoints.push(out, summary.connection.client));
        pen.cell(|out| words.endpoints.push(out, summary.connection.server));
        pen.cell(|out| words.span(out, summary.end.since(summary.start)));
        pen.cell(|out| push_pair(out, summary.packets));
        pen.cell(|out| push_pair(out, summary.bytes));
        pen.cell(|out| {
            if entry.messages != PerSide::default() {
                push_pair(out, entry.messages);
            }
        });
        pen.cell(|out| {
            if let Some(rtt) = summary.initial_rtt {
                words.span(out, rtt);
            }
        });
        pen.cell(|out| out.extend_from_slice(summary.conn_state.as_bytes()));
        pen.cell(|out| push_verdict(out, &entry.verdict));
        self.lay(pen);
    }

    /// What was written becomes the texts.
    fn lay(&mut self, pen: Pen) {
        self.texts = String::from_utf8(pen.out).expect("every cell is text");
        self.ascii = self.texts.is_ascii();
        self.ends = pen.ends;
    }

    /// What stands behind the last text.
    pub(super) const fn mark(&self) -> &'static str {
        if self.again { AGAIN } else { "" }
    }

    /// Each byte of the texts takes one column of the terminal.
    pub(super) const fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Columns of the terminal that one of the texts takes.
    pub(super) fn width_of(&self, text: &str) -> usize {
        if self.ascii {
            text.len()
        } else {
            width_of(text)
        }
    }

    /// A text as the terminal can show it.
    pub(super) fn shown<'a>(&self, text: &'a str, ascii: bool) -> Cow<'a, str> {
        if self.ascii {
            Cow::Borrowed(text)
        } else {
            shown(text, ascii)
        }
    }

    /// The texts in order of the columns.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.places().map(|place| &self.texts[place])
    }

    /// The same as bytes: where they are ASCII, nobody need ask whether characters begin and end there.
    pub(super) fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.places().map(|place| &self.texts.as_bytes()[place])
    }

    fn places(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let place = start..end as usize;
            start = place.end;
            place
        })
    }
}

/// Writes cells one behind the other.
#[derive(Default)]
struct Pen {
    out: Vec<u8>,
    ends: [u32; COUNT],
    cells: usize,
}

impl Pen {
    /// Over what stood in `texts`.
    fn over(texts: String) -> Self {
        let mut out = texts.into_bytes();
        out.clear();
        out.reserve(USUAL_ROW);
        Self {
            out,
            ..Self::default()
        }
    }

    /// The next cell: what `write` appends.
    fn cell(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.out);
        self.ends[self.cells] = self.out.len() as u32;
        self.cells += 1;
    }
}

/// What turns the figures of rows into words; kept from row to row.
#[derive(Debug)]
pub(super) struct RowWords {
    pub(super) explainer: Explainer,
    endpoints: EndpointTexts,
    scratch: String,
}

impl RowWords {
    pub(super) fn new(lang: Lang, ascii: bool) -> Self {
        Self {
            explainer: Explainer::new(lang).in_ascii(ascii),
            endpoints: EndpointTexts::new(),
            scratch: String::new(),
        }
    }

    fn span(&mut self, out: &mut Vec<u8>, nanos: Nanos) {
        self.scratch.clear();
        self.explainer.span(&mut self.scratch, nanos);
        out.extend_from_slice(self.scratch.as_bytes());
    }
}

/// `client/server`.
fn push_pair(out: &mut Vec<u8>, pair: PerSide<u64>) {
    push_number(out, pair.client);
    out.push(b'/');
    push_number(out, pair.server);
}

/// The word, the cause of a reset, and what else holds beyond the usual.
fn push_verdict(out: &mut Vec<u8>, verdict: &Verdict) {
    push_code(out, verdict.code);
    if let Some(cause) = verdict.cause {
        out.push(b' ');
        out.extend_from_slice(cause.code().as_bytes());
    }
    for code in verdict.also.iter() {
        if *code != VerdictCode::Served {
            out.extend_from_slice(b" +");
            push_code(out, *code);
        }
    }
}

fn push_code(out: &mut Vec<u8>, code: VerdictCode) {
    match code {
        VerdictCode::WsClose(_) => out.extend_from_slice(code.to_string().as_bytes()),
        _ => out.extend_from_slice(code.word().as_bytes()),
    }
}

/// Good ends plain, doubtful ones as notes, bad ones as warnings; the word says it all the same.
const fn ink_of(code: VerdictCode) -> Ink {
    match code {
        VerdictCode::ClosedByClient
        | VerdictCode::ClosedByServer
        | VerdictCode::ClosedBoth
        | VerdictCode::WsClose(_)
        | VerdictCode::Served
        | VerdictCode::Opened => Ink::Plain,
        VerdictCode::HalfClosed
        | VerdictCode::Idle
        | VerdictCode::PartialStart
        | VerdictCode::PartialEnd
        | VerdictCode::LostCapture => Ink::Note,
        _ => Ink::Warn,
    }
}
