//! Requests with their responses, and what a session of HTTP came to.

use super::fields::{Fields, FieldsBuf, HasFields};
use super::items::Items;
use super::message::Message;

/// What an item was spoken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, 1.0 or 0.9.
    Http1,
    /// HTTP/2.
    Http2,
    /// A request that turned the connection into a WebSocket.
    WebSocket,
    /// A request that turned the connection into a tunnel.
    Tunnel,
}

impl Protocol {
    /// As documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http1 => "http/1.1",
            Self::Http2 => "h2",
            Self::WebSocket => "websocket",
            Self::Tunnel => "tunnel",
        }
    }
}

/// One request with its response, either of which may be missing.
///
/// Its heads are [`Fields`] where it is read from [`Items`], in memory of their own before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<F = FieldsBuf> {
    /// Index in the session, from 0, in the order of requests.
    pub index: u64,
    /// What it was spoken in.
    pub protocol: Protocol,
    /// It was spoken within TLS.
    pub is_tls: bool,
    /// Stream of HTTP/2.
    pub stream: Option<u32>,
    /// The request; absent when it was not captured.
    pub request: Option<Message<F>>,
    /// Status codes before the final one: 100, 103, and 101 where HTTP/2 follows.
    pub interim: Vec<u16>,
    /// The final response; absent when it was not captured.
    pub response: Option<Message<F>>,
    /// What went through the WebSocket that it opened.
    pub web_socket: Option<WebSocketTotals>,
}

impl<F> Item<F> {
    pub(super) const fn new(index: u64, protocol: Protocol, is_tls: bool) -> Self {
        Self {
            index,
            protocol,
            is_tls,
            stream: None,
            request: None,
            interim: Vec::new(),
            response: None,
            web_socket: None,
        }
    }
}

impl<F: HasFields> Item<F> {
    /// This item with the heads that it has in memory.
    pub fn view(&self) -> Item<Fields<'_>> {
        Item {
            index: self.index,
            protocol: self.protocol,
            is_tls: self.is_tls,
            stream: self.stream,
            request: self.request.as_ref().map(Message::view),
            interim: self.interim.clone(),
            response: self.response.as_ref().map(Message::view),
            web_socket: self.web_socket,
        }
    }
}

/// What went through a WebSocket (RFC 6455).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebSocketTotals {
    /// Messages may be compressed (RFC 7692).
    pub is_deflated: bool,
    /// By the end that asked for it.
    pub client: FrameTotals,
    /// By the other end.
    pub server: FrameTotals,
}

/// Frames of one direction of a WebSocket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameTotals {
    /// Frames.
    pub frames: u64,
    /// Messages of text or bytes that ended.
    pub messages: u64,
    /// Bytes of payload as sent.
    pub payload_bytes: u64,
    /// Bytes of messages, inflated where they were compressed; absent where none may be, and where
    /// one could not be inflated.
    pub message_bytes: Option<u64>,
}

/// How far a session could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// All messages were read.
    Parsed,
    /// It ends inside a message, or bytes are missing.
    Incomplete,
    /// At some point it was not HTTP after all.
    Error,
}

/// What a session of HTTP came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpFacts {
    /// How far it could be read.
    pub reading: Reading,
    /// Items.
    pub item_count: u64,
    /// Last lot that was read to its end.
    pub last_complete_lot: Option<u64>,
    /// Last packet that was read.
    pub last_packet: Option<u64>,
    /// More requests waited than are remembered.
    pub limit_reached: bool,
    /// The items, where they are kept.
    pub items: Items,
}

impl HttpFacts {
    /// What was spoken before TLS (a CONNECT, an upgrade) and within it, as one.
    pub fn with_inner(outer: Option<Self>, inner: Option<Self>) -> Option<Self> {
        let (mut outer, inner) = match (outer, inner) {
            (Some(outer), Some(inner)) => (outer, inner),
            (outer, inner) => return outer.or(inner),
        };
        let before = outer.item_count;
        outer.item_count = before.saturating_add(inner.item_count);
        outer.reading = outer.reading.max(inner.reading);
        outer.last_complete_lot = outer.last_complete_lot.max(inner.last_complete_lot);
        outer.last_packet = outer.last_packet.max(inner.last_packet);
        outer.limit_reached |= inner.limit_reached;
        for item in inner.items.iter() {
            outer.items.push(&Item {
                index: item.index.saturating_add(before),
                ..item
            });
        }
        Some(outer)
    }
}
