//! The document as Markdown (GitHub's flavour): every character that means something to Markdown or HTML is escaped.

use std::fmt::Write as _;

use super::document::{Block, Cell, Document, Fact, Note, Table, frames_text};

/// The document as one Markdown text.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut out = String::with_capacity(1 << 16);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "# {}\n\n{}\n",
        escape(&document.title),
        escape(&document.subtitle)
    );
    for section in &document.sections {
        let _ = write!(out, "\n## {} · {}\n", section.id, escape(&section.title));
        for block in section
            .blocks
            .iter()
            .filter(|block| **block != Block::end())
        {
            out.push('\n');
            write_block(&mut out, block, &document.see);
        }
    }
    out
}

fn write_block(out: &mut String, block: &Block, see: &str) {
    // Writing to a String cannot fail.
    let _ = match block {
        Block::Heading(title) => writeln!(out, "### {}", escape(title)),
        Block::Text(text) => writeln!(out, "{}", escape(text)),
        Block::Facts(facts) => {
            for fact in facts {
                write_fact(out, fact, see);
            }
            Ok(())
        }
        Block::Table(table) => {
            write_table(out, table);
            Ok(())
        }
        Block::Note(note) => {
            write_note(out, note);
            Ok(())
        }
        Block::Figure(figure) => {
            let (fence, text) = (fence_for(&figure.text), figure.text.trim_end());
            let caption = escape(&figure.caption);
            writeln!(
                out,
                "**{caption}**\n\n{fence}{}\n{text}\n{fence}",
                figure.language
            )
        }
    };
}

fn write_fact(out: &mut String, fact: &Fact, see: &str) {
    let _ = write!(
        out,
        "- **{}:** {}",
        escape(&fact.label),
        escape(&fact.value)
    );
    if !fact.frames.is_empty() {
        let _ = write!(out, " · {}", frames(&fact.frames));
    }
    if !fact.see.is_empty() {
        let _ = write!(out, " · {see}: {}", code(&fact.see));
    }
    out.push('\n');
}

fn write_table(out: &mut String, table: &Table) {
    let titles: Vec<_> = table.columns.iter().map(|title| escape(title)).collect();
    let _ = writeln!(out, "| {} |", titles.join(" | "));
    let rule = |index: usize| {
        let numbers = table
            .rows
            .first()
            .is_some_and(|row| matches!(row.get(index), Some(Cell::Number(_))));
        if numbers { "--:" } else { "---" }
    };
    let rules: Vec<_> = (0..titles.len()).map(rule).collect();
    let _ = writeln!(out, "| {} |", rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<_> = row.iter().map(cell).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) => escape(text),
        Cell::Frames(list) => frames(list),
        Cell::Code(text) if text.is_empty() => String::new(),
        Cell::Code(text) => code(text).replace('|', "\\|"),
        Cell::Said(text) => format!("“{}”", escape(text)),
    }
}

fn write_note(out: &mut String, note: &Note) {
    let _ = write!(out, "> **{}:** {}", escape(&note.title), escape(&note.text));
    if let Some(rfc) = &note.rfc {
        let _ = write!(out, " *({})*", escape(rfc));
    }
    out.push('\n');
}

/// Frame numbers; the sign is escaped, because `#3` alone would link to an issue on some pages.
fn frames(list: &[u64]) -> String {
    frames_text(list).replace('#', "\\#")
}

/// A code span; a filter holds no backtick, whatever else it is given does not end the span.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace(['\n', '\r'], " "))
}

/// A fence longer than any run of backticks inside.
fn fence_for(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Text in which nothing is markup any more.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' | '@' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    autolink_broken(out)
}

/// `www.` and `http://` become links on their own in GitHub's flavour; a stranger's text must not.
fn autolink_broken(text: String) -> String {
    if text.contains("://") || text.contains("www.") {
        text.replace("://", ":&#47;&#47;")
            .replace("www.", "www&#46;")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_stranger_says_is_markup() {
        let hostile =
            "<script>alert(1)</script> [x](javascript:alert(1)) `a` | **b** ![i](http://e) &lt;\\";
        let text = escape(hostile);
        // What a Markdown reader takes as markup: everything but backslash pairs.
        let mut markup = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                chars.next();
            } else {
                markup.push(c);
            }
        }
        for bad in ["<script", "[", "]", "`", "*", "|", "!", "http://"] {
            assert!(!markup.contains(bad), "{bad} in {text}");
        }
        assert!(text.contains("&amp;lt;"));
    }

    #[test]
    fn fences_outgrow_their_content() {
        assert_eq!(fence_for("a ```` b"), "`````");
        assert_eq!(fence_for("plain"), "```");
    }

    #[test]
    fn code_spans_cannot_be_left() {
        assert_eq!(code("a`b"), "`a'b`");
        assert_eq!(cell(&Cell::code("a||b")), "`a\\|\\|b`");
    }
}
