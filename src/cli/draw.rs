//! `chatscope ladder FILE` and `chatscope graph FILE`: pictures of a saved capture.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::args::{InputArgs, SelectArgs};
use super::display::{language, selection};
use super::output::ColorChoice;
use super::saved;
use super::selected::Passed;
use super::whole::whole;
#[cfg(feature = "live")]
use super::written::Written;
use super::written::{self, Destination};
use super::{Failure, output};
use crate::tcp::Side;
use crate::view::graph::{Graph, GraphFormat, GraphKind, GraphOptions};
use crate::view::ladder::{LadderFormat, LadderOptions, LadderSink};

/// How a picture looks.
#[derive(Debug, Args)]
struct PictureArgs {
    /// Language of the words in it (en, pt-BR); default from the environment
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Columns of a text picture; default: the terminal's
    #[arg(long, value_name = "COLUMNS", value_parser = whole::<u16>)]
    width: Option<u16>,
    /// Only ASCII characters in a text picture
    #[arg(long)]
    ascii: bool,
}

impl PictureArgs {
    /// A picture must not wrap: through a pipe, too, it is made for the terminal at its end, or for 80 columns.
    fn columns(&self, to: Destination<'_>) -> usize {
        output::width(self.width, to.is_stdout())
    }

    /// A terminal that is not UTF-8 shows nothing else.
    fn ascii(&self) -> bool {
        self.ascii || !output::is_utf8()
    }
}

/// What the ending of a picture's file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Svg,
    /// Mermaid, as a block of a Markdown file.
    Markdown,
    Mermaid,
    /// Text: `.txt`, no ending, and standard output.
    Text,
}

impl Ending {
    /// `None`: an ending that stands for no picture.
    fn of(path: Option<&Path>) -> Option<Self> {
        let ending = path.and_then(Path::extension).unwrap_or_default();
        Some(
            match ending.to_string_lossy().to_ascii_lowercase().as_str() {
                "svg" => Self::Svg,
                "md" | "markdown" => Self::Markdown,
                "mmd" | "mermaid" => Self::Mermaid,
                "txt" | "" => Self::Text,
                _ => return None,
            },
        )
    }

    fn ladder(self) -> LadderFormat {
        match self {
            Self::Svg => LadderFormat::Svg,
            Self::Markdown | Self::Mermaid => LadderFormat::Mermaid,
            Self::Text => LadderFormat::Text,
        }
    }

    fn graph(self) -> Option<GraphFormat> {
        match self {
            Self::Svg => Some(GraphFormat::Svg),
            Self::Text => Some(GraphFormat::Text),
            Self::Markdown | Self::Mermaid => None,
        }
    }
}

/// A name whose ending stands for no form of the picture.
fn foreign(path: Option<&Path>, forms: &str) -> Failure {
    let name = path.map(written::name).unwrap_or_default();
    Failure::usage(format!(
        "{name}: the ending names no form of this picture: use {forms}"
    ))
}

/// Forms of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LadderForm {
    /// For a terminal
    Text,
    /// A Mermaid sequence diagram
    Mermaid,
    /// One SVG file
    Svg,
}

/// Arguments of `ladder`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope ladder lab.pcapng
  chatscope ladder lab.pcapng --port 7000 -o lab.svg
  chatscope ladder lab.pcapng --stream 0 --format mermaid")]
pub(super) struct LadderArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The form, whatever the ending says
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<LadderForm>,
    /// Draw every pure ACK
    #[arg(short, long)]
    verbose: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
    /// Write it here; the ending chooses the form: .svg, .md or .mmd (Mermaid), .txt (`-`: standard output)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    picture: PictureArgs,
    #[command(flatten)]
    select: SelectArgs,
}

/// What a ladder's file asks for, or the usage error of an ending that asks for nothing known.
fn ladder_ending(path: Option<&Path>) -> Result<Ending, Failure> {
    Ending::of(path).ok_or_else(|| foreign(path, ".svg, .md or .mmd (Mermaid), .txt"))
}

/// Refuses a name for a live ladder before anything is opened.
#[cfg(feature = "live")]
pub(super) fn check_ladder(path: &Path) -> Result<(), Failure> {
    ladder_ending(Some(path)).map(drop)
}

/// A sink that draws the ladder of a live run into a file when the run ends, the program's lane included.
#[cfg(feature = "live")]
pub(super) fn ladder_into(path: &Path, lang: Option<&str>) -> Result<LadderSink<Written>, Failure> {
    let ending = ladder_ending(Some(path))?;
    let options = LadderOptions {
        format: ending.ladder(),
        fenced: ending == Ending::Markdown,
        lang: language(lang)?,
        ..LadderOptions::default()
    };
    Ok(LadderSink::new(
        Destination::new(Some(path), &[])?.create()?,
        options,
    ))
}

/// Refuses a selection of lines that are no segments: a ladder draws nothing else.
fn check_kinds(only: &[String]) -> Result<(), Failure> {
    let is_no_segment = |word: &String| word == "messages" || word == "findings";
    if only.is_empty() || !only.iter().all(is_no_segment) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "a ladder draws segments, and --only {} selects none; segments with data: -Y 'tcp.len > 0', those with something to note: --flag flags",
        only.join(" --only ")
    )))
}

/// Draws the sequence diagram.
pub(super) fn ladder(args: &LadderArgs) -> Result<(), Failure> {
    check_kinds(&args.select.only)?;
    let ending = match args.format {
        None => ladder_ending(args.output.as_deref())?,
        Some(_) => Ending::of(args.output.as_deref()).unwrap_or(Ending::Text),
    };
    let path = args.input.path()?;
    let to = Destination::new(args.output.as_deref(), &[path])?;
    let options = LadderOptions {
        format: match args.format {
            Some(LadderForm::Svg) => LadderFormat::Svg,
            Some(LadderForm::Mermaid) => LadderFormat::Mermaid,
            Some(LadderForm::Text) => LadderFormat::Text,
            None => ending.ladder(),
        },
        fenced: ending == Ending::Markdown,
        lang: language(args.picture.lang.as_deref())?,
        width: args.picture.columns(to),
        ascii: args.picture.ascii(),
        color: output::use_color(args.color, to.is_stdout() && io::stdout().is_terminal()),
        all_acks: args.verbose,
        segments: 0,
    };
    let selection = selection(&args.select)?;
    let source = saved::open(path)?;
    let mut picture = Vec::new();
    let passed = Passed::default();
    let mut sink = passed.behind(LadderSink::new(&mut picture, options), selection);
    let told = saved::tell(path, source, &mut sink)?;
    drop(sink);
    let missing = saved::absent(path, &args.select.stream, told.timeline());
    if let Some(missing) = missing.filter(|_| !passed.any()) {
        told.end()?;
        return Err(Failure::usage(missing));
    }
    passed.note(path, &args.select.stream, told.timeline());
    to.write(&picture)?; // of a damaged capture as far as it goes
    told.end()
}

/// What a graph shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Sequence numbers over time: data, ACKs, window, retransmissions, SACK
    #[default]
    Sequence,
    /// Round-trip time of each acknowledged segment
    Rtt,
}

/// Whose data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sender {
    /// What the client sent
    Client,
    /// What the server sent
    Server,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope graph lab.pcapng
  chatscope graph lab.pcapng --stream 2 --side server -o seq.svg
  chatscope graph lab.pcapng --kind rtt")]
pub(super) struct GraphArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The connection (Wireshark's tcp.stream)
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u32>)]
    stream: u32,
    /// Whose data; default: of the side that sent more
    #[arg(long, value_enum, value_name = "SIDE")]
    side: Option<Sender>,
    /// What to draw
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    kind: Kind,
    /// Write it here; the ending chooses the form: .svg or .txt (`-`: standard output)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Draws one graph of one connection.
pub(super) fn graph(args: &GraphArgs) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let format = Ending::of(output)
        .and_then(Ending::graph)
        .ok_or_else(|| foreign(output, ".svg or .txt"))?;
    let input = args.input.path()?;
    let to = Destination::new(output, &[input])?;
    let options = GraphOptions {
        stream: args.stream,
        side: args.side.map(|side| match side {
            Sender::Client => Side::Client,
            Sender::Server => Side::Server,
        }),
        kind: match args.kind {
            Kind::Sequence => GraphKind::Sequence,
            Kind::Rtt => GraphKind::Rtt,
        },
        format,
        lang: language(args.picture.lang.as_deref())?,
        width: args.picture.columns(to),
        height: 0,
        ascii: args.picture.ascii(),
    };
    let source = saved::open(input)?;
    let mut picture = Vec::new();
    let mut sink = Graph::new(&mut picture, options);
    let told = saved::tell(input, source, &mut sink)?;
    drop(sink);
    if let Some(missing) = saved::absent(input, &[args.stream], told.timeline()) {
        told.end()?;
        return Err(Failure::usage(missing));
    }
    to.write(&picture)?;
    told.end()
}
