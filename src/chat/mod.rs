//! The rules of the chat, without I/O: command and time in, effects out.
//!
//! Owns: the room log, cursors, sessions, commands, resume, and [`SessionEvent`], the one type the timeline knows of the chat.
//! Must not know: sockets, tasks, packets, clocks.
//!
//! **A room is a log, a session is a cursor.** [`Log`] is an append-only sequence of numbered lines, encoded once per
//! encoding in shared memory; a session's [`Cursor`] says which lines its client is still owed. Sending hands out slices of
//! the log; a slow reader costs its cursor; coming back is the same cursor under a new connection. Start with [`Room`].
//!
//! # The protocol
//!
//! **Line text**: UTF-8 lines ended by LF or CRLF; the last one may also be ended by the client's FIN. Bytes that could
//! drive a terminal or deceive a reader are shown escaped to everybody. A line is said to all, the speaker included, as
//! `name: text`; the speaker's own copy is the acknowledgement. Lines that begin with `* ` are notices, and nobody can
//! say one; `/me text` is `** name text`. `/help` lists the commands. A first line that begins HTTP or TLS ends the session
//! and is said to nobody.
//!
//! **WebSocket** `/chat`: the same lines, one text frame each; a message from the client may hold several lines.
//!
//! **`chatscope.v1`** (subprotocol of `/chat`): JSON objects, one per text frame. From the client
//! `{"type":"say","text":"…"}`, commands included. From the server:
//!
//! | `type` | fields |
//! |---|---|
//! | `welcome` | `server`, `name`, `session`, `token`, `next` (number of the next line) |
//! | `resumed` | `name`, `session`, `missed` (lines that follow now), `next` |
//! | `line` | `number`, `time` (seconds with nine decimals), `kind` (`say`, `act`, `notice`), `session` (who), `name`, `text` |
//! | `notice` | `text` |
//!
//! Lines are numbered from 1 without gaps, so that a client can prove it missed nothing.
//!
//! # Coming back
//!
//! Whoever holds the token of a session is that session: `/resume TOKEN` in line text, `/chat?resume=TOKEN` for WebSocket.
//! The session keeps its name and is sent exactly what it missed: the lines not wholly covered by the peer's TCP
//! acknowledgement when the old connection ended. **Its limit**: the kernel of a client acknowledges what its program may
//! never have read. A program that lost such lines asks by number: `/resume TOKEN N` sends line N and all after it,
//! `?resume=TOKEN&after=N` all after line N. `/resume TOKEN none` (`&replay=none`) refuses the replay. If the old connection
//! still looks alive it is ended first, politely. A full room has [`limits::SPARE_SESSIONS`] places for those who come back;
//! in line text they say so before they are in, and soon. With a history file nothing is too old to be sent again.
//! Sessions that went are kept up to a bound, [`limits::RESUMABLE`]; those that never said a line, up to
//! [`limits::RESUMABLE_QUIET`], are forgotten first, so that nobody pushes out the others by mere connecting.
//!
//! A private line (`/msg`) that the peer has not acknowledged is handed over again too, as long as the server runs:
//! private lines are in no history file, and at most [`limits::LETTER_BYTES`] of them are kept for a session.
//!
//! After a crash of the server (`kill -9`, power cut) with a history file nothing is lost either, but what the peer
//! acknowledged last may come twice: an acknowledgement reaches the kernel, and what the kernel knew of a connection dies
//! with the process. The place of each session is noted once a second as far as acknowledged by then; so what may come
//! again is at most what was acknowledged in the second before the crash, and nothing where a number is named, which is
//! why `chatscope.v1` clients should resume with `after=N`.
//! An orderly end notes the place of a session at the last moment, some seconds after its FIN was queued where its client
//! takes so long. Only what the kernel delivers for us after the process has ended, to a client that had not read on by
//! then, may come twice: taking it back would be a reset, which can destroy what the client has not read yet.
//! A session itself is stored before its token is shown, and before any line that it could be owed.

mod away;
mod chunk;
mod command;
mod cursor;
mod encode;
mod event;
mod excerpt;
mod ledger;
mod letters;
pub mod limits;
mod log;
mod names;
mod parked;
mod room;
mod session;
mod token;
mod turn;

pub use command::{Command, Replay};
pub use cursor::Cursor;
pub use encode::{Line, LineKind, View};
pub use event::{DisconnectReason, SessionEvent, SessionEventKind, SessionId, Transport};
pub use ledger::{Ledger, Unweighed};
pub use limits::Limits;
pub use log::{CHUNK_BYTES, Log, Taken};
pub use names::NameError;
pub use room::{Arrival, Counters, Effects, Question, Recall, Room, RoomFull, Saved, Staged};
pub use session::{Gone, Now};
pub use token::{Token, TokenHash};
pub use turn::Turn;
