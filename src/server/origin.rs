//! Which pages a browser may connect from: a page of another site must not chat in its reader's name (RFC 6455 section 10.2).
//!
//! Owns: the rule. Must not know: what is spoken after the upgrade. Clients that are no browsers send no origin and are not asked.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, ORIGIN};

/// Whether the page that the browser names may connect: our own, one served from this machine's loopback (a student's
/// `http://localhost:8000`), or one that `allowed` names (`null` is what pages opened as files send; `*` is every page).
pub(super) fn may_join(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return true;
    };
    // A browser sends one (RFC 6454 section 7.3).
    if origins.next().is_some() {
        return false;
    }
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let named = |known: &String| known == "*" || known.eq_ignore_ascii_case(origin);
    if allowed.iter().any(named) {
        return true;
    }
    let Some((_, site)) = origin.split_once("://") else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| host.eq_ignore_ascii_case(site)) || is_loopback(site)
}

/// `localhost`, `127.0.0.1` or `[::1]`, with or without a port.
fn is_loopback(site: &str) -> bool {
    let host = host_of(site);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// `HOST` or `HOST:PORT` without port and without the brackets of an IPv6 address.
pub(super) fn host_of(site: &str) -> &str {
    let host = match site.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => site,
    };
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn joins(origin: Option<&'static str>, allowed: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("chat.example:7080"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        let allowed: Vec<String> = allowed.iter().map(|text| (*text).to_owned()).collect();
        may_join(&headers, &allowed)
    }

    #[test]
    fn our_own_page_local_pages_and_programs_may_join() {
        for origin in [
            None,
            Some("http://chat.example:7080"),
            Some("http://localhost:8000"),
            Some("http://127.0.0.1:5500"),
            Some("http://[::1]"),
        ] {
            assert!(joins(origin, &[]), "{origin:?}");
        }
    }

    #[test]
    fn who_names_two_origins_is_not_asked_which() {
        let mut headers = HeaderMap::new();
        for origin in ["http://localhost", "http://evil.example"] {
            headers.append(ORIGIN, HeaderValue::from_static(origin));
        }
        assert!(!may_join(&headers, &["*".to_owned()]));
    }

    #[test]
    fn other_sites_join_only_where_they_are_named() {
        for origin in [
            "http://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example:80",
            "null",
        ] {
            assert!(!joins(Some(origin), &[]), "{origin}");
            assert!(joins(Some(origin), &["*"]), "{origin}");
            assert!(joins(Some(origin), &[origin]), "{origin}");
        }
    }
}
