//! The careful way through a frame: one header after the other, following tshark 4.0 wherever sizes or versions lie.
//!
//! Owns: which protocol comes next, and the loop over them. Must not know: what a single header looks like.

use super::decoded::{Malformed, NotTcp};
use super::fragments::FragmentTable;
use super::view::{Broken, View};
use super::{ethernet, gre, icmp, ipv4, ipv6, legacy, mpls, ppp, tags, udp, wlan};
use crate::net::Timestamp;
use flate2::{Decompress, FlushDecompress};
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
    /// Cisco `FabricPath` from behind its type on.
    FabricPath,
    /// 802.2 logical link control.
    Llc,
    /// PPP from its protocol field on.
    Ppp,
    /// PPP with or without address and control bytes.
    PppFramed,
    /// A label stack.
    Mpls,
    /// A frame relay frame.
    FrameRelay,
    /// An 802.11 frame.
    Wlan,
    /// The same with the two bytes of its first field in the other order.
    WlanSwapped,
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
    /// Time of the frame.
    pub(super) now: Timestamp,
    /// Source of the innermost IP header.
    pub(super) source: IpAddr,
    /// Destination of the innermost IP header: the final one where a source route says so.
    pub(super) destination: IpAddr,
    /// Both addresses, where an extension header gives others than the innermost IP header.
    pub(super) effective: Option<(IpAddr, IpAddr)>,
    /// Length of the innermost IP datagram by its header.
    pub(super) ip_length: usize,
    /// Outermost 802.1Q VLAN that is not 0 (an ERSPAN header counts): fragments of different VLANs do not belong together.
    pub(super) vlan: u16,
    /// Inside an ICMP error.
    pub(super) quoted: bool,
    /// Inside the first fragment of a datagram that could not be kept for reassembly: lengths mean nothing.
    pub(super) fragmented: bool,
    /// The innermost IPv6 header promises more payload than the headers around it leave.
    pub(super) short: bool,
    /// The payload of the innermost IPv6 header was put together from fragments.
    pub(super) reassembled: bool,
}

impl Context {
    /// Passed a VLAN of this number.
    pub(super) fn enter_vlan(&mut self, number: u16) {
        if self.vlan == 0 {
            self.vlan = number;
        }
    }

    /// Before the first header of a frame captured at `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            source: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            destination: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            effective: None,
            ip_length: 0,
            vlan: 0,
            quoted: false,
            fragmented: false,
            short: false,
            reassembled: false,
        }
    }
}

/// A header was read: what follows it, and where.
pub(super) type Next<'d> = (Protocol, View<'d>);

/// Why a header has no next.
#[derive(Debug)]
pub(super) enum Stop {
    /// No TCP here.
    NotTcp(NotTcp),
    /// A fragment completed this datagram: go on with it instead of the frame.
    Reassembled(Protocol, Vec<u8>),
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
#[derive(Debug)]
pub(super) enum Walked {
    /// TCP starts at this offset of the data, with this many captured and this many reported bytes.
    Tcp {
        at: usize,
        captured: usize,
        reported: usize,
    },
    /// There is none.
    NotTcp(NotTcp),
    /// A fragment completed this datagram, whose first bytes are this protocol.
    Reassembled(Protocol, Vec<u8>),
    /// A broken header.
    Malformed(Malformed),
}

/// The protocol number of TCP.
const TCP: u8 = 6;

/// Follows the headers from `first` on until TCP or the end.
pub(super) fn walk(first: Step<'_>, cx: &mut Context, table: &mut FragmentTable) -> Walked {
    let mut layer = "link";
    let mut next = first;
    for _ in 0..MAX_LAYERS {
        match next {
            Ok((Protocol::Transport(TCP), view)) => {
                return Walked::Tcp {
                    at: view.at,
                    captured: view.data.len(),
                    reported: view.reported,
                };
            }
            Ok((protocol, view)) => {
                layer = name(protocol);
                next = step(protocol, view, cx, table);
            }
            Err(stop) => return stop.into_walked(layer),
        }
    }
    Walked::NotTcp(NotTcp::TooDeep)
}

impl Stop {
    /// The end of a walk that stopped in the header of `layer`.
    fn into_walked(self, layer: &'static str) -> Walked {
        match self {
            Self::NotTcp(reason) => Walked::NotTcp(reason),
            Self::Reassembled(protocol, datagram) => Walked::Reassembled(protocol, datagram),
            Self::Broken(Broken { at, fault }) => Walked::Malformed(Malformed {
                layer,
                offset: at,
                fault,
            }),
        }
    }
}

/// Reads one header.
fn step<'d>(
    protocol: Protocol,
    view: View<'d>,
    cx: &mut Context,
    table: &mut FragmentTable,
) -> Step<'d> {
    match protocol {
        Protocol::Ethernet => ethernet::frame(view),
        Protocol::EtherType(number) => ethernet::by_type(number, view, cx),
        Protocol::FabricPath => tags::fabric_path(view),
        Protocol::Llc => ethernet::llc(view),
        Protocol::Ppp => ppp::payload(view),
        Protocol::PppFramed => ppp::framed(view),
        Protocol::Mpls => mpls::stack(view),
        Protocol::FrameRelay => legacy::frame_relay(view),
        Protocol::Wlan => wlan::frame(view, false),
        Protocol::WlanSwapped => wlan::swapped(view),
        Protocol::Ip => match view.u8(0)? >> 4 {
            6 => ipv6::header(view, cx),
            _ => ipv4::header(view, cx, table),
        },
        Protocol::Ipv6 => ipv6::header(view, cx),
        Protocol::Transport(number) => transport(number, view, cx, table),
    }
}

/// Reads what follows an IP header.
fn transport<'d>(
    number: u8,
    view: View<'d>,
    cx: &mut Context,
    table: &mut FragmentTable,
) -> Step<'d> {
    match number {
        0 | 60 => ipv6::options(view, cx),
        140 => ipv6::shim(view),
        43 => ipv6::routing(view, cx),
        1 => icmp::v4(view, cx),
        2 | 103 => registered(number, view),
        4 => Ok((Protocol::Ip, view)),
        17 => udp::header(view, cx),
        41 => Ok((Protocol::Ipv6, view)),
        ipv6::FRAGMENT => ipv6::fragment(view, cx, table),
        47 => gre::header(view, cx),
        48 => source_routed(view),
        53 => Ok((Protocol::Ipv6, view.skip(usize::from(view.u8(1)?))?)),
        51 => ipv6::authentication(view),
        58 => icmp::v6(view, cx),
        108 => compressed(view),
        97 => Ok((Protocol::Ethernet, view.skip(2)?)),
        136 => udp::lite(view),
        137 => Ok((Protocol::Mpls, view)),
        143 => Ok((Protocol::Ethernet, view)),
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
    }
}

/// PIM register messages (RFC 7761 section 4.9.3, or version 1 inside IGMP) carry the packet to be sent on.
fn registered(number: u8, view: View<'_>) -> Step<'_> {
    let kind = (number, view.u8(0)?, view.u8(1)?);
    match kind {
        (2, 0x14, 1) if view.u8(4)? >> 4 != 1 => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
        (103, 0x21, _) | (2, 0x14, 1) => Ok((Protocol::Ip, view.skip(8)?)),
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
    }
}

/// DSR (RFC 4728): with a flow state header four bytes, else options, whose length the header tells and which may run over it.
fn source_routed(view: View<'_>) -> Step<'_> {
    const FLOW_STATE: u8 = 0x80;
    const PADDING: u8 = 224;
    let (next, flags) = (Protocol::Transport(view.u8(0)?), view.u8(1)?);
    let mut at = 4;
    if flags & FLOW_STATE == 0 {
        let end = at + usize::from(view.u16(2)?);
        while at < end {
            at += match view.u8(at)? {
                PADDING => 1,
                _ => 2 + usize::from(view.u8(at + 1)?),
            };
        }
    }
    Ok((next, view.skip(at)?))
}

/// `IPComp` (RFC 3173): deflate is the only method in use, under its own number or a negotiated one. A stream that was cut is
/// shown as far as it goes.
fn compressed(view: View<'_>) -> Step<'_> {
    /// A datagram cannot be longer than its length field says.
    const MAX_DATAGRAM: usize = 65_535;
    let next = view.u8(0)?;
    let rest = view.skip(4)?;
    let mut datagram = Vec::with_capacity(MAX_DATAGRAM);
    let whole =
        Decompress::new(false).decompress_vec(rest.data, &mut datagram, FlushDecompress::None);
    if whole.is_err() || datagram.is_empty() {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Err(Stop::Reassembled(Protocol::Transport(next), datagram))
}

/// The name a broken header is reported under.
fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ethernet => "Ethernet",
        Protocol::EtherType(0x0800) | Protocol::Ip => "IP",
        Protocol::EtherType(0x86dd) | Protocol::Ipv6 => "IPv6",
        Protocol::EtherType(0x8864) => "PPPoE",
        Protocol::EtherType(_) | Protocol::FabricPath => "VLAN",
        Protocol::Llc => "LLC",
        Protocol::Ppp | Protocol::PppFramed => "PPP",
        Protocol::Mpls => "MPLS",
        Protocol::FrameRelay => "frame relay",
        Protocol::Wlan | Protocol::WlanSwapped => "802.11",
        Protocol::Transport(1) => "ICMP",
        Protocol::Transport(17) => "UDP",
        Protocol::Transport(47) => "GRE",
        Protocol::Transport(51) => "AH",
        Protocol::Transport(58) => "ICMPv6",
        Protocol::Transport(_) => "IPv6 extension",
    }
}
