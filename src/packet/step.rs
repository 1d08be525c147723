//! From one header to the next: what may follow, what was learned on the way, and why there may be no next.
//!
//! Owns: the words that all headers share. Must not know: any of them.

use std::net::{IpAddr, Ipv4Addr};

use super::decoded::NotTcp;
use super::icmp_error::IcmpError;
use super::view::{Broken, View};
use crate::net::{LinkType, Timestamp};

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// A frame as a capture of this link type has it.
    Link(LinkType),
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
    Wlan(Shape),
    /// sFlow.
    Samples,
    /// CAPWAP data.
    Capwap,
    /// B.A.T.M.A.N. advanced.
    Batman,
    /// IPv4 or IPv6, by the version field.
    Ip,
    /// IPv6 whatever the version field says.
    Ipv6,
    /// The payload of IP, by protocol number.
    Transport(u8),
}

impl Protocol {
    /// An 802.11 frame of which nothing is told.
    pub(super) const WLAN: Self = Self::Wlan(Shape {
        padded: false,
        checked: false,
        swapped: false,
    });

    /// The name a broken header is reported under.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Ethernet => "Ethernet",
            Self::EtherType(0x0800) | Self::Ip => "IP",
            Self::EtherType(0x86dd) | Self::Ipv6 => "IPv6",
            Self::EtherType(0x8864) => "PPPoE",
            Self::EtherType(_) | Self::FabricPath => "VLAN",
            Self::Llc => "LLC",
            Self::Ppp | Self::PppFramed => "PPP",
            Self::Mpls => "MPLS",
            Self::FrameRelay => "frame relay",
            Self::Wlan(_) => "802.11",
            Self::Samples => "sFlow",
            Self::Capwap => "CAPWAP",
            Self::Batman => "B.A.T.M.A.N.",
            Self::Transport(1) => "ICMP",
            Self::Transport(17) => "UDP",
            Self::Transport(47) => "GRE",
            Self::Transport(51) => "AH",
            Self::Transport(58) => "ICMPv6",
            Self::Transport(_) => "IPv6 extension",
        }
    }
}

/// What was told of the shape of an 802.11 frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// The header is padded to a multiple of four bytes.
    pub(super) padded: bool,
    /// The frame ends in its check sequence.
    pub(super) checked: bool,
    /// The two bytes of the first field are in the other order.
    pub(super) swapped: bool,
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
    /// VLAN tags so far.
    pub(super) vlans: u8,
    /// Inside an ICMP error, or a header that a switch sampled.
    pub(super) quoted: bool,
    /// That error.
    pub(super) error: Option<IcmpError>,
    /// Inside the first fragment of a datagram that could not be kept for reassembly: lengths mean nothing.
    pub(super) fragmented: bool,
    /// The innermost IPv6 header promises more payload than the headers around it leave.
    pub(super) short: bool,
    /// The payload of the innermost IPv6 header was put together from fragments.
    pub(super) reassembled: bool,
}

impl Context {
    /// The addresses between which the packet goes in the end.
    pub(super) fn ends(&self) -> (IpAddr, IpAddr) {
        self.effective.unwrap_or((self.source, self.destination))
    }

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
            vlans: 0,
            quoted: false,
            error: None,
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
    /// Several packets side by side: go on with each instead of the frame.
    Several(Vec<Part>),
    /// The header is broken.
    Broken(Broken),
}

/// A fragment was kept: with it the frame goes on as `protocol` if that was the last hole, else it ends here.
pub(super) fn put_together<'d>(protocol: Protocol, whole: Option<Vec<u8>>) -> Step<'d> {
    Err(match whole {
        Some(whole) => Stop::Reassembled(protocol, whole),
        None => Stop::NotTcp(NotTcp::Fragment),
    })
}

/// Most packets side by side that are looked at in one frame: a datagram of sFlow has about ten.
pub const MAX_PARTS: usize = 256;

/// One of several packets in a frame.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) protocol: Protocol,
    /// Its captured bytes.
    pub(super) bytes: Vec<u8>,
    /// How many there were on the wire.
    pub(super) reported: usize,
}

/// What follows a header behind which there may be any number of packets.
pub(super) fn several(packets: Vec<Next<'_>>) -> Step<'_> {
    match packets[..] {
        [] => Err(Stop::NotTcp(NotTcp::NoPayload)),
        [only] => Ok(only),
        _ => Err(Stop::Several(packets.into_iter().map(Part::from).collect())),
    }
}

impl From<Next<'_>> for Part {
    fn from((protocol, view): Next<'_>) -> Self {
        Self {
            protocol,
            bytes: view.data.to_vec(),
            reported: view.reported,
        }
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// Result of reading one header.
pub(super) type Step<'d> = Result<Next<'d>, Stop>;
