//! `chatscope completions SHELL` and `chatscope man [COMMAND]`: generated from the same definitions as `--help`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Failure, written};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  chatscope completions bash > ~/.local/share/bash-completion/completions/chatscope\n  chatscope completions fish > ~/.config/fish/completions/chatscope.fish"
)]
pub(super) struct CompletionsArgs {
    /// The shell to complete for
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  chatscope man | man -l -\n  chatscope man replay | man -l -\n  chatscope man --output ~/.local/share/man/man1"
)]
pub(super) struct ManArgs {
    /// The command whose page to print; without it the page of chatscope itself
    command: Option<String>,
    /// Write all pages (chatscope.1, chatscope-serve.1, ...) into this folder, made where it is missing
    #[arg(short, long, value_name = "FOLDER", conflicts_with = "command")]
    output: Option<PathBuf>,
}

/// Prints the completions of one shell.
pub(super) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "chatscope", &mut script);
    written::stdout().write_all(&script)?;
    Ok(())
}

/// Prints one man page, or writes them all.
pub(super) fn man(args: &ManArgs) -> Result<(), Failure> {
    // `help` has no page of its own, nor have the help texts of the help texts.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(root, folder))
            .with_context(|| format!("man pages not written to {}", written::name(folder)))?;
        return Ok(());
    }
    let command = match &args.command {
        None => root,
        Some(name) => page_of(&root, name)?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    written::stdout().write_all(&page)?;
    Ok(())
}

fn page_of(root: &Command, name: &str) -> Result<Command, Failure> {
    root.find_subcommand(name).cloned().ok_or_else(|| {
        let known: Vec<_> = root.get_subcommands().map(Command::get_name).collect();
        let name = crate::text::visible(name.as_bytes());
        Failure::usage(format!(
            "no such command: {name}; there are: {}",
            known.join(", ")
        ))
    })
}
