//! Multipath TCP (RFC 8684) as far as it decides what a duplicate ACK is: one that comes with a kind of option that its
//! direction has not met before is none (RFC 8684 section 4), whichever subflow of the connection brought that option.
//!
//! Owns: which streams are subflows of one connection (by keys and tokens, section 3.2), the kinds of options it has seen,
//! and how many bytes of an option tshark 4.0 reads. Must not know: the rules that use it.

use rustc_hash::FxHashMap;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::StreamId;
use super::direction::Direction;
use crate::net::SeededMap;

/// Subflows that are remembered; the options of later ones count for nothing. About 100 bytes each.
pub(super) const MAX_SUBFLOWS: usize = 65_536;

/// Subtypes.
const CAPABLE: u8 = 0;
const JOIN: u8 = 1;
const SIGNAL: u8 = 2;
/// The last one that counts.
const FASTCLOSE: u8 = 7;

/// All subflows and what they belong to.
#[derive(Debug, Default)]
pub(super) struct Multipath {
    subflows: FxHashMap<StreamId, Subflow>,
    connections: Vec<Connection>,
    /// The connection that a token names.
    tokens: SeededMap<u32, usize>,
}

/// One subflow: its connection, and which of that connection's halves each direction is.
#[derive(Clone, Copy, Debug, Default)]
struct Subflow {
    connection: Option<usize>,
    halves: [Option<(usize, usize)>; 2],
}

/// What its subflows share.
#[derive(Clone, Copy, Debug, Default)]
struct Connection {
    /// A bit per subtype that any of them has seen.
    subtypes: u16,
    halves: [Half; 2],
}

/// What is known of one side of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Half {
    has_token: bool,
    has_key: bool,
    version: u8,
}

/// Why tshark's dissection of an option ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// More is read than there is.
    Short,
    /// A key or a token in a connection that other subtypes have begun.
    Confused,
}

impl Multipath {
    /// There are no subflows: nothing has to be told to streams.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.subflows.is_empty()
    }

    /// Tells both directions of a stream which subtypes its connection has seen so far.
    pub(super) fn tell(&self, stream: StreamId, dirs: &mut [Direction; 2]) {
        let subflow = self.subflows.get(&stream);
        if let Some(connection) = subflow.and_then(|subflow| subflow.connection) {
            for dir in dirs {
                dir.paths[0] = self.connections[connection].subtypes;
            }
        }
    }

    /// Another connection, of which these directions are the halves.
    fn create(&mut self, stream: StreamId, from: usize) -> usize {
        let number = self.connections.len();
        self.connections.push(Connection::default());
        if let Some(subflow) = self.subflows.get_mut(&stream) {
            subflow.connection = Some(number);
            subflow.halves[from] = Some((number, 0));
            subflow.halves[1 - from] = Some((number, 1));
        }
        number
    }

    fn subflow(&self, stream: StreamId) -> Subflow {
        self.subflows.get(&stream).copied().unwrap_or_default()
    }

    fn half(&mut self, (connection, half): (usize, usize)) -> &mut Half {
        &mut self.connections[connection].halves[half]
    }

    /// Direction `of` of a stream has this key.
    fn key(
        &mut self,
        (stream, from): (StreamId, usize),
        of: usize,
        (version, key): (u8, &[u8]),
    ) -> Result<(), Cut> {
        if let Some(half) = self.subflow(stream).halves[of]
            && self.half(half).has_key
        {
            return Ok(());
        }
        self.token((stream, from), of, token_of(version, key))?;
        if let Some(half) = self.subflow(stream).halves[of] {
            let half = self.half(half);
            (half.version, half.has_key) = (version, true);
        }
        Ok(())
    }

    /// Direction `of` of a stream has this token: with a known one the stream becomes a subflow of its connection.
    fn token(
        &mut self,
        (stream, from): (StreamId, usize),
        of: usize,
        token: u32,
    ) -> Result<(), Cut> {
        let mut subflow = self.subflow(stream);
        if let Some(half) = subflow.halves[of]
            && self.half(half).has_token
        {
            return Ok(());
        }
        let known = self.tokens.get(&token).copied();
        let connection = match (known, subflow.connection) {
            (Some(connection), _) => connection,
            (None, Some(connection)) => {
                let [first, second] = self.connections[connection].halves;
                let half = match (first.has_token, second.has_token) {
                    (true, _) => 1,
                    (false, true) => 0,
                    (false, false) => return Err(Cut::Confused),
                };
                subflow.halves[of] = Some((connection, half));
                connection
            }
            (None, None) => {
                let connection = self.create(stream, from);
                subflow = self.subflow(stream);
                connection
            }
        };
        if known.is_none() {
            if let Some(half) = subflow.halves[of] {
                self.half(half).has_token = true;
            }
            self.tokens.insert(token, connection);
        }
        let half = usize::from(subflow.halves[of] != Some((connection, 0)));
        subflow.connection = Some(connection);
        subflow.halves[of] = Some((connection, half));
        subflow.halves[1 - of] = Some((connection, 1 - half));
        self.subflows.insert(stream, subflow);
        Ok(())
    }
}

/// The token of a key (RFC 8684 section 3.2, RFC 6824 section 3.2 for version 0); of unknown versions always the same.
fn token_of(version: u8, key: &[u8]) -> u32 {
    let first = |digest: &[u8]| digest.first_chunk().copied().map(u32::from_be_bytes);
    let token = match version {
        0 => first(&Sha1::digest(key)),
        1 => first(&Sha256::digest(key)),
        _ => None,
    };
    token.unwrap_or(0)
}

/// Reads the Multipath TCP options of one header.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    table: &'t mut Multipath,
    stream: StreamId,
    /// The direction that sends it.
    from: usize,
    /// A bit per subtype met in this header.
    subtypes: u16,
}

/// One option: its size by its length field, and what is there of it behind that field.
#[derive(Clone, Copy)]
struct MultipathOption<'a> {
    size: usize,
    there: &'a [u8],
}

impl<'a> MultipathOption<'a> {
    /// The first `count` bytes are read, type and length among them.
    fn reaches(self, count: usize) -> Result<(), Cut> {
        let there = self.there.len() + 2;
        (there >= count).then_some(()).ok_or(Cut::Short)
    }

    /// The bytes from `start` to `end`, counted likewise.
    fn bytes(self, start: usize, end: usize) -> Result<&'a [u8], Cut> {
        self.there.get(start - 2..end - 2).ok_or(Cut::Short)
    }
}

impl<'t> Reader<'t> {
    pub(super) fn new(table: &'t mut Multipath, stream: StreamId, from: usize) -> Self {
        Self {
            table,
            stream,
            from,
            subtypes: 0,
        }
    }

    /// Reads an option of this size, of which so many bytes are there behind type and length.
    pub(super) fn option(&mut self, size: usize, there: &[u8]) -> Result<(), Cut> {
        self.read(MultipathOption { size, there })
    }

    /// All options have been read: what they were counts from the next frame on.
    pub(super) fn finish(&mut self) {
        if self.subtypes == 0 {
            return;
        }
        if let Some(connection) = self.table.subflow(self.stream).connection {
            self.table.connections[connection].subtypes |= self.subtypes;
        }
    }

    fn read(&mut self, option: MultipathOption<'_>) -> Result<(), Cut> {
        if !self.is_remembered() {
            return Ok(());
        }
        option.reaches(3)?;
        let subtype = option.there[0] >> 4;
        let begins = subtype > JOIN || subtype == JOIN && option.size != 12;
        if begins && self.table.subflow(self.stream).connection.is_none() {
            self.table.create(self.stream, self.from);
        }
        if subtype <= FASTCLOSE {
            self.subtypes |= 1 << subtype;
        }
        match subtype {
            CAPABLE => self.capable(option),
            JOIN => self.join(option),
            SIGNAL => self.signal(option),
            other => option.reaches(extent(other, option.size)),
        }
    }

    /// The stream is a subflow that is remembered, from now on if need be.
    fn is_remembered(&mut self) -> bool {
        let subflows = &mut self.table.subflows;
        if !subflows.contains_key(&self.stream) {
            if subflows.len() >= MAX_SUBFLOWS {
                return false;
            }
            subflows.insert(self.stream, Subflow::default());
        }
        true
    }

    /// Version, flags, then by its size one key or both, and how long the data are, perhaps with a checksum.
    fn capable(&mut self, option: MultipathOption<'_>) -> Result<(), Cut> {
        option.reaches(4)?;
        if !matches!(option.size, 12 | 20 | 22 | 24) {
            return Ok(());
        }
        let (version, own) = (option.there[0] & 0x0f, option.bytes(4, 12)?);
        let (stream, peer) = ((self.stream, self.from), 1 - self.from);
        self.table.key(stream, self.from, (version, own))?;
        if option.size >= 20 {
            let theirs = option.bytes(12, 20)?;
            self.table.key(stream, peer, (version, theirs))?;
        }
        option.reaches(option.size)
    }

    /// Flags, address, the receiver's token and a random number in the SYN; later sizes name nobody.
    fn join(&mut self, option: MultipathOption<'_>) -> Result<(), Cut> {
        match option.size {
            12 => {
                let token = option.bytes(4, 8)?.first_chunk();
                let token = u32::from_be_bytes(*token.ok_or(Cut::Short)?);
                let stream = (self.stream, self.from);
                self.table.token(stream, 1 - self.from, token)?;
                self.swap_if_version_1();
                option.reaches(12)
            }
            16 | 24 => option.reaches(option.size),
            _ => Ok(()),
        }
    }

    /// A data sequence signal (RFC 8684 section 3.3.1). tshark has one flag too few: a number of 64 bits in it counts as the
    /// sender's key.
    fn signal(&mut self, option: MultipathOption<'_>) -> Result<(), Cut> {
        const MAPPING: u8 = 0b0100;
        const LONG: u8 = 0b1000;
        option.reaches(4)?;
        let flags = option.there[1];
        let mut end = match flags & 3 {
            1 => 8,
            3 => 12,
            _ => 4,
        };
        if flags & MAPPING != 0 {
            end += if flags & LONG == 0 { 4 } else { 8 };
            option.reaches(end)?;
            if flags & LONG != 0
                && let Some(half) = self.table.subflow(self.stream).halves[self.from]
            {
                self.table.half(half).has_key = true;
            }
            end += 6;
            // The checksum, which tshark looks for where two bytes more are there than it takes.
            if option.size >= end + 4 {
                end += 2;
            }
        }
        option.reaches(end)
    }

    /// In version 1 the first key was that of the answer: tshark takes the halves for each other then.
    fn swap_if_version_1(&mut self) {
        let mut subflow = self.table.subflow(self.stream);
        if let Some(half) = subflow.halves[self.from]
            && self.table.half(half).version == 1
        {
            subflow.halves.swap(0, 1);
            self.table.subflows.insert(self.stream, subflow);
        }
    }
}

/// How many bytes of an option of the other subtypes are read, whatever its size.
const fn extent(subtype: u8, size: usize) -> usize {
    match (subtype, size) {
        (3, 8 | 10 | 16 | 18 | 20 | 22 | 28 | 30) | (4, 4..) => size,
        (3 | 8, _) | (5, 4) => 4,
        (6 | 7, _) => 12,
        _ => 3,
    }
}
