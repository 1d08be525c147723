//! Classic pcap records (draft-ietf-opsawg-pcap) and its old relatives, as tshark 4.0 reads them.
//!
//! The crate pcap-file hands out a record only when the whole of it is buffered, so it would wait for an absurd length and
//! cannot tell a cut file from an incomplete read; it also knows no variant headers. Hence these few fields by hand.

use std::io::Read;

use super::bytes::ByteOrder;
use super::error::ReadError;
use super::record::{Record, cut, fault, max_captured};
use super::window::Window;
use crate::net::{LinkType, Timestamp};

/// Size of the file header.
const FILE_HEADER: usize = 24;
/// Sizes of record headers: the usual one; Red Hat 6.1's and Nokia's, which their files do not announce.
const PLAIN: usize = 16;
const RED_HAT: usize = 24;
const NOKIA: usize = 20;
/// Records looked at to tell variants apart.
const TRIED: usize = 3;

/// Bytes looked at for that, always as many, so that a pipe and a file are read alike (nobody writes the patched format to
/// a pipe any more, so waiting for them hurts nobody).
const LOOK_AHEAD: usize = 64 * 1024;

/// Where the two lengths of a record stand: they changed places in version 2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    OriginalFirst,
    /// Version 2.3 was written both ways: the smaller is the captured one.
    SmallerIsCaptured,
}

/// What the file header settles.
#[derive(Debug)]
pub(super) struct PcapFile {
    order: ByteOrder,
    pub(super) nanoseconds: bool,
    pub(super) link_type: LinkType,
    pub(super) snaplen: u32,
    lengths: Lengths,
    /// 16; 24 or 28 in files of a patched libpcap (magic 0xa1b2cd34); 20 or 24 in files that have more than their magic
    /// number tells (Nokia's IPSO, Red Hat 6.1).
    record_header: usize,
    /// Largest captured length believed.
    limit: u32,
}

/// Magic number to (byte order, nanoseconds, patched header).
pub(super) fn magic(head: [u8; 4]) -> Option<(ByteOrder, bool, bool)> {
    for (order, value) in [
        (ByteOrder::Little, u32::from_le_bytes(head)),
        (ByteOrder::Big, u32::from_be_bytes(head)),
    ] {
        match value {
            0xa1b2_c3d4 => return Some((order, false, false)),
            0xa1b2_3c4d => return Some((order, true, false)),
            // Alexey Kuznetzov's libpcap patches: interface, protocol and packet type in each record.
            0xa1b2_cd34 => return Some((order, false, true)),
            _ => {}
        }
    }
    None
}

impl PcapFile {
    /// Reads the file header; the magic number has been recognised.
    pub(super) fn open<R: Read>(
        window: &mut Window<R>,
        (order, nanoseconds, patched): (ByteOrder, bool, bool),
    ) -> Result<Self, ReadError> {
        let available = window.request(FILE_HEADER);
        if available < FILE_HEADER {
            let (needed, available) = (FILE_HEADER as u64, available as u64);
            let header = Some("the file header");
            return Err(cut(window, 0, header, 1, needed, available));
        }
        let head = window.unread();
        let (major, minor) = (order.u16(head, 4), order.u16(head, 6));
        let (snaplen, network) = (order.u32(head, 16), order.u32(head, 20));
        if major < 2 {
            return Err(unsupported(4, format!("pcap version {major}.{minor}")));
        }
        // Upper bits: length of the frame check sequence; the bits between are reserved.
        if network & 0x03ff_0000 != 0 {
            return Err(unsupported(
                20,
                format!("link type {network:#010x} with reserved bits set"),
            ));
        }
        let link_type = LinkType(network & 0xffff);
        window.consume(FILE_HEADER);
        let mut file = Self {
            order,
            nanoseconds,
            link_type,
            snaplen,
            lengths: match (major, minor) {
                (2, 0..=2) | (543, 0) => Lengths::OriginalFirst,
                (2, 3) => Lengths::SmallerIsCaptured,
                _ => Lengths::CapturedFirst,
            },
            record_header: PLAIN,
            limit: max_captured(link_type),
        };
        if patched {
            let available = window.request(LOOK_AHEAD).min(LOOK_AHEAD);
            file.record_header = file.fitting_header(&window.unread()[..available]);
        } else if !nanoseconds {
            // A pipe is not waited for: what came with the file header has to do.
            file.record_header = file.unannounced_header(window.unread());
        }
        Ok(file)
    }

    /// The next record; `frame` is the number it will have.
    #[expect(clippy::inline_always, reason = "the record's parts stay in registers")]
    #[inline(always)]
    pub(super) fn next<R: Read>(
        &mut self,
        window: &mut Window<R>,
        frame: u64,
    ) -> Result<Option<Record>, ReadError> {
        let header = self.record_header;
        let mut available = window.request(header);
        let head = window.unread().first_chunk();
        let Some(&head) = head.filter(|_| available >= header) else {
            if available == 0 {
                return fault(window, frame).map_or(Ok(None), Err);
            }
            let (needed, available) = (header as u64, available as u64);
            let (offset, header) = (window.offset(), Some("a record header"));
            return Err(cut(window, offset, header, frame, needed, available));
        };
        let [seconds, fraction, first, second] = self.order.four(head);
        let (captured, original_length) = self.lengths(first, second);
        if captured > self.limit {
            return Err(ReadError::AbsurdLength {
                frame,
                offset: window.offset(),
                what: "a captured length",
                length: captured.into(),
                limit: self.limit.into(),
            });
        }
        let size = header + captured as usize;
        available = window.request(size);
        if available < size {
            let (offset, needed) = (window.offset(), size as u64);
            return Err(cut(window, offset, None, frame, needed, available as u64));
        }
        let place = window.consume(size);
        // A fraction of a second or more carries over into the seconds; damaged microseconds are multiplied in 32 bits, as tshark does.
        let nanos = i64::from(fraction.wrapping_mul(if self.nanoseconds { 1 } else { 1000 }));
        Ok(Some(Record {
            data: place.start + header..place.end,
            block: place,
            options: 0..0,
            timestamp: Some(Timestamp::from_parts(seconds.into(), nanos)),
            link_type: self.link_type,
            original_length,
            interface: 0,
        }))
    }

    /// (captured, original) length by the two that a record header has.
    #[inline]
    fn lengths(&self, first: u32, second: u32) -> (u32, u32) {
        match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::OriginalFirst => (second, first),
            Lengths::SmallerIsCaptured => (first.min(second), first.max(second)),
        }
    }

    /// Which record header size makes the buffered records follow one another sensibly: the patched libpcap had two.
    fn fitting_header(&self, bytes: &[u8]) -> usize {
        let odd = |size| self.first_records(bytes, size).odd;
        if odd(28) < odd(24) { 28 } else { 24 }
    }

    /// The plain record header, unless its records look odd and at least two of a longer one do not.
    fn unannounced_header(&self, bytes: &[u8]) -> usize {
        if self.first_records(bytes, PLAIN).odd == 0 {
            return PLAIN;
        }
        let fits = |&size: &usize| {
            let records = self.first_records(bytes, size);
            records.odd == 0 && records.count >= 2 && records.follow
        };
        [RED_HAT, NOKIA].into_iter().find(fits).unwrap_or(PLAIN)
    }

    /// The buffered records as they are with a record header of `size` bytes.
    fn first_records(&self, bytes: &[u8], size: usize) -> FirstRecords {
        let (mut at, mut odd, mut count, mut follow) = (0, 0, 0, true);
        for _ in 0..TRIED {
            let rest = bytes.get(at..);
            follow &= rest.is_some_and(|rest| rest.is_empty() || rest.len() >= size);
            let Some(&head) = rest.and_then(<[u8]>::first_chunk) else {
                break;
            };
            let [_, fraction, first, second] = self.order.four(head);
            let (captured, original) = self.lengths(first, second);
            count += 1;
            odd += u32::from(captured > self.limit)
                + u32::from(captured > original)
                + u32::from(captured == 0)
                + u32::from(fraction >= 1_000_000);
            at = at.saturating_add(size + captured as usize);
        }
        FirstRecords { odd, count, follow }
    }
}

/// How the first records of a file look.
struct FirstRecords {
    /// How many odd things they have.
    odd: u32,
    /// How many they are.
    count: u32,
    /// Each is wholly there, and behind it stands a whole record header or the end of the file. The last one looked at may be cut.
    follow: bool,
}

fn unsupported(offset: u64, what: String) -> ReadError {
    ReadError::Unsupported { offset, what }
}
