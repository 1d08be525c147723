//! S4: the options of the first headers, what each side offered and what came of it.

use super::super::book::Book;
use super::super::collect::Collector;
use super::super::filters::frames_filter;
use super::super::model::{Both, Effective, Evidence, HeaderRow, NegotiatedRow, OptionsCard};
use super::segment::row;
use super::stream::{accepted, step};
use crate::tcp::{Handshake, OfferedOptions};
use crate::timeline::{PacketEntry, StreamEntry};

/// What a side may send over IPv4 when the other names no MSS (RFC 9293 section 3.7.1).
const DEFAULT_MSS: u16 = 536;
/// The same over IPv6.
const DEFAULT_MSS_V6: u16 = 1220;

/// The options card of a connection.
pub(super) fn card(collector: &Collector, entry: &StreamEntry, book: &Book) -> OptionsCard {
    let card = &entry.summary.handshake;
    let header = |which, packet: Option<&PacketEntry>| {
        packet.map(|packet| HeaderRow {
            which,
            segment: row(collector, book, packet),
        })
    };
    let headers = [
        header("syn", step(book, card.syn)),
        header("syn_ack", step(book, card.answer).filter(|p| p.flags.syn())),
        header("data_client", book.sent.client.first_data.as_ref()),
        header("data_server", book.sent.server.first_data.as_ref()),
    ];
    OptionsCard {
        negotiated: negotiated(entry),
        headers: headers.into_iter().flatten().collect(),
    }
}

/// What each side offered and what came of it; nothing without a SYN.
fn negotiated(entry: &StreamEntry) -> Vec<NegotiatedRow> {
    let card = &entry.summary.handshake;
    let Some(syn) = card.syn else {
        return Vec::new();
    };
    let answer = accepted(card);
    let steps = [Some(syn), answer].into_iter().flatten();
    let offer = Offer {
        card,
        answered: answer.is_some(),
        frames: steps.map(|step| step.frame).collect(),
    };
    let v6 = entry.summary.connection.server.ip.is_ipv6();
    vec![
        offer.mss(if v6 { DEFAULT_MSS_V6 } else { DEFAULT_MSS }),
        offer.window_scale(),
        offer.plain(
            "sack_permitted",
            "tcp.options.sack_perm",
            |options| options.sack_permitted,
            card.effective_sack(),
        ),
        offer.plain(
            "timestamps",
            "tcp.options.timestamp.tsval",
            |options| options.timestamps,
            card.effective_timestamps(),
        ),
    ]
}

/// A SYN and what answered it.
struct Offer<'a> {
    card: &'a Handshake,
    /// A SYN,ACK came: what holds is known.
    answered: bool,
    frames: Vec<u64>,
}

impl Offer<'_> {
    /// One option. `text`: how one side's offer reads, `None` where it made none.
    fn row(
        &self,
        option: &'static str,
        field: &str,
        text: impl Fn(&OfferedOptions) -> Option<String>,
        effective: Effective,
    ) -> NegotiatedRow {
        let client = text(&self.card.client_options);
        let server = text(&self.card.server_options);
        // The field narrows nothing down where one of the two does not carry it: then it would hide the other frame.
        let both = client.is_some() && (!self.answered || server.is_some());
        let frames = frames_filter(&self.frames);
        NegotiatedRow {
            option,
            client,
            server,
            effective: if self.answered {
                effective
            } else {
                Effective::Unknown
            },
            evidence: Evidence {
                frames: self.frames.clone(),
                see: if both {
                    format!("{field} && {frames}")
                } else {
                    frames
                },
            },
        }
    }

    /// What each side may send is what the other one said.
    fn mss(&self, default: u16) -> NegotiatedRow {
        let may_send = |other: &OfferedOptions| u32::from(other.mss.unwrap_or(default));
        let effective = Effective::Numbers(Both {
            client: may_send(&self.card.server_options),
            server: may_send(&self.card.client_options),
        });
        let text = |options: &OfferedOptions| options.mss.map(|mss| mss.to_string());
        self.row("mss", "tcp.options.mss", text, effective)
    }

    fn window_scale(&self) -> NegotiatedRow {
        let factors = |(client, server): (u8, u8)| {
            Effective::Numbers(Both {
                client: 1 << client,
                server: 1 << server,
            })
        };
        let shifts = self.card.effective_window_scale();
        let effective = shifts.map_or(Effective::No, factors);
        let text = |options: &OfferedOptions| options.window_scale.map(|shift| shift.to_string());
        self.row("window_scale", "tcp.options.wscale", text, effective)
    }

    /// An option without a value.
    fn plain(
        &self,
        option: &'static str,
        field: &str,
        offered: impl Fn(&OfferedOptions) -> bool,
        agreed: bool,
    ) -> NegotiatedRow {
        let effective = if agreed {
            Effective::Yes
        } else {
            Effective::No
        };
        let text = |options: &OfferedOptions| offered(options).then(|| "yes".to_owned());
        self.row(option, field, text, effective)
    }
}
