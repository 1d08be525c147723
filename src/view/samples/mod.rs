//! Entries made by hand for the tests of the sinks: a chat of one line from the handshake to the close.

mod full;
mod harness;

use std::sync::Arc;

use crate::chat::{DisconnectReason, SessionEvent, SessionEventKind, SessionId, Transport};
use crate::message::{Message, MessageKind};
use crate::net::{CaptureStats, Endpoint, FourTuple, LinkType, Timestamp};
use crate::packet::{SeqNumber, TcpFlags, TcpOptions};
use crate::tcp::{
    Certainty, Changes, Fin, FrameRole, Handshake, HandshakeOutcome, Observation, ObservedState,
    OfferedOptions, PerSide, RoleReason, Side, Step, StreamId, StreamSummary, TcpState, Teardown,
};
use crate::timeline::{
    Acknowledged, CaptureStart, CopyEntry, DeliveryEntry, EndEntry, HandshakeEntry, MessageEntry,
    OptionBytes, PacketEntry, SessionEntry, StreamEntry, TeardownEntry, Verdict, VerdictCode,
};

pub(super) use full::{full_finding, full_packet, reset_teardown};
pub(super) use harness::{Owned, Shared, written};

/// 2024-03-01 12:00:00 UTC.
pub(super) const NOON: i64 = 1_709_294_400_000_000_000;
/// The options of a Linux SYN: MSS 65495, SACK permitted, time stamps, window scale 7.
pub(super) const SYN_OPTIONS: [u8; 20] = [
    2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
];

/// Noon plus microseconds.
pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_nanos(NOON + micros * 1000)
}

pub(super) fn client() -> Endpoint {
    "127.0.0.1:51234".parse().expect("valid")
}

pub(super) fn server() -> Endpoint {
    "127.0.0.1:7000".parse().expect("valid")
}

pub(super) fn pair() -> FourTuple {
    FourTuple::new(client(), server())
}

fn state(state: TcpState, certainty: Certainty) -> ObservedState {
    ObservedState { state, certainty }
}

/// The short form of a segment of stream 0.
pub(super) struct Seg {
    pub(super) frame: u64,
    pub(super) micros: i64,
    pub(super) side: Side,
    pub(super) flags: u16,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) len: u32,
    pub(super) role: FrameRole,
    pub(super) states: (TcpState, TcpState),
    pub(super) delta_us: i64,
}

/// A packet of the sample connection, its client named `ana`.
pub(super) fn packet(seg: &Seg) -> PacketEntry {
    let (source, destination) = match seg.side {
        Side::Client => (client(), server()),
        Side::Server => (server(), client()),
    };
    let flags = TcpFlags(seg.flags);
    let (own, other) = match seg.side {
        Side::Client => (1000, 5000),
        Side::Server => (5000, 1000),
    };
    let syn = u32::from(flags.syn()) + u32::from(flags.fin());
    PacketEntry {
        frame: seg.frame,
        at: at(seg.micros),
        source,
        destination,
        flags,
        seq_raw: SeqNumber(own).plus(seg.seq),
        ack_raw: if flags.ack() {
            SeqNumber(other).plus(seg.ack)
        } else {
            SeqNumber(0)
        },
        window: if flags.syn() { 65495 } else { 512 },
        urgent: 0,
        len: Some(seg.len),
        error: None,
        header_length: if flags.syn() {
            20 + SYN_OPTIONS.len() as u8
        } else {
            20
        },
        options: if flags.syn() {
            OptionBytes::copy_of(TcpOptions(&SYN_OPTIONS))
        } else {
            OptionBytes::default()
        },
        payload: None,
        observation: Observation {
            stream: StreamId(0),
            side: seg.side,
            analysed: true,
            seq: seg.seq,
            ack: seg.ack,
            next_seq: seg.seq + seg.len + syn,
            window_scaled: if flags.syn() { 65495 } else { 65536 },
            window_shift: if flags.syn() { None } else { Some(7) },
            time_relative: seg.micros * 1000,
            time_delta: seg.delta_us * 1000,
            completeness: 31,
            client_state: state(seg.states.0, Certainty::Seen),
            server_state: state(seg.states.1, Certainty::Inferred),
            role: seg.role,
            ..Observation::default()
        },
        name: Some(Arc::from("ana")),
    }
}

/// A whole opening: SYN, SYN,ACK, ACK and the card.
pub(super) fn opening() -> Vec<Owned> {
    use TcpState::{Established, SynReceived, SynSent, Unknown};
    let seg = |frame, micros, side, flags, ack, role, states, delta_us| Seg {
        frame,
        micros,
        side,
        flags,
        seq: u32::from(frame == 3),
        ack,
        len: 0,
        role,
        states,
        delta_us,
    };
    let mut syn = packet(&seg(
        1,
        0,
        Side::Client,
        0x02,
        0,
        FrameRole::Syn,
        (SynSent, Unknown),
        0,
    ));
    syn.observation.changes = Changes::STREAM_OPENED;
    let syn_ack = packet(&seg(
        2,
        21,
        Side::Server,
        0x12,
        1,
        FrameRole::SynAck,
        (SynSent, SynReceived),
        21,
    ));
    let mut ack = packet(&seg(
        3,
        34,
        Side::Client,
        0x10,
        1,
        FrameRole::HandshakeAck,
        (Established, Established),
        13,
    ));
    ack.observation.changes = Changes::HANDSHAKE_DONE;
    vec![
        Owned::Packet(Box::new(syn)),
        Owned::Packet(Box::new(syn_ack)),
        Owned::Packet(Box::new(ack)),
        Owned::Handshake(HandshakeEntry {
            at: at(34),
            stream: StreamId(0),
            connection: pair(),
            handshake: handshake(),
            unfinished: false,
        }),
    ]
}

/// The card of [`opening`].
pub(super) fn handshake() -> Handshake {
    let step = |frame, micros| {
        Some(Step {
            frame,
            at: at(micros),
        })
    };
    let offered = OfferedOptions {
        mss: Some(65495),
        window_scale: Some(7),
        sack_permitted: true,
        timestamps: true,
    };
    Handshake {
        outcome: HandshakeOutcome::Complete,
        syn: step(1, 0),
        answer: step(2, 21),
        ack: step(3, 34),
        syn_retries: 0,
        answer_retries: 0,
        client_isn: Some(SeqNumber(1000)),
        server_isn: Some(SeqNumber(5000)),
        client_window: 65495,
        server_window: 65495,
        client_options: offered,
        server_options: offered,
        self_connect: false,
    }
}

/// A session event of session 1 on stream 0.
pub(super) fn session(micros: i64, kind: SessionEventKind) -> SessionEntry {
    SessionEntry {
        event: SessionEvent {
            at: at(micros),
            session: SessionId(1),
            connection: pair(),
            kind,
        },
        stream: Some(StreamId(0)),
        after_handshake: None,
        frames: None,
    }
}

/// `connected`, 67 us after the ACK.
pub(super) fn connected() -> Owned {
    let mut entry = session(
        101,
        SessionEventKind::Connected {
            name: Arc::from("ana"),
            transport: Transport::Line,
        },
    );
    entry.after_handshake = Some(67_000);
    Owned::Session(entry)
}

/// A data segment, its pure ACK and the message that it carried.
pub(super) fn said(side: Side, text: &[u8], frame: u64, micros: i64) -> Vec<Owned> {
    let seg = |frame, micros, side, flags, seq, ack, len, delta_us| Seg {
        frame,
        micros,
        side,
        flags,
        seq,
        ack,
        len,
        role: FrameRole::None,
        states: (TcpState::Established, TcpState::Established),
        delta_us,
    };
    let len = text.len() as u32 + 1;
    let data = packet(&seg(frame, micros, side, 0x18, 1, 1, len, 500));
    let mut ack = packet(&seg(
        frame + 1,
        micros + 12,
        side.other(),
        0x10,
        1,
        1 + len,
        0,
        12,
    ));
    ack.observation.acks_frame = Some(frame);
    ack.observation.ack_rtt = Some(12_000);
    let message = MessageEntry {
        id: frame,
        at: at(micros),
        stream: StreamId(0),
        connection: pair(),
        side,
        number: 1,
        said: 1,
        message: Message {
            kind: MessageKind::Line,
            text: text.into(),
            complete: true,
            bytes: 0..u64::from(len),
        },
        frames: [frame][..].into(),
        last_frame: frame,
        frames_total: 1,
        sharing: 1,
        ack: Some(Acknowledged {
            frame: frame + 1,
            after: 12_000,
        }),
        copy_of: None,
        line: Some(1),
        session: Some(SessionId(1)),
        name: Some(Arc::from("ana")),
    };
    vec![
        Owned::Packet(Box::new(data)),
        Owned::Message(message),
        Owned::Packet(Box::new(ack)),
    ]
}

/// What became of message 4: one copy ACKed late, one not yet.
pub(super) fn delivery() -> DeliveryEntry {
    let copy = |stream, frame, ack| CopyEntry {
        stream: StreamId(stream),
        message: frame,
        frame,
        after: 90_000,
        ack,
    };
    let late = Acknowledged {
        frame: 15,
        after: 41_000_000,
    };
    DeliveryEntry {
        at: at(4_161_002),
        message: 4,
        kind: MessageKind::Line,
        said: 1,
        stream: StreamId(0),
        connection: pair(),
        ack: Some(Acknowledged {
            frame: 5,
            after: 12_000,
        }),
        copies: vec![copy(0, 11, Some(late)), copy(1, 13, None)],
        expected: 2,
        complete: false,
    }
}

/// The card of a three-segment close begun by the client.
pub(super) fn teardown() -> Teardown {
    let fin = |side, frame, micros, seq, acked: Option<(u64, i64)>| Fin {
        side,
        step: Step {
            frame,
            at: at(micros),
        },
        seq: SeqNumber(seq),
        acked: acked.map(|(frame, micros)| Step {
            frame,
            at: at(micros),
        }),
    };
    Teardown {
        first_fin: Some(fin(
            Side::Client,
            20,
            9_000_000,
            1007,
            Some((21, 9_000_040)),
        )),
        second_fin: Some(fin(
            Side::Server,
            21,
            9_000_040,
            5061,
            Some((22, 9_000_055)),
        )),
        reset: None,
        half_close_bytes: 0,
    }
}

/// FIN, FIN,ACK, ACK, the card, `disconnected`.
pub(super) fn closing() -> Vec<Owned> {
    use TcpState::{CloseWait, Closed, FinWait1, LastAck, TimeWait};
    let seg = |frame, micros, side, flags, seq, ack, role, states, delta_us| Seg {
        frame,
        micros,
        side,
        flags,
        seq,
        ack,
        len: 0,
        role,
        states,
        delta_us,
    };
    let mut fin = packet(&seg(
        20,
        9_000_000,
        Side::Client,
        0x11,
        7,
        61,
        FrameRole::FirstFin,
        (FinWait1, CloseWait),
        4_000_000,
    ));
    fin.observation.changes = Changes::CLOSING;
    let second = packet(&seg(
        21,
        9_000_040,
        Side::Server,
        0x11,
        61,
        8,
        FrameRole::SecondFin,
        (TimeWait, LastAck),
        40,
    ));
    let mut last = packet(&seg(
        22,
        9_000_055,
        Side::Client,
        0x10,
        8,
        62,
        FrameRole::SecondFinAck,
        (TimeWait, Closed),
        15,
    ));
    last.observation.changes = Changes::CLOSED;
    vec![
        Owned::Packet(Box::new(fin)),
        Owned::Packet(Box::new(second)),
        Owned::Packet(Box::new(last)),
        Owned::Teardown(TeardownEntry {
            at: at(9_000_055),
            stream: StreamId(0),
            connection: pair(),
            teardown: teardown(),
        }),
        Owned::Session(session(
            9_000_101,
            SessionEventKind::Disconnected {
                reason: DisconnectReason::ClientClosed,
            },
        )),
        Owned::Stream(Box::new(stream_entry())),
    ]
}

/// The sample connection as a whole.
pub(super) fn stream_entry() -> StreamEntry {
    StreamEntry {
        summary: StreamSummary {
            stream: StreamId(0),
            connection: pair(),
            client_by: RoleReason::SentSyn,
            start: at(0),
            end: at(9_000_055),
            first_frame: 1,
            last_frame: 22,
            packets: PerSide {
                client: 7,
                server: 5,
            },
            bytes: PerSide {
                client: 6,
                server: 60,
            },
            ip_bytes: PerSide {
                client: 370,
                server: 320,
            },
            sequence_bytes: PerSide {
                client: 6,
                server: 60,
            },
            missed_bytes: 0,
            completeness: 31,
            conn_state: "SF",
            zeek_originator: Side::Client,
            history: "ShADadFf".into(),
            initial_rtt: Some(34_000),
            handshake: handshake(),
            teardown: teardown(),
            states: PerSide {
                client: state(TcpState::TimeWait, Certainty::Seen),
                server: state(TcpState::Closed, Certainty::Inferred),
            },
            quoted_only: false,
        },
        verdict: Verdict {
            code: VerdictCode::ClosedByClient,
            cause: None,
            also: vec![VerdictCode::Served].into(),
        },
        name: Some(Arc::from("ana")),
        messages: PerSide {
            client: 1,
            server: 3,
        },
    }
}

/// First entry of a capture from `lo`.
pub(super) fn capture_start() -> CaptureStart {
    CaptureStart {
        source: "lo".to_owned(),
        link_type: Some(LinkType::ETHERNET),
        filter: Some("tcp port 7000".to_owned()),
        snaplen: Some(262_144),
        start: Some(at(0)),
        live: true,
    }
}

/// Last entry, with losses.
pub(super) fn end() -> EndEntry {
    EndEntry {
        frames: 22,
        tcp_frames: 22,
        skipped: 1,
        cut_frames: 0,
        stats: CaptureStats {
            received: Some(44),
            kernel_dropped: Some(2),
            interface_dropped: Some(0),
            queue_dropped: 0,
        },
        display_folded: 0,
        streams_forgotten: 0,
        datagrams_forgotten: 0,
        session_events_dropped: 0,
        truncated: false,
    }
}

/// The story: a line, its copy, an orderly close.
pub(super) fn story() -> Vec<Owned> {
    let mut story = vec![Owned::Capture(capture_start())];
    story.extend(opening());
    story.push(connected());
    story.extend(said(Side::Client, b"teste", 4, 4_120_000));
    story.extend(said(Side::Server, b"ana: teste", 11, 4_120_131));
    story.push(Owned::Delivery(delivery()));
    story.extend(closing());
    story.push(Owned::End(end()));
    story
}
