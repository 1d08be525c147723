//! Options that extend TCP, as Wireshark reads them: by their own kind, or by the name of an experiment (RFC 6994).

use crate::packet::TcpOption;

/// One such option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extension<'a> {
    /// TCP Fast Open (RFC 7413): the cookie, empty where one is asked for.
    FastOpen(&'a [u8]),
    /// TCP ACK rate request (a draft): the rate, empty where none is asked for.
    AckRate(&'a [u8]),
    /// Accurate ECN (RFC 9768): counters of three bytes each, those of ECT(0) or of ECT(1) first.
    AccurateEcn {
        ect0_first: bool,
        counters: &'a [u8],
    },
    /// An experiment of which only the name is known.
    Experiment(u16),
    /// An experiment without a name.
    Nameless,
}

impl<'a> Extension<'a> {
    /// What `option` extends; `None` for all others.
    pub(super) fn of(option: TcpOption<'a>) -> Option<Self> {
        let TcpOption::Other { kind, data } = option else {
            return None;
        };
        Some(match kind {
            34 => Self::FastOpen(data),
            172 | 174 => Self::AccurateEcn {
                ect0_first: kind == 172,
                counters: data,
            },
            253 | 254 => Self::experiment(data),
            _ => return None,
        })
    }

    /// The name comes first.
    fn experiment(data: &'a [u8]) -> Self {
        let Some((&name, data)) = data.split_first_chunk() else {
            return Self::Nameless;
        };
        match u16::from_be_bytes(name) {
            0xf989 => Self::FastOpen(data),
            0x00ac => Self::AckRate(data),
            name @ (0xacc0 | 0xacc1) => Self::AccurateEcn {
                ect0_first: name == 0xacc0,
                counters: data,
            },
            name => Self::Experiment(name),
        }
    }
}
