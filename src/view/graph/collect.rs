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
/// A window that would make the data smaller than this part of the picture is left out.
const WINDOW_STRETCH: u64 = 4;

/// Everything known about one side's data.
#[derive(Debug, Default)]
struct Direction {
    /// Bytes of data segments.
    bytes: u64,
    /// Largest relative number so far, unwrapped beyond 2^32.
    newest: u64,
    data: Series,
    again: Series,
    /// Cumulative ACKs of the other side.
    acks: Series,
    /// Where its window ends.
    window: Series,
    sack: Series,
    rtt: Series,
}

impl Direction {
    /// A relative number of 32 bits, as the number nearest to what was seen last.
    fn unwrap(&mut self, number: u32) -> u64 {
        let ahead = number.wrapping_sub(self.newest as u32) as i32;
        let value = self.newest.saturating_add_signed(i64::from(ahead));
        self.newest = self.newest.max(value);
        value
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
    pub(super) fn window_is_above(&self) -> bool {
        let is_window = |layer: &&Layer<'_>| layer.name == WINDOW;
        let has_marks = |layer: &Layer<'_>| !layer.series.marks().is_empty();
        self.layers.iter().find(is_window).is_some_and(has_marks)
            && !self.shown().any(|layer| is_window(&layer))
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

    /// The vertical axis: over the data; the window, which may be far above, stretches it only up to [`WINDOW_STRETCH`] times.
    fn vertical_axis(&self) -> Axis {
        let heights = |window: bool| {
            let layers = self.layers.iter();
            layers
                .filter(move |layer| (layer.name == WINDOW) == window)
                .flat_map(|layer| layer.series.marks())
                .flat_map(|mark| [mark.low as i64, mark.high as i64])
        };
        if self.vertical_is_time {
            return Axis::over(heights(false).chain([0]));
        }
        let data = Axis::over(heights(false));
        let all = Axis::over(heights(false).chain(heights(true)));
        if all.span() <= data.span().saturating_mul(WINDOW_STRETCH) {
            all
        } else {
            data
        }
    }
}

/// Whether a mark is seen: all layers but the window lie on the scale as a whole, and of its marks the end counts.
pub(super) fn is_on(scale: &Axis, mark: &Mark) -> bool {
    scale.contains(mark.high as i64)
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
        let low = direction.unwrap(seen.seq);
        let high = direction.unwrap(seen.next_seq).max(low);
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
        let at = seen.time_relative;
        // SACK blocks lie in the numbers of the other direction: its base turns `ack` from raw to relative.
        let base = packet.ack_raw.0.wrapping_sub(seen.ack);
        let direction = self.directions.of_mut(seen.side.other());
        let ack = direction.unwrap(seen.ack);
        let point = |value| Mark {
            at,
            low: value,
            high: value,
        };
        direction.acks.push(point(ack));
        direction
            .window
            .push(point(ack + u64::from(seen.window_scaled)));
        for (_, option) in packet.options.options().iter() {
            if let TcpOption::Sack(blocks) = option {
                for (left, right) in blocks.iter() {
                    let low = direction.unwrap(left.0.wrapping_sub(base));
                    let high = direction.unwrap(right.0.wrapping_sub(base)).max(low);
                    direction.sack.push(Mark { at, low, high });
                }
            }
        }
        if let Some(rtt) = seen.ack_rtt {
            direction.rtt.push(point(rtt.max(0) as u64));
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
