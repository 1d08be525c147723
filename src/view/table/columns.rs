//! The columns of the table: how wide they are, which go first when there is no room. The verdict stays and is never cut:
//! what its column has no room for goes on below.

use std::borrow::Cow;

use super::cells::{COUNT, Cells};
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, cut_address, push_spaces, width_of, wrapped};

/// Spaces between columns.
const GAP: usize = 2;
/// `255.255.255.255:65535`: longer endpoints are cut to this before columns are left out.
const IPV4_ENDPOINT: usize = 21;
/// `ACCEPT_QUEUE_FULL`: what follows a verdict word may stand below it.
const VERDICT: usize = 17;
/// Below this not even a verdict's own word is broken.
const LEAST_VERDICT: usize = 8;
/// A chat name; longer ones may be cut.
const NAME: usize = 8;
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

impl Kind {
    /// Where a text stands in a column with so much room to spare.
    const fn at(self, start: usize, spare: usize) -> usize {
        match self {
            Self::Number => start + spare,
            Self::Word | Self::Endpoint => start,
        }
    }
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
/// The sentences above them.
pub(super) fn headings() -> [&'static str; COUNT] {
    COLUMNS.map(|column| column.heading)
}

/// Indexes of what is read from payload, where it is read.
const READ: [usize; 2] = [1, 7];
/// Indexes of the endpoints.
const CLIENT: usize = 2;
const SERVER: usize = 3;
/// Index of the verdict, the last column.
const LAST: usize = COUNT - 1;
/// The last turn to give way.
const LAST_TURN: usize = 7;

/// Widths of the columns; 0: left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    widths: [usize; COUNT],
    /// Cells before each column.
    starts: [usize; COUNT],
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
                *width = (*width).max(row.width_of(text));
            }
        }
        for (width, heading) in widths.iter_mut().zip(headings.iter()) {
            if *width > 0 {
                *width = (*width).max(width_of(heading));
            }
        }
        let mut layout = Self {
            widths,
            starts: [0; COUNT],
            limit,
        };
        layout.shrink();
        let mut start = 0;
        for (column, width) in layout.starts.iter_mut().zip(layout.widths) {
            *column = start;
            start += if width > 0 { width + GAP } else { 0 };
        }
        layout
    }

    fn total(&self) -> usize {
        let columns = self.widths[..LAST].iter();
        let shown = columns.filter(|width| **width > 0);
        let verdict = self.widths[LAST].min(VERDICT);
        shown.map(|width| width + GAP).sum::<usize>() + verdict
    }

    /// Leaves out columns, then cuts endpoints, then leaves these out too, until the line fits.
    fn shrink(&mut self) {
        if self.limit == 0 {
            return;
        }
        for column in [CLIENT, SERVER] {
            if self.total() > self.limit {
                self.widths[column] = self.widths[column].min(IPV4_ENDPOINT);
            }
        }
        let client = self.widths[CLIENT];
        self.leave_out();
        self.cut_endpoints();
        // The server is most often the same; the stream's number tells one client from another.
        if self.total() > self.limit {
            self.widths[SERVER] = 0;
            self.widths[CLIENT] = client;
            self.cut_endpoints();
        }
        if self.total() > self.limit {
            self.widths[CLIENT] = 0;
        }
    }

    /// In their turn, until the line fits.
    fn leave_out(&mut self) {
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
    }

    fn cut_endpoints(&mut self) {
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
        let begin = out.len();
        if palette.is_on() || !row.is_ascii() || !self.push_plain(out, row) {
            out.truncate(begin);
            self.push_with_care(out, row, palette, ascii);
        }
    }

    /// The common line: texts of ASCII that all have room, laid over spaces. False where one has none.
    fn push_plain(&self, out: &mut Vec<u8>, row: &Cells) -> bool {
        let begin = out.len();
        out.resize(begin + self.starts[LAST], b' ');
        let line = &mut out[begin..];
        let mut texts = row.bytes();
        let columns = texts.by_ref().take(LAST).zip(&COLUMNS).enumerate();
        for (index, (text, column)) in columns {
            let (start, width) = (self.starts[index], self.widths[index]);
            if width == 0 {
                continue;
            }
            let Some(fill) = width.checked_sub(text.len()) else {
                return false;
            };
            let at = column.kind.at(start, fill);
            line[at..at + text.len()].copy_from_slice(text);
        }
        out.extend_from_slice(texts.next().unwrap_or_default());
        out.extend_from_slice(row.mark().as_bytes());
        let fits = self.limit == 0 || out.len() - begin <= self.limit;
        out.push(b'\n');
        fits
    }

    /// Appends any other line: what has no room is cut, or goes on below.
    fn push_with_care(&self, out: &mut Vec<u8>, row: &Cells, palette: &Palette, ascii: bool) {
        let mark = row.mark();
        // Cells written (spaces come before a column, so that none are at the end of a line), and those that had no room in
        // their columns, which move all that follows.
        let (mut used, mut over) = (0, 0);
        for (index, (column, text)) in COLUMNS.iter().zip(row.iter()).enumerate() {
            let (start, width) = (self.starts[index] + over, self.widths[index]);
            if width == 0 {
                continue;
            }
            let last = index == LAST;
            let room = match (self.limit, last) {
                (0, _) => usize::MAX,
                (limit, true) => limit.saturating_sub(start + mark.len()),
                (_, false) => width,
            };
            let text = row.shown(text, ascii);
            let (text, cells) = match (row.width_of(&text), column.kind) {
                (cells, _) if cells <= room => (text, cells),
                _ if last => {
                    push_spaces(out, start - used);
                    let paint = |out: &mut Vec<u8>, line: &str| palette.paint(out, row.ink, line);
                    return self.push_verdict(out, &text, start, mark, paint);
                }
                (_, Kind::Endpoint) => measured(cut_address(&text, room, ascii)),
                (_, Kind::Number | Kind::Word) => measured(cut(&text, room, ascii)),
            };
            let at = column.kind.at(start, width.saturating_sub(cells));
            push_spaces(out, at - used);
            let ink = if last || row.ink == Ink::Dim {
                row.ink
            } else {
                Ink::Plain
            };
            palette.paint(out, ink, &text);
            used = at + cells;
            over += cells.saturating_sub(width);
        }
        out.extend_from_slice(mark.as_bytes());
        out.push(b'\n');
    }

    /// Appends a verdict that begins at `column` and goes on below: there too, or so far left that no word is broken.
    fn push_verdict(
        &self,
        out: &mut Vec<u8>,
        text: &str,
        column: usize,
        mark: &str,
        paint: impl Fn(&mut Vec<u8>, &str),
    ) {
        let room = self.limit.saturating_sub(column + mark.len());
        let first = wrapped(text, room.max(LEAST_VERDICT))[0];
        paint(out, first);
        out.extend_from_slice(mark.as_bytes());
        out.push(b'\n');
        let rest = text[first.len()..].trim_start();
        let longest = rest.split(' ').map(width_of).max().unwrap_or_default();
        let indent = column.min(self.limit.saturating_sub(longest));
        for line in wrapped(rest, (self.limit - indent).max(LEAST_VERDICT)) {
            push_spaces(out, indent);
            paint(out, line);
            out.push(b'\n');
        }
    }
}

/// A text with the cells it takes.
fn measured(text: Cow<'_, str>) -> (Cow<'_, str>, usize) {
    let cells = width_of(&text);
    (text, cells)
}
