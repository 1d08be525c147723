//! What is learned of each server endpoint from its connections: does it listen, does it greet, does it answer.
//!
//! Absence is only remarkable against a habit. Live and replay learn from the same packets.

use std::net::IpAddr;

use super::Settings;
use super::limits::{MAX_SERVICES, SENDS_REMEMBERED};
use crate::message::MessageKind;
use crate::net::{Endpoint, Nanos, SeededMap, Timestamp};
use crate::tcp::StreamId;

/// Index of a server endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ServiceId(pub(super) u32);

/// Index of a room: the endpoints whose clients hear each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RoomId(pub(super) u32);

/// The room of the chat's own ports on loopback.
pub(super) const OWN_ROOM: RoomId = RoomId(1);

/// Habits of one server endpoint.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    pub(super) room: RoomId,
    /// A SYN was answered by SYN,ACK, or the caller says so.
    pub(super) listens: bool,
    /// Connections whose first bytes came from the server.
    pub(super) greeted: u32,
    /// Connections that it let wait without greeting and that lived on all the same.
    pub(super) not_greeted: u32,
    /// The longest time from handshake to greeting.
    pub(super) slowest_greeting: Nanos,
    /// Turns of a client that were answered on its own connection at once, and those that were not (later, or never).
    pub(super) prompt: u32,
    pub(super) tardy: u32,
    /// The longest time to a prompt answer.
    pub(super) slowest_answer: Nanos,
    /// Turns after which something was sent at once to somebody in the room, and those where nothing was.
    pub(super) stirred: u32,
    pub(super) unstirred: u32,
    /// Answered turns that ended without a line end.
    pub(super) without_line_end: u32,
    /// Connections were seen waiting in vain for `accept`.
    pub(super) queue_full: bool,
    /// The caller says that every line is answered at once.
    pub(super) answers_surely: bool,
}

/// What the endpoints of one room share.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// The last times at which the server sent data to anybody in it, in a ring of
    /// [`SENDS_REMEMBERED`].
    sent: Vec<Timestamp>,
    /// How often it did.
    sends: usize,
    /// The last data of a client, and the last of another than that one.
    heard: Option<(Timestamp, StreamId)>,
    heard_before: Option<Timestamp>,
    /// What its clients send: lines, and text without line end.
    lines: bool,
    unended: bool,
}

impl Room {
    /// A client said something whole, with a line end or without.
    pub(super) const fn learns(&mut self, kind: MessageKind) {
        match kind {
            MessageKind::Line => self.lines = true,
            MessageKind::Unfinished => self.unended = true,
            _ => {}
        }
    }

    /// Its clients send lines and nothing else: one that has sent half a line will send the rest.
    pub(super) const fn clients_use_lines(&self) -> bool {
        self.lines && !self.unended
    }

    /// A client said something.
    #[inline]
    pub(super) fn hears(&mut self, at: Timestamp, stream: StreamId) {
        if let Some((before, speaker)) = self.heard
            && speaker != stream
        {
            self.heard_before = Some(before);
        }
        self.heard = Some((at, stream));
    }

    /// Another client than this one said something since.
    pub(super) fn heard_others(&self, stream: StreamId, since: Timestamp) -> bool {
        let last = match self.heard {
            Some((at, speaker)) if speaker != stream => Some(at),
            _ => self.heard_before,
        };
        last.is_some_and(|at| at >= since)
    }

    /// The server has sent nothing to anybody so far.
    pub(super) const fn is_silent(&self) -> bool {
        self.sends == 0
    }

    /// The server sent data to somebody.
    #[inline]
    pub(super) fn sends(&mut self, at: Timestamp) {
        match self.sent.get_mut(self.sends % SENDS_REMEMBERED) {
            Some(oldest) => *oldest = at,
            None => self.sent.push(at),
        }
        self.sends += 1;
    }

    /// What is remembered, oldest first.
    fn remembered(&self) -> impl Iterator<Item = Timestamp> {
        let oldest = self.sends.saturating_sub(SENDS_REMEMBERED);
        (oldest..self.sends).map(|number| self.sent[number % SENDS_REMEMBERED])
    }

    /// Something was sent between these times, as far as remembered; what is not counts as yes.
    pub(super) fn sent_between(&self, from: Timestamp, to: Timestamp) -> bool {
        let forgotten = self.sends >= SENDS_REMEMBERED;
        let mut remembered = self.remembered();
        remembered.find(|&at| at >= from).is_some_and(|at| at <= to)
            || (forgotten && self.remembered().next().is_some_and(|at| at > from))
    }

    /// Nothing was sent since.
    pub(super) fn silent_since(&self, from: Timestamp) -> bool {
        let last = self.sends.checked_sub(1);
        last.is_none_or(|last| self.sent[last % SENDS_REMEMBERED] < from)
    }
}

/// All server endpoints seen.
#[derive(Debug)]
pub(super) struct Services {
    by_endpoint: SeededMap<Endpoint, ServiceId>,
    habits: Vec<Service>,
    rooms: Vec<Room>,
    by_port: SeededMap<u16, RoomId>,
    by_host: SeededMap<IpAddr, RoomId>,
    room_ports: Vec<u16>,
}

impl Services {
    /// The service of which nothing is learned: it has no habit.
    pub(super) const STRANGERS: ServiceId = ServiceId(0);

    pub(super) fn new(settings: &Settings) -> Self {
        let mut services = Self {
            by_endpoint: SeededMap::default(),
            // The service of all endpoints beyond the bound: it has no habits, so nothing is remarkable there.
            habits: vec![Service {
                not_greeted: 1,
                tardy: 1,
                unstirred: 1,
                ..Service::default()
            }],
            rooms: vec![Room::default(), Room::default()],
            by_port: SeededMap::default(),
            by_host: SeededMap::default(),
            room_ports: settings.room_ports.clone(),
        };
        for endpoint in &settings.listening {
            let id = services.id_of(*endpoint);
            services.of_mut(id).listens = true;
        }
        for endpoint in &settings.greets {
            let id = services.id_of(*endpoint);
            services.of_mut(id).greeted = 2;
        }
        for endpoint in &settings.answers {
            let id = services.id_of(*endpoint);
            services.of_mut(id).answers_surely = true;
        }
        services
    }

    /// The service of a server endpoint; beyond [`MAX_SERVICES`] they share the first one.
    pub(super) fn id_of(&mut self, endpoint: Endpoint) -> ServiceId {
        if let Some(&id) = self.by_endpoint.get(&endpoint) {
            return id;
        }
        if self.habits.len() >= MAX_SERVICES {
            return Self::STRANGERS;
        }
        let id = ServiceId(self.habits.len() as u32);
        let room = self.room_of(endpoint);
        self.habits.push(Service {
            room,
            ..Service::default()
        });
        self.by_endpoint.insert(endpoint, id);
        id
    }

    /// The service of an endpoint, if anything is known of it.
    pub(super) fn known(&self, endpoint: Endpoint) -> Option<&Service> {
        let id = self.by_endpoint.get(&endpoint)?;
        self.habits.get(id.0 as usize)
    }

    pub(super) fn of(&self, id: ServiceId) -> &Service {
        &self.habits[id.0 as usize]
    }

    pub(super) fn of_mut(&mut self, id: ServiceId) -> &mut Service {
        &mut self.habits[id.0 as usize]
    }

    pub(super) fn room(&self, id: RoomId) -> &Room {
        &self.rooms[id.0 as usize]
    }

    pub(super) fn room_mut(&mut self, id: RoomId) -> &mut Room {
        &mut self.rooms[id.0 as usize]
    }

    /// The room that clients of this endpoint share: one for our own ports of a host, on loopback one per port for IPv4 and
    /// IPv6, else one per endpoint.
    fn room_of(&mut self, endpoint: Endpoint) -> RoomId {
        let own = self.room_ports.contains(&endpoint.port);
        let new = RoomId(self.rooms.len() as u32);
        let room = match (own, endpoint.ip.is_loopback()) {
            (true, true) => OWN_ROOM,
            // Other hosts may have rooms at these ports, each its own.
            (true, false) => *self.by_host.entry(endpoint.ip).or_insert(new),
            (false, true) => *self.by_port.entry(endpoint.port).or_insert(new),
            (false, false) => new,
        };
        if room == new {
            self.rooms.push(Room::default());
        }
        room
    }
}

impl Service {
    /// A connection to which the program never said a word was probably never accepted.
    pub(super) const fn silence_means_not_accepted(&self) -> bool {
        self.queue_full || self.greets()
    }

    /// Clients are normally greeted: at least two were, and none was let wait.
    pub(super) const fn greets(&self) -> bool {
        self.greeted >= 2 && self.not_greeted == 0
    }

    /// A client's turn is answered on its own connection: so far always, at least so often.
    pub(super) const fn answers(&self, times: u32) -> bool {
        self.answers_surely || (self.prompt >= times && self.tardy == 0)
    }

    /// A client's turn makes the server send something to somebody: so far always, at least so often.
    pub(super) const fn stirs(&self, times: u32) -> bool {
        self.stirred >= times && self.unstirred == 0
    }
}
