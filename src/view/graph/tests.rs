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
    assert_eq!(text, "no segment of this stream\n");
    let options = GraphOptions {
        stream: 77,
        format: GraphFormat::Svg,
        ..GraphOptions::default()
    };
    let svg = written(&transfer(), |writer: Shared| Graph::new(writer, options));
    assert!(svg.contains(">no segment of this stream<"), "{svg}");
    assert!(!svg.contains("class=\"g\""), "no axes of nothing: {svg}");
    let options = GraphOptions {
        side: Some(Side::Server),
        kind: GraphKind::Rtt,
        ..GraphOptions::default()
    };
    let text = written(&transfer(), |writer: Shared| Graph::new(writer, options));
    assert!(text.starts_with("no round-trip time to measure"), "{text}");
}

/// [`transfer`] with its window narrow for the first two ACKs, then far above the data.
fn opening_window() -> Vec<Owned> {
    let mut story = transfer();
    for entry in &mut story {
        if let Owned::Packet(packet) = entry {
            let narrow = packet.observation.time_relative < 30_000_000;
            packet.observation.window_scaled = if narrow { 2000 } else { 2_000_000 };
        }
    }
    story
}

/// A window far above the data is no line at the upper edge: the line breaks off, and without any mark left the legend says why.
#[test]
fn a_window_above_the_picture_is_not_drawn_at_its_edge() {
    let of = |story: &[Owned], format| {
        let options = GraphOptions {
            format,
            ..GraphOptions::default()
        };
        written(story, |writer: Shared| Graph::new(writer, options))
    };
    let text = of(&transfer(), GraphFormat::Text);
    assert!(text.contains("end of window: far above"), "{text}");
    let text = of(&opening_window(), GraphFormat::Text);
    let plot: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" |") || line.contains(" +"))
        .collect();
    let top = &plot[0][13..];
    assert!(!top.contains("--"), "{text}");
    assert!(
        plot[1..plot.len() - 1]
            .iter()
            .any(|line| line.contains("--")),
        "{text}"
    );
    assert!(text.contains("- end of window"), "{text}");
    let svg = of(&opening_window(), GraphFormat::Svg);
    let path = svg
        .lines()
        .find(|line| line.contains("#3a9a3a") && line.contains("fill"));
    let path = path
        .and_then(|line| line.split(" d=").nth(1))
        .expect("a line of the window");
    // 40 is the upper edge.
    assert!(!path.contains("V40.0") && !path.contains(" 40.0"), "{path}");
}

#[test]
fn ascii_and_width_are_kept() {
    for width in [40, 60, 80, 120] {
        let options = GraphOptions {
            width,
            ascii: true,
            lang: Lang::PtBr,
            ..GraphOptions::default()
        };
        let text = written(&transfer(), |writer: Shared| Graph::new(writer, options));
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains("127.0.0.1:51234"), "{text}");
        assert!(text.contains("127.0.0.1:7000"), "{text}");
        assert!(text.lines().all(|line| line.len() <= width), "{text}");
    }
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
