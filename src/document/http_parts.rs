//! Values of the `HttpCommunication` document that are put together when they are written: ids, URLs,
//! lists of oddities, and text of any bytes.
//!
//! Nothing is copied before.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::tcp_session::TcpSession;
use crate::http::{self, Fields, Item, Protocol};

/// The `@id` of an item: that of its session, and its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemId<'a> {
    pub(super) session: &'a str,
    pub(super) index: u64,
}

/// What is odd, as a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oddities(pub(super) http::Oddities);

/// The target of a request as a whole (RFC 9110 §7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// Scheme, and what parts it from the authority; empty where the target is whole.
    scheme: &'static str,
    host: Cow<'a, str>,
    path: Cow<'a, str>,
}

impl<'a> Url<'a> {
    /// What it is put together of.
    #[must_use]
    pub fn parts(&self) -> [&str; 3] {
        [self.scheme, &self.host, &self.path]
    }

    pub(super) fn of(
        request: &http::Message<Fields<'a>>,
        item: &Item<Fields<'a>>,
        session: &TcpSession<'_>,
    ) -> Self {
        let (method, target) = request.head.line();
        let target = text(target);
        if method == b"CONNECT" && item.protocol != Protocol::Http2 || target.contains("://") {
            return Self {
                scheme: "",
                host: Cow::Borrowed(""),
                path: target,
            };
        }
        let host = request.head.get(":authority");
        let host = host.or_else(|| request.head.get("host")).map(text);
        let host = host.filter(|host| !host.is_empty());
        let host = host.unwrap_or_else(|| Cow::Owned(session.dst.socket.to_string()));
        Self {
            scheme: match (item.protocol, item.is_tls) {
                (Protocol::WebSocket, true) => "wss://",
                (Protocol::WebSocket, false) => "ws://",
                (Protocol::Http1 | Protocol::Http2 | Protocol::Tunnel, true) => "https://",
                (Protocol::Http1 | Protocol::Http2 | Protocol::Tunnel, false) => "http://",
            },
            host,
            path: if target == "*" {
                Cow::Borrowed("")
            } else {
                target
            },
        }
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts()
            .into_iter()
            .try_for_each(|part| f.write_str(part))
    }
}

impl fmt::Display for ItemId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session, self.index)
    }
}

impl Oddities {
    /// True without any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Its words.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(http::Oddity::as_str)
    }
}

impl Serialize for Oddities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A field as text: as it is where it is UTF-8, else both parts escaped.
pub(super) fn text_of<'a>(name: &'a [u8], value: &'a [u8]) -> (Cow<'a, str>, Cow<'a, str>, bool) {
    match (std::str::from_utf8(name), std::str::from_utf8(value)) {
        (Ok(name), Ok(value)) => (Cow::Borrowed(name), Cow::Borrowed(value), false),
        (_, _) => (Cow::Owned(escape(name)), Cow::Owned(escape(value)), true),
    }
}

/// Bytes as text: as they are where they are UTF-8, else escaped.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(escape(bytes)),
    }
}

/// Bytes that are not UTF-8 as `\xe9`, and a backslash as `\\`, so that nothing is lost.
fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' {
                text.push('\\');
            }
            text.push(character);
        }
        for byte in chunk.invalid() {
            text.push_str("\\x");
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(digit), 16));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_escaped_without_loss() {
        assert_eq!(text(b"caf\xc3\xa9 \\"), "caf\u{e9} \\");
        assert_eq!(text(b"caf\xe9 \\ \x01"), "caf\\xe9 \\\\ \u{1}");
    }
}
