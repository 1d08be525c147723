//! Entries with every field filled, for sinks that must show or write them all.

use super::{SYN_OPTIONS, Seg, at, packet};
use crate::packet::TcpOptions;
use crate::tcp::{
    AnalysisFlags, Certainty, FrameRole, OwnFlags, Reset, ResetCause, Side, Step, StreamId,
    TcpState, Teardown,
};
use crate::timeline::{FindingCode, FindingEntry, OptionBytes, PacketEntry};

/// A packet with every flag and number that can be.
pub(in crate::view) fn full_packet() -> PacketEntry {
    let mut full = packet(&Seg {
        frame: 42,
        micros: 5,
        side: Side::Server,
        flags: 0x1ff,
        seq: 9,
        ack: 8,
        len: 3,
        role: FrameRole::FirstFinAck,
        states: (TcpState::Established, TcpState::CloseWait),
        delta_us: -3,
    });
    let mut options = [0u8; 40];
    let parts: [&[u8]; 4] = [
        &SYN_OPTIONS,
        &[5, 10, 0, 0, 0, 1, 0, 0, 0, 2],
        &[34, 4, 0xab, 0xcd],
        &[1, 1],
    ];
    let bytes: Vec<u8> = parts.concat();
    options[..bytes.len()].copy_from_slice(&bytes);
    full.header_length = 20 + bytes.len() as u8;
    full.options = OptionBytes::copy_of(TcpOptions(&options[..bytes.len()]));
    full.payload = Some(Box::from(&b"ab\n"[..]));
    let seen = &mut full.observation;
    for (flag, _) in AnalysisFlags::NAMES {
        seen.analysis.insert(flag);
    }
    for (flag, _) in OwnFlags::NAMES {
        seen.notes.insert(flag);
    }
    seen.duplicate_ack = Some((3, 40));
    seen.acks_frame = Some(41);
    seen.ack_rtt = Some(12_000);
    seen.initial_rtt = Some(34_000);
    seen.bytes_in_flight = Some(100);
    seen.push_bytes_sent = Some(100);
    seen.rto = Some((200_000_000, 12));
    seen.original_frame = Some(12);
    full
}

/// A finding with every field.
pub(in crate::view) fn full_finding() -> FindingEntry {
    FindingEntry {
        at: at(7),
        stream: Some(StreamId(2)),
        connection: Some(super::pair()),
        code: FindingCode::Reset(ResetCause::UnreadData),
        side: Some(Side::Server),
        certainty: Certainty::Inferred,
        frames: vec![30, 31],
        duration: Some(1_200_000_000),
        value: Some(60),
    }
}

/// A teardown by RST.
pub(in crate::view) fn reset_teardown() -> Teardown {
    Teardown {
        reset: Some(Reset {
            side: Side::Client,
            step: Step {
                frame: 9,
                at: at(50),
            },
            cause: ResetCause::Linger0,
            exact: true,
        }),
        ..Teardown::default()
    }
}
