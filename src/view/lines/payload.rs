//! `-A` and `-X`: the captured payload below its segment, every byte made safe.

use std::fmt::Write as _;
use std::io::Write;

use super::{Lines, PayloadStyle};
use crate::text::visible;
use crate::view::encode::push_hex;
use crate::view::width::{push_spaces, shown};

/// Bytes on a line of `-X`, as tcpdump shows them.
const BYTES_PER_LINE: usize = 16;

impl<W: Write> Lines<W> {
    /// Appends the payload of the row in the style asked for.
    pub(super) fn push_payload(&mut self) {
        if self.row.payload.is_empty() {
            return;
        }
        match self.options.payload {
            PayloadStyle::None => {}
            PayloadStyle::Text => self.push_payload_text(),
            PayloadStyle::Hex => self.push_payload_hex(),
        }
    }

    /// One line of output per line of text.
    fn push_payload_text(&mut self) {
        let out = &mut self.out.buffer;
        let payload = &self.row.payload;
        for line in payload
            .strip_suffix(b"\n")
            .unwrap_or(payload)
            .split(|b| *b == b'\n')
        {
            push_spaces(out, self.layout.indent);
            let text = visible(line.strip_suffix(b"\r").unwrap_or(line));
            out.extend_from_slice(shown(&text, self.options.ascii).as_bytes());
            out.push(b'\n');
        }
    }

    /// Offset, eight groups of two bytes, and what is printable.
    fn push_payload_hex(&mut self) {
        let out = &mut self.out.buffer;
        for (index, bytes) in self.row.payload.chunks(BYTES_PER_LINE).enumerate() {
            push_spaces(out, 8);
            let mut offset = String::new();
            // Writing to a String cannot fail.
            let _ = write!(offset, "0x{:04x}:  ", index * BYTES_PER_LINE);
            out.extend_from_slice(offset.as_bytes());
            let start = out.len();
            for pair in bytes.chunks(2) {
                push_hex(out, pair);
                out.push(b' ');
            }
            let used = out.len() - start;
            push_spaces(out, 41usize.saturating_sub(used));
            out.extend(bytes.iter().map(|byte| match byte {
                b' '..=b'~' => *byte,
                _ => b'.',
            }));
            out.push(b'\n');
        }
    }
}
