//! The terminal: colour, width, and messages on standard error.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use spider_pcap::capture::CaptureNotice;
use spider_pcap::view::{Escaped, Surface};

use crate::args::{ColorChoice, ConsoleArgs};
use crate::exit::Outcome;

/// How the program talks while it works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// Results, errors and damage only.
    pub(crate) quiet: bool,
    /// A progress bar may be shown.
    pub(crate) progress: bool,
    color: ColorChoice,
}

impl Console {
    /// The console that was asked for.
    pub(crate) fn new(args: ConsoleArgs) -> Self {
        Self {
            quiet: args.quiet,
            progress: !args.quiet && !args.no_progress,
            color: args.color.unwrap_or(ColorChoice::Auto),
        }
    }

    /// Says something that is nice to know.
    pub(crate) fn note(self, message: &str) {
        if !self.quiet {
            say(&format!("spider: {message}"));
        }
    }

    /// Tells what was wrong with a capture, damage even when quiet; gives whether it was damaged.
    pub(crate) fn notices(self, notices: &[CaptureNotice]) -> Outcome {
        let mut outcome = Outcome::Done;
        for notice in notices {
            let is_damage = notice.kind.is_damage();
            if is_damage || !self.quiet {
                say(&format!("spider: {}", Escaped(&notice.to_string())));
            }
            if is_damage {
                outcome = Outcome::Damaged;
            }
        }
        outcome
    }

    /// Where a table is drawn, when it goes to standard output or to a file.
    pub(crate) fn surface(self, is_stdout: bool) -> Surface {
        let is_terminal = is_stdout && io::stdout().is_terminal();
        Surface {
            width: is_terminal.then(terminal_width),
            colored: self.is_colored(is_terminal),
        }
    }

    fn is_colored(self, is_terminal: bool) -> bool {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if is_set("NO_COLOR") => false,
            ColorChoice::Auto if is_set("CLICOLOR_FORCE") => {
                env::var_os("CLICOLOR_FORCE").is_none_or(|value| value != "0")
            }
            ColorChoice::Auto => {
                is_terminal && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
            }
        }
    }
}

/// Writes a line to standard error, and does not mind when nobody listens.
pub(crate) fn say(message: &str) {
    drop(writeln!(io::stderr(), "{message}"));
}

fn terminal_width() -> usize {
    let columns = env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns
        .or_else(measured)
        .filter(|width| 0 < *width)
        .unwrap_or(USUAL_WIDTH)
}

const USUAL_WIDTH: usize = 80;
