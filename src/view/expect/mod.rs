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
//! | `closed-by client` | orderly close, that side's FIN first, both FINs acknowledged; also `server`, `both` |
//! | `close in 3 segments` | the orderly close took so many segments (3 or 4) |
//! | `reset-by client` | that side ended the connection with RST; also `server` |
//! | `reset cause linger0` | the likely cause: `closed_port` `unread_data` `linger0` `write_after_close` `accept_queue` `unread_data_or_linger0` `unknown` |
//! | `still open` | neither both FINs nor a RST in the capture |
//! | `verdict WORD` | the verdict is that word, or also holds (`CLOSED_BY_CLIENT`, `SERVED`, `WS_CLOSE(1000)`) |
//! | `ws-close 1000` | a WebSocket Close frame with that code |
//! | `open within 50ms` | SYN to the completing ACK; also `close within ...`; units `ns` `us` `ms` `s` |
//! | `no retransmission` | no segment has that flag of Wireshark's (any `tcp.analysis` name; `retransmission` stands for all three kinds) |
//! | `retransmission` | at least one segment has it |
//! | `finding stalled_app` | the analysis noticed it; `no finding stalled_app`; `no finding`: nothing but usual things |
//! | `message "teste"` | a message with exactly that text; `message ~ "est"`: that contains it; `no message ...` |
//! | `message "teste" delivered to 2` | as many connections got a copy; also `acknowledged`, `answered`, `in 6 segments` |
//! | `streams == 3` | the number of connections; also `messages`, `frames`; `==` `!=` `<` `<=` `>` `>=` |
//! | `only port 7000` | no other server port, and nothing but TCP |
//! | `complete` | every connection is in the capture from SYN to its end |
//!
//! Claims about a connection are made about every one of the capture (and fail when there is none). `stream 2: CLAIM` is
//! about that one (Wireshark's `tcp.stream`), `any: CLAIM` about at least one, `port 7000: CLAIM` about those with that port.
//!
//! A claim that does not hold is INCONCLUSIVE, not failed, when the capture is known to have lost frames or is cut: what is
//! missing may have been there.

mod formats;
mod judge;
mod parse;

#[cfg(test)]
mod tests;

pub use formats::{json, junit, lines, tap};
pub use judge::{Judgement, Outcome, judge};
pub use parse::{Expectation, ParseError};

/// The language in short, for usage errors and help.
pub const LANGUAGE: &str = r#"Claims (one per argument):
  handshake complete|refused|unanswered|half-open|not-seen|simultaneous
  closed-by client|server|both       close in 3|4 segments       still open
  reset-by client|server             reset cause NAME            verdict WORD
  open within 50ms                   close within 1s             ws-close 1000
  [no] FLAG  (retransmission, duplicate_ack, zero_window: any tcp.analysis name)
  [no] finding [CODE]                only port 7000              complete
  [no] message "TEXT" | message ~ "PART"  [delivered to N | acknowledged | answered | in N segments]
  streams|messages|frames ==|!=|<|<=|>|>= N
About one connection: 'stream 0: CLAIM'; about those of a port: 'port 7000: CLAIM'; about at least one: 'any: CLAIM'"#;
