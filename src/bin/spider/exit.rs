//! Exit codes: the whole contract in one place.

use std::process::ExitCode;

/// Done.
pub(crate) const DONE: u8 = 0;
/// A condition that was asked for does not hold (`--fail-if`, `--expect`).
pub(crate) const CONDITION: u8 = 1;
/// Usage, or an input or output that could not be used.
pub(crate) const UNUSABLE: u8 = 2;
/// Done, but a capture was damaged.
pub(crate) const DAMAGED: u8 = 3;

/// The same as text, below the help of every command.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  a condition that was asked for does not hold (--fail-if, --expect)
  2  usage, or an input or output that could not be used
  3  done, but a capture was damaged: everything before the damage was analysed";

/// How a command ended, when it could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything went well.
    Done,
    /// A condition does not hold; says more than damage, since it was asked for.
    ConditionFailed,
    /// A capture was damaged.
    Damaged,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => DONE,
            Outcome::ConditionFailed => CONDITION,
            Outcome::Damaged => DAMAGED,
        })
    }
}
