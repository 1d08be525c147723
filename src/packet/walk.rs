//! The careful way through a frame: one header after the other, following tshark 4.0 wherever sizes or versions lie.
//!
//! Owns: which protocol comes next, the loop over them, what waits from one frame to the next. Must not know: what a single
//! header looks like.

use super::decoded::{Malformed, NotTcp};
use super::ip::fragments::FragmentTable;
use super::ip::{carriers, icmp, routing, shim6, v4, v6, v6_options};
use super::layer2::numbered::FrameTable;
use super::layer2::{
    amateur, batman, ether_types, ethernet, frame_relay, mpls, osi, ppp, tags, wlan,
};
use super::link;
use super::step::{Context, Part, Protocol, Step, Stop, several};
use super::tunnels::{capwap, gre, sflow, udp};
use super::view::{Broken, View};

/// Most headers in one frame that are followed. Each costs at least one byte, so a 64 KiB frame of nothing but VLAN tags
/// could hold 16,384; real stacks stay under 20.
pub const MAX_LAYERS: usize = 128;

/// What waits for the frames to come.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) ip: FragmentTable,
    pub(super) wlan: FrameTable,
    pub(super) batman: FrameTable,
}

impl Tables {
    /// What was given up unfinished.
    pub(super) fn evicted(&self) -> u64 {
        self.ip.evicted + self.wlan.evicted + self.batman.evicted
    }
}

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
    /// Several packets side by side.
    Several(Vec<Part>),
    /// A broken header.
    Malformed(Malformed),
}

/// The protocol number of TCP.
const TCP: u8 = 6;

/// Follows the headers from `first` on until TCP or the end.
pub(super) fn walk(first: Step<'_>, cx: &mut Context, tables: &mut Tables) -> Walked {
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
                layer = protocol.name();
                next = step(protocol, view, cx, tables);
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
            Self::Several(parts) => Walked::Several(parts),
            Self::Broken(Broken { at, fault }) => Walked::Malformed(Malformed {
                layer,
                offset: at,
                fault,
            }),
        }
    }
}

/// Reads one header.
fn step<'d>(protocol: Protocol, view: View<'d>, cx: &mut Context, tables: &mut Tables) -> Step<'d> {
    match protocol {
        Protocol::Link(link_type) => link::relayed(link_type, view),
        Protocol::Ethernet => ethernet::frame(view),
        Protocol::EtherType(number) => ether_types::by_type(number, view, cx),
        Protocol::FabricPath => tags::fabric_path(view),
        Protocol::Llc => ethernet::llc(view),
        Protocol::Ppp => ppp::payload(view),
        Protocol::PppFramed => ppp::framed(view),
        Protocol::Mpls => mpls::stack(view),
        Protocol::FrameRelay => frame_relay::frame(view),
        Protocol::Wlan(shape) => wlan::frame(view, shape, cx.now, &mut tables.wlan),
        Protocol::Samples => sampled(view, cx),
        Protocol::Batman => batman::packet(view, cx.now, &mut tables.batman),
        Protocol::Capwap => capwap::data(view, cx, &mut tables.ip),
        Protocol::Ip => match view.u8(0)? >> 4 {
            6 => v6::header(view, cx),
            _ => v4::header(view, cx, &mut tables.ip),
        },
        Protocol::Ipv6 => v6::header(view, cx),
        Protocol::Transport(number) => transport(number, view, cx, tables),
    }
}

/// Sampled frames (IC-5). tshark takes them for what they are, not for what happens here, as it takes quotes. Samples are not
/// looked for in samples or quotes: nothing real has them.
fn sampled<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    if cx.quoted {
        return Err(Stop::NotTcp(NotTcp::OtherTransport(17)));
    }
    cx.quoted = true;
    several(sflow::samples(view))
}

/// Reads what follows an IP header.
fn transport<'d>(number: u8, view: View<'d>, cx: &mut Context, tables: &mut Tables) -> Step<'d> {
    match number {
        0 | 60 => v6_options::options(view, cx),
        140 => shim6::header(view),
        43 => routing::header(view, cx),
        1 => icmp::v4(view, cx),
        2 | 103 => carriers::registered(number, view),
        4 => Ok((Protocol::Ip, view)),
        17 => udp::header(view, cx),
        41 => Ok((Protocol::Ipv6, view)),
        v6::FRAGMENT => v6::fragment(view, cx, &mut tables.ip),
        47 => gre::header(view, cx),
        48 => carriers::source_routed(view),
        53 => Ok((Protocol::Ipv6, view.skip(usize::from(view.u8(1)?))?)),
        51 => v6::authentication(view),
        58 => icmp::v6(view, cx),
        80 => osi::packet(view),
        108 => carriers::compressed(view),
        93 => amateur::frame(view),
        97 => Ok((Protocol::Ethernet, view.skip(2)?)),
        136 => udp::lite(view),
        137 => Ok((Protocol::Mpls, view)),
        143 => Ok((Protocol::Ethernet, view)),
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
    }
}
