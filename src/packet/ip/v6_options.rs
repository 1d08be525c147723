//! IPv6's hop-by-hop and destination options (RFC 8200 section 4.2).

use super::v6::extension;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Context, Step, Stop};
use crate::packet::view::View;
use std::net::Ipv6Addr;

/// A home address (option 201) is who the sender is to the receiver (RFC 6275 section 6.3), whatever the option's length says,
/// as in tshark. An option that runs over the end of the packet ends the reading, as in tshark; over the end of the header
/// alone it does not.
pub(in crate::packet) fn options<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    const HOME_ADDRESS: u8 = 201;
    let end = (usize::from(view.u8(1)?) + 1) * 8;
    let mut at = 2;
    while at < end {
        let (kind, start) = (view.u8(at)?, at);
        let length = match kind {
            0 => 0,
            _ => usize::from(view.u8(at + 1)?),
        };
        at += match kind {
            0 => 1,
            _ => 2 + length.max(fields(kind, length, view.skip(at + 2)?)?),
        };
        view.array::<0>(at)?;
        if kind == HOME_ADDRESS {
            let home = Ipv6Addr::from(view.array::<16>(start + 2)?);
            let (_, destination) = cx.ends();
            cx.effective = Some((home.into(), destination));
        }
    }
    extension(view)
}

/// Bytes of an option's fields behind type and length: tshark reads as many whatever the length says. Measured with 4.0.17:
/// every type with lengths from 0 to 19, and every first byte of those that have fields.
fn fields(kind: u8, length: usize, option: View<'_>) -> Result<usize, Stop> {
    Ok(match kind {
        4 => 1,
        5 => 2,
        // CALIPSO: also the compartment bitmap, whose size is told in words (RFC 5570).
        7 => {
            let whole = 8 + usize::from(option.u8(4)?) * 4;
            option.skip(whole)?;
            whole
        }
        // SMF_DPD: a hash is as long as the option; else a tagger of so many bytes, if one is named.
        8 => match option.u8(0)? {
            ..0x10 => 1,
            first @ 0x10..0x80 => 2 + usize::from(first & 15),
            0x80.. => 0,
        },
        15 => 10,
        49 => telemetry(option, length)?,
        // Quick-Start: requests and reports have a rate and a nonce.
        38 => match option.u8(0)? >> 4 {
            0 | 8 => 6,
            _ => 0,
        },
        48 | 65 | 99 | 194 => 4,
        // MPL: the size of the seed's name in two bits.
        109 => [2, 4, 10, 18][usize::from(option.u8(0)? >> 6)],
        201 => 16,
        238 => 3,
        _ => 0,
    })
}

/// In-situ measurements (RFC 9486): an empty option ends the reading, a trace has fields of its own, and of its first node (RFC
/// 9197 section 4.4.2) all that its type announces must be there.
fn telemetry(option: View<'_>, length: usize) -> Result<usize, Stop> {
    const FIELDS: usize = 2;
    const TRACE_FIELDS: usize = 10;
    /// Behind the bits of fields: a snapshot, and one that is reserved.
    const OTHER_BITS: u32 = 2;
    /// Fields of eight bytes instead of four.
    const WIDE: u32 = 0b111 << 13;
    if length == 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    if option.u8(1)? > 1 {
        return Ok(FIELDS);
    }
    let [node, free] =
        [option.u8(4)? >> 3, option.u8(5)? & 0x7f].map(|words| usize::from(words) * 4);
    let kind = option.u32(6)? >> 8;
    let left = length.checked_sub(TRACE_FIELDS + free);
    if node != 0 && left.is_some_and(|left| left >= node) {
        let fields = (kind >> OTHER_BITS).count_ones() + (kind & WIDE).count_ones();
        option.array::<0>(TRACE_FIELDS + free + fields as usize * 4)?;
    }
    Ok(TRACE_FIELDS)
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{address, ends};

    #[test]
    fn a_home_address_names_the_sender() {
        let options = [&[6, 2, 1, 2, 0, 0, 201, 16][..], &address(9)].concat();
        assert_eq!(ends(60, &options).0, "[::9]:1000");
        let short = [&[6, 2, 1, 2, 0, 0, 201, 4][..], &address(9)].concat();
        assert_eq!(ends(60, &short).0, "[::9]:1000");
    }
}
