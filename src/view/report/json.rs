//! The report as JSON: the typed values as they are, one object, indented. Documented in [`super::model`].

use std::io::{self, Write};

use super::model::Report;

/// Writes the report as JSON with a line end after it.
///
/// # Errors
/// Those of the writer.
pub fn json(report: &Report, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, report).map_err(io::Error::from)?;
    out.write_all(b"\n")
}
