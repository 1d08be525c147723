//! Both directions of one connection, cut into messages.

use super::Message;
use super::direction::{Direction, Signal};
use super::http::Requests;
use crate::tcp::{PerSide, Side};

/// Cuts the reassembled payload of one connection into messages. Give it every chunk of either direction in order;
/// it appends the messages that became complete.
///
/// An answer of one side ends text of the other that no line end followed (a prompt, a chunk of a server that knows no
/// lines), unless line ends are known to be in use there; even then what a server has written and its client received.
/// Silence does the same, when the caller says [`Self::silence`].
#[derive(Debug)]
pub struct Splitter {
    directions: PerSide<Direction>,
    requests: Requests,
}

impl Splitter {
    /// For a connection; `midstream`: the capture began after its start.
    #[must_use]
    pub fn new(midstream: bool) -> Self {
        Self {
            directions: PerSide {
                client: Direction::new(true, midstream),
                server: Direction::new(false, midstream),
            },
            requests: Requests::default(),
        }
    }

    /// Takes payload bytes of `side` that stand at `offset`; `push`: their segment had PSH.
    pub fn bytes(
        &mut self,
        side: Side,
        offset: u64,
        data: &[u8],
        push: bool,
        out: &mut Vec<Message>,
    ) {
        let direction = self.directions.of_mut(side);
        let signal = direction.push(offset, data, push, &mut self.requests, out);
        match signal {
            Signal::None => {}
            Signal::Granted(deflate) => {
                let fresh = deflate.is_some_and(|(client, _)| client);
                self.directions.of_mut(side.other()).upgrade(fresh);
            }
            Signal::Declined => self.directions.of_mut(side.other()).declined(),
        }
    }

    /// Before payload of `side` is taken: it answers what the other side left without line end. `acknowledged`: all bytes of
    /// the other side before this offset, by the same segment.
    pub fn answered_by(&mut self, side: Side, acknowledged: Option<u64>, out: &mut Vec<Message>) {
        let other = self.directions.of_mut(side.other());
        if other.ends_by_answer(acknowledged) {
            other.flush(out);
        }
    }

    /// `side` uses lines, as its like do, although none of it was seen yet: what it has begun is no message by itself.
    pub const fn expect_lines(&mut self, side: Side) {
        self.directions.of_mut(side).expect_lines();
    }

    /// The bytes `from..to` of `side` are missing. `pushed`: they were the end of a captured segment with PSH.
    pub fn gap(
        &mut self,
        side: Side,
        (from, to): (u64, u64),
        pushed: bool,
        out: &mut Vec<Message>,
    ) {
        if self.directions.of_mut(side).gap((from, to), pushed, out) {
            self.requests.forget();
        }
    }

    /// `side` said nothing for a while after bytes without line end.
    pub fn silence(&mut self, side: Side, out: &mut Vec<Message>) {
        self.directions.of_mut(side).silence(out);
    }

    /// `side` will say nothing more.
    pub fn end(&mut self, side: Side, out: &mut Vec<Message>) {
        self.directions.of_mut(side).end(out);
    }

    /// Bytes of `side` wait for a line end.
    #[must_use]
    pub const fn is_waiting(&self, side: Side) -> bool {
        self.directions.of(side).is_waiting()
    }

    /// As [`Self::is_waiting`], and a short silence ends it: nobody is typing there. In a direction that never had a line
    /// end, and at a server that has written all it had to say for now (PSH).
    #[must_use]
    pub const fn waits_without_lines(&self, side: Side) -> bool {
        self.directions.of(side).ends_soon()
    }

    /// Offset at which the message of `side` begins that is not complete yet.
    #[must_use]
    pub fn begun(&self, side: Side) -> Option<u64> {
        self.directions.of(side).begun()
    }

    /// The connection speaks WebSocket.
    #[must_use]
    pub const fn is_websocket(&self) -> bool {
        self.directions.client.is_websocket() || self.directions.server.is_websocket()
    }
}
