//! S10 (windows) in words.

use super::super::document::{Block, Fact};
use super::super::filters::{frame_filter, frames_filter, stream_filter};
use super::super::model::{Report, WindowCard, WindowPoint, ZeroPeriod};
use super::say::Say;
use crate::explain::Value;

/// Periods of window 0 printed.
const MAX_ROWS: usize = 60;

/// S10.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        let mut facts = Vec::new();
        for (side, card) in [
            ("client", &stream.windows.client),
            ("server", &stream.windows.server),
        ] {
            let side = say.side(side);
            facts.extend(
                window(say, stream.stream, card)
                    .into_iter()
                    .map(|fact| Fact {
                        label: format!("{side}: {}", fact.label),
                        ..fact
                    }),
            );
        }
        blocks.push(Block::Facts(facts));
    }
    blocks.push(Block::end());
    blocks.push(say.note("report-note-window"));
    let periods = report.streams.iter().flat_map(|stream| {
        stream
            .windows
            .client
            .zero
            .iter()
            .chain(&stream.windows.server.zero)
    });
    if periods.into_iter().any(|period| period.probes > 0) {
        blocks.push(say.note("note-persist-probe"));
    }
    blocks
}

/// The windows that one side advertised.
fn window(say: &Say<'_>, stream: u32, card: &WindowCard) -> Vec<Fact> {
    let stream = stream_filter(stream);
    let factor = match card.factor {
        Some(factor) => say.v(
            "report-factor-value",
            &[("factor", Value::Number(factor.into()))],
        ),
        None => say.t("report-factor-unknown"),
    };
    let see = format!("tcp.window_size_scalefactor && {stream}");
    let mut facts = vec![say.fact("report-window-factor", factor, &[], see)];
    for (label, point) in [
        ("report-window-smallest", card.smallest),
        ("report-window-largest", card.largest),
    ] {
        facts.extend(point.map(|point| extreme(say, label, point)));
    }
    if card.zero_total == 0 {
        let see = format!("tcp.analysis.zero_window && tcp.window_size && {stream}");
        facts.push(say.fact("report-window-zero", say.t("report-none"), &[], see));
    }
    let periods = card.zero.iter().take(MAX_ROWS);
    facts.extend(periods.map(|period| closed(say, period)));
    facts
}

/// The smallest or the largest window.
fn extreme(say: &Say<'_>, label: &str, point: WindowPoint) -> Fact {
    let value = say.v(
        "report-window-value",
        &[
            ("scaled", Value::Number(point.scaled.into())),
            ("raw", Value::Number(point.raw.into())),
        ],
    );
    say.fact(label, value, &[point.frame], frame_filter(point.frame))
}

/// A period of window 0.
fn closed(say: &Say<'_>, period: &ZeroPeriod) -> Fact {
    let end = period
        .end_frame
        .map_or_else(|| "none".to_owned(), |frame| frame.to_string());
    let duration = say.span_or(period.duration);
    let value = say.v(
        "report-zero-value",
        &[
            ("start", Value::Number(period.start_frame)),
            ("ended", period.end_frame.is_some().into()),
            ("end", (&*end).into()),
            ("duration", (&*duration).into()),
            ("probes", Value::Number(period.probes.into())),
        ],
    );
    let frames: Vec<u64> = [Some(period.start_frame), period.end_frame]
        .into_iter()
        .flatten()
        .collect();
    let see = frames_filter(&frames);
    say.fact("report-window-zero", value, &frames, see)
}
