//! From segments to series: what each side sent, what the other side acknowledged, its window, its SACK blocks, and RTTs.

use super::GraphKind;
use super::axis::{Axes, Axis};
use super::series::{Mark, Series};
use crate::explain::{Explainer, Value};
use crate::net::FourTuple;
use crate::packet::TcpOption;
use crate::tcp::{AnalysisFlags, PerSide, Side};
use crate::timeline::PacketEntry;

/// The layer that may lie far above the data.
const WINDOW: &str = "graph-window";
/// The layers of what was sent.
const SENT: [&str; 2] = ["graph-data", "graph-again"];
/// What would make the data smaller than this part of the picture is left out.
const STRETCH: u64 = 4;

/// How far from what was sent an acknowledged number is believed: no window is larger (RFC 7323, section 2.3).
const FARTHEST: u64 = 1 << 30;

/// Everything known about one side's data.
#[derive(Debug, Default)]
struct Direction {
    /// Bytes of data segments.
    bytes: u64,
    /// Largest relative number sent so far, unwrapped beyond 2^32; of nothing sent none.
    newest: Option<i64>,
    /// The same of what the other side acknowledged.
    acked: i64,
    data: Series,
    again: Series,
    /// Cumulative ACKs of the other side.
    acks: Series,
    /// Where its window ends.
    window: Series,
    sack: Series,
    rtt: Series,
    /// Numbers that the other side named and that were too far off to be believed.
    doubted: u64,
}

impl Direction {
    /// The number that the others are near: of what was sent, and only where nothing of it was captured of what was acknowledged.
    fn reference(&self) -> i64 {
        self.newest.unwrap_or(self.acked)
    }

    /// A relative number of 32 bits, as the number nearest to the reference. Below 0 is what was sent before the capture.
    fn unwrap(&self, number: u32) -> i64 {
        let reference = self.reference();
        let ahead = number.wrapping_sub(reference as u32) as i32;
        reference.saturating_add(i64::from(ahead))
    }

    /// A number that this side sent.
    fn sent(&mut self, number: u32) -> i64 {
        let value = self.unwrap(number);
        self.newest = Some(self.newest.map_or(value, |newest| newest.max(value)));
        value
    }

    /// A number that the other side names, unless it is too far off. It moves nothing: it may be forged.
    fn named(&self, number: u32) -> Option<i64> {
        let value = self.unwrap(number);
        (value.abs_diff(self.reference()) <= FARTHEST).then_some(value)
    }

    /// The SACK blocks of a segment of the other side.
    fn add_blocks(&mut self, packet: &PacketEntry) {
        let seen = &packet.observation;
        // They lie in the numbers of this direction: its base turns `ack` from raw to relative.
        let base = packet.ack_raw.0.wrapping_sub(seen.ack);
        for (_, option) in packet.options.options().iter() {
            let TcpOption::Sack(blocks) = option else {
                continue;
            };
            for (left, right) in blocks.iter() {
                let edges = [left, right].map(|edge| self.named(edge.0.wrapping_sub(base)));
                if let [Some(low), Some(high)] = edges {
                    self.sack.push(Mark {
                        at: seen.time_relative,
                        low,
                        high: high.max(low),
                    });
                } else {
                    self.doubted += 1;
                }
            }
        }
    }
}

/// What a graph is drawn from.
#[derive(Debug, Default)]
pub(super) struct Collected {
    directions: PerSide<Direction>,
    connection: Option<FourTuple>,
    initial_rtt: Option<i64>,
}

/// A series with its meaning.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    /// Id of its name in the catalogue.
    pub(super) name: &'static str,
    /// Character on a terminal.
    pub(super) symbol: char,
    /// Colour in SVG.
    pub(super) color: &'static str,
    /// How its marks are joined.
    pub(super) stroke: Stroke,
    /// Its marks.
    pub(super) series: &'a Series,
}

/// How marks are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A bar from low to high.
    Bar,
    /// Steps from mark to mark.
    Steps,
    /// A dot.
    Dot,
}

/// One graph, ready to be drawn.
#[derive(Debug)]
pub(super) struct Picture<'a> {
    /// Layers, the first lowest.
    pub(super) layers: Vec<Layer<'a>>,
    /// Ids of the names of the axes.
    pub(super) vertical: &'static str,
    /// The vertical axis counts nanoseconds.
    pub(super) vertical_is_time: bool,
    /// Numbers that no layer has, since they cannot be right.
    doubted: u64,
}

impl Picture<'_> {
    /// Layers with marks on the scale of the picture.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Layer<'_>> {
        let scale = self.vertical_axis();
        let fits = move |mark: &Mark| is_on(&scale, mark);
        self.layers
            .iter()
            .filter(move |layer| layer.series.marks().iter().any(fits))
    }

    /// The window has marks, all of them above the picture.
    fn window_is_above(&self) -> bool {
        let is_window = |layer: &&Layer<'_>| layer.name == WINDOW;
        let has_marks = |layer: &Layer<'_>| !layer.series.marks().is_empty();
        self.layers.iter().find(is_window).is_some_and(has_marks)
            && !self.shown().any(|layer| is_window(&layer))
    }

    /// Marks too far off to be drawn, those of the window apart: that is far above as a rule.
    fn left_out(&self) -> u64 {
        let scale = self.vertical_axis();
        let layers = self.layers.iter().filter(|layer| layer.name != WINDOW);
        let marks = layers.flat_map(|layer| layer.series.counted());
        let outside = marks.filter(|(mark, _)| !is_on(&scale, mark));
        self.doubted + outside.map(|(_, count)| count).sum::<u64>()
    }

    /// What is not drawn, and why, in words for the legend.
    pub(super) fn missing(&self, words: &Explainer) -> Vec<String> {
        let mut missing = Vec::new();
        if self.window_is_above() {
            missing.push(words.text("graph-window-above", &[]));
        }
        let left_out = self.left_out();
        if left_out > 0 {
            let count = [("count", Value::Number(left_out))];
            missing.push(words.text("graph-left-out", &count));
        }
        missing
    }

    /// There is not a single mark.
    pub(super) fn is_empty(&self) -> bool {
        let mut layers = self.layers.iter();
        layers.all(|layer| layer.series.marks().is_empty())
    }

    /// Both scales: the time over everything.
    pub(super) fn axes(&self) -> Axes {
        let marks = self.layers.iter().flat_map(|layer| layer.series.marks());
        Axes {
            time: Axis::over(marks.map(|mark| mark.at)),
            value: self.vertical_axis(),
        }
    }

    /// The vertical axis: over what was sent. What the other side names (the window, which may be far above, and ACKs and SACK
    /// blocks, which may be forged) stretches it only up to [`STRETCH`] times.
    fn vertical_axis(&self) -> Axis {
        if self.vertical_is_time {
            return Axis::over(self.heights(|_| true).chain([0]));
        }
        let is_sent = |name: &str| SENT.contains(&name);
        let base = if self.heights(is_sent).next().is_some() {
            Axis::over(self.heights(is_sent))
        } else {
            Axis::over(self.heights(|name| name != WINDOW))
        };
        let mut axis = base;
        for layer in self.layers.iter().filter(|layer| !is_sent(layer.name)) {
            let wider = axis.and(self.heights(|name| name == layer.name));
            if wider.span() <= base.span().saturating_mul(STRETCH) {
                axis = wider;
            }
        }
        axis
    }

    /// Both ends of every mark of some layers.
    fn heights(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = i64> {
        let layers = self.layers.iter();
        layers
            .filter(move |layer| wanted(layer.name))
            .flat_map(|layer| layer.series.marks())
            .flat_map(|mark| [mark.low, mark.high])
    }
}

/// Whether a mark is seen: as a whole, or not at all.
pub(super) fn is_on(scale: &Axis, mark: &Mark) -> bool {
    scale.contains(mark.low) && scale.contains(mark.high)
}

impl Collected {
    /// Takes one segment of the stream.
    pub(super) fn add(&mut self, packet: &PacketEntry) {
        let seen = &packet.observation;
        if !seen.analysed {
            return;
        }
        let (source, destination) = (packet.source, packet.destination);
        self.connection.get_or_insert(match seen.side {
            Side::Client => FourTuple::new(source, destination),
            Side::Server => FourTuple::new(destination, source),
        });
        self.initial_rtt = self.initial_rtt.or(seen.initial_rtt);
        self.add_sent(packet);
        if packet.flags.ack() && !packet.flags.rst() {
            self.add_acknowledged(packet);
        }
    }

    fn add_sent(&mut self, packet: &PacketEntry) {
        let seen = &packet.observation;
        let len = packet.len.unwrap_or(0);
        let direction = self.directions.of_mut(seen.side);
        if len == 0 && !packet.flags.syn() && !packet.flags.fin() {
            return;
        }
        direction.bytes += u64::from(len);
        let low = direction.sent(seen.seq);
        let high = direction.sent(seen.next_seq).max(low);
        let mark = Mark {
            at: seen.time_relative,
            low,
            high,
        };
        if seen.analysis.intersects(AnalysisFlags::SENT_AGAIN) {
            direction.again.push(mark);
        } else {
            direction.data.push(mark);
        }
    }

    fn add_acknowledged(&mut self, packet: &PacketEntry) {
        let seen = &packet.observation;
        let direction = self.directions.of_mut(seen.side.other());
        let point = |value| Mark {
            at: seen.time_relative,
            low: value,
            high: value,
        };
        if let Some(ack) = direction.named(seen.ack) {
            direction.acked = direction.acked.max(ack);
            direction.acks.push(point(ack));
            let window = ack.saturating_add(i64::from(seen.window_scaled));
            direction.window.push(point(window));
        } else {
            direction.doubted += 1;
        }
        direction.add_blocks(packet);
        if let Some(rtt) = seen.ack_rtt {
            direction.rtt.push(point(rtt.max(0)));
        }
    }

    /// The side that sent more data.
    pub(super) const fn busier(&self) -> Side {
        if self.directions.server.bytes > self.directions.client.bytes {
            Side::Server
        } else {
            Side::Client
        }
    }

    /// The layers of a graph.
    pub(super) fn picture(&self, kind: GraphKind, side: Side) -> Picture<'_> {
        let direction = self.directions.of(side);
        let layer = |name, symbol, color, stroke, series| Layer {
            name,
            symbol,
            color,
            stroke,
            series,
        };
        match kind {
            GraphKind::Sequence => Picture {
                layers: vec![
                    layer(WINDOW, '-', "#3a9a3a", Stroke::Steps, &direction.window),
                    layer("graph-acks", '_', "#b08000", Stroke::Steps, &direction.acks),
                    layer("graph-sack", 'S', "#8040c0", Stroke::Bar, &direction.sack),
                    layer("graph-data", '|', "#2060d0", Stroke::Bar, &direction.data),
                    layer("graph-again", 'R', "#d02020", Stroke::Bar, &direction.again),
                ],
                vertical: "graph-sequence-axis",
                vertical_is_time: false,
                doubted: direction.doubted,
            },
            GraphKind::Rtt => Picture {
                layers: vec![layer(
                    "graph-rtt",
                    '*',
                    "#2060d0",
                    Stroke::Dot,
                    &direction.rtt,
                )],
                vertical: "graph-rtt-axis",
                vertical_is_time: true,
                doubted: 0,
            },
        }
    }

    /// What is said in the place of a picture of nothing.
    pub(super) const fn nothing(&self, kind: GraphKind) -> &'static str {
        match (self.connection, kind) {
            (Some(_), GraphKind::Rtt) => "graph-no-rtt",
            _ => "graph-empty",
        }
    }

    /// What is drawn, of whom.
    pub(super) fn title(&self, words: &Explainer, kind: GraphKind, side: Side) -> String {
        let Some(connection) = self.connection else {
            return words.text("graph-empty", &[]);
        };
        let connection = match side {
            Side::Client => connection,
            Side::Server => connection.flipped(),
        };
        let (from, to) = (connection.client.to_string(), connection.server.to_string());
        let id = match kind {
            GraphKind::Sequence => "graph-sequence",
            GraphKind::Rtt => "graph-rtt-title",
        };
        let ends = [("from", Value::Text(&from)), ("to", Value::Text(&to))];
        let mut title = words.text(id, &ends);
        if let (GraphKind::Rtt, Some(rtt)) = (kind, self.initial_rtt) {
            title.push_str(", ");
            words.say(
                &mut title,
                "graph-initial-rtt",
                &[("rtt", Value::Span(rtt))],
            );
        }
        title
    }
}
