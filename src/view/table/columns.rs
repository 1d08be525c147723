//! The columns of the table: what stands in them, how wide they are, which go first when there is no room.

use crate::explain::Explainer;
use crate::text::visible;
use crate::timeline::{StreamEntry, VerdictCode};
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, push_spaces, shown, width_of};

/// Number of columns.
const COLUMNS: usize = 11;
/// Spaces between columns.
const GAP: usize = 2;
/// Headings in the order of the columns.
const HEADINGS: [&str; COLUMNS] = [
    "column-stream",
    "column-name",
    "column-client",
    "column-server",
    "column-duration",
    "column-frames",
    "column-bytes",
    "column-messages",
    "column-rtt",
    "column-state",
    "column-verdict",
];
/// Columns of numbers stand right.
const RIGHT: [bool; COLUMNS] = [
    true, false, false, false, true, true, true, true, true, false, false,
];
/// Which columns give way first when there is no room.
const EXPENDABLE: [usize; 7] = [8, 7, 9, 4, 6, 1, 5];
/// `255.255.255.255:65535`: longer endpoints are cut to this before columns are left out.
const IPV4_ENDPOINT: usize = 21;
/// `ACCEPT_QUEUE_FULL`: what follows a verdict word may be cut.
const VERDICT: usize = 17;
/// An endpoint is not cut below this.
const LEAST_ENDPOINT: usize = 11;
/// Columns that hold endpoints.
const ENDPOINTS: [usize; 2] = [2, 3];
/// Room for rows that come after the widths were fixed: stream number, two IPv4 endpoints, times, counts, longest verdict.
const EXPECTED: [usize; COLUMNS] = [2, 0, 21, 21, 6, 5, 7, 0, 6, 4, 17];

/// The texts of one row.
#[derive(Debug)]
pub(super) struct Cells {
    /// Its stream.
    pub(super) stream: u32,
    /// An earlier row of the same stream is no longer true.
    pub(super) again: bool,
    texts: [String; COLUMNS],
    ink: Ink,
}

impl Cells {
    /// The first line.
    pub(super) fn headings(words: &Explainer) -> Self {
        Self {
            stream: 0,
            again: false,
            texts: HEADINGS.map(|id| words.text(id, &[])),
            ink: Ink::Dim,
        }
    }

    /// A row.
    pub(super) fn of(entry: &StreamEntry, again: bool, words: &Explainer) -> Self {
        let summary = &entry.summary;
        let span = |nanos| {
            let mut text = String::new();
            words.span(&mut text, nanos);
            text
        };
        let pair = |client: u64, server: u64| format!("{client}/{server}");
        let (said, answered) = entry.messages;
        Self {
            stream: summary.stream.0,
            again,
            texts: [
                summary.stream.to_string(),
                entry
                    .name
                    .as_deref()
                    .map_or_else(String::new, |name| visible(name.as_bytes())),
                summary.connection.client.to_string(),
                summary.connection.server.to_string(),
                span(summary.end.since(summary.start)),
                pair(summary.packets.client, summary.packets.server),
                pair(summary.bytes.client, summary.bytes.server),
                if (said, answered) == (0, 0) {
                    String::new()
                } else {
                    pair(said, answered)
                },
                summary.initial_rtt.map_or_else(String::new, span),
                summary.conn_state.to_owned(),
                verdict(entry),
            ],
            ink: ink_of(entry.verdict.code),
        }
    }
}

/// The word, the cause of a reset, and what else holds beyond the usual.
fn verdict(entry: &StreamEntry) -> String {
    let mut text = entry.verdict.code.to_string();
    if let Some(cause) = entry.verdict.cause {
        text.push(' ');
        text.push_str(cause.code());
    }
    for code in &entry.verdict.also {
        if *code != VerdictCode::Served {
            text.push_str(" +");
            text.push_str(&code.to_string());
        }
    }
    text
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
    widths: [usize; COLUMNS],
    limit: usize,
}

impl Layout {
    /// Wide enough for the rows given, within `limit` cells (0: no limit).
    pub(super) fn new(headings: &Cells, rows: &[Cells], limit: usize) -> Self {
        let mut widths = if rows.len() > 1 {
            [0; COLUMNS]
        } else {
            EXPECTED
        };
        for row in rows {
            for (width, text) in widths.iter_mut().zip(&row.texts) {
                *width = (*width).max(width_of(text));
            }
        }
        for (width, heading) in widths.iter_mut().zip(&headings.texts) {
            if *width > 0 {
                *width = (*width).max(width_of(heading));
            }
        }
        let mut layout = Self { widths, limit };
        layout.shrink();
        layout
    }

    fn total(&self) -> usize {
        let columns = self.widths[..COLUMNS - 1].iter();
        let shown = columns.filter(|width| **width > 0);
        let verdict = self.widths[COLUMNS - 1].min(VERDICT);
        shown.map(|width| width + GAP).sum::<usize>() + verdict
    }

    /// Leaves out columns, then cuts endpoints, until the line fits.
    fn shrink(&mut self) {
        if self.limit == 0 {
            return;
        }
        for column in ENDPOINTS {
            if self.total() > self.limit {
                self.widths[column] = self.widths[column].min(IPV4_ENDPOINT);
            }
        }
        for column in EXPENDABLE {
            if self.total() <= self.limit {
                return;
            }
            self.widths[column] = 0;
        }
        let [client, server] = ENDPOINTS;
        while self.total() > self.limit {
            let wider = if self.widths[client] > self.widths[server] {
                client
            } else {
                server
            };
            if self.widths[wider] <= LEAST_ENDPOINT {
                return;
            }
            self.widths[wider] -= 1;
        }
    }

    /// Appends one line.
    pub(super) fn push_line(&self, out: &mut Vec<u8>, row: &Cells, palette: &Palette, ascii: bool) {
        let mut used = 0;
        let mut pending = 0;
        for (column, text) in row.texts.iter().enumerate() {
            let width = self.widths[column];
            if width == 0 {
                continue;
            }
            let last = column == COLUMNS - 1;
            let room = match (last, self.limit) {
                (true, 0) => usize::MAX,
                (true, limit) => limit.saturating_sub(used + pending),
                (false, _) if self.limit == 0 => usize::MAX,
                (false, _) => width,
            };
            let text = shortened(
                &shown(text, ascii),
                room,
                ENDPOINTS.contains(&column),
                ascii,
            );
            let cells = width_of(&text);
            let fill = width.saturating_sub(cells);
            push_spaces(out, pending + if RIGHT[column] { fill } else { 0 });
            let ink = if last || row.ink == Ink::Dim {
                row.ink
            } else {
                Ink::Plain
            };
            palette.paint(out, ink, &text);
            used += pending + cells.max(width);
            pending = GAP + if RIGHT[column] { 0 } else { fill };
            used -= if RIGHT[column] { 0 } else { fill };
        }
        if row.again {
            out.extend_from_slice(b" ~");
        }
        out.push(b'\n');
    }
}

/// A text in its room. An endpoint keeps its end: the port tells connections apart.
fn shortened(text: &str, room: usize, endpoint: bool, ascii: bool) -> String {
    if !endpoint || width_of(text) <= room {
        return cut(text, room, ascii).into_owned();
    }
    // Addresses are ASCII: bytes are cells.
    let keep = room.saturating_sub(1).min(text.len());
    let mark = if ascii { '~' } else { '…' };
    format!("{mark}{}", &text[text.len() - keep..])
}
