//! The JSON Schema of each document, and an example of one.

/// JSON Schema (draft 2020-12) of the `TcpSession` document.
pub const TCP_SESSION_SCHEMA: &str = include_str!("tcp-session.schema.json");

/// JSON Schema (draft 2020-12) of the `Statistics` document.
pub const STATISTICS_SCHEMA: &str = include_str!("statistics.schema.json");

/// JSON Schema (draft 2020-12) of the `Packet` document.
pub const PACKET_SCHEMA: &str = include_str!("packet.schema.json");

/// JSON Schema (draft 2020-12) of the `PacketLot` document.
pub const PACKET_LOT_SCHEMA: &str = include_str!("packet-lot.schema.json");

/// JSON Schema (draft 2020-12) of the `SessionTiming` document and its `SessionTimeline`.
pub const SESSION_TIMING_SCHEMA: &str = include_str!("session-timing.schema.json");

/// JSON Schema (draft 2020-12) of the `PacketDetail` document.
pub const PACKET_DETAIL_SCHEMA: &str = include_str!("packet-detail.schema.json");

/// JSON Schema (draft 2020-12) of the `HttpCommunication` document.
pub const HTTP_COMMUNICATION_SCHEMA: &str = include_str!("http-communication.schema.json");

/// JSON Schema (draft 2020-12) of the `HttpParsingLog` document.
pub const HTTP_PARSING_LOG_SCHEMA: &str = include_str!("http-parsing-log.schema.json");

/// A `TcpSession` document, printed for people.
pub const TCP_SESSION_EXAMPLE: &str = include_str!("tcp-session.example.json");
