//! `-w FILE --annotate`: the live story writes a comment for every frame that is being saved, beside what it shows.
//!
//! Comments are bounded and skipped when the story falls behind; they never slow the capture.

use std::io;
use std::sync::Arc;

use super::args::CaptureArgs;
use super::{Failure, live, saved};
use crate::capture::live::Notes;
use crate::explain::Lang;
use crate::net::Nanos;
use crate::timeline::{Entry, Sink, Wants};
use crate::view::comments::Comments;

/// How long a comment waits for what may still be told of its frame: its message comes after the hold-back of the story, its
/// session event a little later. Well below what a saved frame waits for its comment.
const HOLD: Nanos = 200_000_000;

/// Where comments are to be saved, if they are; refused before anything is opened when the file has no place for them.
pub(super) fn notes(args: &CaptureArgs) -> Result<Option<Arc<Notes>>, Failure> {
    let Some(path) = args.write.as_deref().filter(|_| args.annotate) else {
        return Ok(None);
    };
    saved::require_comments(path)?;
    Ok(Some(Arc::new(Notes::default())))
}

/// The sink that shows, and the comments beside it where they are wanted.
pub(super) fn beside(
    shown: Box<dyn Sink>,
    notes: Option<&Arc<Notes>>,
    lang: Lang,
) -> Box<dyn Sink> {
    match notes {
        None => shown,
        Some(notes) => Box::new(Explaining::new(shown, Arc::clone(notes), lang)),
    }
}

type Take = Box<dyn FnMut(u64, &str) -> io::Result<()>>;

/// Two sinks over one story.
struct Explaining {
    shown: Box<dyn Sink>,
    /// What the other sink asked for: it gets nothing else.
    shown_wants: Wants,
    comments: Comments<Take>,
    notes: Arc<Notes>,
}

impl Explaining {
    fn new(shown: Box<dyn Sink>, notes: Arc<Notes>, lang: Lang) -> Self {
        let book = Arc::clone(&notes);
        let take: Take = Box::new(move |frame, text| {
            book.put(frame, text);
            Ok(())
        });
        Self {
            shown_wants: shown.wants(),
            shown,
            comments: Comments::new(lang, take),
            notes,
        }
    }

    fn explain(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Packet(packet) = entry
            && self.notes.is_late()
        {
            self.notes.skip(packet.frame);
            return Ok(());
        }
        self.comments.entry(entry)?;
        if let Entry::End(end) = entry {
            self.notes.told(end.frames);
        }
        Ok(())
    }
}

impl Sink for Explaining {
    fn wants(&self) -> Wants {
        self.shown_wants.and(self.comments.wants())
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.explain(entry)?;
        if self.shown_wants.covers(&entry) {
            self.shown.entry(entry)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.comments.release_before(live::now().plus(-HOLD))?;
        self.shown.flush()
    }
}
