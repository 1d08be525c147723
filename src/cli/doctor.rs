//! `chatscope doctor`: what can be captured here, what is missing, and the exact fix for this binary and user.

use std::io::{self, Write};

use clap::Args;

use super::{Failure, exit, written};
use crate::capture::doctor::{Diagnosis, diagnose};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 everything is ready, 5 no permission to capture, 1 another obstacle."
)]
pub(super) struct DoctorArgs {}

/// Looks at everything that capturing needs and says it, one line each.
pub(super) fn run(_: &DoctorArgs) -> Result<(), Failure> {
    let found = diagnose();
    let mut out = written::stdout();
    write_report(&mut out, &found)?;
    match (&found.opened, found.permission.may_capture()) {
        (Ok(()), _) => Ok(()),
        (Err(_), false) => Err(Failure::told(exit::NO_PERMISSION)),
        (Err(_), true) => Err(Failure::told(exit::RUN_TIME)),
    }
}

fn write_report(out: &mut impl Write, found: &Diagnosis) -> io::Result<()> {
    let mut line = |good: bool, what: &str, text: &str| {
        writeln!(
            out,
            "{} {what:<12} {text}",
            if good { "ok  " } else { "MISSING" }
        )
    };
    line(true, "chatscope", env!("CARGO_PKG_VERSION"))?;
    line(
        true,
        "libpcap",
        found
            .libpcap
            .as_deref()
            .unwrap_or("linked in; version not to be told here"),
    )?;
    if let Some(path) = &found.permission.executable {
        line(
            true,
            "program",
            &crate::text::visible(path.as_os_str().as_encoded_bytes()),
        )?;
    }
    match &found.interfaces {
        Ok(all) => line(
            !all.is_empty(),
            "interfaces",
            &all.iter()
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        )?,
        Err(error) => line(false, "interfaces", &error.to_string())?,
    }
    line(
        found.loopback.is_some(),
        "loopback",
        found.loopback.as_deref().unwrap_or("no loopback interface"),
    )?;
    // What the permission says of itself is made for a refusal.
    let permission = match &found.opened {
        Ok(()) => "to capture is there".to_owned(),
        Err(_) => found.permission.to_string(),
    };
    let permitted = found.permission.may_capture() || found.opened.is_ok();
    line(permitted, "permission", &permission)?;
    match &found.opened {
        Ok(()) => line(true, "capture", "opening the loopback interface works")?,
        Err(error) => line(false, "capture", &error.to_string())?,
    }
    if !found.permission.may_capture() {
        writeln!(
            out,
            "\nWithout permission these still work: replay, report, table and JSON of saved captures, serve as a plain chat."
        )?;
    }
    Ok(())
}
