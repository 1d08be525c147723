//! Rows of 32 bits, two cells per bit, as the RFCs draw them; on narrow terminals a list with bit ranges.

use std::fmt::Write as _;

use super::fields::Field;
use super::page::Page;
use crate::view::width::{cut, width_of};

/// Columns that a row of boxes with its hex takes.
const BOXES: usize = 80;
const RULER: [&str; 2] = [
    "  0                   1                   2                   3",
    "  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1",
];
const EDGE: &str = " +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+";

/// Appends the fields of a header. `at`: offset of its first byte in the frame.
pub(super) fn rows(page: &mut Page, fields: &[Field], bytes: &[u8], at: usize) {
    if page.width < BOXES {
        list(page, fields, bytes);
        return;
    }
    for line in RULER.into_iter().chain([EDGE]) {
        page.push(line);
    }
    let mut byte = 0;
    let mut rest = fields;
    while let Some(first) = rest.first() {
        let count = if first.bits >= 32 { 1 } else { row_of(rest) };
        let (row, after) = rest.split_at(count);
        let length = row.iter().map(|field| field.bits).sum::<usize>() / 8;
        push_row(page, row, &bytes[byte..byte + length], at + byte);
        byte += length;
        rest = after;
    }
}

/// How many fields make 32 bits.
fn row_of(fields: &[Field]) -> usize {
    let mut bits = 0;
    let full = fields.iter().position(|field| {
        bits += field.bits;
        bits >= 32
    });
    full.map_or(fields.len(), |last| last + 1)
}

/// Names, values, then the edge. Fields of one bit have their letters below each other.
fn push_row(page: &mut Page, row: &[Field], bytes: &[u8], at: usize) {
    let tall = row.iter().any(|field| field.bits == 1);
    let mut lines: Vec<String> = Vec::new();
    if tall {
        for letter in 0..3 {
            lines.push(cells(row, |field| match field.bits {
                1 => field
                    .name
                    .get(letter..=letter)
                    .unwrap_or_default()
                    .to_owned(),
                _ if letter == 1 => field.name.to_owned(),
                _ => String::new(),
            }));
        }
    } else {
        lines.push(cells(row, |field| field.name.to_owned()));
    }
    lines.push(cells(row, |field| field.value.clone()));
    // A field of several rows shows its further bytes on lines of their own.
    for _ in lines.len()..bytes.len().div_ceil(4) {
        lines.push(cells(row, |_| String::new()));
    }
    let last = lines.len() - 1;
    for (index, line) in lines.iter().enumerate() {
        let hex = match bytes.chunks(4).nth(index) {
            Some(chunk) if bytes.len() > 4 => hex(chunk),
            _ if index == last && bytes.len() <= 4 => hex(bytes),
            _ if index == 0 && bytes.len() <= 4 => format!("byte {at}"),
            _ => String::new(),
        };
        page.push(&format!("{line} {hex}"));
    }
    page.push(EDGE);
}

/// One line of a row, each text in the middle of its field.
fn cells(row: &[Field], text: impl Fn(&Field) -> String) -> String {
    let mut line = String::from(" |");
    for field in row {
        let room = field.bits.min(32) * 2 - 1;
        let text = text(field);
        let text = cut(&text, room, true);
        let free = room - width_of(&text);
        // Writing to a String cannot fail.
        let _ = write!(
            line,
            "{:left$}{text}{:right$}|",
            "",
            "",
            left = free / 2,
            right = free - free / 2
        );
    }
    line
}

/// Bytes as pairs of digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// One field per line: bits, name, value, hex.
fn list(page: &mut Page, fields: &[Field], bytes: &[u8]) {
    let mut bit = 0;
    for field in fields {
        let (first, last) = (bit / 8, (bit + field.bits).div_ceil(8));
        let range = format!("{}-{}", bit, bit + field.bits - 1);
        let label = format!("  bit {range:<8} ");
        let name = format!("{:<22} ", field.name);
        page.entry(&label, &name, &field.value, &hex(&bytes[first..last]));
        bit += field.bits;
    }
}
