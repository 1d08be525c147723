//! Wireshark display filters by frame, connection, side and selection: where a value of the report can be looked up.

use super::model::SelectionFacts;
use crate::net::Endpoint;

/// A Wireshark display filter that shows exactly these frames; empty for none.
#[must_use]
pub fn frames_filter(frames: &[u64]) -> String {
    match frames {
        [] => String::new(),
        many => member("frame.number", many),
    }
}

/// The filter that shows one frame.
pub(super) fn frame_filter(frame: u64) -> String {
    format!("frame.number=={frame}")
}

/// The filter that shows one connection.
pub(super) fn stream_filter(stream: u32) -> String {
    format!("tcp.stream=={stream}")
}

/// The filter that shows the connections between two sockets: for streams that Wireshark numbers otherwise.
pub(super) fn sockets_filter(one: Endpoint, other: Endpoint) -> String {
    let of = |end: Endpoint| {
        format!(
            "{}.addr=={} && tcp.port=={}",
            family(end.ip),
            end.ip,
            end.port
        )
    };
    format!("{} && {}", of(one), of(other))
}

/// The filter that shows what `own` sends to `other` (both `ip:port`); empty where both are the same socket.
pub(super) fn sender_filter(own: &str, other: &str) -> String {
    let ends = own
        .parse::<Endpoint>()
        .ok()
        .zip(other.parse::<Endpoint>().ok());
    match ends {
        Some((own, other)) if own.port != other.port => format!("tcp.srcport=={}", own.port),
        Some((own, other)) if own.ip != other.ip => format!("{}.src=={}", family(own.ip), own.ip),
        _ => String::new(),
    }
}

const fn family(ip: std::net::IpAddr) -> &'static str {
    if ip.is_ipv6() { "ipv6" } else { "ip" }
}

/// A filter about everything in the report: only its part of the capture, where it is about a part. Empty where frames were left
/// out by an expression: display filters do not know it.
pub(super) fn scoped(selection: Option<&SelectionFacts>, see: &str) -> String {
    let Some(selection) = selection.filter(|_| !see.is_empty()) else {
        return see.to_owned();
    };
    if selection.read_filter.is_some() {
        return String::new();
    }
    let streams = (!selection.streams.is_empty()).then(|| member("tcp.stream", &selection.streams));
    let ports = (!selection.ports.is_empty()).then(|| member("tcp.port", &selection.ports));
    let all = [Some(see.to_owned()), streams, ports];
    all_of(all.into_iter().flatten())
}

/// Filters that all must hold; empty ones do not matter.
pub(super) fn all_of(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" && ")
}

/// A field that has one of these values.
fn member<T: ToString>(field: &str, values: &[T]) -> String {
    let list: Vec<_> = values.iter().map(T::to_string).collect();
    match list.as_slice() {
        [one] => format!("{field}=={one}"),
        many => format!("{field} in {{{}}}", many.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_told_by_its_port_or_else_by_its_address() {
        let see = sender_filter;
        assert_eq!(see("10.0.0.1:5000", "10.0.0.1:6000"), "tcp.srcport==5000");
        assert_eq!(see("10.0.0.1:179", "10.0.0.2:179"), "ip.src==10.0.0.1");
        assert_eq!(see("[::2]:179", "[::1]:179"), "ipv6.src==::2");
        assert_eq!(see("[::1]:179", "[::1]:179"), "");
    }

    #[test]
    fn a_report_about_a_part_shows_that_part() {
        let syn = "tcp.flags.syn==1";
        assert_eq!(scoped(None, syn), syn);
        let selection = SelectionFacts {
            streams: vec![0, 2],
            ports: vec![7000],
            ..SelectionFacts::default()
        };
        let both = "tcp.flags.syn==1 && tcp.stream in {0,2} && tcp.port==7000";
        assert_eq!(scoped(Some(&selection), syn), both);
        assert_eq!(scoped(Some(&selection), ""), "");
    }
}
