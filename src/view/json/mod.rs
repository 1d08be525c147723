//! JSON Lines (`--format json`): one object per line, `event` first. A stable interface: the tables here are its
//! specification, and a test holds them against what is written. Fields may be added; none is renamed or removed.
//!
//! Rules for every event
//! - `ts` and every other point in time: epoch seconds as a JSON number with exactly nine decimals.
//! - A duration: seconds, likewise with nine decimals; negative where the clock of a capture ran backwards.
//! - An absent field does not apply or is not known. Frames are counted from 1, streams from 0 (Wireshark's `tcp.stream`).
//! - `direction` is `c2s` (sent by the client) or `s2c`; a side is `client` or `server`; addresses are `ip:port` or `[v6]:port`.
//! - `text` is UTF-8 exactly as it was sent, escaped as JSON asks; where the bytes are no UTF-8 it holds U+FFFD for what is
//!   not, and `hex` holds the exact bytes. Characters that could drive a terminal or deceive a reader stand as `\uXXXX`: a
//!   parser gives them back as they were, so whoever prints parsed text has to make it safe.
//! - Codes (`role`, `analysis`, `verdict.code`, ...) are never translated.
//!
//! ## `capture`
//! First line: where the frames come from.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `source` | string | interface or file |
//! | `link_type` | string | link type of the first interface, libpcap's name without `DLT_` |
//! | `filter` | string | capture filter |
//! | `snaplen` | number | snap length |
//! | `start` | time | first frame, or start of a live capture |
//! | `live` | boolean | frames arrive as they happen |
//!
//! ## `packet`
//! One per TCP segment. Names after the last dot of Wireshark's fields mean what Wireshark 4.0 means, one pass.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `frame` | number | frame number |
//! | `ts` | time | capture time |
//! | `stream` | number | the connection |
//! | `direction` | string | `c2s` or `s2c` |
//! | `src` | string | sender |
//! | `dst` | string | receiver |
//! | `flags` | array of string | control bits set: SYN FIN RST PSH ACK URG ECE CWR AE |
//! | `seq` | number | relative sequence number (raw when the header was only quoted) |
//! | `ack` | number | relative acknowledgment number, only with the ACK flag |
//! | `next_seq` | number | relative number of the byte after this segment |
//! | `seq_raw` | number | sequence number as sent |
//! | `ack_raw` | number | acknowledgment field as sent; absent when 0 without the ACK flag |
//! | `window` | number | window field as sent |
//! | `window_scaled` | number | the window as it counts |
//! | `window_shift` | number | the shift that was applied |
//! | `len` | number | payload bytes; absent when the header was only quoted |
//! | `options` | object | TCP options present |
//! | `options.mss` | number | maximum segment size |
//! | `options.wscale` | number | window scale shift |
//! | `options.sack_permitted` | boolean | SACK permitted |
//! | `options.tsval` | number | time stamp value |
//! | `options.tsecr` | number | time stamp echoed |
//! | `options.sack` | array of array of number | SACK blocks, raw left and right edges |
//! | `options.other` | array of object | any other option |
//! | `options.other[].kind` | number | its kind |
//! | `options.other[].hex` | string | its bytes after kind and length |
//! | `state` | object | RFC 9293 states after this segment; a side nothing is known of is absent |
//! | `state.client` | string | state of the client |
//! | `state.server` | string | state of the server |
//! | `inferred` | array of string | sides whose state is inferred, not proved by a segment that they sent |
//! | `analysis` | array of string | Wireshark's `tcp.analysis` flags |
//! | `notes` | array of string | our own: `persist_probe` `self_connect` `offloaded` `simultaneous_open` |
//! | `duplicate_ack_num` | number | count of this duplicate ACK |
//! | `duplicate_ack_frame` | number | frame of the ACK that it repeats |
//! | `acks_frame` | number | frame that this one acknowledges |
//! | `ack_rtt` | duration | time since that frame |
//! | `initial_rtt` | duration | SYN to the ACK that completes the handshake |
//! | `bytes_in_flight` | number | unacknowledged bytes after this segment |
//! | `push_bytes_sent` | number | bytes since the last PSH |
//! | `rto` | duration | retransmission time-out |
//! | `rto_frame` | number | frame that it is counted from |
//! | `original_frame` | number | frame that carried these bytes first (ours) |
//! | `time_relative` | duration | since the first frame of the stream |
//! | `time_delta` | duration | since the previous frame of the stream |
//! | `completeness` | number | `tcp.completeness` so far |
//! | `role` | string | `handshake-1` `handshake-2` `handshake-3` `fin-1` `fin-1-ack` `fin-2` `fin-2-ack` `refusal` `reset` |
//! | `quoted` | boolean | true: only quoted in an ICMP error or cut, not analysed |
//! | `name` | string | chat name of the stream's client |
//! | `payload` | string | captured payload in hexadecimal, only on demand |
//!
//! ## `handshake`
//! An opening came to its end, or to the end of its hold-back without an answer.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `ts` | time | when it was decided |
//! | `stream` | number | the connection |
//! | `client` | string | its client |
//! | `server` | string | its server |
//! | `outcome` | string | `not_seen` `unanswered` `half_open` `complete` `refused` `simultaneous` |
//! | `syn_frame` | number | the first SYN |
//! | `answer_frame` | number | SYN,ACK, or the RST that refused |
//! | `ack_frame` | number | the ACK that completed it |
//! | `duration` | duration | first SYN to that ACK |
//! | `syn_retries` | number | further SYNs with the same number |
//! | `answer_retries` | number | further SYN,ACKs |
//! | `client_isn` | number | initial sequence number of the client |
//! | `server_isn` | number | of the server |
//! | `client_window` | number | window field of the SYN |
//! | `server_window` | number | window field of the SYN,ACK |
//! | `client_options` | object | options that the client offered |
//! | `client_options.mss` | number | maximum segment size |
//! | `client_options.wscale` | number | window scale shift |
//! | `client_options.sack_permitted` | boolean | SACK permitted |
//! | `client_options.timestamps` | boolean | time stamps |
//! | `server_options` | object | options that the server answered with |
//! | `server_options.mss` | number | as above |
//! | `server_options.wscale` | number | as above |
//! | `server_options.sack_permitted` | boolean | as above |
//! | `server_options.timestamps` | boolean | as above |
//! | `effective` | object | what both sides offered, and so holds |
//! | `effective.client_wscale` | number | shift of the client's windows |
//! | `effective.server_wscale` | number | shift of the server's windows |
//! | `effective.sack_permitted` | boolean | SACK in use |
//! | `effective.timestamps` | boolean | time stamps in use |
//! | `self_connect` | boolean | source and destination are the same socket |
//! | `unfinished` | boolean | told because the capture ends: what is missing may have come later (absent = not so) |
//!
//! ## `message`
//! One chat line, WebSocket message or other message of one direction, when its last byte was captured.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `ts` | time | capture time of the segment that completed it |
//! | `id` | number | number in the story, from 1 |
//! | `stream` | number | the connection |
//! | `direction` | string | `c2s` or `s2c` |
//! | `src` | string | sender |
//! | `dst` | string | receiver |
//! | `number` | number | number in its direction, from 1 |
//! | `kind` | string | `line` `unfinished` `http_request` `http_response` `ws_text` `ws_binary` `ws_close` `ws_ping` `ws_pong` `binary` |
//! | `close_code` | number | code of a WebSocket Close |
//! | `text` | string | its text, without line end, framing or mask |
//! | `hex` | string | its exact bytes, when they are no UTF-8 |
//! | `complete` | boolean | `text` is the whole of it |
//! | `bytes` | array of number | first byte and the one after the last, of its direction, from 0 |
//! | `frames` | array of number | frames that carried it, oldest first, at most a bounded number |
//! | `frames_total` | number | how many frames carried it |
//! | `sharing` | number | messages that began in the same segment, this one included |
//! | `ack_frame` | number | the TCP ACK that covered its last byte, where already known |
//! | `ack_after` | duration | from the last carrying segment to that ACK |
//! | `copy_of` | number | `id` of the message that it is a copy of |
//! | `line` | number | number of the line in the room's log |
//! | `session` | number | session of the connection |
//! | `name` | string | chat name of the stream's client |
//!
//! ## `delivery`
//! What became of a message. A later one for the same message replaces an earlier one.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `ts` | time | when it was decided |
//! | `message` | number | `id` of the message |
//! | `stream` | number | connection of its sender |
//! | `ack_frame` | number | TCP ACK of the message itself |
//! | `ack_after` | duration | time to that ACK |
//! | `copies` | array of object | copies seen |
//! | `copies[].stream` | number | connection of the receiver |
//! | `copies[].message` | number | `id` of the copy |
//! | `copies[].frame` | number | frame that completed it |
//! | `copies[].after` | duration | from the message to the copy |
//! | `copies[].ack_frame` | number | the receiver's ACK |
//! | `copies[].ack_after` | duration | from the copy to that ACK |
//! | `expected` | number | connections that should get one |
//! | `complete` | boolean | every expected copy was seen and acknowledged |
//!
//! ## `teardown`
//! A connection was closed or reset.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `ts` | time | when it was decided |
//! | `stream` | number | the connection |
//! | `client` | string | its client |
//! | `server` | string | its server |
//! | `complete` | boolean | both FINs were acknowledged |
//! | `first_fin` | object | the first FIN |
//! | `first_fin.side` | string | who sent it |
//! | `first_fin.frame` | number | its frame |
//! | `first_fin.ts` | time | its time |
//! | `first_fin.seq_raw` | number | sequence number of the FIN itself |
//! | `first_fin.acked_frame` | number | first segment that acknowledged it |
//! | `first_fin.acked_ts` | time | time of that segment |
//! | `second_fin` | object | the other side's FIN |
//! | `second_fin.side` | string | as above |
//! | `second_fin.frame` | number | as above |
//! | `second_fin.ts` | time | as above |
//! | `second_fin.seq_raw` | number | as above |
//! | `second_fin.acked_frame` | number | as above |
//! | `second_fin.acked_ts` | time | as above |
//! | `segments` | number | 3 or 4 segments of a complete close |
//! | `duration` | duration | first FIN to last ACK |
//! | `half_closed` | duration | first FIN to second FIN |
//! | `half_close_bytes` | number | bytes the other side sent after the first FIN was acknowledged, each once |
//! | `simultaneous` | boolean | both FINs crossed |
//! | `reset` | object | the RST that ended it |
//! | `reset.side` | string | who sent it |
//! | `reset.frame` | number | its frame |
//! | `reset.ts` | time | its time |
//! | `reset.cause` | string | `closed_port` `unread_data` `linger0` `write_after_close` `accept_queue` `unread_data_or_linger0` `unknown` |
//! | `reset.exact` | boolean | its number is exactly the next one expected: certainly accepted |
//!
//! ## `finding`
//! Something the analysis noticed, with its evidence.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `ts` | time | when it was decided |
//! | `code` | string | what |
//! | `severity` | string | `chat` `note` `warn` |
//! | `stream` | number | the connection, if it is about one |
//! | `side` | string | the side it is about |
//! | `cause` | string | likely cause of a reset |
//! | `certain` | boolean | proved by packets; false: inferred |
//! | `frames` | array of number | evidence, oldest first |
//! | `duration` | duration | how long it lasted, or has lasted so far |
//! | `value` | number | a count that belongs to it |
//!
//! ## `session`
//! What the program did (only beside our own server).
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `ts` | time | when the program did or noticed it |
//! | `kind` | string | `connected` `renamed` `resumed` `read` `said` `wrote` `lagging` `shutdown` `disconnected` |
//! | `session` | number | the session |
//! | `client` | string | the peer |
//! | `server` | string | our own end |
//! | `stream` | number | the connection; absent when none of its packets were captured |
//! | `name` | string | name (`connected`, `resumed`) |
//! | `transport` | string | `line` or `websocket` (`connected`) |
//! | `after_handshake` | duration | since the ACK that completed the handshake (`connected`) |
//! | `from` | string | name before (`renamed`) |
//! | `to` | string | name now (`renamed`) |
//! | `instead_of` | number | session given up (`resumed`) |
//! | `missed` | number | lines missed (`resumed`, `lagging`) |
//! | `line` | number | number of the line in the room's log (`said`) |
//! | `lines` | array of number | first line and the one after the last (`wrote`) |
//! | `bytes` | array of number | first byte of its direction and the one after the last (`read`, `said`, `wrote`) |
//! | `frames` | array of number | first and last frame that carried them |
//! | `reason` | string | why it ended (`disconnected`) |
//!
//! ## `stream`
//! One per connection when it ends, and again at the end of the capture if a late frame changed it: the last one counts.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `stream` | number | its number |
//! | `client` | string | its client |
//! | `server` | string | its server |
//! | `client_by` | string | why the client is called so: `syn` `syn_ack` `listening_port` `first_frame` |
//! | `name` | string | chat name of its client |
//! | `completeness` | number | `tcp.completeness`, final |
//! | `packets` | object | frames per direction |
//! | `packets.c2s` | number | sent by the client |
//! | `packets.s2c` | number | sent by the server |
//! | `bytes` | object | payload bytes per direction, retransmissions included |
//! | `bytes.c2s` | number | sent by the client |
//! | `bytes.s2c` | number | sent by the server |
//! | `messages` | object | messages per direction |
//! | `messages.c2s` | number | sent by the client |
//! | `messages.s2c` | number | sent by the server |
//! | `conn_state` | string | Zeek's word |
//! | `history` | string | Zeek's letters |
//! | `verdict` | object | the word that sums it up |
//! | `verdict.code` | string | the main word |
//! | `verdict.cause` | string | likely cause of a reset |
//! | `verdict.also` | array of string | further words that hold |
//! | `initial_rtt` | duration | `tcp.analysis.initial_rtt` |
//! | `state` | object | last known states, as in `packet` |
//! | `state.client` | string | as in `packet` |
//! | `state.server` | string | as in `packet` |
//! | `inferred` | array of string | as in `packet` |
//! | `first_frame` | number | its first frame |
//! | `last_frame` | number | its last frame |
//! | `quoted_only` | boolean | true: only known from quotes inside ICMP errors |
//! | `handshake` | object | the fields of `handshake` from `outcome` on |
//! | `teardown` | object | the fields of `teardown` from `complete` on; absent where nothing closed it |
//! | `start` | time | first frame |
//! | `end` | time | last frame |
//!
//! ## `end`
//! Last line: the totals.
//!
//! | field | type | meaning |
//! |--|--|--|
//! | `frames` | number | frames read |
//! | `tcp_frames` | number | frames that hold TCP |
//! | `skipped` | number | frames skipped because of their link type |
//! | `received` | number | frames the filter let through, as libpcap counts them (twice on loopback) |
//! | `kernel_dropped` | number | frames lost because the capture buffer was full |
//! | `interface_dropped` | number | frames lost by the interface |
//! | `queue_dropped` | number | frames our own queue had no room for |
//! | `display_folded` | number | lines that a slow display folded away |
//! | `streams_forgotten` | number | closed streams forgotten to bound memory |
//! | `session_events_dropped` | number | session events lost because their queue was full |
//! | `truncated` | boolean | the reading ended before the capture did (a cut or damaged file) |

mod cards;
mod object;
mod packet;
mod story;
mod texts;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::timeline::{Entry, Sink, Wants};
use crate::view::encode::EndpointTexts;
use crate::view::out::Out;
use texts::PacketTexts;

/// The sink that writes JSON Lines.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: Out<W>,
    wants: Wants,
    endpoints: EndpointTexts,
    packets: PacketTexts,
}

impl<W: Write> JsonLines<W> {
    /// A sink over `writer`; it buffers by itself, so an unbuffered writer is fine. `wants`: the events to write, and whether
    /// `packet` has its `payload` (`-A`, `-X`).
    pub fn new(writer: W, wants: Wants) -> Self {
        Self {
            out: Out::new(writer),
            wants,
            endpoints: EndpointTexts::new(),
            packets: PacketTexts::new(),
        }
    }
}

impl<W: Write> Sink for JsonLines<W> {
    fn wants(&self) -> Wants {
        self.wants
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        let (out, ends) = (&mut self.out.buffer, &mut self.endpoints);
        match entry {
            Entry::Capture(start) => story::write_capture(out, start),
            Entry::Packet(packet) => {
                packet::write_packet(out, ends, &mut self.packets, packet, self.wants.payload);
            }
            Entry::Handshake(entry) => cards::write_handshake(out, ends, entry),
            Entry::Message(message) => story::write_message(out, ends, message),
            Entry::Delivery(delivery) => story::write_delivery(out, delivery),
            Entry::Teardown(entry) => cards::write_teardown(out, ends, entry),
            Entry::Finding(finding) => story::write_finding(out, finding),
            Entry::Session(session) => story::write_session(out, ends, session),
            Entry::Stream(stream) => cards::write_stream(out, ends, stream),
            Entry::End(end) => {
                story::write_end(out, end);
                return self.out.flush();
            }
        }
        self.out.settle()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
