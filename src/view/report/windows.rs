//! The windows that one side advertised: smallest, largest, and the times when it had none.

use super::model::WindowPoint;
use crate::net::Timestamp;
use crate::timeline::PacketEntry;

/// Periods of window 0 kept per side.
const MAX_ZERO: usize = 32;

/// A time without window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zero {
    pub(super) start_frame: u64,
    pub(super) start: Timestamp,
    pub(super) end: Option<(u64, Timestamp)>,
    pub(super) probes: u32,
}

/// The windows one side advertised.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    pub(super) initial: Option<u16>,
    pub(super) shift: Option<u8>,
    pub(super) smallest: Option<WindowPoint>,
    pub(super) largest: Option<WindowPoint>,
    pub(super) zero: Vec<Zero>,
    pub(super) zero_total: u64,
    closed: bool,
    pub(super) segments: u64,
}

impl Windows {
    /// Takes a segment of this side.
    pub(super) fn take(&mut self, packet: &PacketEntry) {
        if packet.flags.rst() {
            return; // the window of a RST means nothing (RFC 9293 section 3.5.2)
        }
        if packet.flags.syn() {
            self.initial.get_or_insert(packet.window);
        } else {
            self.shift = packet.observation.window_shift.or(self.shift);
        }
        self.segments += 1;
        let point = WindowPoint {
            frame: packet.frame,
            raw: packet.window,
            scaled: packet.observation.window_scaled,
        };
        if self.smallest.is_none_or(|s| point.scaled < s.scaled) {
            self.smallest = Some(point);
        }
        if self.largest.is_none_or(|l| point.scaled > l.scaled) {
            self.largest = Some(point);
        }
        match (packet.window, self.closed) {
            (0, false) if !packet.flags.fin() => self.close(packet),
            (1.., true) => self.open(packet),
            _ => {}
        }
    }

    fn close(&mut self, packet: &PacketEntry) {
        self.closed = true;
        self.zero_total += 1;
        if self.zero.len() < MAX_ZERO {
            self.zero.push(Zero {
                start_frame: packet.frame,
                start: packet.at,
                end: None,
                probes: 0,
            });
        }
    }

    fn open(&mut self, packet: &PacketEntry) {
        self.closed = false;
        if let Some(last) = self.zero.last_mut().filter(|zero| zero.end.is_none()) {
            last.end = Some((packet.frame, packet.at));
        }
    }

    /// The other side asked whether there is room again.
    pub(super) fn probed(&mut self) {
        if let Some(last) = self.zero.last_mut().filter(|zero| zero.end.is_none()) {
            last.probes = last.probes.saturating_add(1);
        }
    }
}
