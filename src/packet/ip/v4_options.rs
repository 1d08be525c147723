//! IPv4's options (RFC 791 section 3.1): where a source route leads, and which broken ones make tshark give a packet up.

use super::cipso;
use crate::packet::decoded::Fault;
use crate::packet::view::{Broken, View};
use std::net::Ipv4Addr;

/// Commercial IP security.
const SECURITY: u8 = 134;
/// Loose and strict source and record route.
const ROUTES: [u8; 2] = [131, 137];

/// The options that have to be this long at least: kind and minimum. tshark gives the packet up when they are shorter.
const MIN_OPTION: [(u8, usize); 13] = [
    (7, 3),
    (11, 4),
    (12, 4),
    (25, 8),
    (68, 4),
    (82, 12),
    (130, 3),
    (131, 3),
    (133, 3),
    (SECURITY, 6),
    (136, 4),
    (137, 3),
    (148, 4),
];

/// The length that an option has to have at least. Only requests and reports of Quick-Start (RFC 4782) have a rate and a nonce.
fn shortest(option: &[u8]) -> usize {
    const QUICK_START: u8 = 25;
    match option {
        [QUICK_START, _, function, ..] if !matches!(function >> 4, 0 | 8) => 3,
        [kind, ..] => {
            let known = MIN_OPTION.iter().find(|(known, _)| known == kind);
            known.map_or(0, |&(_, minimum)| minimum)
        }
        [] => 0,
    }
}

/// Every option in a row, as far as their lengths make sense.
fn each(mut options: View<'_>) -> impl Iterator<Item = View<'_>> {
    const END: u8 = 0;
    const NOTHING: u8 = 1;
    std::iter::from_fn(move || {
        let length = match *options.data.first()? {
            END => return None,
            NOTHING => 1,
            _ => usize::from(*options.data.get(1).filter(|length| **length >= 2)?),
        };
        let option = options.limit(length);
        options = options.skip(length).ok()?;
        Some(option)
    })
}

/// Whether tshark reads on behind these options.
pub(super) fn check(options: View<'_>) -> Result<(), Broken> {
    for option in each(options) {
        let length = option.data.len();
        if length < shortest(option.data) {
            return Err(option.broken(1, Fault::HeaderLength(length as u8)));
        }
        if option.data[0] == SECURITY && !cipso::stays_within(option.data) {
            return Err(option.broken(length, Fault::Cut));
        }
    }
    Ok(())
}

/// The last address of a source route that still has hops to go (RFC 791 section 3.1); of several routes only the first is
/// looked at, as in tshark.
pub(super) fn last_stop(options: View<'_>) -> Option<Ipv4Addr> {
    let mut options = each(options).map(|option| option.data);
    hops_left(options.find(|option| ROUTES.contains(&option[0]))?)
}

/// The final address of one source route option whose pointer is not past its end.
fn hops_left(option: &[u8]) -> Option<Ipv4Addr> {
    let pointer = *option.get(2)?;
    if pointer < 4 || pointer % 4 != 0 || usize::from(pointer) > option.len() {
        return None;
    }
    option.last_chunk::<4>().copied().map(Ipv4Addr::from)
}
