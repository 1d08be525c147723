//! `chatscope expect FILE CLAIM...`: checks a capture against expectations; exit 3 when one does not hold.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::FilterArgs;
use super::gather::gather;
use super::whole::whole;
use super::{Failure, display, exit, output, saved, written};
use crate::explain::{Explainer, Lang};
use crate::view::expect::{Expectation, LANGUAGE, Outcome, json, judge, junit, lines, tap};
use crate::view::report::Selection;

/// Arguments of `expect`.
#[derive(Debug, Args)]
#[command(after_help = format!("{LANGUAGE}\n\nExamples:
  chatscope expect lab.pcapng 'handshake complete' 'closed-by client' 'no retransmission'
  chatscope expect lab.pcapng 'streams == 3' 'message \"teste\" delivered to 2' --format tap
  chatscope expect lab.pcapng 'stream 2: reset-by server' 'only port 7000'
Exit codes: 0 all hold, 3 one does not, 4 inconclusive (the capture is cut or lost frames, or too much was folded away), 2 a claim was not understood."))]
pub(super) struct ExpectArgs {
    /// Capture to read: pcap or pcapng, also gzipped; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What must hold
    #[arg(value_name = "CLAIM", required = true)]
    claims: Vec<String>,
    /// How to tell the result
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ResultFormat,
    /// Only these connections (Wireshark's tcp.stream); several with commas
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = whole::<u32>)]
    stream: Vec<u32>,
    /// Only connections with this port; several with commas
    #[arg(long, value_name = "PORT", value_delimiter = ',', value_parser = whole::<u16>)]
    port: Vec<u16>,
    /// Capture filter (BPF): the other frames count as absent
    #[arg(short = 'f', long = "filter", value_name = "FILTER")]
    filter: Option<String>,
    /// Language of what is told (en, pt-BR); default from the environment. JSON is always English
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
}

/// How results are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ResultFormat {
    /// One line per claim
    #[default]
    Lines,
    /// One JSON object per line
    Json,
    /// Test Anything Protocol, version 14
    Tap,
    /// JUnit XML
    Junit,
}

/// Reads the capture, judges every claim, tells the results.
pub(super) fn run(args: &ExpectArgs) -> Result<(), Failure> {
    let words = Explainer::new(match args.format {
        ResultFormat::Json => Lang::En,
        _ => display::language(args.lang.as_deref())?,
    });
    let expectations: Vec<_> = args
        .claims
        .iter()
        .map(|claim| Expectation::parse(claim))
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::usage(format!("{}\n{LANGUAGE}", error.told(&words))))?;
    let filter = FilterArgs {
        filter: args.filter.clone(),
        ..FilterArgs::default()
    };
    let selection = Selection {
        streams: args.stream.clone(),
        ports: args.port.clone(),
        detailed: Some(usize::MAX),
        read_filter: filter.expression()?,
        ..Selection::default()
    };
    let gathered = gather(&args.file, selection)?;
    if let Some(missing) = &gathered.absent {
        output::note(missing);
    }
    let judgements = judge(&gathered.report, &expectations, gathered.incomplete, &words);
    let text = match args.format {
        ResultFormat::Lines => lines(&judgements, &words),
        ResultFormat::Json => json(&judgements),
        ResultFormat::Tap => tap(&judgements),
        ResultFormat::Junit => junit(&judgements, &saved::name(&args.file)),
    };
    written::stdout().write_all(text.as_bytes())?;
    let any = |outcome| {
        judgements
            .iter()
            .any(|judgement| judgement.outcome == outcome)
    };
    if any(Outcome::Fail) {
        Err(Failure::told(exit::CHECK_FAILED))
    } else if any(Outcome::Inconclusive) {
        Err(Failure::told(exit::INCONCLUSIVE))
    } else {
        Ok(())
    }
}
