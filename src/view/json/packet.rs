//! The `packet` event: the hot path of JSON Lines, hand-written because it is most of every file.

use super::object::{hex, key};
use super::page::Page;
use super::pen::Pen;
use super::texts::{DirectionText, Texts};
use crate::packet::{TcpOption, TcpOptions};
use crate::timeline::PacketEntry;

/// Appends one `packet` line.
pub(super) fn write_packet(
    page: &mut Page,
    texts: &mut Texts,
    packet: &PacketEntry,
    payload: bool,
) {
    let seen = &packet.observation;
    let direction = (
        seen.stream,
        seen.side,
        [&packet.source, &packet.destination],
    );
    let direction = texts.directions.of(&mut texts.endpoints, direction);
    let mut pen = page
        .pen()
        .text(b"{\"event\":\"packet\"")
        .number(key!("frame"), packet.frame)
        .time(&mut texts.second, key!("ts"), packet.at)
        .snippet(&direction.ends)
        .snippet(texts.flags.of(packet.flags));
    pen = write_numbers(pen, direction, packet);
    pen = write_options(pen, packet);
    pen = pen.snippet(texts.states.of(seen.client_state, seen.server_state));
    pen = write_analysis(pen, direction, packet);
    if let Some(code) = seen.role.code() {
        pen = pen.word(key!("role"), code);
    }
    if !seen.analysed {
        pen = pen.boolean(key!("quoted"), true);
        if let Some(error) = &packet.error {
            let from = error.from.to_string();
            pen = pen.word(key!("icmp"), error.reason.code());
            pen = pen.word(key!("icmp_from"), &from);
        }
    }
    if let Some(name) = &packet.name {
        pen = pen.run(direction.name(name));
    }
    if let (true, Some(bytes)) = (payload, &packet.payload) {
        pen.lay();
        page.beside(|out| hex(out, key!("payload"), bytes));
        pen = page.pen();
    }
    pen.text(b"}\n").lay();
}

/// Sequence space, window and length.
#[inline]
fn write_numbers<'a>(
    mut pen: Pen<'a>,
    direction: &mut DirectionText,
    packet: &PacketEntry,
) -> Pen<'a> {
    let seen = &packet.observation;
    pen = pen.memo(&mut direction.seq, seen.seq, |pen| {
        pen.number(key!("seq"), seen.seq)
    });
    if packet.flags.ack() {
        pen = pen.memo(&mut direction.ack, seen.ack, |pen| {
            pen.number(key!("ack"), seen.ack)
        });
    }
    let next = seen.analysed.then_some(seen.next_seq);
    let raw = packet.seq_raw.0;
    pen = pen.memo(&mut direction.next_seq, (next, raw), |pen| {
        pen.number_if(key!("next_seq"), next)
            .number(key!("seq_raw"), raw)
    });
    let raw = packet.ack_raw.0;
    if packet.flags.ack() || raw != 0 {
        pen = pen.memo(&mut direction.ack_raw, raw, |pen| {
            pen.number(key!("ack_raw"), raw)
        });
    }
    let scaled = seen.analysed.then_some(seen.window_scaled);
    let window = (packet.window, scaled, seen.window_shift);
    pen.memo(&mut direction.window, window, |pen| {
        pen.number(key!("window"), packet.window)
            .number_if(key!("window_scaled"), scaled)
            .number_if(key!("window_shift"), seen.window_shift)
    })
    .number_if(key!("len"), packet.len)
}

/// `options`; nearly always time stamps alone.
#[inline]
fn write_options<'a>(pen: Pen<'a>, packet: &PacketEntry) -> Pen<'a> {
    let options = packet.options.options();
    if options.0.is_empty() {
        return pen;
    }
    if let Some((value, echo)) = options.only_timestamps() {
        return pen
            .text(key!("options"))
            .number(b"{\"tsval\":", value)
            .number(key!("tsecr"), echo)
            .text(b"}");
    }
    pen.object(key!("options"), |pen| write_any_options(pen, options))
}

/// The members of `options`. Each is written once.
fn write_any_options<'a>(mut pen: Pen<'a>, options: TcpOptions<'_>) -> Pen<'a> {
    let (mut met, mut again, mut others) = (0, 0, false);
    for (_, option) in options.iter() {
        let member = member(option);
        again |= met & member;
        met |= member;
        others |= matches!(option, TcpOption::Other { .. });
    }
    if again != 0 {
        return write_repeated_options(pen, options);
    }
    for (_, option) in options.iter() {
        pen = write_member(pen, option);
    }
    if !others {
        return pen;
    }
    let other = options.iter().filter_map(|(_, option)| match option {
        TcpOption::Other { kind, data } => Some((kind, data)),
        _ => None,
    });
    write_other(pen, other)
}

/// The same where an option stands twice: the last one counts, as in the analysis; those before it are among the others.
#[cold]
fn write_repeated_options<'a>(mut pen: Pen<'a>, options: TcpOptions<'_>) -> Pen<'a> {
    let all: Vec<_> = options.iter().collect();
    let mut other = Vec::new();
    for (index, &(at, option)) in all.iter().enumerate() {
        let own = member(option);
        let mut later = all[index + 1..].iter();
        if own != 0 && later.all(|(_, later)| member(*later) != own) {
            pen = write_member(pen, option);
        } else if !matches!(option, TcpOption::EndOfList | TcpOption::NoOperation) {
            // Kind and length, and the bytes that the length counts with them.
            let (kind, size) = (options.0[at], usize::from(options.0[at + 1]));
            other.push((kind, &options.0[at + 2..at + size]));
        }
    }
    write_other(pen, other.into_iter())
}

/// A bit for each option that has a member of its own; 0 for all others.
const fn member(option: TcpOption<'_>) -> u8 {
    match option {
        TcpOption::MaximumSegmentSize(_) => 1,
        TcpOption::WindowScale(_) => 1 << 1,
        TcpOption::SackPermitted => 1 << 2,
        TcpOption::Timestamps { .. } => 1 << 3,
        TcpOption::Sack(_) => 1 << 4,
        TcpOption::EndOfList | TcpOption::NoOperation | TcpOption::Other { .. } => 0,
    }
}

/// The member of an option that has one of its own.
fn write_member<'a>(pen: Pen<'a>, option: TcpOption<'_>) -> Pen<'a> {
    match option {
        TcpOption::EndOfList | TcpOption::NoOperation | TcpOption::Other { .. } => pen,
        TcpOption::MaximumSegmentSize(mss) => pen.number(key!("mss"), mss),
        TcpOption::WindowScale(shift) => pen.number(key!("wscale"), shift),
        TcpOption::SackPermitted => pen.boolean(key!("sack_permitted"), true),
        TcpOption::Timestamps { value, echo } => {
            pen.number(key!("tsval"), value).number(key!("tsecr"), echo)
        }
        TcpOption::Sack(blocks) => pen.list(key!("sack"), blocks.iter(), |pen, (l, r)| {
            pen.number(b"[", l.0).number(b",", r.0).text(b"]")
        }),
    }
}

/// Kinds and bytes of the others.
fn write_other<'a, 'o>(pen: Pen<'a>, other: impl Iterator<Item = (u8, &'o [u8])>) -> Pen<'a> {
    pen.list(key!("other"), other, |pen, (kind, data)| {
        pen.number(b"{\"kind\":", kind)
            .hex(key!("hex"), data)
            .text(b"}")
    })
}

/// Flags and the numbers that come with them.
#[inline]
fn write_analysis<'a>(
    mut pen: Pen<'a>,
    direction: &mut DirectionText,
    packet: &PacketEntry,
) -> Pen<'a> {
    let seen = &packet.observation;
    if !seen.analysis.is_empty() || !seen.notes.is_empty() {
        pen = write_flags(pen, packet);
    }
    if let Some((count, frame)) = seen.duplicate_ack {
        pen = pen
            .number(key!("duplicate_ack_num"), count)
            .number(key!("duplicate_ack_frame"), frame);
    }
    pen = pen
        .number_if(key!("acks_frame"), seen.acks_frame)
        .seconds_if(key!("ack_rtt"), seen.ack_rtt);
    if let Some(rtt) = seen.initial_rtt {
        let write = |pen: Pen<'a>| pen.seconds(key!("initial_rtt"), rtt);
        pen = pen.memo(&mut direction.initial_rtt, rtt, write);
    }
    pen = pen
        .number_if(key!("bytes_in_flight"), seen.bytes_in_flight)
        .number_if(key!("push_bytes_sent"), seen.push_bytes_sent);
    if let Some((rto, frame)) = seen.rto {
        pen = pen
            .seconds(key!("rto"), rto)
            .number(key!("rto_frame"), frame);
    }
    pen.number_if(key!("original_frame"), seen.original_frame)
        .seconds(key!("time_relative"), seen.time_relative)
        .seconds(key!("time_delta"), seen.time_delta)
        .number(key!("completeness"), seen.completeness)
}

/// Wireshark's flags and our notes, where there are any.
fn write_flags<'a>(mut pen: Pen<'a>, packet: &PacketEntry) -> Pen<'a> {
    let seen = &packet.observation;
    if !seen.analysis.is_empty() {
        pen = pen.words(key!("analysis"), seen.analysis.names());
    }
    if !seen.notes.is_empty() {
        pen = pen.words(key!("notes"), seen.notes.names());
    }
    pen
}
