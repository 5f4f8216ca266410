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
