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
