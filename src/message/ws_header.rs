//! A WebSocket frame header (RFC 6455 section 5.2): the bytes before the payload.

/// The longest header: 2 bytes, 8 of extended length, 4 of masking key.
pub(super) const MAX_HEADER: usize = 14;

/// The opcodes of RFC 6455 section 11.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    const fn parse(nibble: u8) -> Option<Self> {
        Some(match nibble {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    pub(super) const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// One parsed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) fin: bool,
    /// RSV1: the message is compressed (RFC 7692 section 6).
    pub(super) compressed: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<[u8; 4]>,
    pub(super) payload: u64,
    /// Bytes of the header itself.
    pub(super) size: usize,
}

/// What the first bytes of a frame are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// So many bytes are needed before more can be said.
    Needs(usize),
    /// No frame that RFC 6455 section 5 allows: reserved bits or opcode, control frame fragmented or over 125 bytes.
    Invalid,
    /// A header.
    Header(Header),
}

/// Reads a header from the first bytes of a frame.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let &[first, second, ..] = bytes else {
        return Parsed::Needs(2);
    };
    let Some(opcode) = Opcode::parse(first & 0x0f) else {
        return Parsed::Invalid;
    };
    let (fin, masked, short) = (first & 0x80 != 0, second & 0x80 != 0, second & 0x7f);
    // Section 5.5: control frames are short and whole. RSV2 and RSV3 belong to no extension in use.
    if first & 0x30 != 0 || (opcode.is_control() && (short > 125 || !fin || first & 0x40 != 0)) {
        return Parsed::Invalid;
    }
    let extended = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let size = 2 + extended + if masked { 4 } else { 0 };
    if bytes.len() < size {
        return Parsed::Needs(size);
    }
    let payload = if extended == 0 {
        u64::from(short)
    } else {
        bytes[2..2 + extended]
            .iter()
            .fold(0, |length, &b| length << 8 | u64::from(b))
    };
    // Section 5.2: the most significant bit of a 64-bit length is 0.
    if payload >> 63 != 0 {
        return Parsed::Invalid;
    }
    let key = &bytes[2 + extended..size];
    Parsed::Header(Header {
        fin,
        compressed: first & 0x40 != 0,
        opcode,
        mask: key.try_into().ok(),
        payload,
        size,
    })
}

/// Whether `bytes` are whole frames from first to last, as the given side sends them (section 5.1: a client masks, a server
/// does not): what makes a start in the middle of a WebSocket, or the place after a gap, recognisable.
pub(super) fn fits_exactly(mut bytes: &[u8], masked: bool) -> bool {
    let mut first = true;
    while !bytes.is_empty() {
        let Parsed::Header(header) = parse(bytes) else {
            return false;
        };
        let whole = header.size as u64 + header.payload;
        let begins = !first || header.opcode != Opcode::Continuation;
        if header.mask.is_some() != masked || whole > bytes.len() as u64 || !begins {
            return false;
        }
        bytes = &bytes[whole as usize..];
        first = false;
    }
    !first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6455 section 5.7.
    #[test]
    fn reads_the_examples_of_the_rfc() {
        let Parsed::Header(hello) = parse(&[0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) else {
            panic!("a header");
        };
        assert_eq!(
            (
                hello.fin,
                hello.opcode,
                hello.payload,
                hello.size,
                hello.mask
            ),
            (true, Opcode::Text, 5, 2, None)
        );
        let masked = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ];
        let Parsed::Header(hello) = parse(&masked) else {
            panic!("a header");
        };
        assert_eq!(
            (hello.mask, hello.size),
            (Some([0x37, 0xfa, 0x21, 0x3d]), 6)
        );
        assert!(fits_exactly(&masked, true) && !fits_exactly(&masked, false));
        assert!(!fits_exactly(&masked[..9], true));
        let Parsed::Header(large) = parse(&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]) else {
            panic!("a header");
        };
        assert_eq!((large.payload, large.size), (65536, 10));
    }

    #[test]
    fn refuses_what_the_rfc_forbids() {
        assert_eq!(parse(&[0x83, 0]), Parsed::Invalid, "reserved opcode");
        assert_eq!(parse(&[0x91, 0]), Parsed::Invalid, "RSV3");
        assert_eq!(parse(&[0x09, 0]), Parsed::Invalid, "fragmented ping");
        assert_eq!(parse(&[0x88, 126, 0, 126]), Parsed::Invalid, "long close");
        assert_eq!(
            parse(&[0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0]),
            Parsed::Invalid
        );
        assert_eq!(parse(&[0x81, 126]), Parsed::Needs(4));
    }
}
