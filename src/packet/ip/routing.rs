//! IPv6's routing headers (RFC 8200 section 4.4): where a packet goes in the end.

use super::v6::extension;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Context, Step, Stop};
use crate::packet::view::View;
use std::net::{IpAddr, Ipv6Addr};

/// Routing header: with segments left, the last of its addresses is where the packet ends (types 0, 2 and 3: the last in
/// the list, RFC 6275, RFC 6554; type 4: the first, RFC 8754 section 2).
pub(in crate::packet) fn header<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
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
    Ok(match usize::try_from((room - padding - last) / each) {
        Ok(before) if room > 0 => Some((before * each as usize, last as usize)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{address, ends};

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
}
