//! What cannot be done, as one line for people and one hint.

use std::error::Error;
use std::fmt;
use std::io;

/// An error with something that the user can do about it.
#[derive(Debug)]
pub(crate) struct Hinted {
    message: String,
    hint: String,
}

impl Hinted {
    /// An error of this command line: what, and what to do.
    pub(crate) fn error(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self {
            message: message.into(),
            hint: hint.into(),
        })
    }
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Hinted {}

/// An error of the analysis, with what it says can be done.
pub(crate) fn from_analysis(error: &spider_pcap::error::Error) -> anyhow::Error {
    let message = without_number(&error.to_string());
    match error.hint() {
        Some(hint) => Hinted::error(message, hint),
        None => anyhow::Error::msg(message),
    }
}

/// True when the reader of our output went away, which is no failure.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The error as `spider: what: why`, with a `hint:` line where there is something to do.
pub(crate) fn render(error: &anyhow::Error) -> String {
    let mut text = format!("spider: {}", one_line(error));
    let hint = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Hinted>());
    if let Some(hinted) = hint {
        text.push_str("\nhint: ");
        text.push_str(&hinted.hint);
    }
    text
}

/// The chain of causes, without those that only repeat the one before.
fn one_line(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let part = io_reason(cause);
        if text.ends_with(&part) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&part);
    }
    spider_pcap::view::Escaped(&text).to_string()
}

/// A cause as text, without the number that Rust appends to the system's words.
fn io_reason(cause: &(dyn Error + 'static)) -> String {
    let text = cause.to_string();
    if cause.is::<io::Error>() {
        without_number(&text)
    } else {
        text
    }
}

/// The system's words without the number that Rust appends to them.
pub(crate) fn without_number(text: &str) -> String {
    let end = text.rfind(" (os error ").filter(|_| text.ends_with(')'));
    end.and_then(|end| text.get(..end))
        .unwrap_or(text)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn chains_stand_on_one_line_with_a_hint_below() {
        let error = Hinted::error("a.bin: not a capture", "convert it");
        assert_eq!(
            render(&error),
            "spider: a.bin: not a capture\nhint: convert it"
        );
        let full = io::Error::from_raw_os_error(28);
        let error = anyhow::Error::new(full).context("cannot write 'x'");
        assert_eq!(
            render(&error),
            "spider: cannot write 'x': No space left on device"
        );
    }

    #[test]
    fn a_broken_pipe_is_found_below_its_context() {
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        let result: anyhow::Result<()> = Err(broken).context("cannot write");
        assert!(is_broken_pipe(&result.unwrap_err()));
    }
}
