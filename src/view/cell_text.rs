//! Text of cells that tables of sessions and of requests have in common.

use std::fmt::{Display, Write as _};

use super::units::HumanSpan;
use crate::document::{End, Seconds};
use crate::time::Span;

/// Appends an end: its name, where it has one, and its port.
pub(super) fn write_end(out: &mut String, end: &End<'_>) {
    match end.name {
        Some(name) => {
            out.push_str(name);
            out.push(':');
            show(out, end.port);
        }
        None => show(out, end.socket),
    }
}

/// Appends an end without its port.
pub(super) fn write_host(out: &mut String, end: &End<'_>) {
    match end.name {
        Some(name) => out.push_str(name),
        None => show(out, end.ip),
    }
}

/// Appends a time for people; nothing where there is none.
pub(super) fn write_span(out: &mut String, seconds: Option<Seconds>) {
    if let Some(Seconds(exact)) = seconds {
        show(out, HumanSpan(Span::from_nanos(exact.nanos())));
    }
}

/// Appends a value.
pub(super) fn show(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}
