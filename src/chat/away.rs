//! Sessions whose connections ended and that may come back.
//!
//! Owns: which of them are forgotten first. Must not know: names, tokens, or why a connection ended.
//! Connecting costs nothing, so who was never seen in the room, by a line or by a new name, must not push out those who were:
//! the quiet ones are fewer and go first.

use std::collections::VecDeque;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::SessionId;
use super::limits::RESUMABLE_QUIET;
use super::session::Gone;

/// Who went when. Entries of those that came back are skipped, and thrown out before they become most.
#[derive(Debug, Default)]
struct Order {
    went: VecDeque<(SessionId, Duration)>,
    /// How many of the entries are of sessions still away.
    count: usize,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Away {
    sessions: FxHashMap<SessionId, Gone>,
    heard: Order,
    quiet: Order,
}

impl Away {
    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn get(&self, id: SessionId) -> Option<&Gone> {
        self.sessions.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: SessionId) -> Option<&mut Gone> {
        self.sessions.get_mut(&id)
    }

    /// It comes back, or is forgotten.
    pub(super) fn remove(&mut self, id: SessionId) -> Option<Gone> {
        let gone = self.sessions.remove(&id)?;
        self.order(gone.quiet).count -= 1;
        Some(gone)
    }

    /// Keeps a session.
    pub(super) fn insert(&mut self, gone: Gone) {
        self.remove(gone.id);
        let order = self.order(gone.quiet);
        order.went.push_back((gone.id, gone.since));
        order.count += 1;
        let crowded = order.went.len() > 2 * order.count + 64;
        let quiet = gone.quiet;
        self.sessions.insert(gone.id, gone);
        if crowded {
            self.tidy(quiet);
        }
    }

    /// The next one to be forgotten, already taken out, while more than `most` are kept or too many quiet ones.
    pub(super) fn surplus(&mut self, most: usize) -> Option<Gone> {
        let over = self.sessions.len() > most;
        if self.quiet.count > RESUMABLE_QUIET || over && self.quiet.count > 0 {
            return self.oldest(true);
        }
        over.then(|| self.oldest(false)).flatten()
    }

    fn oldest(&mut self, quiet: bool) -> Option<Gone> {
        while let Some((id, since)) = self.order(quiet).went.pop_front() {
            if self.is(id, since, quiet) {
                return self.remove(id);
            }
        }
        None
    }

    fn is(&self, id: SessionId, since: Duration, quiet: bool) -> bool {
        let same = |gone: &Gone| gone.since == since && gone.quiet == quiet;
        self.sessions.get(&id).is_some_and(same)
    }

    fn tidy(&mut self, quiet: bool) {
        let mut went = std::mem::take(&mut self.order(quiet).went);
        went.retain(|&(id, since)| self.is(id, since, quiet));
        self.order(quiet).went = went;
    }

    fn order(&mut self, quiet: bool) -> &mut Order {
        if quiet {
            &mut self.quiet
        } else {
            &mut self.heard
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Cursor, TokenHash};

    fn gone(id: u64, quiet: bool) -> Gone {
        let token = TokenHash([0; 32]);
        Gone {
            since: Duration::from_secs(id),
            quiet,
            ..Gone::stored(SessionId(id), "x".into(), token, Cursor::new(1))
        }
    }

    fn forgotten(away: &mut Away, most: usize) -> Vec<u64> {
        std::iter::from_fn(|| away.surplus(most))
            .map(|gone| gone.id.0)
            .collect()
    }

    #[test]
    fn the_quiet_go_first_and_the_oldest_of_them_before() {
        let mut away = Away::default();
        for (id, quiet) in [(1, false), (2, true), (3, false), (4, true)] {
            away.insert(gone(id, quiet));
        }
        assert_eq!(forgotten(&mut away, 3), [2]);
        assert_eq!(forgotten(&mut away, 1), [4, 1]);
        assert_eq!(away.len(), 1);
    }

    #[test]
    fn the_quiet_have_a_bound_of_their_own() {
        let mut away = Away::default();
        let most = RESUMABLE_QUIET as u64;
        for id in 1..=most + 2 {
            away.insert(gone(id, true));
        }
        assert_eq!(forgotten(&mut away, usize::MAX), [1, 2]);
    }

    #[test]
    fn who_comes_and_goes_leaves_no_trail() {
        let mut away = Away::default();
        for since in 1..10_000 {
            away.insert(gone(since % 7, since % 2 == 0));
            if since % 3 == 0 {
                away.remove(SessionId(since % 7));
            }
        }
        assert!(away.heard.went.len() + away.quiet.went.len() < 300);
        let count = away.heard.count + away.quiet.count;
        assert_eq!(count, away.len());
    }
}
