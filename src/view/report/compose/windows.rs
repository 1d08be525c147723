//! S10 (windows) in words.

use super::super::document::{Block, Fact};
use super::super::filters::{all_of, frame_filter, frames_filter, sender_filter};
use super::super::model::{Report, WindowCard, WindowPoint, ZeroPeriod};
use super::say::Say;
use crate::explain::Value;

/// S10.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        let mut facts = Vec::new();
        let (client, server) = (&*stream.client, &*stream.server);
        let windows = &stream.windows;
        // Without an agreement there is no factor, and nothing to say of it.
        let agreed = !matches!(stream.handshake.outcome, "refused" | "unanswered");
        for (side, own, other, card) in [
            ("client", client, server, &windows.client),
            ("server", server, client, &windows.server),
        ] {
            let side = say.side(side);
            let see = all_of([sender_filter(own, other), stream.see.clone()]);
            let factor = agreed.then(|| factor(say, &see, card));
            let told = factor.into_iter().chain(window(say, &see, card));
            facts.extend(told.map(|fact| Fact {
                label: format!("{side}: {}", fact.label),
                ..fact
            }));
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

/// By what the window field of one side is multiplied.
fn factor(say: &Say<'_>, see: &str, card: &WindowCard) -> Fact {
    let factor = match card.factor {
        Some(factor) => say.v(
            "report-factor-value",
            &[("factor", Value::Number(factor.into()))],
        ),
        None => say.t("report-factor-unknown"),
    };
    let see = format!("tcp.window_size_scalefactor && {see}");
    say.fact("report-window-factor", factor, &[], see)
}

/// The windows that one side advertised; `see`: the filter that shows its segments.
fn window(say: &Say<'_>, see: &str, card: &WindowCard) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (label, point) in [
        ("report-window-smallest", card.smallest),
        ("report-window-largest", card.largest),
    ] {
        facts.extend(point.map(|point| extreme(say, label, point)));
    }
    if card.zero_total == 0 {
        let see = format!("tcp.analysis.zero_window && {see}");
        facts.push(say.fact("report-window-zero", say.t("report-none"), &[], see));
    }
    facts.extend(card.zero.iter().map(|period| closed(say, period)));
    let more = card.zero_total.saturating_sub(card.zero.len() as u64);
    if more > 0 {
        let value = say.v("report-zero-folded", &[("more", Value::Number(more))]);
        let see = format!("tcp.analysis.zero_window && {see}");
        facts.push(say.fact("report-window-zero", value, &[], see));
    }
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
