//! Zeek's words (Z-1 to Z-5) and `tcp.completeness` (C-1 to C-3).

use super::*;

/// Plays frames given as (from, flags, seq, ack, len) and returns `conn_state` and `history`.
fn zeek(frames: &[(usize, &str, u32, u32, u32)]) -> (&'static str, String) {
    let mut play = Play::new();
    for &(from, flags, seq, ack, len) in frames {
        play.send(from, flags, seq, ack, len);
    }
    let summary = play.summary();
    (summary.conn_state, summary.history.as_str().to_owned())
}

const SYN: (usize, &str, u32, u32, u32) = (C, "S", 0, 0, 0);
const SYN_ACK: (usize, &str, u32, u32, u32) = (S, "SA", 0, 1, 0);
const THIRD: (usize, &str, u32, u32, u32) = (C, "A", 1, 1, 0);

#[test]
fn the_typical_ones() {
    let word = |state, history: &str| (state, history.to_owned());
    assert_eq!(zeek(&[SYN]), word("S0", "S"));
    assert_eq!(zeek(&[SYN, (S, "RA", 0, 1, 0)]), word("REJ", "Sr"));
    assert_eq!(zeek(&[SYN, SYN_ACK, THIRD]), word("S1", "ShA"));
    let chat = [
        SYN,
        SYN_ACK,
        THIRD,
        (C, "PA", 1, 1, 5),
        (S, "A", 1, 6, 0),
        (S, "PA", 1, 6, 5),
        (C, "A", 6, 6, 0),
    ];
    let closed = [
        &chat[..],
        &[(C, "FA", 6, 6, 0), (S, "FA", 6, 7, 0), (C, "A", 7, 7, 0)],
    ]
    .concat();
    assert_eq!(zeek(&closed), word("SF", "ShADadFf"));
    let killed = [&chat[..], &[(C, "RA", 6, 6, 0)]].concat();
    assert_eq!(zeek(&killed), word("RSTO", "ShADadR"));
    let aborted = [&chat[..], &[(S, "RA", 6, 6, 0)]].concat();
    assert_eq!(zeek(&aborted), word("RSTR", "ShADadr"));
    let left = [&chat[..], &[(C, "FA", 6, 6, 0), (S, "A", 6, 7, 0)]].concat();
    assert_eq!(zeek(&left), word("S2", "ShADadF"));
    let server_left = [&chat[..], &[(S, "FA", 6, 6, 0), (C, "A", 6, 7, 0)]].concat();
    assert_eq!(zeek(&server_left), word("S3", "ShADadf"));
}

#[test]
fn the_rare_ones() {
    let word = |state, history: &str| (state, history.to_owned());
    assert_eq!(zeek(&[SYN, (C, "R", 1, 0, 0)]), word("RSTOS0", "SR"));
    assert_eq!(zeek(&[SYN, (C, "FA", 1, 0, 0)]), word("SH", "SF"));
    assert_eq!(zeek(&[(C, "A", 1, 1, 0)]), word("OTH", "A"));
    // The SYN,ACK first, then the client: roles are flipped.
    assert_eq!(zeek(&[SYN_ACK, THIRD]).1, "^hA");
    // Again with the same number: no new letter; with another, one more.
    assert_eq!(zeek(&[SYN, SYN]).1, "S");
    // A copy of data, and a closed window.
    let copy = [SYN, SYN_ACK, THIRD, (C, "PA", 1, 1, 5), (C, "PA", 1, 1, 5)];
    assert_eq!(zeek(&copy).1, "ShADT");
    // An ACK of what was never captured: a gap of the other side.
    let gap = [SYN, SYN_ACK, THIRD, (S, "A", 1, 50, 0)];
    assert_eq!(zeek(&gap).1, "ShAaG");
}

/// Zeek counts by sequence numbers: copies once, and what was acknowledged also where it was never captured.
#[test]
fn bytes_by_sequence_numbers_and_bytes_missed() {
    let count = |frames: &[(usize, &str, u32, u32, u32)]| {
        let mut play = Play::open();
        for &(from, flags, seq, ack, len) in frames {
            play.send(from, flags, seq, ack, len);
        }
        let summary = play.summary();
        let bytes = summary.sequence_bytes;
        (bytes.client, bytes.server, summary.missed_bytes)
    };
    let data = |seq, len| (C, "PA", seq, 1, len);
    let ack = |ack| (S, "A", 1, ack, 0);
    let (fin, fins) = (
        (C, "FA", 101, 1, 0),
        [(S, "FA", 1, 102, 0), (C, "A", 102, 2, 0)],
    );
    assert_eq!(count(&[]), (0, 0, 0));
    assert_eq!(count(&[data(1, 100), fin, fins[0], fins[1]]), (100, 0, 0));
    // A copy, and a hole that is filled before its ACK.
    assert_eq!(count(&[data(1, 100), data(1, 100), ack(101)]), (100, 0, 0));
    let filled = [data(1, 100), data(201, 100), data(101, 100), ack(301)];
    assert_eq!(count(&filled), (300, 0, 0));
    // Two holes, told by one ACK; then one behind everything seen, told by three; then a FIN that was not captured.
    let holes = [data(1, 100), data(201, 100), data(401, 100), ack(501)];
    assert_eq!(count(&holes), (500, 0, 200));
    let tail = [data(1, 100), ack(301), ack(301), ack(401)];
    assert_eq!(count(&tail), (400, 0, 300));
    assert_eq!(count(&[data(1, 100), ack(102)]).2, 0);
    // Half the circle away.
    let half = [data(1, 100), data(1, 10), ack(101 + (1 << 31))];
    assert_eq!(count(&half).2, 1 << 31);
    // Not acknowledged yet: nobody knows that it arrived.
    assert_eq!(
        count(&[data(1, 100), data(201, 100), ack(101)]),
        (300, 0, 0)
    );
    // Nothing was sent but the SYN that is refused.
    let mut refused = Play::new();
    refused.send(C, "S", 0, 0, 0);
    refused.send(S, "RA", 0, 1, 0);
    assert_eq!(refused.summary().sequence_bytes, PerSide::default());
}

#[test]
fn c1_to_c3_completeness() {
    let value = |frames: &[(usize, &str, u32, u32, u32)]| {
        let mut play = Play::new();
        for &(from, flags, seq, ack, len) in frames {
            play.send(from, flags, seq, ack, len);
        }
        play.summary().completeness
    };
    assert_eq!(value(&[SYN, SYN_ACK, THIRD]), 7);
    assert_eq!(value(&[SYN, (S, "RA", 0, 1, 0)]), 37);
    assert_eq!(value(&[SYN, SYN_ACK, (C, "PA", 1, 1, 3)]), 11); // third packet with data
    assert_eq!(value(&[(C, "S", 0, 0, 9)]), 9); // data in the SYN
    assert_eq!(value(&[SYN, SYN_ACK, THIRD, (C, "F", 1, 0, 0)]), 7); // FIN without ACK
    assert_eq!(value(&[SYN_ACK, THIRD, SYN]), 6); // TR-22
    assert_eq!(value(&[(C, "RA", 1, 1, 0)]), 0); // one frame that is no SYN
}

#[test]
fn ip_bytes_are_the_datagrams() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 5);
    play.send(S, "A", 1, 6, 0);
    let bytes = play.summary().ip_bytes;
    // SYN, ACK and 5 bytes of data; SYN,ACK and an ACK: 40 bytes of headers each.
    assert_eq!((bytes.client, bytes.server), (3 * 40 + 5, 2 * 40));
}
