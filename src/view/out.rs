//! A buffer before a writer: sinks append bytes, whole blocks leave. Must not know what the bytes mean.

use std::io::{self, Write};

/// Buffered bytes leave when there are more of them than this.
pub(super) const BLOCK: usize = 64 * 1024;

/// Where bytes wait for the writer.
pub(super) trait Buffer {
    /// What waits.
    fn written(&self) -> &[u8];

    /// Nothing waits any more; the room stays.
    fn clear(&mut self);
}

impl Buffer for Vec<u8> {
    fn written(&self) -> &[u8] {
        self
    }

    fn clear(&mut self) {
        self.clear();
    }
}

/// Appending is infallible; errors of the writer come out of [`Out::settle`] and [`Out::flush`].
#[derive(Debug)]
pub(super) struct Out<W, B = Vec<u8>> {
    writer: W,
    /// What waits to be written.
    pub(super) buffer: B,
}

impl<W: Write> Out<W> {
    /// An empty buffer before `writer`.
    pub(super) fn new(writer: W) -> Self {
        Self::behind(Vec::with_capacity(BLOCK + 4096), writer)
    }
}

impl<W: Write, B: Buffer> Out<W, B> {
    /// Such a buffer before `writer`.
    pub(super) const fn behind(buffer: B, writer: W) -> Self {
        Self { writer, buffer }
    }

    /// Writes the buffer out when it is large enough: call after each entry.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if self.buffer.written().len() < BLOCK {
            return Ok(());
        }
        self.drain()
    }

    /// Writes everything out, through the writer's own buffers too.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        self.writer.flush()
    }

    /// The buffer leaves and is empty afterwards, whatever happened: after an error the run ends.
    fn drain(&mut self) -> io::Result<()> {
        let result = self.writer.write_all(self.buffer.written());
        self.buffer.clear();
        result
    }
}
