//! How a session went, in a line.

use crate::document::{Close, TcpSession};
use crate::view::Notes;

/// What is wrong, or how well it went.
pub(super) fn verdict(session: &TcpSession<'_>, notes: &Notes) -> String {
    if !notes.text.is_empty() {
        return notes.text.clone();
    }
    let analysis = &session.analysis;
    match analysis.closed_by {
        Some(close) if analysis.complete => format!("all captured, {}", closed(close)),
        Some(close) => format!("no byte missing, {}", closed(close)),
        None => "no byte missing, still open at the end".to_owned(),
    }
}

/// How it was closed.
pub(super) fn closed(close: Close) -> String {
    let who = match close.direction.0.as_str() {
        "out" => "client",
        _ => "server",
    };
    match close.kind {
        "rst" => format!("reset by the {who}"),
        _ => format!("closed by the {who}"),
    }
}
