//! TCP options, one per line: bytes, hex, name and value.

use super::draw::hex;
use super::page::Page;
use crate::explain::Explainer;
use crate::packet::{TcpOption, TcpOptions};

/// Appends the options of a header. `at`: offset of the first option byte in the frame.
pub(super) fn list(page: &mut Page, words: &Explainer, bytes: &[u8], at: usize) {
    if bytes.is_empty() {
        return;
    }
    page.text(&format!("{}:", words.text("frame-options", &[])));
    let starts: Vec<(usize, TcpOption<'_>)> = TcpOptions(bytes).iter().collect();
    let lines: Vec<Line> = starts
        .iter()
        .enumerate()
        .map(|(index, (start, option))| {
            let end = match option {
                TcpOption::EndOfList => bytes.len(),
                _ => starts.get(index + 1).map_or(bytes.len(), |next| next.0),
            };
            Line {
                label: format!("  byte {:<8} ", format!("{}-{}", at + start, at + end - 1)),
                hex: hex(&bytes[*start..end]),
                text: text(option),
            }
        })
        .collect();
    let fits = |line: &Line| line.in_columns().len() <= page.width;
    let in_columns = lines.iter().all(fits);
    for line in &lines {
        if in_columns {
            page.push(&line.in_columns());
        } else {
            page.entry(&line.label, "", &line.text, &line.hex);
        }
    }
}

/// One option.
struct Line {
    label: String,
    hex: String,
    text: String,
}

impl Line {
    /// All of it on one line, texts below each other.
    fn in_columns(&self) -> String {
        format!("{}{:<31} {}", self.label, self.hex, self.text)
    }
}

/// Kind, name and value.
fn text(option: &TcpOption<'_>) -> String {
    match option {
        TcpOption::EndOfList => "0 End of Option List".to_owned(),
        TcpOption::NoOperation => "1 No-Operation".to_owned(),
        TcpOption::MaximumSegmentSize(mss) => format!("2 Maximum Segment Size = {mss}"),
        TcpOption::WindowScale(shift) => {
            format!(
                "3 Window Scale = {shift} (times {})",
                1u32 << (*shift).min(14)
            )
        }
        TcpOption::SackPermitted => "4 SACK Permitted".to_owned(),
        TcpOption::Sack(blocks) => {
            let blocks: Vec<String> = blocks.iter().map(|(l, r)| format!("{l}-{r}")).collect();
            format!("5 SACK = {}", blocks.join(" "))
        }
        TcpOption::Timestamps { value, echo } => {
            format!("8 Timestamps: value {value}, echo {echo}")
        }
        TcpOption::Other { kind, data } => format!("{kind}: {} bytes", data.len()),
    }
}
