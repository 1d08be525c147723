//! `chatscope annotate IN OUT.pcapng`: the capture again, each TCP frame carrying its explanation as a comment.
//!
//! The capture is read twice at once: one reader runs the story a little ahead, the other copies block by block and adds
//! what the story says of each frame. Memory does not grow with the capture.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use clap::Args;

use super::saved::{self, Saved};
use super::written::Destination;
use super::{Failure, display, output};
use crate::capture::{ReadError, RewriteError, Rewriter};
use crate::explain::Lang;
use crate::timeline::{Settings, Sink, Timeline};
use crate::view::comments::Comments;

/// The story goes by time, the copy by frame numbers: where the clock of a capture ran backwards they differ by at most so
/// many frames, or a frame goes without its comment.
const SLACK: u64 = 512;

/// Arguments of `annotate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope annotate lab.pcapng explained.pcapng
  chatscope annotate lab.pcap explained.pcapng --lang pt-BR
  tshark -r explained.pcapng -T fields -e frame.number -e frame.comment")]
pub(super) struct AnnotateArgs {
    /// Capture to read: pcap or pcapng, also gzipped
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The copy with comments, pcapng (`-`: standard output)
    #[arg(value_name = "OUT.pcapng")]
    output: PathBuf,
    /// Language of the comments (en, pt-BR); default from the environment
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Exit with 4 when the capture is cut
    #[arg(long)]
    strict: bool,
}

/// Copies the capture and explains every TCP frame.
pub(super) fn run(args: &AnnotateArgs) -> Result<(), Failure> {
    check(&args.input)?;
    saved::require_comments(&args.output)?;
    let lang = display::language(args.lang.as_deref())?;
    let mut story = Story::new(&args.input, lang)?;
    let input = File::open(&args.input).with_context(|| saved::name(&args.input))?;
    let output = Destination::new(Some(&args.output), &[&args.input])?;
    let place = |error: RewriteError| {
        let name = match &error {
            RewriteError::Read(_) => saved::name(&args.input),
            RewriteError::Write(_) => output.name(),
        };
        anyhow::Error::from(error).context(name)
    };
    let copied = copy(BufReader::new(input), output.open()?, &mut story, &place)?;
    output::note(format_args!(
        "{} of {} frames explained",
        copied.commented, story.frames
    ));
    if copied.uncommented > 0 {
        let have = match copied.uncommented {
            1 => "frame has",
            _ => "frames have",
        };
        output::note(format_args!(
            "{} {have} no room for a comment: records that are no packets, or damaged options",
            copied.uncommented
        ));
    }
    copied.fault.map_or(Ok(()), |fault| {
        saved::fault(&args.input, &fault, args.strict)
    })
}

/// What cannot be read twice is refused; a file that is not there is left to the reading.
fn check(input: &Path) -> Result<(), Failure> {
    if saved::is_dash(input) {
        return Err(Failure::usage(
            "annotate reads the capture twice, so it must be a file, not standard input",
        ));
    }
    if fs::metadata(input).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return Err(Failure::usage(format!(
            "{}: annotate reads the capture twice, so it must be a plain file",
            saved::name(input)
        )));
    }
    Ok(())
}

/// How the copying went.
struct Copied {
    commented: u64,
    uncommented: u64,
    /// What ended the capture early, if something did.
    fault: Option<ReadError>,
}

/// Copies everything up to the end or a fault; `place` adds to an error the name of the file it is about.
fn copy(
    input: impl io::Read,
    out: impl Write,
    story: &mut Story,
    place: &impl Fn(RewriteError) -> anyhow::Error,
) -> Result<Copied, anyhow::Error> {
    let mut rewriter = Rewriter::new(input, out).map_err(place)?;
    let fault = loop {
        let mut failed = None;
        let copied = rewriter.copy_next(|frame| {
            story.comment(frame.number).unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        match copied {
            Ok(true) => {}
            Ok(false) => break None,
            Err(RewriteError::Read(fault)) => break Some(fault),
            Err(error) => return Err(place(error)),
        }
    };
    let copied = Copied {
        commented: rewriter.commented(),
        uncommented: rewriter.uncommented(),
        fault,
    };
    rewriter.finish().map_err(place)?;
    Ok(copied)
}

/// Comments that wait for their frame.
type Waiting = Rc<RefCell<VecDeque<(u64, String)>>>;

/// The story of the capture, run just far enough to explain the frame that is being copied.
struct Story {
    source: Saved,
    timeline: Timeline,
    sink: Box<dyn Sink>,
    waiting: Waiting,
    over: bool,
    frames: u64,
}

impl Story {
    fn new(path: &Path, lang: Lang) -> Result<Self, Failure> {
        let source = saved::open(path)?;
        let waiting = Waiting::default();
        let keep = Rc::clone(&waiting);
        let sink = Comments::new(lang, move |frame, text: &str| {
            keep.borrow_mut().push_back((frame, text.to_owned()));
            Ok(())
        });
        let mut timeline = Timeline::new(Settings::default(), sink.wants());
        timeline.begin(saved::capture_start(path, &source, None));
        Ok(Self {
            source,
            timeline,
            sink: Box::new(sink),
            waiting,
            over: false,
            frames: 0,
        })
    }

    /// The comment of a frame; `None` for a frame that holds no TCP.
    fn comment(&mut self, frame: u64) -> io::Result<Option<String>> {
        self.frames += 1;
        loop {
            if let Some(text) = self.take(frame) {
                return Ok(Some(text));
            }
            let passed = self
                .waiting
                .borrow()
                .back()
                .is_some_and(|(known, _)| *known > frame + SLACK);
            if passed || self.over {
                return Ok(None);
            }
            self.advance()?;
        }
    }

    fn take(&self, frame: u64) -> Option<String> {
        let mut waiting = self.waiting.borrow_mut();
        let at = waiting.iter().position(|(known, _)| *known == frame)?;
        waiting.remove(at).map(|(_, text)| text)
    }

    /// One more frame of the story; a fault of the capture ends it (the copy meets the same fault and tells it).
    fn advance(&mut self) -> io::Result<()> {
        match self.source.next_frame() {
            Ok(Some(frame)) => self.timeline.frame(&frame),
            ended => {
                self.over = true;
                let cut = ended.is_err();
                self.timeline.finish(self.source.statistics(), cut);
            }
        }
        self.timeline.drain(&mut *self.sink)
    }
}
