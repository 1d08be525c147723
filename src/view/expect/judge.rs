//! Claims against a report: what holds, what was found instead, and the frames that show it.

use super::claim::{Claim, Counted, Noticed, Scope};
use super::court::{Answer, Court};
use super::parse::Expectation;
use super::{connection, message};
use crate::explain::{Explainer, Value};
use crate::tcp::Side;
use crate::view::report::{
    BitRow, Both, ConnectionRow, Evidence, FindingRow, Report, frames_filter,
};

/// Frames named as evidence of one judgement.
const MAX_FRAMES: usize = 16;
/// Connections described in one judgement.
const MAX_DESCRIBED: usize = 8;

/// How a claim came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It cannot be told from what was captured: frames are known to be missing, or details were not kept.
    Inconclusive,
}

impl Outcome {
    /// The word, the same in all formats and languages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }
}

/// One expectation, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The expectation as written.
    pub expectation: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What the capture holds, in the words of the claims where it can be said with them.
    pub found: String,
    /// Why it is inconclusive; `None` where it is not.
    pub reason: Option<String>,
    /// Where it can be looked up.
    pub evidence: Evidence,
}

/// Judges every expectation; `words` say what was found. `incomplete`: frames are known to be missing. Where the snap length
/// cut frames, so may be what is read from their bytes.
#[must_use]
pub fn judge(
    report: &Report,
    expectations: &[Expectation],
    incomplete: bool,
    words: &Explainer,
) -> Vec<Judgement> {
    let court = Court { report, words };
    expectations
        .iter()
        .map(|expectation| {
            let mut answer = court.answer(expectation);
            answer.frames.sort_unstable();
            answer.frames.dedup();
            answer.frames.truncate(MAX_FRAMES);
            let cut = report.capture.cut_frames > 0 && expectation.claim.is_read_from_bytes();
            let outcome = outcome(&expectation.claim, &answer, incomplete || cut);
            let why = match (incomplete, cut) {
                (false, true) => "expect-frames-cut",
                _ => "expect-frames-missing",
            };
            let reason = (outcome == Outcome::Inconclusive).then(|| {
                if answer.known || cut {
                    court.say(why, &[])
                } else {
                    answer.found.clone()
                }
            });
            Judgement {
                expectation: expectation.text.clone(),
                outcome,
                reason,
                found: answer.found,
                evidence: Evidence {
                    see: frames_filter(&answer.frames),
                    frames: answer.frames,
                },
            }
        })
        .collect()
}

/// What an answer comes to. Where frames are missing nothing is proved by absence, and nothing disproved.
fn outcome(claim: &Claim, answer: &Answer, incomplete: bool) -> Outcome {
    match (answer.holds, incomplete) {
        (true, true) if claim.rests_on_absence() => Outcome::Inconclusive,
        (true, _) => Outcome::Pass,
        (false, false) if answer.known => Outcome::Fail,
        (false, true) if answer.known && claim.is_refuted_by_a_frame() => Outcome::Fail,
        (false, _) => Outcome::Inconclusive,
    }
}

impl Court<'_> {
    fn answer(&self, expectation: &Expectation) -> Answer {
        let scope = expectation.scope;
        match &expectation.claim {
            Claim::NoDrops => self.no_drops(),
            Claim::OnlyPort(port) => self.only_port(*port),
            Claim::Complete if scope == Scope::Every && !self.is_of_chosen() => self.complete(),
            Claim::Flag { name, absent } if scope == Scope::Every => {
                let (holds, found, frames) =
                    connection::flagged(&self.report.analysis, name, *absent);
                Answer::new(holds, found, frames)
            }
            // Said on at least one connection is said at all.
            Claim::Message(claim) if scope == Scope::Any && !claim.absent => {
                message::judge(self, claim, Scope::Every)
            }
            claim if scope == Scope::Any => self.connections(scope, |row| self.of_one(claim, row)),
            claim => match self.of_all(claim, scope) {
                Some(answer) => self.of_those_there(answer, claim, scope),
                None => self.connections(scope, |row| connection::judge(self, row, claim)),
            },
        }
    }

    /// Only some connections are judged (`--stream`, `--port`): what the capture says of all of them is no answer.
    fn is_of_chosen(&self) -> bool {
        let chosen = self.report.selection.as_ref();
        chosen.is_some_and(|chosen| !chosen.streams.is_empty() || !chosen.ports.is_empty())
    }

    /// The answer of chosen connections together, unless there is none of them: of nothing all is absent. What was found (it
    /// has frames) was found, also where not every connection was looked at.
    fn of_those_there(&self, answer: Answer, claim: &Claim, scope: Scope) -> Answer {
        let streams = Counted::Streams;
        if scope == Scope::Every || matches!(claim, Claim::Count { what, .. } if *what == streams) {
            return answer;
        }
        let nobody = self.rows(scope).next().is_none();
        let unseen = self.report.connections_folded > 0;
        if unseen && (nobody || matches!(scope, Scope::Port(_))) && answer.frames.is_empty() {
            return self.folded();
        }
        if nobody && !unseen {
            return self.nobody();
        }
        answer
    }

    /// A claim that chosen connections answer together: how much there is of something, and whether there is any.
    fn of_all(&self, claim: &Claim, scope: Scope) -> Option<Answer> {
        Some(match claim {
            Claim::Count {
                what,
                from,
                order,
                number,
            } => match self.count(*what, *from, scope) {
                Some(found) => Answer::new(
                    order.holds(found, *number),
                    found.to_string(),
                    self.counted_frames(*what, scope),
                ),
                None => self.folded(),
            },
            Claim::Message(claim) => message::judge(self, claim, scope),
            Claim::Finding { what, absent } => self.finding(*what, *absent, scope),
            _ => return None,
        })
    }

    /// The same claim about one connection.
    fn of_one(&self, claim: &Claim, row: &ConnectionRow) -> Answer {
        let Some(mut answer) = self.of_all(claim, Scope::Stream(row.stream)) else {
            return connection::judge(self, row, claim);
        };
        let stream = self.say(
            "comment-stream",
            &[("stream", Value::Number(row.stream.into()))],
        );
        answer.found = format!("{stream}: {}", answer.found);
        answer
    }

    /// Whether a stream is one that the claim is about.
    pub(super) fn covers(&self, stream: u32, scope: Scope) -> bool {
        let known = || self.report.connections.iter().find(|r| r.stream == stream);
        match scope {
            Scope::Every | Scope::Any => true,
            Scope::Stream(only) => stream == only,
            Scope::Port(_) => known().is_some_and(|row| in_scope(row, scope)),
        }
    }

    fn rows(&self, scope: Scope) -> impl Iterator<Item = &ConnectionRow> {
        let rows = self.report.connections.iter();
        rows.filter(move |row| in_scope(row, scope))
    }

    /// Each connection about a claim: every one in scope must agree, or at least one. What is known of one decides before
    /// what is not known of another.
    fn connections(&self, scope: Scope, judge: impl Fn(&ConnectionRow) -> Answer) -> Answer {
        let mut all = Vec::new();
        for row in self.rows(scope) {
            let answer = judge(row);
            let decides = if scope == Scope::Any {
                answer.holds
            } else {
                !answer.holds && answer.known
            };
            if decides {
                return answer;
            }
            all.push(answer);
        }
        let unknown = all.iter().position(|answer| !answer.known);
        if let Some(first) = unknown.filter(|_| scope != Scope::Any) {
            return all.swap_remove(first);
        }
        if self.report.connections_folded > 0 && !matches!(scope, Scope::Stream(_)) {
            return self.folded();
        }
        if all.is_empty() {
            return self.nobody();
        }
        let found: Vec<_> = all.iter().take(MAX_DESCRIBED).map(|a| &*a.found).collect();
        Answer {
            holds: scope != Scope::Any,
            known: all.iter().all(|answer| answer.known),
            found: found.join("; "),
            frames: all
                .iter()
                .flat_map(|answer| &answer.frames)
                .copied()
                .collect(),
        }
    }

    fn nobody(&self) -> Answer {
        Answer::new(false, self.say("expect-no-connection", &[]), Vec::new())
    }

    /// What was folded away was never looked at.
    fn folded(&self) -> Answer {
        let folded = Value::Number(self.report.connections_folded);
        Answer::unknown(self.say("expect-not-known", &[("count", folded)]))
    }

    /// How much there is of it; `None` where it is a sum over connections and some have no row.
    fn count(&self, what: Counted, from: Option<Side>, scope: Scope) -> Option<u64> {
        let of = |both: &Both<u64>| match from {
            Some(Side::Client) => both.client,
            Some(Side::Server) => both.server,
            None => both.client + both.server,
        };
        let whole = scope == Scope::Every && from.is_none();
        let rows = self.rows(scope);
        let known = self.report.connections_folded == 0 || matches!(scope, Scope::Stream(_));
        Some(match what {
            Counted::Streams if whole => self.report.connections_total,
            Counted::Messages if whole => self.report.lines_total,
            Counted::Frames if whole && !self.is_of_chosen() => self.report.capture.frames,
            Counted::Bit(bit) => self.bit(bit).map_or(0, |row| row.count),
            _ if !known => return None,
            Counted::Streams => rows.count() as u64,
            Counted::Messages => rows.map(|row| of(&row.messages)).sum(),
            Counted::Frames => rows.map(|row| of(&row.frames)).sum(),
            Counted::Bytes => rows.map(|row| of(&row.bytes)).sum(),
        })
    }

    fn bit(&self, bit: &str) -> Option<&BitRow> {
        self.report.bits.iter().find(|row| row.flag == bit)
    }

    fn counted_frames(&self, what: Counted, scope: Scope) -> Vec<u64> {
        match what {
            Counted::Bit(bit) => {
                let row = self.bit(bit);
                row.map_or_else(Vec::new, |row| row.evidence.frames.clone())
            }
            _ => self.firsts(scope),
        }
    }

    /// The first frame of every connection.
    fn firsts(&self, scope: Scope) -> Vec<u64> {
        let first = |row: &ConnectionRow| row.evidence.frames.first().copied();
        self.rows(scope).filter_map(first).collect()
    }

    fn no_drops(&self) -> Answer {
        let c = &self.report.capture;
        let losses = [c.kernel_dropped, c.interface_dropped, Some(c.queue_dropped)];
        let [kernel, interface, queue] = losses.map(|count| Value::Number(count.unwrap_or(0)));
        let values = [
            ("kernel", kernel),
            ("interface", interface),
            ("queue", queue),
        ];
        let none = losses.iter().flatten().sum::<u64>() == 0;
        if none && c.kernel_dropped.is_none() {
            return Answer::unknown(self.say("report-drops-unknown", &[]));
        }
        Answer::new(none, self.say("report-drops-value", &values), Vec::new())
    }

    fn only_port(&self, port: u16) -> Answer {
        let c = &self.report.capture;
        let ports: Vec<_> = c.service_ports.iter().map(|p| p.port.to_string()).collect();
        let ports = ports.join(", ");
        let others = c.frames.saturating_sub(c.tcp_frames);
        let values = [
            ("ports", (&*ports).into()),
            ("others", Value::Number(others)),
        ];
        let first = c.service_ports.first();
        let only = c.only_service && first.is_some_and(|first| first.port == port);
        Answer::new(
            only,
            self.say("expect-ports", &values),
            self.firsts(Scope::Every),
        )
    }

    fn complete(&self) -> Answer {
        let c = &self.report.capture;
        let total = self.report.connections_total;
        let values = [
            ("complete", Value::Number(c.complete)),
            ("total", Value::Number(total)),
            ("open", Value::Number(c.open_at_end)),
            ("before", Value::Number(c.begun_before)),
        ];
        let holds = total > 0 && c.complete == total && !c.truncated;
        Answer::new(
            holds,
            self.say("expect-complete", &values),
            self.firsts(Scope::Every),
        )
    }

    fn finding(&self, what: Option<Noticed>, absent: bool, scope: Scope) -> Answer {
        let meant = |row: &&FindingRow| match what {
            Some(Noticed::Finding(code)) => row.code == code.code(),
            Some(Noticed::Cause(cause)) => row.cause == Some(cause.code()),
            None => row.severity != "chat",
        };
        let rows: Vec<_> = self
            .report
            .findings
            .iter()
            .filter(meant)
            .filter(|row| row.stream.is_none_or(|stream| self.covers(stream, scope)))
            .collect();
        if rows.is_empty() && self.report.findings_folded > 0 {
            let values = [("more", Value::Number(self.report.findings_folded))];
            return Answer::unknown(self.say("report-findings-folded", &values));
        }
        let mut codes: Vec<_> = rows.iter().map(|row| row.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let found = if codes.is_empty() {
            "no finding".to_owned()
        } else {
            format!("finding {}", codes.join(", "))
        };
        let frames = rows.iter().flat_map(|row| &row.evidence.frames).copied();
        Answer::new(rows.is_empty() == absent, found, frames.collect())
    }
}

/// A connection is one that the claim is about.
fn in_scope(row: &ConnectionRow, scope: Scope) -> bool {
    match scope {
        Scope::Every | Scope::Any => true,
        Scope::Stream(stream) => row.stream == stream,
        Scope::Port(port) => row.client_port == port || row.server_port == port,
    }
}
