//! The life of a connection by RFC 9293 state, with its cards (E-1 to E-9).

use super::*;

mod opening {
    use super::*;

    #[test]
    fn syn_sent_syn_received_established() {
        let mut play = Play::new();
        let syn = play.send(C, "S", 0, 0, 0);
        assert_eq!(states(syn), "SYN-SENT ?*");
        assert_eq!(syn.role.code(), Some("handshake-1"));
        assert!(syn.changes.contains(Changes::STREAM_OPENED));
        let answer = play.send(S, "SA", 0, 1, 0);
        assert_eq!(states(answer), "ESTABLISHED* SYN-RECEIVED");
        assert_eq!(answer.role.code(), Some("handshake-2"));
        let third = play.send(C, "A", 1, 1, 0);
        assert_eq!(states(third), "ESTABLISHED ESTABLISHED*");
        assert_eq!(third.role.code(), Some("handshake-3"));
        assert!(third.changes.contains(Changes::HANDSHAKE_DONE));
        // A pure ACK of the server proves nothing new; its data does.
        assert_eq!(
            states(play.send(C, "PA", 1, 1, 5)),
            "ESTABLISHED ESTABLISHED*"
        );
        assert_eq!(
            states(play.send(S, "A", 1, 6, 0)),
            "ESTABLISHED ESTABLISHED"
        );
        let card = play.summary().handshake;
        assert_eq!(card.outcome, HandshakeOutcome::Complete);
        assert_eq!(card.duration(), Some(2_000_000));
        assert_eq!(card.client_isn, Some(SeqNumber(1000)));
        assert_eq!(card.server_isn, Some(SeqNumber(5000)));
    }

    #[test]
    fn a_repeated_syn_ack_takes_established_back() {
        let mut play = Play::open();
        assert_eq!(
            states(play.send(S, "SA", 0, 1, 0)),
            "ESTABLISHED SYN-RECEIVED"
        );
        assert_eq!(play.summary().handshake.answer_retries, 1);
    }

    #[test]
    fn a_repeated_syn_is_counted() {
        let mut play = Play::new();
        play.send(C, "S", 0, 0, 0);
        let again = play.wait(1_000_000).send(C, "S", 0, 0, 0);
        assert_eq!(
            (states(again).as_str(), flags(again).as_str()),
            ("SYN-SENT ?*", "retransmission")
        );
        let card = play.summary().handshake;
        assert_eq!(
            (card.outcome, card.syn_retries),
            (HandshakeOutcome::Unanswered, 1)
        );
    }

    #[test]
    fn options_offered_and_effective() {
        let mut play = Play::new();
        play.options[C] = vec![2, 4, 0xff, 0xd7, 4, 2, 1, 1, 1, 3, 3, 7];
        play.options[S] = vec![2, 4, 5, 0xb4, 1, 3, 3, 15];
        play.send(C, "S", 0, 0, 0);
        play.send(S, "SA", 0, 1, 0);
        let card = play.summary().handshake;
        assert_eq!(card.client_options.mss, Some(65495));
        assert_eq!(card.server_options.mss, Some(1460));
        assert_eq!(card.effective_window_scale(), Some((7, 14)));
        assert!(!card.effective_sack());
    }

    #[test]
    fn refused_closes_both_ends() {
        let mut play = Play::new();
        play.send(C, "S", 0, 0, 0);
        play.isn[S] = 0;
        let refusal = play.send(S, "RA", 0, 1, 0);
        assert_eq!(states(refusal), "CLOSED* CLOSED");
        assert_eq!(refusal.role.code(), Some("refusal"));
        assert!(refusal.changes.contains(Changes::REFUSED));
        let summary = play.summary();
        assert_eq!(summary.handshake.outcome, HandshakeOutcome::Refused);
        assert_eq!(summary.teardown.reset, None);
        assert_eq!((summary.completeness, summary.conn_state), (37, "REJ"));
    }

    #[test]
    fn a_rst_that_does_not_acknowledge_the_syn_refuses_nothing() {
        let mut play = Play::new();
        play.send(C, "S", 0, 0, 0);
        let stray = play.send(S, "RA", 0, 0, 0);
        assert_eq!(states(stray), "SYN-SENT CLOSED");
        assert_eq!(
            play.summary().handshake.outcome,
            HandshakeOutcome::Unanswered
        );
    }

    #[test]
    fn simultaneous_open() {
        let mut play = Play::new();
        play.send(C, "S", 0, 0, 0);
        assert_eq!(
            states(play.send(S, "S", 0, 0, 0)),
            "SYN-RECEIVED* SYN-RECEIVED*"
        );
        let first = play.send(C, "SA", 0, 1, 0);
        assert_eq!(states(first), "SYN-RECEIVED ESTABLISHED*");
        assert!(first.notes.contains(OwnFlags::SIMULTANEOUS_OPEN));
        assert!(!first.changes.contains(Changes::HANDSHAKE_DONE));
        let second = play.send(S, "SA", 0, 1, 0);
        assert_eq!(states(second), "ESTABLISHED* SYN-RECEIVED");
        assert!(second.changes.contains(Changes::HANDSHAKE_DONE));
        assert_eq!(
            play.summary().handshake.outcome,
            HandshakeOutcome::Simultaneous
        );
    }

    #[test]
    fn self_connect_is_a_simultaneous_open_not_a_fault() {
        let mut play = Play::new();
        (play.ends[S], play.isn[S]) = (play.ends[C], play.isn[C]);
        let syn = play.send(C, "S", 0, 0, 0);
        assert!(syn.notes.contains(OwnFlags::SELF_CONNECT));
        let answer = play.send(C, "SA", 0, 1, 0);
        assert_eq!(flags(answer), "retransmission"); // what tshark says, TR-11
        assert!(answer.notes.contains(OwnFlags::SIMULTANEOUS_OPEN));
        assert_eq!(
            states(play.send(C, "A", 1, 1, 0)),
            "ESTABLISHED ESTABLISHED"
        );
        play.send(C, "FA", 1, 1, 0);
        assert_eq!(states(play.send(C, "A", 2, 2, 0)), "TIME-WAIT TIME-WAIT");
        let summary = play.summary();
        assert!(summary.handshake.self_connect && summary.teardown.complete());
    }

    #[test]
    fn half_open_stale_peer_answers_a_syn_with_an_old_ack() {
        // RFC 9293 figure 10: A forgot; B answers the SYN with an ACK of the old connection; A resets it and tries again.
        let mut play = Play::new();
        play.send(C, "S", 0, 0, 0);
        assert_eq!(
            states(play.send(S, "A", 300, 77_000, 0)),
            "SYN-SENT ESTABLISHED*"
        );
        let reset = play.send(C, "R", 76_000, 0, 0);
        assert_eq!(reset.role.code(), Some("reset"));
        let again = play.send(C, "S", 0, 0, 0);
        assert_eq!(states(again).split(' ').next(), Some("SYN-SENT"));
        play.send(S, "SA", 0, 1, 0);
        play.send(C, "A", 1, 1, 0);
        assert_eq!(play.summary().handshake.outcome, HandshakeOutcome::Complete);
    }

    #[test]
    fn without_a_syn_everything_is_inferred() {
        let mut play = Play::new();
        let first = play.send(S, "PA", 100, 100, 5);
        assert_eq!(states(first), "ESTABLISHED* ESTABLISHED*");
        assert_eq!(play.summary().handshake.outcome, HandshakeOutcome::NotSeen);
    }
}

mod roles {
    use super::*;

    #[test]
    fn the_sender_of_the_first_frame_when_nothing_better_is_known() {
        let mut play = Play::new();
        play.send(S, "A", 100, 100, 0);
        let summary = play.summary();
        assert_eq!(summary.connection.client, play.ends[S]);
        assert_eq!(summary.client_by, RoleReason::SentFirstFrame);
    }

    #[test]
    fn not_the_side_whose_port_listens() {
        let mut play = Play::new();
        play.analyzer.listens_on(7000);
        assert_eq!(play.send(S, "A", 100, 100, 0).side, Side::Server);
        assert_eq!(play.summary().client_by, RoleReason::OtherPortListens);
    }

    #[test]
    fn a_listener_seen_elsewhere_counts() {
        let mut play = Play::open();
        play.ends[C].port = 40001;
        let late = play.send(S, "A", 100, 100, 0);
        assert_eq!((late.stream, late.side), (StreamId(1), Side::Server));
    }

    #[test]
    fn a_late_syn_ack_and_a_late_syn_correct_the_guess() {
        let mut play = Play::new();
        assert_eq!(play.send(S, "A", 1, 1, 0).side, Side::Client);
        let answer = play.send(S, "SA", 0, 1, 0);
        assert!(answer.changes.contains(Changes::CLIENT_CHANGED));
        assert_eq!(answer.side, Side::Server);
        let syn = play.send(C, "S", 0, 0, 0);
        assert!(!syn.changes.contains(Changes::CLIENT_CHANGED));
        assert_eq!(play.summary().client_by, RoleReason::SentSyn);
    }
}

mod closing {
    use super::*;

    #[test]
    fn four_segments() {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 5);
        play.send(S, "A", 1, 6, 0);
        let fin = play.send(C, "FA", 6, 1, 0);
        assert_eq!(states(fin), "FIN-WAIT-1 CLOSE-WAIT*");
        assert_eq!(
            (fin.role.code(), fin.fin),
            (Some("fin-1"), FinPart::Initiates)
        );
        let ack = play.send(S, "A", 1, 7, 0);
        assert_eq!(
            (states(ack).as_str(), ack.role.code()),
            ("FIN-WAIT-2* CLOSE-WAIT", Some("fin-1-ack"))
        );
        let second = play.wait(5000).send(S, "FA", 1, 7, 0);
        assert_eq!(
            (states(second).as_str(), second.role.code()),
            ("TIME-WAIT* LAST-ACK", Some("fin-2"))
        );
        assert_eq!(second.fin, FinPart::Answers);
        let last = play.send(C, "A", 7, 2, 0);
        assert_eq!(
            (states(last).as_str(), last.role.code()),
            ("TIME-WAIT CLOSED*", Some("fin-2-ack"))
        );
        assert!(last.changes.contains(Changes::CLOSED));
        let card = play.summary().teardown;
        assert_eq!((card.segments(), card.complete()), (Some(4), true));
        assert_eq!(card.first_fin.map(|fin| fin.side), Some(Side::Client));
        assert_eq!(card.half_closed(), Some(7_000_000));
        assert_eq!(card.duration(), Some(8_000_000));
    }

    #[test]
    fn three_segments() {
        let mut play = Play::open();
        play.send(S, "FA", 1, 1, 0);
        let both = play.send(C, "FA", 1, 2, 0);
        assert_eq!(states(both), "LAST-ACK TIME-WAIT*");
        play.send(S, "A", 2, 2, 0);
        let card = play.summary().teardown;
        assert_eq!((card.segments(), card.simultaneous()), (Some(3), false));
        assert_eq!(card.first_fin.map(|fin| fin.side), Some(Side::Server));
    }

    #[test]
    fn crossing_fins_go_through_closing() {
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        assert_eq!(states(play.send(S, "FA", 1, 1, 0)), "CLOSING* CLOSING*");
        assert_eq!(states(play.send(C, "A", 2, 2, 0)), "CLOSING TIME-WAIT*");
        let last = play.send(S, "A", 2, 2, 0);
        assert_eq!(states(last), "TIME-WAIT TIME-WAIT");
        assert!(play.summary().teardown.simultaneous());
    }

    #[test]
    fn half_close_counts_what_still_flows() {
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "A", 1, 2, 0);
        assert_eq!(
            states(play.send(S, "PA", 1, 2, 11)),
            "FIN-WAIT-2* CLOSE-WAIT"
        );
        play.send(C, "A", 2, 12, 0);
        assert_eq!(play.summary().teardown.half_close_bytes, 11);
    }

    #[test]
    fn half_close_counts_each_byte_once_and_those_of_the_fin() {
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "A", 1, 2, 0);
        play.send(S, "PA", 1, 2, 11);
        play.send(S, "PA", 1, 2, 11);
        play.send(C, "A", 2, 12, 0);
        play.send(S, "A", 11, 2, 1); // a keep-alive with its byte
        play.send(C, "A", 2, 12, 0);
        play.send(S, "FPA", 12, 2, 5);
        play.send(S, "FPA", 12, 2, 5);
        assert_eq!(play.summary().teardown.half_close_bytes, 16);
    }

    #[test]
    fn half_close_counts_what_comes_with_the_fin_alone() {
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "A", 1, 2, 0);
        play.send(S, "FPA", 1, 2, 11);
        play.send(C, "A", 2, 13, 0);
        assert_eq!(play.summary().teardown.half_close_bytes, 11);
    }

    #[test]
    fn half_close_counts_new_data_that_acknowledges_the_fin() {
        let mut play = Play::open();
        play.send(S, "PA", 1, 1, 4);
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "PA", 1, 2, 4); // sent again
        assert_eq!(play.summary().teardown.half_close_bytes, 0);
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "PA", 1, 2, 11);
        assert_eq!(play.summary().teardown.half_close_bytes, 11);
    }

    #[test]
    fn a_repeated_fin_waits_for_its_ack_again() {
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "A", 1, 2, 0);
        assert_eq!(states(play.send(C, "FA", 1, 1, 0)), "FIN-WAIT-1 CLOSE-WAIT");
    }

    /// RFC 9293 section 3.10.7.4: the server expects byte 11, so a FIN at 6 is none of this connection.
    #[test]
    fn a_fin_before_acknowledged_bytes_closes_nothing() {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 5);
        play.send(C, "PA", 6, 1, 5);
        play.send(S, "A", 1, 11, 0);
        let stray = play.send(C, "FA", 6, 1, 0);
        assert_eq!(states(stray), "ESTABLISHED ESTABLISHED");
        assert_eq!(stray.role.code(), None);
        assert_eq!(play.summary().teardown.first_fin, None);
        let fin = play.send(C, "FA", 11, 1, 0);
        assert_eq!(states(fin), "FIN-WAIT-1 CLOSE-WAIT*");
        assert_eq!(fin.role.code(), Some("fin-1"));
    }

    #[test]
    fn a_fin_with_payload_ends_after_it() {
        let mut play = Play::open();
        play.send(C, "FPA", 1, 1, 10);
        assert_eq!(
            states(play.send(S, "A", 1, 11, 0)),
            "FIN-WAIT-1 CLOSE-WAIT*"
        );
        assert_eq!(
            states(play.send(S, "A", 1, 12, 0)),
            "FIN-WAIT-2* CLOSE-WAIT"
        );
        let fin = play.summary().teardown.first_fin.expect("a FIN");
        assert_eq!(fin.seq, SeqNumber(ISN[C] + 11));
    }
}

mod aborting {
    use super::*;

    #[test]
    fn an_exact_rst_closes_both_ends() {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 5);
        play.send(S, "A", 1, 6, 0);
        let reset = play.send(C, "RA", 6, 1, 0);
        assert_eq!(
            (states(reset).as_str(), reset.role.code()),
            ("CLOSED CLOSED*", Some("reset"))
        );
        let card = play.summary().teardown.reset.expect("a RST");
        assert!(card.exact && card.side == Side::Client);
    }

    #[test]
    fn a_rst_inside_the_window_is_challenged_not_obeyed() {
        // RFC 9293 section 3.10.7.4 (RFC 5961): only the exact next number resets.
        let mut play = Play::open();
        assert_eq!(states(play.send(C, "R", 500, 0, 0)), "CLOSED ESTABLISHED*");
        assert!(!play.summary().teardown.reset.expect("a RST").exact);
    }

    #[test]
    fn whoever_speaks_after_a_rst_did_not_accept_it() {
        let mut play = Play::open();
        play.send(C, "RA", 1, 1, 0);
        assert_eq!(states(play.send(S, "PA", 1, 1, 3)), "CLOSED ESTABLISHED*");
    }

    #[test]
    fn abort_with_nothing_received_is_linger_0() {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 5);
        play.send(S, "A", 1, 6, 0);
        play.send(C, "RA", 6, 1, 0);
        let cause = play.summary().teardown.reset.map(|reset| reset.cause);
        assert_eq!(cause, Some(ResetCause::Linger0));
    }

    /// C says something that S's kernel acknowledges, perhaps closes; then S aborts.
    fn abort_of_the_server(acked: u32, fin: bool) -> Option<ResetCause> {
        let mut play = Play::open();
        play.send(C, "PA", 1, 1, 5);
        if acked > 0 {
            play.send(S, "A", 1, 1 + acked, 0);
        }
        if fin {
            play.send(C, "FA", 6, 1, 0);
        }
        play.send(S, "RA", 1, 6 + u32::from(fin), 0);
        play.summary().teardown.reset.map(|reset| reset.cause)
    }

    #[test]
    fn bytes_first_acknowledged_by_the_rst_were_not_read() {
        assert_eq!(abort_of_the_server(0, false), Some(ResetCause::UnreadData));
        assert_eq!(abort_of_the_server(0, true), Some(ResetCause::UnreadData));
    }

    #[test]
    fn whether_acknowledged_bytes_were_read_cannot_be_seen() {
        // Linux sends the same RST,ACK for unread data and for SO_LINGER 0. That it acknowledges a FIN says nothing of data.
        for fin in [false, true] {
            let cause = abort_of_the_server(5, fin);
            assert_eq!(cause, Some(ResetCause::UnreadDataOrLinger0), "{fin}");
        }
    }

    #[test]
    fn data_for_a_closed_socket_is_answered_by_rst() {
        // RC-1: C closes, S still sends, C's kernel answers with RST.
        let mut play = Play::open();
        play.send(S, "PA", 1, 1, 5);
        play.send(C, "A", 1, 6, 0);
        play.send(C, "FA", 1, 6, 0);
        play.send(S, "PA", 6, 2, 5);
        play.send(C, "R", 2, 0, 0);
        let cause = play.summary().teardown.reset.map(|reset| reset.cause);
        assert_eq!(cause, Some(ResetCause::WriteAfterClose));
    }
}

mod reuse {
    use super::*;

    #[test]
    fn st3_another_isn_is_another_stream() {
        let mut play = Play::open();
        play.isn[C] += 64_000;
        let syn = play.send(C, "S", 0, 0, 0);
        assert_eq!(syn.stream, StreamId(1));
        assert_eq!(flags(syn), "reused_ports");
        assert_eq!(syn.completeness, 1);
        assert_eq!(play.analyzer.stream_count(), 2);
    }

    #[test]
    fn st4_the_same_isn_after_the_end_opens_again_in_the_same_stream() {
        let mut play = Play::open();
        play.send(C, "FA", 1, 1, 0);
        play.send(S, "FA", 1, 2, 0);
        play.send(C, "A", 2, 2, 0);
        let again = play.send(C, "S", 0, 0, 0);
        assert_eq!(
            (again.stream, flags(again).as_str()),
            (StreamId(0), "retransmission")
        );
        assert!(states(again).starts_with("SYN-SENT"));
    }
}
