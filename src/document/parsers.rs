//! The `parsers` part of a document: how far the content was read.

use serde::Serialize;

use super::times::Date;
use crate::http::{HttpFacts, Reading};

/// Status of the parsers that recognised the session's content.
#[derive(Clone, Debug, Serialize)]
pub struct Parsers {
    /// HTTP; absent when it was not recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpParser>,
}

/// How far HTTP was read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpParser {
    /// Whether it could be read to the end.
    pub status: ParserStatus,
    /// Date of the last packet; absent when that has no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_parsing: Option<Date>,
    /// Requests, with or without their response.
    pub items_count: u64,
    /// `@id` of the session and `.HttpParsingLog`.
    pub http_pers: String,
    /// Index of the last lot that was read to its end; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_packet_lot_complete: Option<u64>,
    /// Index in the session, from 0, of the last packet that was read; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_packet_parsed_index: Option<u64>,
}

/// Whether a parser could read a session to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ParserStatus {
    /// All messages were read.
    Parsed,
    /// The capture or the session ends inside a message, or bytes are missing.
    Incomplete,
    /// At some point it was not the protocol after all.
    Error,
}

impl ParserStatus {
    /// The text of documents.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Parsed => "PARSED",
            Self::Incomplete => "INCOMPLETE",
            Self::Error => "ERROR",
        }
    }
}

impl HttpParser {
    /// The part of the session with this `@id`, whose last packet has this date.
    pub(super) fn new(facts: &HttpFacts, id: &str, last: Option<Date>) -> Self {
        Self {
            status: match facts.reading {
                Reading::Parsed => ParserStatus::Parsed,
                Reading::Incomplete => ParserStatus::Incomplete,
                Reading::Error => ParserStatus::Error,
            },
            last_parsing: last,
            items_count: facts.item_count,
            http_pers: [id, ".HttpParsingLog"].concat(),
            last_packet_lot_complete: facts.last_complete_lot,
            last_packet_parsed_index: facts.last_packet,
        }
    }
}
