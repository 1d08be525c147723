//! The lab write-up: a sink that collects the story, the report as typed values, and its renderings.
//!
//! Owns: [`Collector`] (story in, bounded memory), [`Report`] (sections S1 to S14 as values), Markdown, one-file HTML, JSON.
//! Must not know: files, terminals, any clock, any sentence about TCP (those are `explain`'s). Every value carries its
//! evidence: frame numbers and the Wireshark display filter that shows them.

mod book;
mod build;
mod collect;
mod compose;
mod document;
mod drawings;
mod filters;
mod holes;
mod html;
mod json;
mod layout;
mod lines;
mod markdown;
mod model;
mod pace;
mod samples;
mod tallies;
mod windows;

pub use build::MAX_DETAILED;
pub use collect::{Collector, MAX_BOOKS, MAX_CONNECTIONS, MAX_FINDINGS, MAX_SESSIONS, Selection};
pub use compose::compose;
pub use document::*;
pub use drawings::{MAX_GRAPHS, MAX_LADDER};
pub use filters::frames_filter;
pub use html::html;
pub use json::json;
pub use layout::{FrameFacts, TcpPlace};
pub use lines::{MAX_FOUND, MAX_LINES, MAX_TEXT};
pub use markdown::markdown;
pub use model::*;
