//! HTTP/1: one connection, both directions.
//!
//! Sources: RFC 9112; RFC 9110 §7.8 (upgrade), §9.3.6 (CONNECT); RFC 6455 (WebSocket).

mod body;
mod conversation;
mod exchange;
mod half;
mod head;
mod start;

pub(super) use conversation::{Conversation, Turn};
