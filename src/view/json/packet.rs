//! The `packet` event: the hot path of JSON Lines, hand-written because it is most of every file.

use super::object::{
    bare_object, boolean, hex, key, list, number, number_if, object, seconds_if, string, time,
    word, words,
};
use super::texts::PacketTexts;
use crate::packet::TcpOption;
use crate::timeline::PacketEntry;
use crate::view::encode::{EndpointTexts, push_number};

/// Appends one `packet` line.
pub(super) fn write_packet(
    out: &mut Vec<u8>,
    ends: &mut EndpointTexts,
    texts: &mut PacketTexts,
    packet: &PacketEntry,
    payload: bool,
) {
    out.extend_from_slice(b"{\"event\":\"packet\"");
    let seen = &packet.observation;
    number(out, key!("frame"), packet.frame);
    time(out, key!("ts"), packet.at);
    number(out, key!("stream"), seen.stream.0);
    let direction = [packet.source, packet.destination];
    texts.directions.push(out, ends, seen.side, direction);
    texts.flags.push(out, packet.flags);
    write_numbers(out, packet);
    if !packet.options.options().0.is_empty() {
        object(out, key!("options"), |out| write_options(out, packet));
    }
    texts.states.push(out, seen.client_state, seen.server_state);
    write_analysis(out, packet);
    if let Some(code) = seen.role.code() {
        word(out, key!("role"), code);
    }
    if !seen.analysed {
        boolean(out, key!("quoted"), true);
    }
    if let Some(name) = &packet.name {
        string(out, key!("name"), name);
    }
    if let (true, Some(bytes)) = (payload, &packet.payload) {
        hex(out, key!("payload"), bytes);
    }
    out.extend_from_slice(b"}\n");
}

/// Sequence space, window and length.
fn write_numbers(out: &mut Vec<u8>, packet: &PacketEntry) {
    let seen = &packet.observation;
    number(out, key!("seq"), seen.seq);
    if packet.flags.ack() {
        number(out, key!("ack"), seen.ack);
    }
    if seen.analysed {
        number(out, key!("next_seq"), seen.next_seq);
    }
    number(out, key!("seq_raw"), packet.seq_raw.0);
    if packet.flags.ack() || packet.ack_raw.0 != 0 {
        number(out, key!("ack_raw"), packet.ack_raw.0);
    }
    number(out, key!("window"), packet.window);
    if seen.analysed {
        number(out, key!("window_scaled"), seen.window_scaled);
    }
    number_if(out, key!("window_shift"), seen.window_shift);
    number_if(out, key!("len"), packet.len);
}

/// The members of `options`.
fn write_options(out: &mut Vec<u8>, packet: &PacketEntry) {
    let options = packet.options.options();
    let mut others = false;
    for (_, option) in options.iter() {
        match option {
            TcpOption::EndOfList | TcpOption::NoOperation => {}
            TcpOption::MaximumSegmentSize(mss) => number(out, key!("mss"), mss),
            TcpOption::WindowScale(shift) => number(out, key!("wscale"), shift),
            TcpOption::SackPermitted => boolean(out, key!("sack_permitted"), true),
            TcpOption::Timestamps { value, echo } => {
                number(out, key!("tsval"), value);
                number(out, key!("tsecr"), echo);
            }
            TcpOption::Sack(blocks) => list(out, key!("sack"), blocks.iter(), |out, (l, r)| {
                out.push(b'[');
                push_number(out, u64::from(l.0));
                out.push(b',');
                push_number(out, u64::from(r.0));
                out.push(b']');
            }),
            TcpOption::Other { .. } => others = true,
        }
    }
    if others {
        let other = options.iter().filter_map(|(_, option)| match option {
            TcpOption::Other { kind, data } => Some((kind, data)),
            _ => None,
        });
        list(out, key!("other"), other, |out, (kind, data)| {
            bare_object(out, |out| {
                number(out, key!("kind"), kind);
                hex(out, key!("hex"), data);
            });
        });
    }
}

/// Flags and the numbers that come with them.
fn write_analysis(out: &mut Vec<u8>, packet: &PacketEntry) {
    let seen = &packet.observation;
    if !seen.analysis.is_empty() {
        words(out, key!("analysis"), seen.analysis.names());
    }
    if !seen.notes.is_empty() {
        words(out, key!("notes"), seen.notes.names());
    }
    if let Some((count, frame)) = seen.duplicate_ack {
        number(out, key!("duplicate_ack_num"), count);
        number(out, key!("duplicate_ack_frame"), frame);
    }
    number_if(out, key!("acks_frame"), seen.acks_frame);
    seconds_if(out, key!("ack_rtt"), seen.ack_rtt);
    seconds_if(out, key!("initial_rtt"), seen.initial_rtt);
    number_if(out, key!("bytes_in_flight"), seen.bytes_in_flight);
    number_if(out, key!("push_bytes_sent"), seen.push_bytes_sent);
    if let Some((rto, frame)) = seen.rto {
        seconds_if(out, key!("rto"), Some(rto));
        number(out, key!("rto_frame"), frame);
    }
    number_if(out, key!("original_frame"), seen.original_frame);
    seconds_if(out, key!("time_relative"), Some(seen.time_relative));
    seconds_if(out, key!("time_delta"), Some(seen.time_delta));
    number(out, key!("completeness"), seen.completeness);
}
