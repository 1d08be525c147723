//! shim6 (RFC 5533, RFC 5534): payload behind eight bytes, and control messages, behind which tshark goes on as well.
//!
//! Owns: which messages tshark 4.0.17 reads to their end. It looks for their fields one byte early, and for the options behind
//! them as if what stands before the fields stood there twice. Must not know: what a message is for.

use super::v6;
use crate::packet::step::Step;
use crate::packet::view::{Broken, View};

/// Where the fields of a message begin for tshark.
const FIELDS: usize = 5;
/// Kind and length of an option.
const OPTION_HEADER: usize = 4;

/// The packet behind a shim6 header.
pub(in crate::packet) fn header(view: View<'_>) -> Step<'_> {
    const PAYLOAD: u8 = 0x80;
    let kind = view.u8(2)?;
    if kind & PAYLOAD == 0 {
        let size = (usize::from(view.u8(1)?) + 1) * 8;
        view.skip(size)?;
        options(view, FIELDS + fields(view, kind)?, size)?;
    }
    v6::extension(view)
}

/// How many bytes the fields of a message of this kind take. They must be there.
fn fields(view: View<'_>, kind: u8) -> Result<usize, Broken> {
    const PROBE: u8 = 0x43;
    let size = match kind {
        1 | 2 | 4 | 5 | 0x40..=0x42 => 10,
        3 => 18,
        6 => 26,
        PROBE => {
            let counts = view.u8(FIELDS + 6)?;
            10 + 40 * usize::from((counts >> 4) + (counts & 0x0f))
        }
        _ => 0,
    };
    view.skip(FIELDS + size)?;
    Ok(size)
}

/// Every option up to the end of the message must be there as a whole.
fn options(view: View<'_>, fields_end: usize, size: usize) -> Result<(), Broken> {
    let mut at = FIELDS + fields_end;
    while at < size {
        let option = view.skip(at + OPTION_HEADER)?;
        let content = usize::from(option.u16(2)?);
        let total = (OPTION_HEADER + content).next_multiple_of(8);
        option.skip(total)?;
        option.skip(content_end(option, content)?)?;
        at += total;
    }
    Ok(())
}

/// Where the reading of this option ends, whatever its length says.
fn content_end(option: View<'_>, content: usize) -> Result<usize, Broken> {
    const LOCATORS: u16 = 2;
    const PREFERENCES: u16 = 3;
    const PAIR: u16 = 6;
    Ok(match option.u16(0)? >> 1 {
        LOCATORS => {
            let count = usize::from(option.u8(4)?);
            12 + count / 8 * 8 + 16 * count
        }
        PREFERENCES => match usize::from(option.u8(4)?) {
            size @ 1..=3 => {
                let padding =
                    (OPTION_HEADER + content).next_multiple_of(8) - OPTION_HEADER - content;
                5 + content.saturating_sub(1).next_multiple_of(size) + padding
            }
            _ => 5,
        },
        PAIR => 36,
        _ => OPTION_HEADER,
    })
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::found::{ipv6, length};
    use crate::packet::tests::tcp;

    /// A message of this kind and so many words behind the first, with bytes of it, before a SYN with so many bytes of data.
    fn message(kind: u8, words: u8, bytes: (usize, &[u8]), data: usize) -> bool {
        let mut header = vec![0; 8 + 8 * usize::from(words)];
        header[..3].copy_from_slice(&[6, words, kind]);
        header[bytes.0..bytes.0 + bytes.1.len()].copy_from_slice(bytes.1);
        header.extend(tcp(5, &vec![0; data]));
        length(101, &ipv6(140, &header)) == Some(data as u32)
    }

    #[test]
    fn payload_and_messages_with_their_fields() {
        assert!(message(0x80, 0, (0, &[]), 3) && message(0xff, 9, (0, &[]), 3));
        for (kind, words) in [(1, 1), (3, 2), (6, 3), (0x42, 1)] {
            assert!(message(kind, words, (0, &[]), 3), "{kind}");
        }
    }

    /// How much must follow the header for each, as tshark 4.0.17 was found to want it.
    #[test]
    fn options_and_probes_end_within_the_packet() {
        let option = |kind: u8, content: u8, count: u8| [0, kind << 1, 0, content, count];
        for (option, data) in [
            (option(10, 40, 0), 18),
            (option(3, 23, 3), 4),
            (option(3, 23, 9), 2),
            (option(2, 12, 1), 0),
            (option(2, 12, 9), 134),
            (option(6, 12, 0), 6),
        ] {
            assert!(message(0, 2, (14, &option), data), "{option:?}");
            assert!(
                data == 0 || !message(0, 2, (14, &option), data - 1),
                "{option:?}"
            );
        }
        for (counts, data) in [(0, 0), (0x01, 19), (0x10, 19), (0x11, 59)] {
            assert!(message(0x43, 1, (11, &[counts]), data), "{counts:x}");
            assert!(
                data == 0 || !message(0x43, 1, (11, &[counts]), data - 1),
                "{counts:x}"
            );
        }
    }
}
