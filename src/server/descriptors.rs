//! Descriptors for as many connections as the limits allow.
//!
//! Owns: the process's soft limit. Must not know: what the descriptors are used for. The soft limit is often 1,024, for the
//! sake of programs that use `select`; programs that do not are meant to raise it up to the hard one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::http::HTTP_CONNECTIONS;
use crate::chat::limits::SPARE_SESSIONS;

/// Listeners, files, those who are told that there is no place, and what libraries open.
const OTHERS: usize = 256;

/// Raises the limit as far as it may be and `sessions` need; where that is not far enough, connections beyond it are told so
/// when they come.
pub fn provide_descriptors(sessions: usize) {
    let wanted = sessions.saturating_add(2 * SPARE_SESSIONS + HTTP_CONNECTIONS + OTHERS);
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        let most = hard.min(wanted as u64);
        if soft >= most {
            return Ok(());
        }
        setrlimit(Resource::RLIMIT_NOFILE, most, hard)
    });
    if let Err(error) = raised {
        tracing::debug!(%error, "the limit of descriptors stays as it is");
    }
}
