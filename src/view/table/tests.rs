//! Alignment, widths, order, and totals that survive a connection told twice.

use super::*;
use crate::net::Endpoint;
use crate::tcp::{PerSide, ResetCause, StreamId};
use crate::view::samples::{self, Owned, Shared, written};
use crate::view::width::width_of;

fn stream(number: u32, code: crate::timeline::VerdictCode) -> StreamEntry {
    let mut entry = samples::stream_entry();
    entry.summary.stream = StreamId(number);
    entry.summary.connection.client = Endpoint::new(samples::client().ip, 50_000 + number as u16);
    entry.verdict.code = code;
    entry
}

fn rows() -> Vec<Owned> {
    use crate::timeline::VerdictCode::{ClosedByClient, PartialEnd, ResetByServer, WsClose};
    let mut reset = stream(2, ResetByServer);
    reset.verdict.cause = Some(ResetCause::UnreadData);
    reset.name = None;
    reset.summary.connection.server = "[2001:db8:1234:5678:9abc:def0:1234:5678]:7000"
        .parse()
        .expect("valid");
    let mut partial = stream(0, PartialEnd);
    partial.summary.initial_rtt = None;
    let mut start = samples::capture_start();
    start.live = false;
    vec![
        Owned::Capture(start),
        Owned::Stream(Box::new(reset)),
        Owned::Stream(Box::new(partial)),
        Owned::Stream(Box::new(stream(1, WsClose(1001)))),
        Owned::Stream(Box::new(stream(0, ClosedByClient))),
        Owned::End(samples::end()),
    ]
}

fn table(rows: &[Owned], options: TableOptions) -> String {
    written(rows, |writer: Shared| Table::new(writer, options))
}

#[test]
fn every_width_is_kept() {
    for width in [25, 40, 60, 80, 100, 140, 200] {
        let options = TableOptions {
            width,
            ..TableOptions::default()
        };
        let text = table(&rows(), options);
        for line in text.lines() {
            assert!(width_of(line) <= width, "{width}: {line}");
            assert_eq!(line, line.trim_end(), "{width}");
        }
        insta::assert_snapshot!(format!("table_{width}"), text);
    }
}

/// A line of a file is the line that a wide terminal shows, and at any width the coloured one is the plain one with colours.
#[test]
fn lines_of_files_are_those_of_wide_terminals() {
    let mut rows = rows();
    let mut named = stream(3, crate::timeline::VerdictCode::Refused);
    named.name = Some("jo\u{e3}o \u{65e5}".into());
    rows.insert(4, Owned::Stream(Box::new(named)));
    for messages in [false, true] {
        let options = |width, color| TableOptions {
            width,
            color,
            messages,
            ..TableOptions::default()
        };
        let file = table(&rows, options(0, false));
        assert_eq!(file, table(&rows, options(1000, false)));
        for width in (0..1).chain(25..200) {
            let plain = table(&rows, options(width, false));
            let colored = table(&rows, options(width, true));
            let escapes = colored
                .split('\x1b')
                .map(|piece| match piece.split_once('m') {
                    Some((_, text)) if piece.starts_with('[') => text,
                    _ => piece,
                });
            assert_eq!(plain, escapes.collect::<String>(), "{width}");
        }
    }
}

/// On a narrow screen the verdict is what the table is for: every word of it stands there, unbroken.
#[test]
fn no_width_costs_a_word_of_a_verdict() {
    for width in 25..140 {
        let options = TableOptions {
            width,
            ascii: width % 2 == 0,
            ..TableOptions::default()
        };
        let text = table(&rows(), options);
        let mut words = text
            .split_whitespace()
            .skip_while(|word| *word != "verdict");
        let verdicts = [
            "CLOSED_BY_CLIENT",
            "WS_CLOSE(1001)",
            "RESET_BY_SERVER",
            "unread_data",
        ];
        for verdict in verdicts {
            assert!(words.any(|word| word == verdict), "{width}: {text}");
        }
        // A count stands with what it counts.
        let (_, totals) = text.split_once("streams:").expect("totals");
        for line in totals.lines().filter(|line| line.contains('_')) {
            let named = line.split_whitespace().filter(|word| word.contains('_'));
            assert_eq!(named.count() * 2, line.split_whitespace().count(), "{line}");
        }
    }
}

#[test]
fn rows_are_sorted_and_the_last_word_counts() {
    let text = table(&rows(), TableOptions::default());
    let first: Vec<_> = text
        .lines()
        .skip(1)
        .take(3)
        .map(|line| line.split_whitespace().next().unwrap_or_default())
        .collect();
    assert_eq!(first, ["0", "1", "2"]);
    assert!(
        text.contains("3 streams: 1 CLOSED_BY_CLIENT, 1 WS_CLOSE, 1 RESET_BY_SERVER\n"),
        "{text}"
    );
    assert!(!text.contains("PARTIAL_END"), "{text}");
    assert!(text.contains("2 lost in the kernel"), "{text}");
}

#[test]
fn live_rows_go_out_at_once_and_are_corrected_later() {
    let mut rows = rows();
    rows[0] = Owned::Capture(samples::capture_start());
    let text = table(&rows, TableOptions::default());
    let numbers: Vec<_> = text
        .lines()
        .skip(1)
        .take(4)
        .map(|line| line.split_whitespace().next().unwrap_or_default())
        .collect();
    assert_eq!(numbers, ["2", "0", "1", "0"]);
    assert!(text.contains("CLOSED_BY_CLIENT ~\n"), "{text}");
    assert!(text.contains("3 streams: 1 CLOSED_BY_CLIENT,"), "{text}");
}

#[test]
fn many_rows_stream_out_after_the_held_ones() {
    let mut all = vec![];
    for number in (0..HELD_ROWS as u32 + 5).rev() {
        all.push(Owned::Stream(Box::new(stream(
            number,
            crate::timeline::VerdictCode::Refused,
        ))));
    }
    all.push(Owned::End(samples::end()));
    let text = table(&all, TableOptions::default());
    let rows: Vec<u32> = text
        .lines()
        .skip(1)
        .map_while(|line| line.split_whitespace().next()?.parse().ok())
        .take(HELD_ROWS + 5)
        .collect();
    assert_eq!(rows.len(), HELD_ROWS + 5);
    assert!(rows[..HELD_ROWS].is_sorted());
    assert_eq!(rows[HELD_ROWS..], [4, 3, 2, 1, 0]);
    assert!(
        text.contains("10005 streams: 10005 REFUSED"),
        "{}",
        text.len()
    );
}

/// The first connection to end has neither name nor messages: those of later ones are told all the same.
#[test]
fn a_live_table_has_room_for_what_comes_later() {
    let mut start = samples::capture_start();
    start.live = true;
    let mut first = stream(0, crate::timeline::VerdictCode::Refused);
    first.name = None;
    first.messages = PerSide::default();
    let mut later = stream(1, crate::timeline::VerdictCode::ClosedByClient);
    later.name = Some(std::sync::Arc::from("ana"));
    later.messages = PerSide {
        client: 3,
        server: 12,
    };
    let rows = [
        Owned::Capture(start),
        Owned::Stream(Box::new(first)),
        Owned::Stream(Box::new(later)),
        Owned::End(samples::end()),
    ];
    let told = |messages| {
        let options = TableOptions {
            messages,
            ..TableOptions::default()
        };
        table(&rows, options)
    };
    let read = told(true);
    assert!(read.contains(" ana ") && read.contains(" 3/12 "), "{read}");
    let headings = read.lines().next().expect("headings");
    assert!(headings.contains("name") && headings.contains("lines"));
    // Where no payload is read no name is known: no empty column for it.
    let headers = told(false);
    let headings = headers.lines().next().expect("headings");
    assert!(!headings.contains("name") && !headings.contains("lines"));
}

/// The mark of a corrected row stays within the width, as everything does.
#[test]
fn the_mark_of_a_correction_is_within_the_width() {
    let mut rows = rows();
    rows[0] = Owned::Capture(samples::capture_start());
    let mut long = stream(1, crate::timeline::VerdictCode::AcceptQueueFull);
    long.verdict.also = vec![
        crate::timeline::VerdictCode::PartialEnd,
        crate::timeline::VerdictCode::LostCapture,
    ]
    .into();
    rows.insert(4, Owned::Stream(Box::new(long)));
    for width in [60, 80, 100] {
        let options = TableOptions {
            width,
            ..TableOptions::default()
        };
        let text = table(&rows, options);
        assert!(text.contains(" ~\n"), "{text}");
        for line in text.lines() {
            assert!(width_of(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn headings_stand_above_nothing_too() {
    let text = table(&[Owned::End(samples::end())], TableOptions::default());
    assert!(text.starts_with("stream  client"), "{text}");
}
