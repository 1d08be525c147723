//! TCP options, one per line: bytes, hex, name and value.

use std::fmt::Write as _;

use crate::explain::Explainer;
use crate::packet::{TcpOption, TcpOptions};

/// Appends the options of a header. `at`: offset of the first option byte in the frame.
pub(super) fn list(out: &mut String, words: &Explainer, bytes: &[u8], at: usize) {
    if bytes.is_empty() {
        return;
    }
    words.say(out, "frame-options", &[]);
    out.push_str(":\n");
    let starts: Vec<(usize, TcpOption<'_>)> = TcpOptions(bytes).iter().collect();
    for (index, (start, option)) in starts.iter().enumerate() {
        let end = match option {
            TcpOption::EndOfList => bytes.len(),
            _ => starts.get(index + 1).map_or(bytes.len(), |next| next.0),
        };
        let hex: Vec<String> = bytes[*start..end]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let range = format!("{}-{}", at + start, at + end - 1);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "  byte {range:<8} {:<31} {}",
            hex.join(" "),
            text(option)
        );
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
