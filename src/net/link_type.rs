//! What the first bytes of a captured frame are: libpcap's LINKTYPE_ numbers and names.

use std::fmt;

/// A LINKTYPE_ value as capture files carry it (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: address family in the byte order of the capturing host.
    pub const NULL: Self = Self(0);
    /// Ethernet II / 802.3.
    pub const ETHERNET: Self = Self(1);
    /// IEEE 802.5.
    pub const TOKEN_RING: Self = Self(6);
    /// FDDI.
    pub const FDDI: Self = Self(10);
    /// IPv4 or IPv6 without any link header.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture, version 1 (the `any` device).
    pub const LINUX_SLL: Self = Self(113);
    /// 802.11 behind a header of Prism's.
    pub const PRISM: Self = Self(119);
    /// 802.11 behind a radiotap header.
    pub const RADIOTAP: Self = Self(127);
    /// 802.11 behind a header of AVS'.
    pub const AVS: Self = Self(163);
    /// IPv4 without link header.
    pub const IPV4: Self = Self(228);
    /// IPv6 without link header.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);

    /// Not a packet: a record that pcapng numbers among the frames (a journal entry, a custom block). No file carries this value.
    pub const NOT_A_PACKET: Self = Self(u32::MAX);

    /// The name without its `LINKTYPE_`/`DLT_` prefix, where it is one of the common ones.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NULL",
            1 => "EN10MB",
            6 => "IEEE802_5",
            9 => "PPP",
            12 | 14 | 101 => "RAW",
            50 => "PPP_SERIAL",
            51 => "PPP_ETHER",
            104 => "C_HDLC",
            105 => "IEEE802_11",
            107 => "FRELAY",
            108 => "LOOP",
            113 => "LINUX_SLL",
            119 => "PRISM_HEADER",
            127 => "IEEE802_11_RADIO",
            192 => "PPI",
            195 => "IEEE802_15_4",
            228 => "IPV4",
            229 => "IPV6",
            239 => "NFLOG",
            249 => "USBPCAP",
            276 => "LINUX_SLL2",
            u32::MAX => "NOT_A_PACKET",
            _ => return None,
        })
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "LINKTYPE_{}", self.0),
        }
    }
}
