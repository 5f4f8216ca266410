//! The `spider` command: what was typed in, results out. All analysis is in the library.

mod args;
mod checks;
mod choose;
mod columns;
mod console;
mod content;
mod directory;
mod documents;
mod exit;
mod export;
mod failure;
mod generate;
mod http;
mod input;
mod known;
mod listing;
mod one;
mod output;
mod packets;
mod pager;
mod parts;
mod progress;
mod quantity;
mod rows;
mod sessions;
mod show;
mod spool;
mod stats;
mod timing;
mod zone;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Command, LowArgs};
use console::Console;
use exit::Outcome;
use sessions::List;

/// Sessions are made on one thread and freed on another by the hundred thousand, which the
/// system's allocator pays for: measured with `sessions -o ndjson` on 300,000 sessions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match LowArgs::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    match run(args) {
        Ok(outcome) => outcome.into(),
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::from(exit::DONE),
        Err(error) => {
            console::say(&failure::render(&error));
            ExitCode::from(exit::UNUSABLE)
        }
    }
}

fn run(mut args: LowArgs) -> anyhow::Result<Outcome> {
    if let Some(input) = args.command.input_mut() {
        directory::look_into(input, Console::new(args.console))?;
    }
    match &args.command {
        Command::Sessions(sessions) => {
            sessions::run(sessions, List::Sessions, Console::new(args.console))
        }
        Command::Show(show) => show::run(show, Console::new(args.console)),
        Command::Timing(timing) => timing::run(timing, Console::new(args.console)),
        Command::Packets(packets) => packets::run(packets, Console::new(args.console)),
        Command::Content(content) => content::run(content, Console::new(args.console)),
        Command::Stats(stats) => stats::run(stats, Console::new(args.console)),
        Command::Http(http) => http::run(http, Console::new(args.console)),
        Command::Export(export) => export::run(export, Console::new(args.console)),
        Command::Schema { document } => generate::schema(*document),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man { command } => generate::man(command.as_deref()),
    }
}

/// Prints help to standard output, or what is wrong with the arguments to standard error.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to be told when this fails.
    drop(error.print());
    if error.use_stderr() {
        ExitCode::from(exit::UNUSABLE)
    } else {
        ExitCode::from(exit::DONE)
    }
}
