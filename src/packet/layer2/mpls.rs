//! MPLS label stacks (RFC 3032) and what pseudowires carry (RFC 4385, RFC 4448).
//!
//! A stack does not say what it carries: like tshark, look at the first nibble.

use super::ether_types::is_known_type;
use super::type_field::MAX_LENGTH;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// A generic associated channel, whatever its first nibble says.
const CHANNEL: u32 = 13;
/// OAM alert, whose payload is not for us.
const NOT_DATA: u32 = 14;

/// A label stack up to its bottom.
pub(in crate::packet) fn stack(mut view: View<'_>) -> Step<'_> {
    loop {
        let entry = view.u32(0)?;
        view = view.skip(4)?;
        if entry & 0x100 == 0 {
            continue;
        }
        return match entry >> 12 {
            CHANNEL => channel(view),
            NOT_DATA => Err(Stop::NotTcp(NotTcp::OtherNetwork(0x8847))),
            _ => payload(view),
        };
    }
}

/// IP by its version, an associated channel by its type, Ethernet with or without control word by its looks.
fn payload(view: View<'_>) -> Step<'_> {
    match view.u8(0)? >> 4 {
        4 => Ok((Protocol::Ip, view)),
        6 => Ok((Protocol::Ipv6, view)),
        1 => channel(view),
        0 if looks_like_ethernet(view) => Ok((Protocol::Ethernet, view)),
        0 => Ok((Protocol::Ethernet, view.skip(4)?)),
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(0x8847))),
    }
}

/// An associated channel (RFC 4385 section 5) of IP.
fn channel(view: View<'_>) -> Step<'_> {
    match view.u16(2)? {
        0x0021 => Ok((Protocol::Ip, view.skip(4)?)),
        0x0057 => Ok((Protocol::Ipv6, view.skip(4)?)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Two unicast addresses that a vendor could have assigned, and a type behind them rather than behind a control word.
/// tshark asks its list of vendors instead, in which the numbers that were given out first are all taken: zeroes of a control
/// word look like one of these.
fn looks_like_ethernet(view: View<'_>) -> bool {
    let vendor = |at| view.u8(at).is_ok_and(|byte| byte.trailing_zeros() >= 2);
    let is_taken = |at| {
        matches!(
            view.array(at),
            Ok([
                0,
                0..=0x26 | 0x30 | 0x40 | 0x50 | 0x60 | 0x80 | 0x90 | 0xa0 | 0xc0 | 0xd0 | 0xe0
            ])
        )
    };
    let is_type = |at| view.u16(at).is_ok_and(is_known_type);
    let is_length = |at| view.u16(at).is_ok_and(|number| number <= MAX_LENGTH);
    let by_type = is_type(12) || !is_type(16) && is_length(12);
    vendor(0) && vendor(6) && by_type || is_taken(0) && is_taken(6)
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    /// Whether a SYN is found behind a label and `header`.
    fn finds(label: u8, header: &[u8]) -> bool {
        let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47];
        let labels = [0, label >> 4, label << 4 | 1, 64];
        let bytes = [&ethernet[..], &labels, header, &ipv4(6, 40, &tcp(5, &[]))].concat();
        matches!(Decoder::new().decode(&frame(1, &bytes)), Decoded::Tcp(_))
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn pseudowires_and_channels() {
        // With a control word; the third byte of the destination could begin a vendor's source.
        let controlled = [
            0, 0, 0, 9, 0, 0xa1, 0xde, 0x43, 0xd3, 0x36, 0xd4, 0x68, 0x67, 0xab, 0x6a, 0x42, 8, 0,
        ];
        let plain = &controlled[4..];
        assert!(finds(100, &controlled) && finds(100, plain));
        // Other first nibbles are neither IP nor Ethernet.
        let other = [
            0xec, 0x3e, 0xf7, 0x68, 0x17, 0x72, 0, 0x50, 0x43, 6, 0x17, 0x64, 8, 0,
        ];
        assert!(!finds(100, &other));
        // A control word and made-up addresses of zeroes look like addresses of old vendors, Xerox the first.
        let mut zeroes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0];
        assert!(!finds(100, &zeroes));
        for (second, found) in [(0x26, false), (0x3b, true), (0x80, false), (0x81, true)] {
            zeroes[1] = second;
            assert_eq!(finds(100, &zeroes), found, "{second}");
        }
        assert!(finds(100, &[0x10, 0, 0, 0x21]) && finds(13, &[0x20, 0, 0, 0x21]));
        assert!(!finds(13, &[]) && !finds(14, &[]));
    }
}
