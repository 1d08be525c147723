//! The cards of a connection: `handshake`, `teardown`, `stream`.

use super::object::{key, string};
use super::page::Page;
use super::pen::{Memo, Pen};
use super::texts::Texts;
use crate::net::{FourTuple, Timestamp};
use crate::tcp::{Fin, Handshake, OfferedOptions, PerSide, Reset, Step, StreamId, Teardown};
use crate::timeline::{HandshakeEntry, StreamEntry, TeardownEntry, Verdict, VerdictCode};
use crate::view::endpoints::EndpointTexts;

/// What was written of a time's second.
type Second = Memo<i64, 32>;

/// `client` and `server`.
fn ends<'a>(pen: Pen<'a>, texts: &mut EndpointTexts, connection: FourTuple) -> Pen<'a> {
    pen.endpoint(key!("client"), texts.of(connection.client))
        .endpoint(key!("server"), texts.of(connection.server))
}

/// How the lines of single cards begin: `event`, `ts`, `stream` and the ends.
fn card<'a>(
    page: &'a mut Page,
    texts: &mut Texts,
    event: &[u8],
    at: Timestamp,
    stream: StreamId,
    connection: FourTuple,
) -> Pen<'a> {
    let pen = page
        .pen()
        .text(event)
        .time(&mut texts.second, key!("ts"), at)
        .number(key!("stream"), stream.0);
    ends(pen, &mut texts.endpoints, connection)
}

/// Appends a `handshake` line.
pub(super) fn write_handshake(page: &mut Page, texts: &mut Texts, entry: &HandshakeEntry) {
    let (at, stream, connection) = (entry.at, entry.stream, entry.connection);
    let event = b"{\"event\":\"handshake\"";
    let mut pen = card(page, texts, event, at, stream, connection);
    pen = handshake(pen, &entry.handshake);
    if entry.unfinished {
        pen = pen.boolean(key!("unfinished"), true);
    }
    pen.text(b"}\n").lay();
}

/// The fields of the handshake card.
fn handshake<'a>(pen: Pen<'a>, card: &Handshake) -> Pen<'a> {
    let frame = |step: Option<Step>| step.map(|step| step.frame);
    let mut pen = pen
        .word(key!("outcome"), card.outcome.code())
        .number_if(key!("syn_frame"), frame(card.syn))
        .number_if(key!("answer_frame"), frame(card.answer))
        .number_if(key!("ack_frame"), frame(card.ack))
        .seconds_if(key!("duration"), card.duration())
        .number(key!("syn_retries"), card.syn_retries)
        .number(key!("answer_retries"), card.answer_retries)
        .number_if(key!("client_isn"), card.client_isn.map(|isn| isn.0))
        .number_if(key!("server_isn"), card.server_isn.map(|isn| isn.0));
    if card.client_isn.is_some() {
        pen = pen.number(key!("client_window"), card.client_window);
        pen = offered(pen, key!("client_options"), card.client_options);
    }
    if card.server_isn.is_some() {
        pen = pen.number(key!("server_window"), card.server_window);
        pen = offered(pen, key!("server_options"), card.server_options);
    }
    if card.client_isn.is_some() && card.server_isn.is_some() {
        pen = effective(pen, card);
    }
    pen.boolean(key!("self_connect"), card.self_connect)
}

/// What one side offered.
fn offered<'a>(pen: Pen<'a>, key: &[u8], options: OfferedOptions) -> Pen<'a> {
    pen.object(key, |pen| {
        pen.number_if(key!("mss"), options.mss)
            .number_if(key!("wscale"), options.window_scale)
            .boolean(key!("sack_permitted"), options.sack_permitted)
            .boolean(key!("timestamps"), options.timestamps)
    })
}

/// What holds because both sides offered it.
fn effective<'a>(pen: Pen<'a>, card: &Handshake) -> Pen<'a> {
    pen.object(key!("effective"), |mut pen| {
        if let Some((client, server)) = card.effective_window_scale() {
            pen = pen
                .number(key!("client_wscale"), client)
                .number(key!("server_wscale"), server);
        }
        pen.boolean(key!("sack_permitted"), card.effective_sack())
            .boolean(key!("timestamps"), card.effective_timestamps())
    })
}

/// Appends a `teardown` line.
pub(super) fn write_teardown(page: &mut Page, texts: &mut Texts, entry: &TeardownEntry) {
    let (at, stream, connection) = (entry.at, entry.stream, entry.connection);
    let event = b"{\"event\":\"teardown\"";
    let mut pen = card(page, texts, event, at, stream, connection);
    pen = teardown(pen, &mut texts.second, &entry.teardown);
    pen.text(b"}\n").lay();
}

/// The fields of the teardown card.
fn teardown<'a>(pen: Pen<'a>, second: &mut Second, card: &Teardown) -> Pen<'a> {
    let mut pen = pen.boolean(key!("complete"), card.complete());
    if let Some(first) = &card.first_fin {
        pen = pen.object(key!("first_fin"), |pen| fin(pen, second, first));
    }
    if let Some(other) = &card.second_fin {
        pen = pen.object(key!("second_fin"), |pen| fin(pen, second, other));
    }
    pen = pen
        .number_if(key!("segments"), card.segments())
        .seconds_if(key!("duration"), card.duration())
        .seconds_if(key!("half_closed"), card.half_closed())
        .number(key!("half_close_bytes"), card.half_close_bytes)
        .boolean(key!("simultaneous"), card.simultaneous());
    match &card.reset {
        Some(card) => pen.object(key!("reset"), |pen| reset(pen, second, card)),
        None => pen,
    }
}

/// One FIN.
fn fin<'a>(pen: Pen<'a>, second: &mut Second, fin: &Fin) -> Pen<'a> {
    let pen = pen
        .word(key!("side"), fin.side.name())
        .number(key!("frame"), fin.step.frame)
        .time(second, key!("ts"), fin.step.at)
        .number(key!("seq_raw"), fin.seq.0);
    match fin.acked {
        Some(ack) => {
            pen.number(key!("acked_frame"), ack.frame)
                .time(second, key!("acked_ts"), ack.at)
        }
        None => pen,
    }
}

/// The RST.
fn reset<'a>(pen: Pen<'a>, second: &mut Second, reset: &Reset) -> Pen<'a> {
    pen.word(key!("side"), reset.side.name())
        .number(key!("frame"), reset.step.frame)
        .time(second, key!("ts"), reset.step.at)
        .word(key!("cause"), reset.cause.code())
        .boolean(key!("exact"), reset.exact)
}

/// Appends a `stream` line.
pub(super) fn write_stream(page: &mut Page, texts: &mut Texts, entry: &StreamEntry) {
    let summary = &entry.summary;
    let mut pen = page
        .pen()
        .text(b"{\"event\":\"stream\"")
        .number(key!("stream"), summary.stream.0);
    pen = ends(pen, &mut texts.endpoints, summary.connection);
    pen = pen.word(key!("client_by"), summary.client_by.code());
    if let Some(name) = &entry.name {
        pen.lay();
        page.beside(|out| string(out, key!("name"), name));
        pen = page.pen();
    }
    pen = pen.number(key!("completeness"), summary.completeness);
    pen = per_direction(pen, key!("packets"), summary.packets);
    pen = per_direction(pen, key!("bytes"), summary.bytes);
    pen = per_direction(pen, key!("messages"), entry.messages);
    pen = pen
        .word(key!("conn_state"), summary.conn_state)
        .word(key!("history"), summary.history.as_str())
        .object(key!("verdict"), |pen| verdict(pen, &entry.verdict));
    let states = summary.states;
    pen = pen
        .seconds_if(key!("initial_rtt"), summary.initial_rtt)
        .snippet(texts.states.of(states.client, states.server))
        .number(key!("first_frame"), summary.first_frame)
        .number(key!("last_frame"), summary.last_frame);
    if summary.quoted_only {
        pen = pen.boolean(key!("quoted_only"), true);
    }
    pen = pen.object(key!("handshake"), |pen| handshake(pen, &summary.handshake));
    let second = &mut texts.second;
    if summary.teardown.first_fin.is_some() || summary.teardown.reset.is_some() {
        pen = pen.object(key!("teardown"), |pen| {
            teardown(pen, second, &summary.teardown)
        });
    }
    pen.time(second, key!("start"), summary.start)
        .time(second, key!("end"), summary.end)
        .text(b"}\n")
        .lay();
}

/// A number for each direction.
fn per_direction<'a>(pen: Pen<'a>, key: &[u8], values: PerSide<u64>) -> Pen<'a> {
    pen.object(key, |pen| {
        pen.number(key!("c2s"), values.client)
            .number(key!("s2c"), values.server)
    })
}

/// The members of `verdict`.
fn verdict<'a>(pen: Pen<'a>, verdict: &Verdict) -> Pen<'a> {
    let mut pen = pen.word(key!("code"), &verdict.code.to_string());
    if let Some(cause) = verdict.cause {
        pen = pen.word(key!("cause"), cause.code());
    }
    if !verdict.also.is_empty() {
        let plain = verdict.also.iter().map(VerdictCode::to_string);
        pen = pen.list(key!("also"), plain, |pen, word| pen.word(b"", &word));
    }
    pen
}
