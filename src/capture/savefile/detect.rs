//! What the first bytes of a file say: a format that is read, or what else it looks like.

use std::fmt;

/// Magic numbers of capture files that are read, as they stand in the file.
pub(super) const PCAPNG: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// gzip (RFC 1952 section 2.3.1).
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Something that is not a pcap or pcapng capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Another capture format, which Wireshark's tools convert.
    Capture(&'static str),
    /// Compressed data of a kind that is not read.
    Compressed(&'static str),
    /// Another well-known kind of file.
    File(&'static str),
    /// Printable text.
    Text,
    /// Nothing known; the first four bytes.
    Unknown([u8; 4]),
}

impl Foreign {
    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Capture(_) => "convert it with: editcap IN OUT.pcapng",
            Self::Compressed(_) => "decompress it first",
            Self::Text => "text output of tcpdump or tshark cannot be replayed, write one with -w",
            Self::File(_) | Self::Unknown(_) => {
                "name a file written by -w of tcpdump, tshark, dumpcap or chatscope"
            }
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture(name) => write!(f, "a {name} capture"),
            Self::Compressed(name) => write!(f, "{name} data"),
            Self::File(name) => f.write_str(name),
            Self::Text => f.write_str("text"),
            Self::Unknown(head) => {
                write!(
                    f,
                    "unknown data (first bytes {:08x})",
                    u32::from_be_bytes(*head)
                )
            }
        }
    }
}

/// Beginnings of other files. Capture formats: the magic strings that Wireshark's reader compares.
const SIGNATURES: &[(&[u8], Foreign)] = &[
    (b"snoop\0\0\0", Foreign::Capture("snoop")),
    (b"btsnoop\0", Foreign::Capture("btsnoop")),
    (b"RTSS", Foreign::Capture("Microsoft NetMon 1")),
    (b"GMBU", Foreign::Capture("Microsoft NetMon 2")),
    (b"TRSNIFF data", Foreign::Capture("Sniffer")),
    (b"XCP\0", Foreign::Capture("NetXRay")),
    (b"VL\0\0", Foreign::Capture("NetXRay")),
    (b"\x05VNF", Foreign::Capture("Visual Networks")),
    (b"\x7fver", Foreign::Capture("Savvius Peek")),
    (b"iptrace ", Foreign::Capture("AIX iptrace")),
    (
        b"\0\0\x02\0\x12\x05\0\x10",
        Foreign::Capture("Tektronix K12"),
    ),
    (b"\xac\x01\0\x1c", Foreign::Capture("Ixia lcap")),
    (b"\xab\x01\0\x1c", Foreign::Capture("Ixia lcap")),
    (b"\xaa\xaa\xaa\xaa", Foreign::Capture("5View")),
    (b"TR\0d", Foreign::Capture("nettl (HP-UX)")),
    (b"\x01\x10\x4c\0", Foreign::Capture("Novell LANalyzer")),
    (
        b"ObserverPktBuffer",
        Foreign::Capture("Network Instruments Observer"),
    ),
    (b"+---------+-----", Foreign::Capture("K12 text")),
    (b"\x28\xb5\x2f\xfd", Foreign::Compressed("zstd")),
    (b"\x04\x22\x4d\x18", Foreign::Compressed("lz4")),
    (b"\xfd7zXZ\0", Foreign::Compressed("xz")),
    (b"BZh", Foreign::Compressed("bzip2")),
    (b"PK\x03\x04", Foreign::Compressed("zip")),
    (b"\x7fELF", Foreign::File("a program (ELF)")),
    (b"\x89PNG", Foreign::File("a PNG picture")),
    (b"%PDF", Foreign::File("a PDF document")),
    (b"SQLite format 3", Foreign::File("an SQLite database")),
];

/// What `head`, the first bytes of a file, looks like when it is no capture.
pub(super) fn foreign(head: &[u8]) -> Foreign {
    if let Some((_, found)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *found;
    }
    let sample = &head[..head.len().min(512)];
    let printable = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    if !sample.is_empty() && sample.iter().all(printable) && sample.is_ascii_or_utf8() {
        return Foreign::Text;
    }
    if looks_like_erf(head) {
        return Foreign::Capture("ERF");
    }
    let mut first = [0; 4];
    for (to, from) in first.iter_mut().zip(head) {
        *to = *from;
    }
    Foreign::Unknown(first)
}

/// ERF has no magic number: a little-endian 32.32 time stamp, a type, a record length that holds at least its header, and
/// a wire length.
fn looks_like_erf(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<16>() else {
        return false;
    };
    let seconds = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
    let kind = header[8] & 0x7f;
    let record = u16::from_be_bytes([header[10], header[11]]);
    let wire = u16::from_be_bytes([header[14], header[15]]);
    // 1996 (the first DAG cards) to 2065.
    (820_454_400..3_000_000_000).contains(&seconds)
        && (1..=48).contains(&kind)
        && record >= 16
        && wire > 0
}

/// Text may end inside a character at the end of the sample.
trait Utf8Sample {
    fn is_ascii_or_utf8(&self) -> bool;
}

impl Utf8Sample for [u8] {
    fn is_ascii_or_utf8(&self) -> bool {
        match std::str::from_utf8(self) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_sees() {
        assert_eq!(
            foreign(b"snoop\0\0\0\0\0\0\x02").to_string(),
            "a snoop capture"
        );
        assert_eq!(foreign(b"12:00:01 IP a > b\n"), Foreign::Text);
        assert_eq!(foreign("olá\n".as_bytes()), Foreign::Text);
        assert_eq!(foreign(b"TR\0d\0").to_string(), "a nettl (HP-UX) capture");
        assert_eq!(foreign(b"\x01\x02"), Foreign::Unknown([1, 2, 0, 0]));
        assert_eq!(foreign(b"\x28\xb5\x2f\xfd\0\0").to_string(), "zstd data");
    }

    #[test]
    fn knows_an_erf_record() {
        let mut record = [0u8; 80];
        record[4..8].copy_from_slice(&1_200_000_000u32.to_le_bytes());
        record[8] = 2; // TYPE_ETH
        record[10..12].copy_from_slice(&80u16.to_be_bytes());
        record[14..16].copy_from_slice(&60u16.to_be_bytes());
        assert_eq!(foreign(&record), Foreign::Capture("ERF"));
    }
}
