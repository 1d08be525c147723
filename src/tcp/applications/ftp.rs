//! Connections that an FTP control connection announces (RFC 959 `PORT` and 227, RFC 2428 229) before their first segment.
//!
//! Must not know: streams. The rules were found by asking tshark 4.0.17 about crafted conversations.

use std::net::Ipv4Addr;

use super::announced::{Announced, Expected};
use crate::net::Endpoint;
use crate::packet::Segment;

/// The port of an FTP server's control connection.
const CONTROL: u16 = 21;
/// The port an FTP server opens data connections from (RFC 959 section 3.2).
const DATA: u16 = 20;

/// It may be part of an FTP control connection.
#[inline]
pub(super) const fn is_control(segment: &Segment<'_>) -> bool {
    (segment.destination.port == CONTROL || segment.source.port == CONTROL)
        && !segment.payload.is_empty()
}

/// Reads a segment of a control connection; only its first line is looked at. `known` tells whether a connection between two
/// ends exists already.
pub(super) fn read(
    announced: &mut Announced,
    segment: &Segment<'_>,
    known: impl FnOnce(Endpoint, Endpoint) -> bool,
) {
    let line = first_line(segment.payload);
    if segment.destination.port == CONTROL {
        let Some(end) = line.strip_prefix(b"PORT ").and_then(six_numbers) else {
            return;
        };
        let from = Endpoint::new(segment.destination.ip, DATA);
        let expected = Expected {
            end,
            peer: Some(from.ip),
            peer_port: Some(DATA),
        };
        if !announced.waits_for(&expected) && !known(end, from) {
            announced.wait_for(expected);
        }
        return;
    }
    // The code and one character behind it.
    let text = line.get(4..).unwrap_or_default();
    let end = match line.get(..3) {
        Some(b"227") => six_numbers(text),
        Some(b"229") => extended_port(text).map(|port| Endpoint::new(segment.source.ip, port)),
        _ => None,
    };
    if let Some(end) = end {
        announced.wait_for(Expected {
            end,
            peer: Some(segment.destination.ip),
            peer_port: None,
        });
    }
}

/// Up to the end of the line or a NUL.
fn first_line(payload: &[u8]) -> &[u8] {
    let end = payload
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n' | 0));
    &payload[..end.unwrap_or(payload.len())]
}

/// The first six numbers with commas between them (RFC 959 section 4.1.2): an address and a port, a byte each.
fn six_numbers(text: &[u8]) -> Option<Endpoint> {
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        if let Some([a, b, c, d, high, low]) = numbers_at(&text[at..]) {
            let port = u16::from_be_bytes([high, low]);
            return Some(Endpoint::new(Ipv4Addr::new(a, b, c, d).into(), port));
        }
        at += text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    }
    None
}

/// Six numbers at the start of `text`. Blanks may stand before each, a comma must follow at once.
fn numbers_at(mut text: &[u8]) -> Option<[u8; 6]> {
    let mut numbers = [0; 6];
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 {
            text = text.strip_prefix(b",")?.trim_ascii_start();
        }
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let (value, rest) = text.split_at(digits);
        // As C reads it into a byte: modulo 256.
        *number = value.iter().fold(None, |value: Option<u8>, digit| {
            let tens = value.unwrap_or(0).wrapping_mul(10);
            Some(tens.wrapping_add(digit - b'0'))
        })?;
        text = rest;
    }
    Some(numbers)
}

/// The port of `(|||port|)`, with any delimiter (RFC 2428 section 3).
fn extended_port(text: &[u8]) -> Option<u16> {
    let open = text.iter().position(|&byte| byte == b'(')?;
    let (delimiters, rest) = text[open + 1..].split_first_chunk::<3>()?;
    let [first, second, third] = *delimiters;
    if first.is_ascii_digit() || first != second || second != third || !rest.contains(&b')') {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Endpoint {
        text.parse().expect("an endpoint")
    }

    /// Each of these was put to tshark 4.0.17.
    #[test]
    fn six_numbers_are_found_as_tshark_finds_them() {
        let ftp = Some(end("10.0.0.2:4097"));
        for text in [
            "Entering Passive Mode (10,0,0,2,16,1).",
            "x 10,0,0,2,16,1",
            "=10,0,0,2,16,1",
            "Ent3ring 5 (10,0,0,2,16,1",
            "1,2,3 (10,0,0,2,16,1,9)",
            "(010,000,000,002,016,001)",
            "(10, 0, 0, 2, 16, 1)",
            "(266,0,0,2,16,257)",
            "12345678901234567890 (10,0,0,2,16,1)",
        ] {
            assert_eq!(six_numbers(text.as_bytes()), ftp, "{text}");
        }
        for text in ["(10,0,0,2,16)", "(10 ,0 ,0,2,16,1)", "10,0,0,10,0,0,2,16,1"] {
            assert_ne!(six_numbers(text.as_bytes()), ftp, "{text}");
        }
    }

    #[test]
    fn the_extended_port() {
        for text in [
            "Extended (|||4097|)",
            "(!!!4097!)",
            "(|||4097)",
            "(||| 04097|)x(",
        ] {
            assert_eq!(extended_port(text.as_bytes()), Some(4097), "{text}");
        }
        for text in [
            "|||4097|",
            "(|||4097|",
            "(xyz4097|)",
            "(1114097|)",
            "(|||69633|)",
            "(|1|10.0.0.2|4097|)",
        ] {
            assert_eq!(extended_port(text.as_bytes()), None, "{text}");
        }
    }
}
