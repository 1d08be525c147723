//! The words that a claim may name: findings, verdicts, states. A word that nothing ever says would make `no finding WORD` hold always.

use super::reader::{Expected, Problem, Reader, Word};

/// Codes of findings.
pub(super) const FINDINGS: [&str; 19] = [
    "refused",
    "unanswered",
    "accept_queue_full",
    "no_banner",
    "stalled_app",
    "peer_never_closed",
    "half_closed",
    "zero_window",
    "reset",
    "retransmission",
    "capture_loss",
    "ports_reused",
    "self_connect",
    "simultaneous_open",
    "simultaneous_close",
    "ws_cut",
    "messages_joined",
    "message_split",
    "idle",
];
/// Words of verdicts; `WS_CLOSE` has a close code behind it.
pub(super) const VERDICTS: [&str; 20] = [
    "REFUSED",
    "FILTERED",
    "ACCEPT_QUEUE_FULL",
    "OPENED",
    "OPENED_NO_BANNER",
    "SERVED",
    "STALLED_APP",
    "CLOSED_BY_CLIENT",
    "CLOSED_BY_SERVER",
    "CLOSED_BOTH",
    "HALF_CLOSED",
    "PEER_NEVER_CLOSED",
    "RESET_BY_CLIENT",
    "RESET_BY_SERVER",
    "ZERO_WINDOW",
    "IDLE",
    "LOST_CAPTURE",
    "PARTIAL_START",
    "PARTIAL_END",
    "WS_CUT_1006",
];
/// States (RFC 9293 section 3.3.2).
pub(super) const STATES: [&str; 11] = [
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
];

impl Reader {
    /// The code of a finding, or the cause of a reset.
    pub(super) fn finding_code(&mut self) -> Result<String, Problem> {
        let causes = super::parse::CAUSES.iter().map(|(name, _)| *name);
        self.known(&FINDINGS.into_iter().chain(causes), |_| false)
    }

    /// A verdict.
    pub(super) fn verdict(&mut self) -> Result<String, Problem> {
        let closes = |word: &str| {
            let code = word.strip_prefix("WS_CLOSE(")?.strip_suffix(')')?;
            code.parse::<u16>().ok()
        };
        let names = VERDICTS.into_iter().chain(["WS_CLOSE(1000)"]);
        self.known(&names, |word| closes(word).is_some())
    }

    /// A TCP state.
    pub(super) fn state(&mut self) -> Result<String, Problem> {
        self.known(&STATES.into_iter(), |_| false)
    }

    fn known(
        &mut self,
        names: &(impl Iterator<Item = &'static str> + Clone),
        or: impl Fn(&str) -> bool,
    ) -> Result<String, Problem> {
        let expected = || Expected::one_of(names.clone());
        let word = self.next(expected())?;
        if names.clone().any(|name| name == word) || or(&word) {
            return Ok(word);
        }
        Err(Problem::Wrong(expected(), Word::Bare(word)))
    }
}
