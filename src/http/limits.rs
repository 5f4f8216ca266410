//! The limits of reading HTTP, each with its unit, default and effect.

/// What an [`Observer`](super::Observer) may hold, and how far it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpLimits {
    /// Bytes of one head, or of the trailers behind a body. Default 64 KiB; servers take 8 to 32
    /// KiB. A longer head ends the message, which is marked, and its direction is searched for the
    /// next start of a message.
    pub head_bytes: usize,
    /// Requests of a session that wait for their response, or streams of HTTP/2 that are open.
    /// Default 4096. A request beyond is an item without its response, and the session is marked.
    pub waiting: usize,
    /// Bytes of the line that gives the size of a chunk, extensions included. Default 4 KiB. A
    /// longer line ends the message.
    pub chunk_line_bytes: usize,
    /// Bytes of the dynamic table of HPACK, a direction. Default 64 KiB; what a peer may ask for by
    /// default is 4 KiB. A larger table ends the reading of its direction.
    pub table_bytes: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            head_bytes: 64 << 10,
            waiting: 4096,
            chunk_line_bytes: 4 << 10,
            table_bytes: 64 << 10,
        }
    }
}
