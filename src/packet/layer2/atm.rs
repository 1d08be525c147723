//! AAL5 frames on ATM (RFC 2684, LANE): `SunATM`'s header, and a guess where nothing says what a circuit carries.

use super::{frame_relay, ppp};
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// `SunATM`: the kind of traffic, VPI, VCI.
pub(in crate::packet) fn sun(view: View<'_>) -> Step<'_> {
    const LANE: u8 = 1;
    const LLC: u8 = 2;
    const MARS: u8 = 5;
    const SIGNALLING: u8 = 6;
    let circuit = (view.u8(1)?, view.u16(2)?);
    let frame = view.skip(4)?;
    match view.u8(0)? & 0x0f {
        LANE => lane(frame),
        LLC => Ok((Protocol::Llc, frame)),
        MARS | SIGNALLING => Err(Stop::NotTcp(NotTcp::NoPayload)),
        kind => guess(frame, circuit, !matches!(kind, 3 | 4)),
    }
}

/// LAN emulation: the client's number, or a marker for control frames, before an Ethernet frame.
pub(in crate::packet) fn lane(frame: View<'_>) -> Step<'_> {
    const CONTROL: u16 = 0xff00;
    match frame.u16(0)? {
        CONTROL => Err(Stop::NotTcp(NotTcp::NoPayload)),
        _ => Ok((Protocol::Ethernet, frame.skip(2)?)),
    }
}

/// What a frame of unknown kind begins like. The circuit 0/5 is the signalling one unless something says otherwise.
fn guess(frame: View<'_>, circuit: (u8, u16), may_signal: bool) -> Step<'_> {
    if may_signal && circuit == (0, 5) {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    match frame.array::<4>(0)? {
        [0xaa, 0xaa, 0x03, _] => Ok((Protocol::Llc, frame)),
        [0x00, 0x00, ..] => Ok((Protocol::Ethernet, frame.skip(2)?)),
        [0x00, 0x21, ..] => ppp::payload(frame),
        [0x45..=0x4f | 0x60..=0x6f, ..] => Ok((Protocol::Ip, frame)),
        [first, second, 0x03, 0xcc | 0x8e] if first & 1 == 0 && second & 1 == 1 => {
            frame_relay::frame(frame)
        }
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}
