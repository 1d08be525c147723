//! The cards of a connection: `handshake`, `teardown`, `stream`.

use super::object::{
    boolean, key, list, number, number_if, object, seconds_if, string, time, word,
};
use super::story::endpoint;
use super::texts::write_states;
use crate::net::FourTuple;
use crate::tcp::{Fin, Handshake, OfferedOptions, PerSide, Reset, Step, Teardown};
use crate::timeline::{HandshakeEntry, StreamEntry, TeardownEntry, Verdict, VerdictCode};
use crate::view::endpoints::EndpointTexts;

/// `client` and `server`.
fn write_ends(out: &mut Vec<u8>, ends: &mut EndpointTexts, connection: FourTuple) {
    endpoint(out, ends, key!("client"), connection.client);
    endpoint(out, ends, key!("server"), connection.server);
}

/// Appends a `handshake` line.
pub(super) fn write_handshake(out: &mut Vec<u8>, ends: &mut EndpointTexts, entry: &HandshakeEntry) {
    out.extend_from_slice(b"{\"event\":\"handshake\"");
    time(out, key!("ts"), entry.at);
    number(out, key!("stream"), entry.stream.0);
    write_ends(out, ends, entry.connection);
    handshake_fields(out, &entry.handshake);
    if entry.unfinished {
        boolean(out, key!("unfinished"), true);
    }
    out.extend_from_slice(b"}\n");
}

/// The fields of the handshake card.
fn handshake_fields(out: &mut Vec<u8>, card: &Handshake) {
    let frame = |step: Option<Step>| step.map(|step| step.frame);
    word(out, key!("outcome"), card.outcome.code());
    number_if(out, key!("syn_frame"), frame(card.syn));
    number_if(out, key!("answer_frame"), frame(card.answer));
    number_if(out, key!("ack_frame"), frame(card.ack));
    seconds_if(out, key!("duration"), card.duration());
    number(out, key!("syn_retries"), card.syn_retries);
    number(out, key!("answer_retries"), card.answer_retries);
    number_if(out, key!("client_isn"), card.client_isn.map(|isn| isn.0));
    number_if(out, key!("server_isn"), card.server_isn.map(|isn| isn.0));
    if card.client_isn.is_some() {
        number(out, key!("client_window"), card.client_window);
        offered(out, key!("client_options"), card.client_options);
    }
    if card.server_isn.is_some() {
        number(out, key!("server_window"), card.server_window);
        offered(out, key!("server_options"), card.server_options);
    }
    if card.client_isn.is_some() && card.server_isn.is_some() {
        effective(out, card);
    }
    boolean(out, key!("self_connect"), card.self_connect);
}

/// What one side offered.
fn offered(out: &mut Vec<u8>, key: &[u8], options: OfferedOptions) {
    object(out, key, |out| {
        number_if(out, key!("mss"), options.mss);
        number_if(out, key!("wscale"), options.window_scale);
        boolean(out, key!("sack_permitted"), options.sack_permitted);
        boolean(out, key!("timestamps"), options.timestamps);
    });
}

/// What holds because both sides offered it.
fn effective(out: &mut Vec<u8>, card: &Handshake) {
    object(out, key!("effective"), |out| {
        if let Some((client, server)) = card.effective_window_scale() {
            number(out, key!("client_wscale"), client);
            number(out, key!("server_wscale"), server);
        }
        boolean(out, key!("sack_permitted"), card.effective_sack());
        boolean(out, key!("timestamps"), card.effective_timestamps());
    });
}

/// Appends a `teardown` line.
pub(super) fn write_teardown(out: &mut Vec<u8>, ends: &mut EndpointTexts, entry: &TeardownEntry) {
    out.extend_from_slice(b"{\"event\":\"teardown\"");
    time(out, key!("ts"), entry.at);
    number(out, key!("stream"), entry.stream.0);
    write_ends(out, ends, entry.connection);
    teardown_fields(out, &entry.teardown);
    out.extend_from_slice(b"}\n");
}

/// The fields of the teardown card.
fn teardown_fields(out: &mut Vec<u8>, card: &Teardown) {
    boolean(out, key!("complete"), card.complete());
    if let Some(first) = &card.first_fin {
        object(out, key!("first_fin"), |out| fin(out, first));
    }
    if let Some(second) = &card.second_fin {
        object(out, key!("second_fin"), |out| fin(out, second));
    }
    number_if(out, key!("segments"), card.segments());
    seconds_if(out, key!("duration"), card.duration());
    seconds_if(out, key!("half_closed"), card.half_closed());
    number(out, key!("half_close_bytes"), card.half_close_bytes);
    boolean(out, key!("simultaneous"), card.simultaneous());
    if let Some(card) = &card.reset {
        object(out, key!("reset"), |out| reset(out, card));
    }
}

/// One FIN.
fn fin(out: &mut Vec<u8>, fin: &Fin) {
    word(out, key!("side"), fin.side.name());
    number(out, key!("frame"), fin.step.frame);
    time(out, key!("ts"), fin.step.at);
    number(out, key!("seq_raw"), fin.seq.0);
    if let Some(ack) = fin.acked {
        number(out, key!("acked_frame"), ack.frame);
        time(out, key!("acked_ts"), ack.at);
    }
}

/// The RST.
fn reset(out: &mut Vec<u8>, reset: &Reset) {
    word(out, key!("side"), reset.side.name());
    number(out, key!("frame"), reset.step.frame);
    time(out, key!("ts"), reset.step.at);
    word(out, key!("cause"), reset.cause.code());
    boolean(out, key!("exact"), reset.exact);
}

/// Appends a `stream` line.
pub(super) fn write_stream(out: &mut Vec<u8>, ends: &mut EndpointTexts, entry: &StreamEntry) {
    out.extend_from_slice(b"{\"event\":\"stream\"");
    let summary = &entry.summary;
    number(out, key!("stream"), summary.stream.0);
    write_ends(out, ends, summary.connection);
    word(out, key!("client_by"), summary.client_by.code());
    if let Some(name) = &entry.name {
        string(out, key!("name"), name);
    }
    number(out, key!("completeness"), summary.completeness);
    per_direction(out, key!("packets"), summary.packets);
    per_direction(out, key!("bytes"), summary.bytes);
    let (client, server) = entry.messages;
    per_direction(out, key!("messages"), PerSide { client, server });
    word(out, key!("conn_state"), summary.conn_state);
    word(out, key!("history"), &summary.history);
    object(out, key!("verdict"), |out| verdict(out, &entry.verdict));
    seconds_if(out, key!("initial_rtt"), summary.initial_rtt);
    write_states(out, summary.states.client, summary.states.server);
    number(out, key!("first_frame"), summary.first_frame);
    number(out, key!("last_frame"), summary.last_frame);
    if summary.quoted_only {
        boolean(out, key!("quoted_only"), true);
    }
    object(out, key!("handshake"), |out| {
        handshake_fields(out, &summary.handshake);
    });
    if summary.teardown.first_fin.is_some() || summary.teardown.reset.is_some() {
        object(out, key!("teardown"), |out| {
            teardown_fields(out, &summary.teardown);
        });
    }
    time(out, key!("start"), summary.start);
    time(out, key!("end"), summary.end);
    out.extend_from_slice(b"}\n");
}

/// A number for each direction.
fn per_direction(out: &mut Vec<u8>, key: &[u8], values: PerSide<u64>) {
    object(out, key, |out| {
        number(out, key!("c2s"), values.client);
        number(out, key!("s2c"), values.server);
    });
}

/// The members of `verdict`.
fn verdict(out: &mut Vec<u8>, verdict: &Verdict) {
    word(out, key!("code"), &verdict.code.to_string());
    if let Some(cause) = verdict.cause {
        word(out, key!("cause"), cause.code());
    }
    if !verdict.also.is_empty() {
        let plain = verdict.also.iter().map(VerdictCode::to_string);
        list(out, key!("also"), plain, |out, word| {
            out.push(b'"');
            out.extend_from_slice(word.as_bytes());
            out.push(b'"');
        });
    }
}
