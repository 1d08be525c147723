//! pcapng blocks to frames (draft-ietf-opsawg-pcapng section 4): sections of either byte order, interfaces, packets of all
//! three kinds, and the records that are no packets but are numbered among them as Wireshark does.
//!
//! Blocks are taken apart here and not by pcap-file: its typed blocks reject readable files (captured length above the
//! original, comments that are not UTF-8), and its raw ones are handed out only when complete, so that an absurd length
//! would be waited for and a cut could not be told from an incomplete read.

use std::io::Read;
use std::ops::Range;

use super::bytes::ByteOrder;
use super::describe;
use super::detect::PCAPNG;
use super::error::ReadError;
use super::options::BlockOptions;
use super::record::{Record, cut, fault, max_captured};
use super::resolution::Resolution;
use super::window::Window;
use crate::capture::CaptureInfo;
use crate::net::{LinkType, Timestamp};

/// Type and both lengths.
const MIN_BLOCK: u32 = 12;
/// Longest block that is believed: the largest frame anybody writes (128 MiB of USB) and its options, as tshark.
const MAX_BLOCK: u32 = (128 << 20) + 131_104;
/// Interfaces of one section at most: 40 bytes each, so a hostile file holds 2.5 MiB.
const MAX_INTERFACES: usize = 65_536;

pub(in crate::capture) const INTERFACE_DESCRIPTION: u32 = 1;
pub(in crate::capture) const PACKET: u32 = 2;
pub(in crate::capture) const SIMPLE_PACKET: u32 = 3;
pub(super) const INTERFACE_STATISTICS: u32 = 5;
pub(in crate::capture) const ENHANCED_PACKET: u32 = 6;
const JOURNAL_EXPORT: u32 = 9;
const CUSTOM: u32 = 0x0bad;
const CUSTOM_NOT_COPIED: u32 = 0x4000_0bad;
const SYSDIG_EVENT: u32 = 0x204;
const SYSDIG_EVENT_V2: u32 = 0x216;
const SYSDIG_EVENT_V2_LARGE: u32 = 0x221;
pub(in crate::capture) const SECTION_HEADER: u32 = 0x0a0d_0d0a;

/// What is needed of an interface for each of its frames.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link_type: LinkType,
    snaplen: u32,
    resolution: Resolution,
    /// Where it is described in [`CaptureInfo`]; beyond the kept ones for the excess.
    described: usize,
}

/// The current section.
#[derive(Debug, Default)]
pub(super) struct PcapngFile {
    pub(super) order: ByteOrder,
    interfaces: Vec<Interface>,
    described: usize,
    sections: u64,
    /// Frames lost according to old packet blocks.
    pub(super) packet_block_drops: u64,
}

/// A block that is wholly in the window and consumed.
struct Block {
    kind: u32,
    /// Where it began in the file.
    offset: u64,
    /// Its body's place in the window.
    body: Range<usize>,
}

impl Block {
    /// Its place in the window with type and lengths.
    fn whole(&self) -> Range<usize> {
        self.body.start - 8..self.body.end + 4
    }
}

/// Is shown every block that is no frame, as it stands in the file (a long one in pieces): its type and bytes.
pub(super) trait Seen: FnMut(u32, &[u8]) {}

impl<F: FnMut(u32, &[u8])> Seen for F {}

impl PcapngFile {
    /// Reads the first section header and the interfaces that follow it, as far as that needs no waiting for a frame.
    pub(super) fn open<R: Read>(
        window: &mut Window<R>,
        info: &mut CaptureInfo,
        seen: &mut impl Seen,
    ) -> Result<Self, ReadError> {
        let mut file = Self::default();
        while file.interfaces.is_empty() || window.unread().len() >= MIN_BLOCK as usize {
            match file.block_head(window, 1)? {
                Some((kind, length)) if !is_record(kind) => {
                    file.aside(window, info, (kind, length), 1, seen)?;
                }
                _ => break,
            }
        }
        Ok(file)
    }

    /// The next frame; blocks between are taken into `info`. `frame` is the number it will have.
    pub(super) fn next<R: Read>(
        &mut self,
        window: &mut Window<R>,
        info: &mut CaptureInfo,
        frame: u64,
        seen: &mut impl Seen,
    ) -> Result<Option<Record>, ReadError> {
        while let Some((kind, length)) = self.block_head(window, frame)? {
            if !is_record(kind) {
                self.aside(window, info, (kind, length), frame, seen)?;
                continue;
            }
            let block = self.whole_block(window, kind, length, frame)?;
            return match kind {
                ENHANCED_PACKET => self.enhanced(window, &block, frame),
                SIMPLE_PACKET => self.simple(window, &block, frame),
                PACKET => self.packet(window, &block, frame),
                _ => Ok(self.other_record(window, &block)),
            }
            .map(Some);
        }
        Ok(None)
    }

    /// Takes in a block that is no frame.
    fn aside<R: Read>(
        &mut self,
        window: &mut Window<R>,
        info: &mut CaptureInfo,
        (kind, length): (u32, u32),
        frame: u64,
        seen: &mut impl Seen,
    ) -> Result<(), ReadError> {
        if !matches!(
            kind,
            SECTION_HEADER | INTERFACE_DESCRIPTION | INTERFACE_STATISTICS
        ) {
            return pass_over(window, self.order, (kind, length), frame, seen);
        }
        let block = self.whole_block(window, kind, length, frame)?;
        seen(kind, window.bytes(block.whole()));
        let body = window.bytes(block.body);
        match kind {
            SECTION_HEADER => self.section(body, block.offset, info, frame),
            INTERFACE_DESCRIPTION => self.interface(body, block.offset, info, frame),
            _ => {
                self.statistics(body, info);
                Ok(())
            }
        }
    }

    /// What interface 0 would count at this time: for frames that must be given a time stamp of their own.
    pub(super) fn ticks(&self, timestamp: Timestamp) -> u64 {
        let first = self.interfaces.first();
        first.map_or(0, |first| first.resolution.ticks(timestamp))
    }

    /// Type and total length of the next block; a section header settles the byte order first.
    #[inline]
    fn block_head<R: Read>(
        &mut self,
        window: &mut Window<R>,
        frame: u64,
    ) -> Result<Option<(u32, u32)>, ReadError> {
        let available = window.request(MIN_BLOCK as usize);
        if available < MIN_BLOCK as usize {
            if available == 0 {
                return fault(window, frame).map_or(Ok(None), Err);
            }
            let (needed, available) = (MIN_BLOCK.into(), available as u64);
            let (offset, header) = (window.offset(), Some("a block header"));
            return Err(cut(window, offset, header, frame, needed, available));
        }
        let head = window.unread();
        if head.starts_with(&PCAPNG) {
            self.order = match head[8..12] {
                [0x1a, 0x2b, 0x3c, 0x4d] => ByteOrder::Big,
                [0x4d, 0x3c, 0x2b, 0x1a] => ByteOrder::Little,
                _ => {
                    let found = format!("{:02x?}", &head[8..12]);
                    return Err(damaged(
                        frame,
                        window.offset() + 8,
                        "byte-order magic 1a2b3c4d",
                        found,
                    ));
                }
            };
        }
        let (kind, claimed) = (self.order.u32(head, 0), self.order.u32(head, 4));
        if claimed > MAX_BLOCK {
            return Err(ReadError::AbsurdLength {
                frame,
                offset: window.offset(),
                what: "a block",
                length: claimed.into(),
                limit: MAX_BLOCK.into(),
            });
        }
        // Some writers leave the padding out of the length.
        let length = claimed.next_multiple_of(4);
        let least = least_length(kind);
        if length < least {
            return Err(damaged(
                frame,
                window.offset(),
                format!("a block of type {kind} of at least {least} bytes"),
                format!("length {claimed}"),
            ));
        }
        Ok(Some((kind, length)))
    }

    /// Waits for the whole block, checks its trailer and moves past it.
    #[inline]
    fn whole_block<R: Read>(
        &self,
        window: &mut Window<R>,
        kind: u32,
        length: u32,
        frame: u64,
    ) -> Result<Block, ReadError> {
        let available = window.request(length as usize);
        let offset = window.offset();
        if available < length as usize {
            let header = match kind {
                SECTION_HEADER => Some("a section header block"),
                INTERFACE_DESCRIPTION => Some("an interface description block"),
                INTERFACE_STATISTICS => Some("an interface statistics block"),
                _ => None,
            };
            let (needed, available) = (length.into(), available as u64);
            return Err(cut(window, offset, header, frame, needed, available));
        }
        let trailer = self.order.u32(window.unread(), length as usize - 4);
        check_trailer(length, trailer, offset, frame)?;
        let place = window.consume(length as usize);
        Ok(Block {
            kind,
            offset,
            body: place.start + 8..place.end - 4,
        })
    }

    /// Section Header Block (section 4.1): forgets the interfaces before it.
    fn section(
        &mut self,
        body: &[u8],
        offset: u64,
        info: &mut CaptureInfo,
        frame: u64,
    ) -> Result<(), ReadError> {
        let version = (self.order.u16(body, 4), self.order.u16(body, 6));
        // 1.2 was written by mistake by some tools and means 1.0.
        if !matches!(version, (1, 0 | 2)) {
            return Err(ReadError::Unsupported {
                offset: offset + 12,
                what: format!("pcapng version {}.{}", version.0, version.1),
            });
        }
        let options = self.options(&body[16..], offset + 24, frame)?;
        self.interfaces.clear();
        self.sections += 1;
        describe::section(info, options, self.sections == 1);
        Ok(())
    }

    /// Interface Description Block (section 4.2).
    fn interface(
        &mut self,
        body: &[u8],
        offset: u64,
        info: &mut CaptureInfo,
        frame: u64,
    ) -> Result<(), ReadError> {
        if self.interfaces.len() == MAX_INTERFACES {
            let found = "one more".to_owned();
            return Err(damaged(
                frame,
                offset,
                format!("at most {MAX_INTERFACES} interfaces"),
                found,
            ));
        }
        let options = self.options(&body[8..], offset + 16, frame)?;
        let link_type = LinkType(self.order.u16(body, 0).into());
        let snaplen = self.order.u32(body, 4);
        self.interfaces.push(Interface {
            link_type,
            snaplen,
            resolution: Resolution::from_options(options),
            described: self.described,
        });
        self.described += 1;
        describe::interface(info, options, link_type, snaplen);
        Ok(())
    }

    /// The options of a block whose meaning all later frames rest on: an option beyond the block is damage.
    fn options<'a>(
        &self,
        bytes: &'a [u8],
        offset: u64,
        frame: u64,
    ) -> Result<BlockOptions<'a>, ReadError> {
        let options = BlockOptions::new(self.order, bytes);
        match options.overrun() {
            None => Ok(options),
            Some(length) => Err(damaged(
                frame,
                offset,
                format!("options within {} bytes", bytes.len()),
                format!("one of {length} bytes"),
            )),
        }
    }

    /// Interface Statistics Block (section 4.6): totals, so the last one counts.
    fn statistics(&self, body: &[u8], info: &mut CaptureInfo) {
        let index = self.order.u32(body, 0) as usize;
        let described = self.interfaces.get(index).map(|found| found.described);
        if let Some(known) = described.and_then(|at| info.interfaces.get_mut(at)) {
            let options = BlockOptions::new(self.order, &body[12..]);
            known.statistics = Some(describe::statistics(options));
        }
    }

    /// Enhanced Packet Block (section 4.3).
    #[inline]
    fn enhanced<R: Read>(
        &self,
        window: &Window<R>,
        block: &Block,
        frame: u64,
    ) -> Result<Record, ReadError> {
        let body = window.bytes(block.body.clone());
        let index = self.order.u32(body, 0);
        let ticks = u64::from(self.order.u32(body, 4)) << 32 | u64::from(self.order.u32(body, 8));
        let (captured, original) = (self.order.u32(body, 12), self.order.u32(body, 16));
        self.located(block, frame, index, 20, captured, original, Some(ticks))
    }

    /// The obsolete Packet Block (appendix A): a 16-bit interface and a count of drops since the frame before.
    fn packet<R: Read>(
        &mut self,
        window: &Window<R>,
        block: &Block,
        frame: u64,
    ) -> Result<Record, ReadError> {
        let body = window.bytes(block.body.clone());
        let index = self.order.u16(body, 0).into();
        let drops = self.order.u16(body, 2);
        let ticks = u64::from(self.order.u32(body, 4)) << 32 | u64::from(self.order.u32(body, 8));
        let (captured, original) = (self.order.u32(body, 12), self.order.u32(body, 16));
        let record = self.located(block, frame, index, 20, captured, original, Some(ticks))?;
        if drops != u16::MAX {
            self.packet_block_drops += u64::from(drops);
        }
        Ok(record)
    }

    /// Simple Packet Block (section 4.4): interface 0, no time, the captured length follows from the snap length.
    fn simple<R: Read>(
        &self,
        window: &Window<R>,
        block: &Block,
        frame: u64,
    ) -> Result<Record, ReadError> {
        let original = self.order.u32(window.bytes(block.body.clone()), 0);
        let snaplen = self.interfaces.first().map_or(0, |first| first.snaplen);
        let captured = if snaplen == 0 {
            original
        } else {
            original.min(snaplen)
        };
        self.located(block, frame, 0, 4, captured, original, None)
    }

    /// The record of a packet block whose data begin `fixed` bytes into its body, once its numbers are believable.
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of one block, passed once"
    )]
    #[inline]
    fn located(
        &self,
        block: &Block,
        frame: u64,
        index: u32,
        fixed: usize,
        captured: u32,
        original: u32,
        ticks: Option<u64>,
    ) -> Result<Record, ReadError> {
        let Some(interface) = self.interfaces.get(index as usize) else {
            let expected = format!("an interface below {}", self.interfaces.len());
            return Err(damaged(
                frame,
                block.offset,
                expected,
                format!("interface {index}"),
            ));
        };
        let room = block.body.len() - fixed;
        let limit = max_captured(interface.link_type);
        if captured > limit {
            return Err(ReadError::AbsurdLength {
                frame,
                offset: block.offset,
                what: "a captured length",
                length: captured.into(),
                limit: limit.into(),
            });
        }
        if captured as usize > room {
            let expected = format!("room for {captured} captured bytes");
            return Err(damaged(
                frame,
                block.offset,
                expected,
                format!("a block with {room}"),
            ));
        }
        let start = block.body.start + fixed;
        let end = start + captured as usize;
        let options = (start + (captured as usize).next_multiple_of(4)).min(block.body.end);
        Ok(Record {
            block: block.whole(),
            data: start..end,
            options: options..block.body.end,
            timestamp: ticks.map(|ticks| interface.resolution.timestamp(ticks)),
            link_type: interface.link_type,
            original_length: original,
            interface: index,
        })
    }

    /// Records that are no packets but have a frame number in Wireshark: journal entries, system calls, custom blocks.
    fn other_record<R: Read>(&self, window: &Window<R>, block: &Block) -> Record {
        let body = window.bytes(block.body.clone());
        let (fixed, timestamp, original) = match block.kind {
            JOURNAL_EXPORT => (0, journal_time(body), None),
            CUSTOM | CUSTOM_NOT_COPIED => (4, None, None),
            // Processor (16 bits), nanoseconds, thread (64), event length (32), type (16), from version 2 parameters (32).
            kind => {
                let nanos = self.order.u64(&body[2..]).unwrap_or(0).min(i64::MAX as u64);
                let fixed = if kind == SYSDIG_EVENT { 24 } else { 28 };
                let timestamp = Timestamp::from_nanos(nanos as i64);
                (fixed, Some(timestamp), Some(self.order.u32(body, 18)))
            }
        };
        let data = (block.body.start + fixed).min(block.body.end)..block.body.end;
        Record {
            block: block.whole(),
            original_length: original.unwrap_or(data.len() as u32),
            data,
            options: 0..0,
            timestamp,
            link_type: LinkType::NOT_A_PACKET,
            interface: 0,
        }
    }
}

/// Blocks that have a frame number in Wireshark.
#[inline]
fn is_record(kind: u32) -> bool {
    matches!(
        kind,
        ENHANCED_PACKET
            | SIMPLE_PACKET
            | PACKET
            | JOURNAL_EXPORT
            | CUSTOM
            | CUSTOM_NOT_COPIED
            | SYSDIG_EVENT
            | SYSDIG_EVENT_V2
            | SYSDIG_EVENT_V2_LARGE
    )
}

/// The length a block has without data and options.
#[inline]
fn least_length(kind: u32) -> u32 {
    MIN_BLOCK
        + match kind {
            ENHANCED_PACKET | PACKET => 20,
            SIMPLE_PACKET | CUSTOM | CUSTOM_NOT_COPIED => 4,
            SECTION_HEADER => 16,
            INTERFACE_DESCRIPTION => 8,
            INTERFACE_STATISTICS => 12,
            SYSDIG_EVENT => 24,
            SYSDIG_EVENT_V2 | SYSDIG_EVENT_V2_LARGE => 28,
            _ => 0,
        }
}

/// Moves past a block that nobody reads, whatever its size, without holding it.
fn pass_over<R: Read>(
    window: &mut Window<R>,
    order: ByteOrder,
    (kind, length): (u32, u32),
    frame: u64,
    seen: &mut impl Seen,
) -> Result<(), ReadError> {
    let offset = window.offset();
    let wanted = u64::from(length) - 4;
    let passed = window.skip(wanted, &mut |piece| seen(kind, piece));
    let available = window.request(4);
    if passed < wanted || available < 4 {
        let there = passed + available as u64;
        let needed = length.into();
        return Err(cut(window, offset, Some("a block"), frame, needed, there));
    }
    let trailer = order.u32(window.unread(), 0);
    check_trailer(length, trailer, offset, frame)?;
    let end = window.consume(4);
    seen(kind, window.bytes(end));
    Ok(())
}

/// The length stands at both ends of a block (section 3.1).
#[inline]
fn check_trailer(length: u32, trailer: u32, offset: u64, frame: u64) -> Result<(), ReadError> {
    if trailer.checked_next_multiple_of(4) == Some(length) {
        return Ok(());
    }
    Err(damaged(
        frame,
        offset + u64::from(length) - 4,
        format!("block length {length} again"),
        trailer.to_string(),
    ))
}

/// The time of a journal entry: a field of its own, in microseconds.
fn journal_time(body: &[u8]) -> Option<Timestamp> {
    const FIELD: &[u8] = b"__REALTIME_TIMESTAMP=";
    let line = body
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(FIELD))?;
    let micros: i64 = std::str::from_utf8(line).ok()?.trim().parse().ok()?;
    Some(Timestamp::from_nanos(micros.saturating_mul(1000)))
}

#[cold]
fn damaged(frame: u64, offset: u64, expected: impl Into<String>, found: String) -> ReadError {
    ReadError::Damaged {
        frame,
        offset,
        expected: expected.into(),
        found,
    }
}
