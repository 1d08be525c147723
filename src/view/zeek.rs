//! Zeek's conn.log (`--format zeek`): tab-separated, with Zeek's header lines, and our verdict as one more column.
//!
//! The times of `#open` and `#close` are those of the capture, never of a clock; a `uid` is made from the connection and its
//! start, so that the same capture gives the same log.
//! A connection that a late frame changed is written again under the same `uid`: the last row counts.

use std::io::{self, Write};
use std::net::IpAddr;

use super::encode::{push_micros, push_number};
use super::out::Out;
use crate::net::{FourTuple, Nanos, Timestamp};
use crate::tcp::{PerSide, Side, StreamSummary};
use crate::timeline::{Entry, Sink, StreamEntry, Wants};

/// Columns with their types, in order.
const COLUMNS: [(&str, &str); 21] = [
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
    ("proto", "enum"),
    ("service", "string"),
    ("duration", "interval"),
    ("orig_bytes", "count"),
    ("resp_bytes", "count"),
    ("conn_state", "string"),
    ("local_orig", "bool"),
    ("local_resp", "bool"),
    ("missed_bytes", "count"),
    ("history", "string"),
    ("orig_pkts", "count"),
    ("orig_ip_bytes", "count"),
    ("resp_pkts", "count"),
    ("resp_ip_bytes", "count"),
    ("verdict", "string"),
];

/// The sink that writes conn.log.
#[derive(Debug)]
pub struct ZeekLog<W> {
    out: Out<W>,
    begun: bool,
    start: Option<Timestamp>,
    latest: Timestamp,
}

impl<W: Write> ZeekLog<W> {
    /// A sink over `writer`; it buffers by itself, so an unbuffered writer is fine.
    pub fn new(writer: W) -> Self {
        Self {
            out: Out::new(writer),
            begun: false,
            start: None,
            latest: Timestamp::ZERO,
        }
    }

    /// The header lines, once, when the time of the first row is known.
    fn begin(&mut self, at: Timestamp) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let out = &mut self.out.buffer;
        out.extend_from_slice(
            b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t",
        );
        push_log_time(out, self.start.unwrap_or(at));
        out.extend_from_slice(b"\n#fields");
        for (name, _) in COLUMNS {
            out.push(b'\t');
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(b"\n#types");
        for (_, kind) in COLUMNS {
            out.push(b'\t');
            out.extend_from_slice(kind.as_bytes());
        }
        out.push(b'\n');
    }

    /// One row.
    fn row(&mut self, entry: &StreamEntry) {
        let summary = &entry.summary;
        self.begin(summary.start);
        self.latest = self.latest.max(summary.start).max(summary.end);
        let flip = summary.zeek_originator == Side::Server;
        let ends = if flip {
            summary.connection.flipped()
        } else {
            summary.connection
        };
        let packets = as_seen(summary.packets, flip);
        let bytes = as_seen(summary.sequence_bytes, flip);
        let ip_bytes = as_seen(summary.ip_bytes, flip);
        let out = &mut self.out.buffer;
        push_micros(out, summary.start.as_nanos());
        out.push(b'\t');
        push_uid(out, summary.connection, summary.start);
        for end in [ends.client, ends.server] {
            out.extend_from_slice(format!("\t{}\t{}", end.ip, end.port).as_bytes());
        }
        out.extend_from_slice(b"\ttcp\t-\t");
        let duration = duration(summary);
        if duration > 0 {
            push_micros(out, duration);
            push_count(out, bytes.client);
            push_count(out, bytes.server);
        } else {
            out.extend_from_slice(b"-\t-\t-");
        }
        push_field(out, summary.conn_state);
        for end in [ends.client, ends.server] {
            push_field(out, if is_local(end.ip) { "T" } else { "F" });
        }
        push_count(out, summary.missed_bytes);
        push_field(out, summary.history.as_str());
        push_count(out, packets.client);
        push_count(out, ip_bytes.client);
        push_count(out, packets.server);
        push_count(out, ip_bytes.server);
        push_field(out, &entry.verdict.code.to_string());
        out.push(b'\n');
    }
}

/// Originator first.
const fn as_seen(values: PerSide<u64>, flip: bool) -> PerSide<u64> {
    if flip {
        PerSide {
            client: values.server,
            server: values.client,
        }
    } else {
        values
    }
}

/// Up to the second FIN: what follows when both sides have closed does not count.
fn duration(summary: &StreamSummary) -> Nanos {
    let last = summary.teardown.second_fin;
    last.map_or(summary.end, |fin| fin.step.at)
        .since(summary.start)
}

/// A word in the next column; an absent one is unset.
fn push_field(out: &mut Vec<u8>, text: &str) {
    out.push(b'\t');
    out.extend_from_slice(if text.is_empty() { "-" } else { text }.as_bytes());
}

/// A number in the next column.
fn push_count(out: &mut Vec<u8>, value: u64) {
    out.push(b'\t');
    push_number(out, value);
}

/// `2024-03-01-12-00-00`, UTC.
fn push_log_time(out: &mut Vec<u8>, at: Timestamp) {
    let text = jiff::Timestamp::from_second(at.parts().0)
        .map(|time| time.strftime("%Y-%m-%d-%H-%M-%S").to_string());
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

/// Zeek's default `Site::local_nets`: private and loopback address space.
const fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// `C` and 17 letters and digits: FNV-1a over the connection and its start, in base 62.
fn push_uid(out: &mut Vec<u8>, connection: FourTuple, start: Timestamp) {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut mix = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    };
    for end in [connection.client, connection.server] {
        match end.ip {
            IpAddr::V4(ip) => mix(&ip.octets()),
            IpAddr::V6(ip) => mix(&ip.octets()),
        }
        mix(&end.port.to_be_bytes());
    }
    mix(&start.as_nanos().to_be_bytes());
    out.push(b'C');
    for _ in 0..17 {
        out.push(DIGITS[(hash % 62) as usize]);
        hash /= 62;
    }
}

impl<W: Write> Sink for ZeekLog<W> {
    fn wants(&self) -> Wants {
        Wants::STREAMS
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Capture(start) => self.start = start.start,
            Entry::Stream(stream) => self.row(stream),
            Entry::End(_) => {
                self.begin(Timestamp::ZERO);
                self.out.buffer.extend_from_slice(b"#close\t");
                let latest = self.latest.max(self.start.unwrap_or_default());
                push_log_time(&mut self.out.buffer, latest);
                self.out.buffer.push(b'\n');
                return self.out.flush();
            }
            _ => {}
        }
        self.out.settle()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::Teardown;
    use crate::view::samples::{self, Owned, Shared, written};

    fn log(change: impl FnOnce(&mut StreamEntry)) -> Vec<String> {
        let mut stream = samples::stream_entry();
        change(&mut stream);
        let entries = [
            Owned::Capture(samples::capture_start()),
            Owned::Stream(Box::new(stream)),
            Owned::End(samples::end()),
        ];
        let text = written(&entries, |writer: Shared| ZeekLog::new(writer));
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn header_rows_and_footer_as_zeek_writes_them() {
        let lines = log(|_| {});
        assert_eq!(lines[0], "#separator \\x09");
        assert_eq!(lines[1], "#set_separator\t,");
        assert_eq!(lines[4], "#path\tconn");
        assert_eq!(lines[5], "#open\t2024-03-01-12-00-00");
        assert!(lines[6].starts_with("#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h"));
        assert!(lines[7].starts_with("#types\ttime\tstring\taddr\tport\taddr\tport\tenum"));
        assert_eq!(lines[9], "#close\t2024-03-01-12-00-09");
        let row: Vec<_> = lines[8].split('\t').collect();
        assert_eq!(row.len(), lines[6].split('\t').count() - 1);
        assert_eq!(row[0], "1709294400.000000");
        assert!(row[1].starts_with('C') && row[1].len() == 18, "{}", row[1]);
        assert_eq!(
            row[2..],
            [
                "127.0.0.1",
                "51234",
                "127.0.0.1",
                "7000",
                "tcp",
                "-",
                "9.000040",
                "6",
                "60",
                "SF",
                "T",
                "T",
                "0",
                "ShADadFf",
                "7",
                "370",
                "5",
                "320",
                "CLOSED_BY_CLIENT"
            ]
        );
    }

    #[test]
    fn the_same_connection_has_the_same_uid_and_another_start_another() {
        let uid =
            |change: fn(&mut StreamEntry)| log(change)[8].split('\t').nth(1).map(str::to_owned);
        assert_eq!(uid(|_| {}), uid(|_| {}));
        assert_ne!(uid(|_| {}), uid(|s| s.summary.start = samples::at(1)));
    }

    /// `set_conn` in Zeek's conn script, and its note on `duration`.
    #[test]
    fn what_is_not_longer_than_nothing_has_no_duration_and_no_bytes() {
        // The last ACK, and whatever comes when both sides have closed, does not count.
        assert!(log(|_| {})[8].contains("\t9.000040\t6\t60\tSF\t"));
        let ending = |micros| {
            log(move |stream| {
                stream.summary.teardown = Teardown::default();
                stream.summary.end = samples::at(micros);
            })
        };
        assert!(ending(9_000_055)[8].contains("\t9.000055\t6\t60\tSF\t"));
        assert!(ending(0)[8].contains("\t-\t-\t-\tSF\t"));
        // The clock went back.
        let back = ending(-5_000_000);
        assert!(back[8].contains("\t-\t-\t-\tSF\t"));
        assert_eq!(back[9], "#close\t2024-03-01-12-00-00");
    }

    #[test]
    fn a_flipped_originator_comes_first() {
        let lines = log(|stream| stream.summary.zeek_originator = Side::Server);
        let row: Vec<_> = lines[8].split('\t').collect();
        assert_eq!(row[3], "7000");
        assert_eq!(row[9], "60");
        assert_eq!(row[16], "5");
    }
}
