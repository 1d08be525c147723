//! What a judgement is made of: the report and the language on one side, the answer to one claim on the other.
//!
//! Must not know: claims.

use crate::explain::{Explainer, Value};
use crate::net::Nanos;
use crate::view::report::Report;

/// What holds, what was found, and the frames; no frames: those of the connection.
pub(super) type Verdict = (bool, String, Vec<u64>);

/// Why there is no verdict: what the report did not keep, and distances that say nothing.
pub(super) const NOT_KEPT: &str = "expect-details-not-kept";
pub(super) const NOT_IN_ORDER: &str = "expect-not-in-order";

/// What one connection (or the capture) says about a claim.
pub(super) struct Answer {
    pub(super) holds: bool,
    /// False: the report was not told enough to say that it does not hold.
    pub(super) known: bool,
    pub(super) found: String,
    pub(super) frames: Vec<u64>,
}

impl Answer {
    pub(super) const fn new(holds: bool, found: String, frames: Vec<u64>) -> Self {
        Self {
            holds,
            known: true,
            found,
            frames,
        }
    }

    pub(super) const fn unknown(found: String) -> Self {
        Self {
            holds: false,
            known: false,
            found,
            frames: Vec::new(),
        }
    }
}

/// The report before the judge, and the language that is spoken.
pub(super) struct Court<'a> {
    pub(super) report: &'a Report,
    pub(super) words: &'a Explainer,
}

impl Court<'_> {
    pub(super) fn say(&self, id: &str, values: &[(&'static str, Value<'_>)]) -> String {
        self.words.text(id, values)
    }

    pub(super) fn span(&self, nanos: Option<Nanos>) -> String {
        nanos.map_or_else(
            || self.say("expect-none", &[]),
            |nanos| {
                let mut out = String::new();
                self.words.span(&mut out, nanos);
                out
            },
        )
    }
}
