//! What pcapng options say about a capture, for people: names, comments, statistics. Bounded, made UTF-8, not escaped.

use super::options::{BlockOptions, COMMENT, text};
use crate::capture::{CaptureInfo, InterfaceInfo};
use crate::net::{CaptureStats, LinkType};

const MAX_TEXT: usize = CaptureInfo::MAX_TEXT;

/// Options of a Section Header Block (section 4.1).
pub(super) fn section(info: &mut CaptureInfo, options: BlockOptions<'_>, first: bool) {
    for (code, value) in options.iter() {
        match code {
            COMMENT => add_comment(&mut info.comments, value),
            2 if first => info.hardware = Some(text(value, MAX_TEXT)),
            3 if first => info.os = Some(text(value, MAX_TEXT)),
            4 if first => info.application = Some(text(value, MAX_TEXT)),
            _ => {}
        }
    }
}

/// Options of an Interface Description Block (section 4.2).
pub(super) fn interface(
    info: &mut CaptureInfo,
    options: BlockOptions<'_>,
    link_type: LinkType,
    snaplen: u32,
) {
    if info.interfaces.len() == CaptureInfo::MAX_INTERFACES {
        return;
    }
    let mut known = InterfaceInfo {
        link_type,
        snaplen,
        ..InterfaceInfo::default()
    };
    for (code, value) in options.iter() {
        match (code, value) {
            (COMMENT, value) => add_comment(&mut known.comments, value),
            (2, value) => known.name = Some(text(value, MAX_TEXT)),
            (3, value) => known.description = Some(text(value, MAX_TEXT)),
            // The first byte says what follows: 0 = the expression as text, 1 = compiled.
            (11, [0, expression @ ..]) => known.filter = Some(text(expression, MAX_TEXT)),
            (12, value) => known.os = Some(text(value, MAX_TEXT)),
            _ => {}
        }
    }
    info.interfaces.push(known);
}

/// Options of an Interface Statistics Block (section 4.6).
pub(super) fn statistics(options: BlockOptions<'_>) -> CaptureStats {
    let mut stats = CaptureStats::default();
    for (code, value) in options.iter() {
        let number = options.order().u64(value);
        match code {
            4 => stats.received = number,
            5 => stats.interface_dropped = number,
            7 => stats.kernel_dropped = number,
            _ => {}
        }
    }
    stats
}

/// One total over all interfaces, with `extra` frames that packet blocks reported lost.
pub(super) fn total(info: &CaptureInfo, extra: u64) -> CaptureStats {
    let mut total = CaptureStats::default();
    for stats in info.interfaces.iter().filter_map(|one| one.statistics) {
        add(&mut total.received, stats.received);
        add(&mut total.interface_dropped, stats.interface_dropped);
        add(&mut total.kernel_dropped, stats.kernel_dropped);
    }
    if extra > 0 {
        add(&mut total.interface_dropped, Some(extra));
    }
    total
}

fn add(total: &mut Option<u64>, one: Option<u64>) {
    if let Some(one) = one {
        *total = Some(total.unwrap_or(0).saturating_add(one));
    }
}

fn add_comment(comments: &mut Vec<String>, value: &[u8]) {
    if comments.len() < CaptureInfo::MAX_COMMENTS {
        comments.push(text(value, MAX_TEXT));
    }
}
