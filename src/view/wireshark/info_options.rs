//! What the Info column says of TCP options.
//!
//! Not said again here, for Wireshark remembers it of earlier frames: the blocks of a SACK option on a frame without ACK, the holes
//! of SNACK, the extended capabilities of SCPS. Nor what Riverbed's options put before the column.

use std::fmt::{self, Write as _};

use super::extensions::Extension;
use super::options::are_counters;
use crate::packet::{SeqNumber, TcpOption};
use crate::timeline::PacketEntry;

/// What the options of a frame add to the column, in header order.
pub(super) fn append(out: &mut String, packet: &PacketEntry) {
    // Sequence numbers of the other direction are relative to where its acknowledgments say it began. Without ACK there is nothing
    // to count from.
    let acks = packet.flags.ack();
    let base = acks.then(|| packet.ack_raw.minus(packet.observation.ack));
    for (_, option) in packet.options.options().iter() {
        // Writing to a String cannot fail.
        let _ = one(out, option, base);
    }
}

fn one(out: &mut String, option: TcpOption<'_>, base: Option<SeqNumber>) -> fmt::Result {
    match option {
        TcpOption::EndOfList | TcpOption::NoOperation => Ok(()),
        TcpOption::MaximumSegmentSize(bytes) => write!(out, " MSS={bytes}"),
        TcpOption::WindowScale(shift) => write!(out, " WS={}", 1u32 << shift.min(14)),
        TcpOption::SackPermitted => out.write_str(" SACK_PERM"),
        TcpOption::Timestamps { value, echo } => write!(out, " TSval={value} TSecr={echo}"),
        TcpOption::Sack(blocks) => base.map_or(Ok(()), |base| {
            blocks.iter().try_for_each(|(left, right)| {
                let (left, right) = (left.offset_from(base), right.offset_from(base));
                write!(out, " SLE={left} SRE={right}")
            })
        }),
        TcpOption::Other { kind, data } => match Extension::of(option) {
            Some(extension) => extended(out, extension),
            None => other(out, kind, data),
        },
    }
}

fn other(out: &mut String, kind: u8, data: &[u8]) -> fmt::Result {
    match (kind, data) {
        (4, _) => out.write_str(" SACK_PERM"),
        (6 | 7, &[a, b, c, d]) => write!(out, " ECHO={}", u32::from_be_bytes([a, b, c, d])),
        (11..=13, &[a, b, c, d]) => write!(out, " CC={}", u32::from_be_bytes([a, b, c, d])),
        (19, _) => out.write_str(" MD5"),
        (20, &[capabilities, connection]) => scps(out, capabilities, connection),
        (27, &[rate, _, _, _, _, _]) => quick_start(out, rate & 15),
        (28, &[high, low]) => {
            write!(out, " USER_TO={}", u16::from_be_bytes([high & 0x7f, low]))
        }
        (29, _) => out.write_str("TCP AO"),
        _ => Ok(()),
    }
}

fn extended(out: &mut String, extension: Extension<'_>) -> fmt::Result {
    match extension {
        Extension::FastOpen(&[]) => out.write_str(" TFO=R"),
        Extension::FastOpen(_) => out.write_str(" TFO=C"),
        Extension::AckRate(&[]) => out.write_str(" TARR"),
        Extension::AckRate(&[rate]) => write!(out, " TARR={}", rate >> 1),
        Extension::AccurateEcn {
            ect0_first,
            counters,
        } if are_counters(counters) => accurate_ecn(out, ect0_first, counters),
        Extension::Experiment(name) => write!(out, " ExID={name:X}"),
        Extension::AckRate(_) | Extension::AccurateEcn { .. } | Extension::Nameless => Ok(()),
    }
}

/// Bytes that came with ECT(0), CE and ECT(1) (RFC 9768), in this order or the other way round; those at the end may be left out.
fn accurate_ecn(out: &mut String, ect0_first: bool, counters: &[u8]) -> fmt::Result {
    let names = if ect0_first {
        ["EE0B", "ECEB", "EE1B"]
    } else {
        ["EE1B", "ECEB", "EE0B"]
    };
    if counters.is_empty() {
        return out.write_str(" AccECN");
    }
    let counters = counters.chunks_exact(3);
    names.iter().zip(counters).try_for_each(|(name, counter)| {
        let bytes = counter.iter();
        let count = bytes.fold(0, |all, &byte| all << 8 | u32::from(byte));
        write!(out, " {name}={count}")
    })
}

/// The rate that a router approved (RFC 4782 section 3.1): 40 kbit/s, doubled so many times; 0 for none.
fn quick_start(out: &mut String, exponent: u8) -> fmt::Result {
    let rate = f64::from(40_u32 << exponent);
    out.write_str(" QSresp=")?;
    match exponent {
        0 => out.write_str("0 bit/s"),
        1..=4 => write!(out, "{rate} Kbit/s"),
        5..=14 => write!(out, "{} Mbit/s", rate / 1e3),
        _ => write!(out, "{} Gbit/s", rate / 1e6),
    }
}

/// SCPS capabilities (CCSDS 714.0-B-2 section 3.2.3).
fn scps(out: &mut String, capabilities: u8, connection: u8) -> fmt::Result {
    const NAMES: [(u8, &str); 6] = [
        (0x80, "BETS"),
        (0x40, "SNACK1"),
        (0x20, "SNACK2"),
        (0x10, "COMP"),
        (0x08, "NLTS"),
        (0x07, "RESERVED"),
    ];
    let offered = NAMES.iter().filter(|(bits, _)| capabilities & bits != 0);
    let offered: Vec<&str> = offered.map(|&(_, name)| name).collect();
    if !offered.is_empty() {
        write!(out, " SCPS[{}]", offered.join(", "))?;
    }
    if connection != 0 {
        write!(out, " Connection ID={connection}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::TcpOptions;

    fn said(options: &[u8]) -> String {
        let mut out = String::new();
        for (_, option) in TcpOptions(options).iter() {
            one(&mut out, option, Some(SeqNumber(1000))).expect("a String takes it");
        }
        out
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn options_in_wiresharks_words() {
        for (options, words) in [
            (
                &[2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2][..],
                " MSS=1460 WS=128 SACK_PERM",
            ),
            (&[5, 10, 0, 0, 4, 0, 0, 0, 5, 0], " SLE=24 SRE=280"),
            (&[6, 6, 0, 0, 1, 2, 13, 6, 0, 0, 0, 9], " ECHO=258 CC=9"),
            (&[254, 4, 0xf9, 0x89], " TFO=R"),
            (&[253, 6, 0xf9, 0x89, 1, 2], " TFO=C"),
            (&[34, 2, 34, 6, 1, 2, 3, 4], " TFO=R TFO=C"),
            (&[254, 4, 0, 0xac, 253, 5, 0, 0xac, 0x95], " TARR TARR=74"),
            (&[253, 4, 0x12, 0x34, 254, 3, 9], " ExID=1234"),
            (&[172, 2, 174, 5, 0, 1, 2], " AccECN EE1B=258"),
            (
                &[172, 11, 0, 0, 1, 0, 0, 2, 0, 0, 3],
                " EE0B=1 ECEB=2 EE1B=3",
            ),
            (&[254, 7, 0xac, 0xc1, 0, 0, 7], " EE1B=7"),
            (
                &[20, 4, 0xc1, 3],
                " SCPS[BETS, SNACK1, RESERVED] Connection ID=3",
            ),
            (&[28, 4, 0x80, 5, 29, 4, 1, 1], " USER_TO=5TCP AO"),
        ] {
            assert_eq!(said(options), words, "{options:?}");
        }
    }

    /// RFC 4782 section 3.1, with Wireshark's units.
    #[test]
    fn rates_of_quick_start() {
        let rates = "0 bit/s, 80 Kbit/s, 160 Kbit/s, 320 Kbit/s, 640 Kbit/s, 1.28 Mbit/s, 2.56 Mbit/s, 5.12 Mbit/s, \
            10.24 Mbit/s, 20.48 Mbit/s, 40.96 Mbit/s, 81.92 Mbit/s, 163.84 Mbit/s, 327.68 Mbit/s, 655.36 Mbit/s, \
            1.31072 Gbit/s";
        for (exponent, rate) in rates.split(", ").enumerate() {
            let option = [27, 8, 0x50 | exponent as u8, 0, 0, 0, 0, 0];
            assert_eq!(said(&option), format!(" QSresp={rate}"));
        }
    }
}
