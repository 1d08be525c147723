//! The rules of the chat, without I/O: command and time in, effects out.
//!
//! Owns: the room log, cursors, sessions, commands, resume, and [`SessionEvent`], the one type the timeline knows of the chat.
//! Must not know: sockets, tasks, packets, clocks.
//!
//! **A room is a log, a session is a cursor.** [`Log`] is an append-only sequence of numbered lines, encoded once per
//! encoding in shared memory; a session's [`Cursor`] says which lines its client is still owed. Sending hands out slices of
//! the log; a slow reader costs its cursor; coming back is the same cursor under a new connection. Start with [`Room`].
//!
//! What follows is told to users too.
#![doc = ""]
#![doc = include_str!("../../docs/chat-protocol.md")]

mod aside;
mod away;
mod chunk;
mod command;
mod crowds;
mod cursor;
mod encode;
mod event;
mod excerpt;
mod ledger;
mod letters;
pub mod limits;
mod log;
mod names;
pub mod notices;
mod parked;
mod room;
mod session;
mod token;
mod turn;

pub use command::{Command, Replay, open_part};
pub use cursor::Cursor;
pub use encode::{Line, LineKind, View};
pub use event::{DisconnectReason, SessionEvent, SessionEventKind, SessionId, Transport};
pub use ledger::{Ledger, Unweighed};
pub use limits::Limits;
pub use log::{CHUNK_BYTES, Log, Taken};
pub use names::NameError;
pub use room::{
    Arrival, Counters, Effects, Following, Portion, Question, Recall, Room, RoomFull, Saved, Staged,
};
pub use session::{Gone, Now};
pub use token::{Token, TokenHash};
pub use turn::Turn;
