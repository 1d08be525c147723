//! Frame relay (RFC 2427, FRF 3.2): what stands behind the address is Cisco's, an NLPID behind a control field, or a bare frame.
//!
//! Owns: which of them it is, as tshark guesses it. Must not know: what the numbers of the network layers announce.

use super::type_field::MAX_LENGTH;
use super::{ether_types, ethernet, osi, ppp};
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Unnumbered information.
const UNNUMBERED: u8 = 0x03;

/// A Q.922 address, then one of the three. Circuit 0 carries signalling.
pub(in crate::packet) fn frame(view: View<'_>) -> Step<'_> {
    const EXCHANGE: u8 = 0xaf;
    let mut size = 1;
    while view.u8(size - 1)? & 1 == 0 {
        size += 1;
    }
    let rest = view.skip(size)?;
    let signalling = size < 2 || is_circuit_0(&view.data[..size]);
    let control = rest.u8(0)?;
    match rest.u16(0) {
        _ if control == UNNUMBERED => nlpid(rest.skip(1)?, control),
        _ if signalling || control == EXCHANGE => Err(Stop::NotTcp(NotTcp::NoPayload)),
        Ok(number) if ppp::is_cisco_type(number) => ppp::by_cisco_type(number, rest.skip(2)?),
        Ok(number) if is_other_cisco_type(number) => Err(Stop::NotTcp(NotTcp::NoPayload)),
        _ if has_nlpid(rest) => nlpid(rest.skip(control_size(control))?, control),
        _ => bare(rest),
    }
}

/// Q.922 addresses of two bytes and more: the number's upper bits, seven more in the third of four, six in the last unless
/// that says that it holds something else.
fn is_circuit_0(address: &[u8]) -> bool {
    const NOT_OF_THE_NUMBER: u8 = 0x02;
    let none = |last| last & NOT_OF_THE_NUMBER != 0 || last & 0xfc == 0;
    match *address {
        [first, second] => first & 0xfc == 0 && second & 0xf0 == 0,
        [first, second, last] => is_circuit_0(&[first, second]) && none(last),
        [first, second, third, .., last] => {
            is_circuit_0(&[first, second]) && third & 0xfe == 0 && none(last)
        }
        _ => true,
    }
}

/// A type of Cisco's that carries nothing of ours. Measured: all 65,536.
const fn is_other_cisco_type(number: u16) -> bool {
    matches!(
        number,
        0x0111 | 0x0600 | 0x2000 | 0x4242 | 0x6003 | 0x8035 | 0x8038 | 0x809b | 0x80f3 | 0x8137
    )
}

/// Unnumbered frames have one control byte, the others two.
const fn control_size(control: u8) -> usize {
    if control & UNNUMBERED == UNNUMBERED {
        1
    } else {
        2
    }
}

/// Behind the control field, and behind padding before that, stands a number that tshark knows. Measured: all 256.
fn has_nlpid(view: View<'_>) -> bool {
    let padding = usize::from(view.u8(0) == Ok(0));
    let number = view
        .u8(padding)
        .and_then(|control| view.u8(padding + control_size(control)));
    matches!(
        number,
        Ok(0 | 0x08 | 0x09 | 0x80..=0x83 | 0x8e | 0xb0 | 0xcc | 0xcf)
    )
}

/// A network layer protocol identifier: possibly behind a padding byte, or SNAP's where the frame has information.
fn nlpid(view: View<'_>, control: u8) -> Step<'_> {
    const SNAP: u8 = 0x80;
    let view = view.skip(usize::from(view.u8(0)? == 0))?;
    match view.u8(0)? {
        SNAP if control & 1 == 0 || control == UNNUMBERED => ethernet::snap(view.skip(1)?, 0),
        SNAP => Err(Stop::NotTcp(NotTcp::NoPayload)),
        _ => osi::packet(view),
    }
}

/// An Ethernet frame with its check sequence, where its type or length may be one.
fn bare(view: View<'_>) -> Step<'_> {
    const CHECK_SEQUENCE: usize = 4;
    const TYPE: usize = 12;
    let number = view.u16(TYPE)?;
    if number > MAX_LENGTH && !ether_types::is_known_type(number) {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let frame = view.limit(view.reported.saturating_sub(CHECK_SEQUENCE));
    Ok((Protocol::Ethernet, frame))
}
