//! What every command that reads a saved capture shares: opening it, describing it, filtering it, telling it,
//! saying why it ended early.

use std::io::Read;
use std::path::Path;

use anyhow::anyhow;

use super::pipeline::{self, Around};
use super::{Failure, exit, output};
use crate::capture::filter::FrameFilter;
use crate::capture::{ReadError, SaveFormat, SavefileReader};
use crate::tcp::StreamId;
use crate::timeline::{CaptureStart, Settings, Sink, Timeline};

/// A saved capture of any origin.
pub(super) type Saved = SavefileReader<Box<dyn Read + Send>>;

/// Whether the path is `-`: standard input, or standard output where it is written to.
pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens a capture; the error names the file.
pub(super) fn open(path: &Path) -> Result<Saved, Failure> {
    SavefileReader::open(path).map_err(|error| Failure::from(anyhow!("{}: {error}", name(path))))
}

/// A capture's name for people.
pub(super) fn name(path: &Path) -> String {
    if is_dash(path) {
        "standard input".to_owned()
    } else {
        crate::text::visible(path.as_os_str().as_encoded_bytes())
    }
}

/// Refuses names of files that cannot hold comments, before anything is opened.
pub(super) fn require_comments(path: &Path) -> Result<(), Failure> {
    SaveFormat::from_path(path)
        .and_then(SaveFormat::require_comments)
        .map_err(|error| Failure::usage(format!("{}: {error}", name(path))))
}

/// The first entry of its story.
pub(super) fn capture_start(path: &Path, source: &Saved, filter: Option<String>) -> CaptureStart {
    let info = source.info();
    let interface = info.interfaces.first();
    CaptureStart {
        source: name(path),
        link_type: info.link_type(),
        filter: filter.or_else(|| interface.and_then(|interface| interface.filter.clone())),
        snaplen: interface.map(|interface| interface.snaplen),
        start: None,
        live: false,
    }
}

/// How the telling went.
pub(super) struct Told<'a> {
    path: &'a Path,
    timeline: Timeline,
    fault: Option<ReadError>,
}

impl Told<'_> {
    /// What is known of its connections.
    pub(super) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Says why the capture ended early, if it did.
    pub(super) fn end(self) -> Result<(), Failure> {
        self.fault
            .map_or(Ok(()), |cause| fault(self.path, &cause, false))
    }
}

/// Tells a capture to a sink, from the first frame to the last.
pub(super) fn tell<'a>(
    path: &'a Path,
    mut source: Saved,
    sink: &mut dyn Sink,
) -> Result<Told<'a>, Failure> {
    struct Plainly;
    impl Around<Saved> for Plainly {}
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    timeline.begin(capture_start(path, &source, None));
    let ended = pipeline::run(&mut source, &mut timeline, sink, &mut Plainly)?;
    Ok(Told {
        path,
        timeline,
        fault: ended.fault,
    })
}

/// What to say when a capture that has been told lacks connections that were asked for.
pub(super) fn absent(path: &Path, streams: &[u32], timeline: &Timeline) -> Option<String> {
    let missing: Vec<_> = streams
        .iter()
        .filter(|stream| timeline.stream(StreamId(**stream)).is_none())
        .map(u32::to_string)
        .collect();
    let held = match missing.len() {
        0 => return None,
        _ => timeline.streams().count(),
    };
    let held = match held {
        0 => "none".to_owned(),
        1 => "0 alone".to_owned(),
        many => format!("0 to {}", many - 1),
    };
    Some(format!(
        "{}: there is no stream {}; the capture holds {held}",
        name(path),
        missing.join(", ")
    ))
}

/// Warns of frames that a filter could not look at; gives whether there were any.
pub(super) fn warn_unfiltered(path: &Path, filter: Option<&FrameFilter>) -> bool {
    let count = filter.map_or(0, FrameFilter::unfiltered);
    if count > 0 {
        let most = FrameFilter::MAX_PROGRAMS;
        output::warn(format_args!(
            "{}: the filter works for the first {most} link types of a capture; frames of others, all held back: {count}",
            name(path)
        ));
    }
    count > 0
}

/// Says on stderr that the whole capture has nothing of what was asked for.
pub(super) fn note_nothing(path: &Path) {
    output::note(format_args!(
        "{}: nothing in it is what was selected",
        name(path)
    ));
}

/// Says why a capture ended early: a cut one is a warning (exit 4 with `--strict`), a damaged one an error.
pub(super) fn fault(path: &Path, fault: &ReadError, strict: bool) -> Result<(), Failure> {
    let text = format!("{}: {fault}", name(path));
    if !fault.is_cut() {
        return Err(Failure::new(exit::RUN_TIME, anyhow!(text)));
    }
    output::warn(text);
    if strict {
        Err(Failure::told(exit::INCONCLUSIVE))
    } else {
        Ok(())
    }
}

/// A filter expression for the frames of a capture; a bad one is a usage error.
pub(super) fn filter(expression: &str, source: &Saved) -> Result<FrameFilter, Failure> {
    let link_type = source.info().link_type().unwrap_or_default();
    FrameFilter::new(expression, link_type).map_err(|error| Failure::new(exit::USAGE, error))
}
