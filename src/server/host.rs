//! Whether an HTTP request means this server: a name of another site that was made to point at loopback does not.
//!
//! Owns: the rule for the `Host` header. Must not know: paths. A browser asks in the name of the page it shows, and a page
//! can have its own name resolve to 127.0.0.1 after it was loaded (DNS rebinding): its origin is then our own by name, and
//! only the name tells it. Addresses cannot be rebound; and a program that opens a WebSocket may say what it likes, since a
//! browser would have sent the origin of its page (RFC 6455 section 4.1). Behind other addresses whatever names an origin is
//! asked the same: a page elsewhere must not carry its reader's network into the room.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, ORIGIN, UPGRADE};
use hyper::{StatusCode, Version};

use super::origin::host_of;

/// What is wrong with a request's `Host`, if anything: status and text. `local` is our end of its connection; `origins` are
/// those that may join by name.
pub(super) fn refusal(
    version: Version,
    headers: &HeaderMap,
    local: IpAddr,
    origins: &[String],
) -> Option<(StatusCode, &'static str)> {
    let mut hosts = headers.get_all(HOST).iter();
    let (host, more) = (hosts.next(), hosts.next().is_some());
    // RFC 9112 section 3.2.
    if more || host.is_none() && version == Version::HTTP_11 {
        let text = "400: a request names one Host\n";
        return Some((StatusCode::BAD_REQUEST, text));
    }
    let host = host.map_or(Some("localhost"), |host| host.to_str().ok());
    let by_page = headers.contains_key(ORIGIN);
    let by_browser = by_page || local.is_loopback() && !headers.contains_key(UPGRADE);
    if by_browser && !host.is_some_and(|host| is_ours(host, origins)) {
        let text = "421: this server is known to pages by its address or as localhost; for another name start it with --allow-origin http://NAME:PORT\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, text));
    }
    None
}

/// Names that cannot point elsewhere, and those the operator named.
fn is_ours(host: &str, origins: &[String]) -> bool {
    let name = host_of(host);
    let local = |suffix: &str| name.to_ascii_lowercase().ends_with(suffix);
    let named = |origin: &String| {
        let site = origin.split_once("://").map(|(_, site)| site);
        origin == "*" || site.is_some_and(|site| site.eq_ignore_ascii_case(host))
    };
    name.eq_ignore_ascii_case("localhost")
        || local(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || origins.iter().any(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn status(hosts: &[&'static str], local: &str, origins: &[&str]) -> u16 {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_static(host));
        }
        let origins: Vec<String> = origins.iter().map(|text| (*text).to_owned()).collect();
        let local = local.parse().expect("address");
        let refused = refusal(Version::HTTP_11, &headers, local, &origins);
        refused.map_or(200, |(status, _)| status.as_u16())
    }

    #[test]
    fn addresses_and_localhost_are_ours() {
        for host in [
            "localhost:7080",
            "LOCALHOST",
            "chat.localhost:7080",
            "127.0.0.1:7080",
            "[::1]:7080",
            "[::1]",
            "192.168.1.5:7080",
        ] {
            assert_eq!(status(&[host], "127.0.0.1", &[]), 200, "{host}");
        }
    }

    #[test]
    fn other_names_are_ours_only_where_they_are_named_or_resolve_elsewhere() {
        let host = "evil.example:7080";
        assert_eq!(status(&[host], "::1", &[]), 421);
        assert_eq!(status(&[host], "::1", &["http://evil.example:7080"]), 200);
        assert_eq!(status(&[host], "::1", &["*"]), 200);
        assert_eq!(status(&[host], "192.168.1.5", &[]), 200);
        for host in ["localhost.evil.example", "127.0.0.1.evil.example:80", ""] {
            assert_eq!(status(&[host], "127.0.0.1", &[]), 421, "{host}");
        }
    }

    #[test]
    fn a_page_is_asked_for_a_name_that_cannot_be_rebound_at_every_address() {
        let status = |host: &'static str, allowed: &[String]| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            let origin = HeaderValue::from_str(&format!("http://{host}")).expect("a header");
            headers.insert(ORIGIN, origin);
            let local = "192.168.1.5".parse().expect("address");
            refusal(Version::HTTP_11, &headers, local, allowed).map(|(status, _)| status.as_u16())
        };
        assert_eq!(status("evil.example:7080", &[]), Some(421));
        assert_eq!(status("192.168.1.5:7080", &[]), None);
        let named = ["http://chat.example:7080".to_owned()];
        assert_eq!(status("chat.example:7080", &named), None);
    }

    #[test]
    fn a_program_may_call_us_what_it_likes() {
        let status = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("chat"));
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            let local = "127.0.0.1".parse().expect("address");
            refusal(Version::HTTP_11, &headers, local, &[]).map(|(status, _)| status.as_u16())
        };
        assert_eq!(status(None), None);
        assert_eq!(status(Some("http://chat")), Some(421));
    }

    #[test]
    fn there_is_one_host() {
        assert_eq!(status(&[], "127.0.0.1", &[]), 400);
        assert_eq!(status(&["localhost", "localhost"], "127.0.0.1", &[]), 400);
    }
}
