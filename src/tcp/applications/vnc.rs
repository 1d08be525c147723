//! VNC greetings (RFC 6143 section 7.1.1): the line after which tshark 4.0 starts a new conversation.
//!
//! On a port that no other protocol claims, tshark knows VNC by its first line, `RFB 003.008`. Nothing else of VNC is read.
//! Must not know: what follows from it. The rules were found by asking tshark 4.0.17 about crafted conversations.

use crate::net::PortSet;
use crate::packet::Segment;

/// The length of the line.
pub(super) const LENGTH: usize = 12;

/// It is such a greeting, and nobody else's.
pub(super) fn is_greeting(segment: &Segment<'_>) -> bool {
    let line = segment.payload;
    let looks = line.len() == LENGTH && line.starts_with(b"RFB ") && line.ends_with(b"\n");
    looks && line[7] == b'.' && segment.len as usize == LENGTH && !is_claimed(segment)
}

fn is_claimed(segment: &Segment<'_>) -> bool {
    CLAIMED.contains(segment.source.port) || CLAIMED.contains(segment.destination.port)
}

/// Ports that tshark gives to a protocol by number which takes the line for its own, VNC's own among them. Found by putting
/// a greeting on each port to tshark 4.0.17.
const CLAIMED: PortSet = PortSet::new(&[
    7, 7, 13, 13, 19, 23, 25, 25, 37, 37, 42, 43, 49, 49, 53, 53, 70, 70, 79, 80, 88, 88, 102, 102,
    110, 111, 119, 119, 123, 123, 139, 139, 143, 143, 179, 179, 210, 210, 323, 323, 389, 389, 427,
    427, 445, 445, 464, 464, 512, 515, 524, 524, 547, 548, 554, 554, 564, 564, 587, 587, 631, 631,
    639, 639, 647, 647, 674, 674, 705, 705, 854, 854, 862, 862, 873, 873, 925, 925, 988, 988, 1080,
    1080, 1090, 1090, 1099, 1099, 1102, 1102, 1153, 1153, 1194, 1194, 1213, 1213, 1344, 1344, 1433,
    1433, 1533, 1533, 1547, 1547, 1723, 1723, 1755, 1755, 1861, 1861, 1863, 1863, 1883, 1883, 1900,
    1900, 1935, 1935, 2099, 2099, 2123, 2123, 2126, 2126, 2152, 2152, 2234, 2234, 2240, 2240, 2269,
    2269, 2321, 2322, 2345, 2345, 2401, 2401, 2404, 2404, 2433, 2433, 2501, 2502, 2571, 2571, 2575,
    2575, 2600, 2600, 2710, 2710, 2812, 2812, 2869, 2869, 2944, 2945, 3014, 3014, 3016, 3019, 3128,
    3128, 3132, 3132, 3245, 3248, 3268, 3268, 3288, 3288, 3306, 3306, 3357, 3357, 3369, 3369, 3386,
    3386, 3452, 3452, 3478, 3478, 3632, 3632, 3671, 3671, 3689, 3689, 3724, 3724, 3804, 3804, 3860,
    3860, 3863, 3863, 3868, 3868, 3918, 3918, 4002, 4002, 4155, 4155, 4189, 4189, 4223, 4223, 4342,
    4342, 4420, 4420, 4551, 4551, 4555, 4556, 4712, 4712, 4730, 4730, 4739, 4739, 4788, 4788, 4840,
    4840, 4880, 4880, 5010, 5010, 5060, 5060, 5084, 5084, 5222, 5222, 5253, 5253, 5353, 5353, 5432,
    5432, 5445, 5445, 5500, 5501, 5534, 5534, 5672, 5672, 5683, 5683, 5701, 5701, 5900, 5901, 5985,
    5985, 5997, 5997, 6000, 6063, 6068, 6068, 6084, 6084, 6121, 6121, 6160, 6160, 6346, 6346, 6379,
    6379, 6417, 6417, 6653, 6653, 6667, 6668, 6881, 6889, 7000, 7000, 7075, 7075, 7171, 7172, 7236,
    7236, 7275, 7276, 7871, 7871, 7911, 7911, 8009, 8009, 8023, 8023, 8074, 8074, 8080, 8080, 8085,
    8085, 8088, 8088, 8554, 8554, 8567, 8567, 9009, 9009, 9092, 9092, 9300, 9300, 9418, 9418, 9955,
    9956, 10288, 10288, 11211, 11211, 11371, 11371, 13400, 13400, 14001, 14001, 15740, 15740,
    17500, 17500, 17755, 17756, 19006, 19006, 19042, 19043, 19506, 19506, 19543, 19543, 21064,
    21064, 22222, 22222, 24800, 24800, 29418, 29418, 34980, 34980, 44321, 44322, 44818, 44818,
    48049, 48049, 48898, 48898, 57000, 57000,
]);

#[cfg(test)]
mod tests {
    use super::CLAIMED;

    /// tshark 4.0.17 keeps the number of a connection that greets on the first of these ports, and not on the others.
    #[test]
    fn whose_ports_they_are() {
        for port in [22, 25, 80, 445, 3306, 5900, 6379, 44_818] {
            assert!(CLAIMED.contains(port), "{port}");
        }
        for port in [113, 135, 443, 502, 3389, 5902, 5999, 8443, 50_000] {
            assert!(!CLAIMED.contains(port), "{port}");
        }
    }
}
