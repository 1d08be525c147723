//! Wireshark's rules, by the ids of `docs/analysis.md`: its surprises TR-1 to TR-29, and further cases, with tshark's answers.

use super::*;

#[test]
fn tr1_a_one_byte_message_repeated_is_a_keep_alive() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 1);
    assert_eq!(
        flags(play.wait(200_000).send(C, "PA", 1, 1, 1)),
        "keep_alive"
    );
}

#[test]
fn tr2_linux_persist_probe_is_a_keep_alive_for_tshark_and_a_probe_for_us() {
    let mut play = Play::open();
    play.window = 0;
    let closed = play.send(S, "A", 1, 1, 0);
    assert_eq!(flags(closed), "zero_window");
    play.window = 65535;
    let probe = play.send(C, "A", 0, 1, 0);
    assert_eq!(flags(probe), "keep_alive");
    assert!(probe.notes.contains(OwnFlags::PERSIST_PROBE));
    play.window = 0;
    assert_eq!(flags(play.send(S, "A", 1, 1, 0)), "zero_window");
    play.window = 1000;
    let opened = play.send(S, "A", 1, 1, 0);
    assert_eq!(flags(opened), "window_update");
    assert_eq!(
        opened.zero_window_ended,
        Some((closed_frame(&play, 4), 3_000_000))
    );
}

/// The n-th frame, for readability.
fn closed_frame(_play: &Play, n: u64) -> u64 {
    n
}

#[test]
fn tr3_late_beyond_the_initial_rtt_is_a_retransmission() {
    let mut play = Play::open(); // initial RTT 2 ms
    play.send(C, "PA", 1, 1, 10);
    assert_eq!(flags(play.send(C, "PA", 21, 1, 10)), "lost_segment");
    let late = play.wait(1000).send(C, "PA", 11, 1, 10);
    assert_eq!(flags(late), "retransmission");
}

#[test]
fn tr4_an_exact_copy_can_be_out_of_order() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 10);
    play.send(C, "PA", 11, 1, 10);
    let copy = play.send(C, "PA", 1, 1, 10);
    assert_eq!(
        (flags(copy).as_str(), copy.original_frame),
        ("out_of_order", Some(4))
    );
}

#[test]
fn tr5_an_accepted_probe_byte_looks_like_loss() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 10);
    play.window = 0;
    assert_eq!(flags(play.send(S, "A", 1, 11, 0)), "zero_window");
    play.window = 65535;
    assert_eq!(flags(play.send(C, "PA", 11, 1, 1)), "zero_window_probe");
    assert_eq!(flags(play.send(S, "A", 1, 12, 0)), "ack_lost_segment");
    assert_eq!(flags(play.send(C, "PA", 12, 1, 20)), "lost_segment");
}

#[test]
fn tr6_the_rto_counts_from_the_oldest_unacknowledged() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 10);
    play.wait(17_000).send(C, "PA", 21, 1, 10);
    let again = play.wait(480_000).send(C, "PA", 21, 1, 10);
    assert_eq!(flags(again), "retransmission");
    assert_eq!(again.rto, Some((499_000_000, 4)));
    assert_eq!(again.original_frame, Some(5));
}

#[test]
fn tr7_ack_of_the_unseen_poisons_the_dup_ack_counter() {
    let mut play = Play::open();
    play.send(S, "PA", 1, 1, 10);
    assert_eq!(flags(play.send(S, "PA", 11, 101, 10)), "ack_lost_segment");
    assert_eq!(flags(play.send(S, "PA", 1, 101, 10)), "fast_retransmission");
}

#[test]
fn tr8_zero_means_unknown() {
    let mut play = Play::new();
    play.isn[C] = u32::MAX;
    play.send(C, "S", 0, 0, 0);
    assert_eq!(flags(play.wait(1_000_000).send(C, "S", 0, 0, 0)), "");
}

#[test]
fn tr15_the_initial_rtt_counts_from_the_last_syn() {
    let mut play = Play::new();
    play.send(C, "S", 0, 0, 0);
    play.wait(999_000).send(C, "S", 0, 0, 0);
    let answer = play.send(S, "SA", 0, 1, 0);
    assert_eq!(
        (answer.acks_frame, answer.ack_rtt),
        (Some(1), Some(1_001_000_000))
    );
    assert_eq!(play.send(C, "A", 1, 1, 0).initial_rtt, Some(2_000_000));
}

#[test]
fn tr17_the_servers_first_pure_ack_is_a_dup_ack() {
    let mut play = Play::open();
    let seen = play.send(S, "A", 1, 1, 0);
    assert_eq!(
        (flags(seen).as_str(), seen.duplicate_ack),
        ("duplicate_ack", Some((1, 2)))
    );
}

#[test]
fn tr19_half_the_space_away_is_both_before_and_after() {
    let mut play = Play::new();
    play.send(C, "A", 1, 1, 10);
    let far = play.send(C, "A", 11 + (1 << 31), 1, 10);
    assert_eq!(flags(far), "out_of_order lost_segment");
}

#[test]
fn tr25_a_pure_ack_beyond_next_moves_it() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 30);
    assert_eq!(flags(play.send(C, "A", 141, 1, 0)), "lost_segment");
    assert_eq!(
        flags(play.wait(5000).send(C, "PA", 31, 1, 10)),
        "retransmission"
    );
}

#[test]
fn tr26_the_payload_of_a_rst_counts() {
    let mut play = Play::open();
    play.send(C, "RA", 1, 1, 4);
    assert_eq!(
        flags(play.wait(5000).send(C, "RA", 1, 1, 4)),
        "retransmission"
    );
}

#[test]
fn tr28_no_bytes_in_flight_after_a_hole_until_the_peer_acks() {
    let mut play = Play::open();
    assert_eq!(play.send(C, "PA", 1, 1, 10).bytes_in_flight, Some(10));
    assert_eq!(play.send(C, "PA", 21, 1, 10).bytes_in_flight, None);
    play.send(S, "A", 1, 11, 0);
    assert_eq!(play.send(C, "PA", 31, 1, 10).bytes_in_flight, Some(20));
}

#[test]
fn tr29_a_clock_that_goes_back_makes_it_a_retransmission() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 10);
    play.send(C, "PA", 11, 1, 10);
    let back = play.wait(-3000).send(C, "PA", 1, 1, 10);
    assert_eq!(
        (flags(back).as_str(), back.time_delta),
        ("retransmission", -2_000_000)
    );
}

#[test]
fn a56_spurious_when_all_bytes_were_acknowledged() {
    let mut play = Play::open();
    play.send(C, "PA", 1, 1, 10);
    play.send(S, "A", 1, 11, 0);
    let copy = play.send(C, "PA", 1, 1, 10);
    assert_eq!(
        (flags(copy).as_str(), copy.original_frame),
        ("spurious_retransmission", Some(4))
    );
}

#[test]
fn w2_and_w4_windows_scale_only_when_both_offer() {
    let mut play = Play::new();
    play.options = [vec![3, 3, 7, 0], vec![3, 3, 2, 0]];
    assert_eq!(play.send(C, "S", 0, 0, 0).window_scaled, 65535);
    play.send(S, "SA", 0, 1, 0);
    play.options = [Vec::new(), Vec::new()];
    let ack = play.send(C, "A", 1, 1, 0);
    assert_eq!((ack.window_scaled, ack.window_shift), (65535 << 7, Some(7)));
    let mut plain = Play::open();
    assert_eq!(plain.send(C, "A", 1, 1, 0).window_shift, None);
}

#[test]
fn offloaded_segments_are_noted_not_flagged() {
    let mut play = Play::new();
    play.options[S] = vec![2, 4, 5, 0xb4];
    play.send(C, "S", 0, 0, 0);
    play.send(S, "SA", 0, 1, 0);
    play.send(C, "A", 1, 1, 0);
    let big = play.send(C, "PA", 1, 1, 14_600);
    assert_eq!((flags(big).as_str(), big.notes), ("", OwnFlags::OFFLOADED));
}

/// Between these ends, with this payload; the numbers are the caller's.
fn said<'a>(ends: [&str; 2], flags: TcpFlags, seq: u32, payload: &'a [u8]) -> Segment<'a> {
    let [source, destination] = ends.map(|end| end.parse().expect("an endpoint"));
    Segment {
        frame: 1,
        timestamp: Timestamp::from_nanos(1_000_000_000),
        source,
        destination,
        seq: SeqNumber(seq),
        ack: SeqNumber(1),
        flags,
        window: 1000,
        urgent: 0,
        len: payload.len() as u32,
        header_length: 20,
        header_captured: 20,
        options: TcpOptions(&[]),
        payload,
        origin: SegmentOrigin::Direct,
        ip_length: 40 + payload.len() as u32,
        effective: None,
    }
}

/// tshark 4.0.17 prints 22 for the first two data connections (SYN,ACK + ACK + FIN; no SYN) and 23 for the third.
#[test]
fn an_ftp_data_connection_lacks_the_syn_bit() {
    let mut analyzer = Analyzer::new(Limits::replay());
    let (client, server) = ("10.0.0.1:40000", "10.0.0.2:21");
    let port = b"PORT 10,0,0,1,16,1\r\n";
    analyzer.handle(&said([client, server], TcpFlags::ACK, 100, port));
    let passive = b"227 Entering Passive Mode (10,0,0,2,16,1)\r\n";
    analyzer.handle(&said([server, client], TcpFlags::ACK, 100, passive));
    let mut completeness = |from: &str, to: &str| {
        let steps = [
            (from, to, TcpFlags::SYN, 9),
            (to, from, TcpFlags::SYN.union(TcpFlags::ACK), 90),
            (from, to, TcpFlags::ACK, 10),
            (from, to, TcpFlags::FIN.union(TcpFlags::ACK), 10),
        ];
        let last = steps.map(|(from, to, flags, seq)| {
            analyzer
                .handle(&said([from, to], flags, seq, &[]))
                .completeness
        });
        last[3]
    };
    assert_eq!(completeness("10.0.0.2:20", "10.0.0.1:4097"), 22, "PORT");
    assert_eq!(completeness("10.0.0.1:41000", "10.0.0.2:4097"), 22, "227");
    assert_eq!(
        completeness("10.0.0.1:41001", "10.0.0.2:4097"),
        23,
        "not announced again"
    );
}

/// tshark 4.0.17 was asked about each: an H.245 address, targets of iSCSI, a node of Erlang's.
#[test]
fn connections_announced_elsewhere_lack_the_syn_bit() {
    let mut analyzer = Analyzer::new(Limits::replay());
    // CallProceeding with the address 10.0.0.1:5000; a text response; a port mapper's answer.
    let user = b"\x05\x01\x40\x06\x00\x08\x91\x4a\x00\x02\x00\x00\x0a\0\0\x01\x13\x88";
    let call = [&b"\x03\0\0\x1e\x08\x02\x80\x01\x02\x7e\0\x13"[..], user].concat();
    let text = b"TargetAddress=10.0.0.9:3260,1\0";
    let mut targets = [0; 48];
    (targets[0], targets[1], targets[7]) = (0x24, 0x80, text.len() as u8);
    let targets = [&targets[..], text, &[0; 2]].concat();
    let node = b"\x77\0\x64\x48\x4d\0\0\x06\0\x05\0\x06rabbit\0\0";
    let client = "10.0.0.2:40000";
    for (from, payload) in [
        ("10.0.0.1:1720", &call[..]),
        ("10.0.0.1:3260", &targets),
        ("10.0.0.1:4369", node),
    ] {
        analyzer.handle(&said([from, client], TcpFlags::ACK, 100, payload));
    }
    let mut lacks = |from: &str, to: &str| {
        analyzer.handle(&said([from, to], TcpFlags::SYN, 9, &[]));
        let flags = TcpFlags::SYN.union(TcpFlags::ACK);
        let answer = analyzer.handle(&said([to, from], flags, 90, &[]));
        answer.completeness & 1 == 0
    };
    assert!(lacks("10.0.0.7:1", "10.0.0.1:5000") && !lacks("10.0.0.7:2", "10.0.0.1:5000"));
    assert!(lacks("10.0.0.7:1", "10.0.0.9:3260") && !lacks("10.0.0.7:2", "10.0.0.9:3260"));
    assert!(!lacks("10.0.0.7:1", "10.0.0.1:25672") && lacks("10.0.0.2:1", "10.0.0.1:25672"));
}

/// tshark 4.0.17 on a capture whose clock starts at 0: out of order (3 ms, no initial RTT), not retransmission.
#[test]
fn a_syn_at_time_zero_starts_no_initial_rtt() {
    let mut play = Play::new();
    play.now = -1_000_000;
    play.send(C, "S", 0, 0, 0);
    play.now -= 999_000;
    assert_eq!(play.send(C, "A", 41, 1, 2).initial_rtt, None);
    play.now -= 995_000;
    assert_eq!(flags(play.send(C, "A", 1, 1, 38)), "out_of_order");
}

/// tshark 4.0.17 breaks off at such an option and prints no analysis; with eight bytes more it prints `zero_window`.
#[test]
fn a_sack_option_without_a_block_ends_the_dissection() {
    let shown = |sack: &[u8]| {
        let mut play = Play::open();
        play.options[C] = sack.to_vec();
        play.window = 0;
        flags(play.send(C, "A", 1, 1, 0))
    };
    assert_eq!(shown(&[5, 2, 1, 1]), "");
    assert_eq!(shown(&[30, 3, 0x60, 1]), "");
    assert_eq!(shown(&[76, 4, 0x05, 0x78]), "");
    assert_eq!(shown(&[76, 4, 0x10, 1]), "");
    assert_eq!(shown(&[76, 4, 0x14, 1]), "zero_window");
    assert_eq!(
        shown(&[76, 10, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]),
        "zero_window"
    );
    assert_eq!(shown(&[30, 3, 0x50, 1]), "zero_window");
    assert_eq!(
        shown(&[5, 10, 0, 0, 0, 9, 0, 0, 0, 19, 1, 1]),
        "zero_window"
    );
}

/// tshark 4.0.17: a SYN quoted in an ICMP error, then its SYN,ACK in the same direction with a shift of 1. Of the quote's last
/// option kind and length are enough; what the capture cut is not there.
#[test]
fn a_quote_that_ends_in_its_last_option_settles_the_windows() {
    let stamps = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
    let followed = [2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1];
    let shift = |options: &[u8], there: usize, ends: bool| {
        let ends_of = ["10.0.0.1:1000", "10.0.0.2:9"];
        let mut quote = said(ends_of, TcpFlags::SYN, 1, &[]);
        quote.header_length += options.len() as u8;
        quote.header_captured += there as u8;
        quote.options = TcpOptions(&options[..there]);
        quote.origin = SegmentOrigin::IcmpQuote { error: None, ends };
        let mut answer = said(ends_of, TcpFlags::SYN.union(TcpFlags::ACK), 1, &[]);
        (answer.header_length, answer.header_captured) = (24, 24);
        answer.options = TcpOptions(&[3, 3, 1, 0]);
        let mut analyzer = Analyzer::new(Limits::replay());
        analyzer.handle(&quote);
        analyzer.handle(&answer);
        analyzer
            .handle(&said(ends_of, TcpFlags::ACK, 2, &[]))
            .window_shift
    };
    assert_eq!(
        [3, 4, 11, 12].map(|n| shift(&stamps, n, true)),
        [Some(1), None, None, None]
    );
    assert_eq!(
        [3, 4, 11, 12].map(|n| shift(&stamps, n, false)),
        [Some(1), Some(1), Some(1), None]
    );
    assert_eq!(
        [13, 15, 16].map(|n| shift(&followed, n, true)),
        [Some(1), Some(1), None]
    );
    assert_eq!(shift(&[1, 3, 3, 7], 3, true), None);
    assert_eq!(shift(&[5, 3, 7, 1], 4, true), None, "not a block");
}

/// tshark 4.0.17 prints no `initial_rtt` behind a SYN quoted with a header length of 0, and no bit for it.
#[test]
fn a_quoted_syn_of_a_broken_header_starts_no_initial_rtt() {
    let measured = |header_length: u8| {
        let ends = ["10.0.0.1:1000", "10.0.0.2:9"];
        let mut quote = said(ends, TcpFlags::SYN, 1, &[]);
        (quote.header_length, quote.header_captured) = (header_length, header_length);
        quote.origin = SegmentOrigin::IcmpQuote {
            error: None,
            ends: true,
        };
        let mut analyzer = Analyzer::new(Limits::replay());
        analyzer.handle(&quote);
        let mut next = said(ends, TcpFlags::ACK, 2, b"x");
        next.timestamp = Timestamp::from_nanos(1_500_000_000);
        let seen = analyzer.handle(&next);
        let summary = analyzer.summary(StreamId(0)).expect("stream 0");
        (seen.initial_rtt, summary.completeness)
    };
    assert_eq!(measured(20), (Some(500_000_000), 9));
    assert_eq!(measured(0), (None, 8));
}

/// Where no opening was seen, the end with the well-known port is the server (RFC 6335 section 6), whoever was heard first.
#[test]
fn the_end_with_the_high_port_is_the_client() {
    for (source, destination, client) in [
        ("10.0.0.2:443", "10.0.0.1:51000", "10.0.0.1:51000"),
        ("10.0.0.1:51000", "10.0.0.2:80", "10.0.0.1:51000"),
        ("10.0.0.2:443", "10.0.0.1:80", "10.0.0.2:443"),
        ("10.0.0.2:7000", "10.0.0.1:51000", "10.0.0.2:7000"),
    ] {
        let mut analyzer = Analyzer::new(Limits::replay());
        analyzer.handle(&said([source, destination], TcpFlags::ACK, 1, b"x"));
        let summary = analyzer.summary(StreamId(0)).expect("stream 0");
        assert_eq!(summary.connection.client.to_string(), client, "{source}");
    }
}

/// tshark 4.0.17: the greeting itself and what came before stay in stream 0; on port 5900 all does.
#[test]
fn behind_a_vnc_greeting_tshark_counts_anew() {
    let numbers = |server: &str, line: &[u8]| {
        let mut analyzer = Analyzer::new(Limits::replay());
        let client = "10.0.0.1:40000";
        let steps = [
            said([server, client], TcpFlags::ACK, 100, line),
            said([client, server], TcpFlags::ACK, 1, &[]),
            said([client, server], TcpFlags::ACK, 1, b"RFB 003.008\n"),
            said([server, client], TcpFlags::ACK, 112, &[1, 1]),
        ];
        steps.map(|step| analyzer.handle(&step).stream.0)
    };
    assert_eq!(numbers("10.0.0.2:5902", b"RFB 003.008\n"), [0, 1, 1, 1]);
    assert_eq!(numbers("10.0.0.2:5900", b"RFB 003.008\n"), [0; 4]);
    assert_eq!(numbers("10.0.0.2:5902", b"hello, world"), [0, 0, 0, 1]);
}

/// tshark 4.0.17: any payload on SNMP's ports, once for each connection, unless the lower port's protocol takes it.
#[test]
fn behind_a_message_of_snmp_tshark_counts_anew() {
    let numbers = |client: u16, server: u16| {
        let mut analyzer = Analyzer::new(Limits::replay());
        let ends = [format!("10.0.0.1:{client}"), format!("10.0.0.2:{server}")];
        let [client, server] = [&*ends[0], &*ends[1]];
        let steps = [
            said([client, server], TcpFlags::ACK, 1, &[]),
            said([client, server], TcpFlags::ACK, 1, b"hello"),
            said([server, client], TcpFlags::ACK, 1, &[]),
            said([server, client], TcpFlags::ACK, 1, b"hello"),
            said([client, server], TcpFlags::ACK, 6, b"hello"),
        ];
        steps.map(|step| analyzer.handle(&step).stream.0)
    };
    for (one, other) in [
        (161, 2),
        (161, 25),
        (161, 162),
        (161, 443),
        (162, 110),
        (162, 40_000),
    ] {
        assert_eq!(numbers(other, one), [0, 0, 1, 1, 1], "{other} to {one}");
        assert_eq!(numbers(one, other), [0, 0, 1, 1, 1], "{one} to {other}");
    }
    for (one, other) in [
        (161, 22),
        (161, 53),
        (161, 80),
        (162, 80),
        (162, 5060),
        (160, 163),
    ] {
        assert_eq!(numbers(other, one), [0; 5], "{other} to {one}");
    }
}

/// tshark 4.0.17 with -2: the first frame's bits count once there is another frame, also one that it gives up (IN-4).
#[test]
fn a_frame_of_a_broken_header_lets_the_first_count() {
    let mut analyzer = Analyzer::new(Limits::replay());
    let ends = ["[fd00::2]:0", "[fd00::2]:0"];
    let flags = TcpFlags::ACK.union(TcpFlags::PSH);
    let first = analyzer.handle(&said(ends, flags, 100, &[b'x'; 76]));
    let broken = Segment {
        header_length: 0,
        header_captured: 0,
        origin: SegmentOrigin::ShortHeader,
        ..said(ends, TcpFlags::default(), 200, &[])
    };
    let second = analyzer.handle(&broken);
    assert_eq!((first.completeness, second.completeness), (0, 8));
}

/// tshark 4.0.17 with -2, one frame behind the greeting: each of these values.
#[test]
fn behind_a_vnc_greeting_data_counts_as_seen() {
    let completeness = |flags: TcpFlags, payload: &[u8]| {
        let mut analyzer = Analyzer::new(Limits::replay());
        let (client, server) = ("10.0.0.1:40000", "10.0.0.2:5902");
        let line = b"RFB 003.008\n";
        analyzer.handle(&said([server, client], TcpFlags::ACK, 100, line));
        analyzer
            .handle(&said([client, server], flags, 1, payload))
            .completeness
    };
    assert_eq!(completeness(TcpFlags::ACK, &[]), 12);
    assert_eq!(completeness(TcpFlags::ACK, b"RFB 003.008\n"), 8);
    assert_eq!(completeness(TcpFlags::ACK.union(TcpFlags::RST), &[]), 44);
    assert_eq!(completeness(TcpFlags::SYN, &[]), 8);
}

/// tshark 4.0.17 with -2: 1 while the SYN,RST is alone, with another frame also the RST bit.
#[test]
fn the_rst_bit_of_a_first_syn_comes_with_the_second_frame() {
    let mut play = Play::new();
    assert_eq!(play.send(C, "SR", 0, 0, 0).completeness, 1);
    assert_eq!(play.send(S, "A", 1, 1, 0).completeness, 1 | 4 | 32);
}
