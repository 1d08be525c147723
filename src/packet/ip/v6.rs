//! IPv6, its extension headers and fragments (RFC 8200), jumbograms (RFC 2675), AH (RFC 4302).

use super::fragments::{Fragment, FragmentTable, Identity, Key};
use crate::packet::decoded::{Fault, NotTcp};
use crate::packet::step::{Context, Protocol, Step, Stop, put_together};
use crate::packet::view::View;
use std::net::{IpAddr, Ipv6Addr};

/// The fixed header.
const HEADER: usize = 40;
/// Hop-by-hop options.
const HOP_BY_HOP: u8 = 0;
/// Fragment header.
pub(in crate::packet) const FRAGMENT: u8 = 44;

/// Reads one IPv6 header.
pub(in crate::packet) fn header<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    let version = view.u8(0)? >> 4;
    if version != 6 {
        return Err(view.broken(0, Fault::Version(version)).into());
    }
    let length = usize::from(view.u16(4)?);
    let next = view.u8(6)?;
    cx.source = Ipv6Addr::from(view.array::<16>(8)?).into();
    cx.destination = Ipv6Addr::from(view.array::<16>(24)?).into();
    cx.effective = None;
    let payload = view.skip(HEADER)?;
    let length = match length {
        0 if next == HOP_BY_HOP => jumbo_length(payload).unwrap_or(0),
        length => length,
    };
    if length == 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    cx.ip_length = HEADER + length;
    cx.short = payload.reported < length;
    cx.reassembled = false;
    Ok((Protocol::Transport(next), payload.limit(length)))
}

/// The jumbo payload option (194) among hop-by-hop options; of another length than 4, or smaller than 65,536, it is invalid
/// (RFC 2675 section 3).
fn jumbo_length(options: View<'_>) -> Option<usize> {
    let end = (usize::from(options.u8(1).ok()?) + 1) * 8;
    let mut at = 2;
    while at < end {
        match options.u8(at).ok()? {
            0 => at += 1,
            194 if options.u8(at + 1) == Ok(4) => {
                let length = options.u32(at + 2).ok()?;
                return (length > 0xffff).then_some(length as usize);
            }
            _ => at += 2 + usize::from(options.u8(at + 1).ok()?),
        }
    }
    None
}

/// Routing header: with segments left, the last of its addresses is where the packet ends (types 0, 2 and 3: the last in
/// the list, RFC 6275, RFC 6554; type 4: the first, RFC 8754 section 2).
pub(in crate::packet) fn routing<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    let (kind, left) = (view.u8(2)?, view.u8(3)?);
    // Of what an error quotes or a switch has sampled tshark takes the header's own destination, and forgives what is wrong.
    if cx.quoted {
        return extension(view);
    }
    if !has_room(view, kind, left)? {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let (source, destination) = cx.ends();
    if left > 0
        && let Some(stop) = last_stop(view, kind, destination)
    {
        cx.effective = Some((source, stop.into()));
    }
    extension(view)
}

/// Where the packet goes in the end.
fn last_stop(view: View<'_>, kind: u8, destination: IpAddr) -> Option<Ipv6Addr> {
    const ADDRESSES: usize = 8;
    let words = usize::from(view.u8(1).ok()?);
    let index = match (kind, destination) {
        (0 | 2, _) => (words / 2).checked_sub(1)?,
        (4, _) => 0,
        (3, IpAddr::V6(destination)) => {
            // The start that is left out is that of the destination.
            let (before, size) = compressed_route(view).ok()??;
            let rest = view.data.get(ADDRESSES + before..)?.get(..size)?;
            let mut address = destination.octets();
            address[16 - size..].copy_from_slice(rest);
            return Some(address.into());
        }
        _ => return None,
    };
    let address = view.array::<16>(ADDRESSES + 16 * index);
    address.ok().map(Ipv6Addr::from)
}

/// Whether the addresses fit, without which tshark gives up: one of type 2, `last entry` + 1 of type 4.
fn has_room(view: View<'_>, kind: u8, left: u8) -> Result<bool, Stop> {
    let words = usize::from(view.u8(1)?);
    let needed = match kind {
        2 => 2,
        3 => compressed_route(view)?.map_or(0, |(before, last)| (before + last).div_ceil(8)),
        4 => (usize::from(view.u8(4)?) + 1) * 2,
        5 => return is_compact_route::<2>(view, words, left),
        6 => return is_compact_route::<4>(view, words, left),
        _ => 0,
    };
    Ok(words >= needed)
}

/// Whether tshark reads on behind a compact routing header (a draft) with identifiers of `N` bytes: the one that is left must
/// be there, and some one must be 0, for it looks for the one behind the last.
fn is_compact_route<const N: usize>(view: View<'_>, words: usize, left: u8) -> Result<bool, Stop> {
    let count = (words * 8 + 4) / N;
    for at in (4..).step_by(N).take(count) {
        if view.array::<N>(at)? == [0; N] {
            return Ok(count > usize::from(left));
        }
    }
    Ok(false)
}

/// Bytes that the addresses of a source route in a low-power network take (RFC 6554): all but the last, and the last. Common
/// starts are left out. `None`: it has none.
fn compressed_route(view: View<'_>) -> Result<Option<(usize, usize)>, Stop> {
    let room = i32::from(view.u8(1)?) * 8;
    let (left_out, padding) = (view.u8(4)?, i32::from(view.u8(5)? >> 4));
    let (each, last) = (16 - i32::from(left_out >> 4), 16 - i32::from(left_out & 15));
    let before = usize::try_from((room - padding - last) / each);
    let has_any = room > 0;
    Ok(before
        .ok()
        .filter(|_| has_any)
        .map(|before| (before * each as usize, last as usize)))
}

/// Hop-by-hop and destination options: a home address (option 201) is who the sender is to the receiver (RFC 6275 section
/// 6.3), whatever the option's length says, as in tshark. An option that runs over the end of the packet ends the reading, as in tshark; over the end of the header alone it
/// does not.
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

/// What all extension headers share: next header, length in units of 8 bytes without the first.
pub(super) fn extension(view: View<'_>) -> Step<'_> {
    let next = view.u8(0)?;
    let size = (usize::from(view.u8(1)?) + 1) * 8;
    Ok((Protocol::Transport(next), view.skip(size)?))
}

/// Authentication header: length in units of 4 bytes without the first two.
pub(in crate::packet) fn authentication(view: View<'_>) -> Step<'_> {
    let next = view.u8(0)?;
    let size = (usize::from(view.u8(1)?) + 2) * 4;
    Ok((Protocol::Transport(next), view.skip(size)?))
}

/// Fragment header. The next header of the frame that completes the datagram counts, as in tshark.
pub(in crate::packet) fn fragment<'d>(
    view: View<'d>,
    cx: &mut Context,
    table: &mut FragmentTable,
) -> Step<'d> {
    let next = Protocol::Transport(view.u8(0)?);
    let offset_and_more = view.u16(2)?;
    // As tshark: by where the packet goes in the end, so that fragments with a route and without do not meet.
    let (source, destination) = cx.ends();
    let key = Key {
        source,
        destination,
        id: Identity::V6(view.u32(4)?),
    };
    let payload = view.skip(8)?;
    let (offset, more) = (
        usize::from(offset_and_more & 0xfff8),
        offset_and_more & 1 != 0,
    );
    // In a datagram put together already, tshark takes another fragment header for the only one.
    if offset == 0 && !more || cx.reassembled {
        return Ok((next, payload));
    }
    let Some(data @ [_, ..]) = payload.whole().filter(|_| !cx.short) else {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    };
    let fragment = Fragment { offset, more, data };
    let whole = table.add(key, fragment, cx.now);
    cx.reassembled = whole.is_some();
    put_together(next, whole)
}

#[cfg(test)]
mod tests {
    use crate::net::{LinkType, Timestamp};
    use crate::packet::{Decoded, Decoder, Frame};

    /// A raw IPv6 packet from `::1` to `::3` with one extension header of kind `kind` before a bare SYN.
    fn ends(kind: u8, extension: &[u8]) -> (String, String) {
        let mut packet = vec![0x60, 0, 0, 0, 0, (extension.len() + 20) as u8, kind, 64];
        for last in [1, 3] {
            packet.extend_from_slice(&[0; 15]);
            packet.push(last);
        }
        packet.extend_from_slice(extension);
        packet.extend_from_slice(&[
            3, 232, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 32, 0, 0, 0, 0, 0,
        ]);
        let frame = Frame {
            number: 1,
            timestamp: Timestamp::ZERO,
            link_type: LinkType::RAW,
            original_length: packet.len() as u32,
            data: &packet,
        };
        match Decoder::new().decode(&frame) {
            Decoded::Tcp(segment) => {
                assert_eq!(
                    segment.destination.to_string(),
                    "[::3]:80",
                    "the header's address is shown"
                );
                let (from, to) = segment.ends();
                (from.to_string(), to.to_string())
            }
            other => panic!("{other:?}"),
        }
    }

    fn address(last: u8) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[15] = last;
        bytes
    }

    /// tshark 4.0.17 puts the answer of `::2` into the stream of each of these (and of an answer by `::3` into the third).
    #[test]
    fn routing_headers_name_the_last_stop() {
        let routed = |kind, left| [&[6, 2, kind, left, 0, 0, 0, 0][..], &address(2)].concat();
        assert_eq!(ends(43, &routed(0, 1)).1, "[::2]:80");
        assert_eq!(ends(43, &routed(4, 1)).1, "[::2]:80");
        assert_eq!(ends(43, &routed(0, 0)).1, "[::3]:80");
        // Addresses whose first eight bytes are left out.
        let low_power = |left| [&[6, 2, 3, left, 0x88, 0, 0, 0][..], &address(2)].concat();
        assert_eq!(ends(43, &low_power(1)).1, "[::2]:80");
        assert_eq!(ends(43, &low_power(0)).1, "[::3]:80");
    }

    #[test]
    fn a_home_address_names_the_sender() {
        let options = [&[6, 2, 1, 2, 0, 0, 201, 16][..], &address(9)].concat();
        assert_eq!(ends(60, &options).0, "[::9]:1000");
        let short = [&[6, 2, 1, 2, 0, 0, 201, 4][..], &address(9)].concat();
        assert_eq!(ends(60, &short).0, "[::9]:1000");
    }
}
