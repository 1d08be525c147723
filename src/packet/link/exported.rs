//! Packets that Wireshark exported from other frames ("Export PDUs to File", link type 252).

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Tags, each with its length, up to an end tag; one of them names what follows.
pub(super) fn frame(mut view: View<'_>) -> Step<'_> {
    const END: u16 = 0;
    const PROTOCOL: u16 = 12;
    let mut protocol = None;
    loop {
        let (tag, length) = (view.u16(0)?, usize::from(view.u16(2)?));
        let rest = view.skip(4)?;
        view = rest.skip(length)?;
        match tag {
            END => break,
            PROTOCOL => protocol = named(rest.limit(length).data),
            _ => {}
        }
    }
    match protocol {
        Some(protocol) => Ok((protocol, view)),
        None => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Of Wireshark's names those that carry IP, padded with zeroes. Without addresses TCP itself is not followed.
fn named(name: &[u8]) -> Option<Protocol> {
    Some(match name.split(|&byte| byte == 0).next()? {
        b"ip" => Protocol::Ip,
        b"ipv6" => Protocol::Ipv6,
        b"eth_withoutfcs" | b"eth_maybefcs" => Protocol::Ethernet,
        b"llc" => Protocol::Llc,
        b"wlan" => Protocol::WLAN,
        b"mpls" => Protocol::Mpls,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    fn finds(tags: &[u8], header: &[u8]) -> bool {
        let bytes = [tags, &[0; 4], header, &ipv4(6, 40, &tcp(5, &[]))].concat();
        matches!(Decoder::new().decode(&frame(252, &bytes)), Decoded::Tcp(_))
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn exported_packets() {
        assert!(finds(b"\0\x0c\0\x02ip", &[]) && finds(b"\0\x0c\0\x04ip\0\0", &[]));
        assert!(finds(b"\0\x0c\0\x04ip\0\0\0\x14\0\x04abcd", &[]));
        assert!(finds(b"\0\x0c\0\x03llc", &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]));
        assert!(!finds(b"\0\x0c\0\x04http", &[]) && !finds(b"", &[]));
    }
}
