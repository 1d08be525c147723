//! tshark's answer about a capture, as text per field.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Per frame the fields that are present, per stream the final completeness.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) frames: BTreeMap<u64, BTreeMap<String, String>>,
    pub(crate) completeness: BTreeMap<String, String>,
}

const FIELDS: [&str; 35] = [
    "tcp.stream",
    "tcp.seq",
    "tcp.ack",
    "tcp.nxtseq",
    "tcp.len",
    "tcp.window_size",
    "tcp.window_size_scalefactor",
    "tcp.time_relative",
    "tcp.time_delta",
    "tcp.analysis.retransmission",
    "tcp.analysis.fast_retransmission",
    "tcp.analysis.spurious_retransmission",
    "tcp.analysis.out_of_order",
    "tcp.analysis.lost_segment",
    "tcp.analysis.ack_lost_segment",
    "tcp.analysis.duplicate_ack",
    "tcp.analysis.zero_window",
    "tcp.analysis.zero_window_probe",
    "tcp.analysis.zero_window_probe_ack",
    "tcp.analysis.keep_alive",
    "tcp.analysis.keep_alive_ack",
    "tcp.analysis.window_update",
    "tcp.analysis.window_full",
    "tcp.analysis.reused_ports",
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.duplicate_ack_frame",
    "tcp.analysis.acks_frame",
    "tcp.analysis.ack_rtt",
    "tcp.analysis.initial_rtt",
    "tcp.analysis.rto",
    "tcp.analysis.rto_frame",
    "tcp.analysis.bytes_in_flight",
    "tcp.analysis.push_bytes_sent",
    "tcp.srcport",
    "tcp.flags",
];

/// The fields that are compared.
pub(crate) fn fields() -> &'static [&'static str] {
    &FIELDS
}

/// The fifteen flags among them.
pub(crate) fn flags() -> &'static [&'static str] {
    &FIELDS[9..24]
}

pub(crate) fn is_flag(name: &str) -> bool {
    flags().contains(&name)
}

/// The version line of tshark 4.0; `None` where there is no tshark or another one.
pub(crate) fn version() -> Option<String> {
    let output = Command::new("tshark").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next()?.to_owned();
    line.contains(" 4.0.").then_some(line)
}

/// Runs tshark on a capture, one pass for the frames, two for the completeness.
pub(crate) fn analyse(path: &Path) -> Answer {
    let mut answer = Answer::default();
    for line in run(path, &[], &[&["frame.number"], &FIELDS[..]].concat()).lines() {
        let mut columns = line.split('\t');
        let frame = columns.next().and_then(|text| text.parse().ok());
        let present = FIELDS
            .iter()
            .zip(columns)
            .filter(|(_, value)| !value.is_empty())
            .map(|(&name, value)| {
                // A flag counts once, however often it was put into the tree.
                let value = if is_flag(name) { "1" } else { value };
                (name.to_owned(), without_reserved(name, value))
            });
        answer
            .frames
            .insert(frame.expect("a frame number"), present.collect());
    }
    for line in run(path, &["-2"], &["tcp.stream", "tcp.completeness"]).lines() {
        if let Some((stream, value)) = line.split_once('\t')
            && !stream.is_empty()
            && !value.is_empty()
        {
            answer
                .completeness
                .insert(stream.to_owned(), value.to_owned());
        }
    }
    answer
}

/// The three reserved bits before the control bits are nobody's.
fn without_reserved(name: &str, value: &str) -> String {
    match value.strip_prefix("0x").filter(|_| name == "tcp.flags") {
        Some(digits) => {
            let bits = u16::from_str_radix(digits, 16).expect("flags in hexadecimal");
            format!("{:#06x}", bits & 0x1ff)
        }
        None => value.to_owned(),
    }
}

fn run(path: &Path, options: &[&str], fields: &[&str]) -> String {
    let mut command = Command::new("tshark");
    command.args(options).arg("-n").arg("-r").arg(path);
    command.args(["-Y", "tcp", "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    // A damaged file: what it printed of the frames before the damage counts.
    let damaged = output.status.code() == Some(2);
    assert!(
        damaged || output.status.success(),
        "tshark failed: {output:?}"
    );
    String::from_utf8(output.stdout).expect("tshark prints UTF-8")
}
