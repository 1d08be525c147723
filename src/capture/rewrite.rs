//! Copies a capture to pcapng and gives chosen frames a comment; everything else stays as it is: foreign blocks and
//! comments, byte order, damaged lengths, statistics.
//!
//! pcapng is copied block by block, unread ones included; classic pcap becomes pcapng.

use std::io::{self, BufWriter, Read, Write};

use super::savefile::options::COMMENT;
use super::savefile::pcapng::{ENHANCED_PACKET, PACKET, SECTION_HEADER, SIMPLE_PACKET};
use super::savefile::{BlockOptions, ByteOrder};
use super::source::FileFormat;
use super::writer::{CaptureWriter, SaveFormat, WriteError};
use super::{ReadError, SavefileReader};
use crate::packet::Frame;

/// Bytes gathered before a system call.
const BUFFER: usize = 64 * 1024;
/// Type, length, and the fixed part of an Enhanced Packet Block.
const ENHANCED_FIXED: usize = 28;

/// Copying stopped.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// The capture cannot be read, or not further; what precedes the fault has been copied.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The copy cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Where the copy goes.
enum Output<W: Write> {
    /// From pcapng: block by block.
    Blocks(BufWriter<W>),
    /// From classic pcap: written anew.
    Frames(CaptureWriter<W>),
}

/// A capture being copied.
pub struct Rewriter<R: Read, W: Write> {
    reader: SavefileReader<R>,
    output: Output<W>,
    scratch: Vec<u8>,
    commented: u64,
    uncommented: u64,
}

impl<R: Read, W: Write> Rewriter<R, W> {
    /// Reads the beginning of `input` and copies it to `output`.
    pub fn new(input: R, output: W) -> Result<Self, RewriteError> {
        let mut beginning = Vec::new();
        let reader = SavefileReader::watched(input, &mut |kind, bytes| {
            keep_block(&mut beginning, kind, bytes);
        })?;
        let output = if reader.info().format == FileFormat::Pcapng {
            let mut output = BufWriter::with_capacity(BUFFER, output);
            output.write_all(&beginning).map_err(WriteError::Io)?;
            Output::Blocks(output)
        } else {
            Output::Frames(CaptureWriter::new(
                output,
                SaveFormat::Pcapng,
                reader.info(),
            )?)
        };
        Ok(Self {
            reader,
            output,
            scratch: Vec::new(),
            commented: 0,
            uncommented: 0,
        })
    }

    /// Copies up to and with the next frame, adding the comment that `comment` gives for it. False at the end.
    pub fn copy_next(
        &mut self,
        comment: impl FnOnce(&Frame<'_>) -> Option<String>,
    ) -> Result<bool, RewriteError> {
        match &mut self.output {
            Output::Blocks(_) => self.copy_block(comment),
            Output::Frames(writer) => {
                let Some(frame) = self.reader.next_frame()? else {
                    return Ok(false);
                };
                let text = comment(&frame);
                writer.write_commented(&frame, text.as_deref())?;
                self.commented += u64::from(text.is_some());
                Ok(true)
            }
        }
    }

    fn copy_block(
        &mut self,
        comment: impl FnOnce(&Frame<'_>) -> Option<String>,
    ) -> Result<bool, RewriteError> {
        let Output::Blocks(output) = &mut self.output else {
            return Ok(false);
        };
        let mut failed = None;
        let scratch = &mut self.scratch;
        let found = self.reader.next_watched(&mut |kind, bytes| {
            scratch.clear();
            keep_block(scratch, kind, bytes);
            if failed.is_none() {
                failed = output.write_all(scratch).err();
            }
        });
        let text = match &found {
            Ok(Some(frame)) => Some(comment(frame)),
            _ => None,
        };
        found?;
        if let Some(error) = failed {
            return Err(WriteError::Io(error).into());
        }
        let Some(text) = text else {
            return Ok(false);
        };
        self.write_frame(text.as_deref()).map_err(WriteError::Io)?;
        Ok(true)
    }

    /// Writes the block of the frame just read, with the comment if its kind can carry one.
    fn write_frame(&mut self, comment: Option<&str>) -> io::Result<()> {
        let Output::Blocks(output) = &mut self.output else {
            return Ok(());
        };
        let block = self.reader.frame_block();
        let Some(comment) = comment else {
            return output.write_all(block);
        };
        self.scratch.clear();
        if add_comment(&mut self.scratch, &self.reader, comment) {
            self.commented += 1;
            output.write_all(&self.scratch)
        } else {
            self.uncommented += 1;
            output.write_all(block)
        }
    }

    /// Frames that got their comment.
    #[must_use]
    pub fn commented(&self) -> u64 {
        self.commented
    }

    /// Frames copied without the comment meant for them: records that are no packets, and damaged option lists.
    #[must_use]
    pub fn uncommented(&self) -> u64 {
        self.uncommented
    }

    /// Writes what is left and returns the output.
    pub fn finish(self) -> Result<W, RewriteError> {
        match self.output {
            Output::Blocks(output) => output
                .into_inner()
                .map_err(|error| WriteError::Io(error.into_error()).into()),
            Output::Frames(writer) => Ok(writer.close()?),
        }
    }
}

impl<R: Read, W: Write> std::fmt::Debug for Rewriter<R, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rewriter")
            .field("reader", &self.reader)
            .field("commented", &self.commented)
            .finish_non_exhaustive()
    }
}

/// A block that is no frame, as it was; only the length of a section becomes "unspecified", since comments lengthen it.
fn keep_block(to: &mut Vec<u8>, kind: u32, bytes: &[u8]) {
    let at = to.len();
    to.extend_from_slice(bytes);
    if kind == SECTION_HEADER
        && let Some(length) = to.get_mut(at + 16..at + 24)
    {
        length.fill(0xff);
    }
}

/// The frame's block with one more comment; false when its kind or its options do not allow one.
fn add_comment<R: Read>(to: &mut Vec<u8>, reader: &SavefileReader<R>, comment: &str) -> bool {
    let options = reader.frame_options();
    let order = options.order();
    let block = reader.frame_block();
    if block.len() < 12 || options.overrun().is_some() {
        return false;
    }
    match order.u32(block, 0) {
        ENHANCED_PACKET | PACKET => to.extend_from_slice(&block[..reader.options_at()]),
        SIMPLE_PACKET => enhanced_from_simple(to, reader, block),
        _ => return false,
    }
    add_options(to, options, comment);
    let length = order.bytes32(to.len() as u32 + 4);
    to[4..8].copy_from_slice(&length);
    to.extend_from_slice(&length);
    true
}

/// A Simple Packet Block has no options: its contents as an Enhanced Packet Block of interface 0. It has no time either:
/// zero, which the reader gives such a frame, is written.
fn enhanced_from_simple<R: Read>(to: &mut Vec<u8>, reader: &SavefileReader<R>, block: &[u8]) {
    let order = reader.frame_options().order();
    let data = &block[12..block.len() - 4];
    let ticks = reader.frame_ticks();
    let original = order.u32(block, 8);
    let captured = reader.frame_captured();
    for field in [
        ENHANCED_PACKET,
        0, // length, known at the end
        0, // interface
        (ticks >> 32) as u32,
        ticks as u32,
        captured,
        original,
    ] {
        to.extend_from_slice(&order.bytes32(field));
    }
    let padded = (captured as usize).next_multiple_of(4).min(data.len());
    to.extend_from_slice(&data[..padded]);
    to.resize(ENHANCED_FIXED + (captured as usize).next_multiple_of(4), 0);
}

/// The options there were, the comment, and the end mark.
fn add_options(to: &mut Vec<u8>, options: BlockOptions<'_>, comment: &str) {
    let order = options.order();
    for (code, value) in options.iter() {
        add_option(to, order, code, value);
    }
    // A value holds 65,535 bytes at most.
    let comment = &comment[..comment.floor_char_boundary(usize::from(u16::MAX))];
    add_option(to, order, COMMENT, comment.as_bytes());
    add_option(to, order, 0, b"");
}

fn add_option(to: &mut Vec<u8>, order: ByteOrder, code: u16, value: &[u8]) {
    to.extend_from_slice(&order.bytes16(code));
    to.extend_from_slice(&order.bytes16(value.len() as u16));
    to.extend_from_slice(value);
    to.resize(to.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests;
