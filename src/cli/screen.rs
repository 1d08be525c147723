//! A writer that never makes its user wait: live output goes through a bounded queue to a thread of its own. What a slow
//! terminal has no time for is folded, and the fold is said where it happened. The last words are waited for as long as
//! somebody takes them.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Chunks that may wait for a slow terminal; each is what one flush of a sink holds, at most some tens of KiB.
const CHUNKS: usize = 1_024;
/// Bytes written at once: what a pipe takes whole or not at all, so that a slow reader is known from none.
const PIECE_BYTES: usize = 4_096;
/// How long the last words wait for somebody who takes nothing of them (`less` on its first page, Ctrl-S).
const PATIENCE: Duration = Duration::from_secs(5);
/// How often is looked whether something was taken.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The line about so many folded lines.
pub(super) type OfFolded = fn(u64) -> String;

/// The writing end.
pub(super) struct Screen {
    queue: Option<SyncSender<Said>>,
    gauge: Gauge,
    printer: Option<JoinHandle<()>>,
}

/// What is known of a screen, and asked of it, while a sink owns it.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauge(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    folded: AtomicU64,
    patient: AtomicBool,
    /// Pieces that were taken.
    taken: AtomicU64,
    failed: OnceLock<io::Error>,
}

/// What goes through the queue.
enum Said {
    Bytes(Vec<u8>),
    /// Answer when everything before this is out.
    Flush(SyncSender<()>),
}

impl Gauge {
    /// The capture is over: from here on nothing is folded, and a flush waits until everything is out.
    pub(super) fn be_patient(&self) {
        self.0.patient.store(true, Ordering::Relaxed);
    }

    /// Lines that were folded.
    pub(super) fn folded(&self) -> u64 {
        self.0.folded.load(Ordering::Relaxed)
    }

    /// What stopped the printing, if it was stopped.
    fn failure(&self) -> Option<io::Error> {
        let error = self.0.failed.get()?;
        let text = format!("the story cannot be written: {error}");
        Some(io::Error::new(error.kind(), text))
    }

    /// Why the printer has gone.
    fn gone(&self) -> io::Error {
        self.failure()
            .unwrap_or_else(|| io::Error::other("the screen's thread has ended"))
    }

    fn is_patient(&self) -> bool {
        self.0.patient.load(Ordering::Relaxed)
    }

    /// Tries until it succeeds, or until nothing was taken for [`PATIENCE`].
    fn wait<T>(&self, mut attempt: impl FnMut() -> Option<T>) -> io::Result<T> {
        let (mut left, mut taken) = (PATIENCE, self.0.taken.load(Ordering::Relaxed));
        loop {
            if let Some(done) = attempt() {
                return Ok(done);
            }
            let now = self.0.taken.load(Ordering::Relaxed);
            if std::mem::replace(&mut taken, now) != now {
                left = PATIENCE;
            }
            if left.is_zero() {
                let why = format!("nobody has read on for {} seconds", PATIENCE.as_secs());
                let error = io::Error::new(io::ErrorKind::TimedOut, why);
                let _ = self.0.failed.set(error);
                return Err(self.gone());
            }
            left = left.saturating_sub(LOOK_EVERY);
        }
    }
}

impl Screen {
    /// A screen over `out`. `say_folded`: write a line about folded lines (not inside JSON).
    pub(super) fn new(out: Box<dyn Write + Send>, say_folded: bool) -> io::Result<Self> {
        let of_folded: OfFolded = |count| {
            format!(
                "* {count} lines folded: this display is slower than the network; the capture has them all"
            )
        };
        Self::over(out, CHUNKS, say_folded.then_some(of_folded))
    }

    /// A screen over `out` that lets so many chunks wait and tells `of_folded` lines.
    pub(super) fn over(
        out: Box<dyn Write + Send>,
        chunks: usize,
        of_folded: Option<OfFolded>,
    ) -> io::Result<Self> {
        let (queue, chunks) = sync_channel(chunks);
        let gauge = Gauge::default();
        let printer = Printer {
            out,
            chunks,
            gauge: gauge.clone(),
            of_folded,
            told: 0,
        };
        let printer = thread::Builder::new()
            .name("screen".into())
            .spawn(move || printer.run())?;
        Ok(Self {
            queue: Some(queue),
            gauge,
            printer: Some(printer),
        })
    }

    /// What can be known of it once a sink owns it.
    pub(super) fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    fn queue(&self) -> io::Result<&SyncSender<Said>> {
        match (&self.queue, self.gauge.failure()) {
            (Some(queue), None) => Ok(queue),
            _ => Err(self.gauge.gone()),
        }
    }

    /// Waits for room in the queue.
    fn enqueue(&self, said: Said) -> io::Result<()> {
        let (queue, mut said) = (self.queue()?, Some(said));
        self.gauge.wait(|| {
            match queue.try_send(said.take()?) {
                Err(TrySendError::Full(back)) => {
                    said = Some(back);
                    thread::sleep(LOOK_EVERY);
                    None
                }
                // A printer that has gone is told of by the next look at the queue.
                _ => Some(()),
            }
        })
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let (queue, said) = (self.queue()?, Said::Bytes(bytes.to_vec()));
        if self.gauge.is_patient() {
            self.enqueue(said)?;
            return Ok(bytes.len());
        }
        match queue.try_send(said) {
            Ok(()) => Ok(bytes.len()),
            Err(TrySendError::Full(_)) => {
                let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
                self.gauge
                    .0
                    .folded
                    .fetch_add(lines as u64, Ordering::Relaxed);
                Ok(bytes.len())
            }
            Err(TrySendError::Disconnected(_)) => Err(self.gauge.gone()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.gauge.is_patient() {
            return self.queue().map(|_| ());
        }
        let (done, wait) = sync_channel(1);
        self.enqueue(Said::Flush(done))?;
        // The answer does not come where the printer has failed.
        let answer = self.gauge.wait(|| match wait.recv_timeout(LOOK_EVERY) {
            Err(RecvTimeoutError::Timeout) => None,
            answer => Some(answer),
        })?;
        answer.map_err(|_| self.gauge.gone())
    }
}

impl Drop for Screen {
    /// Waits until everything queued is written. A printer that hangs in its last word is left to the end of the program.
    fn drop(&mut self) {
        self.queue = None;
        let Some(printer) = self.printer.take() else {
            return;
        };
        if self.gauge.failure().is_some() && !printer.is_finished() {
            return;
        }
        let ended = self.gauge.wait(|| {
            let ended = printer.is_finished();
            if !ended {
                thread::sleep(LOOK_EVERY);
            }
            ended.then_some(())
        });
        if ended.is_ok() {
            let _ = printer.join();
        }
    }
}

/// The printing end.
struct Printer {
    out: Box<dyn Write + Send>,
    chunks: Receiver<Said>,
    gauge: Gauge,
    of_folded: Option<OfFolded>,
    /// Of the folded lines, so many were told.
    told: u64,
}

impl Printer {
    fn run(mut self) {
        while let Ok(said) = self.chunks.recv() {
            let printed = match said {
                Said::Bytes(chunk) => self.print(&chunk),
                Said::Flush(done) => self.print(&[]).map(|()| {
                    let _ = done.send(());
                }),
            };
            if let Err(error) = printed {
                // Set before the queue closes: who finds it closed finds the reason.
                let _ = self.gauge.0.failed.set(error);
                return;
            }
        }
        let _ = self.print(&[]);
    }

    fn print(&mut self, chunk: &[u8]) -> io::Result<()> {
        for piece in chunk.chunks(PIECE_BYTES) {
            self.out.write_all(piece)?;
            self.gauge.0.taken.fetch_add(1, Ordering::Relaxed);
        }
        let folded = self.gauge.folded();
        if let Some(what) = self.of_folded.filter(|_| folded > self.told) {
            writeln!(self.out, "{}", what(folded - self.told))?;
        }
        self.told = folded;
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

    #[test]
    fn the_last_words_are_waited_for() {
        let (go, wait) = channel();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut screen =
            Screen::new(Box::new(Slow(wait, Arc::clone(&shown))), false).expect("a thread");
        let gauge = screen.gauge();
        for _ in 0..CHUNKS + 100 {
            screen.write_all(b"line\n").expect("never blocks");
        }
        assert!(gauge.folded() >= 99, "{}", gauge.folded());
        let folded = gauge.folded();
        gauge.be_patient();
        let letting_go = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            drop(go);
        });
        for _ in 0..10 {
            screen.write_all(b"end\n").expect("waits");
        }
        screen.flush().expect("waits");
        let shown = String::from_utf8(shown.lock().expect("not poisoned").clone()).expect("text");
        assert!(shown.ends_with(&"end\n".repeat(10)), "{shown}");
        assert_eq!(gauge.folded(), folded);
        letting_go.join().expect("no panic");
    }

    #[test]
    fn what_went_wrong_is_said_also_when_it_did_with_the_last_word() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut screen = Screen::new(Box::new(Full), false).expect("a thread");
        screen.gauge().be_patient();
        screen.write_all(b"line\n").expect("queued");
        let error = screen.flush().expect_err("a full disk");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let again = screen.write_all(b"line\n").expect_err("still full");
        assert_eq!(again.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn who_takes_nothing_is_not_waited_for_without_end() {
        let (go, wait) = channel();
        let mut screen =
            Screen::new(Box::new(Slow(wait, Arc::default())), false).expect("a thread");
        screen.gauge().be_patient();
        screen.write_all(b"line\n").expect("queued");
        let error = screen.flush().expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().contains("nobody has read on"), "{error}");
        drop(screen);
        drop(go);
    }
}
