//! The report as a document: sections of facts, tables and notes in one language, before Markdown or HTML give it a look.
//!
//! Must not know: how the figures came about, any markup. What a stranger wrote is already visible text and still needs the
//! escaping of its markup.

/// What stands for a value that is not known.
pub(super) const DASH: &str = "–";

/// The whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Title.
    pub title: String,
    /// BCP 47 tag of its language.
    pub lang: &'static str,
    /// One line under the title.
    pub subtitle: String,
    /// S1 to S14.
    pub sections: Vec<Section>,
    /// The word before a display filter (`see`).
    pub see: String,
    /// What follows the number of rows that are folded (`more rows`).
    pub more_rows: String,
}

/// One section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// `S1` ... `S14`: stable, also the anchor.
    pub id: &'static str,
    /// Title.
    pub title: String,
    /// Content.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading below the section's; an empty one ends the part of the last.
    Heading(String),
    /// A sentence.
    Text(String),
    /// Values with their evidence.
    Facts(Vec<Fact>),
    /// Rows of values.
    Table(Table),
    /// The reason behind a fact.
    Note(Note),
    /// A drawing, safe to embed.
    Figure(Figure),
}

/// A value with its evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The value in words.
    pub value: String,
    /// Frames.
    pub frames: Vec<u64>,
    /// Display filter.
    pub see: String,
}

/// A table; every row has as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Column titles.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words or numbers.
    Text(String),
    /// A number, aligned right where possible.
    Number(String),
    /// Frame numbers.
    Frames(Vec<u64>),
    /// A display filter or another piece of code.
    Code(String),
    /// What somebody said.
    Said(String),
}

/// The reason behind a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// What it explains.
    pub title: String,
    /// Sentences.
    pub text: String,
    /// Where it stands.
    pub rfc: Option<String>,
}

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// What it shows.
    pub caption: String,
    /// A whole `<svg>` element.
    pub svg: String,
    /// The same for Markdown: a fenced block of this language (`mermaid`), or of none.
    pub language: &'static str,
    /// Its lines.
    pub text: String,
}

impl Block {
    /// Ends the part that the last heading began.
    pub(super) const fn end() -> Self {
        Self::Heading(String::new())
    }
}

impl Cell {
    /// A cell of words.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A cell with a number.
    pub(super) fn number(number: impl std::fmt::Display) -> Self {
        Self::Number(number.to_string())
    }

    /// A cell with one frame.
    pub(super) fn frame(frame: u64) -> Self {
        Self::Frames(vec![frame])
    }

    /// A cell with a filter.
    pub(super) fn code(code: impl Into<String>) -> Self {
        Self::Code(code.into())
    }

    /// Nothing known.
    pub(super) fn none() -> Self {
        Self::text(DASH)
    }
}

/// Frames as people write them: `#3, #4, #9 …`.
pub(super) fn frames_text(frames: &[u64]) -> String {
    let list: Vec<_> = frames.iter().map(|frame| format!("#{frame}")).collect();
    list.join(", ")
}
