//! IEEE 802.11 data frames and the capture headers in front of them (Prism, AVS; radiotap apart).

use super::ether_types::is_known_type;
use super::numbered::{Fragment, FrameTable, Key};
use crate::net::Timestamp;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Next, Protocol, Shape, Step, Stop, several};
use crate::packet::view::{Broken, View};

/// To the distribution system, from it.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const RELAYED: u8 = TO_DS | FROM_DS;
const MORE_FRAGMENTS: u8 = 0x04;
const QUALITY_OF_SERVICE: u8 = 0x80;
/// Version and type of a frame, the latter's values, and the bit of data frames without data.
const TYPE: u8 = 0x0f;
const MANAGEMENT: u8 = 0x00;
const DATA: u8 = 0x08;
const NO_DATA: u8 = 0x40;
/// Bits of the quality of service field.
const AGGREGATE: u16 = 0x8000;
const MESH: u16 = 0x0001;
/// In front of each frame of an aggregate.
const AGGREGATE_HEADER: usize = 14;
/// How LLC with SNAP begins.
const SNAP: [u8; 2] = [0xaa, 0xaa];

/// A data frame with readable content; one in fragments once they are all there. Management frames carry nothing of ours, but
/// tshark takes fragments of theirs and of data frames for those of one.
pub(in crate::packet) fn frame<'d>(
    view: View<'d>,
    shape: Shape,
    now: Timestamp,
    table: &mut FrameTable,
) -> Step<'d> {
    const CHECK_SEQUENCE: usize = 4;
    const PROTECTED: u8 = 0x40;
    let [first, second] = view.array(0)?;
    let [kind, flags] = if shape.swapped {
        [second, first]
    } else {
        [first, second]
    };
    let control = match kind & TYPE {
        _ if flags & PROTECTED != 0 => None,
        MANAGEMENT => Some([MANAGEMENT, flags & !RELAYED]),
        DATA if kind & NO_DATA == 0 => Some([kind, flags]),
        _ => None,
    };
    let control = control.ok_or(Stop::NotTcp(NotTcp::NoPayload))?;
    let size = header_size(view, control, shape.padded)?;
    // Where less stands behind the header, it is no check sequence.
    let unchecked = if shape.checked && view.reported >= size + CHECK_SEQUENCE {
        view.limit(view.reported - CHECK_SEQUENCE)
    } else {
        view
    };
    let sequence = u16::from_le_bytes(view.array(22)?);
    let (sequence, number) = (sequence >> 4, (sequence & 0x0f) as u8);
    let more = flags & MORE_FRAGMENTS != 0;
    if !more && number == 0 {
        return content(view, control, unchecked.skip(size)?);
    }
    let key = key(view, control, sequence)?;
    // A last fragment by itself is shown as if it was whole, its check sequence as if that was content.
    if !more && !table.has(&key) {
        return content(view, control, view.skip(size)?);
    }
    let fragment = Fragment {
        number,
        more,
        data: unchecked.skip(size)?.whole(),
    };
    match table.add(key, fragment, now) {
        Some(whole) => Err(whole_body(view, control, &whole)),
        None => Err(Stop::NotTcp(NotTcp::Fragment)),
    }
}

/// By what fragments find one another.
fn key(header: View<'_>, control: [u8; 2], sequence: u16) -> Result<Key, Broken> {
    let is_aggregate = quality_of_service(header, control)? & AGGREGATE != 0;
    let [destination, source] = ends(control, is_aggregate);
    let address = |at: Option<usize>| at.map(|at| header.array(at)).transpose();
    Ok(Key {
        source: address(source)?,
        destination: address(destination)?,
        sequence,
    })
}

/// What the `whole` body of a frame in fragments is, whose last header is `header`.
fn whole_body(header: View<'_>, control: [u8; 2], whole: &[u8]) -> Stop {
    match content(header, control, View::new(whole, whole.len())) {
        Ok((protocol, rest)) => {
            let before = whole.len() - rest.data.len();
            Stop::Reassembled(protocol, whole[before..].to_vec())
        }
        Err(stop) => stop,
    }
}

/// The body carries LLC or, from some hardware, an `EtherType` or a whole Ethernet frame; other hardware puts zeroes (two before
/// LLC, six bytes before Ethernet) or the sequence control field once more in front of it. Or it is an aggregate of frames.
fn content<'d>(header: View<'_>, control: [u8; 2], body: View<'d>) -> Step<'d> {
    if control[0] == MANAGEMENT {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    if quality_of_service(header, control)? & AGGREGATE != 0 {
        return several(aggregated(body));
    }
    let start = body.array::<2>(0)?;
    if start == SNAP {
        return Ok((Protocol::Llc, body));
    }
    if repeated_ends(header, control, body) != (false, false) {
        return Ok((Protocol::Ethernet, body));
    }
    if start == [0, 0]
        && let Ok(rest) = body.skip(6)
        && repeated_ends(header, control, rest) == (true, true)
    {
        return Ok((Protocol::Ethernet, rest));
    }
    if start == [0, 0] || start == header.array::<2>(22)? {
        return Ok((Protocol::Llc, body.skip(2)?));
    }
    Ok(logical_link(body))
}

/// LLC, or instead of it the `EtherType` alone (IEEE 802.2 calls it `EtherType` protocol discrimination).
fn logical_link(view: View<'_>) -> (Protocol, View<'_>) {
    match (view.u16(0), view.skip(2)) {
        (Ok(number), Ok(rest)) if is_known_type(number) => (Protocol::EtherType(number), rest),
        _ => (Protocol::Llc, view),
    }
}

/// The frames of an aggregate: addresses and length, then LLC; the next one at a multiple of four bytes.
fn aggregated(mut view: View<'_>) -> Vec<Next<'_>> {
    let mut frames = Vec::new();
    while view.reported > AGGREGATE_HEADER
        && let (Ok(length), Ok(body)) = (view.u16(12), view.skip(AGGREGATE_HEADER))
    {
        let length = usize::from(length);
        frames.push((Protocol::Llc, body.limit(length)));
        let size = (AGGREGATE_HEADER + length).next_multiple_of(4);
        match view.skip(size) {
            Ok(rest) => view = rest,
            Err(_) => break,
        }
    }
    frames
}

/// Up to the sequence control field, or the fourth address behind it.
const fn addresses_size(flags: u8) -> usize {
    if flags & RELAYED == RELAYED { 30 } else { 24 }
}

/// The quality of service field, 0 where there is none.
fn quality_of_service(header: View<'_>, [kind, flags]: [u8; 2]) -> Result<u16, Broken> {
    if kind & QUALITY_OF_SERVICE == 0 {
        return Ok(0);
    }
    header.u16(addresses_size(flags))
}

/// The header: a fourth address, quality of service, high throughput, mesh.
fn header_size(view: View<'_>, control: [u8; 2], padded: bool) -> Result<usize, Broken> {
    const ORDER: u8 = 0x80;
    let [kind, flags] = control;
    let quality = quality_of_service(view, control)?;
    let mut size = addresses_size(flags);
    size += match (kind & QUALITY_OF_SERVICE, flags & ORDER) {
        (0, ORDER) if kind == MANAGEMENT => 4,
        (0, _) => 0,
        (_, ORDER) => 6,
        _ => 2,
    };
    if padded {
        size = size.next_multiple_of(4);
    }
    Ok(size + mesh_size(view.skip(size)?, control, quality))
}

/// The mesh header at the beginning of `view`, if there is one: SNAP behind it shows it, whatever quality of service says.
/// That decides where the frame was cut before. Reserved bits and modes mean that it is none.
fn mesh_size(view: View<'_>, [_, flags]: [u8; 2], quality: u16) -> usize {
    let Ok(addresses @ 0..=2) = view.u8(0) else {
        return 0;
    };
    let size = 6 + 6 * usize::from(addresses);
    let shows = match view.skip(size).map(|rest| rest.array(0)) {
        Ok(Ok(next)) => next == SNAP,
        _ => quality & MESH != 0,
    };
    if shows && flags & FROM_DS != 0 {
        size
    } else {
        0
    }
}

/// Where the destination and the source of the frame stand in its header. An aggregate has them in each of its frames: its
/// header knows one of them or none (IEEE 802.11-2020 table 9-30), and between access points tshark takes those two.
const fn ends([_, flags]: [u8; 2], is_aggregate: bool) -> [Option<usize>; 2] {
    const FIRST: Option<usize> = Some(4);
    const SECOND: Option<usize> = Some(10);
    const THIRD: Option<usize> = Some(16);
    const FOURTH: Option<usize> = Some(24);
    match (flags & RELAYED, is_aggregate) {
        (0, _) | (RELAYED, true) => [FIRST, SECOND],
        (TO_DS, false) => [THIRD, SECOND],
        (TO_DS, true) => [None, SECOND],
        (FROM_DS, false) => [FIRST, THIRD],
        (FROM_DS, true) => [FIRST, None],
        _ => [THIRD, FOURTH],
    }
}

/// Whether the body starts with the destination of this frame, and continues with its source: where LLC would stand.
fn repeated_ends(header: View<'_>, control: [u8; 2], body: View<'_>) -> (bool, bool) {
    let [destination, source] = ends(control, false);
    let same = |at: Option<usize>, inner: usize| {
        let outer = at.and_then(|at| header.array::<6>(at).ok());
        outer.is_some_and(|outer| body.array(inner) == Ok(outer))
    };
    (same(destination, 0), same(source, 6))
}

/// Prism (message 0x41 or 0x44, 144 bytes), AVS, which took over its link type (magic number), or nothing.
pub(in crate::packet) fn prism(view: View<'_>) -> Step<'_> {
    const AVS_MAGIC: u32 = 0x8021_1000;
    match view.array::<4>(0)? {
        [0x41 | 0x44, 0, 0, 0] | [0, 0, 0, 0x41 | 0x44] => Ok((Protocol::WLAN, view.skip(144)?)),
        bytes if u32::from_be_bytes(bytes) & 0xffff_f000 == AVS_MAGIC => avs(view),
        _ => Ok((Protocol::WLAN, view)),
    }
}

/// AVS: its length at 4.
pub(in crate::packet) fn avs(view: View<'_>) -> Step<'_> {
    let frame_at = view.u32(4)? as usize;
    Ok((Protocol::WLAN, view.skip(frame_at)?))
}
