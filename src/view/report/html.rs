//! The document as one HTML file: no script, no network, light and dark, prints well, usable on a phone.
//!
//! The template escapes every value; only drawings are embedded as they are, and those are made here from escaped text.

use askama::Template;

use super::document::{Block, Cell, Document, Figure, frames_text};

/// Groups (connections, the largest first) of a section that are open at first; the others are folded, on paper too: what the
/// reader opens is printed.
const OPEN_GROUPS: usize = 1;

/// Rows of a table that are shown at first; of a longer one the others are folded.
const OPEN_ROWS: usize = 30;
/// A fold hides at least so many.
const FOLD_ROWS: usize = 6;
/// Lines of a drawing (of its text form) that fit on about a page; a taller one is folded.
const OPEN_LINES: usize = 90;

/// The page.
#[derive(Template)]
#[template(path = "view/report/report.html")]
struct Page<'a> {
    document: &'a Document,
    sections: Vec<SectionView<'a>>,
}

impl Page<'_> {
    /// Frame numbers as people write them.
    #[expect(clippy::unused_self, reason = "the template calls methods of the page")]
    fn frames(&self, frames: &[u64]) -> String {
        frames_text(frames)
    }

    /// The rows of a table that are shown at first, and the folded ones, if any.
    #[expect(clippy::unused_self, reason = "the template calls methods of the page")]
    fn parts<'a>(&self, rows: &'a [Vec<Cell>]) -> Vec<&'a [Vec<Cell>]> {
        if rows.len() < OPEN_ROWS + FOLD_ROWS {
            return vec![rows];
        }
        let (shown, folded) = rows.split_at(OPEN_ROWS);
        vec![shown, folded]
    }

    /// A drawing that fits.
    #[expect(clippy::unused_self, reason = "the template calls methods of the page")]
    fn fits(&self, figure: &Figure) -> bool {
        figure.text.lines().count() <= OPEN_LINES
    }
}

/// A section with its blocks grouped by heading.
struct SectionView<'a> {
    id: &'a str,
    title: &'a str,
    groups: Vec<Group<'a>>,
}

/// The blocks under one heading (or under none).
struct Group<'a> {
    heading: Option<&'a str>,
    open: bool,
    blocks: Vec<&'a Block>,
}

/// The document as one HTML text.
///
/// # Errors
/// Only if the template cannot be written into memory.
pub fn html(document: &Document) -> Result<String, askama::Error> {
    let sections = document
        .sections
        .iter()
        .map(|section| SectionView {
            id: section.id,
            title: &section.title,
            groups: groups(&section.blocks),
        })
        .collect();
    Page { document, sections }.render()
}

/// Blocks grouped by the heading before them; an empty heading ends a group.
fn groups(blocks: &[Block]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for block in blocks {
        if let Block::Heading(title) = block {
            let named = groups
                .iter()
                .filter(|group| group.heading.is_some())
                .count();
            groups.push(Group {
                heading: Some(title.as_str()).filter(|title| !title.is_empty()),
                open: named < OPEN_GROUPS,
                blocks: Vec::new(),
            });
            continue;
        }
        if groups.is_empty() {
            groups.push(Group {
                heading: None,
                open: true,
                blocks: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            group.blocks.push(block);
        }
    }
    groups
}
