//! The expert items that Wireshark 4.0 attaches to a TCP frame (Analyze, Expert Information).
//!
//! Not said again here: what Wireshark remembers of earlier frames about options (Fast Open data that a server ignored, SCPS), what is
//! inside Multipath TCP, and items of other protocols.

use super::options;
use super::severity::Severity;
use crate::packet::{FIXED_HEADER, TcpFlags};
use crate::tcp::{AnalysisFlags, FinPart};
use crate::timeline::PacketEntry;

/// One expert item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpertItem {
    /// Its severity.
    pub severity: Severity,
    /// The text of the field `_ws.expert.message`.
    pub text: String,
}

/// What each analysis flag is called.
const FLAGS: [(AnalysisFlags, Severity, &str); 14] = {
    use AnalysisFlags as Flag;
    use Severity::{Chat, Note, Warning};
    [
        (
            Flag::LOST_SEGMENT,
            Warning,
            "Previous segment(s) not captured (common at capture start)",
        ),
        (
            Flag::ACK_LOST_SEGMENT,
            Warning,
            "ACKed segment that wasn't captured (common at capture start)",
        ),
        (
            Flag::OUT_OF_ORDER,
            Warning,
            "This frame is a (suspected) out-of-order segment",
        ),
        (
            Flag::WINDOW_FULL,
            Warning,
            "TCP window specified by the receiver is now completely full",
        ),
        (Flag::ZERO_WINDOW, Warning, "TCP Zero Window segment"),
        (
            Flag::RETRANSMISSION,
            Note,
            "This frame is a (suspected) retransmission",
        ),
        (
            Flag::FAST_RETRANSMISSION,
            Note,
            "This frame is a (suspected) fast retransmission",
        ),
        (
            Flag::SPURIOUS_RETRANSMISSION,
            Note,
            "This frame is a (suspected) spurious retransmission",
        ),
        (
            Flag::REUSED_PORTS,
            Note,
            "A new tcp session is started with the same ports as an earlier session in this trace",
        ),
        (Flag::KEEP_ALIVE, Note, "TCP keep-alive segment"),
        (
            Flag::KEEP_ALIVE_ACK,
            Note,
            "ACK to a TCP keep-alive segment",
        ),
        (Flag::ZERO_WINDOW_PROBE, Note, "TCP Zero Window Probe"),
        (
            Flag::ZERO_WINDOW_PROBE_ACK,
            Note,
            "ACK to a TCP Zero Window Probe",
        ),
        (Flag::WINDOW_UPDATE, Chat, "TCP window update"),
    ]
};

/// The expert items of a frame, those about its control bits first.
#[must_use]
pub fn expert_items(packet: &PacketEntry) -> Vec<ExpertItem> {
    let seen = &packet.observation;
    if let Some(length) = packet.bogus_header_length() {
        return vec![ExpertItem {
            severity: Severity::Error,
            text: bogus_header(length),
        }];
    }
    let mut items = Vec::new();
    let mut put = |severity, text: String| items.push(ExpertItem { severity, text });
    control_bits(packet, &mut put);
    protocol(packet, &mut put);
    // tshark puts the plain item beside that of a retransmission of a particular kind (TR-20).
    let mut analysis = seen.analysis;
    if analysis.intersects(AnalysisFlags::SENT_AGAIN) {
        analysis.insert(AnalysisFlags::RETRANSMISSION);
    }
    for (flag, severity, text) in FLAGS {
        if analysis.contains(flag) {
            put(severity, text.to_owned());
        }
    }
    if let Some((number, _)) = seen.duplicate_ack {
        put(Severity::Note, format!("Duplicate ACK (#{number})"));
    }
    items
}

/// What Wireshark says of a header length, in bytes, below that of the fixed header.
pub(super) fn bogus_header(length: u8) -> String {
    format!("Bogus TCP header length ({length}, must be at least {FIXED_HEADER})")
}

fn control_bits(packet: &PacketEntry, put: &mut impl FnMut(Severity, String)) {
    let flags = packet.flags;
    match (flags.syn(), flags.ack()) {
        (true, false) => {
            let port = packet.destination.port;
            put(
                Severity::Chat,
                format!("Connection establish request (SYN): server port {port}"),
            );
        }
        (true, true) => {
            let port = packet.source.port;
            put(
                Severity::Chat,
                format!("Connection establish acknowledge (SYN+ACK): server port {port}"),
            );
        }
        (false, _) => {}
    }
    if flags.fin() {
        put(Severity::Chat, "Connection finish (FIN)".to_owned());
    }
    match packet.observation.fin {
        FinPart::None => {}
        FinPart::Initiates => put(
            Severity::Note,
            "This frame initiates the connection closing".to_owned(),
        ),
        FinPart::Answers => put(
            Severity::Note,
            "This frame undergoes the connection closing".to_owned(),
        ),
    }
    if flags.rst() {
        put(Severity::Warning, "Connection reset (RST)".to_owned());
    }
}

/// What RFC 9293 does not expect of a header.
fn protocol(packet: &PacketEntry, put: &mut impl FnMut(Severity, String)) {
    let flags = packet.flags;
    if !flags.ack() && packet.ack_raw.0 != 0 {
        put(
            Severity::Note,
            "The acknowledgment number field is nonzero while the ACK flag is not set".to_owned(),
        );
    }
    let has_mss = packet.options.options().iter().any(|(_, option)| {
        options::length_meant(option).is_some_and(|(kind, _, _)| kind == options::MSS)
    });
    let has_options = !packet.options.options().0.is_empty();
    let readable = packet.options_are_whole() && packet.options.options().fault().is_none();
    if flags.syn() && has_options && !has_mss && readable {
        put(
            Severity::Note,
            "The SYN packet does not contain a MSS option".to_owned(),
        );
    }
    if !flags.syn() && has_mss {
        put(
            Severity::Warning,
            "The non-SYN packet does contain a MSS option".to_owned(),
        );
    }
    if flags.syn() && flags.ack() && packet.observation.ack > 1 {
        put(Severity::Note, "TCP SYN-ACK accepting TFO data".to_owned());
    }
    if !flags.intersects(TcpFlags::URG) && packet.urgent != 0 {
        put(
            Severity::Note,
            "The urgent pointer field is nonzero while the URG flag is not set".to_owned(),
        );
    }
    options::items(packet, put);
}
