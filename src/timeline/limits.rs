//! Everything a stranger can make the timeline keep, each bound with its arithmetic.

use crate::net::Nanos;

const MILLISECOND: Nanos = 1_000_000;
const SECOND: Nanos = 1000 * MILLISECOND;

/// Entries on hold (400 B each, apart from what they say): 20 ms of 2.5 million frames a second. Beyond it the oldest leave
/// at once (a clock that jumped ahead would hold everything after it).
pub const MAX_HELD: usize = 50_000;
/// Bytes that entries on hold say (texts, payloads, lists of frames and copies): 20 ms of 10 Gbit/s. Beyond it the oldest
/// leave at once: a few bytes on the wire may say 8 KiB (`permessage-deflate`).
pub const MAX_HELD_BYTES: usize = 32 << 20;
/// Open connections under watch (264 B each, and 4 in its room's list). Beyond it the longest silent quarter is forgotten.
pub const MAX_WATCHES: usize = 262_144;
/// Connections whose bytes are read at the same time (each under 1 KiB while idle: 64 MiB). Beyond it the longest silent
/// quarter is forgotten: its messages are no longer read.
pub const MAX_CONVERSATIONS: usize = 65_536;
/// Server endpoints about which habits are learned (200 B each); streams of further ones are judged without comparison.
pub const MAX_SERVICES: usize = 65_536;
/// Messages whose copies and ACKs are still looked for, in all.
pub const MAX_TRACKED: usize = 16_384;
/// Bytes of their texts, in all: 1 KiB each, or 2,048 of 8 KiB.
pub const MAX_TRACKED_BYTES: usize = 16 << 20;
/// Messages of one service that a copy is compared with: what may be on its way at once.
pub const MAX_CANDIDATES: usize = 1_024;
/// Of these, how many one server message is compared with, going forward from the receiver's last copy.
pub const MAX_COMPARED: usize = 64;
/// And how many before it, for copies that overtook each other.
pub const MAX_COMPARED_BACK: usize = 16;
/// Copies of one message that are listed: one for each of 10,000 sessions.
pub const MAX_COPIES: usize = 10_000;
/// Connections looked at, one by one, for messages that others got and they did not: 200,000 such messages among 100, or a
/// second. Beyond it deliveries say how many are missing, and nothing who.
pub const MAX_LOOKS: usize = 20_000_000;
/// Messages of one direction that wait for their ACK: 64 KiB in flight hold at most 21,845 lines of 3 bytes.
pub const MAX_PENDING_ACKS: usize = 22_000;
/// Segments of one direction that are remembered with the bytes they carried.
pub const MAX_SPANS: usize = 1_024;
/// Carrying frames that one message entry lists.
pub const MAX_MESSAGE_FRAMES: usize = 64;
/// Evidence frames that one finding lists.
pub const MAX_EVIDENCE: usize = 16;
/// Findings of one repeating kind (retransmissions) told of one stream; the rest are in the analysis of each frame.
pub const MAX_REPEATED_FINDINGS: u8 = 16;
/// Connections whose session events are kept for the join: twice the sessions a server admits.
pub const MAX_BOOKS: usize = 20_000;
/// Session events of one connection that wait for their bytes.
pub const MAX_FACTS: usize = 4_096;
/// Longest name taken from payload, in characters: twice what our own chat allows.
pub const MAX_NAME: usize = 64;

/// Names of closed connections kept for what is told of them later (100 B each with its place: 6.5 MiB; 22 MiB where each has
/// the most characters of four bytes).
pub const MAX_KEPT_NAMES: usize = 65_536;

/// A copy is looked for so long after the message.
pub const COPY_WINDOW: Nanos = 5 * SECOND;
/// A frame so much older than the newest begins another time; less is disorder.
pub const CLOCK_WENT_BACK: Nanos = 60 * SECOND;
/// So often; then the capture is a mixture of times, and the newest counts (beginning again looks at every open connection).
pub const MAX_TIMES_OVER: u32 = 64;
/// Silence after which bytes without line end count as a message.
pub const SILENCE: Nanos = SECOND;
/// The same where line ends are in use and somebody types slowly, or a server has not written all yet (no PSH).
pub const SILENCE_IN_A_LINE: Nanos = 10 * SECOND;
/// An unanswered SYN is told of after so long: Linux has repeated it twice by then (about 1.03 s and 2.05 s).
pub const SYN_PATIENCE: Nanos = 3 * SECOND;
/// No system repeats a SYN sooner (RFC 6298 section 2.1: one second; Linux a little less after RTT samples).
pub const SYN_REPEATED: Nanos = 500 * MILLISECOND;
/// Window 0 for so long is a finding.
pub const ZERO_WINDOW_PATIENCE: Nanos = SECOND;
/// How long a closed connection is still joined with late frames and session events.
pub const LINGER: Nanos = SECOND;
/// An answer that a program gives by itself comes within this time; a later one may be a person's.
pub const PROMPT: Nanos = SECOND;
/// So many turns, all answered at once, make a habit that one silence breaks.
pub const HABIT: u32 = 3;
/// So many are enough where something else in the same room is overdue too (a FIN, a greeting), or a client's window is 0.
pub const HABIT_WITH_OTHER_SIGNS: u32 = 1;
/// Times at which the server sent data that are remembered of a room (8 B each).
pub const SENDS_REMEMBERED: usize = 32;
/// How often a silence that is no finding yet is looked at again.
pub const STALL_LOOKS: u8 = 3;
