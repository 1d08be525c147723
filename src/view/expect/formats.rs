//! The judgements as lines, JSON Lines, TAP 14 and JUnit XML.

use std::fmt::Write as _;

use super::judge::{Judgement, Outcome};
use crate::explain::{Explainer, Value};
use crate::text;

/// One line each, and the total.
#[must_use]
pub fn lines(judgements: &[Judgement], words: &Explainer) -> String {
    let mut out = String::new();
    for judgement in judgements {
        let found = safe(&judgement.found);
        let frames = frames(judgement);
        let id = if judgement.outcome == Outcome::Pass {
            "expect-found"
        } else {
            "expect-found-instead"
        };
        let told = words.text(
            id,
            &[("found", (&*found).into()), ("frames", (&*frames).into())],
        );
        let text = safe(&judgement.expectation);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:<12}  {text}", judgement.outcome.word());
        let _ = writeln!(out, "              {told}");
        if let Some(missing) = beside(judgement) {
            let _ = writeln!(out, "              {missing}");
        }
        if !judgement.evidence.see.is_empty() {
            let _ = writeln!(
                out,
                "              {}: {}",
                words.text("see", &[]),
                judgement.evidence.see
            );
        }
    }
    let passed = judgements
        .iter()
        .filter(|j| j.outcome == Outcome::Pass)
        .count() as u64;
    let total = judgements.len() as u64;
    let values = [
        ("passed", Value::Number(passed)),
        ("total", Value::Number(total)),
    ];
    let _ = writeln!(out, "{}", words.text("expect-total", &values));
    out
}

/// One JSON object per expectation: `event` (`expect`), `expectation`, `result`, `found`, `frames`, `see`, and where it is
/// inconclusive `reason`.
#[must_use]
pub fn json(judgements: &[Judgement]) -> String {
    let mut out = String::new();
    for judgement in judgements {
        let mut object = serde_json::json!({
            "event": "expect",
            "expectation": judgement.expectation,
            "result": judgement.outcome.word(),
            "found": judgement.found,
            "frames": judgement.evidence.frames,
            "see": judgement.evidence.see,
        });
        if let Some(reason) = &judgement.reason {
            object["reason"] = reason.as_str().into();
        }
        let _ = writeln!(out, "{object}");
    }
    out
}

/// TAP 14 with YAML diagnostics.
#[must_use]
pub fn tap(judgements: &[Judgement]) -> String {
    let mut out = format!("TAP version 14\n1..{}\n", judgements.len());
    for (index, judgement) in judgements.iter().enumerate() {
        let word = match judgement.outcome {
            Outcome::Pass | Outcome::Inconclusive => "ok",
            Outcome::Fail => "not ok",
        };
        let reason = judgement.reason.as_ref();
        let directive = reason.map_or_else(String::new, |reason| {
            format!(" # SKIP inconclusive: {}", safe(reason))
        });
        let name = safe(&judgement.expectation)
            .replace('\\', "\\\\")
            .replace('#', "\\#");
        let _ = writeln!(out, "{word} {} - {name}{directive}", index + 1);
        let frames: Vec<_> = judgement
            .evidence
            .frames
            .iter()
            .map(u64::to_string)
            .collect();
        let _ = writeln!(out, "  ---");
        let _ = writeln!(
            out,
            "  found: {}",
            serde_json::Value::from(safe(&judgement.found))
        );
        let _ = writeln!(out, "  frames: [{}]", frames.join(", "));
        let _ = writeln!(
            out,
            "  see: {}",
            serde_json::Value::from(judgement.evidence.see.clone())
        );
        let _ = writeln!(out, "  ...");
    }
    out
}

/// JUnit XML: one suite, one case per expectation.
#[must_use]
pub fn junit(judgements: &[Judgement], source: &str) -> String {
    let count = |outcome| judgements.iter().filter(|j| j.outcome == outcome).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
        xml(source),
        judgements.len(),
        count(Outcome::Fail),
        count(Outcome::Inconclusive)
    );
    for judgement in judgements {
        let told = format!("{}{}", safe(&judgement.found), frames(judgement));
        let _ = writeln!(
            out,
            "  <testcase classname=\"expect\" name=\"{}\">",
            xml(&judgement.expectation)
        );
        match judgement.outcome {
            Outcome::Pass => {}
            Outcome::Fail => {
                let _ = writeln!(out, "    <failure message=\"{}\"/>", xml(&told));
            }
            Outcome::Inconclusive => {
                let missing = beside(judgement).map_or_else(String::new, |it| format!("{it}; "));
                let message = xml(&format!("inconclusive: {missing}{told}"));
                let _ = writeln!(out, "    <skipped message=\"{message}\"/>");
            }
        }
        let _ = writeln!(
            out,
            "    <system-out>{}</system-out>\n  </testcase>",
            xml(&format!("{told} {}", judgement.evidence.see))
        );
    }
    out.push_str("</testsuite>\n");
    out
}

/// ` (#1, #2)`, or nothing.
fn frames(judgement: &Judgement) -> String {
    if judgement.evidence.frames.is_empty() {
        return String::new();
    }
    let list: Vec<_> = judgement
        .evidence
        .frames
        .iter()
        .map(|frame| format!("#{frame}"))
        .collect();
    format!(" ({})", list.join(", "))
}

/// The reason of an inconclusive judgement, where what was found is not that itself.
fn beside(judgement: &Judgement) -> Option<&str> {
    let reason = judgement.reason.as_deref();
    reason.filter(|reason| *reason != judgement.found)
}

fn safe(text: &str) -> String {
    text::visible(text.as_bytes())
}

fn xml(text: &str) -> String {
    text::html(&safe(text))
}
