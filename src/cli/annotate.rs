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

use anyhow::{Context, anyhow};
use clap::Args;

use super::saved::{self, Saved};
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
    check(&args.input, &args.output)?;
    let lang = display::language(args.lang.as_deref())?;
    let mut story = Story::new(&args.input, lang)?;
    let input = File::open(&args.input).with_context(|| saved::name(&args.input))?;
    let to_stdout = saved::is_dash(&args.output);
    let out: Box<dyn Write> = if to_stdout {
        Box::new(io::stdout().lock())
    } else {
        let file = File::create(&args.output).with_context(|| saved::name(&args.output))?;
        Box::new(file)
    };
    let fault = copy(BufReader::new(input), out, &mut story).map_err(|error| {
        Failure::from(anyhow!(
            "{} to {}: {error:#}",
            saved::name(&args.input),
            saved::name(&args.output)
        ))
    })?;
    output::note(format_args!(
        "chatscope: {} of {} frames explained",
        story.used, story.frames
    ));
    fault.map_or(Ok(()), |fault| {
        saved::fault(&args.input, &fault, args.strict)
    })
}

/// What cannot work is refused before anything is written.
fn check(input: &Path, output: &Path) -> Result<(), Failure> {
    saved::require_comments(output)?;
    if saved::is_dash(input) {
        return Err(Failure::usage(
            "annotate reads the capture twice, so it must be a file, not standard input",
        ));
    }
    let meta = fs::metadata(input).with_context(|| saved::name(input))?;
    if !meta.is_file() {
        return Err(Failure::usage(format!(
            "{}: annotate reads the capture twice, so it must be a plain file",
            saved::name(input)
        )));
    }
    let same =
        fs::canonicalize(output).is_ok_and(|out| fs::canonicalize(input).is_ok_and(|i| i == out));
    if same {
        return Err(Failure::usage(format!(
            "{}: the copy cannot replace the capture it is made from; choose another name",
            saved::name(output)
        )));
    }
    Ok(())
}

/// Copies everything; gives the fault that ended the capture early, if one did.
fn copy(
    input: impl io::Read,
    out: impl Write,
    story: &mut Story,
) -> Result<Option<ReadError>, anyhow::Error> {
    let mut rewriter = Rewriter::new(input, out)?;
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
            Err(error) => return Err(error.into()),
        }
    };
    rewriter.finish()?;
    Ok(fault)
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
    used: u64,
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
            used: 0,
            frames: 0,
        })
    }

    /// The comment of a frame; `None` for a frame that holds no TCP.
    fn comment(&mut self, frame: u64) -> io::Result<Option<String>> {
        self.frames += 1;
        loop {
            if let Some(text) = self.take(frame) {
                self.used += 1;
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
