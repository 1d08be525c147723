//! Connections that another one has announced before their first segment.
//!
//! tshark 4.0 knows such a connection from the announcement on: its SYN is then no longer its first frame, and the SYN bit of
//! `tcp.completeness` stays unset. Nothing else depends on it. Owns: the announcements that wait for their connection.
//! Must not know: who announces how, streams.

use std::collections::hash_map::Entry;
use std::net::IpAddr;

use crate::net::{Endpoint, SeededMap};

/// Announcements that may wait at once; later ones are not kept (their streams get the SYN bit).
pub(super) const MAX_WAITING: usize = 4096;

/// One end of a connection to come, and what is known of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Expected {
    pub(super) end: Endpoint,
    /// `None`: anybody.
    pub(super) peer: Option<IpAddr>,
    /// `None`: any.
    pub(super) peer_port: Option<u16>,
}

impl Expected {
    /// A connection to `end`, from wherever.
    pub(super) const fn from_anybody(end: Endpoint) -> Self {
        Self {
            end,
            peer: None,
            peer_port: None,
        }
    }
}

/// What was announced and has not come yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Announced {
    waiting: SeededMap<Expected, u32>,
    /// How many of them are at each end: nearly all connections are at none.
    ends: SeededMap<Endpoint, u32>,
}

impl Announced {
    /// Nothing is waited for.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// This one is waited for already.
    pub(super) fn waits_for(&self, expected: &Expected) -> bool {
        self.waiting.contains_key(expected)
    }

    /// Waits for one more connection like this.
    pub(super) fn wait_for(&mut self, expected: Expected) {
        if self.waiting.len() < MAX_WAITING {
            let end = expected.end;
            let count = self.waiting.entry(expected).or_insert_with(|| {
                *self.ends.entry(end).or_default() += 1;
                0
            });
            *count = count.saturating_add(1);
        }
    }

    /// Whether the connection that begins between these two ends was announced; it is then no longer waited for.
    pub(super) fn take(&mut self, one: Endpoint, other: Endpoint) -> bool {
        if !self.ends.contains_key(&one) && !self.ends.contains_key(&other) {
            return false;
        }
        let known = |peer: Endpoint| (Some(peer.ip), Some(peer.port));
        let hosts = |peer: Endpoint| (Some(peer.ip), None);
        let anybody = |_: Endpoint| (None, None);
        [known, hosts, anybody].iter().any(|of| {
            [(one, other), (other, one)].iter().any(|&(end, peer)| {
                let (peer, peer_port) = of(peer);
                self.take_expected(&Expected {
                    end,
                    peer,
                    peer_port,
                })
            })
        })
    }

    fn take_expected(&mut self, expected: &Expected) -> bool {
        let Some(count) = self.waiting.get_mut(expected) else {
            return false;
        };
        *count -= 1;
        if *count == 0 {
            self.waiting.remove(expected);
            self.leave(expected.end);
        }
        true
    }

    /// One fewer is waited for at this end.
    fn leave(&mut self, end: Endpoint) {
        if let Entry::Occupied(mut left) = self.ends.entry(end) {
            *left.get_mut() -= 1;
            if *left.get() == 0 {
                left.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_announcement_serves_one_connection() {
        let end = |text: &str| -> Endpoint { text.parse().expect("an endpoint") };
        let mut announced = Announced::default();
        let (server, client) = (end("10.0.0.2:4097"), end("10.0.0.1:5"));
        announced.wait_for(Expected {
            end: server,
            peer: Some(client.ip),
            peer_port: None,
        });
        assert!(!announced.take(server, end("10.0.0.7:5")), "another client");
        assert!(announced.take(client, server), "in either direction");
        assert!(!announced.take(client, server) && announced.is_empty());
        announced.wait_for(Expected::from_anybody(server));
        assert!(announced.take(end("10.0.0.7:5"), server), "anybody");
        assert!(announced.is_empty() && announced.ends.is_empty());
    }
}
