//! The colours of a terminal that the views use.
//!
//! Only the eight basic colours, as foreground: terminals give them shades that are readable on
//! the background they have, dark or light.
//! Source: ECMA-48 §8.3.117 (SGR).

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
/// Back to how the terminal writes.
pub(super) const RESET: &str = "\x1b[0m";
