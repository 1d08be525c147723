//! Small helpers that turn values into words of the chosen language.

use super::super::document::{Block, Cell, DASH, Fact, Note, Table};
use super::super::model::{AckRow, Seconds, StreamReport, TimeSpread};
use crate::explain::{Explainer, Topic, Value};

/// The words with shortcuts.
pub(super) struct Say<'a> {
    words: &'a Explainer,
}

impl<'a> Say<'a> {
    pub(super) const fn new(words: &'a Explainer) -> Self {
        Self { words }
    }

    /// A sentence without variables.
    pub(super) fn t(&self, id: &str) -> String {
        self.words.text(id, &[])
    }

    /// A sentence with variables.
    pub(super) fn v(&self, id: &str, values: &[(&'static str, Value<'_>)]) -> String {
        self.words.text(id, values)
    }

    /// A duration with its unit.
    pub(super) fn span(&self, seconds: Seconds) -> String {
        let mut out = String::new();
        self.words.span(&mut out, seconds.0);
        out
    }

    /// A duration, or a dash.
    pub(super) fn span_or(&self, seconds: Option<Seconds>) -> String {
        seconds.map_or_else(|| DASH.to_owned(), |seconds| self.span(seconds))
    }

    /// Seconds since the start with the digits of Wireshark's Time column: six decimals, nine where the capture has them.
    pub(super) fn clock(&self, seconds: Seconds) -> String {
        let mark = self.words.lang().decimal_mark().to_string();
        clock(seconds).replace('.', &mark)
    }

    /// A duration with all its digits, for sums that the reader checks.
    pub(super) fn exact(&self, seconds: Seconds) -> String {
        format!("{} s", self.clock(seconds))
    }

    /// `yes` or `no`.
    pub(super) fn yes(&self, yes: bool) -> String {
        self.t(if yes { "report-yes" } else { "report-no" })
    }

    /// `client` or `server` in words.
    pub(super) fn side(&self, code: &str) -> String {
        self.v("report-side", &[("side", code.into())])
    }

    /// A direction: `client → server`.
    pub(super) fn direction(&self, sender: &str) -> String {
        self.v("report-direction", &[("side", sender.into())])
    }

    /// `#14 +6 us`.
    pub(super) fn ack(&self, ack: Option<AckRow>) -> String {
        ack.map_or_else(
            || DASH.to_owned(),
            |ack| format!("#{} {}", ack.frame, self.later(ack.after)),
        )
    }

    /// A distance in time: `+6 us`; where the capture is not in the order of time it may be negative.
    pub(super) fn later(&self, by: Seconds) -> String {
        let sign = if by.0 < 0 { "" } else { "+" };
        format!("{sign}{}", self.span(by))
    }

    /// Smallest, median and largest of durations.
    pub(super) fn spread(&self, spread: TimeSpread) -> String {
        self.v(
            "report-spread",
            &[
                ("min", Value::Span(spread.min.0)),
                ("median", Value::Span(spread.median.0)),
                ("max", Value::Span(spread.max.0)),
                ("count", Value::Number(spread.count)),
            ],
        )
    }

    /// A fact.
    pub(super) fn fact(
        &self,
        label: &str,
        value: impl Into<String>,
        frames: &[u64],
        see: impl Into<String>,
    ) -> Fact {
        Fact {
            label: self.t(label),
            value: value.into(),
            frames: frames.to_vec(),
            see: see.into(),
        }
    }

    /// A table; the titles are ids.
    pub(super) fn table(
        &self,
        titles: &[&str],
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Block {
        Block::Table(Table {
            columns: titles.iter().map(|title| self.t(title)).collect(),
            rows: rows.into_iter().collect(),
        })
    }

    /// How many more there are than were listed; nothing where there are none.
    pub(super) fn folded(&self, id: &str, more: u64) -> Option<Block> {
        (more > 0).then(|| Block::Text(self.v(id, &[("more", Value::Number(more))])))
    }

    /// The reason behind a message of the catalogue.
    pub(super) fn why(&self, id: &str) -> Option<Block> {
        let topic = Topic::Message(id);
        Some(Block::Note(Note {
            title: self.t("report-why"),
            text: self.words.why(topic)?,
            rfc: self.words.rfc(topic),
        }))
    }

    /// An explanation: title, sentences, RFC.
    pub(super) fn note(&self, id: &str) -> Block {
        let topic = Topic::Message(id);
        Block::Note(Note {
            title: self.t(id),
            text: self.words.why(topic).unwrap_or_default(),
            rfc: self.words.rfc(topic),
        })
    }

    /// The heading of one connection.
    pub(super) fn stream(&self, stream: &StreamReport) -> Block {
        let name = stream.name.as_ref().map(|name| format!(" ({name})"));
        Block::Heading(self.v(
            "report-stream-heading",
            &[
                ("stream", Value::Number(u64::from(stream.stream))),
                ("client", (&*stream.client).into()),
                ("server", (&*stream.server).into()),
                ("name", name.as_deref().unwrap_or_default().into()),
            ],
        ))
    }
}

/// Six decimals, nine where the capture has them.
fn clock(seconds: Seconds) -> String {
    let text = seconds.to_string();
    match text.strip_suffix("000") {
        Some(short) => short.to_owned(),
        None => text,
    }
}

/// A number, or a dash.
pub(super) fn or_dash(number: Option<u32>) -> String {
    number.map_or_else(|| DASH.to_owned(), |number| number.to_string())
}

/// The port of `ip:port`.
pub(super) fn port_of(endpoint: &str) -> &str {
    endpoint.rsplit(':').next().unwrap_or_default()
}

/// The address of `ip:port`, an IPv6 one without its brackets.
pub(super) fn address_of(endpoint: &str) -> &str {
    let ip = endpoint.rsplit_once(':').map_or(endpoint, |(ip, _)| ip);
    ip.trim_matches(['[', ']'])
}

/// Date and time in UTC.
pub(super) fn date(seconds: Seconds) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(seconds.0)).map_or_else(
        |_| clock(seconds),
        |at| at.strftime("%Y-%m-%d %H:%M:%S%.f UTC").to_string(),
    )
}

/// A tick or a cross, never alone: the row says what was checked.
pub(super) const fn tick(holds: bool) -> &'static str {
    if holds { "✓" } else { "✗" }
}

/// A code of the model as an id of the catalogue: `stalled_app` is `finding-stalled-app`.
pub(super) fn id_of(prefix: &str, code: &str) -> String {
    format!("{prefix}-{}", code.to_ascii_lowercase().replace('_', "-"))
}
