//! The words that a claim may name: findings, verdicts, states. A word that nothing ever says would make `no finding WORD` hold always.

use super::claim::Noticed;
use super::reader::{Expected, Problem, Reader};
use crate::tcp::{HandshakeOutcome, ResetCause, Side, TcpState};
use crate::timeline::{FindingCode, VerdictCode};

pub(super) const SIDES: [(&str, Side); 2] = [("client", Side::Client), ("server", Side::Server)];
/// Who closed first.
pub(super) const CLOSERS: [(&str, Option<Side>); 3] = [
    ("client", Some(Side::Client)),
    ("server", Some(Side::Server)),
    ("both", None),
];
/// How an opening came out: the codes with hyphens.
pub(super) const OUTCOMES: [(&str, HandshakeOutcome); HandshakeOutcome::ALL.len()] = [
    ("complete", HandshakeOutcome::Complete),
    ("refused", HandshakeOutcome::Refused),
    ("unanswered", HandshakeOutcome::Unanswered),
    ("half-open", HandshakeOutcome::HalfOpen),
    ("not-seen", HandshakeOutcome::NotSeen),
    ("simultaneous", HandshakeOutcome::Simultaneous),
];

/// Likely causes of a reset.
pub(super) fn causes() -> [(&'static str, ResetCause); ResetCause::ALL.len()] {
    ResetCause::ALL.map(|cause| (cause.code(), cause))
}

impl Reader {
    /// The code of a finding, or the cause of a reset.
    pub(super) fn noticed(&mut self) -> Result<Noticed, Problem> {
        let findings = FindingCode::ALL.map(|code| (code.code(), Noticed::Finding(code)));
        let causes = causes().map(|(word, cause)| (word, Noticed::Cause(cause)));
        let known: Vec<_> = findings.into_iter().chain(causes).collect();
        self.word_of(&known)
    }

    /// A verdict; that of a WebSocket Close has its code behind it.
    pub(super) fn verdict(&mut self) -> Result<VerdictCode, Problem> {
        let known = VerdictCode::ALL.map(|code| match code {
            VerdictCode::WsClose(_) => ("WS_CLOSE(1000)", code),
            code => (code.word(), code),
        });
        let close = self.peek().and_then(|word| {
            let code = word.strip_prefix("WS_CLOSE(")?.strip_suffix(')')?;
            code.parse().ok()
        });
        if let Some(close) = close {
            self.next(Expected::one_of(known.iter().map(|(name, _)| *name)))?;
            return Ok(VerdictCode::WsClose(close));
        }
        self.word_of(&known)
    }

    /// A TCP state (RFC 9293 section 3.3.2).
    pub(super) fn state(&mut self) -> Result<TcpState, Problem> {
        let known = TcpState::ALL.into_iter();
        let known = known.filter(|state| *state != TcpState::Unknown);
        let known: Vec<_> = known.map(|state| (state.name(), state)).collect();
        self.word_of(&known)
    }
}
