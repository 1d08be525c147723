//! `--step`: a sink that waits for Enter whenever it has shown something.
//!
//! Owns: the keyboard. Must not know: what is shown.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::net::Timestamp;
use crate::timeline::{Entry, Sink, Wants};

/// Between two looks whether somebody wants to end.
const LOOK: Duration = Duration::from_millis(50);

/// How much has been shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown(Arc<AtomicU64>);

impl Shown {
    /// Counts what passes to `to`.
    pub(super) fn before<W: Write>(&self, to: W) -> impl Write + use<W> {
        Counting {
            to,
            shown: self.clone(),
        }
    }

    fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A writer whose bytes are counted.
struct Counting<W> {
    to: W,
    shown: Shown,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.shown.0.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A sink that waits for Enter on the terminal when an entry has shown something, until it `is_over`: from then on nobody
/// is asked any more.
pub(super) struct Step<'a, F> {
    inner: &'a mut dyn Sink,
    shown: Shown,
    keys: Receiver<io::Result<()>>,
    is_over: F,
}

impl<'a, F: Fn() -> bool> Step<'a, F> {
    /// Reads the keyboard in a thread of its own: signals that are to be told to `is_over` have to be blocked before.
    pub(super) fn new(
        inner: &'a mut dyn Sink,
        shown: Shown,
        keyboard: impl BufRead + Send + 'static,
        is_over: F,
    ) -> io::Result<Self> {
        // No key is taken before it is asked for.
        let (pressed, keys) = sync_channel(0);
        thread::Builder::new()
            .name("keyboard".into())
            .spawn(move || {
                let mut keyboard = keyboard;
                loop {
                    let key = keyboard.read_line(&mut String::new()).map(|_| ());
                    let failed = key.is_err();
                    if pressed.send(key).is_err() || failed {
                        return;
                    }
                }
            })?;
        Ok(Self {
            inner,
            shown,
            keys,
            is_over,
        })
    }

    fn wait(&self) -> io::Result<()> {
        while !(self.is_over)() {
            match self.keys.recv_timeout(LOOK) {
                Ok(key) => return key,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }
}

impl<F: Fn() -> bool> Sink for Step<'_, F> {
    fn wants(&self) -> Wants {
        self.inner.wants()
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        let before = self.shown.bytes();
        let last = matches!(entry, Entry::End(_));
        self.inner.entry(entry)?;
        self.inner.settle()?;
        if last || self.shown.bytes() == before {
            return Ok(());
        }
        self.wait()
    }

    fn begins(&mut self, at: Timestamp) {
        self.inner.begins(at);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;
    use std::net::{TcpListener, TcpStream};
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::timeline::{CaptureStart, EndEntry};

    /// Shows every other entry.
    struct Every<W>(W, usize);

    impl<W: Write> Sink for Every<W> {
        fn wants(&self) -> Wants {
            Wants::STORY
        }

        fn entry(&mut self, _: Entry<'_>) -> io::Result<()> {
            self.1 += 1;
            self.0.write_all(if self.1.is_multiple_of(2) {
                b""
            } else {
                b"shown\n"
            })
        }
    }

    /// Nobody presses Enter for what is not shown, for the last word, or to end.
    #[test]
    fn what_is_shown_waits_for_its_key_until_it_is_over() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let mut fingers = TcpStream::connect(listener.local_addr().expect("bound")).expect("open");
        let keyboard = BufReader::new(listener.accept().expect("accepted").0);
        let over = Arc::new(AtomicBool::new(false));
        let (told, wish) = (Arc::clone(&over), Arc::clone(&over));
        let (start, end, shown) = (
            CaptureStart::default(),
            EndEntry::default(),
            Shown::default(),
        );
        let mut screen = Vec::new();
        let mut every = Every(shown.before(&mut screen), 0);
        let mut step = Step::new(&mut every, shown, keyboard, move || {
            told.load(Ordering::Relaxed)
        })
        .expect("a thread");
        fingers.write_all(b"\n\n").expect("pressed");
        for _ in 0..4 {
            step.entry(Entry::Capture(&start)).expect("shown");
        }
        step.entry(Entry::End(&end)).expect("shown");
        step.entry(Entry::Capture(&start)).expect("not shown");
        assert!(!over.load(Ordering::Relaxed));
        let hand = thread::spawn(move || {
            thread::sleep(4 * LOOK);
            wish.store(true, Ordering::Relaxed);
        });
        step.entry(Entry::Capture(&start)).expect("shown");
        assert!(over.load(Ordering::Relaxed), "it waited for a key");
        for _ in 0..5 {
            step.entry(Entry::Capture(&start)).expect("shown");
        }
        hand.join().expect("it ends");
        drop(step);
        drop(every);
        assert_eq!(screen.len(), 6 * "shown\n".len());
    }
}
