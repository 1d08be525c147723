//! `chatscope ladder FILE` and `chatscope graph FILE`: pictures of a saved capture.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::args::{ColorChoice, SelectArgs};
use super::display::{language, selection};
use super::saved;
use super::{Failure, output};
use crate::tcp::Side;
use crate::view::graph::{Graph, GraphFormat, GraphKind, GraphOptions};
use crate::view::ladder::{LadderFormat, LadderOptions, LadderSink};
use crate::view::select::Select;

/// Where a picture goes and how it looks.
#[derive(Debug, Args)]
struct PictureArgs {
    /// Write it here; the ending chooses the form: .svg, .md or .mmd (Mermaid), .txt
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Language of the words in it (en, pt-BR); default from the environment
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Columns of a text picture; default: the terminal's
    #[arg(long, value_name = "COLUMNS")]
    width: Option<u16>,
}

impl PictureArgs {
    fn writer(&self) -> Result<Box<dyn Write>, Failure> {
        writer(self.output.as_deref())
    }

    fn ending(&self) -> Ending {
        Ending::of(self.output.as_deref())
    }

    fn on_terminal(&self) -> bool {
        self.output.is_none() && io::stdout().is_terminal()
    }

    /// A picture must not wrap: through a pipe, too, it is made for the terminal at its end, or for 80 columns.
    fn columns(&self) -> usize {
        output::width(self.width, self.output.is_none())
    }
}

/// The file, or standard output.
fn writer(output: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    Ok(match output {
        Some(path) if !saved::is_dash(path) => {
            let file = File::create(path)
                .with_context(|| format!("{} cannot be written", saved::name(path)))?;
            Box::new(BufWriter::new(file))
        }
        _ => Box::new(io::stdout()),
    })
}

/// What the ending of a picture's file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Svg,
    /// Mermaid, as a block of a Markdown file.
    Markdown,
    Mermaid,
    /// Text: any other ending, and none.
    Other,
}

impl Ending {
    fn of(path: Option<&Path>) -> Self {
        let ending = path.and_then(Path::extension).unwrap_or_default();
        match ending.to_string_lossy().to_ascii_lowercase().as_str() {
            "svg" => Self::Svg,
            "md" => Self::Markdown,
            "mmd" | "mermaid" => Self::Mermaid,
            _ => Self::Other,
        }
    }

    fn ladder(self) -> LadderFormat {
        match self {
            Self::Svg => LadderFormat::Svg,
            Self::Markdown | Self::Mermaid => LadderFormat::Mermaid,
            Self::Other => LadderFormat::Text,
        }
    }

    fn graph(self) -> GraphFormat {
        match self {
            Self::Svg => GraphFormat::Svg,
            _ => GraphFormat::Text,
        }
    }
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
    /// Capture to read: pcap or pcapng, also gzipped; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The form, whatever the ending says
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<LadderForm>,
    /// Draw every pure ACK
    #[arg(short, long)]
    verbose: bool,
    /// Only ASCII characters
    #[arg(long)]
    ascii: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
    #[command(flatten)]
    picture: PictureArgs,
    #[command(flatten)]
    select: SelectArgs,
}

/// A sink that draws the ladder of a live run into a file when the run ends, the program's lane included.
#[cfg(feature = "live")]
pub(super) fn ladder_into(
    path: &Path,
    lang: Option<&str>,
) -> Result<LadderSink<Box<dyn Write>>, Failure> {
    let ending = Ending::of(Some(path));
    let options = LadderOptions {
        format: ending.ladder(),
        fenced: ending == Ending::Markdown,
        lang: language(lang)?,
        ..LadderOptions::default()
    };
    Ok(LadderSink::new(writer(Some(path))?, options))
}

/// Draws the sequence diagram.
pub(super) fn ladder(args: &LadderArgs) -> Result<(), Failure> {
    let picture = &args.picture;
    let ending = picture.ending();
    let options = LadderOptions {
        format: match args.format {
            Some(LadderForm::Svg) => LadderFormat::Svg,
            Some(LadderForm::Mermaid) => LadderFormat::Mermaid,
            Some(LadderForm::Text) => LadderFormat::Text,
            None => ending.ladder(),
        },
        fenced: ending == Ending::Markdown,
        lang: language(picture.lang.as_deref())?,
        width: picture.columns(),
        ascii: args.ascii || !output::is_utf8(),
        color: output::use_color(args.color, picture.on_terminal()),
        all_acks: args.verbose,
        segments: 0,
    };
    let selection = selection(&args.select)?;
    let source = saved::open(&args.file)?;
    let sink = LadderSink::new(picture.writer()?, options);
    saved::tell(&args.file, source, &mut Select::new(sink, selection))
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
    /// Capture to read: pcap or pcapng, also gzipped; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The connection (Wireshark's tcp.stream)
    #[arg(long, value_name = "N", default_value_t = 0)]
    stream: u32,
    /// Whose data; default: of the side that sent more
    #[arg(long, value_enum, value_name = "SIDE")]
    side: Option<Sender>,
    /// What to draw
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    kind: Kind,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Draws one graph of one connection.
pub(super) fn graph(args: &GraphArgs) -> Result<(), Failure> {
    let picture = &args.picture;
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
        format: picture.ending().graph(),
        lang: language(picture.lang.as_deref())?,
        width: picture.columns(),
        height: 0,
    };
    let source = saved::open(&args.file)?;
    let mut sink = Graph::new(picture.writer()?, options);
    saved::tell(&args.file, source, &mut sink)
}
