//! Is this server message a copy of that client message? Decided from the texts alone, live as in replay.

use std::borrow::Cow;

/// What a message says, without the dress it comes in: for a JSON object the text field, else the trimmed line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) text: Cow<'a, [u8]>,
    /// `number` of a `chatscope.v1` line.
    pub(super) line: Option<u64>,
    /// `name` of it.
    pub(super) name: Option<Box<str>>,
}

/// The field names under which chats put what was said.
const TEXT_FIELDS: [&str; 7] = [
    "text", "msg", "message", "mensagem", "content", "body", "data",
];

impl<'a> Said<'a> {
    /// Reads a message's text; a JSON object without text says nothing.
    pub(super) fn read(text: &'a [u8]) -> Self {
        if text.first() == Some(&b'{')
            && let Ok(value) = serde_json::from_slice(text)
        {
            return Self::object(&value).unwrap_or_default();
        }
        Self {
            text: text.trim_ascii().into(),
            ..Self::default()
        }
    }

    fn object(value: &serde_json::Value) -> Option<Self> {
        let said = TEXT_FIELDS
            .iter()
            .find_map(|field| value.get(field)?.as_str())?;
        Some(Self {
            text: said.trim().as_bytes().to_vec().into(),
            line: value.get("number").and_then(serde_json::Value::as_u64),
            name: value
                .get("name")
                .and_then(|name| Some(name.as_str()?.into())),
        })
    }

    /// What of a client's message others may receive; `None`: a command, or nothing.
    pub(super) fn candidate(&self) -> Option<&[u8]> {
        let text = self.text.strip_prefix(b"/me ").unwrap_or(&self.text);
        let text = text.trim_ascii();
        (!text.is_empty() && text[0] != b'/').then_some(text)
    }
}

/// Where `said` begins in `copy`, when `copy` is it, or ends with it after something that is no part of a word
/// (`name: text`, `[name] "text"`).
pub(super) fn find(copy: &[u8], said: &[u8]) -> Option<usize> {
    let at = copy.len().checked_sub(said.len())?;
    if &copy[at..] == said {
        return is_boundary(copy, at).then_some(at);
    }
    // A closing quote or bracket after it.
    let closed = at.checked_sub(1)?;
    let ends = matches!(copy.last(), Some(b'"' | b'\'' | b')' | b']' | b'>'));
    (ends && &copy[closed..copy.len() - 1] == said && is_boundary(copy, closed)).then_some(closed)
}

fn is_boundary(copy: &[u8], at: usize) -> bool {
    at == 0 || !(copy[at - 1].is_ascii_alphanumeric() || copy[at - 1] >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_ends_with_what_was_said() {
        assert_eq!(find(b"ana: teste", b"teste"), Some(5));
        assert_eq!(find(b"teste", b"teste"), Some(0));
        assert_eq!(find(b"[ana] disse \"teste\"", b"teste"), Some(13));
        assert_eq!(find(b"ana: um teste maior", b"teste"), None);
        assert_eq!(find(b"ana: contesta", b"a"), None, "inside a word");
        assert_eq!(find("olá".as_bytes(), b"\xa1"), None);
        assert_eq!(find(b"a", b"teste"), None);
    }

    #[test]
    fn json_is_looked_into() {
        let line = br#"{"type":"line","number":7,"name":"ana","text":"oi \"you\""}"#;
        let said = Said::read(line);
        assert_eq!((&*said.text, said.line), (&b"oi \"you\""[..], Some(7)));
        assert_eq!(said.name.as_deref(), Some("ana"));
        assert_eq!(&*Said::read(b"{not json").text, b"{not json");
    }

    #[test]
    fn commands_are_not_said() {
        let of = |text: &'static [u8]| Said::read(text).candidate().map(<[u8]>::to_vec);
        assert_eq!(of(b"/nick ana"), None);
        assert_eq!(of(b"  "), None);
        assert_eq!(of(br#"{"type":"ping"}"#), None);
        assert_eq!(of(b"/me dances\r").as_deref(), Some(&b"dances"[..]));
    }
}
