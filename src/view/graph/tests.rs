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

/// The sequence graph's vertical axis and layers of a story.
fn collected(story: &[Owned]) -> Collected {
    let mut collected = Collected::default();
    for entry in story {
        if let Owned::Packet(packet) = entry {
            collected.add(packet);
        }
    }
    collected
}

/// Lowest and highest number of the client's data, of its ACKs and of SACK blocks, in this order; `None` without marks.
fn extents(story: &[Owned]) -> [Option<(i64, i64)>; 3] {
    let collected = collected(story);
    let picture = collected.picture(GraphKind::Sequence, Side::Client);
    ["graph-data", "graph-acks", "graph-sack"].map(|name| {
        let layer = picture.layers.iter().find(|layer| layer.name == name);
        let marks = layer.expect("a layer").series.marks().iter();
        let low = marks.clone().map(|mark| mark.low).min()?;
        Some((low, marks.map(|mark| mark.high).max()?))
    })
}

/// [`transfer`], with forged numbers in the last two ACKs and their SACK blocks: each ahead of the one before, and far from the data.
fn forged() -> Vec<Owned> {
    let mut story = transfer();
    let mut far = 5001u32;
    for entry in &mut story {
        if let Owned::Packet(packet) = entry
            && packet.observation.side == Side::Server
            && packet.frame > 17
        {
            far = far.wrapping_add(1_400_000_000);
            packet.observation.ack = far;
            packet.ack_raw.0 = far.wrapping_add(1000);
            let edge = far.wrapping_add(1000).to_be_bytes();
            let mut block = vec![1, 1, 5, 10];
            block.extend(edge.iter().chain(&edge));
            packet.options = OptionBytes::copy_of(TcpOptions(&block));
        }
    }
    story
}

/// What the other side acknowledges without that it was sent does not stretch the picture.
#[test]
fn forged_acknowledgements_do_not_move_the_data() {
    assert_eq!(
        extents(&transfer()),
        [Some((0, 5001)), Some((1, 5001)), Some((3001, 5001))]
    );
    assert_eq!(extents(&forged()), [Some((0, 5001)), Some((1, 2001)), None]);
    for format in [GraphFormat::Text, GraphFormat::Svg] {
        let options = GraphOptions {
            format,
            ..GraphOptions::default()
        };
        let drawn = written(&forged(), |writer: Shared| Graph::new(writer, options));
        // Two ACKs, and a block in each.
        assert!(drawn.contains("4 numbers too far off"), "{drawn}");
    }
}

/// Within a window of the data, but far enough to make a line of them: the scale stays that of the data.
#[test]
fn a_number_that_was_never_sent_does_not_stretch_the_scale() {
    for (far, shown) in [(20_000, true), (40_000_000, false)] {
        let mut story = transfer();
        for entry in &mut story {
            if let Owned::Packet(packet) = entry
                && packet.frame == 21
            {
                packet.observation.ack = far;
            }
        }
        let text = written(&story, |writer: Shared| {
            Graph::new(writer, GraphOptions::default())
        });
        let told = text.contains("one number too far off is not drawn");
        assert_eq!(told, !shown, "{text}");
        let collected = collected(&story);
        let picture = collected.picture(GraphKind::Sequence, Side::Client);
        let scale = picture.axes().value;
        assert!(scale.contains(0) && scale.contains(5001), "{scale:?}");
        assert_eq!(scale.contains(i64::from(far)), shown, "{scale:?}");
        assert!(picture.shown().any(|layer| layer.name == "graph-acks"));
    }
}

/// [`transfer`], each number of the client moved on by so much.
fn moved(by: u32) -> Vec<Owned> {
    let mut story = transfer();
    for entry in &mut story {
        if let Owned::Packet(packet) = entry {
            let seen = &mut packet.observation;
            let number = match seen.side {
                Side::Client => &mut seen.seq,
                Side::Server => &mut seen.ack,
            };
            *number = number.wrapping_add(by);
            seen.next_seq = seen.next_seq.wrapping_add(by);
        }
    }
    story
}

#[test]
fn data_before_the_first_captured_segment_keep_their_size() {
    let [data, acks, sack] = extents(&moved(3_000u32.wrapping_neg()));
    assert_eq!(data, Some((-3000, 2001)));
    assert_eq!(acks, Some((-2999, 2001)));
    assert_eq!(sack, Some((1, 2001)));
}

/// Of a capture of one way there are ACKs alone: they are near each other.
#[test]
fn acknowledgements_without_data_go_on_beyond_all_32_bits() {
    let mut story = transfer();
    let mut far = 1u32;
    story.retain_mut(|entry| match entry {
        Owned::Packet(packet) if packet.observation.side == Side::Server => {
            packet.observation.ack = far;
            far = far.wrapping_add(1 << 30);
            true
        }
        _ => false,
    });
    let [data, acks, _] = extents(&story);
    assert_eq!(data, None);
    assert_eq!(acks, Some((1, 1 + 6 * (1i64 << 30))));
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
        let value = if at == 500_000 { 9_999_999 } else { at % 100 };
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
