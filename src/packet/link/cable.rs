//! DOCSIS, as a cable modem's termination system hands its frames to a capture (link type 143): a header of its own
//! in front of Ethernet.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Frame control, a parameter, the length of what follows the first four bytes, possibly an extended header, the header's
/// check sequence. tshark reads on only where that is right.
pub(super) fn frame(view: View<'_>) -> Step<'_> {
    const EXTENDED: u8 = 0x01;
    let (control, parameter) = (view.u8(0)?, usize::from(view.u8(1)?));
    let extended = if control & EXTENDED == 0 {
        0
    } else {
        parameter
    };
    let length = usize::from(view.u16(2)?);
    let rest = view.skip(4 + extended + 2)?;
    let check = view.array(4 + extended).map(u16::from_le_bytes)?;
    let header = &view.data[..4 + extended];
    if !carries_packets(control)
        || length <= extended
        || check != check_sequence(header)
        || is_encrypted(&header[4..])
    {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Ok((Protocol::Ethernet, rest))
}

/// Packets and isolated packets, but not the kind that is reserved among them.
fn carries_packets(control: u8) -> bool {
    const RESERVED: u8 = 0x08;
    control & 0x40 == 0 && control & 0x3e != RESERVED
}

/// One of the extended header's elements (type and length in a byte) says that the packet is encrypted.
fn is_encrypted(mut elements: &[u8]) -> bool {
    /// Baseline privacy upstream, downstream, and with several channels.
    const PRIVACY: [u8; 3] = [3, 4, 7];
    const ENABLED: u8 = 0x80;
    while let Some((&first, rest)) = elements.split_first() {
        let value = rest.get(..usize::from(first & 0x0f)).unwrap_or(rest);
        if PRIVACY.contains(&(first >> 4)) && value.get(1).is_none_or(|byte| byte & ENABLED != 0) {
            return true;
        }
        elements = &rest[value.len()..];
    }
    false
}

/// CRC-16 of ITU-T X.25.
fn check_sequence(bytes: &[u8]) -> u16 {
    const POLYNOMIAL: u16 = 0x8408;
    !bytes.iter().fold(0xffff, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte), |sum, _| {
            let carry = sum & 1;
            (sum >> 1) ^ (carry * POLYNOMIAL)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::check_sequence;
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    /// Whether a SYN is found behind this header, whose check sequence is right but for `damage`.
    fn finds(header: &[u8], damage: u16) -> bool {
        let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
        let check = (check_sequence(header) ^ damage).to_le_bytes();
        let bytes = [header, &check, &ethernet, &ipv4(6, 40, &tcp(5, &[]))].concat();
        matches!(Decoder::new().decode(&frame(143, &bytes)), Decoded::Tcp(_))
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn packets_in_the_clear() {
        assert_eq!(check_sequence(&[0, 0, 0, 58]), 0x6207);
        assert!(finds(&[0, 0, 0, 58], 0) && finds(&[0x80, 0, 0, 58], 0));
        assert!(finds(&[1, 5, 0, 63, 0x34, 0x10, 0, 0, 0], 0));
        assert!(finds(&[1, 3, 0, 61, 0x62, 0, 0x80], 0), "no privacy");
        assert!(
            !finds(&[1, 5, 0, 63, 0x34, 0x10, 0x80, 0, 0], 0),
            "encrypted"
        );
        assert!(!finds(&[0, 0, 0, 58], 1), "check sequence");
        assert!(!finds(&[0, 0, 0, 0], 0), "no packet");
        assert!(!finds(&[8, 0, 0, 58], 0) && !finds(&[0xc0, 0, 0, 58], 0));
    }
}
