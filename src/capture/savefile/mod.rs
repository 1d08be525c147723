//! Reads saved captures: pcap (microseconds, nanoseconds, both byte orders, the patched variants), pcapng, either gzipped,
//! from a file, a FIFO or standard input while it is still being written.
//!
//! Frames are numbered as Wireshark numbers them: every record that tshark 4.0 lists is delivered under the same number
//! and time, TCP or not. Everything before a fault is delivered; the fault itself is a [`ReadError`].
//! Read first: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

mod bytes;
mod describe;
mod detect;
mod error;
mod input;
pub(super) mod options;
mod pcap;
pub(super) mod pcapng;
mod record;
mod resolution;
mod window;

use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use super::source::{CaptureInfo, FileFormat, FrameSource, InterfaceInfo, Polled};
use crate::net::{CaptureStats, Timestamp};
use crate::packet::Frame;

pub use bytes::ByteOrder;
pub use detect::Foreign;
pub use error::ReadError;
pub use options::BlockOptions;

use input::Input;
use pcap::PcapFile;
use pcapng::PcapngFile;
use record::{Record, cut, fault};
use window::Window;

/// Bytes looked at to say what a foreign file is.
const SAMPLE: usize = 16;

/// Which of the two formats.
#[derive(Debug)]
enum Format {
    Pcap(PcapFile),
    Pcapng(PcapngFile),
}

/// A saved capture, frame by frame. Nothing is allocated per frame.
pub struct SavefileReader<R> {
    window: Window<Input<R>>,
    format: Format,
    info: CaptureInfo,
    /// Frames delivered.
    frames: u64,
    time: Timestamp,
    /// Of the frame delivered last.
    options: Range<usize>,
    block: Range<usize>,
    captured: u32,
    interface: u32,
    ended: bool,
}

impl SavefileReader<Box<dyn Read + Send>> {
    /// Opens a capture by name; `-` is standard input. Blocks on a FIFO until somebody writes to it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::new(input::open(path.as_ref())?)
    }
}

impl<R: Read> SavefileReader<R> {
    /// Reads the file header of `input`, decompressing it when it is gzip. No buffering is needed around `input`.
    pub fn new(input: R) -> Result<Self, ReadError> {
        Self::watched(input, &mut |_, _| {})
    }

    /// The same, showing each pcapng block that is no frame to `seen`.
    pub(super) fn watched(input: R, seen: &mut impl FnMut(u32, &[u8])) -> Result<Self, ReadError> {
        let input = Input::new(input).map_err(|source| ReadError::Io { offset: 0, source })?;
        let gzip = input.is_gzip();
        let mut window = Window::new(input, gzip);
        let mut info = CaptureInfo {
            gzip,
            ..CaptureInfo::default()
        };
        let format = open_format(&mut window, &mut info, seen)?;
        Ok(Self {
            window,
            format,
            info,
            frames: 0,
            time: Timestamp::ZERO,
            options: 0..0,
            block: 0..0,
            captured: 0,
            interface: 0,
            ended: false,
        })
    }

    /// The next frame, `None` at the end. After an error there are no more frames.
    ///
    /// A record without a time stamp (Simple Packet Block, custom block) is at time 0, as Wireshark analyses it.
    #[expect(clippy::inline_always, reason = "the frame's parts stay in registers")]
    #[inline(always)]
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, ReadError> {
        self.next_watched(&mut |_, _| {})
    }

    /// The same, showing each pcapng block before it that is no frame to `seen`.
    #[expect(clippy::inline_always, reason = "the frame's parts stay in registers")]
    #[inline(always)]
    pub(super) fn next_watched(
        &mut self,
        seen: &mut impl FnMut(u32, &[u8]),
    ) -> Result<Option<Frame<'_>>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        let number = self.frames + 1;
        let found = match &mut self.format {
            Format::Pcap(file) => file.next(&mut self.window, number),
            Format::Pcapng(file) => file.next(&mut self.window, &mut self.info, number, seen),
        };
        match found {
            Ok(Some(record)) => Ok(Some(self.deliver(record, number))),
            ended => {
                self.ended = true;
                self.options = 0..0;
                self.block = 0..0;
                ended.map(|_| None)
            }
        }
    }

    #[inline]
    fn deliver(&mut self, record: Record, number: u64) -> Frame<'_> {
        self.frames = number;
        self.time = record.timestamp.unwrap_or_default();
        self.options = record.options;
        self.block = record.block;
        self.captured = record.data.len() as u32;
        self.interface = record.interface;
        Frame {
            number,
            timestamp: self.time,
            link_type: record.link_type,
            original_length: record.original_length,
            data: self.window.bytes(record.data),
        }
    }

    /// The options of the frame delivered last: comments. Empty in classic pcap.
    #[must_use]
    pub fn frame_options(&self) -> BlockOptions<'_> {
        let order = match &self.format {
            Format::Pcap(_) => ByteOrder::Little,
            Format::Pcapng(file) => file.order,
        };
        BlockOptions::new(order, self.window.bytes(self.options.clone()))
    }

    /// The record or block of the frame delivered last, as it stands in the file.
    pub(super) fn frame_block(&self) -> &[u8] {
        self.window.bytes(self.block.clone())
    }

    /// Captured bytes of the frame delivered last.
    pub(super) fn frame_captured(&self) -> u32 {
        self.captured
    }

    /// Bytes of [`Self::frame_block`] before its options.
    pub(super) fn options_at(&self) -> usize {
        self.options.start.saturating_sub(self.block.start)
    }

    /// The time of the frame delivered last, as interface 0 of its section counts.
    pub(super) fn frame_ticks(&self) -> u64 {
        match &self.format {
            Format::Pcap(_) => 0,
            Format::Pcapng(file) => file.ticks(self.time),
        }
    }

    /// Frames delivered so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// What the file says about itself, as far as it has been read.
    #[must_use]
    pub fn info(&self) -> &CaptureInfo {
        &self.info
    }

    /// Losses by the file's own statistics blocks, summed over interfaces; they usually stand at its end.
    #[must_use]
    pub fn statistics(&self) -> CaptureStats {
        let extra = match &self.format {
            Format::Pcap(_) => 0,
            Format::Pcapng(file) => file.packet_block_drops,
        };
        describe::total(&self.info, extra)
    }
}

impl<R> std::fmt::Debug for SavefileReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SavefileReader")
            .field("frames", &self.frames)
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

impl<R: Read> FrameSource for SavefileReader<R> {
    type Error = ReadError;

    #[expect(clippy::inline_always, reason = "the frame's parts stay in registers")]
    #[inline(always)]
    fn poll_frame(&mut self, _wait: Duration) -> Result<Polled<'_>, ReadError> {
        Ok(self.next_frame()?.map_or(Polled::End, Polled::Frame))
    }

    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn statistics(&self) -> CaptureStats {
        self.statistics()
    }
}

/// Which format the first bytes announce, with its file header read.
fn open_format<R: Read>(
    window: &mut Window<R>,
    info: &mut CaptureInfo,
    seen: &mut impl FnMut(u32, &[u8]),
) -> Result<Format, ReadError> {
    let available = window.request(4);
    let Some(&head) = window.unread().first_chunk::<4>() else {
        return Err(too_short(window, available));
    };
    if head == detect::PCAPNG {
        info.format = FileFormat::Pcapng;
        return Ok(Format::Pcapng(PcapngFile::open(window, info, seen)?));
    }
    if let Some(magic) = pcap::magic(head) {
        let file = PcapFile::open(window, magic)?;
        info.format = FileFormat::Pcap {
            nanoseconds: file.nanoseconds,
        };
        info.interfaces.push(InterfaceInfo {
            link_type: file.link_type,
            snaplen: file.snaplen,
            ..InterfaceInfo::default()
        });
        return Ok(Format::Pcap(file));
    }
    window.request(SAMPLE);
    Err(ReadError::NotACapture {
        looks_like: detect::foreign(window.unread()),
    })
}

/// Less than a magic number: nothing, the beginning of one, or something else.
fn too_short<R: Read>(window: &mut Window<R>, available: usize) -> ReadError {
    if let Some(error) = fault(window, 1) {
        return error;
    }
    let head = window.unread();
    if head.is_empty() {
        return ReadError::Empty;
    }
    let magics = [0xa1b2_c3d4u32, 0xa1b2_3c4d, 0xa1b2_cd34, 0x0a0d_0d0a];
    let begins = |magic: &u32| {
        magic.to_be_bytes().starts_with(head) || magic.to_le_bytes().starts_with(head)
    };
    if magics.iter().any(begins) {
        return cut(window, 0, Some("the file header"), 1, 24, available as u64);
    }
    ReadError::NotACapture {
        looks_like: detect::foreign(head),
    }
}

#[cfg(test)]
mod tests;
