//! What becomes of what a client says: the server's copies of it to every receiver, and all their ACKs.
//!
//! Owns: messages under observation, the comparison of server messages with them (in order for each receiver, within a
//! bounded time and number), and when there is something to tell. Must not know: sessions; content decides, live as in replay.

use std::collections::VecDeque;

use super::copies::{self, Said};
use super::limits::{
    COPY_WINDOW, MAX_CANDIDATES, MAX_COMPARED, MAX_COMPARED_BACK, MAX_COPIES, MAX_TRACKED,
    MAX_TRACKED_BYTES,
};
use super::per_room::PerRoom;
use super::services::RoomId;
use super::{Acknowledged, CopyEntry, DeliveryEntry, MessageEntry};
use crate::message::MessageKind;
use crate::net::{FourTuple, Nanos, Timestamp};
use crate::tcp::StreamId;

/// A message under observation.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) message: u64,
    kind: MessageKind,
    said: u64,
    pub(super) stream: StreamId,
    connection: FourTuple,
    room: RoomId,
    pub(super) at: Timestamp,
    /// The last one that carried it.
    frame: u64,
    text: Box<[u8]>,
    ack: Option<Acknowledged>,
    copies: Vec<CopyEntry>,
    acked_copies: u32,
    /// Receivers in the room when it was said, the sender among them or not.
    receivers: u32,
    sender_receives: bool,
    echoed: bool,
    /// Others got copies.
    fanned_out: bool,
    /// Everybody did.
    reached_all: bool,
    /// Something is known that was not told.
    news: bool,
    complete_told: bool,
}

/// What a room does with lines.
#[derive(Debug, Default)]
struct Habits {
    /// Serial numbers of what was said in it, oldest first.
    said: VecDeque<u64>,
    /// Copies went to others than the sender.
    fans_out: bool,
    /// The sender gets a copy too.
    echoes: bool,
    /// A line that others got had all its time: it would have come back to its sender.
    echo_known: bool,
    /// Lines that reached everybody who was there, and those that reached some.
    reached_all: u32,
    reached_some: u32,
}

impl Habits {
    /// What is said here is for everybody: rooms with several channels behind one port are not known to be one.
    const fn is_one_room(&self) -> bool {
        self.reached_all > self.reached_some
    }

    /// It is known how many copies there will be.
    const fn is_known(&self) -> bool {
        self.is_one_room() && (self.echoes || self.echo_known)
    }
}

/// A copy that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// What it is a copy of.
    pub(super) message: u64,
    /// Index among the copies; `None` where the list is full.
    pub(super) copy: Option<u32>,
    pub(super) sender: StreamId,
}

/// A message whose time is over and that reached some and not all.
#[derive(Debug)]
pub(super) struct Shortfall {
    pub(super) room: RoomId,
    /// The room's lines come back to who says them.
    pub(super) echoes: bool,
    pub(super) message: u64,
    pub(super) sender: StreamId,
    /// When it was said, and in which frame it ended.
    pub(super) at: Timestamp,
    pub(super) frame: u64,
    pub(super) copies: Vec<CopyEntry>,
}

/// All messages under observation.
#[derive(Debug, Default)]
pub(super) struct TrackedMessages {
    tracked: VecDeque<Tracked>,
    /// Serial number of the first one.
    first: u64,
    /// Bytes of all their texts.
    bytes: usize,
    rooms: PerRoom<Habits>,
}

impl TrackedMessages {
    /// Serial number that the next message gets.
    pub(super) fn next_serial(&self) -> u64 {
        self.first + self.tracked.len() as u64
    }

    fn get_mut(&mut self, serial: u64) -> Option<&mut Tracked> {
        let index = serial.checked_sub(self.first)?;
        self.tracked.get_mut(usize::try_from(index).ok()?)
    }

    fn get(&self, serial: u64) -> Option<&Tracked> {
        let index = serial.checked_sub(self.first)?;
        self.tracked.get(usize::try_from(index).ok()?)
    }

    /// Puts a client's message under observation; `None`: nothing that others could receive.
    pub(super) fn track(
        &mut self,
        entry: &MessageEntry,
        room: RoomId,
        said: &Said<'_>,
        (receivers, sender_receives): (u32, bool),
    ) -> Option<u64> {
        let text = said.candidate()?;
        if self.tracked.len() >= MAX_TRACKED {
            self.forget_first();
        }
        while self.bytes + text.len() > MAX_TRACKED_BYTES && self.forget_first() {}
        self.bytes += text.len();
        let serial = self.next_serial();
        self.tracked.push_back(Tracked {
            message: entry.id,
            kind: entry.message.kind,
            said: entry.said,
            stream: entry.stream,
            connection: entry.connection,
            room,
            at: entry.at,
            frame: entry.last_frame,
            text: text.into(),
            ack: None,
            copies: Vec::new(),
            acked_copies: 0,
            receivers,
            sender_receives,
            echoed: false,
            fanned_out: false,
            reached_all: false,
            news: false,
            complete_told: false,
        });
        let habits = self.rooms.of_mut(room);
        if habits.said.len() >= MAX_CANDIDATES {
            habits.said.pop_front();
        }
        habits.said.push_back(serial);
        Some(serial)
    }

    /// Whether that serial number is this message's own (else a copy's of it).
    pub(super) fn is_message(&self, serial: u64, message: u64) -> bool {
        self.get(serial)
            .is_some_and(|tracked| tracked.message == message)
    }

    /// Looks for the message that a server message to `receiver` is a copy of; `cursor` is where its last copy stood. Returns
    /// its serial number and the name in front of the copy.
    pub(super) fn find<'c, 'n>(
        &self,
        room: RoomId,
        receiver: StreamId,
        cursor: u64,
        at: Timestamp,
        copy: &'c Said<'_>,
        name_of: impl Fn(StreamId) -> Option<&'n str>,
    ) -> Option<(u64, Option<&'c str>)> {
        let said = &self.rooms.get(room)?.said;
        let from = first_from(said, cursor);
        let ahead = said.iter().skip(from).take(MAX_COMPARED);
        let behind = said.range(..from).rev().take(MAX_COMPARED_BACK);
        let mut fallback = None;
        for &serial in ahead.chain(behind) {
            let Some(tracked) = self.get(serial) else {
                continue;
            };
            let Some(start) = compare(tracked, receiver, at, copy, serial < cursor) else {
                continue;
            };
            let front = match &copy.name {
                Some(name) => Some(&**name),
                None => super::names::in_front(&copy.text[..start]),
            };
            let known = name_of(tracked.stream);
            // Somebody else's name before the same words: perhaps another message fits better.
            if front.is_some() && known.is_some() && front != known {
                fallback = fallback.or(Some((serial, front)));
                continue;
            }
            return Some((serial, front));
        }
        fallback
    }

    /// Notes a copy.
    pub(super) fn copied(
        &mut self,
        serial: u64,
        receiver: StreamId,
        entry: &MessageEntry,
    ) -> Option<Match> {
        let tracked = self.get_mut(serial)?;
        let echo = tracked.stream == receiver;
        tracked.echoed |= echo;
        tracked.fanned_out |= !echo;
        tracked.news = true;
        tracked.complete_told = false;
        if tracked.copies.is_empty() {
            // One block for the usual room instead of growing to it.
            tracked.copies.reserve((tracked.receivers as usize).min(64));
        }
        let copy = (tracked.copies.len() < MAX_COPIES).then(|| {
            tracked.copies.push(CopyEntry {
                stream: receiver,
                message: entry.id,
                frame: entry.last_frame,
                after: entry.at.since(tracked.at),
                ack: None,
            });
            tracked.copies.len() as u32 - 1
        });
        let (said, sender) = (tracked.message, tracked.stream);
        self.learn(serial, echo);
        Some(Match {
            message: said,
            copy,
            sender,
        })
    }

    /// A copy says how the room works.
    fn learn(&mut self, serial: u64, echo: bool) {
        let Some(tracked) = serial
            .checked_sub(self.first)
            .and_then(|index| self.tracked.get_mut(index as usize))
        else {
            return;
        };
        let habits = self.rooms.of_mut(tracked.room);
        habits.echoes |= echo;
        habits.fans_out |= !echo;
        let all = tracked.copies.len() as u32 >= everybody(tracked, habits);
        if all && tracked.fanned_out && !tracked.reached_all {
            tracked.reached_all = true;
            habits.reached_all = habits.reached_all.saturating_add(1);
        }
    }

    /// The message itself was acknowledged; `told`: its entry already says so.
    pub(super) fn acked(&mut self, serial: u64, ack: Acknowledged, told: bool) {
        if let Some(tracked) = self.get_mut(serial) {
            tracked.ack = Some(ack);
            tracked.news |= !told;
        }
    }

    /// A copy was acknowledged.
    pub(super) fn copy_acked(&mut self, serial: u64, copy: u32, ack: Acknowledged) {
        if let Some(tracked) = self.get_mut(serial)
            && let Some(entry) = tracked.copies.get_mut(copy as usize)
            && entry.ack.is_none()
        {
            entry.ack = Some(ack);
            tracked.acked_copies += 1;
            tracked.news = true;
        }
    }

    /// How many copies there should be, by what this room does.
    fn expected(&self, tracked: &Tracked) -> u32 {
        let seen = tracked.copies.len() as u32;
        let Some(habits) = self.rooms.get(tracked.room) else {
            return seen;
        };
        if !habits.is_one_room() {
            return seen;
        }
        everybody(tracked, habits).max(seen)
    }

    fn is_complete(&self, tracked: &Tracked) -> bool {
        tracked.ack.is_some()
            && tracked.acked_copies as usize == tracked.copies.len()
            && tracked.copies.len() as u32 >= self.expected(tracked)
    }

    /// The delivery, if it has become complete and was not told so. Where it is not known that lines go to everybody, or
    /// whether the sender is one of them, a copy may not be the last: then not before `patience` is over.
    pub(super) fn completed(
        &mut self,
        serial: u64,
        now: Timestamp,
        patience: Nanos,
    ) -> Option<DeliveryEntry> {
        let tracked = self.get(serial)?;
        if !tracked.news || tracked.complete_told || !self.is_complete(tracked) {
            return None;
        }
        let known = self.rooms.get(tracked.room);
        let sure = known.is_some_and(Habits::is_known);
        if !sure && now < tracked.at.plus(patience) {
            return None;
        }
        self.tell(serial, now)
    }

    /// The delivery as far as it is known at the end of the hold-back, if there are copies.
    pub(super) fn partial(&mut self, serial: u64, now: Timestamp) -> Option<DeliveryEntry> {
        let tracked = self.get(serial)?;
        if !tracked.news || tracked.copies.is_empty() {
            return None;
        }
        self.tell(serial, now)
    }

    /// The delivery at the end of the capture: only what is known and was not told; copies may still have been on their way.
    pub(super) fn untold(&mut self, serial: u64, now: Timestamp) -> Option<DeliveryEntry> {
        let news = self.get(serial)?.news;
        if news { self.tell(serial, now) } else { None }
    }

    /// The delivery at the end of its time: what was not told, or that copies are missing.
    pub(super) fn last(&mut self, serial: u64, now: Timestamp) -> Option<DeliveryEntry> {
        let tracked = self.get(serial)?;
        let missing =
            !tracked.complete_told && (tracked.copies.len() as u32) < self.expected(tracked);
        let some = tracked.fanned_out && !tracked.reached_all;
        let (room, fanned_out) = (tracked.room, tracked.fanned_out);
        let entry = if tracked.news || missing {
            self.tell(serial, now)
        } else {
            None
        };
        let habits = self.rooms.of_mut(room);
        habits.reached_some = habits.reached_some.saturating_add(u32::from(some));
        habits.echo_known |= fanned_out;
        self.forget_until(serial);
        entry
    }

    /// Whether a message that has had all its time is missing where the room's lines go: not one that is addressed to
    /// somebody (`@ana`), and not one that nobody else got, which may have been meant for the program.
    pub(super) fn shortfall(&self, serial: u64) -> Option<Shortfall> {
        let tracked = self.get(serial)?;
        let missing = (tracked.copies.len() as u32) < self.expected(tracked);
        let listed = tracked.copies.len() < MAX_COPIES;
        let for_all = tracked.fanned_out && !tracked.text.starts_with(b"@");
        (missing && listed && for_all).then(|| Shortfall {
            room: tracked.room,
            echoes: self
                .rooms
                .get(tracked.room)
                .is_some_and(|habits| habits.echoes),
            message: tracked.message,
            sender: tracked.stream,
            at: tracked.at,
            frame: tracked.frame,
            copies: tracked.copies.clone(),
        })
    }

    fn tell(&mut self, serial: u64, now: Timestamp) -> Option<DeliveryEntry> {
        let tracked = self.get(serial)?;
        let (expected, complete) = (self.expected(tracked), self.is_complete(tracked));
        let tracked = self.get_mut(serial)?;
        tracked.news = false;
        tracked.complete_told |= complete;
        Some(DeliveryEntry {
            at: now,
            message: tracked.message,
            kind: tracked.kind,
            said: tracked.said,
            stream: tracked.stream,
            connection: tracked.connection,
            ack: tracked.ack,
            copies: tracked.copies.clone(),
            expected,
            complete,
        })
    }

    /// Everything up to `serial` is over.
    fn forget_until(&mut self, serial: u64) {
        while self.first <= serial && self.forget_first() {}
    }

    fn forget_first(&mut self) -> bool {
        let Some(tracked) = self.tracked.pop_front() else {
            return false;
        };
        self.bytes -= tracked.text.len();
        let said = &mut self.rooms.of_mut(tracked.room).said;
        if said.front() == Some(&self.first) {
            said.pop_front();
        }
        self.first += 1;
        true
    }

    /// The serial numbers of what is still under observation.
    pub(super) fn serials(&self) -> std::ops::Range<u64> {
        self.first..self.next_serial()
    }
}

/// Index of the first of these rising numbers that is not below `cursor`.
fn first_from(serials: &VecDeque<u64>, cursor: u64) -> usize {
    let from = serials
        .front()
        .map_or(0, |first| cursor.saturating_sub(*first));
    let from = serials.len().min(from as usize);
    // Where the messages of other rooms are not between them, that is it.
    let exact = from == 0 || serials[from - 1] < cursor;
    if exact {
        from
    } else {
        serials.partition_point(|&serial| serial < cursor)
    }
}

/// How many copies there are when everybody gets one.
fn everybody(tracked: &Tracked, habits: &Habits) -> u32 {
    let sender = tracked.sender_receives && !habits.echoes && !tracked.echoed;
    tracked.receivers.saturating_sub(u32::from(sender))
}

/// Where the message's text begins in the copy, if it is one that this receiver did not have yet (`behind`: it may have).
fn compare(
    tracked: &Tracked,
    receiver: StreamId,
    at: Timestamp,
    copy: &Said<'_>,
    behind: bool,
) -> Option<usize> {
    if at.since(tracked.at) > COPY_WINDOW || tracked.at > at {
        return None;
    }
    let start = copies::find(&copy.text, &tracked.text)?;
    let had = behind && tracked.copies.iter().any(|copy| copy.stream == receiver);
    (!had).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_stands_where_a_search_finds_it() {
        for serials in [vec![], vec![5, 6, 7, 8], vec![5, 9, 10, 30]] {
            let serials = VecDeque::from(serials);
            for cursor in 0..40 {
                let found = serials.partition_point(|&serial| serial < cursor);
                assert_eq!(first_from(&serials, cursor), found, "{serials:?} {cursor}");
            }
        }
    }

    #[test]
    fn texts_under_observation_stay_within_their_bytes_and_their_number() {
        for (count, bytes) in [(5000, 8192), (MAX_TRACKED + 10, 3)] {
            let mut messages = TrackedMessages::default();
            let text = vec![b'a'; bytes];
            for _ in 0..count {
                let said = Said::read(&text);
                messages.track(&MessageEntry::default(), RoomId(1), &said, (2, true));
            }
            let most = MAX_TRACKED.min(MAX_TRACKED_BYTES / bytes);
            assert_eq!(
                (messages.tracked.len(), messages.bytes),
                (most, most * bytes)
            );
            assert_eq!(messages.next_serial(), count as u64);
        }
    }
}
