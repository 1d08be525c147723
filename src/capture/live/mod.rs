//! Live capture: a thread of its own that copies frames out of libpcap into a bounded queue and counts, nothing else.
//!
//! Order of use: [`OpenCapture::open`] every handle, drop privileges, create files, then [`OpenCapture::start`]. The frames
//! come out of [`LiveCapture`] numbered from 1; the file written beside has exactly the same frames under the same numbers.
//! Read first: the man pages pcap(3PCAP) and `pcap_breakloop`, Linux `packet_mmap`.

mod error;
mod explained;
mod notes;
mod queue;
mod save;
mod thread;

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::dlt;
use super::filter::words;
use super::source::{CaptureInfo, FrameSource, InterfaceInfo, Polled};
use super::writer::{CaptureWriter, WriteError};
use crate::net::{CaptureStats, LinkType};
use crate::packet::Frame;

pub use error::{EndReason, LiveError};
pub use notes::Notes;

use queue::{Chunk, Shared};

/// Capture buffer in the kernel: 10 MiB lines and 100,000 lines/s lose nothing with it, 2 MiB (libpcap's default) lose hundreds.
pub const DEFAULT_BUFFER: usize = 64 << 20;
/// Bytes kept of each frame: libpcap's maximum; loopback frames have up to 65,550.
pub const DEFAULT_SNAPLEN: u32 = 262_144;
/// How long the kernel may gather frames before it hands them over. On Linux this replaces immediate mode, which loses
/// frames with a large buffer; elsewhere immediate mode is used.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_millis(10);

/// Which frames of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaptureDirection {
    /// Both directions.
    #[default]
    Both,
    /// Received frames only.
    In,
    /// Sent frames only.
    Out,
}

/// How to capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSettings {
    /// Name of the interface.
    pub interface: String,
    /// BPF expression; empty = everything.
    pub filter: String,
    /// Bytes kept of each frame; 0 = [`DEFAULT_SNAPLEN`].
    pub snaplen: u32,
    /// Size of the kernel's buffer in bytes.
    pub buffer: usize,
    /// How long the kernel may gather frames; at least 1 ms is used.
    pub timeout: Duration,
    /// Hand over each frame at once.
    pub immediate: bool,
    /// See frames addressed to others.
    pub promiscuous: bool,
    /// Another link type than the interface's first.
    pub link_type: Option<LinkType>,
    /// Direction.
    pub direction: CaptureDirection,
    /// The capture ends by itself after so many frames.
    pub frames: Option<u64>,
}

impl LiveSettings {
    /// The defaults for an interface.
    #[must_use]
    pub fn new(interface: impl Into<String>) -> Self {
        Self {
            interface: interface.into(),
            filter: String::new(),
            snaplen: DEFAULT_SNAPLEN,
            buffer: DEFAULT_BUFFER,
            timeout: DEFAULT_TIMEOUT,
            immediate: !cfg!(target_os = "linux"),
            promiscuous: false,
            link_type: None,
            direction: CaptureDirection::Both,
            frames: None,
        }
    }

    /// Bytes kept of each frame, as libpcap is asked for them.
    fn snap_length(&self) -> u32 {
        match self.snaplen {
            0 => DEFAULT_SNAPLEN,
            given => given.min(DEFAULT_SNAPLEN),
        }
    }
}

/// An open handle: capturing into the kernel's buffer, nothing read yet.
pub struct OpenCapture {
    capture: pcap::Capture<pcap::Active>,
    info: CaptureInfo,
    frames: u64,
}

/// Opens the interface as the settings say, without filter.
pub(super) fn activate(settings: &LiveSettings) -> Result<pcap::Capture<pcap::Active>, LiveError> {
    let inactive = pcap::Capture::from_device(settings.interface.as_str())
        .map_err(|error| error::classify(&settings.interface, error))?
        .snaplen(settings.snap_length() as i32)
        .buffer_size(i32::try_from(settings.buffer).unwrap_or(i32::MAX))
        .timeout(
            i32::try_from(settings.timeout.as_millis())
                .unwrap_or(i32::MAX)
                .max(1),
        )
        .immediate_mode(settings.immediate)
        .promisc(settings.promiscuous);
    let inactive = match thread::PRECISION {
        thread::Fraction::Nanoseconds => inactive.precision(pcap::Precision::Nano),
        thread::Fraction::Microseconds => inactive,
    };
    inactive
        .open()
        .map_err(|error| error::classify(&settings.interface, error))
}

impl OpenCapture {
    /// Opens the interface and sets the filter. Needs the permission to capture; everything after does not.
    pub fn open(settings: &LiveSettings) -> Result<Self, LiveError> {
        let mut capture = activate(settings)?;
        if let Some(link_type) = settings.link_type {
            let dlt = pcap::Linktype(dlt::to_dlt(link_type));
            capture.set_datalink(dlt).map_err(|_| LiveError::LinkType {
                interface: settings.interface.clone(),
                link_type,
            })?;
        }
        match settings.direction {
            CaptureDirection::Both => Ok(()),
            CaptureDirection::In => capture.direction(pcap::Direction::In),
            CaptureDirection::Out => capture.direction(pcap::Direction::Out),
        }
        .map_err(|error| LiveError::Libpcap(words(error)))?;
        if !settings.filter.is_empty() {
            capture
                .filter(&settings.filter, true)
                .map_err(|error| LiveError::bad_filter(&settings.filter, error))?;
        }
        let info = describe(settings, dlt::from_dlt(capture.get_datalink().0));
        Ok(Self {
            capture,
            info,
            frames: settings.frames.unwrap_or(u64::MAX),
        })
    }

    /// What is being captured: give it to [`CaptureWriter::create`].
    #[must_use]
    pub fn info(&self) -> &CaptureInfo {
        &self.info
    }

    /// Starts the capture thread, and with `save` a second one that writes every frame the queue accepts.
    pub fn start<W: Write + Send + 'static>(
        self,
        save: Option<CaptureWriter<W>>,
    ) -> Result<LiveCapture, LiveError> {
        self.launch(save, None)
    }

    /// The same with comments: a saved frame waits a moment for what `notes` brings for it. Whoever reads the capture
    /// writes them, in frame order; frames whose comment is late are saved without it and counted.
    pub fn start_explained<W: Write + Send + 'static>(
        self,
        save: CaptureWriter<W>,
        notes: Arc<Notes>,
    ) -> Result<LiveCapture, LiveError> {
        self.launch(Some(save), Some(notes))
    }

    fn launch<W: Write + Send + 'static>(
        mut self,
        save: Option<CaptureWriter<W>>,
        notes: Option<Arc<Notes>>,
    ) -> Result<LiveCapture, LiveError> {
        let shared = Arc::new(Shared::default());
        let stop = StopHandle {
            shared: Arc::clone(&shared),
            wake: Arc::new(self.capture.breakloop_handle()),
        };
        let (sender, mut frames) = queue::channel();
        let link_type = self.info.link_type().unwrap_or_default();
        let capture_thread = thread::spawn(self.capture, sender, Arc::clone(&shared), self.frames)?;
        let mut writing = None;
        if let Some(writer) = save {
            let (forward, saved) = queue::channel();
            writing = Some(save::spawn(
                writer,
                frames,
                forward,
                link_type,
                Arc::clone(&shared),
                notes.clone(),
            )?);
            frames = saved;
        }
        Ok(LiveCapture {
            frames,
            chunk: Chunk::default(),
            next: 0,
            link_type,
            info: self.info,
            stop,
            shared,
            capture_thread: Some(capture_thread),
            saver: writing,
            notes,
            ended: false,
        })
    }
}

impl std::fmt::Debug for OpenCapture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenCapture")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

fn describe(settings: &LiveSettings, link_type: LinkType) -> CaptureInfo {
    CaptureInfo {
        interfaces: vec![InterfaceInfo {
            link_type,
            snaplen: settings.snap_length(),
            name: Some(settings.interface.clone()),
            filter: (!settings.filter.is_empty()).then(|| settings.filter.clone()),
            ..InterfaceInfo::default()
        }],
        ..CaptureInfo::of_this_host()
    }
}

/// Ends a running capture from any thread, also on an idle interface.
#[derive(Clone)]
pub struct StopHandle {
    shared: Arc<Shared>,
    wake: Arc<pcap::BreakLoop>,
}

impl StopHandle {
    /// Asks the capture to end. Frames that were captured before are still delivered; it ends within 100 ms.
    pub fn stop(&self) {
        self.shared.ask_to_stop();
        self.wake.breakloop();
    }
}

impl std::fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StopHandle")
    }
}

/// A running capture: the reading end of its queue.
#[derive(Debug)]
pub struct LiveCapture {
    frames: Receiver<Chunk>,
    chunk: Chunk,
    /// Index of the next frame in `chunk`.
    next: usize,
    link_type: LinkType,
    info: CaptureInfo,
    stop: StopHandle,
    shared: Arc<Shared>,
    capture_thread: Option<JoinHandle<()>>,
    saver: Option<JoinHandle<()>>,
    notes: Option<Arc<Notes>>,
    ended: bool,
}

/// How a capture ended.
#[derive(Debug)]
pub struct Ending {
    /// Why.
    pub reason: EndReason,
    /// Final counters.
    pub statistics: CaptureStats,
    /// Frames accepted into the queue: those of the file, and of whoever reads on until the end.
    pub frames: u64,
    /// Whether the file is complete; `None` when none was written.
    pub saved: Option<Result<(), Arc<WriteError>>>,
    /// Frames saved without the comment that was meant for them, because the story was late.
    pub unexplained: u64,
}

impl LiveCapture {
    /// A handle that ends the capture, for a signal handler's thread for instance.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// The next frame, waiting at most `wait` for it.
    pub fn next_frame(&mut self, wait: Duration) -> Polled<'_> {
        if self.next >= self.chunk.len() && !self.refill(wait) {
            return if self.ended {
                Polled::End
            } else {
                Polled::Idle
            };
        }
        let index = self.next;
        self.next += 1;
        self.chunk
            .frame(index, self.link_type)
            .map_or(Polled::Idle, Polled::Frame)
    }

    /// Takes the next chunk from the queue; false when none came.
    fn refill(&mut self, wait: Duration) -> bool {
        self.shared.recycle(std::mem::take(&mut self.chunk));
        self.next = 0;
        match self.frames.recv_timeout(wait) {
            Ok(chunk) => {
                self.chunk = chunk;
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                self.ended = true;
                false
            }
        }
    }

    /// Why the file beside is no longer written, from when that is known. The capture goes on.
    #[must_use]
    pub fn saving_failed(&self) -> Option<Arc<WriteError>> {
        self.shared.saving_failed()
    }

    /// What is being captured.
    #[must_use]
    pub fn info(&self) -> &CaptureInfo {
        &self.info
    }

    /// Losses so far.
    #[must_use]
    pub fn statistics(&self) -> CaptureStats {
        self.shared.statistics()
    }

    /// Stops if still running, throws away what was not read, waits for the threads and tells how it went.
    #[must_use]
    pub fn finish(mut self) -> Ending {
        self.stop.stop();
        let notes = self.notes.take();
        if let Some(notes) = &notes {
            notes.close();
        }
        self.drain();
        self.join();
        let saved = self.saver.take().map(|saver| {
            save::outcome(saver, &self.shared);
            self.shared.saving_failed().map_or(Ok(()), Err)
        });
        Ending {
            reason: self.shared.end_reason(),
            statistics: self.shared.statistics(),
            frames: self.shared.accepted(),
            saved,
            unexplained: notes.map_or(0, |notes| notes.missing()),
        }
    }

    /// Empties the queue, so that neither thread waits for us.
    fn drain(&mut self) {
        while let Ok(chunk) = self.frames.recv() {
            self.shared.recycle(chunk);
        }
    }

    fn join(&mut self) {
        if let Some(thread) = self.capture_thread.take()
            && thread.join().is_err()
        {
            self.shared
                .end(EndReason::Failed("the capture thread panicked".to_owned()));
        }
    }
}

impl Drop for LiveCapture {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl FrameSource for LiveCapture {
    type Error = LiveError;

    fn poll_frame(&mut self, wait: Duration) -> Result<Polled<'_>, LiveError> {
        Ok(self.next_frame(wait))
    }

    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn statistics(&self) -> CaptureStats {
        self.shared.statistics()
    }

    fn stop(&mut self) -> bool {
        self.stop.stop();
        true
    }
}

/// One frame of a chunk as the rest of the house sees it.
impl Chunk {
    fn frame(&self, index: usize, link_type: LinkType) -> Option<Frame<'_>> {
        let (mark, data) = self.get(index)?;
        Some(Frame {
            number: self.first_number + index as u64,
            timestamp: mark.timestamp,
            link_type,
            original_length: mark.original_length,
            data,
        })
    }
}

#[cfg(test)]
mod tests;
