//! Where tshark 4.0.17 finds TCP in IP and where it does not: protocols, options, extension headers, fragments, quotes.

use super::found::{ETHERNET, in_ip, ipv6, length, packet};
use super::{frame, ipv4, tcp};
use crate::packet::{Decoded, Decoder};

#[test]
fn protocols_of_ip() {
    let (inner, syn) = (packet(), tcp(5, b"abc"));
    assert!(in_ip(48, &[6, 0, 0, 0], &syn) && in_ip(48, &[4, 0, 0, 4, 0, 2, 0, 0], &inner));
    assert!(in_ip(48, &[6, 0, 0, 4, 224, 224, 0, 0], &syn));
    assert!(in_ip(53, &[0, 3, 0], &ipv6(6, &syn)) && !in_ip(53, &[0, 3, 0], &inner));
    // GRE: the acknowledgment is PPTP's; OSI; PPP as a byte stream, escaped or not, never without flags.
    assert!(in_ip(47, &[0, 0x80, 8, 0], &inner) && in_ip(47, &[0, 0, 0, 0xfe, 0xcc], &inner));
    assert!(in_ip(
        47,
        &[
            0x30, 0x81, 0x88, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x21
        ],
        &inner
    ));
    let stream = |start: &[u8]| in_ip(47, start, &[&inner[..], &[1, 2, 0x7e]].concat());
    assert!(stream(&[0, 0, 0x88, 0x81, 0x7e, 0xff, 3, 0, 0x21]));
    assert!(stream(&[0, 0, 0x88, 0x81, 0x7e, 0xff, 0x7d, 0x23, 0, 0x21]));
    assert!(!in_ip(47, &[0, 0, 0x88, 0x81, 0xff, 3, 0, 0x21], &inner));
    assert!(in_ip(80, &[0xcc], &inner) && in_ip(80, &[0x8e], &ipv6(6, &syn)));
    assert!(!in_ip(80, &[0, 0xcc], &inner) && !in_ip(80, &[0x80, 0, 0, 0, 8, 0], &inner));
    assert!(in_ip(2, &[0x14, 1, 0, 0, 0x10, 0, 0, 0], &inner));
    assert!(!in_ip(2, &[0x14, 1, 0, 0, 0, 0, 0, 0], &inner));
    for kind in [130, 133] {
        let options = |length| {
            let mut bytes = ipv4(6, 44, &[kind, length, 0, 0]);
            bytes[0] = 0x46;
            bytes.extend_from_slice(&tcp(5, &[]));
            matches!(Decoder::new().decode(&frame(101, &bytes)), Decoded::Tcp(_))
        };
        assert!(options(3) && !options(2), "option {kind}");
    }
    // Quick-Start: only a request (0) or a report (8) needs all of its 8 bytes.
    let quick_start = |function: u8| {
        let mut bytes = ipv4(6, 44, &[25, 4, function << 4, 0]);
        bytes[0] = 0x46;
        bytes.extend_from_slice(&tcp(5, &[]));
        matches!(Decoder::new().decode(&frame(101, &bytes)), Decoded::Tcp(_))
    };
    assert!(quick_start(7) && !quick_start(0) && !quick_start(8));
}

/// Options of length 0 are read with their fields all the same: an option type among these is none. Behind them stands one
/// whose length runs over the end of the packet, which ends the reading.
#[test]
fn ipv6_options_have_their_fields() {
    // 24 bytes of options, of which these are not zero.
    let read = |bytes: &[(usize, u8)]| {
        let mut header = [0; 24];
        (header[0], header[1]) = (6, 2);
        for &(at, byte) in bytes {
            header[at] = byte;
        }
        length(101, &ipv6(0, &[&header[..], &tcp(5, b"abc")].concat())) == Some(3)
    };
    let overrun = |at: usize| [(2 + at, 30), (3 + at, 255)];
    let found = |kind: u8, first: u8, at: usize| {
        read(&[&[(2, kind), (4, first)], &overrun(at)[..]].concat())
    };
    for (kind, first, fields) in [
        (38, 0x80, 8),
        (8, 0x13, 7),
        (109, 0x40, 6),
        (109, 0x80, 12),
        (48, 0, 6),
    ] {
        assert!(!found(kind, first, fields), "{kind} {first:#x}");
        assert!(found(kind, first, fields - 2), "{kind} {first:#x}");
    }
    // IOAM: a trace (type 0 or 1) has ten bytes, others two. An empty option ends the reading.
    let measured =
        |kind: u8, at: usize| read(&[&[(2, 49), (3, 2), (5, kind)], &overrun(at)[..]].concat());
    assert!(!measured(2, 4) && measured(0, 4) && !measured(0, 12) && !measured(2, 12));
    // Of the first node of a trace all must be there that its 22 bits announce, if it has a size and there is room for it.
    let trace =
        |words: u8, bits: u8| read(&[(2, 49), (3, 14), (8, words << 3), (10, bits), (11, bits)]);
    assert!(trace(1, 0) && trace(0, 0xff) && trace(2, 0xff) && !trace(1, 0xff));
    // CALIPSO with two words of compartments: an overrun among them is none, behind them it is.
    let compartments = |at: usize| read(&[&[(2, 7), (8, 2)], &overrun(at)[..]].concat());
    assert!(compartments(14) && !compartments(18));
    // Neither a rate nor a tagger: the byte behind the length is the next option's type, the overrun in its data.
    assert!(found(38, 0x10, 3) && found(8, 0x80, 3));
}

#[test]
fn ipv6_headers() {
    let syn = tcp(5, b"abc");
    let extension = |kind, header: &[u8]| length(101, &ipv6(kind, &[header, &syn].concat()));
    // Source routes: more left than there is room for.
    for (kind, fits, too_many) in [(5, 1, 2), (6, 0, 1)] {
        assert_eq!(extension(43, &[6, 0, kind, fits, 0, 0, 0, 0]), Some(3));
        assert_eq!(extension(43, &[6, 0, kind, too_many, 0, 0, 0, 0]), None);
        // A route whose identifiers are all in use is given up: the one behind the last is looked for.
        assert_eq!(extension(43, &[6, 0, kind, 0, 0, 1, 0, 1]), None);
        assert_eq!(extension(43, &[6, 0, kind, too_many, 0, 1, 0, 1]), None);
    }
    let low_power = |left_out| {
        let header = [6, 1, 3, 1, left_out, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
        extension(43, &header)
    };
    assert_eq!(
        (low_power(0), low_power(0x88), low_power(0x90)),
        (None, Some(3), Some(3))
    );
    // CALIPSO: its bitmap would end behind the packet (208 words), or does not (3 words).
    assert_eq!(extension(60, &[6, 0, 0, 0, 0, 7, 1, 0]), None);
    assert_eq!(extension(60, &[6, 0, 7, 4, 0, 0, 0, 0]), Some(3));
    assert_eq!(extension(0, &[6, 0, 49, 0, 0, 0, 0, 0]), None);
    // LISP's old port: without IP options.
    let lisp = |first: u8, options: usize| {
        let mut inner = ipv4(6, 43, &[&vec![0; options][..], &syn].concat());
        (inner[0], inner[3]) = (first, 43 + options as u8);
        let size = 16 + inner.len() as u8;
        in_ip(
            17,
            &[0, 5, 0x75, 0x4e, 0, size, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0],
            &inner,
        )
    };
    assert!(lisp(0x45, 0) && !lisp(0x46, 4));
    // UDP without a length is a jumbogram's.
    let vxlan = [&[8, 0, 0, 0, 0, 0, 9, 0], ETHERNET, &[8, 0], &packet()].concat();
    let datagram = [&[0, 5, 0x12, 0xb5, 0, 0, 0, 0], &vxlan[..]].concat();
    assert_eq!(length(101, &ipv6(17, &datagram)), Some(3));
    assert!(!in_ip(17, &datagram, &[]));
}

/// A fragment behind a route or a home address, then one without: only if the addresses are the same in the end.
#[test]
fn fragments_of_ipv6_meet_by_their_final_addresses() {
    let segment = tcp(5, &[7; 60]);
    let piece = |(next, extension): (u8, &[u8]), offset: usize, size: usize| {
        let more = u8::from(offset == 0);
        let header = [6, 0, 0, offset as u8 | more, 0, 0, 0, 7];
        let part = &segment[offset..offset + size];
        ipv6(next, &[extension, &header, part].concat())
    };
    let other = [9; 16];
    let route = |left| [&[44, 2, 0, left, 0, 0, 0, 0], &other[..]].concat();
    let home = [&[44, 2, 1, 2, 0, 0, 201, 16], &other[..]].concat();
    for (next, extension, whole) in [
        (43, route(0), true),
        (43, route(1), false),
        (60, home, false),
    ] {
        let mut decoder = Decoder::new();
        decoder.decode(&frame(229, &piece((next, &extension), 0, 40)));
        let last = piece((44, &[]), 40, 40);
        let found = matches!(decoder.decode(&frame(229, &last)), Decoded::Tcp(_));
        assert_eq!(found, whole, "{next} {extension:x?}");
    }
}

/// Words that an ICMP error says its quote has: tshark counts them from behind the IP header.
#[test]
fn lengths_of_quotes() {
    let quote = |words: u8| {
        let message = [&[3, 3, 0, 0, 0, words, 0, 0], &packet()[..]].concat();
        let outer = ipv4(1, 20 + message.len() as u16, &message);
        match Decoder::new().decode(&frame(101, &outer)) {
            Decoded::Tcp(segment) => segment.header_captured,
            Decoded::PartialHeader(_) => 0,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([0, 1, 3, 4, 5, 9].map(quote), [20, 0, 0, 16, 20, 20]);
}

/// What tshark gives a packet up for it forgives a quote.
#[test]
fn broken_options_of_quotes() {
    let syn = tcp(5, b"abc");
    let mut secured = ipv4(6, 51, &[&[134, 5, 0, 0, 0, 0, 0, 0], &syn[..]].concat());
    secured[0] = 0x47;
    let routed = ipv6(43, &[&[6, 0, 5, 0, 0, 1, 0, 1], &syn[..]].concat());
    for (packet, kind, protocol) in [(secured, 3, 1), (routed, 1, 58)] {
        assert_eq!(length(101, &packet), None);
        let message = [&[kind, 0, 0, 0, 0, 0, 0, 0], &packet[..]].concat();
        let error = match protocol {
            58 => ipv6(58, &message),
            _ => ipv4(1, 20 + message.len() as u16, &message),
        };
        assert_eq!(length(101, &error), Some(0), "no length of quotes");
    }
}
