//! TECMP (technica engineering), in which devices log what goes over the buses of a car.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop, several};
use crate::packet::view::View;

/// Logged and replayed data of type Ethernet, any number of frames.
pub(super) fn entries(view: View<'_>) -> Step<'_> {
    const LOGGED: u8 = 0x03;
    const REPLAYED: u8 = 0x0a;
    const ETHERNET: u16 = 0x0080;
    const HEADER: usize = 12;
    const ENTRY: usize = 16;
    match (view.u8(5)?, view.u16(6)?) {
        (LOGGED | REPLAYED, ETHERNET) => {
            let mut rest = view.skip(HEADER)?;
            let mut frames = Vec::new();
            // One that was cut is not shown.
            while let (Ok(length), Ok(data)) = (rest.u16(12), rest.skip(ENTRY))
                && let Ok(behind) = data.skip(usize::from(length))
            {
                frames.push((Protocol::Ethernet, data.limit(usize::from(length))));
                rest = behind;
            }
            several(frames)
        }
        (_, other) => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder, SegmentOrigin};

    const ADDRESSES: [u8; 12] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn logged_frames() {
        let logged = |kind: u8, data: u8, length: u8| {
            let mut header = [&ADDRESSES[..], &[0x99, 0xfe], &[0; 28]].concat();
            (header[19], header[21], header[39]) = (kind, data, length);
            let syn = ipv4(6, 40, &tcp(5, &[]));
            let bytes = [&header[..], &ADDRESSES, &[8, 0], &syn].concat();
            matches!(Decoder::new().decode(&frame(1, &bytes)), Decoded::Tcp(segment) if segment.origin == SegmentOrigin::Direct)
        };
        assert!(logged(3, 0x80, 54) && logged(10, 0x80, 54));
        assert!(!logged(2, 0x80, 54) && !logged(3, 0x81, 54) && !logged(3, 0x80, 55));
    }
}
