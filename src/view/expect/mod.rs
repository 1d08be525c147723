//! Expectations about a capture, judged on its report: `chatscope expect FILE 'handshake complete' 'closed-by client'`.
//!
//! Owns: the assertion language, its judgement, the result as lines, JSON, TAP and JUnit. Must not know: files, exit codes.
//!
//! # The language
//! One claim per argument. Words are separated by spaces; a text stands in double quotes (`\"` and `\\` inside).
//!
//! | claim | holds when |
//! |--|--|
//! | `handshake complete` | all three segments were captured; also `refused`, `unanswered`, `half-open`, `not-seen`, `simultaneous` |
//! | `option sack` | both ends offered it; also `mss`, `window_scale`, `timestamps`; `no option ...` |
//! | `welcome` | the server spoke first, or its first line says welcome; `welcome within 1s` of the handshake; `no welcome` |
//! | `closed-by client` | orderly close, that side's FIN first, both FINs acknowledged; also `server`, `both` |
//! | `close in 3 segments` | the orderly close took so many segments (3 or 4) |
//! | `half-close` | bytes went to a side that had already sent its FIN; `no half-close` |
//! | `still open` | neither both FINs nor a RST in the capture |
//! | `no reset` | no RST, not even a refusal |
//! | `reset-by client` | that side sent RST; also `server` |
//! | `reset cause linger0` | the likely cause: `closed_port` `unread_data` `linger0` `write_after_close` `accept_queue` `unread_data_or_linger0` `unknown` |
//! | `verdict WORD` | the verdict is that word, or also holds (`CLOSED_BY_CLIENT`, `SERVED`, `WS_CLOSE(1000)`) |
//! | `state server CLOSE-WAIT` | that end was in this state at some time |
//! | `name "ana"` | the client's chat name |
//! | `websocket` | the upgrade was answered with 101; `no websocket` |
//! | `ws-close 1000` | a WebSocket Close frame with that code |
//! | `open within 50ms` | SYN to the completing ACK; also `close`, `rtt` (of the handshake), `lasts`; units `ns` `us` `ms` `s` |
//! | `sequence holds` | every segment begins where its sender's last one ended |
//! | `no retransmission` | no segment has that flag of Wireshark's (any `tcp.analysis` name; `retransmission` stands for all three kinds) |
//! | `retransmission` | at least one segment has it |
//! | `finding stalled_app` | the analysis noticed it; `no finding stalled_app`; `no finding`: nothing but usual things |
//! | `message "teste"` | a message with exactly that text; `message ~ "est"`: that contains it; `no message ...`; then `from client` or `from server` |
//! | `message "teste" delivered to 2` | as many connections got a copy; also `acknowledged`, `answered`, `in 6 segments` |
//! | `streams == 3` | the number of connections; also `messages`, `frames`, `bytes` (each also `from client`, `from server`); `==` `!=` `<` `<=` `>` `>=` |
//! | `fin == 2` | segments with this bit in the whole capture; also `syn`, `rst`, `psh`, `urg` |
//! | `only port 7000` | no other server port, and nothing but TCP |
//! | `complete` | every connection is in the capture from SYN to its end |
//! | `no drops` | the capture says that it lost nothing |
//!
//! Claims about a connection are made about every one of the capture (and fail when there is none). `stream 2: CLAIM` is
//! about that one (Wireshark's `tcp.stream`), `any: CLAIM` about at least one, `port 7000: CLAIM` about those with that port.
//! Numbers, findings and messages are those of all connections chosen together; after `any:` those of one connection.
//! `syn` to `urg`, `only port` and `no drops` are of the whole capture alone. A connection that is not there answers nothing but
//! `streams == 0`: `stream 99: no finding` fails.
//!
//! What a chat room passes on is a message of its server (`message "ana: teste" from server`), in the stream of its receiver;
//! `delivered to` is about originals. Of long messages the beginning is kept: what may stand in the rest is INCONCLUSIVE.
//!
//! `--stream` and `--port` choose the connections that are judged at all: `complete`, `frames` and `syn` to `urg` are then those of
//! these connections. `only port` and `no drops` stay with the whole capture.
//!
//! A claim that does not hold is INCONCLUSIVE, not failed, when the capture is known to have lost frames or is cut, or when
//! the report kept no details of what is asked: what is missing may have been there. For the same reason a claim that says that
//! something is absent (`no reset`, `no message ...`, `still open`, `only port`, `==`, `<`) is INCONCLUSIVE there although it holds;
//! one that a captured frame refutes (`no reset`, and there is a RST) fails. A time that came out negative, because the capture is
//! not in the order of time, is INCONCLUSIVE too.

mod claim;
mod connection;
mod court;
mod formats;
mod greeting;
mod judge;
mod message;
mod parse;
mod reader;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use formats::{json, junit, lines, tap};
pub use judge::{Judgement, Outcome, judge};
pub use parse::Expectation;
pub use reader::ParseError;

/// The language in short, for usage errors and help.
pub const LANGUAGE: &str = r#"Claims (one per argument):
  handshake complete|refused|unanswered|half-open|not-seen|simultaneous
  closed-by client|server|both       close in 3|4 segments       still open
  no reset    reset-by client|server    reset cause NAME         verdict WORD
  open|close|rtt|lasts within 50ms   state client|server STATE   name "NAME"
  [no] welcome [within 1s]           [no] half-close             [no] option mss|window_scale|sack|timestamps
  [no] websocket    ws-close 1000    sequence holds              no drops
  [no] FLAG  (retransmission, duplicate_ack, zero_window: any tcp.analysis name)
  [no] finding [CODE]                only port 7000              complete
  [no] message "TEXT" | message ~ "PART"  [from client|server]  [delivered to N | acknowledged | answered | in N segments]
  streams|messages|frames|bytes [from client|server] ==|!=|<|<=|>|>= N      syn|fin|rst|psh|urg == N
About one connection: 'stream 0: CLAIM'; about those of a port: 'port 7000: CLAIM'; about at least one: 'any: CLAIM'"#;
