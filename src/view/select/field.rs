//! What a segment has a number for, by Wireshark's names. Times are nanoseconds here and seconds in a filter.
//!
//! Must not know: how filters are spelled and joined.

use crate::packet::TcpOption;
use crate::timeline::PacketEntry;

/// Something that a segment may have a number for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Frame,
    SourcePort,
    DestinationPort,
    Length,
    Seq,
    SeqRaw,
    Ack,
    AckRaw,
    HeaderLength,
    Flags,
    Window,
    WindowScaled,
    ScaleFactor,
    MaximumSegmentSize,
    WindowShift,
    TimestampValue,
    TimestampEcho,
    Completeness,
    AcksFrame,
    DuplicateAckFrame,
    DuplicateAckNumber,
    RtoFrame,
    BytesInFlight,
    PushBytesSent,
    AckRtt,
    InitialRtt,
    Rto,
    TimeRelative,
    TimeDelta,
}

impl Field {
    /// Every one with its name.
    pub(super) const NAMES: [(Self, &'static str); 29] = [
        (Self::Frame, "frame.number"),
        (Self::SourcePort, "tcp.srcport"),
        (Self::DestinationPort, "tcp.dstport"),
        (Self::Length, "tcp.len"),
        (Self::Seq, "tcp.seq"),
        (Self::SeqRaw, "tcp.seq_raw"),
        (Self::Ack, "tcp.ack"),
        (Self::AckRaw, "tcp.ack_raw"),
        (Self::HeaderLength, "tcp.hdr_len"),
        (Self::Flags, "tcp.flags"),
        (Self::Window, "tcp.window_size_value"),
        (Self::WindowScaled, "tcp.window_size"),
        (Self::ScaleFactor, "tcp.window_size_scalefactor"),
        (Self::MaximumSegmentSize, "tcp.options.mss_val"),
        (Self::WindowShift, "tcp.options.wscale.shift"),
        (Self::TimestampValue, "tcp.options.timestamp.tsval"),
        (Self::TimestampEcho, "tcp.options.timestamp.tsecr"),
        (Self::Completeness, "tcp.completeness"),
        (Self::AcksFrame, "tcp.analysis.acks_frame"),
        (Self::DuplicateAckFrame, "tcp.analysis.duplicate_ack_frame"),
        (Self::DuplicateAckNumber, "tcp.analysis.duplicate_ack_num"),
        (Self::RtoFrame, "tcp.analysis.rto_frame"),
        (Self::BytesInFlight, "tcp.analysis.bytes_in_flight"),
        (Self::PushBytesSent, "tcp.analysis.push_bytes_sent"),
        (Self::AckRtt, "tcp.analysis.ack_rtt"),
        (Self::InitialRtt, "tcp.analysis.initial_rtt"),
        (Self::Rto, "tcp.analysis.rto"),
        (Self::TimeRelative, "tcp.time_relative"),
        (Self::TimeDelta, "tcp.time_delta"),
    ];

    /// From its name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(field, _)| *field)
    }

    /// It is compared with seconds.
    pub(super) const fn is_time(self) -> bool {
        matches!(
            self,
            Self::AckRtt | Self::InitialRtt | Self::Rto | Self::TimeRelative | Self::TimeDelta
        )
    }

    /// It stands behind the length of the header, or is told behind it.
    const fn is_behind_header_length(self) -> bool {
        matches!(
            self,
            Self::Ack
                | Self::AckRaw
                | Self::Flags
                | Self::Window
                | Self::WindowScaled
                | Self::TimeRelative
                | Self::TimeDelta
        )
    }

    /// What this segment has; `None`: nothing of that.
    pub(super) fn of(self, packet: &PacketEntry) -> Option<i64> {
        if self.is_behind_header_length() && packet.bogus_header_length().is_some() {
            return None;
        }
        let seen = &packet.observation;
        let option = |wanted: fn(TcpOption<'_>) -> Option<i64>| {
            let mut options = packet.options.options().iter();
            options.find_map(|(_, option)| wanted(option))
        };
        Some(match self {
            Self::Frame => packet.frame as i64,
            Self::SourcePort => packet.source.port.into(),
            Self::DestinationPort => packet.destination.port.into(),
            Self::Length => packet.len?.into(),
            Self::Seq => seen.seq.into(),
            Self::SeqRaw => packet.seq_raw.0.into(),
            Self::Ack => seen.ack.into(),
            Self::AckRaw => packet.ack_raw.0.into(),
            Self::HeaderLength => packet.header_length.into(),
            Self::Flags => packet.flags.0.into(),
            Self::Window => packet.window.into(),
            Self::WindowScaled => seen.window_scaled.into(),
            Self::ScaleFactor => 1 << seen.window_shift?,
            Self::MaximumSegmentSize => option(|option| match option {
                TcpOption::MaximumSegmentSize(size) => Some(size.into()),
                _ => None,
            })?,
            Self::WindowShift => option(|option| match option {
                TcpOption::WindowScale(shift) => Some(shift.into()),
                _ => None,
            })?,
            Self::TimestampValue => option(|option| match option {
                TcpOption::Timestamps { value, .. } => Some(value.into()),
                _ => None,
            })?,
            Self::TimestampEcho => option(|option| match option {
                TcpOption::Timestamps { echo, .. } => Some(echo.into()),
                _ => None,
            })?,
            Self::Completeness => seen.completeness.into(),
            Self::AcksFrame => seen.acks_frame? as i64,
            Self::DuplicateAckNumber => seen.duplicate_ack?.0.into(),
            Self::DuplicateAckFrame => seen.duplicate_ack?.1 as i64,
            Self::RtoFrame => seen.rto?.1 as i64,
            Self::BytesInFlight => seen.bytes_in_flight?.into(),
            Self::PushBytesSent => seen.push_bytes_sent?.into(),
            Self::AckRtt => seen.ack_rtt?,
            Self::InitialRtt => seen.initial_rtt?,
            Self::Rto => seen.rto?.0,
            Self::TimeRelative => seen.time_relative,
            Self::TimeDelta => seen.time_delta,
        })
    }
}

/// Kinds of options that a filter can ask for by name.
pub(super) const OPTIONS: [(u8, &str); 5] = [
    (2, "tcp.options.mss"),
    (3, "tcp.options.wscale"),
    (4, "tcp.options.sack_perm"),
    (5, "tcp.options.sack"),
    (8, "tcp.options.timestamp"),
];

/// The kinds of the options that a segment carries, up to where the list breaks off.
pub(super) fn option_kinds(packet: &PacketEntry) -> impl Iterator<Item = u8> + '_ {
    let options = packet.options.options();
    options.iter().map(move |(at, _)| options.0[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_name() {
        for (place, (field, name)) in Field::NAMES.into_iter().enumerate() {
            assert_eq!(field as usize, place, "{name}");
            assert_eq!(Field::from_name(name), Some(field));
        }
        assert_eq!(Field::TimeDelta as usize + 1, Field::NAMES.len());
    }
}
