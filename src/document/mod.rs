//! Sessions as documents: what users store, query and compare.
//!
//! Turns what is kept of a session into the `TcpSession` document, its parts into `Packet`,
//! `PacketDetail`, `PacketLot` and `SessionTiming`, and what all sessions add up to into the
//! `Statistics` document. It deliberately decides nothing about layout on a page, about
//! escaping for terminals, or about which sessions are wanted; the views and `select` do.
//!
//! Limits: a document has a fixed number of keys and at most 16 interfaces; its longest texts
//! are names and identities given from outside. Times are JSON numbers with exactly the digits of
//! the capture's clock, so they must be read as decimals: a 64-bit float cannot carry nine digits
//! of an epoch. An absent value is an absent key, never `null`.
//!
//! Sources: the product's `TcpSession` documents, version 2.0; Community ID, version 1; Zeek's
//! `conn.log`. [`TCP_SESSION_SCHEMA`] and its siblings describe every key of every document.
//!
//! # Example
//!
//! A TLS session whose content could be read as HTTP, in a VLAN and a tunnel:
//!
//! ```json
#![doc = include_str!("tcp-session.example.json")]
//! ```
//!
//! It is valid by the schema that the program prints:
//!
//! ```
//! use serde_json::{Value, from_str};
//! use spider_pcap::document::{TCP_SESSION_EXAMPLE, TCP_SESSION_SCHEMA};
//!
//! let schema: Value = from_str(TCP_SESSION_SCHEMA)?;
//! let example: Value = from_str(TCP_SESSION_EXAMPLE)?;
//! assert!(jsonschema::is_valid(&schema, &example));
//! assert_eq!(example["out"]["payload"], 1214);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod analysis;
mod capture;
mod community_id;
mod compact;
mod context;
mod distribution;
mod e_tag;
mod exact;
mod har;
mod http;
mod http_compact;
mod http_log;
mod http_parts;
mod json;
mod link_type;
mod lot;
mod packet;
mod packet_detail;
mod parsers;
mod percent;
mod schema;
mod statistics;
mod statistics_rows;
mod statistics_totals;
mod tcp_session;
mod timeline;
mod times;
mod timing;
mod tls;
mod tls_of;

pub use analysis::{Analysis, Close, HalfAnalysis, Rtt};
pub use capture::Capture;
pub use community_id::CommunityId;
pub use context::{DocumentContext, Identity};
pub use distribution::{Amount, Distribution, DistributionRow, Distributions, Measure};
pub use e_tag::ETag;
pub use exact::{Seconds, Text};
pub use har::{HarUndecrypted, HarWriter};
pub use http::{
    Headers, HttpCommunication, HttpContext, HttpMessage, HttpRequest, HttpResponse, WebSocket,
    WebSocketFrames,
};
pub use http_log::{HttpLogMessage, HttpParsingLog};
pub use http_parts::{ItemId, Oddities, Url};
pub use link_type::LinkTypeName;
pub use lot::{PacketLot, Piece, write_pieces};
pub use packet::{Packet, PacketClock, evidence_name, finding_name, flag_names};
pub use packet_detail::{FieldDetail, HexDigits, LayerDetail, PacketDetail};
pub use parsers::{HttpParser, ParserStatus, Parsers};
pub use percent::Percent;
pub use schema::{
    HTTP_COMMUNICATION_SCHEMA, HTTP_PARSING_LOG_SCHEMA, PACKET_DETAIL_SCHEMA, PACKET_LOT_SCHEMA,
    PACKET_SCHEMA, SESSION_TIMING_SCHEMA, STATISTICS_SCHEMA, TCP_SESSION_EXAMPLE,
    TCP_SESSION_SCHEMA,
};
pub use statistics::{Statistics, StatisticsContext, StatisticsPart};
pub use statistics_rows::{
    GroupStatistics, HostName, HostStatistics, PairStatistics, PortStatistics, SessionStatistics,
    StateStatistics, VolumeStatistics,
};
pub use statistics_totals::{Totals, TrafficStatistics};
pub use tcp_session::{End, Half, TcpSession};
pub use timeline::{BinCounts, Counts, Directions, SessionTimeline, TimelineMark, TimelinePause};
pub use times::{Date, Times, Timespan};
pub use timing::{SessionTiming, time_to_connect, time_to_first_byte};
pub use tls::{Certificate, Cipher, Decrypted, Tls};
