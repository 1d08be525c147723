//! The expert items of Wireshark 4.0 about the options of a TCP header.

use super::severity::Severity;
use crate::packet::{
    MAX_WINDOW_SHIFT, OptionFault, SackBlocks, SeqNumber, TcpOption, TcpOptions, only_size,
};
use crate::timeline::PacketEntry;

/// Kind of the maximum segment size option.
pub(super) const MSS: u8 = 2;
/// Kind of the capabilities of SCPS.
pub(super) const SCPS: u8 = 20;
/// Kind of the Fast Open option.
pub(super) const FAST_OPEN: u8 = 34;
/// Kinds of the Accurate ECN options: ECT(0) first, ECT(1) first.
pub(super) const ACCURATE_ECN: u8 = 172;
pub(super) const ACCURATE_ECN_1: u8 = 174;
/// Kinds that name an experiment (RFC 6994).
pub(super) const NAMES_EXPERIMENT: [u8; 2] = [253, 254];

/// An option of one of the kinds that name an experiment, as far as Wireshark knows the experiment.
pub(super) enum Experiment<'a> {
    /// TCP Fast Open before it had a kind of its own: the cookie.
    FastOpen(&'a [u8]),
    /// TCP ACK rate request (a draft).
    AckRate(&'a [u8]),
    /// Accurate ECN before it had kinds of its own.
    AccurateEcn { ect0_first: bool, data: &'a [u8] },
    /// Any other, by its name in two bytes.
    Other(u16),
}

impl<'a> Experiment<'a> {
    /// What stands behind kind and length; `None` where no name does.
    pub(super) fn of(data: &'a [u8]) -> Option<Self> {
        let (&id, data) = data.split_first_chunk()?;
        Some(match u16::from_be_bytes(id) {
            0xf989 => Self::FastOpen(data),
            0x00ac => Self::AckRate(data),
            id @ (0xacc0 | 0xacc1) => Self::AccurateEcn {
                ect0_first: id == 0xacc0,
                data,
            },
            id => Self::Other(id),
        })
    }
}

/// The cookie of a Fast Open option (RFC 7413), also of the experimental one.
fn cookie(option: TcpOption<'_>) -> Option<&[u8]> {
    match option {
        TcpOption::Other {
            kind: FAST_OPEN,
            data,
        } => Some(data),
        TcpOption::Other { kind, data } if NAMES_EXPERIMENT.contains(&kind) => {
            match Experiment::of(data) {
                Some(Experiment::FastOpen(cookie)) => Some(cookie),
                _ => None,
            }
        }
        _ => None,
    }
    .filter(|cookie| !cookie.is_empty())
}

/// What is notable about options: lengths, a Fast Open cookie, a shift beyond the largest, a D-SACK (RFC 2883), padding.
pub(super) fn items(packet: &PacketEntry, put: &mut impl FnMut(Severity, String)) {
    if packet.options_are_whole() {
        lengths(packet.options.options(), put);
    }
    let flags = packet.flags;
    for (_, option) in packet.options.options().iter() {
        if flags.syn() && !flags.ack() && cookie(option).is_some() {
            put(Severity::Note, "TCP SYN with TFO Cookie".to_owned());
        }
        match option {
            TcpOption::WindowScale(shift) if shift > MAX_WINDOW_SHIFT => {
                put(
                    Severity::Warning,
                    "Window scale shift exceeds 14".to_owned(),
                );
            }
            TcpOption::Sack(blocks) if flags.ack() && is_duplicate(blocks, packet.ack_raw) => {
                put(Severity::Warning, "D-SACK Sequence".to_owned());
            }
            _ => {}
        }
    }
    if four_in_a_row(packet.options.options().0) {
        put(
            Severity::Warning,
            "4 NOP in a row - a router may have removed some options".to_owned(),
        );
    }
}

/// Options of another length than theirs, and the one at which the list breaks off.
fn lengths(options: TcpOptions<'_>, put: &mut impl FnMut(Severity, String)) {
    for (_, option) in options.iter() {
        if let Some((_, meant, length)) = length_meant(option)
            && length != meant
        {
            put(Severity::Note, format!("option length should be {meant}"));
        }
        if let TcpOption::Other { kind, data } = option
            && let Some(text) = sizes_meant(kind, data)
        {
            put(Severity::Note, text);
        }
    }
    let Some((kind, fault)) = options.fault() else {
        return;
    };
    let name = option_name(kind);
    let unit = |bytes| if bytes == 1 { "byte" } else { "bytes" };
    let why = match fault {
        OptionFault::NoLength => "length byte past end of options".to_owned(),
        OptionFault::TooShort(bytes) => {
            format!("with too-short option length = {bytes} {}", unit(bytes))
        }
        OptionFault::PastEnd(bytes) => {
            let unit = unit(bytes);
            format!("option length = {bytes} {unit} says option goes past end of options")
        }
    };
    put(Severity::Note, format!("{name} ({why})"));
}

/// The kind of an option of one length only, that length, and the one that it has; both in bytes.
pub(super) fn length_meant(option: TcpOption<'_>) -> Option<(u8, usize, usize)> {
    const SNACK: u8 = 21;
    let (kind, length) = match option {
        TcpOption::MaximumSegmentSize(_) => (MSS, 4),
        TcpOption::Other { kind, data } => (kind, data.len() + 2),
        _ => return None,
    };
    let meant = if kind == SNACK { 6 } else { only_size(kind)? };
    Some((kind, meant, length))
}

/// What is wrong with the length of an option of a kind that has several, where something is.
fn sizes_meant(kind: u8, data: &[u8]) -> Option<String> {
    /// Bytes of kind and length, and of an experiment's name.
    const FRONT: usize = 2;
    const NAME: usize = 2;
    let length = data.len() + FRONT;
    let counters = |front: usize| (0..=3).any(|count| length == front + 3 * count);
    let (right, meant) = match kind {
        29 => return (length < 4).then(|| "option length should be >= than 4".to_owned()),
        76 => return (length < 3).then(|| "option length should be >= 3)".to_owned()),
        ACCURATE_ECN | ACCURATE_ECN_1 => (counters(FRONT), "2, 5, 8, or 11"),
        _ if !NAMES_EXPERIMENT.contains(&kind) => return None,
        _ => match Experiment::of(data) {
            None => return Some(format!("option length {length} smaller than 4")),
            Some(Experiment::AckRate(rest)) => (rest.len() < 2, "4 or 5"),
            Some(Experiment::AccurateEcn { .. }) => (counters(FRONT + NAME), "4, 7, 10, or 13"),
            Some(_) => return None,
        },
    };
    (!right).then(|| format!("option length should be {meant} instead of {length}"))
}

/// What Wireshark calls a kind of option.
fn option_name(kind: u8) -> String {
    let name = match kind {
        MSS => "Maximum segment size",
        3 => "Window scale",
        4 => "SACK permitted",
        5 => "SACK",
        6 => "Echo",
        7 => "Echo reply",
        8 => "Timestamps",
        11 => "CC",
        12 => "CC.NEW",
        13 => "CC.ECHO",
        19 => "TCP MD5 signature",
        20 => "SCPS capabilities",
        21 => "Selective Negative Acknowledgment",
        22 => "SCPS record boundary",
        23 => "SCPS corruption experienced",
        27 => "Quick-Start",
        28 => "User Timeout",
        29 => "TCP AO",
        30 => "MPTCP",
        34 => "TCP Fast Open",
        76 => "Riverbed Probe",
        78 => "Riverbed Transparency",
        172 | 174 => "Accurate ECN",
        253 | 254 => "Experimental",
        _ => return format!("Unknown (0x{kind:02x})"),
    };
    name.to_owned()
}

/// The first block lies in what is acknowledged, or in the second block (RFC 2883 section 4).
fn is_duplicate(blocks: SackBlocks<'_>, ack: SeqNumber) -> bool {
    let mut blocks = blocks.iter();
    let Some((_, end)) = blocks.next() else {
        return false;
    };
    let second = blocks.next();
    end.precedes_or_is(ack)
        || second.is_some_and(|(left, right)| left.precedes(end) && !right.precedes(end))
}

/// tshark's way to count NOPs: those at multiples of four begin anew, other options do not; the end of the list ends it.
fn four_in_a_row(options: &[u8]) -> bool {
    let (mut at, mut count) = (0, 0);
    while let Some(&kind) = options.get(at) {
        if kind == 0 {
            return false;
        }
        if kind > 1 {
            match options.get(at + 1) {
                Some(&size) if size >= 2 => at += usize::from(size),
                _ => return false,
            }
            continue;
        }
        if count == 0 || at % 4 != 0 {
            count += 1;
            if count == 4 {
                return true;
            }
        } else {
            count = 0;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::four_in_a_row;

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn nops_in_a_row() {
        let stamps = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];
        for options in [
            &[1, 1, 1, 1][..],
            &[1, 1, 2, 4, 5, 0xb4, 1, 1],
            &[1, 1, 1, 3, 3, 7, 1, 0],
            &[2, 4, 5, 0xb4, 1, 1, 1, 1],
        ] {
            assert!(four_in_a_row(options), "{options:?}");
        }
        for options in [
            &[0, 0, 0, 0][..],
            &[1, 1, 1, 0],
            &[1, 3, 3, 7, 1, 1, 1, 1],
            &[&stamps[..], &[1, 1, 1, 1]].concat(),
        ] {
            assert!(!four_in_a_row(options), "{options:?}");
        }
    }
}
