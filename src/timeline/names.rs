//! Who is who, read from the payload, so that live and replay agree: our own chat's greeting and notices, and for any other
//! chat the name that it puts before a copied line.

use std::sync::Arc;

use super::limits::MAX_NAME;
use crate::chat::notices::{IS_NOW, SESSION, WELCOME, YOU_ARE};

/// What a server message says of its receiver's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// `you are NAME, session N` (also after resuming).
    Welcome(Arc<str>),
    /// `FROM is now TO`, told to everybody; believed only of somebody who asked for it (`/nick`).
    Renamed(Arc<str>, Arc<str>),
}

/// Reads the notices of our own chat, line text (`* ...`) or `chatscope.v1` objects.
pub(super) fn told(text: &[u8]) -> Option<Told> {
    match text.first()? {
        b'*' => line(text),
        b'{' => object(text),
        _ => None,
    }
}

#[inline(never)]
fn line(text: &[u8]) -> Option<Told> {
    notice(std::str::from_utf8(text.strip_prefix(b"* ")?).ok()?)
}

fn notice(text: &str) -> Option<Told> {
    if text.starts_with(WELCOME) {
        let (_, after) = text.split_once(YOU_ARE)?;
        let (name, rest) = after.split_once(SESSION)?;
        return rest
            .starts_with(|c: char| c.is_ascii_digit())
            .then(|| plausible(name).map(Told::Welcome))?;
    }
    let (from, to) = text.split_once(IS_NOW)?;
    Some(Told::Renamed(plausible(from)?, plausible(to)?))
}

#[inline(never)]
fn object(text: &[u8]) -> Option<Told> {
    let value: serde_json::Value = serde_json::from_slice(text).ok()?;
    match value.get("type")?.as_str()? {
        "welcome" | "resumed" => plausible(value.get("name")?.as_str()?).map(Told::Welcome),
        "line" if value.get("kind")?.as_str()? == "notice" => notice(value.get("text")?.as_str()?),
        _ => None,
    }
}

fn plausible(name: &str) -> Option<Arc<str>> {
    sound(name).map(Arc::from)
}

fn sound(name: &str) -> Option<&str> {
    let name = name.trim();
    (!name.is_empty() && name.chars().count() <= MAX_NAME).then_some(name)
}

/// One word of ASCII letters and digits that holds a letter.
fn is_simple(name: &[u8]) -> bool {
    name.len() <= MAX_NAME
        && name.iter().all(u8::is_ascii_alphanumeric)
        && name.iter().any(u8::is_ascii_alphabetic)
}

/// What stands between a name and what was said.
fn closes(c: char) -> bool {
    matches!(
        c,
        ':' | '>' | ']' | ')' | '}' | '-' | '|' | '»' | '"' | '\''
    ) || c.is_whitespace()
}

/// The name in front of a copied line: `ana: `, `[ana] `, `<ana> `, `(ana): `, `12:01 ana> `. Only the word next to the line
/// counts, and only if it holds a letter (an address is no name).
pub(super) fn in_front(prefix: &[u8]) -> Option<&str> {
    // Most chats write no more than this, and of every line.
    if let Some(name) = prefix.strip_suffix(b": ").filter(|name| is_simple(name)) {
        return std::str::from_utf8(name).ok();
    }
    before(prefix)
}

/// The same of any other dress.
#[inline(never)]
fn before(prefix: &[u8]) -> Option<&str> {
    let prefix = std::str::from_utf8(prefix).ok()?;
    let word = prefix.trim_end_matches(closes);
    if word.len() == prefix.len() {
        return None;
    }
    let word = word.rsplit(char::is_whitespace).next()?;
    let word = word.trim_start_matches(['[', '<', '(', '{', '"', '\'', '*']);
    if !word.chars().any(char::is_alphabetic) || word.contains(':') {
        return None;
    }
    sound(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_our_own_notices() {
        let welcome = b"* welcome to chatscope: you are ana maria, session 12; others here: 3";
        assert_eq!(told(welcome), Some(Told::Welcome("ana maria".into())));
        let back = b"* welcome back: you are bob, session 1; lines missed: 0";
        assert_eq!(told(back), Some(Told::Welcome("bob".into())));
        let object = br#"{"type":"welcome","name":"eva","session":3}"#;
        assert_eq!(told(object), Some(Told::Welcome("eva".into())));
        let renamed = Some(Told::Renamed("ana".into(), "bia".into()));
        assert_eq!(told(b"* ana is now bia"), renamed);
        let object = br#"{"type":"line","number":4,"kind":"notice","text":"ana is now bia"}"#;
        assert_eq!(told(object), renamed);
        // Somebody called `ana` who says `/me is now bia`.
        assert_eq!(told(b"** ana is now bia"), None);
        let object = br#"{"type":"line","number":4,"kind":"act","name":"ana","text":"is now bia"}"#;
        assert_eq!(told(object), None);
        for other in [
            &b"welcome: you are x, session 1"[..],
            b"* hello",
            b"{",
            b"",
            b"* welcome: you are x",
        ] {
            assert_eq!(told(other), None, "{:?}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn finds_the_name_before_a_copied_line() {
        for prefix in [
            "ana: ",
            "[ana] ",
            "<ana> ",
            "(ana): ",
            "[12:01] ana> ",
            "ana:",
            "* ana ",
            "** ana ",
        ] {
            assert_eq!(in_front(prefix.as_bytes()), Some("ana"), "{prefix}");
        }
        for prefix in [
            "",
            "127.0.0.1:5000: ",
            "[127.0.0.1:5000] ",
            "ana",
            ": ",
            "\u{ff}\u{fe}",
        ] {
            assert_eq!(in_front(prefix.as_bytes()), None, "{prefix}");
        }
    }
}
