//! Text of cells that tables of sessions and of requests have in common.

use std::fmt::{Display, Write as _};
use std::net::IpAddr;

use super::units::{HumanBytes, HumanSpan, write_number};
use crate::document::{End, Seconds};
use crate::time::Span;

/// Appends an end: its name, where it has one, and its port.
pub(super) fn write_end(out: &mut String, end: &End<'_>) {
    match end.name {
        Some(name) => out.push_str(name),
        None if end.ip.0.is_ipv4() => write_address(out, end.ip.0),
        None => return show(out, end.socket),
    }
    out.push(':');
    show_count(out, u64::from(end.port));
}

/// Appends an end without its port.
pub(super) fn write_host(out: &mut String, end: &End<'_>) {
    match end.name {
        Some(name) => out.push_str(name),
        None => write_address(out, end.ip.0),
    }
}

/// Appends a time for people; nothing where there is none.
pub(super) fn write_span(out: &mut String, seconds: Option<Seconds>) {
    if let Some(Seconds(exact)) = seconds {
        let span = HumanSpan(Span::from_nanos(exact.nanos()));
        done(span.write_to(out));
    }
}

/// Appends a size for people.
pub(super) fn show_bytes(out: &mut String, bytes: u64) {
    done(HumanBytes(bytes).write_to(out));
}

/// Appends a number.
pub(super) fn show_count(out: &mut String, count: u64) {
    done(write_number(out, count));
}

fn write_address(out: &mut String, address: IpAddr) {
    let IpAddr::V4(v4) = address else {
        return show(out, address);
    };
    let [first, rest @ ..] = v4.octets();
    show_count(out, u64::from(first));
    for byte in rest {
        out.push('.');
        show_count(out, u64::from(byte));
    }
}

/// Text takes every write.
const fn done(_: std::fmt::Result) {}

/// Appends a value.
pub(super) fn show(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}
