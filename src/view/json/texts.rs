//! The parts of `packet` lines that come again and again, made once and copied.
//!
//! Owns: which parts these are. Must not know: the rest of the line. All of it is bounded: by the number of control bits and
//! states, or by slots that later texts take over.

use rustc_hash::FxHashMap;

use super::object::{key, object, word, words};
use super::story::endpoint;
use crate::net::Endpoint;
use crate::packet::TcpFlags;
use crate::tcp::{Certainty, ObservedState, Side, TcpState};
use crate::view::encode::{EndpointTexts, slot_of};

/// What a line about a segment needs beside the segment.
#[derive(Debug)]
pub(super) struct PacketTexts {
    pub(super) flags: FlagTexts,
    pub(super) states: StateTexts,
    pub(super) directions: DirectionTexts,
}

impl PacketTexts {
    /// Nothing met yet.
    pub(super) fn new() -> Self {
        Self {
            flags: FlagTexts::new(),
            states: StateTexts::default(),
            directions: DirectionTexts::new(),
        }
    }
}

/// `,"flags":["SYN","ACK"]` for each of the 512 sets of control bits.
#[derive(Debug)]
pub(super) struct FlagTexts(Vec<Box<[u8]>>);

impl FlagTexts {
    fn new() -> Self {
        let text = |bits: u16| {
            let mut out = Vec::new();
            words(&mut out, key!("flags"), TcpFlags(bits).names());
            out.into_boxed_slice()
        };
        Self((0..512).map(text).collect())
    }

    /// Appends it.
    pub(super) fn push(&self, out: &mut Vec<u8>, flags: TcpFlags) {
        out.extend_from_slice(&self.0[usize::from(flags.0) % 512]);
    }
}

/// `state` and `inferred` for each pair of states met.
#[derive(Debug, Default)]
pub(super) struct StateTexts(FxHashMap<[ObservedState; 2], Box<[u8]>>);

impl StateTexts {
    /// Appends them.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, client: ObservedState, server: ObservedState) {
        let text = self.0.entry([client, server]).or_insert_with(|| {
            let mut text = Vec::new();
            write_states(&mut text, client, server);
            text.into_boxed_slice()
        });
        out.extend_from_slice(text);
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

/// Directions remembered; a power of two.
const REMEMBERED: usize = 256;
/// Room for two IPv4 endpoints and their keys; longer ones are written anew each time.
const DIRECTION_TEXT: usize = 96;

/// `direction`, `src` and `dst` of a direction.
#[derive(Clone, Copy, Debug)]
struct DirectionText {
    side: Side,
    source: Endpoint,
    destination: Endpoint,
    length: u8,
    text: [u8; DIRECTION_TEXT],
}

/// `direction`, `src` and `dst` of directions met lately.
#[derive(Debug)]
pub(super) struct DirectionTexts(Vec<Option<DirectionText>>);

impl DirectionTexts {
    fn new() -> Self {
        Self(vec![None; REMEMBERED])
    }

    /// Appends them.
    pub(super) fn push(
        &mut self,
        out: &mut Vec<u8>,
        ends: &mut EndpointTexts,
        side: Side,
        [source, destination]: [Endpoint; 2],
    ) {
        // The two directions of a connection take different slots.
        let slot = (slot_of(source) * 3 + slot_of(destination)) % REMEMBERED;
        match &self.0[slot] {
            Some(known)
                if known.side == side
                    && known.source == source
                    && known.destination == destination =>
            {
                out.extend_from_slice(&known.text[..usize::from(known.length)]);
            }
            _ => {
                let start = out.len();
                word(out, key!("direction"), side.direction());
                endpoint(out, ends, key!("src"), source);
                endpoint(out, ends, key!("dst"), destination);
                let written = &out[start..];
                let mut text = [0; DIRECTION_TEXT];
                if let Some(room) = text.get_mut(..written.len()) {
                    room.copy_from_slice(written);
                    self.0[slot] = Some(DirectionText {
                        side,
                        source,
                        destination,
                        length: written.len() as u8,
                        text,
                    });
                }
            }
        }
    }
}
