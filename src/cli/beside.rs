//! What a live run makes of its story beside what it shows: comments for the saved frames (`--annotate`), a ladder with the
//! program's lane (`--ladder FILE`).

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::args::{CaptureArgs, DisplayArgs};
use super::explaining::Explaining;
use super::{Failure, draw, written};
use crate::capture::live::Notes;
use crate::net::Timestamp;
use crate::timeline::{Entry, Sink, Wants};

/// Refuses, before anything is opened, a ladder whose ending says nothing and two options that name one file. `others` are
/// the command's own files, each with its option.
pub(super) fn check(
    capture: &CaptureArgs,
    others: &[(&str, Option<&Path>)],
) -> Result<(), Failure> {
    if let Some(path) = &capture.ladder {
        draw::check_ladder(path)?;
    }
    let mut files = vec![
        ("-w", capture.write.as_deref()),
        ("--ladder", capture.ladder.as_deref()),
    ];
    files.extend(others);
    written::each_its_own(&files)
}

/// A command's own sinks, with those that its options ask for beside them. Creates files: call after privileges were dropped.
pub(super) fn beside(
    own: Vec<Box<dyn Sink>>,
    notes: Option<&Arc<Notes>>,
    capture: &CaptureArgs,
    display: &DisplayArgs,
) -> Result<Box<dyn Sink>, Failure> {
    let lang = display.lang.as_deref();
    let mut all = own;
    if let Some(notes) = notes {
        let lang = super::display::language(lang)?;
        all.push(Box::new(Explaining::new(Arc::clone(notes), lang)));
    }
    if let Some(path) = &capture.ladder {
        all.push(Box::new(draw::ladder_into(path, lang)?));
    }
    if all.len() == 1 {
        return Ok(all.remove(0));
    }
    let wants = all.iter().map(|sink| sink.wants()).collect();
    Ok(Box::new(Several { all, wants }))
}

/// Several sinks over one story; each gets what it asked for and nothing else.
struct Several {
    all: Vec<Box<dyn Sink>>,
    wants: Vec<Wants>,
}

impl Sink for Several {
    fn wants(&self) -> Wants {
        self.wants
            .iter()
            .fold(Wants::NOTHING, |all, one| all.and(*one))
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        for (sink, wants) in self.all.iter_mut().zip(&self.wants) {
            if wants.covers(&entry) {
                sink.entry(entry)?;
            }
        }
        Ok(())
    }

    fn begins(&mut self, at: Timestamp) {
        for sink in &mut self.all {
            sink.begins(at);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.all.iter_mut().try_for_each(|sink| sink.flush())
    }
}
