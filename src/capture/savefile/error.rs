//! Why a capture file cannot be read, or not further. The caller writes `FILE: error`: the texts do not name the file.

use std::io;

use super::detect::Foreign;

/// Reading stopped. Everything before the fault has been delivered. Offsets are bytes from the start of the (decompressed) file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No file of that name.
    #[error("no such file; check the path")]
    Missing,
    /// The path names a directory.
    #[error("is a directory, not a capture file; name a .pcap or .pcapng file in it")]
    Directory,
    /// The file may not be opened.
    #[error("may not be read by this user; check its owner and mode")]
    Denied,
    /// The file cannot be opened for another reason.
    #[error("cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// The input holds no byte at all.
    #[error("is empty: not even a file header; was the capture stopped before it began?")]
    Empty,
    /// The first bytes belong to something else.
    #[error("is not a pcap or pcapng capture: it looks like {looks_like}; {}", looks_like.advice())]
    NotACapture {
        /// What the first bytes look like.
        looks_like: Foreign,
    },
    /// A version or variant that nobody reads.
    #[error(
        "byte {offset}: {what} is not supported; no such file is known to exist: was the header damaged?"
    )]
    Unsupported {
        /// Where it stands.
        offset: u64,
        /// What it is, with its value.
        what: String,
    },
    /// The file ends inside a header.
    #[error(
        "byte {offset}: cut in {header}: {needed} bytes expected, {available} there; {} before it {} complete",
        frames(*frames_before), verb(*frames_before)
    )]
    CutInHeader {
        /// Where the header begins.
        offset: u64,
        /// Which header.
        header: &'static str,
        /// Bytes expected.
        needed: u64,
        /// Bytes left in the file.
        available: u64,
        /// Frames delivered before.
        frames_before: u64,
    },
    /// The file ends inside a frame (or the pcapng block that holds it).
    #[error(
        "byte {offset}: cut in frame {frame}: {needed} bytes expected, {available} there; {} before it {} complete",
        frames(*frame - 1), verb(*frame - 1)
    )]
    CutInFrame {
        /// Number of the frame that is incomplete.
        frame: u64,
        /// Where its record begins.
        offset: u64,
        /// Bytes the record should have, header included.
        needed: u64,
        /// Bytes left in the file.
        available: u64,
    },
    /// The compressed stream ends or breaks before its end.
    #[error(
        "byte {offset} (decompressed): the gzip data are cut or damaged ({source}); {} before it {} complete",
        frames(*frames_before), verb(*frames_before)
    )]
    Gzip {
        /// How far decompression came.
        offset: u64,
        /// Frames delivered before.
        frames_before: u64,
        /// What the decompressor said.
        source: io::Error,
    },
    /// A length that no capture has: the file is damaged here.
    #[error(
        "byte {offset}: damaged before frame {frame}: {what} of {length} bytes, at most {limit} are possible; read what precedes it, or repair the file"
    )]
    AbsurdLength {
        /// The frame that would have been next.
        frame: u64,
        /// Where the record begins.
        offset: u64,
        /// What has that length.
        what: &'static str,
        /// The length claimed.
        length: u64,
        /// The largest that is believed.
        limit: u64,
    },
    /// The contents contradict the format.
    #[error(
        "byte {offset}: damaged before frame {frame}: {expected} expected, {found} found; read what precedes it, or repair the file"
    )]
    Damaged {
        /// The frame that would have been next.
        frame: u64,
        /// Where the record begins.
        offset: u64,
        /// What the format asks for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The operating system refused to read on.
    #[error("byte {offset}: cannot be read further: {source}")]
    Io {
        /// How far reading came.
        offset: u64,
        /// The system's words.
        source: io::Error,
    },
}

impl ReadError {
    /// The capture is good up to a point and then simply ends (interrupted writer, full disk, copied too early): worth a
    /// warning, not a failure.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        matches!(
            self,
            Self::CutInHeader { .. } | Self::CutInFrame { .. } | Self::Gzip { .. }
        )
    }

    /// What kind of opening failure an [`io::Error`] is.
    pub(super) fn from_open(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::IsADirectory => Self::Directory,
            io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Open(error),
        }
    }
}

fn frames(count: u64) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "the 1 frame".to_owned(),
        n => format!("the {n} frames"),
    }
}

fn verb(count: u64) -> &'static str {
    if count > 1 { "are" } else { "is" }
}
