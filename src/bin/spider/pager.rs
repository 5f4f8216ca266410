//! A pager: a program of the user's that shows a long text on the terminal.
//!
//! It is started when the first text comes, so that an error before it stands on a plain
//! terminal, and waited for at the end. A pager that is left early is a closed pipe. It is started
//! without a shell: `$PAGER` is split at spaces, and quotes have no meaning.

use std::env;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::console::say;
use crate::failure::without_number;

/// A pager as a place to write to.
#[derive(Debug)]
pub(crate) struct Pager {
    /// Program and arguments.
    words: Vec<String>,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting,
    Running {
        child: Child,
        input: ChildStdin,
    },
    /// It could not be started: standard output takes its place.
    Missing(io::Stdout),
    Closed,
}

impl Pager {
    /// `$PAGER`, or `less`.
    pub(crate) fn from_environment() -> Self {
        let chosen = env::var("PAGER").unwrap_or_default();
        Self::new(&chosen)
    }

    fn new(chosen: &str) -> Self {
        let chosen = Some(chosen).filter(|chosen| !chosen.trim().is_empty());
        let words = chosen.unwrap_or(USUAL_PAGER).split_whitespace();
        Self {
            words: words.map(str::to_owned).collect(),
            state: State::Waiting,
        }
    }

    fn start(&self) -> io::Result<State> {
        let (program, arguments) = self.words.split_first().ok_or(io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        // What other programs set, too, so that colours arrive as colours in any `$PAGER`.
        for (name, value) in [("LESS", "FRXK"), ("LV", "-c")] {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let mut child = command.spawn()?;
        let input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(State::Running { child, input })
    }

    fn start_or_do_without(&mut self) {
        self.state = self.start().unwrap_or_else(|error| {
            let program = self.words.first().map_or("", String::as_str);
            let reason = without_number(&error.to_string());
            say(&format!(
                "spider: cannot start the pager '{program}': {reason}"
            ));
            State::Missing(io::stdout())
        });
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if matches!(self.state, State::Waiting) {
            self.start_or_do_without();
        }
        match &mut self.state {
            State::Running { input, .. } => input.write(bytes),
            State::Missing(stdout) => stdout.write(bytes),
            State::Waiting | State::Closed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Running { input, .. } => input.flush(),
            State::Missing(stdout) => stdout.flush(),
            State::Waiting | State::Closed => Ok(()),
        }
    }
}

/// The end of the text: waits until the user leaves the pager.
impl Drop for Pager {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Closed);
        if let State::Running { mut child, input } = state {
            drop(input);
            // How it ended is the user's business.
            drop(child.wait());
        }
    }
}

/// Without a pager of the user's. `K`: an interrupt ends less, too, and not only this program.
const USUAL_PAGER: &str = "less -FRXK";

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_pager_gets_the_text_and_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("seen");
        let mut pager = Pager::new("dd status=none");
        pager.words.push(format!("of={}", file.display()));
        pager.write_all(b"text").unwrap();
        drop(pager);
        assert_eq!(std::fs::read(file).unwrap(), b"text");
    }

    #[test]
    fn a_pager_that_is_left_early_is_a_closed_pipe() {
        let mut pager = Pager::new("true");
        let text = [b'x'; 1 << 16];
        let written = (0..64).try_for_each(|_| pager.write_all(&text));
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn nothing_is_started_without_text() {
        let mut pager = Pager::new("/nowhere/pager");
        pager.flush().unwrap();
        assert!(matches!(pager.state, State::Waiting));
    }

    #[test]
    fn without_a_pager_the_text_goes_to_standard_output() {
        let mut pager = Pager::new(" /nowhere/pager -x ");
        assert_eq!(pager.words, ["/nowhere/pager", "-x"]);
        pager.start_or_do_without();
        assert!(matches!(pager.state, State::Missing(_)));
        assert_eq!(Pager::new("").words, ["less", "-FRXK"]);
    }
}
