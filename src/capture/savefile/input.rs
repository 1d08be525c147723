//! The bytes of a capture, decompressed when they are gzip (RFC 1952).

use std::fs::File;
use std::io::{self, Chain, Cursor, ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::detect::GZIP;
use super::error::ReadError;

/// The bytes looked at, then the rest.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// An input whose compression has been found out.
pub(super) enum Input<R> {
    Plain(Whole<R>),
    Gzip(Box<MultiGzDecoder<Whole<R>>>),
}

impl<R: Read> Input<R> {
    /// Looks at the first two bytes.
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut head = Vec::with_capacity(GZIP.len());
        while head.len() < GZIP.len() {
            let mut byte = [0];
            match input.read(&mut byte) {
                Ok(0) => break,
                Ok(_) => head.extend(byte),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let compressed = head == GZIP;
        let whole = Cursor::new(head).chain(input);
        Ok(if compressed {
            Self::Gzip(Box::new(MultiGzDecoder::new(whole)))
        } else {
            Self::Plain(whole)
        })
    }

    pub(super) fn is_gzip(&self) -> bool {
        matches!(self, Self::Gzip(_))
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
        }
    }
}

impl<R> std::fmt::Debug for Input<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Gzip(_) => "Gzip",
        })
    }
}

/// A file, a FIFO, or standard input for `-`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read + Send>, ReadError> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(ReadError::from_open)?;
    // Opening a directory for reading succeeds on Unix.
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(ReadError::Directory);
    }
    Ok(Box::new(file))
}
