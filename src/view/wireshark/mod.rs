//! What Wireshark 4.0 itself would say of a frame: the Info column of its packet list, and its expert items.
//!
//! Owns: Wireshark's own English, word for word, so that a student finds on the screen what is printed here. Must not know:
//! our words (that is `explain`'s). Rules of `docs/analysis.md`. Checked against tshark by `tests/oracle`.

mod expert;
mod extensions;
mod info;
mod info_options;
mod options;
mod severity;

pub use expert::{ExpertItem, expert_items};
pub use info::info;
pub use severity::Severity;
