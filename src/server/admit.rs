//! From a connection to a session: what it wishes, and that it gets none.
//!
//! Owns: tokens of newcomers, the record of those turned away. Must not know: what is spoken on a connection.

use std::io;
use std::sync::Arc;

use super::hub::{Hub, Mail};
use crate::chat::{Arrival, Replay, RoomFull, SessionId, Token, View};
use crate::net::FourTuple;

/// Counts and logs a connection that gets no session.
pub(super) fn turned_away(hub: &Hub, tuple: FourTuple, why: &str) {
    hub.with(|room, _| room.turned_away());
    tracing::info!(client = %tuple.client, server = %tuple.server, why, "turned away");
}

/// What a connection asks for before it has a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// The session it wants to be again, with what it wants to be sent.
    pub(super) resume: Option<(Token, Replay)>,
    /// How that is written, where it was not understood.
    pub(super) usage: Option<&'static str>,
}

impl Wish {
    pub(super) fn resuming(resume: (Token, Replay)) -> Self {
        Self {
            resume: Some(resume),
            usage: None,
        }
    }
}

/// A session for a connection.
pub(super) fn admit(
    hub: &Hub,
    mail: &Arc<Mail>,
    connection: FourTuple,
    view: View,
    wish: Wish,
) -> Result<SessionId, RoomFull> {
    let token = fresh_token().unwrap_or_else(|error| {
        tracing::error!(%error, "no random numbers: this session cannot be resumed");
        Token::NOBODY
    });
    let arrival = Arrival {
        resume: wish.resume,
        usage: wish.usage,
        ..Arrival::new(connection, view, token)
    };
    hub.admit(mail, |room, now| room.connect(&arrival, now))
}

/// Fresh random bits for a resume token.
fn fresh_token() -> io::Result<Token> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Token::new(bits))
}
