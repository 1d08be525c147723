//! What a selection lets through, and the word that it was nothing.
//!
//! Owns: the note on stderr. Must not know: what is selected, or how it is shown.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::rc::Rc;

use super::{output, saved};
use crate::net::Timestamp;
use crate::timeline::{Entry, Sink, Timeline, Wants};
use crate::view::select::{Select, Selection};

/// Whether anything has passed a selection.
#[derive(Clone, Debug, Default)]
pub(super) struct Passed(Rc<Cell<bool>>);

impl Passed {
    /// `sink` behind the selection.
    pub(super) fn behind<S: Sink>(&self, sink: S, selection: Selection) -> Select<Noting<S>> {
        // Without a selection nothing can be held back.
        self.0.set(selection.is_everything());
        let came = Rc::clone(&self.0);
        Select::new(Noting { sink, came }, selection)
    }

    /// Something has passed, or there is no selection.
    pub(super) fn any(&self) -> bool {
        self.0.get()
    }

    /// Says, after the run, which of the connections asked for are not there, or that nothing was what was asked for.
    pub(super) fn note(&self, path: &Path, streams: &[u32], timeline: &Timeline) {
        if let Some(missing) = saved::absent(path, streams, timeline) {
            output::note(missing);
        } else if !self.0.get() {
            saved::note_nothing(path);
        }
    }
}

/// Notes that something came.
#[derive(Debug)]
pub(super) struct Noting<S> {
    sink: S,
    came: Rc<Cell<bool>>,
}

impl<S: Sink> Sink for Noting<S> {
    fn wants(&self) -> Wants {
        self.sink.wants()
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if !matches!(entry, Entry::Capture(_) | Entry::End(_)) {
            self.came.set(true);
        }
        self.sink.entry(entry)
    }

    fn begins(&mut self, at: Timestamp) {
        self.sink.begins(at);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }

    fn settle(&mut self) -> io::Result<()> {
        self.sink.settle()
    }
}
