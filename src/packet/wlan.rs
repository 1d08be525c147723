//! IEEE 802.11 data frames and the capture headers in front of them (Prism, AVS; radiotap apart).

use super::decoded::NotTcp;
use super::ethernet;
use super::step::{Next, Protocol, Step, Stop, several};
use super::view::View;

/// To the distribution system, from it.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
const QUALITY_OF_SERVICE: u8 = 0x80;
/// Bits of the quality of service field.
const AGGREGATE: u16 = 0x8000;
const MESH: u16 = 0x0001;
/// In front of each frame of an aggregate.
const AGGREGATE_HEADER: usize = 14;
/// How LLC with SNAP begins.
const SNAP: [u8; 2] = [0xaa, 0xaa];

/// What the header in front of an 802.11 frame tells about its shape.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// The 802.11 header is padded to a multiple of four bytes.
    pub(super) padded: bool,
    /// The frame ends in its check sequence.
    pub(super) checked: bool,
}

/// A data frame with readable content carries LLC or, from some hardware, an `EtherType` or a whole Ethernet frame; other
/// hardware puts two zeroes or the sequence control field once more in front of it.
pub(super) fn frame(view: View<'_>, shape: Shape) -> Step<'_> {
    data(view, [view.u8(0)?, view.u8(1)?], shape)
}

/// The same with the bytes of frame control in the other order.
pub(super) fn swapped(view: View<'_>) -> Step<'_> {
    data(view, [view.u8(1)?, view.u8(0)?], Shape::default())
}

/// A data frame whose frame control is `[control, flags]`.
fn data(view: View<'_>, [control, flags]: [u8; 2], shape: Shape) -> Step<'_> {
    const CHECK_SEQUENCE: usize = 4;
    const FRAGMENT_NUMBER: u8 = 0x0f;
    const PROTECTED: u8 = 0x40;
    const DATA: u8 = 0x08;
    const NO_DATA: u8 = 0x40;
    if control & (NO_DATA | 0x0f) != DATA || flags & PROTECTED != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    // A last fragment by itself is shown as if it was whole, its check sequence as if that was content.
    if flags & MORE_FRAGMENTS != 0 {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    }
    let mut view = view;
    if shape.checked && view.u8(22)? & FRAGMENT_NUMBER == 0 {
        view = view.limit(view.reported.saturating_sub(CHECK_SEQUENCE));
    }
    let size = header_size(view, control, flags, shape.padded)?;
    if is_aggregate(view, control, flags)? {
        let frames = aggregated(view.skip(size - AGGREGATE_HEADER)?);
        if frames.len() > 1 {
            return several(frames);
        }
    }
    let body = view.skip(size)?;
    let start = body.array::<2>(0)?;
    if start == SNAP {
        return Ok((Protocol::Llc, body));
    }
    if is_ethernet(view, flags, body) {
        return Ok((Protocol::Ethernet, body));
    }
    if start == [0, 0] || start == view.array::<2>(22)? {
        return Ok((Protocol::Llc, body.skip(2)?));
    }
    Ok(content(body))
}

/// LLC, or instead of it the `EtherType` alone (IEEE 802.2 calls it `EtherType` protocol discrimination).
fn content(view: View<'_>) -> (Protocol, View<'_>) {
    match (view.u16(0), view.skip(2)) {
        (Ok(number), Ok(rest)) if ethernet::is_known_type(number) => {
            (Protocol::EtherType(number), rest)
        }
        _ => (Protocol::Llc, view),
    }
}

/// An aggregate of frames, without the mesh header that each of them might have.
fn is_aggregate(view: View<'_>, control: u8, flags: u8) -> Result<bool, Stop> {
    if control & QUALITY_OF_SERVICE == 0 {
        return Ok(false);
    }
    let quality = view.u16(addresses_size(flags))?;
    Ok(quality & (AGGREGATE | MESH) == AGGREGATE)
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
    if flags & (TO_DS | FROM_DS) == TO_DS | FROM_DS {
        30
    } else {
        24
    }
}

/// The header: a fourth address, quality of service, high throughput, mesh; of an aggregate up to its first frame.
fn header_size(view: View<'_>, control: u8, flags: u8, padded: bool) -> Result<usize, Stop> {
    const ORDER: u8 = 0x80;
    let mut size = addresses_size(flags);
    let mut quality = 0;
    if control & QUALITY_OF_SERVICE != 0 {
        quality = view.u16(size)?;
        size += if flags & ORDER == 0 { 2 } else { 6 };
    }
    if padded {
        size = size.next_multiple_of(4);
    }
    if quality & AGGREGATE != 0 {
        size += AGGREGATE_HEADER;
    }
    if flags & FROM_DS != 0 && quality & MESH != 0 {
        // Reserved bits and modes mean that the field is not there after all.
        if let addresses @ 0..=2 = view.u8(size)? {
            size += 6 + 6 * usize::from(addresses);
        }
    }
    Ok(size)
}

/// The body starts with the destination of this frame, or continues with its source, where LLC would stand.
fn is_ethernet(view: View<'_>, flags: u8, body: View<'_>) -> bool {
    let (destination, source) = match flags & (TO_DS | FROM_DS) {
        0 => (4, 10),
        TO_DS => (16, 10),
        FROM_DS => (4, 16),
        _ => (16, 24),
    };
    let same = |at: usize, inner: usize| match (view.array::<6>(at), body.array::<6>(inner)) {
        (Ok(outer), Ok(inner)) => outer == inner,
        _ => false,
    };
    same(destination, 0) || same(source, 6)
}

/// Prism (message 0x41 or 0x44, 144 bytes), AVS, which took over its link type (magic number), or nothing.
pub(super) fn prism(view: View<'_>) -> Step<'_> {
    const AVS_MAGIC: u32 = 0x8021_1000;
    match view.array::<4>(0)? {
        [0x41 | 0x44, 0, 0, 0] | [0, 0, 0, 0x41 | 0x44] => frame(view.skip(144)?, Shape::default()),
        bytes if u32::from_be_bytes(bytes) & 0xffff_f000 == AVS_MAGIC => avs(view),
        _ => frame(view, Shape::default()),
    }
}

/// AVS: its length at 4.
pub(super) fn avs(view: View<'_>) -> Step<'_> {
    let frame_at = view.u32(4)? as usize;
    frame(view.skip(frame_at)?, Shape::default())
}
