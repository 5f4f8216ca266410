//! HTTP/2: one connection, both directions.
//!
//! Sources: RFC 9113 (frames, streams); RFC 7541 (HPACK); RFC 7540 §3.2 (upgrade); the gRPC over
//! HTTP/2 protocol, "Length-Prefixed-Message".

mod block;
mod connection;
mod frame;
mod grpc;
mod resume;
mod stream;

pub(super) use connection::Connection;
pub(super) use resume::are_frames;

/// True for bytes that a server of HTTP/2 may send first: a SETTINGS frame.
pub(super) fn is_settings(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, len, 4, 0 | 1, 0, 0, 0, 0, ..] if len.is_multiple_of(6))
}
