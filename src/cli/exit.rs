//! Exit codes are a contract; this is the one place that maps failures to them.

use std::io;
use std::process::ExitCode;

use super::output;

/// Success.
pub(super) const SUCCESS: u8 = 0;
/// Run-time error: unreadable or foreign file, port in use.
pub(super) const RUN_TIME: u8 = 1;
/// Usage error: bad option, bad filter expression.
pub(super) const USAGE: u8 = 2;
/// A check failed.
pub(super) const CHECK_FAILED: u8 = 3;
/// Inconclusive: dropped packets; cut capture with `--strict`.
pub(super) const INCONCLUSIVE: u8 = 4;
/// No permission to capture.
#[cfg(feature = "live")]
pub(super) const NO_PERMISSION: u8 = 5;
/// No such interface.
#[cfg(feature = "live")]
pub(super) const NO_INTERFACE: u8 = 6;

/// Why a command ended without success: what to say, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    error: Option<anyhow::Error>,
}

impl Failure {
    /// An error with the exit code it deserves.
    pub(super) fn new(code: u8, error: impl Into<anyhow::Error>) -> Self {
        Self {
            code,
            error: Some(error.into()),
        }
    }

    /// A usage error found after parsing.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, anyhow::Error::msg(message.into()))
    }

    /// An exit code whose reason has already been told.
    pub(super) const fn told(code: u8) -> Self {
        Self { code, error: None }
    }

    /// The exit code.
    #[cfg(feature = "live")]
    pub(super) const fn code(&self) -> u8 {
        self.code
    }

    /// Says the reason on stderr, with each cause that adds something, and gives the exit code.
    pub(super) fn report(self) -> ExitCode {
        if let Some(error) = &self.error {
            if is_broken_pipe(error) {
                return ExitCode::from(SUCCESS); // the reader has seen enough
            }
            output::fail(told(error));
        }
        ExitCode::from(self.code)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(RUN_TIME, error)
    }
}

/// An error and its causes, without those that it has quoted already.
fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.error {
            Some(error) => f.write_str(&told(error)),
            None => write!(f, "exit code {}", self.code),
        }
    }
}
