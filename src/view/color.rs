//! The colours of a terminal, each with one meaning in all views.
//!
//! Only the eight basic colours, as foreground: terminals give them shades that are readable on
//! the background they have, dark or light.
//! Source: ECMA-48 §8.3.117 (SGR).

use super::Tone;

/// Headings and what must not be overlooked.
pub(super) const BOLD: &str = "\x1b[1m";
/// What something failed for.
pub(super) const RED: &str = "\x1b[31m";
/// What is worth a look.
pub(super) const YELLOW: &str = "\x1b[33m";
/// What explains and may be overlooked.
pub(super) const DIM: &str = "\x1b[2m";
/// The client, where both sides are drawn.
pub(super) const CYAN: &str = "\x1b[36m";
/// The server, where both sides are drawn.
pub(super) const MAGENTA: &str = "\x1b[35m";
/// What came late.
pub(super) const LATE: &str = "\x1b[97;41m";
/// Neighbours that are told apart, in turn.
pub(super) const TURNS: [&str; 4] = ["\x1b[36m", "\x1b[32m", "\x1b[35m", "\x1b[34m"];
/// Back to how the terminal writes.
pub(super) const RESET: &str = "\x1b[0m";

impl Tone {
    /// What switches its colour on; empty for none.
    pub(super) const fn color(self) -> &'static str {
        match self {
            Self::Calm => "",
            Self::Notable => YELLOW,
            Self::Severe => RED,
        }
    }
}
