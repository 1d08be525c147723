//! Writes captures: pcapng (names, filter, comments, statistics) or classic pcap with nanosecond stamps; to a file or standard output.
//!
//! Blocks and records come from the crate pcap-file. What Wireshark shows of the result is tested with tshark and capinfos.

mod error;
mod pcapng;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use pcap_file::Endianness;
use pcap_file::pcap::{PcapHeader, PcapTsResolution, PcapWriter, RawPcapPacket};

use super::source::CaptureInfo;
use crate::net::{CaptureStats, LinkType};
use crate::packet::Frame;

pub use error::WriteError;

use pcapng::PcapngOutput;

/// Bytes gathered before a system call.
const BUFFER: usize = 64 * 1024;

/// Which file format to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveFormat {
    /// Names, filter, comments, statistics, several link types.
    #[default]
    Pcapng,
    /// Only frames of one link type; nanosecond stamps.
    Pcap,
}

impl SaveFormat {
    /// By the file name: `.pcap`, `.cap` and `.dmp` are classic pcap, everything else, `-` included, is pcapng; but a name
    /// that promises compression is refused, since nothing is compressed.
    pub fn from_path(path: &Path) -> Result<Self, WriteError> {
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match extension.as_deref().and_then(std::ffi::OsStr::to_str) {
            Some("pcap" | "cap" | "dmp") => Ok(Self::Pcap),
            Some("gz" | "zst" | "lz4" | "xz" | "bz2") => Err(WriteError::NotCompressed),
            _ => Ok(Self::Pcapng),
        }
    }

    /// Comments have a place in the file. Ask before opening, so that a run does not end without what was asked for.
    pub fn require_comments(self) -> Result<(), WriteError> {
        match self {
            Self::Pcapng => Ok(()),
            Self::Pcap => Err(WriteError::CommentsNeedPcapng),
        }
    }
}

/// The two outputs.
enum Output<W: Write> {
    Pcapng(PcapngOutput<W>),
    Pcap(PcapOutput<W>),
}

/// A capture file being written.
pub struct CaptureWriter<W: Write> {
    output: Output<W>,
    frames: u64,
}

impl CaptureWriter<Box<dyn Write + Send>> {
    /// Creates `path` (`-`: standard output), replacing what is there. The format follows the name.
    ///
    /// Call after privileges were dropped: the file then belongs to the invoking user.
    pub fn create(path: &Path, about: &CaptureInfo) -> Result<Self, WriteError> {
        let format = SaveFormat::from_path(path)?;
        let output: Box<dyn Write + Send> = if path.as_os_str() == "-" {
            Box::new(io::stdout())
        } else {
            Box::new(File::create(path).map_err(WriteError::Create)?)
        };
        Self::new(output, format, about)
    }
}

impl<W: Write> CaptureWriter<W> {
    /// Writes the file header. `about` gives the interfaces, the filter and the names that pcapng has room for.
    pub fn new(output: W, format: SaveFormat, about: &CaptureInfo) -> Result<Self, WriteError> {
        let output = BufWriter::with_capacity(BUFFER, output);
        let output = match format {
            SaveFormat::Pcapng => Output::Pcapng(PcapngOutput::new(output, about)?),
            SaveFormat::Pcap => Output::Pcap(PcapOutput::new(output, about)?),
        };
        Ok(Self { output, frames: 0 })
    }

    /// Appends one frame.
    pub fn write(&mut self, frame: &Frame<'_>) -> Result<(), WriteError> {
        self.write_commented(frame, None)
    }

    /// Appends one frame, with text that Wireshark shows beside it. Classic pcap refuses a comment.
    pub fn write_commented(
        &mut self,
        frame: &Frame<'_>,
        comment: Option<&str>,
    ) -> Result<(), WriteError> {
        match &mut self.output {
            Output::Pcapng(output) => output.write(frame, comment)?,
            Output::Pcap(_) if comment.is_some() => {
                return Err(WriteError::CommentsNeedPcapng);
            }
            Output::Pcap(output) => output.write(frame)?,
        }
        self.frames += 1;
        Ok(())
    }

    /// Frames written so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Hands everything to the system, so that a reader of the file or pipe sees it.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        match &mut self.output {
            Output::Pcapng(output) => output.get_mut().flush(),
            Output::Pcap(output) => return Ok(output.writer.flush()?),
        }
        .map_err(WriteError::Io)
    }

    /// Ends the file: statistics (pcapng) and the last bytes. Returns the output beneath.
    pub fn finish(mut self, stats: CaptureStats) -> Result<W, WriteError> {
        if let Output::Pcapng(output) = &mut self.output {
            output.write_statistics(stats, self.frames)?;
        }
        self.close()
    }

    /// Ends the file without statistics. Returns the output beneath.
    pub fn close(mut self) -> Result<W, WriteError> {
        self.flush()?;
        let buffer = match self.output {
            Output::Pcapng(output) => output.into_inner(),
            Output::Pcap(output) => output.writer.into_inner(),
        };
        buffer
            .into_inner()
            .map_err(|error| WriteError::Io(error.into_error()))
    }
}

impl<W: Write> std::fmt::Debug for CaptureWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureWriter")
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

/// Classic pcap with the nanosecond magic number.
struct PcapOutput<W: Write> {
    writer: PcapWriter<BufWriter<W>>,
    link_type: LinkType,
}

impl<W: Write> PcapOutput<W> {
    fn new(output: BufWriter<W>, about: &CaptureInfo) -> Result<Self, WriteError> {
        let first = about.interfaces.first();
        let link_type = first.map_or(LinkType::ETHERNET, |first| first.link_type);
        let header = PcapHeader {
            snaplen: first.map_or(0, |first| first.snaplen),
            datalink: link_type.0.into(),
            ts_resolution: PcapTsResolution::NanoSecond,
            endianness: Endianness::Little,
            ..PcapHeader::default()
        };
        Ok(Self {
            writer: PcapWriter::with_header(output, header)?,
            link_type,
        })
    }

    fn write(&mut self, frame: &Frame<'_>) -> Result<(), WriteError> {
        if frame.link_type != self.link_type {
            return Err(WriteError::MixedLinkTypes {
                frame: frame.number,
                file: self.link_type,
                found: frame.link_type,
            });
        }
        let (seconds, nanos) = frame.timestamp.parts();
        let Ok(ts_sec) = u32::try_from(seconds) else {
            return Err(WriteError::TimeOutOfRange {
                frame: frame.number,
            });
        };
        self.writer.write_raw_packet(&RawPcapPacket {
            ts_sec,
            ts_frac: nanos,
            incl_len: frame.data.len() as u32,
            orig_len: frame.original_length,
            data: Cow::Borrowed(frame.data),
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
