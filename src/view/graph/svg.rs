//! A graph as one SVG file: no script, no link, no font from elsewhere; readable on light and dark pages.

use std::fmt::Write as _;

use super::axis::Axes;
use super::collect::{Layer, Picture, Stroke, is_on};
use super::plot::label;
use crate::explain::Explainer;
use crate::text::html;

const WIDTH: u32 = 960;
const HEIGHT: u32 = 540;
const LEFT: u32 = 100;
const TOP: u32 = 40;
const RIGHT: u32 = 20;
const BOTTOM: u32 = 90;
/// From one entry of the legend to the next.
const LEGEND: u32 = 150;
/// The plot itself.
const PLOT_WIDTH: u32 = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT: u32 = HEIGHT - TOP - BOTTOM;

/// The style of every graph; `currentColor` is not used, because a picture shown as a file has no page around it.
const STYLE: &str = ".graph text{font:13px sans-serif;fill:#222}.graph .t{font-size:15px;font-weight:bold}\
.graph .g{stroke:#888;stroke-width:.5;opacity:.5}.graph .b{fill:#fff}\
@media(prefers-color-scheme:dark){.graph text{fill:#ddd}.graph .b{fill:#181a1b}}";

/// The picture as SVG.
pub(super) fn draw(picture: &Picture<'_>, title: &str, words: &Explainer) -> String {
    let axes = picture.axes();
    let mut out = begun(title);
    push_axes(&mut out, picture, &axes, words);
    for layer in picture.shown() {
        push_layer(&mut out, layer, &axes);
    }
    push_legend(&mut out, picture, words);
    out.push_str("</svg>\n");
    out
}

/// A sentence in the place of a picture of nothing.
pub(super) fn sentence(text: &str) -> String {
    let mut out = begun(text);
    out.push_str("</svg>\n");
    out
}

/// The sheet with its title.
fn begun(title: &str) -> String {
    let title = html(title);
    // Writing to a String cannot fail, here and below.
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" class=\"graph\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n<style>{STYLE}</style>\n<rect class=\"b\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n<text class=\"t\" x=\"{LEFT}\" y=\"24\">{title}</text>\n"
    );
    out
}

/// Across and up, in units of the picture.
fn spot(axes: &Axes, at: i64, height: i64) -> (f64, f64) {
    let x = f64::from(LEFT) + axes.time.place(at, PLOT_WIDTH);
    let y = f64::from(TOP + PLOT_HEIGHT) - axes.value.place(height, PLOT_HEIGHT);
    (x, y)
}

fn push_axes(out: &mut String, picture: &Picture<'_>, axes: &Axes, words: &Explainer) {
    let (right, bottom) = (LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT);
    for tick in axes.value.ticks(8) {
        let y = f64::from(bottom) - axes.value.place(tick, PLOT_HEIGHT);
        let text = html(&label(tick, picture.vertical_is_time, words));
        let _ = writeln!(
            out,
            "<path class=\"g\" d=\"M{LEFT} {y:.1}H{right}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            LEFT - 8,
            y + 4.0
        );
    }
    for tick in axes.time.ticks(8) {
        let x = f64::from(LEFT) + axes.time.place(tick, PLOT_WIDTH);
        let text = html(&label(tick, true, words));
        let _ = writeln!(
            out,
            "<path class=\"g\" d=\"M{x:.1} {TOP}V{bottom}\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
            bottom + 18
        );
    }
    let vertical = html(&words.text(picture.vertical, &[]));
    let horizontal = html(&words.text("graph-time-axis", &[]));
    let middle = TOP + PLOT_HEIGHT / 2;
    let _ = writeln!(
        out,
        "<text transform=\"translate(18 {middle}) rotate(-90)\" text-anchor=\"middle\">{vertical}</text><text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{horizontal}</text>",
        LEFT + PLOT_WIDTH / 2,
        bottom + 38
    );
}

/// One path per layer. Steps break off where they leave the picture.
fn push_layer(out: &mut String, layer: &Layer<'_>, axes: &Axes) {
    let mut path = String::new();
    let mut begun = false;
    for mark in layer.series.marks() {
        let (x, low) = spot(axes, mark.at, mark.low);
        let (_, high) = spot(axes, mark.at, mark.high);
        let seen = is_on(&axes.value, mark);
        let _ = match layer.stroke {
            Stroke::Steps if !seen && begun => write!(path, "H{x:.1}"),
            _ if !seen => Ok(()),
            // A bar of no height would not be seen.
            Stroke::Bar => write!(path, "M{x:.1} {:.1}V{:.1}", low.max(high + 2.0), high),
            Stroke::Dot => write!(path, "M{x:.1} {high:.1}h.01"),
            Stroke::Steps if !begun => write!(path, "M{x:.1} {high:.1}"),
            Stroke::Steps => write!(path, "H{x:.1}V{high:.1}"),
        };
        begun = seen;
    }
    if path.is_empty() {
        return;
    }
    let width = match layer.stroke {
        Stroke::Steps => "1.2",
        Stroke::Bar => "3",
        Stroke::Dot => "6",
    };
    let cap = if layer.stroke == Stroke::Dot {
        " stroke-linecap=\"round\""
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<path fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{cap} d=\"{path}\"/>",
        layer.color
    );
}

fn push_legend(out: &mut String, picture: &Picture<'_>, words: &Explainer) {
    let y = HEIGHT - 16;
    let mut x = LEFT;
    for layer in picture.shown() {
        let name = html(&words.text(layer.name, &[]));
        let _ = writeln!(
            out,
            "<path stroke=\"{}\" stroke-width=\"4\" d=\"M{x} {}h22\"/><text x=\"{}\" y=\"{y}\">{name}</text>",
            layer.color,
            y - 4,
            x + 28
        );
        x += LEGEND;
    }
    let missing = html(&picture.missing(words).join(" · "));
    if !missing.is_empty() {
        let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"{}\">{missing}</text>", y - 18);
    }
}
