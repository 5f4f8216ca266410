//! The colours of a terminal, each with one meaning in all views.
//!
//! Source: ECMA-48 §8.3.117 (select graphic rendition).

use super::Tone;

/// Headings and names.
pub(super) const BOLD: &str = "\x1b[1m";
/// What failed.
pub(super) const RED: &str = "\x1b[31m";
/// What is worth a look.
pub(super) const YELLOW: &str = "\x1b[33m";
/// Where something stands.
pub(super) const DIM: &str = "\x1b[2m";
/// Neighbours that are told apart, in turn.
pub(super) const TURNS: [&str; 4] = ["\x1b[36m", "\x1b[32m", "\x1b[35m", "\x1b[34m"];
/// The end of every colour.
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
