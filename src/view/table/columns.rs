//! The columns of the table: what stands in them, how wide they are, which go first when there is no room.

use std::borrow::Cow;

use crate::explain::{Explainer, Lang};
use crate::net::Nanos;
use crate::text::visible;
use crate::timeline::{StreamEntry, Verdict, VerdictCode};
use crate::view::encode::{EndpointTexts, push_number};
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, cut_address, push_spaces, shown, width_of};

/// Number of columns.
const COUNT: usize = 11;
/// Spaces between columns.
const GAP: usize = 2;
/// `255.255.255.255:65535`: longer endpoints are cut to this before columns are left out.
const IPV4_ENDPOINT: usize = 21;
/// `ACCEPT_QUEUE_FULL`: what follows a verdict word may be cut.
const VERDICT: usize = 17;
/// A chat name; longer ones may be cut.
const NAME: usize = 8;
/// ` ~` behind a row that another one of the same stream preceded.
const AGAIN: &str = " ~";
/// An endpoint is not cut below this.
const LEAST_ENDPOINT: usize = 11;

/// What stands in a column, and so on which side and what may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Numbers stand right.
    Number,
    Word,
    /// An endpoint keeps its end: the port tells connections apart.
    Endpoint,
}

/// A column.
struct Column {
    heading: &'static str,
    kind: Kind,
    /// Room for rows that come after the widths were fixed.
    expected: usize,
    /// Its turn to give way when there is no room, from 1; 0: it stays.
    gives_way: usize,
}

const fn column(heading: &'static str, kind: Kind, expected: usize, gives_way: usize) -> Column {
    Column {
        heading,
        kind,
        expected,
        gives_way,
    }
}

/// All columns, as they stand in a line.
const COLUMNS: [Column; COUNT] = [
    column("column-stream", Kind::Number, 2, 0),
    column("column-name", Kind::Word, NAME, 6),
    column("column-client", Kind::Endpoint, IPV4_ENDPOINT, 0),
    column("column-server", Kind::Endpoint, IPV4_ENDPOINT, 0),
    column("column-duration", Kind::Number, 6, 4),
    column("column-frames", Kind::Number, 5, 7),
    column("column-bytes", Kind::Number, 7, 5),
    column("column-messages", Kind::Number, 5, 2),
    column("column-rtt", Kind::Number, 6, 1),
    column("column-state", Kind::Word, 4, 3),
    column("column-verdict", Kind::Word, VERDICT, 0),
];
/// Indexes of what is read from payload, where it is read.
const READ: [usize; 2] = [1, 7];
/// Indexes of the endpoints.
const CLIENT: usize = 2;
const SERVER: usize = 3;
/// The last turn to give way.
const LAST_TURN: usize = 7;

/// What the texts of a row usually take together.
const USUAL_ROW: usize = 120;

/// The texts of one row, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Its stream.
    pub(super) stream: u32,
    /// An earlier row of the same stream is no longer true.
    pub(super) again: bool,
    texts: String,
    /// Where each cell's text ends.
    ends: [usize; COUNT],
    ink: Ink,
}

impl Cells {
    /// The first line.
    pub(super) fn headings(words: &Explainer) -> Self {
        let mut pen = Pen::default();
        for column in COLUMNS {
            let heading = words.text(column.heading, &[]);
            pen.cell(|out| out.extend_from_slice(heading.as_bytes()));
        }
        let mut cells = Self {
            ink: Ink::Dim,
            ..Self::default()
        };
        (cells.texts, cells.ends) = pen.lift();
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
        pen.cell(|out| push_pair(out, (summary.packets.client, summary.packets.server)));
        pen.cell(|out| push_pair(out, (summary.bytes.client, summary.bytes.server)));
        pen.cell(|out| {
            if entry.messages != (0, 0) {
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
        (self.texts, self.ends) = pen.lift();
    }

    /// The texts in order of the columns.
    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let text = &self.texts[start..end];
            start = end;
            text
        })
    }
}

/// Writes cells one behind the other.
#[derive(Default)]
struct Pen {
    out: Vec<u8>,
    ends: [usize; COUNT],
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
        self.ends[self.cells] = self.out.len();
        self.cells += 1;
    }

    fn lift(self) -> (String, [usize; COUNT]) {
        let texts = String::from_utf8(self.out);
        (texts.expect("every cell is text"), self.ends)
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
fn push_pair(out: &mut Vec<u8>, (client, server): (u64, u64)) {
    push_number(out, client);
    out.push(b'/');
    push_number(out, server);
}

/// The word, the cause of a reset, and what else holds beyond the usual.
fn push_verdict(out: &mut Vec<u8>, verdict: &Verdict) {
    push_code(out, verdict.code);
    if let Some(cause) = verdict.cause {
        out.push(b' ');
        out.extend_from_slice(cause.code().as_bytes());
    }
    for code in &verdict.also {
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

/// Widths of the columns; 0: left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    widths: [usize; COUNT],
    limit: usize,
}

impl Layout {
    /// Wide enough for the rows given, within `limit` cells (0: no limit), and for those that follow where `to_come` says
    /// that some may: with names and messages (`Some(true)`) or without.
    pub(super) fn new(
        headings: &Cells,
        rows: &[Cells],
        limit: usize,
        to_come: Option<bool>,
    ) -> Self {
        let mut widths = [0; COUNT];
        // Headings stand also above nothing.
        if let Some(read) = to_come.or(rows.is_empty().then_some(false)) {
            widths = COLUMNS.map(|column| column.expected);
            for column in READ.into_iter().filter(|_| !read) {
                widths[column] = 0;
            }
        }
        for row in rows {
            for (width, text) in widths.iter_mut().zip(row.iter()) {
                *width = (*width).max(width_of(text));
            }
        }
        for (width, heading) in widths.iter_mut().zip(headings.iter()) {
            if *width > 0 {
                *width = (*width).max(width_of(heading));
            }
        }
        let mut layout = Self { widths, limit };
        layout.shrink();
        layout
    }

    fn total(&self) -> usize {
        let columns = self.widths[..COUNT - 1].iter();
        let shown = columns.filter(|width| **width > 0);
        let verdict = self.widths[COUNT - 1].min(VERDICT);
        shown.map(|width| width + GAP).sum::<usize>() + verdict
    }

    /// Leaves out columns, then cuts endpoints, until the line fits.
    fn shrink(&mut self) {
        if self.limit == 0 {
            return;
        }
        for column in [CLIENT, SERVER] {
            if self.total() > self.limit {
                self.widths[column] = self.widths[column].min(IPV4_ENDPOINT);
            }
        }
        for turn in 1..=LAST_TURN {
            if self.total() <= self.limit {
                return;
            }
            for (width, column) in self.widths.iter_mut().zip(&COLUMNS) {
                if column.gives_way == turn {
                    *width = 0;
                }
            }
        }
        while self.total() > self.limit {
            let wider = if self.widths[CLIENT] > self.widths[SERVER] {
                CLIENT
            } else {
                SERVER
            };
            if self.widths[wider] <= LEAST_ENDPOINT {
                return;
            }
            self.widths[wider] -= 1;
        }
    }

    /// Appends one line.
    pub(super) fn push_line(&self, out: &mut Vec<u8>, row: &Cells, palette: &Palette, ascii: bool) {
        // Cells written, and spaces owed before the next column: none at the end of a line.
        let (mut used, mut owed) = (0, 0);
        let mark = if row.again { AGAIN } else { "" };
        for (index, (column, text)) in COLUMNS.iter().zip(row.iter()).enumerate() {
            let width = self.widths[index];
            if width == 0 {
                continue;
            }
            let last = index == COUNT - 1;
            let room = match (self.limit, last) {
                (0, _) => usize::MAX,
                (limit, true) => limit.saturating_sub(used + owed + mark.len()),
                (_, false) => width,
            };
            let text = shown(text, ascii);
            let (text, cells) = match (width_of(&text), column.kind) {
                (cells, _) if cells <= room => (text, cells),
                (_, Kind::Endpoint) => measured(cut_address(&text, room, ascii)),
                (_, Kind::Number | Kind::Word) => measured(cut(&text, room, ascii)),
            };
            let fill = width.saturating_sub(cells);
            let (before, after) = match column.kind {
                Kind::Number => (fill, 0),
                Kind::Word | Kind::Endpoint => (0, fill),
            };
            push_spaces(out, owed + before);
            let ink = if last || row.ink == Ink::Dim {
                row.ink
            } else {
                Ink::Plain
            };
            palette.paint(out, ink, &text);
            used += owed + before + cells;
            owed = GAP + after;
        }
        out.extend_from_slice(mark.as_bytes());
        out.push(b'\n');
    }
}

/// A text with the cells it takes.
fn measured(text: Cow<'_, str>) -> (Cow<'_, str>, usize) {
    let cells = width_of(&text);
    (text, cells)
}
