//! The careful way through a frame: one header after the other, following tshark 4.0 wherever sizes or versions lie.
//!
//! Owns: which protocol comes next, and the loop over them. Must not know: what a single header looks like.

use super::decoded::{Malformed, NotTcp};
use super::view::{Broken, View};
use super::{ethernet, ipv4, ipv6};
use std::net::{IpAddr, Ipv4Addr};

/// Most headers in one frame that are followed. Each costs at least one byte, so a 64 KiB frame of nothing but VLAN tags
/// could hold 16,384; real stacks stay under 20.
pub const MAX_LAYERS: usize = 128;

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// An Ethernet II or 802.3 frame.
    Ethernet,
    /// What this `EtherType` announces.
    EtherType(u16),
    /// 802.2 logical link control.
    Llc,
    /// IPv4 or IPv6, by the version field.
    Ip,
    /// IPv6 whatever the version field says.
    Ipv6,
    /// The payload of IP, by protocol number.
    Transport(u8),
}

/// What the headers passed so far have told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Source of the innermost IP header.
    pub(super) source: IpAddr,
    /// Destination of the innermost IP header: the final one where a source route says so.
    pub(super) destination: IpAddr,
    /// Innermost VLAN: fragments of different VLANs do not belong together.
    pub(super) vlan: u16,
    /// Inside an ICMP error.
    pub(super) quoted: bool,
    /// Inside the first fragment of a datagram that could not be kept for reassembly: lengths mean nothing.
    pub(super) fragmented: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            source: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            destination: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            vlan: 0,
            quoted: false,
            fragmented: false,
        }
    }
}

/// A header was read: what follows it, and where.
pub(super) type Next<'d> = (Protocol, View<'d>);

/// Why a header has no next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// No TCP here.
    NotTcp(NotTcp),
    /// The header is broken.
    Broken(Broken),
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// Result of reading one header.
pub(super) type Step<'d> = Result<Next<'d>, Stop>;

/// How the walk ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Walked {
    /// TCP starts at this offset of the data, with this many captured and this many reported bytes.
    Tcp {
        at: usize,
        captured: usize,
        reported: usize,
    },
    /// There is none.
    NotTcp(NotTcp),
    /// A broken header.
    Malformed(Malformed),
}

/// The protocol number of TCP.
const TCP: u8 = 6;

/// Follows the headers from `protocol` on until TCP or the end.
pub(super) fn walk<'d>(mut protocol: Protocol, mut view: View<'d>, cx: &mut Context) -> Walked {
    for _ in 0..MAX_LAYERS {
        if protocol == Protocol::Transport(TCP) {
            return Walked::Tcp {
                at: view.at,
                captured: view.data.len(),
                reported: view.reported,
            };
        }
        match step(protocol, view, cx) {
            Ok(next) => (protocol, view) = next,
            Err(Stop::NotTcp(reason)) => return Walked::NotTcp(reason),
            Err(Stop::Broken(Broken { at, fault })) => {
                return Walked::Malformed(Malformed {
                    layer: name(protocol),
                    offset: at,
                    fault,
                });
            }
        }
    }
    Walked::NotTcp(NotTcp::TooDeep)
}

/// Reads one header.
fn step<'d>(protocol: Protocol, view: View<'d>, cx: &mut Context) -> Step<'d> {
    match protocol {
        Protocol::Ethernet => ethernet::frame(view),
        Protocol::EtherType(number) => ethernet::by_type(number, view, cx),
        Protocol::Llc => ethernet::llc(view),
        Protocol::Ip => match view.u8(0)? >> 4 {
            6 => ipv6::header(view, cx),
            _ => ipv4::header(view, cx),
        },
        Protocol::Ipv6 => ipv6::header(view, cx),
        Protocol::Transport(number) => transport(number, view, cx),
    }
}

/// Reads what follows an IP header.
fn transport<'d>(number: u8, view: View<'d>, cx: &mut Context) -> Step<'d> {
    match number {
        0 | 43 | 60 => ipv6::extension(number, view, cx),
        4 => Ok((Protocol::Ip, view)),
        41 => Ok((Protocol::Ipv6, view)),
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
    }
}

/// The name a broken header is reported under.
fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ethernet => "Ethernet",
        Protocol::EtherType(_) => "VLAN",
        Protocol::Llc => "LLC",
        Protocol::Ip => "IP",
        Protocol::Ipv6 => "IPv6",
        Protocol::Transport(_) => "transport",
    }
}
