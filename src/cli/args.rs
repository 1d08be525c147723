//! Groups of options that several commands share, as typed. Letters mean what they mean in tcpdump and tshark.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use super::output::ColorChoice;
use super::whole::whole;
use crate::capture::filter::spelled_out;

/// The capture to read, in our words or in tcpdump's.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct InputArgs {
    /// Capture to read: pcap or pcapng, also gzipped; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "read")]
    file: Option<PathBuf>,
    /// The same, as tcpdump and tshark write it
    #[arg(short = 'r', value_name = "FILE")]
    read: Option<PathBuf>,
}

impl InputArgs {
    /// The capture, for a command that takes no filter words.
    pub(super) fn path(&self) -> Result<&Path, Failure> {
        self.with_filter(&FilterArgs::default())
            .and_then(|(path, filter)| match filter.words.first() {
                None => Ok(path),
                Some(word) => Err(Failure::usage(format!(
                    "one capture is read, {} by -r: what is `{word}`?",
                    super::saved::name(path)
                ))),
            })
    }

    /// The capture and the filter. Behind `-r FILE` the first word was taken for the FILE and is the filter's.
    pub(super) fn with_filter(&self, filter: &FilterArgs) -> Result<(&Path, FilterArgs), Failure> {
        let mut filter = filter.clone();
        match (&self.read, &self.file) {
            (None, None) => Err(Failure::usage("which capture? Name a FILE, or `-`")),
            (None, Some(path)) | (Some(path), None) => Ok((path, filter)),
            (Some(path), Some(word)) => {
                let word = word.to_string_lossy().into_owned();
                if filter.filter.is_some() || filter.filter_file.is_some() {
                    return Err(Failure::usage(format!(
                        "one filter at a time: `{word}` and that of -f or -F"
                    )));
                }
                filter.words.insert(0, word);
                Ok((path, filter))
            }
        }
    }
}

/// How the story is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The story, line by line
    #[default]
    Lines,
    /// One JSON object per line
    Json,
    /// One row per connection
    Table,
    /// Zeek's conn.log
    Zeek,
}

/// How times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TimeChoice {
    /// Local time of day
    #[default]
    Abs,
    /// Seconds since the first frame
    Rel,
    /// Seconds since the previous line
    Delta,
    /// Date and time in UTC
    Utc,
}

/// What a display looks like.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Display")]
pub(super) struct DisplayArgs {
    /// What to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: ColorChoice,
    /// How to write times
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    pub(super) time: TimeChoice,
    /// tcpdump's time styles: -t none, -tt epoch, -ttt delta, -tttt date and time, -ttttt since the first frame
    #[arg(short = 't', action = clap::ArgAction::Count, conflicts_with = "time")]
    pub(super) tcpdump_time: u8,
    /// Language of the explanations (en, pt-BR); default from the environment
    #[arg(long, value_name = "LANG")]
    pub(super) lang: Option<String>,
    /// Say why: the reason behind each line, with its RFC section
    #[arg(long)]
    pub(super) why: bool,
    /// Only ASCII characters
    #[arg(long)]
    pub(super) ascii: bool,
    /// Columns to use; default: the terminal's
    #[arg(long, value_name = "COLUMNS", value_parser = whole::<u16>)]
    pub(super) width: Option<u16>,
    /// Absolute sequence numbers
    #[arg(short = 'S', long = "absolute-sequence-numbers")]
    pub(super) absolute: bool,
    /// Payload as text
    #[arg(short = 'A')]
    pub(super) payload_text: bool,
    /// Payload as hex and text
    #[arg(short = 'X')]
    pub(super) payload_hex: bool,
    /// Less: only sessions, messages and findings
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// More: every segment; twice: every number
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Flush after every line
    #[arg(short = 'l', long = "line-buffered")]
    pub(super) line_buffered: bool,
    /// Accepted for tcpdump's fingers: addresses are never looked up
    #[arg(short = 'n', hide = true)]
    pub(super) numeric: bool,
}

/// What `--flag` takes; a test holds it against the names that there are.
const FLAG_HELP: &str = "Only frames with this analysis flag, such as retransmission; several with commas

Wireshark's: retransmission (of any kind), fast_retransmission, spurious_retransmission, out_of_order, lost_segment, \
ack_lost_segment, duplicate_ack, zero_window, zero_window_probe, zero_window_probe_ack, keep_alive, keep_alive_ack, \
window_update, window_full, reused_ports; flags: any of these. \
Our own: persist_probe, self_connect, offloaded, simultaneous_open.";

/// What `-Y` takes.
const FILTER_HELP: &str = "A display filter in Wireshark's words: tcp.stream == N, ip.addr == A, tcp.analysis.NAME, joined by &&

Fields: frame.number, tcp.stream, tcp.port, tcp.srcport, tcp.dstport, ip.addr, ip.src, ip.dst and ipv6 likewise (10.0.0.0/8 too), \
tcp.flags, tcp.flags.NAME, tcp.seq, tcp.ack, tcp.len, tcp.analysis.NAME, tcp.time_delta and most of TCP's other numbers; compared with \
== != < <= > >= or in {1, 5..9}, times in seconds; joined by && || ! ( ) or and, or, not. \
An address is that of the TCP segment, not that of a tunnel or an ICMP error around it. \
A message passes with the segment that completed it, the row and the verdict of a connection with any of its segments. \
Of a frame, tcp.completeness is the value after it: tshark compares the one before it, or with -2 the final one.";

/// Which part of the story to show.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Only this connection (Wireshark's tcp.stream); several with commas
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = whole::<u32>)]
    pub(super) stream: Vec<u32>,
    /// Only frames with this analysis flag, such as retransmission; several with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', long_help = FLAG_HELP)]
    pub(super) flag: Vec<String>,
    /// Only connections with this port; several with commas
    #[arg(long, value_name = "PORT", value_delimiter = ',', value_parser = whole::<u16>)]
    pub(super) port: Vec<u16>,
    /// Only this kind of line; `packets`: the segments, without names or anything else that is read from payload
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = ["handshake", "teardown", "messages", "findings", "packets"])]
    pub(super) only: Vec<String>,
    /// A display filter in Wireshark's words: tcp.stream == N, ip.addr == A, tcp.analysis.NAME, joined by &&
    #[arg(short = 'Y', long = "display-filter", value_name = "FILTER", long_help = FILTER_HELP)]
    pub(super) display_filter: Option<String>,
}

/// A filter expression in libpcap's language, from one of three places.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filter")]
pub(super) struct FilterArgs {
    /// Filter expression (BPF), as in tshark; tcpdump's trailing words work too
    #[arg(
        short = 'f',
        long = "filter",
        value_name = "FILTER",
        conflicts_with = "words"
    )]
    pub(super) filter: Option<String>,
    /// Read the filter expression from a file
    #[arg(short = 'F', value_name = "FILE", conflicts_with_all = ["filter", "words"])]
    pub(super) filter_file: Option<PathBuf>,
    /// Filter expression (BPF); a port alone, or ADDRESS:PORT, will do
    #[arg(value_name = "FILTER")]
    pub(super) words: Vec<String>,
}

impl FilterArgs {
    /// The expression, wherever it was given; `None` where it is empty. Reads the file, which may be a pipe: ask once.
    pub(super) fn expression(&self) -> Result<Option<String>, Failure> {
        let text = match (&self.filter_file, &self.filter) {
            (Some(path), _) => read_filter(path)?,
            (None, Some(text)) => text.clone(),
            (None, None) => self.words.join(" "),
        };
        let text = Some(text).filter(|text| !text.trim().is_empty());
        Ok(text.map(spelled_out))
    }
}

fn read_filter(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("filter file {path} cannot be read: {error}"))
    })?;
    Ok(text.trim().to_owned())
}

/// How to capture live. Only in builds that can.
#[cfg(feature = "live")]
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Capture")]
pub(super) struct CaptureArgs {
    /// Interface to capture on
    #[arg(short, long, value_name = "INTERFACE")]
    pub(super) interface: Option<String>,
    /// Save the capture: .pcapng, .pcap, or `-` for standard output (the story then goes to stderr with --print)
    #[arg(short, long, value_name = "FILE")]
    pub(super) write: Option<PathBuf>,
    /// Each saved frame carries its explanation as a comment that Wireshark shows (pcapng, about five times the size)
    #[arg(long, requires = "write")]
    pub(super) annotate: bool,
    /// When the run ends, draw it as a sequence diagram, beside our own server with its accept, read, write and close: .svg, .md or .mmd (Mermaid), .txt
    #[arg(long, value_name = "FILE")]
    pub(super) ladder: Option<PathBuf>,
    /// Show the story although `-w -` uses standard output
    #[arg(long)]
    pub(super) print: bool,
    /// Bytes kept of each frame; 0 = all
    #[arg(
        short = 's',
        long = "snapshot-length",
        value_name = "BYTES",
        default_value_t = 0,
        value_parser = whole::<u32>
    )]
    pub(super) snaplen: u32,
    /// Capture buffer in KiB (as tcpdump), or with suffix k, m, g
    #[arg(short = 'B', long = "buffer-size", value_name = "KiB", default_value = "64m", value_parser = buffer_size)]
    pub(super) buffer: usize,
    /// Link type to ask for, such as EN10MB
    #[arg(short = 'y', long = "linktype", value_name = "LINKTYPE")]
    pub(super) link_type: Option<String>,
    /// Direction of frames
    #[arg(short = 'Q', long, value_name = "DIRECTION", value_parser = ["in", "out", "inout"], default_value = "inout")]
    pub(super) direction: String,
    /// Deliver each frame at once (loses frames under load on Linux)
    #[arg(long)]
    pub(super) immediate_mode: bool,
    /// No promiscuous mode: accepted, it is never used
    #[arg(short = 'p', hide = true)]
    pub(super) no_promiscuous: bool,
    /// Flush the file after every frame: accepted, the writer does so whenever it has nothing more to write
    #[arg(short = 'U', hide = true)]
    pub(super) packet_buffered: bool,
    /// Stop after this many frames
    #[arg(short = 'c', long, value_name = "N", value_parser = whole::<u64>)]
    pub(super) count: Option<u64>,
    /// Stop condition: duration:SECONDS
    #[arg(short = 'a', long, value_name = "CONDITION", value_parser = autostop)]
    pub(super) autostop: Option<std::time::Duration>,
}

/// `-B`: KiB like tcpdump's, or with a suffix.
#[cfg(feature = "live")]
fn buffer_size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.to_ascii_lowercase().strip_suffix(['k', 'm', 'g']) {
        None => (text.to_owned(), 1 << 10),
        Some(digits) => (
            digits.to_owned(),
            match text.as_bytes()[text.len() - 1] | 0x20 {
                b'k' => 1 << 10,
                b'm' => 1 << 20,
                _ => 1 << 30,
            },
        ),
    };
    let bytes = digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(unit));
    bytes
        .filter(|bytes| (1..=i32::MAX as usize).contains(bytes))
        .ok_or_else(|| "a size such as 65536 (KiB), 64m or 1g, below 2g".to_owned())
}

/// `-a duration:N`.
#[cfg(feature = "live")]
fn autostop(text: &str) -> Result<std::time::Duration, String> {
    let seconds = text
        .strip_prefix("duration:")
        .and_then(|seconds| seconds.parse::<f64>().ok());
    seconds
        .and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "the only condition is duration:SECONDS".to_owned())
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;

    #[test]
    fn buffer_sizes() {
        assert_eq!(buffer_size("2048"), Ok(2048 * 1024));
        assert_eq!(buffer_size("64m"), Ok(64 << 20));
        assert!(
            buffer_size("3g").is_err() && buffer_size("m").is_err() && buffer_size("0").is_err()
        );
    }

    #[test]
    fn a_filter_without_words_is_none() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let args = |text: &str| {
            std::fs::write(file.path(), text).expect("writable");
            FilterArgs {
                filter_file: Some(file.path().to_owned()),
                ..FilterArgs::default()
            }
        };
        let expression = |args: FilterArgs| args.expression().expect("readable");
        assert_eq!(expression(args(" \n")), None);
        assert_eq!(expression(args("tcp port 7\n")), Some("tcp port 7".into()));
        assert_eq!(expression(FilterArgs::default()), None);
    }

    #[test]
    fn stop_conditions() {
        assert_eq!(
            autostop("duration:2"),
            Ok(std::time::Duration::from_secs(2))
        );
        assert!(autostop("filesize:2").is_err() && autostop("duration:-1").is_err());
    }
}
