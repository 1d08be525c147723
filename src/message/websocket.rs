//! One direction of a WebSocket: frames to messages (RFC 6455 section 5), fragments joined, control frames between them.
//!
//! An observer's reading: it forgives what an endpoint must refuse (a missing mask) and finds its place again after a hole
//! where the frames after it begin at a segment.

use super::inflate::Inflater;
use super::tail::Tail;
use super::ws_header::{self, Header, MAX_HEADER, Opcode, Parsed};
use super::{Message, MessageKind};

/// Bytes without recognisable frame after which a direction counts as lost for good.
const MAX_RESYNC: u64 = 1 << 20;

/// The frame whose payload is being read.
#[derive(Clone, Copy, Debug)]
struct Open {
    header: Header,
    /// Payload bytes seen.
    done: u64,
}

/// Reads one direction.
#[derive(Debug)]
pub(super) struct WebSocket {
    /// What this side does by RFC 6455 section 5.1.
    masks: bool,
    head: [u8; MAX_HEADER],
    have: usize,
    open: Option<Open>,
    /// The data message being joined: its kind and whether it is compressed.
    joining: Option<(MessageKind, bool)>,
    data: Tail,
    control: Tail,
    inflater: Inflater,
    /// Bytes skipped since the place was lost; 0: in step.
    lost: u64,
}

/// What a direction's bytes came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Goes on.
    InStep,
    /// No WebSocket any more, or never was.
    GivenUp,
}

impl WebSocket {
    pub(super) fn new(masks: bool, fresh_each_time: bool) -> Self {
        Self {
            masks,
            head: [0; MAX_HEADER],
            have: 0,
            open: None,
            joining: None,
            data: Tail::default(),
            control: Tail::default(),
            inflater: Inflater::new(fresh_each_time),
            lost: 0,
        }
    }

    /// The data message that is not complete yet.
    pub(super) const fn joined(&self) -> &Tail {
        &self.data
    }

    /// Takes bytes that stand at `offset`; `data` begins where a segment's news began.
    pub(super) fn push(&mut self, offset: u64, data: &[u8], out: &mut Vec<Message>) -> Step {
        if self.lost > 0 {
            if !ws_header::fits_exactly(data, self.masks) {
                self.lost += data.len() as u64;
                return if self.lost > MAX_RESYNC {
                    Step::GivenUp
                } else {
                    Step::InStep
                };
            }
            self.lost = 0;
        }
        let mut at = 0;
        while at < data.len() {
            let here = offset + at as u64;
            at += if self.open.is_some() {
                self.payload(here, &data[at..], out)
            } else {
                let Some(taken) = self.header(here, &data[at..], out) else {
                    self.lose((data.len() - at) as u64, here);
                    break;
                };
                taken
            };
        }
        Step::InStep
    }

    /// `from..to` is missing. Inside one payload it only leaves that message incomplete.
    pub(super) fn gap(&mut self, from: u64, to: u64, out: &mut Vec<Message>) {
        let Some(open) = &mut self.open else {
            self.lose(to - from, from);
            return;
        };
        let left = open.header.payload - open.done;
        if to - from > left {
            self.lose(to - from, from);
            return;
        }
        open.done += to - from;
        let control = open.header.opcode.is_control();
        if control {
            self.control.gap(from, to);
        } else {
            self.data.gap(from, to);
            if self.joining.is_some_and(|(_, compressed)| compressed) {
                self.inflater.give_up();
            }
        }
        self.close_frame(to, out);
    }

    /// The direction is over: what was begun, incomplete.
    pub(super) fn end(&mut self, out: &mut Vec<Message>) {
        if let Some((kind, _)) = self.joining.take()
            && !self.data.is_empty()
        {
            let end = self.data.end();
            self.data.gap(end, end);
            out.push(self.data.take(kind));
        }
    }

    /// The place in the byte stream is lost until a segment begins with whole frames again.
    fn lose(&mut self, bytes: u64, at: u64) {
        self.lost += bytes.max(1);
        (self.have, self.open) = (0, None);
        if self.joining.is_some() {
            self.data.gap(at, at);
            self.joining = None;
            self.data.clear();
        }
        self.control.clear();
        self.inflater.give_up();
    }

    /// Collects header bytes; `None`: this is no frame.
    fn header(&mut self, here: u64, data: &[u8], out: &mut Vec<Message>) -> Option<usize> {
        let mut taken = 0;
        loop {
            match ws_header::parse(&self.head[..self.have]) {
                Parsed::Invalid => return None,
                Parsed::Needs(size) => {
                    let more = (size - self.have).min(data.len() - taken);
                    if more == 0 {
                        return Some(taken);
                    }
                    self.head[self.have..self.have + more]
                        .copy_from_slice(&data[taken..taken + more]);
                    self.have += more;
                    taken += more;
                }
                Parsed::Header(header) => {
                    let end = here + taken as u64;
                    self.begin(header, end - header.size as u64, end, out);
                    return Some(taken);
                }
            }
        }
    }

    /// A frame's header is complete; it covers `from..to`.
    fn begin(&mut self, header: Header, from: u64, to: u64, out: &mut Vec<Message>) {
        self.have = 0;
        if header.opcode.is_control() {
            self.control.clear();
            self.control.cover(from, to);
        } else {
            self.join(header, from, out);
            self.data.cover(from, to);
        }
        self.open = Some(Open { header, done: 0 });
        self.close_frame(to, out);
    }

    /// A data frame begins or continues a message (section 5.4).
    fn join(&mut self, header: Header, from: u64, out: &mut Vec<Message>) {
        let kind = match header.opcode {
            Opcode::Text => MessageKind::WsText,
            Opcode::Continuation if self.joining.is_some() => return,
            // Also a continuation of nothing: its beginning was not captured.
            _ => MessageKind::WsBinary,
        };
        if self.joining.is_some() {
            // Against section 5.4: the message before was never finished.
            self.end(out);
        }
        if header.compressed {
            self.inflater.begin();
        }
        self.joining = Some((kind, header.compressed));
        if header.opcode == Opcode::Continuation {
            self.data.gap(from, from);
        }
    }

    /// Takes payload of the open frame; returns how many bytes.
    fn payload(&mut self, here: u64, data: &[u8], out: &mut Vec<Message>) -> usize {
        let Some(open) = &mut self.open else { return 0 };
        let left = open.header.payload - open.done;
        let taken = left.min(data.len() as u64) as usize;
        let (header, done) = (open.header, open.done);
        open.done += taken as u64;
        let plain = unmask(&data[..taken], header.mask, done);
        if header.opcode.is_control() {
            self.control.push(here, &plain);
        } else if self.joining.is_some_and(|(_, compressed)| compressed) {
            self.data.cover(here, here + taken as u64);
            self.data.inflate(&mut self.inflater, &plain);
        } else {
            self.data.push(here, &plain);
        }
        self.close_frame(here + taken as u64, out);
        taken
    }

    /// Ends the open frame when its payload is complete.
    fn close_frame(&mut self, end: u64, out: &mut Vec<Message>) {
        let Some(open) = self.open else { return };
        if open.done < open.header.payload {
            return;
        }
        self.open = None;
        match open.header.opcode {
            Opcode::Ping => out.push(self.control.take(MessageKind::WsPing)),
            Opcode::Pong => out.push(self.control.take(MessageKind::WsPong)),
            Opcode::Close => out.push(self.closing()),
            _ if open.header.fin => {
                let (kind, compressed) = self.joining.take().unwrap_or_default();
                if compressed && !self.data.inflate_end(&mut self.inflater) {
                    self.data.gap(end, end);
                }
                out.push(self.data.take(kind));
            }
            _ => {}
        }
    }

    /// Section 5.5.1: the first two bytes of a Close frame's payload are its code; 1005 stands for none (section 7.1.5).
    fn closing(&mut self) -> Message {
        let mut message = self.control.take(MessageKind::WsClose(1005));
        if let [high, low, reason @ ..] = &*message.text {
            message.kind = MessageKind::WsClose(u16::from_be_bytes([*high, *low]));
            message.text = reason.into();
        }
        message
    }
}

/// Section 5.3: octet `i` is `XORed` with octet `i` mod 4 of the key; `done` octets of this payload came before.
fn unmask(data: &[u8], key: Option<[u8; 4]>, done: u64) -> std::borrow::Cow<'_, [u8]> {
    match key {
        None => data.into(),
        Some(key) => {
            let shift = (done % 4) as usize;
            data.iter()
                .enumerate()
                .map(|(i, byte)| byte ^ key[(i + shift) % 4])
                .collect::<Vec<u8>>()
                .into()
        }
    }
}
