//! One frame as header boxes (`frame FILE N`): IP and TCP as RFC 9293 section 3.1 draws them, filled, hex beside.
//!
//! Works from the captured bytes and the decoded segment; with what the analysis says of the segment, relative numbers and
//! an explanation follow. Narrow terminals get the same fields as a list with bit ranges.

mod draw;
mod fields;
mod locate;
mod options;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use crate::explain::{Explainer, Lang, Topic, Value};
use crate::packet::{Frame, Segment, TcpFlags};
use crate::timeline::PacketEntry;
use crate::view::width::wrapped;
use crate::view::wireshark::{expert_items, info};

/// How the boxes should look.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxOptions {
    /// Language of the few words.
    pub lang: Lang,
    /// Columns of the terminal (0: 80).
    pub width: usize,
}

/// The frame cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoxError {
    /// The headers are not whole within this frame.
    #[error(
        "frame {0} does not hold a whole IP and TCP header by itself (a fragment, or cut by the snap length): choose another frame"
    )]
    NotWhole(u64),
}

/// The boxes of one frame. `segment` is what the decoder found in it, `packet` what the analysis says of it.
pub fn frame_boxes(
    frame: &Frame<'_>,
    segment: &Segment<'_>,
    packet: Option<&PacketEntry>,
    options: &BoxOptions,
) -> Result<String, BoxError> {
    let place = locate::locate(frame.data, segment).ok_or(BoxError::NotWhole(frame.number))?;
    let words = Explainer::new(options.lang);
    let width = if options.width == 0 {
        80
    } else {
        options.width
    };
    let mut out = String::new();
    let ip = &frame.data[place.ip.clone()];
    let version = u64::from(ip[0] >> 4);
    title(&mut out, &words, "frame-ip", &place.ip, Some(version));
    let fields = if version == 4 {
        fields::ipv4(ip)
    } else {
        fields::ipv6(ip)
    };
    draw::rows(&mut out, &fields, ip, place.ip.start, width);
    let tcp = &frame.data[place.tcp.clone()];
    out.push('\n');
    title(&mut out, &words, "frame-tcp", &place.tcp, None);
    let fields = fields::tcp(tcp, packet);
    draw::rows(&mut out, &fields, &tcp[..20], place.tcp.start, width);
    options::list(&mut out, &words, &tcp[20..], place.tcp.start + 20);
    remarks(&mut out, &words, segment);
    if let Some(packet) = packet {
        reasons(&mut out, &words, packet, width);
        in_wireshark(&mut out, &words, packet);
    }
    if frame.data.len() < frame.original_length as usize {
        let bytes = Value::Number(frame.data.len() as u64);
        words.say(&mut out, "frame-cut", &[("bytes", bytes)]);
        out.push('\n');
    }
    Ok(out)
}

fn title(
    out: &mut String,
    words: &Explainer,
    id: &str,
    range: &std::ops::Range<usize>,
    version: Option<u64>,
) {
    let values = [
        ("from", Value::Number(range.start as u64)),
        ("to", Value::Number(range.end as u64 - 1)),
        ("version", Value::Number(version.unwrap_or(0))),
    ];
    words.say(out, id, &values);
    out.push('\n');
}

/// Control bits in words, and the payload.
fn remarks(out: &mut String, words: &Explainer, segment: &Segment<'_>) {
    words.say(out, "frame-bits-set", &[]);
    out.push_str(":\n");
    for bit in (0..9).map(|bit| TcpFlags(1 << bit)) {
        if segment.flags.contains(bit) {
            let topic = Topic::Control(bit);
            let rfc = words.rfc(topic).unwrap_or_default();
            let meaning = words.text(&topic.id(), &[]);
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {bit:<4}{meaning} [{rfc}]");
        }
    }
    let bytes = Value::Number(u64::from(segment.len));
    words.say(out, "frame-payload", &[("bytes", bytes)]);
    out.push('\n');
}

/// What the analysis says of the segment, and why.
fn reasons(out: &mut String, words: &Explainer, packet: &PacketEntry, width: usize) {
    let mut note = String::new();
    words.packet_note(&mut note, packet);
    let mut lines = vec![note];
    for topic in Explainer::packet_topics(packet) {
        if let (Some(why), Some(rfc)) = (words.why(topic), words.rfc(topic)) {
            lines.push(format!("{why} [{rfc}]"));
        }
    }
    for line in lines.iter().flat_map(|line| wrapped(line, width)) {
        out.push_str(line);
        out.push('\n');
    }
}

/// What Wireshark's own packet list and expert dialog say, so that the reader finds the frame again there.
fn in_wireshark(out: &mut String, words: &Explainer, packet: &PacketEntry) {
    if !packet.observation.analysed {
        return;
    }
    words.say(out, "frame-wireshark", &[]);
    // Writing to a String cannot fail.
    let _ = writeln!(out, ":\n  Info     {}", info(packet));
    for item in expert_items(packet) {
        let _ = writeln!(out, "  {:<9}{}", item.severity.name(), item.text);
    }
}
