//! What is owed and overdue: stall detection. Each finding says what is certain (frames) and is itself an inference; none is
//! made where the capture lost segments, or where this service is not known to do otherwise.

use super::facts::Marks;
use super::limits::{HABIT, HABIT_WITH_OTHER_SIGNS, STALL_LOOKS};
use super::services::RoomId;
use super::signs::Signs;
use super::story::{NEVER, Story};
use super::telling::with_frames;
use super::timers::Timer;
use super::watch::{Watch, ZeroWindow};
use super::{FindingCode, FindingEntry};
use crate::net::Timestamp;
use crate::tcp::{Certainty, Fin, Side, StreamId};

/// Everything that may become overdue in one connection.
#[derive(Clone, Copy, Debug, Default)]
struct Dues {
    answer: Option<Timestamp>,
    first_word: Option<Timestamp>,
    greeting: Option<Timestamp>,
    client_window: Option<Timestamp>,
    server_window: Option<Timestamp>,
    close: Option<Timestamp>,
    idle: Option<Timestamp>,
}

impl Dues {
    fn earliest(&self) -> Timestamp {
        let all = [
            self.answer,
            self.first_word,
            self.greeting,
            self.client_window,
            self.server_window,
            self.close,
            self.idle,
        ];
        let times = all.map(|due| due.unwrap_or(NEVER));
        times.into_iter().fold(NEVER, Timestamp::min)
    }
}

impl Story {
    /// What has not been told yet and may become overdue.
    fn dues(&self, watch: &Watch) -> Dues {
        let (services, patience) = (&self.services, self.settings.stall_after);
        let answer = watch.answer_due(services, patience, HABIT_WITH_OTHER_SIGNS);
        let answer = answer.map(|due| due.plus(patience * i64::from(watch.stall_looks)));
        let first_word = watch.first_word_due(services, patience);
        let greeting = watch.greeting_due(services, patience);
        let closing = watch.fin.client || watch.fin.server;
        let close = if closing {
            self.server_close_due(watch)
        } else {
            None
        };
        let idle = watch.last_stir().plus(self.settings.idle_after);
        // Where the capture lost frames, absence proves nothing.
        let whole = !self.lost;
        Dues {
            answer: answer.filter(|_| whole && !watch.stall_told),
            first_word: first_word.filter(|_| whole),
            greeting: greeting.filter(|_| whole && !watch.greeting_told),
            client_window: watch.zero_window_due(Side::Client),
            server_window: watch.zero_window_due(Side::Server),
            close: close.filter(|_| whole && !watch.unclosed_told),
            idle: (!watch.idle_told && !closing).then_some(idle),
        }
    }

    /// When the FIN that answers the first one is overdue, and the first one. The server's program gets less patience than a
    /// client, which may keep a connection that the server has closed until it needs it (browsers do).
    fn close_due(&self, watch: &Watch) -> Option<(Timestamp, Fin)> {
        if watch.is_lossy() || (watch.fin.client && watch.fin.server) {
            return None;
        }
        let summary = self.analyzer.summary(watch.stream)?;
        let first = summary.teardown.first_fin?;
        let acked = first.acked?;
        let owing = first.side.other();
        let patience = match owing {
            Side::Server => self.settings.stall_after,
            Side::Client => self.settings.idle_after,
        };
        let last = watch.last_data.of(owing).unwrap_or(acked.at);
        Some((last.max(acked.at).plus(patience), first))
    }

    /// As [`Self::close_due`], where the server owes it. Only that is a finding while it lasts; of a client it is said at the
    /// end.
    fn server_close_due(&self, watch: &Watch) -> Option<Timestamp> {
        if !watch.fin.client || watch.fin.server || !watch.roles_known {
            return None;
        }
        let (due, first) = self.close_due(watch)?;
        (first.side == Side::Client).then_some(due)
    }

    /// Sets a timer for what may become overdue next, unless an earlier one is set.
    pub(super) fn arm(&mut self, stream: StreamId) {
        let slot = self.facts.of(stream).watch;
        let Some(watch) = self.watches.get(slot) else {
            return;
        };
        let dues = self.dues(watch);
        let due = dues.earliest();
        if due == NEVER {
            return;
        }
        let timer = if dues.idle == Some(due) {
            Timer::Idle(stream)
        } else {
            Timer::Watch(stream)
        };
        // What is due by now is looked at with the next passing of time.
        let due = due.max(self.clock);
        if watch.armed.is_some_and(|armed| armed <= due) {
            return;
        }
        self.timers.set(due, timer);
        if let Some(watch) = self.watches.get_mut(slot) {
            watch.armed = Some(due);
        }
    }

    /// A timer of a connection fires: tells what is overdue.
    pub(super) fn look_after(&mut self, stream: StreamId) {
        let slot = self.facts.of(stream).watch;
        let Some(watch) = self.watches.get_mut(slot) else {
            return;
        };
        if watch.armed.is_some_and(|armed| armed <= self.clock) {
            watch.armed = None;
        }
        let mut watch = watch.clone();
        for finding in self.overdue(&mut watch) {
            self.tell_finding(finding);
        }
        if let Some(place) = self.watches.get_mut(slot) {
            *place = watch;
        }
        self.arm(stream);
    }

    /// Findings about what is overdue at this moment; marks them as told.
    fn overdue(&self, watch: &mut Watch) -> Vec<FindingEntry> {
        let now = self.clock;
        let dues = self.dues(watch);
        let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        let mut findings = Vec::new();
        if is_due(dues.answer) {
            watch.stall_looks += 1;
            watch.stall_told = watch.stall_looks >= STALL_LOOKS;
            if self.is_stalled(watch, now) {
                watch.stall_told = true;
                if !std::mem::replace(&mut watch.stall_said, true) {
                    findings.extend(self.no_answer(watch, FindingCode::StalledApp));
                }
            }
        }
        if is_due(dues.first_word) {
            watch.silence_seen = true;
            let finding = self.no_answer(watch, FindingCode::SilentApp);
            findings.extend(finding.map(|finding| FindingEntry {
                certainty: Certainty::Seen,
                ..finding
            }));
        }
        if is_due(dues.greeting) {
            watch.greeting_told = true;
            let mut finding = self.finding(FindingCode::NoBanner, watch.stream);
            finding.side = Some(Side::Server);
            finding.duration = Some(now.since(watch.open));
            let steps = self.analyzer.summary(watch.stream).map(|s| s.handshake);
            let ack = steps.and_then(|handshake| handshake.ack);
            findings.push(with_frames(finding, &[ack.map_or(0, |step| step.frame)]));
        }
        for (side, due) in [
            (Side::Client, dues.client_window),
            (Side::Server, dues.server_window),
        ] {
            if is_due(due)
                && let Some(zero) = watch.zero_window.of_mut(side)
            {
                zero.told = true;
                let (zero, stream) = (*zero, watch.stream);
                findings.push(self.window_shut(stream, side, &zero, now));
            }
        }
        if is_due(dues.close) {
            watch.unclosed_told = true;
            findings.extend(self.no_fin(watch));
        }
        if is_due(dues.idle) {
            watch.idle_told = true;
            let mut finding = self.finding(FindingCode::Idle, watch.stream);
            finding.certainty = Certainty::Seen;
            finding.duration = Some(now.since(watch.last_stir()));
            findings.push(finding);
        }
        findings
    }

    /// The pending turn was acknowledged, its answer is overdue, and habit or other signs say that this is no accident.
    fn is_stalled(&self, watch: &Watch, now: Timestamp) -> bool {
        let patience = self.settings.stall_after;
        let overdue = |habit| {
            watch
                .answer_due(&self.services, patience, habit)
                .is_some_and(|due| due <= now)
        };
        watch.turn.is_some_and(|turn| turn.acked.is_some())
            && (overdue(HABIT) || (overdue(HABIT_WITH_OTHER_SIGNS) && self.other_signs(watch, now)))
    }

    /// Something else in the same room is overdue.
    fn other_signs(&self, watch: &Watch, now: Timestamp) -> bool {
        let signs = self.signs_in(self.services.of(watch.service).room, now);
        signs.overdue
            || signs
                .blocked
                .iter()
                .flatten()
                .any(|&(stream, _)| stream != watch.stream)
    }

    /// What is overdue in a room, looked up anew where it was not known a moment ago.
    fn signs_in(&self, room: RoomId, now: Timestamp) -> Signs {
        let mut known = self.signs.borrow_mut();
        if let Some(signs) = known.get(&room).filter(|signs| signs.hold_at(now)) {
            return *signs;
        }
        let patience = self.settings.stall_after;
        let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        let watches = self.watches.in_room(room);
        let mut signs = Signs::none(now, watches.len());
        for other in watches {
            signs.overdue |= is_due(other.greeting_due(&self.services, patience))
                || is_due(self.server_close_due(other));
            let lasts = |zero: &ZeroWindow| Self::lasted(now.since(zero.since));
            if let Some(zero) = other.zero_window.client.filter(lasts) {
                signs.note_blocked(other.stream, zero.frame);
            }
        }
        known.insert(room, signs);
        signs
    }

    /// Bytes acknowledged by the kernel, nothing from the program.
    fn no_answer(&self, watch: &Watch, code: FindingCode) -> Option<FindingEntry> {
        let turn = watch.turn?;
        let acked = turn.acked?;
        let mut finding = self.finding(code, watch.stream);
        finding.side = Some(Side::Server);
        finding.duration = Some(self.clock.since(turn.at));
        finding.value = Some(turn.bytes);
        // A window of 0 towards another client often says where the program is stuck.
        let blocked = self.blocked_elsewhere(watch);
        Some(with_frames(
            finding,
            &[blocked.unwrap_or(0), turn.frame, acked],
        ))
    }

    /// The frame by which another client of the same room closed its window for long: the program may be stuck writing to it.
    fn blocked_elsewhere(&self, watch: &Watch) -> Option<u64> {
        let signs = self.signs_in(self.services.of(watch.service).room, self.clock);
        let mut others = signs.blocked.into_iter().flatten();
        let other = others.find(|&(stream, _)| stream != watch.stream);
        other.map(|(_, frame)| frame)
    }

    /// A FIN was acknowledged, the other side's never came.
    fn no_fin(&self, watch: &Watch) -> Option<FindingEntry> {
        let (_, first) = self.close_due(watch)?;
        let acked = first.acked?;
        let mut finding = self.finding(FindingCode::PeerNeverClosed, watch.stream);
        finding.side = Some(first.side.other());
        finding.duration = Some(self.clock.since(acked.at));
        Some(with_frames(finding, &[first.step.frame, acked.frame]))
    }

    /// The last word on what a connection owes: it begins to close, was reset, or the capture ends at `now`.
    pub(super) fn settle(&mut self, stream: StreamId, now: Timestamp) {
        let slot = self.facts.of(stream).watch;
        let Some(watch) = self.watches.get(slot) else {
            return;
        };
        let patience = self.settings.stall_after;
        let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        let mut marks = Marks::default();
        let mut untold = None;
        if self.is_stalled(watch, now) {
            marks.add(Marks::STALLED);
            untold = (!watch.stall_said)
                .then(|| self.no_answer(watch, FindingCode::StalledApp))
                .flatten();
        }
        if is_due(watch.greeting_due(&self.services, patience)) {
            marks.add(Marks::NO_BANNER);
        }
        let closing = watch.fin.client || watch.fin.server;
        if closing && is_due(self.close_due(watch).map(|(due, _)| due)) {
            marks.add(Marks::NEVER_CLOSED);
        }
        let shut = [Side::Client, Side::Server].map(|side| {
            let zero = *watch.zero_window.of(side);
            zero.filter(|zero| Self::lasted(now.since(zero.since)))
                .map(|zero| (side, zero))
        });
        if shut.iter().any(Option::is_some) {
            marks.add(Marks::WINDOW_SHUT);
        }
        let past = [watch.longest_zero.client, watch.longest_zero.server];
        if marks.has(Marks::WINDOW_SHUT) || past.into_iter().any(Self::lasted) {
            marks.add(Marks::ZERO_WINDOW);
        }
        if now.since(watch.last_stir()) >= self.settings.idle_after && self.over {
            marks.add(Marks::IDLE);
        }
        let waited_in_vain = watch.handshake_seen
            && watch.last_data.server.is_none()
            && now.since(watch.open) >= patience;
        let service = self.services.of_mut(watch.service);
        if waited_in_vain && service.greeted < 2 {
            service.not_greeted += 1;
        }
        self.facts.of_mut(stream).marks.add(marks);
        if !self.wants.events {
            return;
        }
        // The verdict says so: its evidence is told too.
        if let Some(finding) = untold {
            self.tell_finding(finding);
            if let Some(watch) = self.watches.get_mut(slot) {
                watch.stall_said = true;
            }
        }
        // Told while it lasted: this is how long.
        let over = self.over;
        let told = |(_, zero): &(Side, ZeroWindow)| over && zero.told;
        for (side, zero) in shut.into_iter().flatten().filter(told) {
            let finding = self.window_shut(stream, side, &zero, now);
            self.tell_finding(finding);
        }
    }

    /// A window of 0 that has lasted until now.
    fn window_shut(
        &self,
        stream: StreamId,
        side: Side,
        zero: &ZeroWindow,
        now: Timestamp,
    ) -> FindingEntry {
        let mut finding = self.finding(FindingCode::ZeroWindow, stream);
        finding.side = Some(side);
        finding.certainty = Certainty::Seen;
        finding.duration = Some(now.since(zero.since));
        with_frames(finding, &[zero.frame])
    }
}
