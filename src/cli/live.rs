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
use super::saved::is_dash;
use super::screen::Gauge;
use super::{Failure, exit, output, written};
use crate::capture::filter::FilterError;
use crate::capture::live::{
    CaptureDirection, EndReason, Ending, LiveCapture, LiveError, LiveSettings, Notes, OpenCapture,
};
use crate::capture::{CaptureWriter, WriteError, privileges};
use crate::chat::SessionEvent;
use crate::net::{LinkType, Timestamp};
use crate::server::EventSink;
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
        frames: args.count,
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

/// What a live run heeds besides its frames.
pub(super) struct Heed<S> {
    /// Asked between frames: Ctrl-C, the end of the server or of the child.
    pub(super) stop: S,
    /// How long to run at most (`-a duration:N`).
    pub(super) duration: Option<Duration>,
    /// The file that is written beside.
    pub(super) saving: Option<Saving>,
    /// What the display folds.
    pub(super) gauge: Gauge,
}

impl<S> Heed<S> {
    /// What the options give, and a reason to stop besides.
    pub(super) fn new(args: &CaptureArgs, gauge: Gauge, stop: S) -> Self {
        let saving = args
            .write
            .as_deref()
            .map(|path| Saving::new(path, is_dash(path) && !args.print));
        Self {
            stop,
            duration: args.autostop,
            saving,
            gauge,
        }
    }
}

/// The file beside the story, as people know it.
pub(super) struct Saving {
    name: String,
    /// Nothing else of the run is shown: without the file it is for nobody.
    alone: bool,
    /// Its failure was told.
    told: bool,
}

impl Saving {
    /// The file at `path`; `alone` where nothing but it is shown.
    pub(super) fn new(path: &Path, alone: bool) -> Self {
        Self {
            name: written::name(path),
            alone,
            told: false,
        }
    }

    /// Tells of a failure once, when it happens; gives whether the run is over with it.
    fn look(&mut self, capture: &LiveCapture) -> bool {
        if self.told {
            return false;
        }
        let Some(error) = capture.saving_failed() else {
            return false;
        };
        if !self.alone {
            self.told = true;
            output::warn(format_args!(
                "{}: {error}; the capture goes on without the file",
                self.name
            ));
        }
        self.alone
    }

    /// How the run ends where the file did not end well.
    fn failure(&self, error: &WriteError) -> Result<(), Failure> {
        if self.told {
            Err(Failure::told(exit::RUN_TIME))
        } else if self.alone && error.is_broken_pipe() {
            Ok(()) // the reader has seen enough
        } else {
            Err(anyhow!("{}: {error}", self.name).into())
        }
    }
}

/// Session events on their way to the story, and the count of those that found no room.
pub(super) struct Events {
    /// Where they come out.
    pub(super) receiver: Receiver<SessionEvent>,
    /// Where they went in.
    pub(super) sink: EventSink,
}

/// What a live command does around the shared loop.
struct Watching<S> {
    events: Option<Events>,
    heed: Heed<S>,
    began: Timestamp,
    /// Nobody is left to capture for.
    over: bool,
}

impl<S: FnMut() -> bool> Around<LiveCapture> for Watching<S> {
    fn between(&mut self, capture: &LiveCapture, timeline: &mut Timeline) -> Option<Timestamp> {
        timeline.capture_lost(&capture.statistics());
        let events = self
            .events
            .iter()
            .flat_map(|events| events.receiver.try_iter());
        for event in events.take(EVENTS_AT_ONCE) {
            timeline.session(event);
        }
        if let Some(saving) = &mut self.heed.saving {
            self.over |= saving.look(capture);
        }
        Some(now())
    }

    fn stop(&mut self) -> bool {
        let elapsed = || now().since(self.began).max(0).unsigned_abs();
        self.over
            || (self.heed.stop)()
            || self
                .heed
                .duration
                .is_some_and(|most| u128::from(elapsed()) >= most.as_nanos())
    }

    fn ended(&mut self, timeline: &mut Timeline) {
        self.heed.gauge.be_patient();
        timeline.display_folded(self.heed.gauge.folded());
        if let Some(events) = &self.events {
            timeline.session_events_dropped(events.sink.dropped());
        }
    }
}

/// Tells the story of a running capture until something ends it; then ends the capture and says what was lost.
pub(super) fn run(
    mut capture: LiveCapture,
    settings: Settings,
    sink: &mut dyn Sink,
    events: Option<Events>,
    heed: Heed<impl FnMut() -> bool>,
) -> Result<(), Failure> {
    let mut timeline = Timeline::new(settings, sink.wants());
    timeline.begin(capture_start(&capture));
    let mut around = Watching {
        events,
        heed,
        began: now(),
        over: false,
    };
    let told = pipeline::run(&mut capture, &mut timeline, sink, &mut around);
    let ending = capture.finish();
    summary(&ending, around.heed.gauge.folded());
    told?;
    match (ending.reason, ending.saved, &around.heed.saving) {
        (_, Some(Err(error)), Some(saving)) => saving.failure(&error),
        (EndReason::Stopped, ..) => Ok(()),
        (EndReason::InterfaceGone, ..) => Err(Failure::from(anyhow!(
            "the interface went away; the capture ends here"
        ))),
        (EndReason::Failed(why), ..) => Err(Failure::from(anyhow!("the capture ended: {why}"))),
    }
}

/// Captured and dropped, as tcpdump says it at its end; "received by filter" counts loopback frames twice and is left out.
fn summary(ending: &Ending, folded: u64) {
    let stats = ending.statistics;
    let known =
        |count: Option<u64>| count.map_or_else(|| "unknown".to_owned(), |count| count.to_string());
    output::announce(format_args!(
        "{} frames captured, {} dropped by kernel, {} dropped by interface, {} dropped by our queue",
        ending.frames,
        known(stats.kernel_dropped),
        known(stats.interface_dropped),
        stats.queue_dropped
    ));
    if folded > 0 {
        output::note(format_args!(
            "{folded} lines of the story were folded: the display was slower than the network"
        ));
    }
    if ending.unexplained > 0 {
        output::note(format_args!(
            "{} frames saved without their explanation: the story was late; `chatscope annotate` adds it afterwards",
            ending.unexplained
        ));
    }
}
