//! BPF filters, compiled by libpcap: on saved frames here, on live ones in the kernel (see `live`).
//!
//! Without the feature `live` there is no libpcap, and every expression is refused with that reason.

use std::net::SocketAddr;

use crate::net::LinkType;
use crate::packet::Frame;

/// A filter expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// libpcap does not understand the expression.
    #[error("bad filter `{expression}`: {message}; a filter looks like: tcp port 7000")]
    Bad {
        /// As given.
        expression: String,
        /// libpcap's words.
        message: String,
    },
    /// Built without libpcap.
    #[error(
        "filter `{expression}`: BPF filters need libpcap, and this program was built without it (feature `live`)"
    )]
    NeedsLibpcap {
        /// As given.
        expression: String,
    },
}

/// An expression as typed; a port alone, or an address with one, which libpcap does not know, becomes what was meant.
#[must_use]
pub fn spelled_out(typed: String) -> String {
    let word = typed.trim();
    let port = word.strip_prefix("localhost:").unwrap_or(word);
    if let Ok(port) = port.parse::<u16>() {
        return format!("tcp port {port}");
    }
    match word.parse::<SocketAddr>() {
        Ok(address) => format!("host {} and tcp port {}", address.ip(), address.port()),
        Err(_) => typed,
    }
}

/// The expression that catches everything of the given listening ports, both directions: `tcp port 7000 or tcp port 7080`.
/// Empty (everything) without ports.
#[must_use]
pub fn filter_for_ports(ports: &[u16]) -> String {
    let mut ports = ports.to_vec();
    ports.sort_unstable();
    ports.dedup();
    let terms: Vec<_> = ports
        .iter()
        .map(|port| format!("tcp port {port}"))
        .collect();
    terms.join(" or ")
}

/// A filter over saved frames; compiled once for each link type it meets, for the first [`Self::MAX_PROGRAMS`] of them.
///
/// Lengths in the expression (`greater`, `less`, `len`) count captured bytes: all that the programs see.
pub struct FrameFilter {
    expression: String,
    #[cfg(feature = "live")]
    programs: Vec<(LinkType, Option<pcap::BpfProgram>)>,
    /// The place of the program that was used last.
    #[cfg(feature = "live")]
    last: usize,
    /// Frames that were not looked at, as their link type came too late to have a program.
    unfiltered: u64,
}

impl std::fmt::Debug for FrameFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FrameFilter")
            .field(&self.expression)
            .finish()
    }
}

#[cfg(feature = "live")]
impl FrameFilter {
    /// Compiles `expression` for frames of `link_type`; other link types are compiled when they come.
    pub fn new(expression: &str, link_type: LinkType) -> Result<Self, FilterError> {
        let program = compile(expression, link_type)?;
        Ok(Self {
            expression: expression.to_owned(),
            programs: vec![(link_type, Some(program))],
            last: 0,
            unfiltered: 0,
        })
    }

    /// The frame passes. A frame of a link type for which the expression makes no sense, or which came after so many others
    /// that it has no program, does not.
    pub fn matches(&mut self, frame: &Frame<'_>) -> bool {
        if self.programs[self.last].0 != frame.link_type {
            let Some(place) = self.place_of(frame.link_type) else {
                self.unfiltered += 1;
                return false;
            };
            self.last = place;
        }
        let program = self.programs[self.last].1.as_ref();
        program.is_some_and(|program| program.filter(frame.data))
    }

    /// The place of the program for a link type, compiled on its first frame while there is room.
    fn place_of(&mut self, link_type: LinkType) -> Option<usize> {
        let known = |(known, _): &(LinkType, _)| *known == link_type;
        if let Some(place) = self.programs.iter().position(known) {
            return Some(place);
        }
        if self.programs.len() == Self::MAX_PROGRAMS {
            return None;
        }
        let program = compile(&self.expression, link_type).ok();
        self.programs.push((link_type, program));
        Some(self.programs.len() - 1)
    }
}

impl FrameFilter {
    /// Link types for which a program is kept. A capture has one or two; a hostile file may declare 65,536, each of which
    /// would cost a compilation and be looked for among the others with every frame.
    pub const MAX_PROGRAMS: usize = 64;

    /// Frames that did not pass unseen: their link type came after too many others.
    #[must_use]
    pub fn unfiltered(&self) -> u64 {
        self.unfiltered
    }
}

#[cfg(feature = "live")]
fn compile(expression: &str, link_type: LinkType) -> Result<pcap::BpfProgram, FilterError> {
    let dead = pcap::Capture::dead(pcap::Linktype(super::dlt::to_dlt(link_type)));
    dead.and_then(|dead| dead.compile(expression, true))
        .map_err(|error| FilterError::Bad {
            expression: expression.to_owned(),
            message: words(error),
        })
}

/// What libpcap said, without the crate's prefix.
#[cfg(feature = "live")]
pub(super) fn words(error: pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(text) => text,
        other => other.to_string(),
    }
}

#[cfg(not(feature = "live"))]
impl FrameFilter {
    /// Refused: there is no libpcap in this build.
    pub fn new(expression: &str, _link_type: LinkType) -> Result<Self, FilterError> {
        Err(FilterError::NeedsLibpcap {
            expression: expression.to_owned(),
        })
    }

    /// Never called: no filter can be made in this build.
    pub fn matches(&mut self, _frame: &Frame<'_>) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_become_one_expression() {
        assert_eq!(filter_for_ports(&[7000]), "tcp port 7000");
        assert_eq!(
            filter_for_ports(&[7080, 7000, 7080]),
            "tcp port 7000 or tcp port 7080"
        );
        assert_eq!(filter_for_ports(&[]), "");
    }

    #[cfg(feature = "live")]
    mod with_libpcap {
        use super::*;
        use crate::net::Timestamp;

        /// 127.0.0.1:40000 > 127.0.0.1:`port`, TCP SYN, without link header.
        fn syn(port: u16) -> Vec<u8> {
            let mut data = vec![
                0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
            ];
            data.extend(40_000u16.to_be_bytes());
            data.extend(port.to_be_bytes());
            data.extend([0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0]);
            data
        }

        fn frame(link_type: LinkType, data: &[u8]) -> Frame<'_> {
            Frame {
                number: 1,
                timestamp: Timestamp::ZERO,
                link_type,
                original_length: data.len() as u32,
                data,
            }
        }

        #[test]
        fn filters_saved_frames_of_several_link_types() {
            let mut filter = FrameFilter::new("tcp port 7000", LinkType::RAW).expect("valid");
            assert!(filter.matches(&frame(LinkType::RAW, &syn(7000))));
            assert!(!filter.matches(&frame(LinkType::RAW, &syn(7001))));
            let ethernet = [&[0; 12][..], &[8, 0], &syn(7000)].concat();
            assert!(filter.matches(&frame(LinkType::ETHERNET, &ethernet)));
            assert!(!filter.matches(&frame(LinkType::NOT_A_PACKET, &ethernet)));
        }

        /// A pcapng file may declare an interface, each with its own link type, before every frame.
        #[test]
        fn link_types_beyond_the_bound_do_not_pass_and_are_counted() {
            let mut filter = FrameFilter::new("tcp port 7000", LinkType::RAW).expect("valid");
            for other in 1_000..1_100 {
                assert!(!filter.matches(&frame(LinkType(other), &syn(7000))));
            }
            assert_eq!(filter.programs.len(), FrameFilter::MAX_PROGRAMS);
            let beyond = 101 - FrameFilter::MAX_PROGRAMS as u64;
            assert_eq!(filter.unfiltered(), beyond);
            assert!(filter.matches(&frame(LinkType::RAW, &syn(7000))));
            assert!(!filter.matches(&frame(LinkType::ETHERNET, &syn(7000))));
            assert_eq!(filter.unfiltered(), beyond + 1);
        }

        #[test]
        fn a_bad_expression_is_told_in_libpcap_words() {
            let error = FrameFilter::new("tcp prot 7000", LinkType::RAW).expect_err("bad");
            assert!(error.to_string().contains("syntax error"), "{error}");
        }

        #[test]
        fn a_port_alone_is_no_filter_and_becomes_one() {
            for (typed, meant) in [
                ("5000", "tcp port 5000"),
                ("127.0.0.1:5000", "host 127.0.0.1 and tcp port 5000"),
                ("[::1]:5000", "host ::1 and tcp port 5000"),
                ("localhost:5000", "tcp port 5000"),
            ] {
                let error = FrameFilter::new(typed, LinkType::RAW).expect_err("bad");
                assert!(error.to_string().contains("tcp port 7000"), "{error}");
                assert_eq!(spelled_out(typed.to_owned()), meant);
                FrameFilter::new(meant, LinkType::RAW).expect("a filter");
            }
            for other in ["127.0.0.1", "tcp port 5000", "prot 7000", "70000", ""] {
                assert_eq!(spelled_out(other.to_owned()), other);
            }
        }
    }

    #[cfg(not(feature = "live"))]
    #[test]
    fn without_libpcap_the_reason_is_given() {
        let error = FrameFilter::new("tcp", LinkType::RAW).expect_err("no libpcap");
        assert!(error.to_string().contains("libpcap"));
    }
}
