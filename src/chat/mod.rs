//! The rules of the chat, without I/O: command and time in, effects out.
//!
//! Owns: the room log, cursors, sessions, commands, resume, and [`SessionEvent`], the one type the timeline knows of the chat.
//! Must not know: sockets, tasks, packets, clocks.

mod event;

pub use event::{DisconnectReason, SessionEvent, SessionEventKind, SessionId, Transport};
