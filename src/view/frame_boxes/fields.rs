//! The fields of the headers: names as the standards write them, widths in bits, values in words.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::timeline::PacketEntry;

/// The text of a value.
pub(super) struct Text(String);

impl<T: ToString> From<T> for Text {
    fn from(value: T) -> Self {
        Self(value.to_string())
    }
}

/// One field. Rows are 32 bits: widths add up to that, longer fields take whole rows.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) bits: usize,
    pub(super) value: String,
}

fn field(name: &'static str, bits: usize, value: impl Into<Text>) -> Field {
    Field {
        name,
        bits,
        value: value.into().0,
    }
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// RFC 791 section 3.1 with the names of RFC 2474 and 3168. At least 20 bytes.
pub(super) fn ipv4(h: &[u8]) -> Vec<Field> {
    let address = |at: usize| Ipv4Addr::new(h[at], h[at + 1], h[at + 2], h[at + 3]);
    let fragment = be16(h, 6);
    let mut fields = vec![
        field("Version", 4, h[0] >> 4),
        field("IHL", 4, h[0] & 15),
        field("DSCP", 6, h[1] >> 2),
        field("ECN", 2, h[1] & 3),
        field("Total Length", 16, be16(h, 2)),
        field("Identification", 16, format!("0x{:04x}", be16(h, 4))),
        field("Flags", 3, flags_of_fragment(fragment)),
        field("Fragment Offset", 13, (fragment & 0x1fff) * 8),
        field("Time to Live", 8, h[8]),
        field("Protocol", 8, protocol(h[9])),
        field("Header Checksum", 16, format!("0x{:04x}", be16(h, 10))),
        field("Source Address", 32, address(12)),
        field("Destination Address", 32, address(16)),
    ];
    if h.len() > 20 {
        fields.push(field("Options", (h.len() - 20) * 8, ""));
    }
    fields
}

/// `DF`, `MF`, or the bits.
fn flags_of_fragment(word: u16) -> &'static str {
    match word >> 13 {
        0 => "0",
        1 => "MF",
        2 => "DF",
        _ => "?",
    }
}

fn protocol(number: u8) -> String {
    match number {
        6 => "6 TCP".to_owned(),
        number => number.to_string(),
    }
}

/// RFC 8200 section 3. At least 40 bytes.
pub(super) fn ipv6(h: &[u8]) -> Vec<Field> {
    let address = |at: usize| {
        let mut octets = [0; 16];
        octets.copy_from_slice(&h[at..at + 16]);
        Ipv6Addr::from(octets)
    };
    let first = be32(h, 0);
    let mut fields = vec![
        field("Version", 4, h[0] >> 4),
        field("Traffic Class", 8, first >> 20 & 0xff),
        field("Flow Label", 20, format!("0x{:05x}", first & 0xf_ffff)),
        field("Payload Length", 16, be16(h, 4)),
        field("Next Header", 8, protocol(h[6])),
        field("Hop Limit", 8, h[7]),
        field("Source Address", 128, address(8)),
        field("Destination Address", 128, address(24)),
    ];
    if h.len() > 40 {
        fields.push(field("Extension Headers", (h.len() - 40) * 8, ""));
    }
    fields
}

/// RFC 9293 section 3.1. At least 20 bytes; relative numbers where the analysis knows them.
pub(super) fn tcp(h: &[u8], packet: Option<&PacketEntry>) -> Vec<Field> {
    let relative = |value: u32, relative: Option<u32>| match relative {
        Some(relative) if relative != value => format!("{value} (relative {relative})"),
        _ => value.to_string(),
    };
    let seen = packet
        .filter(|p| p.observation.analysed)
        .map(|p| p.observation);
    let has_ack = h[13] & 0x10 != 0;
    let bit = |name, mask: u8| field(name, 1, u8::from(h[13] & mask != 0));
    let window = match seen.filter(|seen| seen.window_scaled != u32::from(be16(h, 14))) {
        Some(seen) => format!("{} (= {})", be16(h, 14), seen.window_scaled),
        None => be16(h, 14).to_string(),
    };
    vec![
        field("Source Port", 16, be16(h, 0)),
        field("Destination Port", 16, be16(h, 2)),
        field(
            "Sequence Number",
            32,
            relative(be32(h, 4), seen.map(|s| s.seq)),
        ),
        field(
            "Acknowledgment Number",
            32,
            relative(be32(h, 8), seen.filter(|_| has_ack).map(|s| s.ack)),
        ),
        field("DOffset", 4, h[12] >> 4),
        field("Rsrvd", 4, h[12] & 15),
        bit("CWR", 0x80),
        bit("ECE", 0x40),
        bit("URG", 0x20),
        bit("ACK", 0x10),
        bit("PSH", 0x08),
        bit("RST", 0x04),
        bit("SYN", 0x02),
        bit("FIN", 0x01),
        field("Window", 16, window),
        field("Checksum", 16, format!("0x{:04x}", be16(h, 16))),
        field("Urgent Pointer", 16, be16(h, 18)),
    ]
}
