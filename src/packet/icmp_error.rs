//! What an ICMP error says of the packet that it quotes (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443).
//!
//! Owns: the reasons and their numbers. Must not know: where the quote is, what it means for a connection.

use std::net::IpAddr;

use crate::net::codes;

/// Why a packet was complained about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IcmpReason {
    /// No way to the network.
    NetworkUnreachable,
    /// The last router does not reach the host.
    HostUnreachable,
    /// The host does not know the protocol.
    ProtocolUnreachable,
    /// Nobody has the port; for TCP always a firewall's word, since hosts send RST (RFC 1122 section 4.2.3.9).
    PortUnreachable,
    /// A firewall says that it forbids this.
    Prohibited,
    /// Larger than the next link takes, and not to be fragmented.
    TooBig,
    /// It passed too many routers, or its fragments did not come in time.
    TimeExceeded,
    /// It was passed on; there is a shorter way.
    Redirect,
    /// Too many packets come (obsolete: RFC 6633).
    SourceQuench,
    /// A field of a header is wrong.
    ParameterProblem,
}

impl IcmpReason {
    codes! {
        /// The word used in JSON.
        code,
        NetworkUnreachable => "network_unreachable",
        HostUnreachable => "host_unreachable",
        ProtocolUnreachable => "protocol_unreachable",
        PortUnreachable => "port_unreachable",
        Prohibited => "prohibited",
        TooBig => "too_big",
        TimeExceeded => "time_exceeded",
        Redirect => "redirect",
        SourceQuench => "source_quench",
        ParameterProblem => "parameter_problem",
    }

    /// The reason of an ICMP message of this type and code; `None` where it is no error.
    pub(super) const fn of_v4(kind: u8, code: u8) -> Option<Self> {
        Some(match (kind, code) {
            (3, 1 | 7 | 8 | 12) => Self::HostUnreachable,
            (3, 2) => Self::ProtocolUnreachable,
            (3, 3) => Self::PortUnreachable,
            (3, 4) => Self::TooBig,
            (3, 9 | 10 | 13..=15) => Self::Prohibited,
            (3, _) => Self::NetworkUnreachable,
            (4, _) => Self::SourceQuench,
            (5, _) => Self::Redirect,
            (11, _) => Self::TimeExceeded,
            (12, _) => Self::ParameterProblem,
            _ => return None,
        })
    }

    /// The same of `ICMPv6`.
    pub(super) const fn of_v6(kind: u8, code: u8) -> Option<Self> {
        Some(match (kind, code) {
            (1, 1 | 5 | 6) => Self::Prohibited,
            (1, 3) => Self::HostUnreachable,
            (1, 4) => Self::PortUnreachable,
            (1, _) => Self::NetworkUnreachable,
            (2, _) => Self::TooBig,
            (3, _) => Self::TimeExceeded,
            (4, _) => Self::ParameterProblem,
            (137, _) => Self::Redirect,
            _ => return None,
        })
    }

    /// The packet did not arrive, and one like it would not either: a SYN of which this is said has its answer.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::TooBig | Self::Redirect | Self::SourceQuench)
    }
}

/// One ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcmpError {
    /// What it says.
    pub reason: IcmpReason,
    /// Who says so: a router, a firewall, or the host itself.
    pub from: IpAddr,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of RFC 792, RFC 1812 and RFC 4443.
    #[test]
    fn reasons_by_type_and_code() {
        use IcmpReason::*;
        let v4 = |kind, code| IcmpReason::of_v4(kind, code);
        assert_eq!(v4(3, 0), Some(NetworkUnreachable));
        assert_eq!(v4(3, 1), Some(HostUnreachable));
        assert_eq!(v4(3, 3), Some(PortUnreachable));
        assert_eq!(v4(3, 4), Some(TooBig));
        assert_eq!(v4(3, 13), Some(Prohibited));
        assert_eq!(v4(11, 0), Some(TimeExceeded));
        assert_eq!(v4(8, 0), None, "an echo request is no error");
        let v6 = |kind, code| IcmpReason::of_v6(kind, code);
        assert_eq!(v6(1, 0), Some(NetworkUnreachable));
        assert_eq!(v6(1, 4), Some(PortUnreachable));
        assert_eq!(v6(2, 0), Some(TooBig));
        assert_eq!(v6(128, 0), None);
    }
}
