//! Why a capture cannot be written. The caller writes `FILE: error`: the texts do not name the file.

use std::io;

use pcap_file::pcap::PcapWriteError;
use pcap_file::pcapng::PcapNgWriteError;

use crate::net::LinkType;

/// Writing failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file cannot be created.
    #[error("cannot be created: {0}; choose another place with -w")]
    Create(#[source] io::Error),
    /// The system refused to write (full disk, closed pipe).
    #[error("cannot be written: {0}")]
    Io(#[source] io::Error),
    /// Comments were asked for in a file that has no place for them.
    #[error("classic pcap has no place for comments; name the file .pcapng")]
    CommentsNeedPcapng,
    /// The name promises what is not done.
    #[error(
        "captures are written uncompressed; name the file .pcapng and run gzip on it afterwards"
    )]
    NotCompressed,
    /// Classic pcap holds one link type.
    #[error(
        "frame {frame} is {found}, the file is {file}: classic pcap holds one link type; name the file .pcapng"
    )]
    MixedLinkTypes {
        /// The frame that does not fit.
        frame: u64,
        /// The link type in the file header.
        file: LinkType,
        /// The frame's.
        found: LinkType,
    },
    /// The time of the frame does not fit the format (before 1970, after 2106 in classic pcap).
    #[error("frame {frame} has a time that the format cannot hold")]
    TimeOutOfRange {
        /// The frame.
        frame: u64,
    },
    /// The format refuses the contents.
    #[error("the capture cannot be written as asked: {0}")]
    Format(String),
}

impl WriteError {
    /// The reader of our output has gone: not worth a message.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<PcapNgWriteError> for WriteError {
    fn from(error: PcapNgWriteError) -> Self {
        match error {
            PcapNgWriteError::Io(error) => Self::Io(error),
            other => Self::Format(with_causes(&other)),
        }
    }
}

impl From<PcapWriteError> for WriteError {
    fn from(error: PcapWriteError) -> Self {
        match error {
            PcapWriteError::Io(error) | PcapWriteError::FieldWriteFailed(_, error) => {
                Self::Io(error)
            }
            other @ PcapWriteError::Validation(_) => Self::Format(with_causes(&other)),
        }
    }
}

/// The error and what it rests on, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
