//! One file per command: its arguments as typed, their validated form, its `run`; wires the rooms together.
//!
//! Owns: the command line, exit codes, what goes to stdout and stderr, the live pipeline. Must not know: how TCP is
//! analysed or how a line is drawn.

mod annotate;
mod args;
#[cfg(feature = "live")]
mod beside;
mod complete;
#[cfg(feature = "live")]
mod demo;
mod display;
#[cfg(feature = "live")]
mod doctor;
mod draw;
mod exit;
mod expect;
#[cfg(feature = "live")]
mod explaining;
mod follow;
mod frame;
mod gather;
#[cfg(feature = "live")]
mod interfaces;
#[cfg(feature = "live")]
mod interrupt;
mod level;
#[cfg(feature = "live")]
mod listeners;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod logging;
#[cfg(feature = "live")]
mod numbered;
mod output;
mod pipeline;
#[cfg(feature = "live")]
mod program;
mod replay;
mod report;
#[cfg(feature = "live")]
mod running;
mod saved;
#[cfg(feature = "live")]
mod screen;
mod selected;
#[cfg(feature = "live")]
mod serve;
mod step;
#[cfg(feature = "live")]
mod watch;
mod whole;
mod written;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use exit::Failure;

/// A chat server that shows you its own TCP.
#[derive(Debug, Parser)]
#[command(
    name = "chatscope",
    version = version(),
    propagate_version = true,
    disable_version_flag = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 success, 1 run-time error, 2 usage, 3 a check failed, 4 inconclusive, 5 no permission to capture, 6 no such interface."
)]
struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,

    /// Print the version (with libpcap's).
    #[arg(short = 'V', long, action = clap::ArgAction::Version, global = true)]
    version: Option<bool>,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the chat server and tell its own TCP, live
    #[cfg(feature = "live")]
    Serve(Box<serve::ServeArgs>),
    /// Tell the TCP of any service, live
    #[cfg(feature = "live")]
    Watch(Box<watch::WatchArgs>),
    /// Tell the story of a saved capture
    Replay(Box<replay::ReplayArgs>),
    /// Play the ten-second demonstration
    #[cfg(feature = "live")]
    Demo(Box<demo::DemoArgs>),
    /// List what can be captured on
    #[cfg(feature = "live")]
    Interfaces(interfaces::InterfacesArgs),
    /// Say what capturing needs here and what is missing
    #[cfg(feature = "live")]
    Doctor(doctor::DoctorArgs),
    /// Write the lab report of a saved capture
    Report(Box<report::ReportArgs>),
    /// Draw one frame as header boxes
    Frame(frame::FrameArgs),
    /// Draw the sequence diagram of a saved capture
    Ladder(Box<draw::LadderArgs>),
    /// Draw a graph of one connection
    Graph(draw::GraphArgs),
    /// Copy a capture, each frame explained in a comment that Wireshark shows
    Annotate(annotate::AnnotateArgs),
    /// Check a saved capture against expectations
    Expect(Box<expect::ExpectArgs>),
    /// Print shell completions
    Completions(complete::CompletionsArgs),
    /// Print man pages
    Man(complete::ManArgs),
}

/// Our version, and libpcap's where it is to be told.
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let ours = env!("CARGO_PKG_VERSION");
        #[cfg(feature = "live")]
        let built_with = crate::capture::doctor::libpcap_version()
            .map_or_else(String::new, |version| format!(" (libpcap {version})"));
        #[cfg(not(feature = "live"))]
        let built_with = " (built without libpcap)";
        format!("{ours}{built_with}")
    });
    &VERSION
}

impl Command {
    fn run(self) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "live")]
            Self::Serve(args) => serve::run(&args),
            #[cfg(feature = "live")]
            Self::Watch(args) => watch::run(&args),
            #[cfg(feature = "live")]
            Self::Demo(args) => demo::run(&args),
            #[cfg(feature = "live")]
            Self::Interfaces(args) => interfaces::run(&args),
            #[cfg(feature = "live")]
            Self::Doctor(args) => doctor::run(&args),
            Self::Replay(args) => replay::run(&args),
            Self::Report(args) => report::run(&args),
            Self::Frame(args) => frame::run(&args),
            Self::Ladder(args) => draw::ladder(&args),
            Self::Graph(args) => draw::graph(&args),
            Self::Annotate(args) => annotate::run(&args),
            Self::Expect(args) => expect::run(&args),
            Self::Completions(args) => complete::completions(&args),
            Self::Man(args) => complete::man(&args),
        }
    }
}

/// Parses the command line, runs the command, says what went wrong: the whole program.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// As [`main`], with the arguments given.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, &arguments),
    };
    let code = match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    };
    #[cfg(feature = "live")]
    logging::finish();
    code
}

/// Help that was asked for, or what is wrong with the arguments: to machines as a line of their log.
#[cfg_attr(
    not(feature = "live"),
    expect(unused_variables, reason = "only a server keeps a log")
)]
fn not_understood(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::from(exit::SUCCESS);
    }
    #[cfg(feature = "live")]
    logging::speak_as_told(arguments);
    if let Some(path) = capture_for_command(error) {
        let name = saved::name(path);
        output::fail(format_args!(
            "{name} is a file, no command: to read it, `chatscope replay {name}` (or report, ladder, graph)"
        ));
        return ExitCode::from(exit::USAGE);
    }
    #[cfg(feature = "live")]
    if logging::is_json() {
        let text = error.to_string();
        output::fail(text.strip_prefix("error: ").unwrap_or(&text).trim_end());
        return ExitCode::from(exit::USAGE);
    }
    let _ = error.print();
    ExitCode::from(exit::USAGE)
}

/// The file that stands where a command should.
fn capture_for_command(error: &clap::Error) -> Option<&Path> {
    match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(word) => Some(Path::new(word)).filter(|path| path.is_file()),
        _ => None,
    }
}
