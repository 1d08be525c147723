//! `chatscope report FILE`: the lab write-up of a saved capture.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use super::args::{FilterArgs, InputArgs};
use super::gather::{Gathered, gather};
use super::whole::whole;
use super::written::Destination;
use super::{Failure, display, exit, output, saved};
use crate::explain::Explainer;
use crate::view::report::{Report, Selection, compose, html, json, markdown};

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope report lab.pcapng
  chatscope report lab.pcapng -o lab.html --lang pt-BR
  chatscope report lab.pcapng --stream 2 -o stream2.md
  chatscope report lab.pcapng --find teste
  chatscope report lab.pcapng -o - --format json | jq '.streams[].teardown'")]
pub(super) struct ReportArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Write the report here; the ending chooses the form: .md, .html, .json, .svg (`-`: standard output)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The form, whatever the ending says
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Form>,
    /// Language of the report (en, pt-BR); default from the environment
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Exit with 4 when the capture is cut or lost frames
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    about: AboutArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

/// What the report is about.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct AboutArgs {
    /// Only this connection (Wireshark's tcp.stream); several with commas
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = whole::<u32>)]
    stream: Vec<u32>,
    /// Only connections with this port; several with commas
    #[arg(long, value_name = "PORT", value_delimiter = ',', value_parser = whole::<u16>)]
    port: Vec<u16>,
    /// Say which frames carry this text
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// End the lines, the walk and the states with each connection's first data segment
    #[arg(long, value_enum, value_name = "WHERE")]
    until: Option<Until>,
}

/// Where `--until` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Until {
    /// The first data segment of each connection
    FirstData,
}

impl AboutArgs {
    /// The selection these options make.
    pub(super) fn selection(&self) -> Selection {
        Selection {
            streams: self.stream.clone(),
            ports: self.port.clone(),
            find: self.find.as_ref().map(|text| text.as_bytes().to_vec()),
            until_first_data: self.until.is_some(),
            ..Selection::default()
        }
    }
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Markdown
    Md,
    /// One HTML file
    Html,
    /// JSON, for programs
    Json,
    /// The message sequence diagram as a drawing
    Svg,
}

impl Form {
    /// What an ending stands for.
    fn of_ending(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "md" | "markdown" => Self::Md,
            "html" | "htm" => Self::Html,
            "json" => Self::Json,
            "svg" => Self::Svg,
            _ => return None,
        })
    }

    /// The form that is asked for; a foreign ending of the file to write is a usage error.
    fn asked(format: Option<Self>, output: Option<&Path>) -> Result<Self, Failure> {
        match (format, output) {
            (Some(form), _) => Ok(form),
            (None, None) => Ok(Self::Md),
            (None, Some(path)) => Self::of_ending(path).ok_or_else(|| {
                let name = path.display();
                Failure::usage(format!(
                    "{name}: the ending names no form of report: use .md, .html, .json or .svg, or say --format"
                ))
            }),
        }
    }
}

/// Reads the capture and writes the report.
pub(super) fn run(args: &ReportArgs) -> Result<(), Failure> {
    let (path, filter) = args.input.with_filter(&args.filter)?;
    let words = Explainer::new(display::language(args.lang.as_deref())?);
    let output = args.output.as_deref().filter(|path| !saved::is_dash(path));
    let form = Form::asked(args.format, output)?;
    let filter_file = filter.filter_file.as_deref();
    let inputs: Vec<_> = filter_file.into_iter().chain([path]).collect();
    let to = Destination::new(output, &inputs)?;
    let selection = Selection {
        draw: (form != Form::Json).then(|| words.lang()),
        read_filter: filter.expression()?,
        ..args.about.selection()
    };
    let part = !args.about.port.is_empty() || selection.read_filter.is_some();
    let Gathered {
        report,
        incomplete,
        absent,
    } = gather(path, selection)?;
    if let Some(missing) = absent {
        if report.connections_total == 0 {
            return Err(Failure::usage(missing));
        }
        output::note(missing);
    }
    to.write(&rendered(form, &report, &words)?)?;
    // A stream that is not there has been told already.
    if part && args.about.stream.is_empty() && report.streams.is_empty() {
        saved::note_nothing(path);
    }
    if args.strict && incomplete {
        return Err(Failure::told(exit::INCONCLUSIVE));
    }
    Ok(())
}

/// The report in one form; whole, so that nothing is touched when there is nothing to write.
fn rendered(form: Form, report: &Report, words: &Explainer) -> Result<Vec<u8>, Failure> {
    Ok(match form {
        Form::Md => markdown(&compose(report, words)).into_bytes(),
        Form::Html => html(&compose(report, words))?.into_bytes(),
        Form::Json => {
            let mut text = Vec::new();
            json(report, &mut text)?;
            text
        }
        Form::Svg => match &report.ladder {
            Some(ladder) => ladder.svg.as_bytes().to_vec(),
            None => return Err(Failure::from(anyhow!("there is no TCP segment to draw"))),
        },
    })
}
