//! A saved capture read into a report: what `report` and `expect` share.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;

use super::Failure;
use super::pipeline::{self, Around};
use super::saved::{self, Saved};
use crate::capture::filter::FrameFilter;
use crate::packet::{Decoder, Frame};
use crate::timeline::{Entry, Settings, Sink, Timeline, Wants};
use crate::view::report::{Collector, FrameFacts, Report, Selection};

/// A report, and whether the capture was cut.
pub(super) struct Gathered {
    /// The report.
    pub(super) report: Report,
    /// The file ends in the middle of a record, its statistics tell of losses, or the filter could not look at every frame.
    pub(super) incomplete: bool,
    /// Which of the connections that were asked for are not there, in words.
    pub(super) absent: Option<String>,
}

/// Reads the whole capture, with the selection's read filter. A cut one is reported with a warning, as far as it goes.
pub(super) fn gather(path: &Path, selection: Selection) -> Result<Gathered, Failure> {
    let mut source = saved::open(path)?;
    let wanted = selection.streams.clone();
    let expression = selection.read_filter.clone();
    let collector = Rc::new(RefCell::new(Collector::new(selection)));
    let mut sink = Shared(Rc::clone(&collector));
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    timeline.begin(saved::capture_start(path, &source, None));
    let mut around = Watch {
        collector: Rc::clone(&collector),
        decoder: Decoder::new(),
        filter: expression
            .map(|expression| saved::filter(&expression, &source))
            .transpose()?,
    };
    let fault = pipeline::run(&mut source, &mut timeline, &mut sink, &mut around)?.fault;
    let unfiltered = saved::warn_unfiltered(path, around.filter.as_ref());
    if let Some(fault) = &fault {
        saved::fault(path, fault, false)?;
    }
    let report = collector.borrow().finish();
    Ok(Gathered {
        incomplete: fault.is_some() || unfiltered || source.statistics().lost_any(),
        absent: saved::absent(path, &wanted, &timeline),
        report,
    })
}

/// The collector as the sink of the shared loop, while the loop's other half shows it the frames.
struct Shared(Rc<RefCell<Collector>>);

impl Sink for Shared {
    fn wants(&self) -> Wants {
        self.0.borrow().wants()
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.0.borrow_mut().entry(entry)
    }
}

/// Shows each frame to the collector before the timeline takes it.
struct Watch {
    collector: Rc<RefCell<Collector>>,
    decoder: Decoder,
    filter: Option<FrameFilter>,
}

impl Around<Saved> for Watch {
    fn admit(&mut self, frame: &Frame<'_>) -> io::Result<bool> {
        let admitted = self
            .filter
            .as_mut()
            .is_none_or(|filter| filter.matches(frame));
        let mut collector = self.collector.borrow_mut();
        if admitted {
            collector.frame(&FrameFacts::of(frame, &mut self.decoder));
        } else {
            collector.passed_over(frame.number, frame.timestamp);
        }
        Ok(admitted)
    }
}
