//! Sinks over `io::Write` for the one story: live lines, JSON Lines, table, Zeek's conn.log, ladder, graphs, comments.
//!
//! Owns: how entries look. Must not know: where frames come from, any clock, any terminal (width, colour and zone come in as
//! values), any prose about TCP (that is `explain`'s). Everything a stranger wrote passes `text` before it is shown.

pub mod comments;
mod compare;
mod digits;
mod encode;
mod endpoints;
mod entries;
pub mod expect;
pub mod frame_boxes;
pub mod graph;
pub mod json;
pub mod ladder;
pub mod lines;
mod out;
pub mod report;
#[cfg(test)]
mod samples;
pub mod select;
mod stream_set;
pub mod style;
pub mod table;
mod time_column;
mod width;
pub mod wireshark;
pub mod zeek;

pub use time_column::TimeStyle;
