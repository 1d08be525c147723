//! `chatscope interfaces`: what can be captured on, as tcpdump's `-D` and `-L`.

use std::io::Write;

use clap::Args;

use super::{Failure, live, written};
use crate::capture::interfaces::{Interface, interfaces};
use crate::capture::link_types::link_types;
use crate::text::visible;

/// Arguments of `interfaces`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  chatscope interfaces\n  chatscope interfaces -L lo")]
pub(super) struct InterfacesArgs {
    /// List the link types of this interface
    #[arg(short = 'L', long = "list-data-link-types", value_name = "INTERFACE")]
    link_types: Option<String>,
    /// Accepted for tcpdump's fingers: listing is the default
    #[arg(short = 'D', hide = true)]
    list: bool,
}

/// Lists interfaces, or the link types of one.
pub(super) fn run(args: &InterfacesArgs) -> Result<(), Failure> {
    let mut out = written::stdout();
    if let Some(name) = &args.link_types {
        for offered in link_types(name).map_err(live::failure)? {
            let named = offered
                .name
                .unwrap_or_else(|| offered.link_type.to_string());
            writeln!(
                out,
                "{named:<16}{}",
                offered.description.unwrap_or_default()
            )?;
        }
        return Ok(());
    }
    for (index, interface) in interfaces()?.iter().enumerate() {
        writeln!(out, "{}", row(index + 1, interface))?;
    }
    Ok(())
}

/// `1. lo  [up, running, loopback]  127.0.0.1 ::1  description`.
fn row(number: usize, interface: &Interface) -> String {
    let states = [
        ("up", interface.up),
        ("running", interface.running),
        ("loopback", interface.loopback),
    ];
    let states: Vec<_> = states
        .iter()
        .filter(|(_, holds)| *holds)
        .map(|(word, _)| *word)
        .collect();
    let addresses: Vec<_> = interface
        .addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    let description = interface
        .description
        .as_deref()
        .map(|text| visible(text.as_bytes()))
        .unwrap_or_default();
    let name = visible(interface.name.as_bytes());
    format!(
        "{number:>2}. {name:<16} [{}]  {}  {description}",
        states.join(", "),
        addresses.join(" ")
    )
    .trim_end()
    .to_owned()
}
