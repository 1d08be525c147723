//! Why a capture cannot begin, and why it ended.

use std::io;

use crate::capture::filter::{FilterError, words};
use crate::capture::interfaces;
use crate::capture::privileges::PermissionReport;
use crate::net::LinkType;

/// The capture cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// This process may not capture; the report holds the fix.
    #[error("no permission to capture on {interface}: {}", refusal(said, report))]
    NoPermission {
        /// The interface.
        interface: String,
        /// libpcap's words.
        said: String,
        /// What is missing and how to get it.
        report: Box<PermissionReport>,
    },
    /// No interface of that name.
    #[error("no such interface: {name}; there are: {}", existing.join(", "))]
    NoSuchInterface {
        /// The name given.
        name: String,
        /// The names there are.
        existing: Vec<String>,
    },
    /// The interface exists but is down.
    #[error("interface {0} is down; bring it up first")]
    InterfaceDown(String),
    /// The interface does not offer the link type.
    #[error("interface {interface} does not offer link type {link_type}")]
    LinkType {
        /// The interface.
        interface: String,
        /// The link type asked for.
        link_type: LinkType,
    },
    /// The filter expression is bad.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Another refusal of libpcap, in its words.
    #[error("libpcap: {0}")]
    Libpcap(String),
    /// The system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
}

/// Where nothing is missing that we know of, libpcap knows more.
fn refusal(said: &str, report: &PermissionReport) -> String {
    if report.may_capture() {
        format!("libpcap says: {said}; {report}")
    } else {
        report.to_string()
    }
}

impl LiveError {
    pub(super) fn bad_filter(expression: &str, error: pcap::Error) -> Self {
        Self::Filter(FilterError::Bad {
            expression: expression.to_owned(),
            message: words(error),
        })
    }
}

/// Why a running capture ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// It was asked to.
    Stopped,
    /// The interface went down or was removed.
    InterfaceGone,
    /// libpcap gave up, in its words.
    Failed(String),
}

/// Why opening `interface` failed. libpcap's codes do not come through the crate, so facts are asked first, words last.
pub(super) fn classify(interface: &str, error: pcap::Error) -> LiveError {
    let text = words(error);
    if let Ok(all) = interfaces::interfaces() {
        let found = all.iter().find(|one| one.name == interface);
        match found {
            None if !all.is_empty() => {
                return LiveError::NoSuchInterface {
                    name: interface.to_owned(),
                    existing: all.into_iter().map(|one| one.name).collect(),
                };
            }
            Some(one) if !one.up && text.contains("not up") => {
                return LiveError::InterfaceDown(interface.to_owned());
            }
            _ => {}
        }
    }
    permission(interface, text, PermissionReport::of_this_process())
}

/// A refusal that is about permission, or another one.
fn permission(interface: &str, text: String, report: PermissionReport) -> LiveError {
    if !report.may_capture() || text.contains("ermission") || text.contains("ermitted") {
        return LiveError::NoPermission {
            interface: interface.to_owned(),
            said: text,
            report: Box::new(report),
        };
    }
    LiveError::Libpcap(text)
}

/// What libpcap's words about a broken capture mean.
pub(super) fn end_reason(text: String) -> EndReason {
    let gone = ["disappeared", "went down", "No such device", "not up"];
    if gone.iter().any(|part| text.contains(part)) {
        EndReason::InterfaceGone
    } else {
        EndReason::Failed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libpcap_says_is_kept_where_we_know_no_better() {
        let report = |may_capture| PermissionReport {
            may_capture,
            root: true,
            executable: None,
            obstacles: Vec::new(),
        };
        let said = || "socket: Operation not permitted".to_owned();
        let odd = permission("lo", said(), report(true));
        assert!(matches!(odd, LiveError::NoPermission { .. }));
        assert!(odd.to_string().contains("Operation not permitted"), "{odd}");
        let usual = permission("lo", said(), report(false));
        assert_eq!(
            usual.to_string(),
            format!("no permission to capture on lo: {}", report(false))
        );
        let other = permission("lo", "out of memory".to_owned(), report(true));
        assert!(matches!(other, LiveError::Libpcap(text) if text == "out of memory"));
    }
}
