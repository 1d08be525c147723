//! Our answer about the same capture, in the words of tshark's fields.

use super::tshark::{Answer, flags};
use chatscope::capture::SavefileReader;
use chatscope::net::Timestamp;
use chatscope::packet::{Decoded, Decoder, Segment, SegmentOrigin};
use chatscope::tcp::{AnalysisFlags, Analyzer, Limits, Observation};
use std::collections::BTreeMap;

type Fields = BTreeMap<String, String>;

/// Analyses a capture, a damaged one up to the damage. Few streams fit into the working set, so that packing and unpacking
/// are part of the comparison.
pub(crate) fn analyse(capture: &[u8]) -> Answer {
    let Ok(mut reader) = SavefileReader::new(capture) else {
        return Answer::default();
    };
    let mut decoder = Decoder::new();
    let mut analyzer = Analyzer::new(Limits {
        working: 2,
        remembered: usize::MAX,
    });
    let mut answer = Answer::default();
    while let Ok(Some(frame)) = reader.next_frame() {
        match decoder.decode(&frame) {
            Decoded::Tcp(segment) => {
                let seen = analyzer.handle(&segment);
                answer.frames.insert(segment.frame, fields(&segment, &seen));
            }
            Decoded::PartialHeader(header) => {
                answer.frames.insert(header.frame, unknown());
            }
            _ => {}
        }
        // Of several segments in a frame tshark prints all in one field: only their effect on others is compared.
        let mut several = false;
        while let Some(decoded) = decoder.more(&frame) {
            if let Decoded::Tcp(segment) = decoded {
                analyzer.handle(&segment);
                several = true;
            }
        }
        if several {
            answer.frames.insert(frame.number, unknown());
        }
    }
    answer.completeness = analyzer
        .summaries()
        .map(|stream| (stream.stream.to_string(), stream.completeness.to_string()))
        .collect();
    answer
}

/// Nothing that is told of a frame.
fn unknown() -> Fields {
    let names = super::tshark::fields().iter();
    names
        .map(|&name| (name.to_owned(), "?".to_owned()))
        .collect()
}

fn seconds(nanos: i64) -> String {
    Timestamp::from_nanos(nanos).to_string()
}

fn fields(segment: &Segment<'_>, seen: &Observation) -> Fields {
    let mut fields = Fields::new();
    let mut put = |name: &str, value: String| {
        fields.insert(format!("tcp.{name}"), value);
    };
    put("stream", seen.stream.to_string());
    put("seq", seen.seq.to_string());
    put("srcport", segment.source.port.to_string());
    if segment.origin != SegmentOrigin::Direct || segment.header_captured < 20 {
        let is_quote = matches!(segment.origin, SegmentOrigin::IcmpQuote { .. });
        let whole_quote = is_quote && segment.header_length >= 20 && segment.header_is_whole();
        if whole_quote {
            put("flags", format!("0x{:04x}", segment.flags.0));
            put("time_relative", seconds(seen.time_relative));
            put("time_delta", seconds(seen.time_delta));
            put_flags(seen.analysis, &mut fields);
        }
        // Quotes and broken headers: what else tshark prints depends on where its dissection gave up.
        for name in super::tshark::fields() {
            if !(whole_quote && super::tshark::is_flag(name)) {
                let field = fields.entry((*name).to_owned());
                field.or_insert_with(|| "?".to_owned());
            }
        }
        return fields;
    }
    put("flags", format!("0x{:04x}", segment.flags.0));
    put("ack", seen.ack.to_string());
    put("nxtseq", seen.next_seq.to_string());
    put("len", segment.len.to_string());
    put("window_size", seen.window_scaled.to_string());
    if segment.flags.syn() {
        // No factor on a SYN.
    } else if let Some(shift) = seen.window_shift {
        put("window_size_scalefactor", (1u32 << shift).to_string());
    } else {
        put("window_size_scalefactor", "?".to_owned()); // -1 or -2: one word for us
    }
    put("time_relative", seconds(seen.time_relative));
    put("time_delta", seconds(seen.time_delta));
    numbers(seen, &mut put);
    put_flags(seen.analysis, &mut fields);
    fields
}

fn put_flags(mut analysis: AnalysisFlags, fields: &mut Fields) {
    if analysis.contains(AnalysisFlags::FAST_RETRANSMISSION)
        || analysis.contains(AnalysisFlags::SPURIOUS_RETRANSMISSION)
    {
        analysis.insert(AnalysisFlags::RETRANSMISSION);
    }
    for name in analysis.names() {
        let field = format!("tcp.analysis.{name}");
        assert!(flags().contains(&field.as_str()), "{field} is compared");
        fields.insert(field, "1".to_owned());
    }
}

fn numbers(seen: &Observation, put: &mut impl FnMut(&str, String)) {
    if let Some((number, frame)) = seen.duplicate_ack {
        put("analysis.duplicate_ack_num", number.to_string());
        put("analysis.duplicate_ack_frame", frame.to_string());
    }
    if let Some(frame) = seen.acks_frame {
        put("analysis.acks_frame", frame.to_string());
    }
    if let Some(rtt) = seen.ack_rtt {
        put("analysis.ack_rtt", seconds(rtt));
    }
    if let Some(rtt) = seen.initial_rtt {
        put("analysis.initial_rtt", seconds(rtt));
    }
    if let Some((rto, frame)) = seen.rto {
        put("analysis.rto", seconds(rto));
        put("analysis.rto_frame", frame.to_string());
    }
    if let Some(bytes) = seen.bytes_in_flight {
        put("analysis.bytes_in_flight", bytes.to_string());
    }
    if let Some(bytes) = seen.push_bytes_sent {
        put("analysis.push_bytes_sent", bytes.to_string());
    }
}
