//! Handshake, teardown and verdict in words.

use super::{Explainer, Value, ids};
use crate::packet::IcmpError;
use crate::tcp::{HandshakeOutcome, ResetCause, Side, TcpState, Teardown};
use crate::timeline::{FindingCode, FindingEntry, HandshakeEntry, Verdict, VerdictCode};

impl Explainer {
    /// Appends how an opening came out.
    pub fn handshake_note(&self, out: &mut String, entry: &HandshakeEntry) {
        let card = &entry.handshake;
        let since_syn = match (card.outcome, card.syn, card.answer) {
            (HandshakeOutcome::Refused, Some(syn), Some(answer)) => answer.at.since(syn.at),
            _ => card.duration().unwrap_or(0),
        };
        let values = [
            ("duration", Value::Span(since_syn)),
            ("retries", Value::Number(u64::from(card.syn_retries))),
            ("tries", Value::Number(u64::from(card.syn_retries) + 1)),
            (
                "port",
                Value::Number(u64::from(entry.connection.server.port)),
            ),
        ];
        self.joined(out, ids::opening(entry), &values);
        if card.self_connect {
            self.joined(out, "finding-self-connect", &[]);
        }
    }

    /// Appends how a connection ended.
    pub fn teardown_note(&self, out: &mut String, card: &Teardown) {
        if let Some(reset) = card.reset {
            self.reset_note(out, "teardown-reset", reset.side, reset.cause);
            return;
        }
        if let Some(id) = ids::orderly(card) {
            let segments = card.segments().unwrap_or_default();
            let values = [
                ("segments", Value::Number(u64::from(segments))),
                ("duration", Value::Span(card.duration().unwrap_or(0))),
                ("side", Self::side(card.first_fin.map(|fin| fin.side))),
            ];
            self.joined(out, id, &values);
        }
        if card.half_close_bytes > 0 {
            let bytes = Value::Number(card.half_close_bytes);
            self.joined(out, "teardown-half-bytes", &[("bytes", bytes)]);
        }
    }

    /// Who reset and why, under one of the two ids that say so.
    fn reset_note(&self, out: &mut String, id: &str, side: Side, cause: ResetCause) {
        let cause = self.cause_words(cause);
        let values = [
            ("side", Self::side(Some(side))),
            ("cause", Value::Text(&cause)),
        ];
        self.joined(out, id, &values);
    }

    /// Who complained about a segment of whom, and what they said.
    pub(super) fn error_note(&self, out: &mut String, side: Option<Side>, error: IcmpError) {
        let reason = self.text(ids::icmp(error.reason), &[]);
        let from = error.from.to_string();
        let values = [
            ("side", Self::side(side)),
            ("from", Value::Text(&from)),
            ("cause", Value::Text(&reason)),
        ];
        let id = ids::finding(FindingCode::IcmpError(error));
        self.joined(out, id, &values);
    }

    /// Likely cause of a RST in words.
    #[must_use]
    pub fn cause_words(&self, cause: ResetCause) -> String {
        self.text(ids::cause(cause), &[])
    }

    /// A state in words.
    #[must_use]
    pub fn state_words(&self, state: TcpState) -> String {
        self.text(ids::state(state), &[])
    }

    /// Appends a finding in words, without its frames.
    pub fn finding_note(&self, out: &mut String, finding: &FindingEntry) {
        let id = ids::finding(finding.code);
        if let FindingCode::Reset(cause) = finding.code {
            self.reset_note(out, id, finding.side.unwrap_or(Side::Server), cause);
            return;
        }
        if let FindingCode::IcmpError(error) = finding.code {
            self.error_note(out, finding.side, error);
            return;
        }
        let duration = finding.duration.map_or(Value::Text("none"), Value::Span);
        let values = [
            ("side", Self::side(finding.side)),
            ("value", Value::Number(finding.value.unwrap_or(0))),
            ("duration", duration),
        ];
        self.joined(out, id, &values);
    }

    /// The meaning of one verdict word.
    #[must_use]
    pub fn verdict_words(&self, code: VerdictCode) -> String {
        self.text(ids::verdict(code), &[])
    }

    /// Appends what a verdict means: the main word, the cause of a reset, then what else holds.
    pub fn verdict_note(&self, out: &mut String, verdict: &Verdict) {
        self.joined(out, ids::verdict(verdict.code), &[]);
        if let Some(cause) = verdict.cause {
            self.joined(out, ids::cause(cause), &[]);
        }
        for code in verdict.also.iter() {
            self.joined(out, ids::verdict(*code), &[]);
        }
    }
}
