//! Duplicate ACKs in Multipath TCP (RFC 8684), and options of wrong sizes: each answer is tshark 4.0.17's for the same bytes.

use super::*;

/// The options named in a script, each padded to whole words.
fn option(name: &str) -> Vec<u8> {
    match name {
        "" => Vec::new(),
        "dss" => vec![30, 8, 0x20, 1, 1, 2, 3, 4],
        "cap" => [&[30, 12, 0, 0x81][..], &[0x55; 8]].concat(),
        "add" => vec![30, 8, 0x34, 2, 10, 0, 0, 7],
        "rem" => vec![30, 4, 0x40, 2],
        "prio" => vec![30, 3, 0x50, 1],
        other => panic!("no option {other}"),
    }
}

/// Plays empty ACKs (`c`, `s`; `C`, `S` for the SYNs) with options and tells the number of each duplicate one.
fn duplicates(script: &str) -> String {
    let mut play = Play::new();
    let mut numbers = Vec::new();
    for word in script.split(' ') {
        let (who, name) = word.split_at(1);
        let from = if who.eq_ignore_ascii_case("c") { C } else { S };
        play.options[from] = option(name);
        let seen = match who {
            "C" => play.send(C, "S", 0, 0, 0),
            "S" => play.send(S, "SA", 0, 1, 0),
            _ => play.send(from, "A", 1, 1, 0),
        };
        let number = seen.duplicate_ack.map(|(number, _)| number.to_string());
        numbers.push(number.unwrap_or_else(|| "-".to_owned()));
    }
    numbers.join(" ")
}

#[test]
fn an_ack_after_a_new_subtype_is_no_duplicate() {
    for (script, expected) in [
        ("c c c", "- 1 2"),
        ("cdss c c c c", "- - 1 2 3"),
        ("c cdss c c c", "- 1 - 2 3"),
        ("sdss c c c c", "- - 1 2 3"),
        ("c s sdss c s c s", "- - 1 - - 1 2"),
        ("Ccap Scap ccap c c", "- - - 1 2"),
        ("Ccap Scap c c c s s", "- - - 1 2 1 2"),
        ("C S c sdss s s cdss c s c", "- - - 1 - 2 - 1 3 2"),
        ("cadd srem c c s s", "- - - 1 - 1"),
        ("cadd sprio c c s s cadd c c s", "- - - 1 - 1 2 3 4 2"),
    ] {
        assert_eq!(duplicates(script), expected, "{script}");
    }
}

#[test]
fn a_sack_option_of_an_odd_size_counts_its_whole_blocks() {
    for size in [10, 12, 15] {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 30);
        play.options[S] = [&[5, size][..], &[0, 0, 0, 110, 0, 0, 0, 120]].concat();
        play.options[S].resize(usize::from(size).next_multiple_of(4), 0);
        play.send(S, "A", 1, 1, 0);
        let next = play.send(C, "PA", 31, 1, 20);
        assert_eq!(next.bytes_in_flight, Some(40), "{size}");
    }
}

#[test]
fn a_sack_option_without_a_block_ends_the_dissection_unless_the_ack_lies_before_the_beginning() {
    for (ack, told) in [(1, ""), (0, ""), (u32::MAX, "duplicate_ack")] {
        let mut play = Play::open();
        play.send(C, "A", 1, ack, 0);
        play.options[C] = vec![5, 8, 0, 0, 0, 1, 0, 0];
        assert_eq!(flags(play.send(C, "A", 1, ack, 0)), told, "{ack}");
    }
}

/// The keys of client and server, and the server's token in versions 0 and 1: how SHA-1 and SHA-256 of its key begin.
const KEYS: [[u8; 8]; 2] = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]];
const TOKENS: [[u8; 4]; 2] = [[0x7e, 0x18, 0x77, 0x9a], [0x34, 0x17, 0x9d, 0xe5]];

/// Two subflows, the second of which names the server by `token`; the number of each duplicate ACK.
fn two_subflows(version: u8, token: [u8; 4]) -> String {
    let mut play = Play::new();
    let mut numbers = Vec::new();
    let mut send = |port: u16, from: usize, flags: &str, options: &[u8]| {
        play.ends[C].port = port;
        play.options[from] = options.to_vec();
        let [seq, ack] = match flags {
            "S" => [0, 0],
            "SA" => [0, 1],
            _ => [1, 1],
        };
        let number = play.send(from, flags, seq, ack, 0).duplicate_ack;
        numbers.push(number.map_or_else(|| "-".to_owned(), |(number, _)| number.to_string()));
    };
    let capable = [&[30, 12, version, 0x81][..], &KEYS[S]].concat();
    let both = [&[30, 20, version, 0x81][..], &KEYS[C], &KEYS[S]].concat();
    let first = match version {
        0 => [&[30, 12, 0, 0x81][..], &KEYS[C]].concat(),
        _ => vec![30, 4, 1, 0x81],
    };
    send(1, C, "S", &first);
    send(1, S, "SA", &capable);
    send(1, C, "A", &both);
    for from in [C, C, C, S, S, S] {
        send(1, from, "A", &option("dss"));
    }
    let join = |size: u8, rest: &[u8]| [&[30, size, 0x10, 1][..], rest].concat();
    send(2, C, "S", &join(12, &[&token[..], b"nonc"].concat()));
    send(2, S, "SA", &join(16, b"12345678rand"));
    send(2, C, "A", &join(24, &[0x68; 20]));
    for turn in 0..4 {
        for (port, from) in [(1, C), (1, S), (2, C), (2, S)] {
            send(port, from, "A", &[]);
        }
        match turn {
            1 => send(2, S, "A", &option("rem")),
            2 => send(1, C, "A", &option("add")),
            _ => {}
        }
    }
    numbers.join(" ")
}

#[test]
fn subflows_of_one_connection_share_what_they_have_met() {
    let shared = "- - - 1 - 2 - 1 2 - - - - - 1 1 3 3 2 2 3 - - - - 4 - - - -";
    assert_eq!(two_subflows(0, TOKENS[0]), shared);
    assert_eq!(two_subflows(1, TOKENS[1]), shared);
    let apart = "- - - 1 - 2 - 1 2 - - - 3 3 1 1 4 4 2 2 3 5 5 - - 6 - - 3 4";
    assert_eq!(two_subflows(0, *b"abcd"), apart);
}

/// What is cut of an option counts only where somebody reads it: tshark tells how a frame is to be taken as long as the
/// checksum behind a mapping is all that is missing.
#[test]
fn an_option_may_be_cut_behind_what_is_read() {
    for (captured, told) in [(20, true), (18, true), (17, false)] {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 30);
        let signal = [
            30, 20, 0x20, 5, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0, 30, 0, 0,
        ];
        play.options[C] = signal[..captured].to_vec();
        let seen = play.send_claiming((C, "PA"), 40, 31, 1, 30);
        assert_eq!(seen.bytes_in_flight.is_some(), told, "{captured}");
    }
}

/// The last option of a quote may be cut: what it begins with counts.
#[test]
fn what_a_quote_shows_of_an_option_counts() {
    for (quoted, told) in [(false, "duplicate_ack"), (true, "")] {
        let mut play = Play::open();
        play.send(C, "A", 1, 1, 0);
        if quoted {
            play.options[S] = vec![30, 28, 0x30, 1, 0, 0, 0, 0];
            play.origin = SegmentOrigin::IcmpQuote {
                error: None,
                ends: true,
            };
            play.send_claiming((S, "A"), 48, 1, 1, 0);
            play.origin = SegmentOrigin::Direct;
        }
        assert_eq!(flags(play.send(C, "A", 1, 1, 0)), told);
    }
}
