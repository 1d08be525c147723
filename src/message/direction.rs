//! One direction's reading: what kind of bytes these are, and where one message ends and the next begins.
//!
//! What ends a message that no line end ends (a prompt, a student's server whose `recv(1024)` is its message): the other
//! side's answer, silence, or the end of the direction; the caller tells. Once that happened in a direction that never had a
//! line end, or silence did it to a server, every PSH ends one until a line end comes (see [`Direction::push`]). A person types
//! half a line and waits; a server that has written something (PSH) and falls silent has said it.

use super::chunked::{Chunked, Chunking};
use super::http::{Body, FirstLine, Head, MAX_HEAD, Method, Requests};
use super::tail::Tail;
use super::websocket::{Step, WebSocket};
use super::{MAX_TEXT, Message, MessageKind, ws_header};
use crate::text::every;

/// How a direction is read at the moment.
#[derive(Debug, Default)]
enum Mode {
    /// At a place where anything may begin.
    #[default]
    Undecided,
    /// Chat lines.
    Lines,
    /// Inside the head of an HTTP message.
    Head(Box<Head>),
    /// Inside the body of one: bytes left, where known.
    Body(Option<u64>),
    /// Inside a chunked one.
    Chunked(Box<Chunked>),
    /// A WebSocket was asked for and not yet granted.
    Asked,
    /// WebSocket frames.
    WebSocket(Box<WebSocket>),
    /// Nothing that can be cut into messages by its content.
    Binary,
}

/// What the other direction has to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Signal {
    /// Nothing.
    #[default]
    None,
    /// A WebSocket was granted: both directions now speak it. Compression as agreed: who starts every message anew.
    Granted(Option<(bool, bool)>),
    /// An HTTP response without upgrade came.
    Declined,
}

/// One direction of a connection. An idle one holds no heap memory.
#[derive(Debug, Default)]
pub(super) struct Direction {
    client: bool,
    mode: Mode,
    tail: Tail,
    /// The tail ends with a CR that an LF may follow.
    after_cr: bool,
    /// A line end was seen in this direction.
    lines_seen: bool,
    /// It is known from others that lines are used here.
    lines_expected: bool,
    /// A tail was ended by silence or an answer, and no line end was seen since: chunks are messages.
    chunks: bool,
    /// The last segment had PSH: what was written so far is here.
    pushed: bool,
    /// The capture began after the start of this direction.
    midstream: bool,
}

impl Direction {
    pub(super) fn new(client: bool, midstream: bool) -> Self {
        Self {
            client,
            midstream,
            ..Self::default()
        }
    }

    /// Something was begun and not ended.
    pub(super) const fn is_waiting(&self) -> bool {
        !self.tail.is_empty() && matches!(self.mode, Mode::Undecided | Mode::Lines | Mode::Binary)
    }

    /// As [`Self::is_waiting`], and a short silence ends it: where line ends are in use, only what a server has written.
    pub(super) const fn ends_soon(&self) -> bool {
        self.ends_by_any_answer() || (self.is_waiting() && !self.client && self.pushed)
    }

    /// As [`Self::is_waiting`], and an answer of the other side ends it that acknowledges everything before this offset:
    /// where line ends are in use, only a server's prompt that the client has received.
    pub(super) fn ends_by_answer(&self, acknowledged: Option<u64>) -> bool {
        let received = || acknowledged.is_some_and(|offset| offset >= self.tail.end());
        self.ends_by_any_answer() || (self.ends_soon() && received())
    }

    const fn ends_by_any_answer(&self) -> bool {
        let in_lines = self.lines_seen || self.lines_expected;
        self.is_waiting() && (self.after_cr || !in_lines || matches!(self.mode, Mode::Binary))
    }

    /// Lines are used here, although none was seen yet.
    pub(super) const fn expect_lines(&mut self) {
        self.lines_expected = true;
    }

    /// Where the message that is not complete yet begins.
    pub(super) fn begun(&self) -> Option<u64> {
        let tail = match &self.mode {
            Mode::WebSocket(socket) => socket.joined(),
            _ => &self.tail,
        };
        (!tail.is_empty()).then(|| tail.start())
    }

    pub(super) const fn is_websocket(&self) -> bool {
        matches!(self.mode, Mode::WebSocket(_))
    }

    /// Takes bytes; `push`: the segment that brought them had PSH; `requests`: those of both directions so far.
    pub(super) fn push(
        &mut self,
        offset: u64,
        data: &[u8],
        push: bool,
        requests: &mut Requests,
        out: &mut Vec<Message>,
    ) -> Signal {
        let mut signal = Signal::None;
        let mut at = 0;
        self.look_at_segment(data);
        while at < data.len() {
            let (taken, told) = self.step(offset + at as u64, &data[at..], requests, out);
            at += taken.max(1);
            if told != Signal::None {
                signal = told;
            }
        }
        self.pushed = push;
        if push && self.chunks && self.is_waiting() {
            self.flush(out);
        }
        signal
    }

    /// The bytes `from..to` are missing; `pushed`: something written ended with them. True where heads of HTTP messages may
    /// be among them.
    pub(super) fn gap(
        &mut self,
        (from, to): (u64, u64),
        pushed: bool,
        out: &mut Vec<Message>,
    ) -> bool {
        self.after_cr = false;
        let inside = match &mut self.mode {
            Mode::WebSocket(socket) => {
                socket.gap(from, to, out);
                true
            }
            Mode::Body(Some(left)) if *left > to - from => {
                *left -= to - from;
                true
            }
            Mode::Chunked(chunked) => chunked.skip(to - from),
            Mode::Undecided | Mode::Lines | Mode::Binary => {
                self.tail.gap(from, to);
                if pushed {
                    self.end_in_gap(out);
                }
                return true;
            }
            Mode::Body(_) | Mode::Head(_) | Mode::Asked => false,
        };
        if !inside {
            self.tail.clear();
            self.mode = Mode::Undecided;
        }
        !inside
    }

    /// What was being read ends in bytes that are missing. Its line end, if it had one, is most likely among them.
    fn end_in_gap(&mut self, out: &mut Vec<Message>) {
        match self.mode {
            Mode::Binary => self.flush(out),
            _ => self.tell(MessageKind::Line, out),
        }
    }

    /// Tells what was read, unless all of it is missing.
    fn tell(&mut self, kind: MessageKind, out: &mut Vec<Message>) {
        if self.tail.holds_nothing() {
            self.tail.clear();
        } else {
            out.push(self.tail.take(kind));
        }
    }

    /// Silence after bytes without line end.
    pub(super) fn silence(&mut self, out: &mut Vec<Message>) {
        if self.is_waiting() {
            self.flush(out);
            let unfinished = |last: &Message| last.kind == MessageKind::Unfinished;
            self.chunks |= !self.client && out.last().is_some_and(unfinished);
        }
    }

    /// Silence or an answer after bytes without line end.
    pub(super) fn flush(&mut self, out: &mut Vec<Message>) {
        if !self.is_waiting() {
            return;
        }
        let kind = match self.mode {
            Mode::Binary => MessageKind::Binary,
            _ if self.after_cr => MessageKind::Line,
            _ if looks_binary(self.tail.text()) => {
                self.mode = Mode::Binary;
                MessageKind::Binary
            }
            _ => {
                self.chunks |= !self.lines_seen;
                MessageKind::Unfinished
            }
        };
        self.after_cr = false;
        self.tell(kind, out);
    }

    /// Nothing follows in this direction.
    pub(super) fn end(&mut self, out: &mut Vec<Message>) {
        match &mut self.mode {
            Mode::WebSocket(socket) => socket.end(out),
            Mode::Head(_) => self.tail.clear(),
            _ => self.flush(out),
        }
    }

    /// The other side granted the WebSocket that this one asked for, or granted it itself.
    pub(super) fn upgrade(&mut self, fresh_each_time: bool) {
        self.tail.clear();
        self.mode = Mode::WebSocket(Box::new(WebSocket::new(self.client, fresh_each_time)));
    }

    /// The other side answered without granting.
    pub(super) fn declined(&mut self) {
        if matches!(self.mode, Mode::Asked) {
            self.mode = Mode::Undecided;
        }
    }

    /// What only the beginning of a segment can tell.
    fn look_at_segment(&mut self, data: &[u8]) {
        match self.mode {
            Mode::Body(_) if begins_with_http(data, self.client) => self.mode = Mode::Undecided,
            Mode::Undecided | Mode::Asked
                if (self.midstream || matches!(self.mode, Mode::Asked))
                    && self.tail.is_empty()
                    && ws_header::fits_exactly(data, self.client) =>
            {
                self.upgrade(false);
            }
            Mode::Undecided if self.tail.is_empty() && is_tls(data) => self.mode = Mode::Binary,
            _ => {}
        }
        self.midstream = false;
    }

    /// Takes some bytes in the present mode; returns how many (0 counts as 1 only where nothing can be read).
    fn step(
        &mut self,
        offset: u64,
        data: &[u8],
        requests: &mut Requests,
        out: &mut Vec<Message>,
    ) -> (usize, Signal) {
        match &mut self.mode {
            Mode::WebSocket(socket) => {
                if socket.push(offset, data, out) == Step::GivenUp {
                    self.mode = Mode::Binary;
                }
                (data.len(), Signal::None)
            }
            Mode::Binary => {
                self.tail.push(offset, data);
                (data.len(), Signal::None)
            }
            Mode::Body(None) => (data.len(), Signal::None),
            Mode::Body(Some(left)) => {
                let taken = (*left).min(data.len() as u64);
                *left -= taken;
                if *left == 0 {
                    self.mode = Mode::Undecided;
                }
                (taken as usize, Signal::None)
            }
            Mode::Chunked(chunked) => {
                let (taken, came_to) = chunked.pass(data);
                match came_to {
                    Chunking::Inside => {}
                    Chunking::Over => self.mode = Mode::Undecided,
                    Chunking::Invalid => self.mode = Mode::Body(None),
                }
                (taken, Signal::None)
            }
            Mode::Asked => {
                self.mode = Mode::Undecided;
                self.line(offset, data, requests, out)
            }
            Mode::Undecided | Mode::Lines | Mode::Head(_) => self.line(offset, data, requests, out),
        }
    }

    /// Takes bytes up to and including the next line end.
    fn line(
        &mut self,
        offset: u64,
        data: &[u8],
        requests: &mut Requests,
        out: &mut Vec<Message>,
    ) -> (usize, Signal) {
        if self.after_cr {
            return self.line_after_cr(offset, data, requests, out);
        }
        let Some(at) = memchr::memchr2(b'\n', b'\r', data) else {
            self.part(offset, data);
            return (data.len(), Signal::None);
        };
        if at > 0 {
            self.part(offset, &data[..at]);
            if matches!(self.mode, Mode::Binary) {
                return (at, Signal::None);
            }
        }
        self.tail.cover(offset + at as u64, offset + at as u64 + 1);
        if data[at] == b'\r' {
            self.after_cr = true;
            return (at + 1, Signal::None);
        }
        (at + 1, self.line_done(requests, out))
    }

    /// The byte after a CR: an LF belongs to the line end, anything else begins the next line (lone CR).
    fn line_after_cr(
        &mut self,
        offset: u64,
        data: &[u8],
        requests: &mut Requests,
        out: &mut Vec<Message>,
    ) -> (usize, Signal) {
        self.after_cr = false;
        if data[0] == b'\n' {
            self.tail.cover(offset, offset + 1);
            return (1, self.line_done(requests, out));
        }
        let signal = self.line_done(requests, out);
        let (taken, told) = self.step(offset, data, requests, out);
        (taken, if told == Signal::None { signal } else { told })
    }

    /// Takes bytes without line end.
    fn part(&mut self, offset: u64, data: &[u8]) {
        let before = self.tail.text().len();
        self.tail.push(offset, data);
        // Once the sample is whole, it looks as it looked.
        let grown = before < MAX_TEXT && self.tail.text().len() >= MAX_TEXT;
        let young = before < SAMPLE && !self.lines_seen;
        if (grown || young) && !matches!(self.mode, Mode::Head(_)) && looks_binary(self.tail.text())
        {
            self.mode = Mode::Binary;
        }
    }

    /// A line end was read.
    fn line_done(&mut self, requests: &mut Requests, out: &mut Vec<Message>) -> Signal {
        if matches!(self.mode, Mode::Head(_)) {
            return self.head_line(requests, out);
        }
        if matches!(self.mode, Mode::Undecided)
            && let Some(first) = FirstLine::parse(self.tail.text())
        {
            let text = self.tail.text().to_vec();
            self.tail.clear_text();
            self.mode = Mode::Head(Box::new(Head::new(first, &text)));
            return Signal::None;
        }
        self.mode = Mode::Lines;
        self.lines_seen = true;
        self.chunks = false;
        out.push(self.tail.take(MessageKind::Line));
        Signal::None
    }

    /// A line of an HTTP head was read; the empty one ends it (RFC 9112 section 2.1).
    fn head_line(&mut self, requests: &mut Requests, out: &mut Vec<Message>) -> Signal {
        let Mode::Head(head) = &mut self.mode else {
            return Signal::None;
        };
        if !self.tail.text().is_empty() {
            head.header(self.tail.text());
            self.tail.clear_text();
            if self.tail.covered() > MAX_HEAD {
                self.mode = Mode::Binary;
            }
            return Signal::None;
        }
        let (kind, asked) = match head.first {
            FirstLine::Request(method) => {
                requests.ask(method);
                (MessageKind::HttpRequest, Method::Other)
            }
            FirstLine::Response(status) => (MessageKind::HttpResponse, requests.answer(status)),
        };
        let mut message = self.tail.take(kind);
        message.complete = true;
        message.text = std::mem::take(&mut head.text);
        out.push(message);
        let (asks, grants, deflate) = (
            head.asks_for_websocket(),
            head.grants_websocket(),
            head.deflate,
        );
        let response = matches!(head.first, FirstLine::Response(_));
        self.mode = match head.body(asked) {
            _ if asks => Mode::Asked,
            Body::Length(0) => Mode::Undecided,
            Body::Length(length) => Mode::Body(Some(length)),
            Body::Chunked => Mode::Chunked(Box::new(Chunked::new())),
            Body::Unknown => Mode::Body(None),
        };
        if grants {
            self.upgrade(deflate.is_some_and(|(_, server)| server));
            return Signal::Granted(deflate);
        }
        if response {
            Signal::Declined
        } else {
            Signal::None
        }
    }
}

/// Another message begins with this segment after a body whose end was not seen: a whole first line of this side's.
fn begins_with_http(data: &[u8], client: bool) -> bool {
    let likely = if client {
        data.first().is_some_and(u8::is_ascii_uppercase)
    } else {
        data.starts_with(b"HTTP/1.")
    };
    let whole = || data.iter().take(MAX_TEXT).position(|&b| b == b'\n');
    likely && whole().is_some_and(|end| FirstLine::parse(data[..end].trim_ascii_end()).is_some())
}

/// A TLS record: handshake, version 3.x (RFC 8446 section 5.1).
fn is_tls(data: &[u8]) -> bool {
    matches!(data, [0x16, 0x03, 0..=4, ..])
}

/// So many bytes tell what the others are.
const SAMPLE: usize = 512;

/// More than a quarter of what was read are bytes that text in no usual encoding holds (most C0 controls), or half are not
/// UTF-8: two stray bytes in a line of a chat are still a line.
fn looks_binary(text: &[u8]) -> bool {
    let sample = &text[..text.len().min(SAMPLE)];
    // Printable ASCII and the white space around it: nearly always there is nothing else.
    if every(sample, |b| matches!(b, b' '..=b'~' | 0x07..=0x0d)) {
        return false;
    }
    let control = |b: u8| matches!(b, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    // Many at once: so few that their number fits in a byte.
    let count = |n: u8, &b: &u8| n + u8::from(control(b));
    let blocks = sample.chunks(usize::from(u8::MAX));
    let controls: usize = blocks
        .map(|block| usize::from(block.iter().fold(0, count)))
        .sum();
    let foreign: usize = if sample.is_ascii() {
        0
    } else {
        sample.utf8_chunks().map(|c| c.invalid().len()).sum()
    };
    sample.len() >= 8 && (controls * 4 > sample.len() || foreign * 2 > sample.len())
}
