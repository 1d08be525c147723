//! Names: what may be one, and who has which.
//!
//! Owns: the rules for names and the table of those in use. Must not know: connections.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use super::SessionId;
use crate::text;

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing left of it.
    #[error("a name needs at least one character")]
    Empty,
    /// Too long.
    #[error("a name has at most {0} characters")]
    Long(usize),
    /// Spaces, colons, controls and the like.
    #[error(
        "a name holds no spaces, colons, commas, slashes, backslashes, control or invisible characters and does not start with *"
    )]
    Characters,
    /// `guestN` belongs to session N.
    #[error("names of the form guestN are given by the server")]
    Reserved,
    /// In use.
    #[error("somebody here has this name")]
    Taken,
    /// Kept for a session that dropped.
    #[error(
        "this name is kept for a while for a session that dropped; if it was yours, come back with /resume TOKEN"
    )]
    Held,
}

/// Checks the form of a name.
pub(super) fn check(name: &str, most: usize) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().count() > most {
        return Err(NameError::Long(most));
    }
    let forbidden =
        |c: char| c.is_whitespace() || matches!(c, ':' | ',' | '/' | '\\') || is_invisible(c);
    if !text::is_plain(name.as_bytes()) || name.contains(forbidden) || name.starts_with('*') {
        return Err(NameError::Characters);
    }
    let digits = fold(name).strip_prefix("guest").map(str::to_owned);
    if digits.is_some_and(|rest| !rest.is_empty() && rest.chars().all(char::is_numeric)) {
        return Err(NameError::Reserved);
    }
    Ok(())
}

/// Characters that [`text::is_plain`] lets pass because they do no harm in a line, but by which two names would differ that
/// look the same: fillers, joiners of marks, variation selectors, the empty braille pattern.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{e0fff}')
}

/// Names differ only if they differ in more than case and the ways in which Unicode writes the same characters (NFKC:
/// one accented letter or a letter and its accent, narrow or wide). Normalised again, as small letters may compose anew.
fn fold(name: &str) -> String {
    let lower: String = name.nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect()
}

/// Who has which name, connected or kept.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashMap<String, SessionId>,
}

impl Names {
    /// The session with that name.
    #[must_use]
    pub(super) fn owner(&self, name: &str) -> Option<SessionId> {
        self.taken.get(&fold(name)).copied()
    }

    /// Gives the name to a session, whoever had it.
    pub(super) fn give(&mut self, name: &str, owner: SessionId) {
        self.taken.insert(fold(name), owner);
    }

    /// Frees the name if that session has it.
    pub(super) fn free(&mut self, name: &str, owner: SessionId) {
        let key = fold(name);
        if self.taken.get(&key) == Some(&owner) {
            self.taken.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for good in ["ana", "joão", "a", "x-1", "guest", "日本"] {
            assert_eq!(check(good, 32), Ok(()), "{good}");
        }
        assert_eq!(check("", 32), Err(NameError::Empty));
        assert_eq!(check(&"é".repeat(33), 32), Err(NameError::Long(32)));
        assert_eq!(check(&"é".repeat(32), 32), Ok(()));
        for bad in [
            "an\u{ad}a",
            "\u{3164}",
            "ana\u{fe0f}",
            "\u{2800}",
            "a\u{e0100}",
        ] {
            assert_eq!(check(bad, 32), Err(NameError::Characters), "{bad:?}");
        }
        for bad in ["a b", "a:", "*ana", "/x", "a\u{202e}b", "a\u{1b}", "a,b"] {
            assert_eq!(check(bad, 32), Err(NameError::Characters), "{bad:?}");
        }
        for reserved in ["Guest7", "guest\u{661}", "guest²"] {
            assert_eq!(check(reserved, 32), Err(NameError::Reserved), "{reserved}");
        }
    }

    #[test]
    fn case_does_not_make_another_name() {
        let mut names = Names::default();
        names.give("Ana", SessionId(1));
        assert_eq!(names.owner("aNA"), Some(SessionId(1)));
        names.give("a\u{301}na", SessionId(3));
        assert_eq!(names.owner("\u{c1}na"), Some(SessionId(3)));
        assert_eq!(names.owner("\u{ff41}na"), Some(SessionId(1)), "full width");
        names.free("ana", SessionId(2));
        assert!(names.owner("ana").is_some());
        names.free("ANA", SessionId(1));
        assert!(names.owner("ana").is_none());
    }
}
