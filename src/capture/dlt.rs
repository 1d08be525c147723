//! LINKTYPE_ numbers (files) and DLT_ numbers (libpcap's calls): the same except for a few old ones.

use crate::net::LinkType;

/// What BSDs numbered differently before files had their own numbers: (DLT_, LINKTYPE_).
const DIFFERENT: &[(i32, u32)] = &[
    (11, 100), // ATM_RFC1483
    (RAW, 101),
    (15, 102), // SLIP_BSDOS
    (16, 103), // PPP_BSDOS
];

/// `DLT_RAW`: OpenBSD took another number.
const RAW: i32 = if cfg!(target_os = "openbsd") { 14 } else { 12 };

/// The number that files use for what libpcap reports.
pub(super) fn from_dlt(dlt: i32) -> LinkType {
    let found = DIFFERENT.iter().find(|(theirs, _)| *theirs == dlt);
    LinkType(found.map_or(dlt.max(0).unsigned_abs(), |(_, ours)| *ours))
}

/// The number that libpcap's calls take for what files carry.
pub(super) fn to_dlt(link_type: LinkType) -> i32 {
    let found = DIFFERENT.iter().find(|(_, ours)| *ours == link_type.0);
    found.map_or(i32::try_from(link_type.0).unwrap_or(-1), |(theirs, _)| {
        *theirs
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_ip_has_two_numbers() {
        assert_eq!(from_dlt(RAW), LinkType::RAW);
        assert_eq!(to_dlt(LinkType::RAW), RAW);
        assert_eq!(to_dlt(from_dlt(276)), 276);
        assert_eq!(to_dlt(LinkType::NOT_A_PACKET), -1);
    }
}
