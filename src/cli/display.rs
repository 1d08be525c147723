//! From display options as typed to a sink: format, colour, width, language, selection.

use std::io::{self, IsTerminal, Write};
#[cfg(feature = "live")]
use std::path::Path;

use jiff::tz::TimeZone;

use super::args::{DisplayArgs, Format, SelectArgs, TimeChoice};
#[cfg(feature = "live")]
use super::screen::{Gauge, Screen};
use super::selected::Passed;
use super::{Failure, output};
use crate::explain::Lang;
use crate::timeline::{Sink, Wants};
use crate::view::TimeStyle;
use crate::view::json::JsonLines;
use crate::view::lines::{Lines, LinesOptions, PayloadStyle, Verbosity};
use crate::view::select::{Only, SelectOptions, Selection};
use crate::view::table::{Table, TableOptions};
use crate::view::zeek::ZeekLog;

/// The display that the options describe, before it is opened on a writer.
pub(super) struct Display {
    format: Format,
    lines: LinesOptions,
    json: Wants,
    selection: Selection,
    passed: Passed,
}

impl Display {
    /// Validates the options. Words that name nothing are usage errors.
    pub(super) fn new(args: &DisplayArgs, select: &SelectArgs) -> Result<Self, Failure> {
        let on_terminal = io::stdout().is_terminal();
        let payload = match (args.payload_hex, args.payload_text) {
            (true, _) => PayloadStyle::Hex,
            (false, true) => PayloadStyle::Text,
            (false, false) => PayloadStyle::None,
        };
        let lines = LinesOptions {
            lang: language(args.lang.as_deref())?,
            width: output::width(args.width, on_terminal),
            color: output::use_color(args.color, on_terminal),
            ascii: args.ascii || !output::is_utf8(),
            time: time_style(args),
            zone: zone_for(args.format),
            verbosity: Verbosity::new(args.quiet, args.verbose),
            absolute: args.absolute,
            payload,
            why: args.why,
            findings_alone: findings_alone(select),
        };
        let json = Wants {
            payload: payload != PayloadStyle::None,
            ..Wants::STORY
        };
        Ok(Self {
            format: args.format,
            lines,
            json,
            selection: selection(select)?,
            passed: Passed::default(),
        })
    }

    /// What passed the selection, where there is one.
    pub(super) fn passed(&self) -> Option<&Passed> {
        Some(&self.passed).filter(|_| !self.selection.is_everything())
    }

    /// A sink over `out`.
    pub(super) fn sink(&self, out: Box<dyn Write + Send>) -> Box<dyn Sink> {
        match self.format {
            Format::Lines => self.selected(Lines::new(out, self.lines.clone())),
            Format::Json => self.selected(JsonLines::new(out, self.json)),
            Format::Table => self.selected(Table::new(out, self.table())),
            Format::Zeek => self.selected(ZeekLog::new(out)),
        }
    }

    /// The sink behind the selection, or alone where everything is selected.
    fn selected(&self, sink: impl Sink + 'static) -> Box<dyn Sink> {
        if self.selection.is_everything() {
            Box::new(sink)
        } else {
            Box::new(self.passed.behind(sink, self.selection.clone()))
        }
    }

    fn table(&self) -> TableOptions {
        let LinesOptions {
            lang,
            width,
            color,
            ascii,
            verbosity,
            ..
        } = self.lines;
        TableOptions {
            lang,
            width,
            color,
            ascii,
            messages: verbosity >= Verbosity::Verbose,
        }
    }

    /// A sink that never makes the capture wait, and the gauge of what it folds. Where standard output takes the capture file
    /// (`-w -`), the story goes to stderr, and only with `--print`.
    #[cfg(feature = "live")]
    pub(super) fn live_sink(
        &self,
        write: Option<&Path>,
        print: bool,
    ) -> Result<(Box<dyn Sink>, Gauge), Failure> {
        let out: Box<dyn Write + Send> = match write.is_some_and(super::saved::is_dash) {
            false => Box::new(io::stdout()),
            true if print => Box::new(io::stderr()),
            true => Box::new(io::sink()),
        };
        let screen = Screen::new(out, self.format == Format::Lines)?;
        let gauge = screen.gauge();
        Ok((self.sink(Box::new(screen)), gauge))
    }
}

/// The zone that times are shown in. Only lines show local times, and to find the zone out takes as long as to read a small
/// capture.
fn zone_for(format: Format) -> TimeZone {
    match format {
        Format::Lines => TimeZone::system(),
        Format::Json | Format::Table | Format::Zeek => TimeZone::UTC,
    }
}

/// Findings without segments.
fn findings_alone(select: &SelectArgs) -> bool {
    let only = |what: &str| select.only.iter().any(|word| word == what);
    only("findings") && !only("handshake") && !only("teardown") && !only("packets")
}

/// The selection options, validated.
pub(super) fn selection(args: &SelectArgs) -> Result<Selection, Failure> {
    let options = SelectOptions {
        streams: args.stream.clone(),
        ports: args.port.clone(),
        flags: args.flag.clone(),
        only: args
            .only
            .iter()
            .filter_map(|word| Only::from_word(word))
            .collect(),
        display_filter: args.display_filter.clone(),
    };
    Selection::new(&options).map_err(|error| Failure::usage(error.to_string()))
}

/// `--lang`, or what the locale says.
pub(super) fn language(told: Option<&str>) -> Result<Lang, Failure> {
    let Some(name) = told else {
        return Ok(Lang::from_locale(|variable| std::env::var(variable).ok()));
    };
    let known = || Lang::ALL.map(Lang::tag).join(", ");
    Lang::from_name(name)
        .ok_or_else(|| Failure::usage(format!("no such language: {name}; there are: {}", known())))
}

/// `--time`, or what `-t` to `-ttttt` mean in tcpdump.
fn time_style(args: &DisplayArgs) -> TimeStyle {
    if args.tcpdump_time > 0 {
        return TimeStyle::from_count(args.tcpdump_time);
    }
    match args.time {
        TimeChoice::Abs => TimeStyle::Absolute,
        TimeChoice::Rel => TimeStyle::Relative,
        TimeChoice::Delta => TimeStyle::Delta,
        TimeChoice::Utc => TimeStyle::Utc,
    }
}
