//! From what was collected to the report: every figure and every check is made here, once, for all renderings.

mod lines;
mod options;
mod pace;
mod segment;
mod stream;
mod teardown;
mod timing;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::collect::{Collector, Life, MAX_CONNECTIONS, Trace, frames_of};
use super::drawings::Drawings;
use super::filters::{frames_filter, scoped, sockets_filter, stream_filter};
use super::model::{
    Both, CaptureFacts, ConnectionRow, Count, Ending, Evidence, FindingRow, PortCount, Report,
    SCHEMA, Seconds, SelectionFacts, VerdictRow,
};
use super::tallies::MAX_EVIDENCE;
use crate::net::{PortClass, Timestamp};
use crate::tcp::{Certainty, HandshakeOutcome, PerSide, ResetCause, RoleReason, Side};
use crate::text::visible_cut;
use crate::timeline::{FindingCode, FindingEntry, StreamEntry, Verdict, VerdictCode};

/// Connections shown in detail.
pub const MAX_DETAILED: usize = 12;
/// Up to so many connections are listed in the order of their numbers; of more the largest come first.
const MAX_IN_ORDER: usize = 40;
/// Server ports listed.
const MAX_PORTS: usize = 16;
/// Characters of a name or a source that are shown.
const MAX_NAME: usize = 120;

impl Collector {
    /// The report. Call it after the end of the story.
    #[must_use]
    pub fn finish(&self) -> Report {
        let order = self.order();
        let streams = order
            .iter()
            .filter_map(|entry| {
                self.books
                    .get(&entry.summary.stream.0)
                    .map(|book| (entry, book))
            })
            .take(self.selection.detailed.unwrap_or(MAX_DETAILED))
            .map(|(entry, book)| stream::report(self, entry, book))
            .collect();
        // What is only known from quotes in ICMP errors has a number and no verdict, and is not told anywhere.
        let counted = |trace: &&Trace| trace.selected && trace.verdict.is_some();
        let total = self.traces.iter().filter(counted).count() as u64;
        let rows: Vec<_> = order
            .iter()
            .take(MAX_CONNECTIONS)
            .map(|entry| self.connection(entry))
            .collect();
        let mut report = Report {
            schema: SCHEMA,
            capture: self.facts(),
            connections_total: total,
            connections_folded: total.saturating_sub(rows.len() as u64),
            connections: rows,
            verdicts: self.verdicts(),
            streams,
            lines: self
                .lines
                .kept
                .iter()
                .map(|line| lines::row(self, line))
                .collect(),
            lines_total: self.lines.total,
            lines_folded: self.lines.folded,
            joined: self.lines.joined.clone(),
            found: lines::found(self),
            census: self.tallies.census(),
            bits: self.tallies.bit_rows(),
            analysis: self.tallies.analysis_rows(),
            findings: self
                .findings
                .iter()
                .map(|finding| self.finding_row(finding))
                .collect(),
            findings_folded: self.findings_folded,
            ladder: self.drawings.as_ref().and_then(Drawings::ladder),
            ladder_left_out: self.drawings.as_ref().map_or(0, Drawings::left_out),
            selection: (!self.selection.is_everything()).then(|| SelectionFacts {
                streams: self.selection.streams.clone(),
                ports: self.selection.ports.clone(),
                until_first_data: self.selection.until_first_data,
                read_filter: self.selection.read_filter.clone(),
            }),
        };
        scope(&mut report);
        report
    }

    /// The filter that shows one connection: by its number, unless a filter left out frames that Wireshark numbers by.
    fn see(&self, entry: &StreamEntry) -> String {
        let summary = &entry.summary;
        match self.selection.read_filter {
            None => stream_filter(summary.stream.0),
            Some(_) => sockets_filter(summary.connection.client, summary.connection.server),
        }
    }

    /// The connections in the order of the report: by number while they are few, else the largest first.
    fn order(&self) -> Vec<&StreamEntry> {
        let mut order: Vec<_> = self.streams.values().collect();
        if order.len() <= MAX_IN_ORDER {
            order.sort_unstable_by_key(|entry| entry.summary.stream);
        } else {
            order.sort_unstable_by_key(|entry| (Reverse(frames_of(entry)), entry.summary.stream));
        }
        order
    }

    /// The time from which the report counts: the first frame of the capture.
    fn origin(&self) -> Timestamp {
        let known = self
            .layout
            .first
            .or(self.capture.start.filter(|_| !self.capture.live));
        known.or(self.first_packet).unwrap_or_default()
    }

    fn selected(&self) -> impl Iterator<Item = &Trace> {
        self.traces.iter().filter(|trace| trace.selected)
    }

    fn facts(&self) -> CaptureFacts {
        let first = self
            .layout
            .first
            .or(self.capture.start)
            .or(self.first_packet);
        let last = self.layout.last.or(self.last_packet);
        let seen = self
            .end
            .frames
            .max(self.layout.frames)
            .max(self.packet_frames);
        let tcp_frames = self.end.tcp_frames.max(self.packet_frames);
        let ports = self.ports();
        let told = || self.traces.iter().filter(|trace| trace.verdict.is_some());
        let living = |life| told().filter(|trace| trace.life == life).count() as u64;
        CaptureFacts {
            source: visible_cut(self.capture.source.as_bytes(), MAX_NAME),
            link_type: self.capture.link_type.map(|link| link.to_string()),
            filter: self
                .capture
                .filter
                .as_ref()
                .map(|f| visible_cut(f.as_bytes(), MAX_NAME)),
            snaplen: self.capture.snaplen,
            frames: seen,
            tcp_frames,
            skipped: self.end.skipped,
            numbers: self.layout.numbers.unwrap_or((1, seen.max(1))),
            first: first.map(seconds),
            last: last.map(seconds),
            span: first
                .zip(last)
                .map(|(first, last)| Seconds(last.since(first))),
            cut_frames: self.end.cut_frames,
            datagrams_forgotten: self.end.datagrams_forgotten,
            kernel_dropped: self.end.stats.kernel_dropped,
            interface_dropped: self.end.stats.interface_dropped,
            queue_dropped: self.end.stats.queue_dropped,
            truncated: self.end.truncated,
            only_service: ports.len() == 1 && seen == tcp_frames,
            service_ports: ports.into_iter().take(MAX_PORTS).collect(),
            complete: living(Life::Complete),
            open_at_end: living(Life::Open),
            begun_before: living(Life::BegunBefore),
            never_opened: living(Life::NeverOpened),
            connections: told().count() as u64,
        }
    }

    /// The server ports of all connections of the capture, those that the report is not about included.
    fn ports(&self) -> Vec<PortCount> {
        let mut counts = BTreeMap::new();
        for trace in self.traces.iter().filter(|trace| trace.verdict.is_some()) {
            *counts.entry(trace.server_port).or_insert(0_u64) += 1;
        }
        let mut ports: Vec<_> = counts
            .into_iter()
            .map(|(port, connections)| PortCount { port, connections })
            .collect();
        ports.sort_by_key(|port| (Reverse(port.connections), port.port));
        ports
    }

    fn verdicts(&self) -> Vec<Count> {
        let mut counts: BTreeMap<VerdictCode, u64> = BTreeMap::new();
        for verdict in self.selected().filter_map(|trace| trace.verdict) {
            *counts.entry(verdict).or_default() += 1;
        }
        let mut rows: Vec<_> = counts
            .into_iter()
            .map(|(code, count)| Count {
                code: code.to_string(),
                count,
            })
            .collect();
        rows.sort_by_key(|row| Reverse(row.count));
        rows
    }

    fn connection(&self, entry: &StreamEntry) -> ConnectionRow {
        let summary = &entry.summary;
        let (client, server) = (summary.connection.client, summary.connection.server);
        let step = match summary.client_by {
            RoleReason::SentSyn => summary.handshake.syn,
            RoleReason::ReceivedSynAck => summary.handshake.answer,
            _ => None,
        };
        let (ending, ended_by) = ending(entry);
        ConnectionRow {
            stream: summary.stream.0,
            client: client.to_string(),
            server: server.to_string(),
            client_port: client.port,
            server_port: server.port,
            name: name(entry),
            client_by: summary.client_by.code(),
            client_by_frame: step.map_or(summary.first_frame, |step| step.frame),
            port_class: Both {
                client: PortClass::of(client.port).code(),
                server: PortClass::of(server.port).code(),
            },
            start: seconds(summary.start),
            duration: Seconds(summary.end.since(summary.start)),
            frames: both(summary.packets),
            bytes: both(summary.bytes),
            messages: both(entry.messages),
            completeness: summary.completeness,
            conn_state: summary.conn_state,
            history: summary.history.as_str().to_owned(),
            verdict: verdict(&entry.verdict),
            opening: summary.handshake.outcome.code(),
            ended_by,
            ending,
            refusal: summary
                .handshake
                .answer
                .filter(|_| ending == Ending::Refused)
                .map(|step| step.frame),
            evidence: Evidence {
                frames: vec![summary.first_frame, summary.last_frame],
                see: self.see(entry),
            },
        }
    }

    fn finding_row(&self, finding: &FindingEntry) -> FindingRow {
        let (cause, from) = match finding.code {
            FindingCode::Reset(cause) => (Some(cause.code()), None),
            FindingCode::IcmpError(error) => {
                (Some(error.reason.code()), Some(error.from.to_string()))
            }
            _ => (None, None),
        };
        let frames: Vec<_> = finding
            .frames
            .iter()
            .copied()
            .take(2 * MAX_EVIDENCE)
            .collect();
        let stream = finding
            .stream
            .and_then(|stream| self.streams.get(&stream.0));
        let see = match (frames.is_empty(), stream) {
            (false, _) => frames_filter(&frames),
            (true, Some(stream)) => self.see(stream),
            (true, None) => "tcp.analysis.flags".to_owned(),
        };
        FindingRow {
            code: finding.code.code(),
            cause,
            from,
            severity: finding.code.severity().code(),
            stream: finding.stream.map(|stream| stream.0),
            side: finding.side.map(Side::name),
            certain: finding.certainty == Certainty::Seen,
            duration: finding.duration.map(Seconds),
            value: finding.value,
            evidence: Evidence { frames, see },
        }
    }
}

/// How a connection ended, and by whom.
fn ending(entry: &StreamEntry) -> (Ending, Option<&'static str>) {
    let teardown = &entry.summary.teardown;
    if entry.summary.handshake.outcome == HandshakeOutcome::Refused {
        return (Ending::Refused, Some(Side::Server.name()));
    }
    let first = teardown.first_fin.map(|fin| fin.side.name());
    if teardown.complete() {
        (Ending::Fin, first)
    } else if let Some(reset) = teardown.reset {
        (Ending::Rst, Some(reset.side.name()))
    } else if teardown.second_fin.is_some() {
        (Ending::FinUnconfirmed, first)
    } else if first.is_none() && Life::of(&entry.summary) == Life::NeverOpened {
        (Ending::NeverOpened, None)
    } else {
        (Ending::Open, first)
    }
}

/// A report about a part of the capture: its counts are found by filters for that part.
fn scope(report: &mut Report) {
    let selection = report.selection.as_ref();
    let census = report.census.iter_mut().map(|row| &mut row.evidence);
    let bits = report.bits.iter_mut().map(|row| &mut row.evidence);
    let analysis = report.analysis.iter_mut().map(|row| &mut row.evidence);
    for evidence in census.chain(bits).chain(analysis) {
        evidence.see = scoped(selection, &evidence.see);
    }
}

fn verdict(verdict: &Verdict) -> VerdictRow {
    VerdictRow {
        code: verdict.code.to_string(),
        cause: verdict.cause.map(ResetCause::code),
        also: verdict.also.iter().map(VerdictCode::to_string).collect(),
    }
}

/// A chat name, safe to show.
fn name(entry: &StreamEntry) -> Option<String> {
    entry
        .name
        .as_deref()
        .map(|name| visible_cut(name.as_bytes(), MAX_NAME))
}

fn both<T: Copy>(values: PerSide<T>) -> Both<T> {
    Both {
        client: values.client,
        server: values.server,
    }
}

const fn seconds(at: Timestamp) -> Seconds {
    Seconds(at.as_nanos())
}
