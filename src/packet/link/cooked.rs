//! What Linux puts in front of a packet: cooked captures, netlink, netfilter's logs.

use super::radiotap;
use crate::packet::decoded::NotTcp;
use crate::packet::layer2::{frame_relay, ppp, type_field};
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::tunnels::gre;
use crate::packet::view::View;

/// Linux cooked capture: the protocol field at `protocol_at` is an `EtherType` or one of Linux' own small numbers; the
/// ARP hardware type at `hardware_at` may say that it is something else.
pub(super) fn sll(
    view: View<'_>,
    protocol_at: usize,
    hardware_at: usize,
    header: usize,
) -> Step<'_> {
    const FRAME_RELAY: u16 = 770;
    const GRE: u16 = 778;
    const RADIOTAP: u16 = 803;
    let number = view.u16(protocol_at)?;
    let hardware = view.u16(hardware_at)?;
    let rest = view.skip(header)?;
    match (hardware, number) {
        (NETLINK, NETFILTER) => netfilter(rest),
        (NETLINK, _) => Err(Stop::NotTcp(NotTcp::NoPayload)),
        (GRE, number) if number > type_field::MAX_LENGTH => gre::payload(number, rest),
        (_, number) if number > type_field::MAX_LENGTH => {
            Ok((type_field::announced(number, rest), rest))
        }
        (FRAME_RELAY, _) => frame_relay::frame(rest),
        (RADIOTAP, _) => radiotap::frame(rest),
        (_, 3) => Ok((Protocol::Ethernet, rest)),
        (_, 4) => Ok((Protocol::Llc, rest)),
        (_, 7) => ppp::framed(rest),
        (_, other) => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Netlink, whose cooked header tells the family.
pub(super) fn netlink(view: View<'_>) -> Step<'_> {
    match (view.u16(2)?, view.u16(14)?) {
        (NETLINK, NETFILTER) => netfilter(view.skip(16)?),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Netlink's hardware type, and its family of netfilter.
const NETLINK: u16 = 824;
const NETFILTER: u16 = 12;

/// Netlink messages of netfilter: 16 bytes in the byte order of the host, length and type first; a log carries a packet.
fn netfilter(mut view: View<'_>) -> Step<'_> {
    const HEADER: usize = 16;
    const LOGGED_PACKET: u16 = 0x0400;
    loop {
        let size = view.array(0).map(u32::from_le_bytes)? as usize;
        let kind = view.array(4).map(u16::from_le_bytes)?;
        if size < HEADER || size > view.reported {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        if kind == LOGGED_PACKET {
            return nflog(view.limit(size).skip(HEADER)?);
        }
        view = view.skip(size.next_multiple_of(4))?;
    }
}

/// Linux netfilter log: family, then attributes in host byte order; attribute 1 begins with the packet's `EtherType` (without
/// it, or if that is 0, the family counts), attribute 9 is the packet; of several of one kind the last one counts.
pub(super) fn nflog(view: View<'_>) -> Step<'_> {
    const INET: u8 = 2;
    const LINUX_INET6: u8 = 10;
    let family = view.u8(0)?;
    let (packet, number) = logged(view.skip(4)?)?;
    let packet = packet.ok_or(Stop::NotTcp(NotTcp::NoPayload))?;
    match (number, family) {
        (0, INET) => Ok((Protocol::Ip, packet)),
        (0, LINUX_INET6) => Ok((Protocol::Ipv6, packet)),
        (0, _) => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(family)))),
        _ => Ok((Protocol::EtherType(number), packet)),
    }
}

/// The packet among the attributes of a log, and its `EtherType`.
fn logged(mut rest: View<'_>) -> Result<(Option<View<'_>>, u16), Stop> {
    const HEADER: u16 = 1;
    const HEADER_SIZE: usize = 8;
    const PAYLOAD: u16 = 9;
    let (mut packet, mut number) = (None, 0);
    while rest.reported >= 4 {
        let [size, kind] = [0, 2].map(|at| rest.array(at).map(u16::from_le_bytes));
        let (size, kind) = (usize::from(size?), kind? & 0x7fff);
        let attribute = rest.limit(size);
        // What was cut is not shown.
        if size < 4 || attribute.data.len() < size {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        match kind {
            HEADER if size == HEADER_SIZE => number = attribute.u16(4)?,
            PAYLOAD => packet = Some(attribute.skip(4)?),
            _ => {}
        }
        match rest.skip(size.next_multiple_of(4)) {
            Ok(next) => rest = next,
            Err(_) => break,
        }
    }
    Ok((packet, number))
}
