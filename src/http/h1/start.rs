//! Whether bytes look like the start of a message.
//!
//! Source: RFC 9112 §2.1, §3, §4; RFC 9113 §3.4.

use super::super::collect::Role;

/// What the first bytes of a message say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Look {
    /// Too few to tell.
    More,
    /// It may be one.
    Start(Role),
    /// The preface of HTTP/2.
    Preface,
    /// It is none.
    No,
}

/// Looks at the first bytes of a direction, whoever sends them.
pub(in super::super) fn look(bytes: &[u8]) -> Look {
    match bytes.first() {
        None => Look::More,
        Some(b'H') => match matches(bytes, b"HTTP/") {
            Look::No => look_at_request(bytes),
            Look::Start(_) => Look::Start(Role::Response),
            other => other,
        },
        Some(b'P') => match matches(bytes, PREFACE) {
            Look::No => look_at_request(bytes),
            Look::Start(_) => Look::Preface,
            other => other,
        },
        Some(_) => look_at_request(bytes),
    }
}

/// A method of capital letters, a space, and no control character behind it.
fn look_at_request(bytes: &[u8]) -> Look {
    let is_method = |byte: &&u8| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_');
    let method = bytes
        .iter()
        .take(METHOD_BYTES)
        .take_while(is_method)
        .count();
    match (bytes.get(method), bytes.get(method.saturating_add(1))) {
        (None, _) => Look::More,
        (Some(b' '), None) if MIN_METHOD_BYTES <= method => Look::More,
        (Some(b' '), Some(b' '..)) if MIN_METHOD_BYTES <= method => Look::Start(Role::Request),
        (Some(_), _) => Look::No,
    }
}

fn matches(bytes: &[u8], wanted: &[u8]) -> Look {
    let len = bytes.len().min(wanted.len());
    match (bytes.get(..len) == wanted.get(..len), len == wanted.len()) {
        (false, _) => Look::No,
        (true, true) => Look::Start(Role::Response),
        (true, false) => Look::More,
    }
}

/// What a client of HTTP/2 sends first.
pub(in super::super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes after which every start of a message is told.
pub(super) const LOOKED_AT: usize = 26;

/// `VERSION-CONTROL` and `BASELINE-CONTROL` are the longest that are registered.
const METHOD_BYTES: usize = 24;
/// `GET`, `PUT`; shorter words begin the lines of other protocols.
const MIN_METHOD_BYTES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_responses_and_prefaces_are_told_from_the_rest() {
        for (bytes, expect) in [
            (&b""[..], Look::More),
            (b"GET", Look::More),
            (b"GET ", Look::More),
            (b"GET /", Look::Start(Role::Request)),
            (b"HEAD /", Look::Start(Role::Request)),
            (b"HTT", Look::More),
            (b"HTTP/", Look::Start(Role::Response)),
            (b"PRI * HTTP/2.0\r\n", Look::More),
            (PREFACE, Look::Preface),
            (b"PROPFIND /", Look::Start(Role::Request)),
            (b"\x16\x03\x01", Look::No),
            (b"SSH-2.0-", Look::No),
            (b"220 mail", Look::No),
            (b"get /", Look::No),
        ] {
            assert_eq!(look(bytes), expect, "{bytes:?}");
        }
    }
}
