//! The expert items of Wireshark 4.0 about the options of a TCP header.

use super::extensions::Extension;
use super::severity::Severity;
use crate::packet::{
    MAX_WINDOW_SHIFT, OptionFault, SackBlocks, SeqNumber, TcpOption, TcpOptions, only_size,
};
use crate::timeline::PacketEntry;

/// Kind of the maximum segment size option.
pub(super) const MSS: u8 = 2;

/// What is notable about options: lengths, a Fast Open cookie, a shift beyond the largest, a D-SACK (RFC 2883), padding.
pub(super) fn items(packet: &PacketEntry, put: &mut impl FnMut(Severity, String)) {
    if packet.options_are_whole() {
        lengths(packet.options.options(), put);
    }
    let flags = packet.flags;
    for (_, option) in packet.options.options().iter() {
        if let Some(Extension::FastOpen([_, ..])) = Extension::of(option)
            && flags.syn()
            && !flags.ack()
        {
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
        if let Some(text) = sizes_meant(option) {
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
fn sizes_meant(option: TcpOption<'_>) -> Option<String> {
    let TcpOption::Other { kind, data } = option else {
        return None;
    };
    let length = data.len() + 2;
    let meant = match (kind, Extension::of(option)) {
        (29, _) if length < 4 => return Some("option length should be >= than 4".to_owned()),
        (76, _) if length < 3 => return Some("option length should be >= 3)".to_owned()),
        (_, Some(Extension::Nameless)) => {
            return Some(format!("option length {length} smaller than 4"));
        }
        (_, Some(Extension::AckRate([_, _, ..]))) => "4 or 5".to_owned(),
        (_, Some(Extension::AccurateEcn { counters, .. })) if !are_counters(counters) => {
            let front = length - counters.len();
            format!("{front}, {}, {}, or {}", front + 3, front + 6, front + 9)
        }
        _ => return None,
    };
    Some(format!(
        "option length should be {meant} instead of {length}"
    ))
}

/// Whether these are whole counters of Accurate ECN, three at the most.
pub(super) const fn are_counters(bytes: &[u8]) -> bool {
    bytes.len() <= 9 && bytes.len().is_multiple_of(3)
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
