//! What `serve`, `watch` and `demo` share: opening the capture, giving up privileges, and the run around the shared loop.
//!
//! Order matters: every handle is opened, then privileges are dropped, then files are created, then threads start.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, SystemTime};

use anyhow::anyhow;

use super::args::CaptureArgs;
use super::pipeline::{self, Around};
use super::{Failure, exit, output, written};
use crate::capture::filter::FilterError;
use crate::capture::live::{
    CaptureDirection, EndReason, Ending, LiveCapture, LiveError, LiveSettings, Notes, OpenCapture,
};
use crate::capture::{CaptureWriter, WriteError, privileges};
use crate::chat::SessionEvent;
use crate::net::{LinkType, Timestamp};
use crate::packet::Frame;
use crate::timeline::{CaptureStart, Settings, Sink, Timeline};

/// Session events taken at most between two frames, so that neither world starves the other.
const EVENTS_AT_ONCE: usize = 4_096;

/// The capture settings that the options ask for.
pub(super) fn settings(
    args: &CaptureArgs,
    interface: String,
    filter: String,
) -> Result<LiveSettings, Failure> {
    let link_type = args.link_type.as_deref().map(|name| {
        (0..300).map(LinkType).find(|known| known.name().is_some_and(|known| known.eq_ignore_ascii_case(name))).ok_or_else(|| {
            Failure::usage(format!("no such link type: {name}; `chatscope interfaces -L` lists those of an interface"))
        })
    });
    Ok(LiveSettings {
        filter,
        snaplen: args.snaplen,
        buffer: args.buffer,
        immediate: args.immediate_mode || !cfg!(target_os = "linux"),
        link_type: link_type.transpose()?,
        direction: match args.direction.as_str() {
            "in" => CaptureDirection::In,
            "out" => CaptureDirection::Out,
            _ => CaptureDirection::Both,
        },
        ..LiveSettings::new(interface)
    })
}

/// The exit code that a refusal to capture deserves.
pub(super) fn failure(error: LiveError) -> Failure {
    let code = match &error {
        LiveError::NoPermission { .. } => exit::NO_PERMISSION,
        LiveError::NoSuchInterface { .. } => exit::NO_INTERFACE,
        LiveError::Filter(FilterError::Bad { .. }) | LiveError::LinkType { .. } => exit::USAGE,
        _ => exit::RUN_TIME,
    };
    Failure::new(code, error)
}

/// Gives privileges up; going on with them is no choice.
pub(super) fn drop_privileges() -> Result<(), Failure> {
    let dropped = privileges::drop_privileges()?;
    if let Some(user) = dropped.user {
        written::gave_up_for(user);
    }
    Ok(())
}

/// Starts the capture, saving it to `save` where that is wanted, with comments where there are `notes`. Call after
/// [`drop_privileges`].
pub(super) fn start(
    open: OpenCapture,
    save: Option<&Path>,
    notes: Option<&Arc<Notes>>,
) -> Result<LiveCapture, Failure> {
    let writer = save.map(|path| {
        CaptureWriter::create(path, open.info()).map_err(|error| {
            let more = match &error {
                WriteError::Create(refusal) => written::refused(refusal),
                _ => String::new(),
            };
            Failure::from(anyhow!("{}: {error}{more}", written::name(path)))
        })
    });
    match (writer.transpose()?, notes) {
        (Some(writer), Some(notes)) => open.start_explained(writer, Arc::clone(notes)),
        (writer, _) => open.start(writer),
    }
    .map_err(failure)
}

/// The first entry of a live story.
pub(super) fn capture_start(capture: &LiveCapture) -> CaptureStart {
    let interface = capture.info().interfaces.first();
    CaptureStart {
        source: interface
            .and_then(|interface| interface.name.clone())
            .unwrap_or_default(),
        link_type: capture.info().link_type(),
        filter: interface.and_then(|interface| interface.filter.clone()),
        snaplen: interface.map(|interface| interface.snaplen),
        start: Some(now()),
        live: true,
    }
}

/// The wall clock, in the words of the house.
#[expect(
    clippy::disallowed_methods,
    reason = "live timers run on the clock that stamps the frames"
)]
pub(super) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
}

/// When a live run ends, besides the end of its capture.
pub(super) struct Limits<S> {
    /// Asked between frames: Ctrl-C, the end of the server or of the child.
    pub(super) stop: S,
    /// Frames to take at most (`-c`).
    pub(super) frames: u64,
    /// How long to run at most (`-a duration:N`).
    pub(super) duration: Option<Duration>,
}

impl<S> Limits<S> {
    /// The limits that the options give, and a reason to stop besides.
    pub(super) fn new(args: &CaptureArgs, stop: S) -> Self {
        Self {
            stop,
            frames: args.count.unwrap_or(u64::MAX),
            duration: args.autostop,
        }
    }
}

/// What a live command does around the shared loop.
struct Watching<S> {
    events: Option<Receiver<SessionEvent>>,
    limits: Limits<S>,
    began: Timestamp,
}

impl<S: FnMut() -> bool> Around<LiveCapture> for Watching<S> {
    fn admit(&mut self, _frame: &Frame<'_>) -> std::io::Result<bool> {
        self.limits.frames = self.limits.frames.saturating_sub(1);
        Ok(true)
    }

    fn between(&mut self, capture: &LiveCapture, timeline: &mut Timeline) -> Option<Timestamp> {
        timeline.capture_lost(&capture.statistics());
        for event in self
            .events
            .iter()
            .flat_map(Receiver::try_iter)
            .take(EVENTS_AT_ONCE)
        {
            timeline.session(event);
        }
        Some(now())
    }

    fn stop(&mut self) -> bool {
        let elapsed = || now().since(self.began).max(0).unsigned_abs();
        self.limits.frames == 0
            || (self.limits.stop)()
            || self
                .limits
                .duration
                .is_some_and(|most| u128::from(elapsed()) >= most.as_nanos())
    }
}

/// Tells the story of a running capture until something ends it; then ends the capture and says what was lost. `save` is
/// what [`start`] was given.
pub(super) fn run(
    mut capture: LiveCapture,
    save: Option<&Path>,
    settings: Settings,
    sink: &mut dyn Sink,
    events: Option<Receiver<SessionEvent>>,
    limits: Limits<impl FnMut() -> bool>,
) -> Result<(), Failure> {
    let mut timeline = Timeline::new(settings, sink.wants());
    timeline.begin(capture_start(&capture));
    let mut around = Watching {
        events,
        limits,
        began: now(),
    };
    let told = pipeline::run(&mut capture, &mut timeline, sink, &mut around);
    let ending = capture.finish();
    summary(&ending);
    told?;
    match (ending.reason, ending.saved) {
        (_, Some(Err(error))) => {
            let name = save.map(written::name).unwrap_or_default();
            Err(anyhow::Error::from(error).context(name).into())
        }
        (EndReason::Stopped, _) => Ok(()),
        (EndReason::InterfaceGone, _) => Err(Failure::from(anyhow!(
            "the interface went away; the capture ends here"
        ))),
        (EndReason::Failed(why), _) => Err(Failure::from(anyhow!("the capture ended: {why}"))),
    }
}

/// Captured and dropped, as tcpdump says it at its end; "received by filter" counts loopback frames twice and is left out.
fn summary(ending: &Ending) {
    let stats = ending.statistics;
    let known =
        |count: Option<u64>| count.map_or_else(|| "unknown".to_owned(), |count| count.to_string());
    output::note(format_args!(
        "{} frames captured, {} dropped by kernel, {} dropped by interface, {} dropped by our queue",
        ending.frames,
        known(stats.kernel_dropped),
        known(stats.interface_dropped),
        stats.queue_dropped
    ));
    if ending.unexplained > 0 {
        output::note(format_args!(
            "{} frames saved without their explanation: the story was late; `chatscope annotate` adds it afterwards",
            ending.unexplained
        ));
    }
}
