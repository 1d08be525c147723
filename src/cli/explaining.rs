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

type Take = Box<dyn FnMut(u64, &str) -> io::Result<()>>;

/// A sink that writes comments into the notebook.
pub(super) struct Explaining {
    comments: Comments<Take>,
    notes: Arc<Notes>,
}

impl Explaining {
    pub(super) fn new(notes: Arc<Notes>, lang: Lang) -> Self {
        let book = Arc::clone(&notes);
        let take: Take = Box::new(move |frame, text| {
            book.put(frame, text);
            Ok(())
        });
        Self {
            comments: Comments::new(lang, take),
            notes,
        }
    }
}

impl Sink for Explaining {
    fn wants(&self) -> Wants {
        self.comments.wants()
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
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

    fn flush(&mut self) -> io::Result<()> {
        self.comments.release_before(live::now().plus(-HOLD))
    }
}
