//! The JSON Schema of the documents, and an example of one.

/// JSON Schema (draft 2020-12) of the `TcpSession` document.
pub const TCP_SESSION_SCHEMA: &str = include_str!("tcp-session.schema.json");

/// JSON Schema (draft 2020-12) of the `Statistics` document.
pub const STATISTICS_SCHEMA: &str = include_str!("statistics.schema.json");

/// A `TcpSession` document, printed for people.
pub const TCP_SESSION_EXAMPLE: &str = include_str!("tcp-session.example.json");
