//! The analyser: segments in, small values out; no I/O, no clock.
//!
//! Owns: streams and their numbers, both endpoints' RFC 9293 states, handshake and teardown, Wireshark's analysis flags,
//! RTT, windows, completeness, Zeek's `conn_state` and `history`, reassembly of each direction's bytes.
//! Must not know: the chat, sockets, text, or how its values are shown. What to read first: RFC 9293 sections 3.3 to 3.10.
//!
//! # Where it differs from tshark 4.0.17 on purpose
//!
//! | what | tshark | here | why |
//! |---|---|---|---|
//! | factor of a window that is not scaled | -1 unknown, -2 not in use | `None` for both | the scaled window is the same number |
//! | times outside the years 1677 to 2262 | any 64-bit count of seconds | the nearest time that 64 bits of nanoseconds hold | only damaged captures have them |
//! | TCP in packets that are encrypted (with the keys in the capture) or sampled (sFlow), and in fragments of 802.11 and of multilink PPP | found | not followed | neither keys nor those protocols are read here |
//! | stream numbers behind a SOCKS `CONNECT`; the SYN bit of an H.245 connection that an H.225 message announced | another number in between; bit unset | neither | found by trying; streams and frames are the same |
//! | time stamps finer than 10^-10 s (`if_tsresol`) | overflow | the true time | a defect of 4.0 |
//! | options of TCP in frame relay | kept with the circuit instead of the stream: no window scale, and a stream number is left out | as everywhere else | a defect of 4.0 |
//! | damaged blocks and options of pcapng | ends the reading | shown as far as it can be read | a damaged capture is worth reading |
//! | FTP replies that no server sends (a port between two delimiters, signs before numbers) | read in its own way | not followed | found by trying; without consequence |
//! | packets behind probes of shim6, 6LoWPAN, Redback's SLL frames, compressed VJ headers | found in part | not followed | control messages carry nothing; the others compress or hide the header |
//! | L2TP from a port whose packets once went to 1701; Ethernet without control word in MPLS by the vendors of its addresses | found on any port; asked in its list of vendors | by port 1701; by the shape of addresses | the first needs a memory of all UDP, the second the list; both are met in no capture so far |
//! | the length of a check sequence that a capture file announces (upper bits of the link type, `if_fcslen`, `epb_flags`) | cuts the frame, there or not | not looked at | IP's own lengths tell the same, unless the file is wrong |
//! | UDP behind a TFTP request, and other protocols that choose a port for what follows | hides tunnels on the chosen port | by port only | needs a memory of all UDP; met in no capture so far |
//! | options of Multipath TCP that the capture cuts, and short SACK options behind others | read as far as their subtype goes | breaks off | sizes that no sender uses |
//! | frames whose TCP header is quoted, cut or lies about its length | prints whatever its dissection reached | stream, sequence numbers and times only | nothing more can be relied on |

mod acks;
mod analysis;
mod analyzer;
mod applications;
mod before;
mod cause;
mod closing;
mod codec;
mod compact;
mod completeness;
mod direction;
mod flight;
mod handshake;
mod key;
mod machine;
mod observation;
mod opening;
mod places;
mod prediction;
mod reassembly;
mod rules;
mod state;
mod stream;
mod summary;
mod table;
mod teardown;
mod windows;
mod zeek;

pub use analysis::{AnalysisFlags, OwnFlags};
pub use analyzer::{Analyzer, MAX_LISTENERS};
pub use handshake::{Handshake, HandshakeOutcome, OfferedOptions, Step};
pub use observation::{Changes, FinPart, FrameRole, Observation};
pub use reassembly::{
    Chunk, GapReason, MAX_AHEAD, MAX_PENDING_BYTES, MAX_PENDING_PIECES, Reassembler,
};
pub use state::{Certainty, ObservedState, Side, StreamId, TcpState};
pub use summary::{PerSide, RoleReason, StreamSummary};
pub use table::Limits;
pub use teardown::{Fin, Reset, ResetCause, Teardown};

#[cfg(test)]
mod tests;
