//! The parts of `packet` and `message` lines that come again and again, made once and copied.
//!
//! Owns: which parts these are. Must not know: the rest of the line. All of it is bounded: by the number of control bits and
//! states, or by slots that later texts take over.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::object::{key, number, object, string, word, words};
use super::pen::{Memo, Snippet};
use crate::net::{Endpoint, Nanos};
use crate::packet::TcpFlags;
use crate::tcp::{Certainty, ObservedState, Side, StreamId, TcpState};
use crate::text::cut;
use crate::timeline::limits::MAX_NAME;
use crate::view::endpoints::EndpointTexts;

/// What the lines need beside their entries.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) endpoints: EndpointTexts,
    pub(super) flags: FlagTexts,
    pub(super) states: StateTexts,
    pub(super) directions: DirectionTexts,
    /// `ts` but for what follows the decimal point.
    pub(super) second: Memo<i64, 32>,
}

impl Texts {
    /// Nothing met yet.
    pub(super) fn new() -> Self {
        Self {
            endpoints: EndpointTexts::new(),
            flags: FlagTexts::new(),
            states: StateTexts::new(),
            directions: DirectionTexts::new(),
            second: Memo::EMPTY,
        }
    }
}

/// `,"flags":["SYN","ACK"]` for each of the 512 sets of control bits.
#[derive(Debug)]
pub(super) struct FlagTexts(Vec<Snippet<64>>);

impl FlagTexts {
    fn new() -> Self {
        let text =
            |bits: u16| Snippet::written(|out| words(out, key!("flags"), TcpFlags(bits).names()));
        Self((0..512).map(text).collect())
    }

    /// That of a set.
    #[inline]
    pub(super) fn of(&self, flags: TcpFlags) -> &Snippet<64> {
        &self.0[usize::from(flags.0) % 512]
    }
}

/// Room for both states and who is inferred.
type StateText = Snippet<96>;

/// `state` and `inferred` for each pair of states met.
#[derive(Debug)]
pub(super) struct StateTexts {
    /// The last pair: most often the next one too.
    last: ([ObservedState; 2], StateText),
    met: FxHashMap<[ObservedState; 2], StateText>,
}

impl StateTexts {
    fn new() -> Self {
        // Of unknown states nothing is written.
        Self {
            last: (Default::default(), Snippet::EMPTY),
            met: FxHashMap::default(),
        }
    }

    /// That of a pair.
    #[inline]
    pub(super) fn of(&mut self, client: ObservedState, server: ObservedState) -> &StateText {
        if self.last.0 != [client, server] {
            self.turn_to(client, server);
        }
        &self.last.1
    }

    fn turn_to(&mut self, client: ObservedState, server: ObservedState) {
        let write = || Snippet::written(|out| write_states(out, client, server));
        let pair = [client, server];
        self.last = (pair, *self.met.entry(pair).or_insert_with(write));
    }
}

/// Appends `state` and `inferred`; of an end of which nothing is known, nothing.
pub(super) fn write_states(out: &mut Vec<u8>, client: ObservedState, server: ObservedState) {
    let sides = [("client", client), ("server", server)];
    let known = |side: &ObservedState| side.state != TcpState::Unknown;
    if !known(&client) && !known(&server) {
        return;
    }
    object(out, key!("state"), |out| {
        if known(&client) {
            word(out, key!("client"), client.state.name());
        }
        if known(&server) {
            word(out, key!("server"), server.state.name());
        }
    });
    let inferred = |side: &ObservedState| known(side) && side.certainty == Certainty::Inferred;
    if inferred(&client) || inferred(&server) {
        let names = sides.iter().filter(|(_, side)| inferred(side));
        words(out, key!("inferred"), names.map(|(name, _)| *name));
    }
}

/// An endpoint under a key.
pub(super) fn endpoint(out: &mut Vec<u8>, ends: &mut EndpointTexts, key: &[u8], end: Endpoint) {
    out.extend_from_slice(key);
    out.push(b'"');
    ends.push(out, end);
    out.push(b'"');
}

/// Directions remembered; a power of two.
const REMEMBERED: usize = 512;

/// A direction of a connection: its stream, who sends, from where to where.
pub(super) type Direction<'a> = (StreamId, Side, [&'a Endpoint; 2]);

/// The window field, the window as it counts, its shift.
pub(super) type Window = (u16, Option<u32>, Option<u8>);

/// What often stays the same from one segment of a direction to the next: while only one side sends, half of the numbers.
#[derive(Debug)]
pub(super) struct DirectionText {
    of: (StreamId, Side, [Endpoint; 2]),
    /// `stream`, `direction`, `src` and `dst`, with room for IPv6.
    pub(super) ends: Snippet<192>,
    pub(super) seq: Memo<u32, 24>,
    pub(super) ack: Memo<u32, 24>,
    pub(super) next_seq: Memo<(Option<u32>, u32), 48>,
    pub(super) ack_raw: Memo<u32, 24>,
    pub(super) window: Memo<Window, 64>,
    pub(super) initial_rtt: Memo<Nanos, 48>,
    name: Option<Arc<str>>,
    name_text: Vec<u8>,
}

impl DirectionText {
    #[cold]
    fn new(ends: &mut EndpointTexts, (stream, side, between): Direction<'_>) -> Self {
        let [source, destination] = between.map(|end| *end);
        Self {
            of: (stream, side, [source, destination]),
            ends: Snippet::written(|out| {
                number(out, key!("stream"), stream.0);
                word(out, key!("direction"), side.direction());
                endpoint(out, ends, key!("src"), source);
                endpoint(out, ends, key!("dst"), destination);
            }),
            seq: Memo::EMPTY,
            ack: Memo::EMPTY,
            next_seq: Memo::EMPTY,
            ack_raw: Memo::EMPTY,
            window: Memo::EMPTY,
            initial_rtt: Memo::EMPTY,
            name: None,
            name_text: Vec::new(),
        }
    }

    /// `name`, which a pen can write: of one that is longer than our rooms and their reading allow, the beginning.
    #[inline]
    pub(super) fn name(&mut self, name: &Arc<str>) -> &[u8] {
        let known = self.name.as_ref();
        if !known.is_some_and(|known| Arc::ptr_eq(known, name)) {
            self.name = Some(Arc::clone(name));
            self.name_text.clear();
            string(&mut self.name_text, key!("name"), &cut(name, MAX_NAME));
        }
        &self.name_text
    }
}

/// Directions met lately.
#[derive(Debug)]
pub(super) struct DirectionTexts(Vec<Option<DirectionText>>);

impl DirectionTexts {
    fn new() -> Self {
        Self((0..REMEMBERED).map(|_| None).collect())
    }

    /// What is known of a direction.
    #[inline]
    pub(super) fn of(&mut self, ends: &mut EndpointTexts, of: Direction<'_>) -> &mut DirectionText {
        let (stream, side, between) = of;
        let slot = &mut self.0[(stream.0 as usize * 2 + side as usize) % REMEMBERED];
        let known = slot.as_ref().is_some_and(|known| {
            let (met, its_side, its_ends) = &known.of;
            (*met, *its_side) == (stream, side) && its_ends.each_ref() == between
        });
        if !known {
            *slot = None;
        }
        slot.get_or_insert_with(|| DirectionText::new(ends, of))
    }
}
