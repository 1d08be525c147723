//! Stream numbers for the server's log: the story tells which stream each session's connection is.
//!
//! Owns: a bounded table of the connections open now. Must not know: how the log is written.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::chat::SessionEventKind;
use crate::net::FourTuple;
use crate::timeline::{Entry, SessionEntry, Sink, Wants};

/// Connections remembered at most; beyond it (events were lost) the table starts anew.
const CONNECTIONS: usize = 65_536;

/// The table, shared between the story and the server.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers(Arc<Mutex<HashMap<FourTuple, u64>>>);

impl Numbers {
    /// The stream of a connection, once the story has met both.
    pub(super) fn of(&self, connection: &FourTuple) -> Option<u64> {
        self.table(|table| table.get(connection).copied())
    }

    fn table<R>(&self, act: impl FnOnce(&mut HashMap<FourTuple, u64>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, entry: &SessionEntry) {
        let connection = entry.event.connection;
        match (&entry.event.kind, entry.stream) {
            (SessionEventKind::Disconnected { .. }, _) => {
                self.table(|table| table.remove(&connection));
            }
            (SessionEventKind::Connected { .. }, Some(stream)) => self.table(|table| {
                if table.len() >= CONNECTIONS {
                    table.clear();
                }
                table.insert(connection, u64::from(stream.0));
            }),
            _ => {}
        }
    }
}

/// Watches the story for sessions that meet their streams.
impl Sink for Numbers {
    fn wants(&self) -> Wants {
        Wants::EVENTS
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Session(session) = entry {
            self.take(session);
        }
        Ok(())
    }
}
