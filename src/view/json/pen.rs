//! A pen: the short way to write a line whose length is bounded. Most of every file are `packet` and `message` lines, and most
//! of those are numbers under a key.
//!
//! Owns: how a field is set down with one look at the room that is left. A pen is handed on by value, so that its place on the
//! line stays in a register; appending to a `Vec` field by field would ask for room and note the length twice for each. Must
//! not know: entries, escaping.

#![expect(
    clippy::inline_always,
    reason = "keys are constants: set down in place they are a store or two, and the place on the line stays in a register"
)]

use std::ops::Range;

use crate::net::{Nanos, Timestamp};
use crate::view::digits::{put_nine, put_number};
use crate::view::encode::push_hex;
use crate::view::endpoints::EndpointText;

/// Room for the longest stretch of fields that is written at once; a test writes it.
pub(super) const LINE: usize = 4096;
/// The longest text that a pen writes.
pub(super) const TEXT: usize = 1024;
/// Room for one field: the longest key with the longest number.
const FIELD: usize = 64;

/// A short text in a block of constant size: setting down the whole block is cheaper than asking how long the text is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snippet<const N: usize> {
    block: [u8; N],
    length: u8,
}

impl<const N: usize> Snippet<N> {
    /// No text.
    pub(super) const EMPTY: Self = Self {
        block: [0; N],
        length: 0,
    };

    /// The text that `write` appends. Whoever chooses `N` knows the longest.
    pub(super) fn written(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut text = Vec::with_capacity(N);
        write(&mut text);
        let mut snippet = Self::EMPTY;
        snippet.block[..text.len()].copy_from_slice(&text);
        snippet.length = text.len() as u8;
        snippet
    }
}

/// A stretch of fields that is most often the same as the last time it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memo<K, const N: usize> {
    of: Option<K>,
    text: Snippet<N>,
}

impl<K, const N: usize> Memo<K, N> {
    /// Nothing written yet.
    pub(super) const EMPTY: Self = Self {
        of: None,
        text: Snippet::EMPTY,
    };
}

/// A place on a line: what is written before it stays, what stands behind it is void.
#[derive(Debug)]
#[must_use = "what is written leaves with `lay`"]
pub(super) struct Pen<'a> {
    line: &'a mut [u8; LINE],
    at: usize,
    /// Where the page's writing ends: the pen's beginning until it leaves.
    end: &'a mut usize,
}

impl<'a> Pen<'a> {
    /// A pen at the beginning of a room behind what is written, which ends at `end`.
    #[inline(always)]
    pub(super) const fn on(line: &'a mut [u8; LINE], end: &'a mut usize) -> Self {
        Self { line, at: 0, end }
    }

    /// The room of the next `N` bytes.
    #[inline(always)]
    fn room<const N: usize>(&mut self) -> &mut [u8; N] {
        self.room_at(self.at)
    }

    /// The room of `N` bytes from a place on.
    #[inline(always)]
    fn room_at<const N: usize>(&mut self, at: usize) -> &mut [u8; N] {
        let rest = self.line.get_mut(at..);
        let room = rest.and_then(|rest| rest.first_chunk_mut());
        room.expect("a line has room for all of its fields")
    }

    /// Fixed text.
    #[inline(always)]
    pub(super) fn text(mut self, text: &[u8]) -> Self {
        self.room::<FIELD>()[..text.len()].copy_from_slice(text);
        self.at += text.len();
        self
    }

    /// Text of at most [`TEXT`] bytes, which is told when the program runs.
    #[inline(always)]
    pub(super) fn run(mut self, text: &[u8]) -> Self {
        self.room::<TEXT>()[..text.len()].copy_from_slice(text);
        self.at += text.len();
        self
    }

    /// A text made before.
    #[inline(always)]
    pub(super) fn snippet<const N: usize>(self, snippet: &Snippet<N>) -> Self {
        self.block(&snippet.block, snippet.length)
    }

    /// The beginning of a block.
    #[inline(always)]
    fn block<const N: usize>(mut self, block: &[u8; N], length: u8) -> Self {
        *self.room() = *block;
        self.at += usize::from(length);
        self
    }

    /// An endpoint.
    #[inline(always)]
    pub(super) fn endpoint(self, key: &[u8], text: &EndpointText) -> Self {
        self.text(key)
            .text(b"\"")
            .block(&text.block, text.length)
            .text(b"\"")
    }

    /// An object under a key: `fill` writes fields that begin with a comma, the first comma is taken away.
    #[inline(always)]
    pub(super) fn object(self, key: &[u8], fill: impl FnOnce(Self) -> Self) -> Self {
        let pen = self.text(key);
        let start = pen.at;
        let pen = fill(pen);
        if pen.at == start {
            return pen.text(b"{}");
        }
        pen.line[start] = b'{';
        pen.text(b"}")
    }

    /// An array of words of ours.
    pub(super) fn words(self, key: &[u8], words: impl Iterator<Item = &'static str>) -> Self {
        self.list(key, words, |pen, word| pen.word(b"", word))
    }

    /// A few bytes as a hexadecimal string.
    pub(super) fn hex(self, key: &[u8], bytes: &[u8]) -> Self {
        let mut digits = Vec::with_capacity(2 * bytes.len());
        push_hex(&mut digits, bytes);
        self.text(key).text(b"\"").run(&digits).text(b"\"")
    }

    /// A short array of anything.
    pub(super) fn list<T>(
        self,
        key: &[u8],
        values: impl IntoIterator<Item = T>,
        mut push: impl FnMut(Self, T) -> Self,
    ) -> Self {
        let mut pen = self.text(key).text(b"[");
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                pen = pen.text(b",");
            }
            pen = push(pen, value);
        }
        pen.text(b"]")
    }

    /// Fields that say `of` and nothing else: as the last time, or by `write`, which takes at most `N` bytes.
    #[inline(always)]
    pub(super) fn memo<K: PartialEq, const N: usize>(
        self,
        memo: &mut Memo<K, N>,
        of: K,
        write: impl FnOnce(Self) -> Self,
    ) -> Self {
        if memo.of.as_ref() == Some(&of) {
            return self.snippet(&memo.text);
        }
        let start = self.at;
        let mut pen = write(self);
        debug_assert!(pen.at - start <= N, "a memo has room for its fields");
        memo.text.length = (pen.at - start) as u8;
        memo.text.block = *pen.room_at(start);
        memo.of = Some(of);
        pen
    }

    /// A word of ours, which needs no escaping.
    #[inline(always)]
    pub(super) fn word(self, key: &[u8], word: &str) -> Self {
        self.text(key).text(b"\"").text(word.as_bytes()).text(b"\"")
    }

    /// A number.
    #[inline(always)]
    pub(super) fn number(mut self, key: &[u8], value: impl Into<u64>) -> Self {
        let room = self.room::<FIELD>();
        room[..key.len()].copy_from_slice(key);
        self.at += key.len() + put_number(behind(room, key.len()), value.into());
        self
    }

    /// A number where there is one.
    #[inline(always)]
    pub(super) fn number_if(self, key: &[u8], value: Option<impl Into<u64>>) -> Self {
        match value {
            Some(value) => self.number(key, value),
            None => self,
        }
    }

    /// A duration: seconds with nine decimals.
    #[inline(always)]
    pub(super) fn seconds(mut self, key: &[u8], value: Nanos) -> Self {
        self = self.text(key);
        if value < 0 {
            self = self.text(b"-");
        }
        let magnitude = value.unsigned_abs();
        let (whole, rest) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
        let room = self.room::<FIELD>();
        let digits = put_number(behind(room, 0), whole);
        room[digits] = b'.';
        put_nine(behind(room, digits + 1), rest as u32);
        self.at += digits + 10;
        self
    }

    /// A duration where there is one.
    #[inline(always)]
    pub(super) fn seconds_if(self, key: &[u8], value: Option<Nanos>) -> Self {
        match value {
            Some(value) => self.seconds(key, value),
            None => self,
        }
    }

    /// A point in time; `second`: what was written of its second.
    #[inline(always)]
    pub(super) fn time(self, second: &mut Memo<i64, 32>, key: &[u8], at: Timestamp) -> Self {
        let (whole, rest) = at.parts();
        let Ok(since_epoch) = u64::try_from(whole) else {
            return self.seconds(key, at.as_nanos());
        };
        let pen = self.text(key);
        let mut pen = pen.memo(second, whole, |pen| pen.number(b"", since_epoch).text(b"."));
        put_nine(pen.room(), rest);
        pen.at += 9;
        pen
    }

    /// `true` or `false`.
    #[inline(always)]
    pub(super) fn boolean(self, key: &[u8], value: bool) -> Self {
        let pen = self.text(key);
        if value {
            pen.text(b"true")
        } else {
            pen.text(b"false")
        }
    }

    /// First of the range and the one after the last.
    #[inline(always)]
    pub(super) fn range(self, key: &[u8], range: &Range<u64>) -> Self {
        self.text(key)
            .number(b"[", range.start)
            .number(b",", range.end)
            .text(b"]")
    }

    /// What is written is part of the page.
    #[inline(always)]
    pub(super) fn lay(self) {
        *self.end += self.at;
    }
}

/// The room of a number that begins at `at`.
#[inline(always)]
fn behind<const N: usize>(room: &mut [u8; FIELD], at: usize) -> &mut [u8; N] {
    let rest = room.get_mut(at..);
    let room = rest.and_then(|rest| rest.first_chunk_mut());
    room.expect("a field has room for its key and a number")
}
