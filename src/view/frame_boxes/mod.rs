//! One frame as header boxes (`frame FILE N`): IP and TCP as RFC 9293 section 3.1 draws them, filled, hex beside.
//!
//! Works from the captured bytes and the decoded segment; with what the analysis says of the segment, relative numbers and
//! an explanation follow. Narrow terminals get the same fields as a list with bit ranges.

mod draw;
mod fields;
mod locate;
mod options;
mod page;
#[cfg(test)]
mod tests;

use crate::explain::{Explainer, Lang, Topic, Value};
use crate::packet::{Frame, Segment, TcpFlags};
use crate::timeline::PacketEntry;
use crate::view::wireshark::{expert_items, info};

use page::Page;

/// How the boxes should look.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxOptions {
    /// Language of the few words.
    pub lang: Lang,
    /// Columns of the terminal (0: 80).
    pub width: usize,
    /// Nothing but ASCII.
    pub ascii: bool,
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

/// Which of the segments of a frame, counted from 1, and how many there are: aggregated and sampled frames hold several.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// This one.
    pub number: usize,
    /// All of them.
    pub of: usize,
}

impl Part {
    /// The only segment.
    pub const ONLY: Self = Self { number: 1, of: 1 };
}

/// The boxes of one segment of a frame. `segment` is what the decoder found there, `packet` what the analysis says of it.
pub fn frame_boxes(
    frame: &Frame<'_>,
    part: Part,
    segment: &Segment<'_>,
    packet: Option<&PacketEntry>,
    options: &BoxOptions,
) -> Result<String, BoxError> {
    let place = locate::locate(frame.data, segment).ok_or(BoxError::NotWhole(frame.number))?;
    let words = Explainer::new(options.lang).in_ascii(options.ascii);
    let mut page = Page::new(options.width, options.ascii);
    if part.of > 1 {
        let values = [part.number, part.of].map(|count| Value::Number(count as u64));
        let [number, count] = values;
        page.text(&words.text("frame-part", &[("number", number), ("count", count)]));
    }
    let ip = &frame.data[place.ip.clone()];
    let version = u64::from(ip[0] >> 4);
    title(&mut page, &words, "frame-ip", &place.ip, Some(version));
    let fields = if version == 4 {
        fields::ipv4(ip)
    } else {
        fields::ipv6(ip)
    };
    draw::rows(&mut page, &fields, ip, place.ip.start);
    let tcp = &frame.data[place.tcp.clone()];
    page.push("");
    title(&mut page, &words, "frame-tcp", &place.tcp, None);
    let fields = fields::tcp(tcp, packet);
    draw::rows(&mut page, &fields, &tcp[..20], place.tcp.start);
    options::list(&mut page, &words, &tcp[20..], place.tcp.start + 20);
    remarks(&mut page, &words, segment);
    if let Some(packet) = packet {
        reasons(&mut page, &words, packet);
        in_wireshark(&mut page, &words, packet);
    }
    if part.number == part.of && frame.data.len() < frame.original_length as usize {
        let bytes = Value::Number(frame.data.len() as u64);
        page.text(&words.text("frame-cut", &[("bytes", bytes)]));
    }
    Ok(page.out)
}

fn title(
    page: &mut Page,
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
    page.text(&words.text(id, &values));
}

/// Control bits in words, and the payload.
fn remarks(page: &mut Page, words: &Explainer, segment: &Segment<'_>) {
    page.text(&format!("{}:", words.text("frame-bits-set", &[])));
    for bit in (0..9).map(|bit| TcpFlags(1 << bit)) {
        if segment.flags.contains(bit) {
            let topic = Topic::Control(bit);
            let rfc = words.rfc(topic).unwrap_or_default();
            let meaning = words.text(&topic.id(), &[]);
            page.hanging(&format!("  {bit:<4}"), &format!("{meaning} [{rfc}]"));
        }
    }
    let bytes = Value::Number(u64::from(segment.len));
    page.text(&words.text("frame-payload", &[("bytes", bytes)]));
}

/// What the analysis says of the segment, and why.
fn reasons(page: &mut Page, words: &Explainer, packet: &PacketEntry) {
    let mut note = String::new();
    words.packet_note(&mut note, packet);
    page.text(&note);
    for topic in Explainer::packet_topics(packet) {
        if let (Some(why), Some(rfc)) = (words.why(topic), words.rfc(topic)) {
            page.text(&format!("{why} [{rfc}]"));
        }
    }
}

/// What Wireshark's own packet list and expert dialog say, so that the reader finds the frame again there.
fn in_wireshark(page: &mut Page, words: &Explainer, packet: &PacketEntry) {
    if !packet.observation.analysed {
        return;
    }
    page.text(&format!("{}:", words.text("frame-wireshark", &[])));
    let mut info = info(packet);
    if page.ascii {
        // As tshark writes it where there is no UTF-8.
        info = info.replace('→', ">");
    }
    page.hanging("  Info     ", &info);
    for item in expert_items(packet) {
        page.hanging(&format!("  {:<9}", item.severity.name()), &item.text);
    }
}
