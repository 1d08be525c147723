//! A chunked body being passed over: size lines, data, trailers (RFC 9112 section 7.1).
//!
//! Owns: where it ends. Must not know: what it says.

use super::http::MAX_HEAD;

/// Bytes of a size line beyond which this is no chunked body (its extensions are of no use to anybody).
const MAX_SIZE_LINE: u64 = 4096;

/// Where in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a size line: the number so far, whether it has digits, bytes of the line; beyond the digits are extensions.
    Size {
        value: u64,
        digits: bool,
        bytes: u64,
        beyond: bool,
    },
    /// So many bytes of data are left.
    Data(u64),
    /// In the line end behind the data.
    AfterData,
    /// In the trailers: bytes so far, and whether this line is empty so far.
    Trailers { bytes: u64, empty: bool },
}

/// What a byte came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunking {
    /// The body goes on.
    Inside,
    /// That was its last byte.
    Over,
    /// Not chunked as the head said.
    Invalid,
}

/// One chunked body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunked {
    place: Place,
}

const SIZE: Place = Place::Size {
    value: 0,
    digits: false,
    bytes: 0,
    beyond: false,
};

const TRAILERS: Place = Place::Trailers {
    bytes: 0,
    empty: true,
};

impl Chunked {
    pub(super) const fn new() -> Self {
        Self { place: SIZE }
    }

    /// Passes over bytes; returns how many belong to the body.
    pub(super) fn pass(&mut self, data: &[u8]) -> (usize, Chunking) {
        let mut at = 0;
        while at < data.len() {
            if let Place::Data(left) = &mut self.place {
                let taken = (*left).min((data.len() - at) as u64);
                *left -= taken;
                at += taken as usize;
                if *left == 0 {
                    self.place = Place::AfterData;
                }
                continue;
            }
            let came_to = self.byte(data[at]);
            at += 1;
            if came_to != Chunking::Inside {
                return (at, came_to);
            }
        }
        (at, Chunking::Inside)
    }

    /// So many bytes are missing; false where they held more than data of one chunk.
    pub(super) const fn skip(&mut self, bytes: u64) -> bool {
        let Place::Data(left) = &mut self.place else {
            return false;
        };
        if bytes > *left {
            return false;
        }
        *left -= bytes;
        if *left == 0 {
            self.place = Place::AfterData;
        }
        true
    }

    fn byte(&mut self, byte: u8) -> Chunking {
        let next = match self.place {
            Place::Size { .. } => self.size_line(byte),
            Place::Data(_) => Some(self.place),
            Place::AfterData => match byte {
                b'\r' => Some(Place::AfterData),
                b'\n' => Some(SIZE),
                _ => None,
            },
            Place::Trailers { empty: true, .. } if byte == b'\n' => return Chunking::Over,
            Place::Trailers { bytes, .. } if bytes >= MAX_HEAD => None,
            Place::Trailers { bytes, empty } => Some(Place::Trailers {
                bytes: bytes + 1,
                empty: byte == b'\n' || empty && byte == b'\r',
            }),
        };
        match next {
            Some(place) => {
                self.place = place;
                Chunking::Inside
            }
            None => Chunking::Invalid,
        }
    }

    /// A byte of a size line: hexadecimal digits, then perhaps extensions, then the line end.
    fn size_line(&self, byte: u8) -> Option<Place> {
        let Place::Size {
            value,
            digits,
            bytes,
            beyond,
        } = self.place
        else {
            return None;
        };
        if byte == b'\n' {
            return digits.then_some(match value {
                0 => TRAILERS,
                _ => Place::Data(value),
            });
        }
        let digit = char::from(byte).to_digit(16).filter(|_| !beyond);
        let ends = beyond || matches!(byte, b'\r' | b' ' | b'\t' | b';');
        let (value, beyond) = match digit {
            Some(digit) if value >> 60 == 0 => (value << 4 | u64::from(digit), false),
            None if digits && ends => (value, true),
            _ => return None,
        };
        (bytes < MAX_SIZE_LINE).then_some(Place::Size {
            value,
            digits: true,
            bytes: bytes + 1,
            beyond,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9112 section 7.1: sizes of either case with extensions, trailers; whole, then byte by byte.
    #[test]
    fn a_body_ends_where_the_rfc_says() {
        let body =
            b"5\r\nhello\r\n1A;x=\"y\"\r\nabcdefghijklmnopqrstuvwxyz\r\n00\r\nExpires: 0\r\n\r\n";
        let mut data = body.to_vec();
        data.extend(b"HTTP/1.1 404");
        assert_eq!(Chunked::new().pass(&data), (body.len(), Chunking::Over));
        let mut chunked = Chunked::new();
        for (n, byte) in body.iter().enumerate() {
            let last = n + 1 == body.len();
            let expected = if last {
                Chunking::Over
            } else {
                Chunking::Inside
            };
            assert_eq!(chunked.pass(&[*byte]), (1, expected), "byte {n}");
        }
    }

    #[test]
    fn what_is_not_chunked_is_said() {
        for body in [
            &b"hello\r\n"[..],
            b"\r\n",
            b"5\r\nhello!",
            b"11112222333344445\r\n",
        ] {
            assert_eq!(Chunked::new().pass(body).1, Chunking::Invalid, "{body:?}");
        }
        let long = [b"5;".as_slice(), &[b'x'; 5000]].concat();
        assert_eq!(Chunked::new().pass(&long).1, Chunking::Invalid);
    }

    #[test]
    fn a_hole_inside_a_chunk_is_skipped() {
        let mut chunked = Chunked::new();
        assert_eq!(chunked.pass(b"a\r\n01"), (5, Chunking::Inside));
        assert!(!chunked.skip(9), "beyond the chunk");
        assert!(chunked.skip(8));
        assert_eq!(chunked.pass(b"\r\n0\r\n\r\n"), (7, Chunking::Over));
    }
}
