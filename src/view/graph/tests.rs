//! A small transfer drawn both ways, and bounded memory.

use super::series::{Mark, Series};
use super::*;
use crate::packet::TcpOptions;
use crate::tcp::AnalysisFlags;
use crate::timeline::OptionBytes;
use crate::view::samples::{self, Owned, Shared, written};
use crate::view::width::width_of;

/// Five segments of 1000 bytes, the third sent again, with ACKs and one SACK block.
fn transfer() -> Vec<Owned> {
    let mut story = samples::opening();
    for number in 0..6u32 {
        let again = number == 5;
        let place = if again { 2 } else { number };
        let mut entries = samples::said(Side::Client, &[b'x'; 999], 10 + u64::from(number) * 2, 0);
        let at = 10_000_000 * i64::from(number + 1);
        let Some(Owned::Packet(data)) = entries.first_mut() else {
            unreachable!("begins with its segment")
        };
        data.observation.seq = 1 + 1000 * place;
        data.observation.next_seq = 1001 + 1000 * place;
        data.observation.time_relative = at;
        if again {
            data.observation.analysis = AnalysisFlags::FAST_RETRANSMISSION;
        }
        let Some(Owned::Packet(ack)) = entries.last_mut() else {
            unreachable!("ends with its ACK")
        };
        let acked = [1001, 2001, 2001, 2001, 2001, 5001][number as usize];
        ack.observation.ack = acked;
        ack.ack_raw.0 = 1000 + acked;
        ack.observation.time_relative = at + 5_000_000;
        ack.observation.ack_rtt = Some(5_000_000 + i64::from(number) * 100_000);
        if number == 4 {
            let block = [1, 1, 5, 10, 0, 0, 0x0f, 0xa1, 0, 0, 0x17, 0x71];
            ack.options = OptionBytes::copy_of(TcpOptions(&block));
        }
        story.extend(entries);
    }
    story.push(Owned::End(samples::end()));
    story
}

fn drawn(kind: GraphKind, format: GraphFormat) -> String {
    let options = GraphOptions {
        kind,
        format,
        ..GraphOptions::default()
    };
    written(&transfer(), |writer: Shared| Graph::new(writer, options))
}

#[test]
fn the_terminal_plots() {
    let sequence = drawn(GraphKind::Sequence, GraphFormat::Text);
    let rtt = drawn(GraphKind::Rtt, GraphFormat::Text);
    for text in [&sequence, &rtt] {
        assert!(text.lines().all(|line| width_of(line) <= 80));
        assert!(text.lines().count() <= 24);
    }
    assert!(sequence.matches('S').count() > 2, "{sequence}");
    insta::assert_snapshot!("plot_sequence", sequence);
    insta::assert_snapshot!("plot_rtt", rtt);
}

#[test]
fn the_svg_holds_one_path_per_layer_and_no_script() {
    let svg = drawn(GraphKind::Sequence, GraphFormat::Svg);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(!svg.contains("#3a9a3a"), "the window lies far above");
    for color in ["#b08000", "#8040c0", "#2060d0", "#d02020"] {
        assert_eq!(svg.matches(color).count(), 2, "{color}: layer and legend");
    }
    assert!(!svg.contains("<script") && !svg.contains("href"));
    insta::assert_snapshot!("svg_rtt", drawn(GraphKind::Rtt, GraphFormat::Svg));
}

#[test]
fn a_stream_without_segments_says_so() {
    let options = GraphOptions {
        stream: 77,
        ..GraphOptions::default()
    };
    let text = written(&transfer(), |writer: Shared| Graph::new(writer, options));
    assert!(text.starts_with("no segment of this stream\n"), "{text}");
}

#[test]
fn a_series_stays_bounded_and_keeps_its_extremes() {
    let mut series = Series::default();
    let count = 1_000_000;
    for at in 0..count {
        let value = if at == 500_000 {
            9_999_999
        } else {
            at as u64 % 100
        };
        series.push(Mark {
            at,
            low: value,
            high: value,
        });
    }
    let marks = series.marks();
    assert!(marks.len() <= MAX_POINTS && marks.len() > MAX_POINTS / 4);
    assert!(marks.iter().any(|mark| mark.high == 9_999_999));
    assert!(marks.is_sorted_by_key(|mark| mark.at));
    assert_eq!(marks.last().map(|mark| mark.at), Some(count - 1));
}
