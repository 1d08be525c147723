//! A writer that never makes its user wait: live output goes through a bounded queue to a thread of its own. What a slow
//! terminal has no time for is folded, and the fold is said where it happened.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

/// Chunks that may wait for a slow terminal; each is what one flush of a sink holds, at most some tens of KiB.
const CHUNKS: usize = 1_024;

/// The writing end.
pub(super) struct Screen {
    queue: Option<SyncSender<Vec<u8>>>,
    folded: Arc<AtomicU64>,
    broken: Arc<AtomicBool>,
    printer: Option<JoinHandle<()>>,
}

impl Screen {
    /// A screen over `out`. `say_folded`: write a line about folded lines (not inside JSON).
    pub(super) fn new(out: Box<dyn Write + Send>, say_folded: bool) -> io::Result<Self> {
        let (queue, chunks) = sync_channel(CHUNKS);
        let (folded, broken) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let printer = Printer {
            out,
            chunks,
            folded: Arc::clone(&folded),
            broken: Arc::clone(&broken),
            say_folded,
        };
        let printer = thread::Builder::new()
            .name("screen".into())
            .spawn(move || printer.run())?;
        Ok(Self {
            queue: Some(queue),
            folded,
            broken,
            printer: Some(printer),
        })
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        if self.broken.load(Ordering::Relaxed) {
            return Err(closed());
        }
        match self
            .queue
            .as_ref()
            .ok_or_else(closed)?
            .try_send(bytes.to_vec())
        {
            Ok(()) => Ok(bytes.len()),
            Err(TrySendError::Full(_)) => {
                let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
                self.folded.fetch_add(lines as u64, Ordering::Relaxed);
                Ok(bytes.len())
            }
            Err(TrySendError::Disconnected(_)) => Err(closed()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Screen {
    /// Waits until everything queued is written.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(printer) = self.printer.take() {
            let _ = printer.join();
        }
    }
}

/// The printing end.
struct Printer {
    out: Box<dyn Write + Send>,
    chunks: Receiver<Vec<u8>>,
    folded: Arc<AtomicU64>,
    broken: Arc<AtomicBool>,
    say_folded: bool,
}

impl Printer {
    fn run(mut self) {
        while let Ok(chunk) = self.chunks.recv() {
            if self.print(&chunk).is_err() {
                self.broken.store(true, Ordering::Relaxed);
                return;
            }
        }
        let _ = self.print(&[]);
    }

    fn print(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.out.write_all(chunk)?;
        let folded = self.folded.swap(0, Ordering::Relaxed);
        if folded > 0 && self.say_folded {
            writeln!(
                self.out,
                "* {folded} lines folded: this display is slower than the network; the capture has them all"
            )?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    /// A terminal that hangs until it is let go.
    struct Slow(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            self.1
                .lock()
                .expect("not poisoned")
                .extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_hanging_terminal_costs_a_count_and_no_time() {
        let (go, wait) = channel();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut screen =
            Screen::new(Box::new(Slow(wait, Arc::clone(&shown))), true).expect("a thread");
        for _ in 0..CHUNKS + 100 {
            screen
                .write_all(b"line\n")
                .expect("never blocks, never fails");
        }
        drop(go);
        drop(screen);
        let shown = String::from_utf8(shown.lock().expect("not poisoned").clone()).expect("text");
        let printed = shown.lines().filter(|line| *line == "line").count();
        assert!((CHUNKS..CHUNKS + 100).contains(&printed), "{printed}");
        assert!(shown.contains("lines folded"));
    }
}
