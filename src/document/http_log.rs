//! The `HttpParsingLog` document: how the HTTP of one session was read, message by message.

use std::io;

use serde::Serialize;

use super::parsers::{HttpParser, ParserStatus};
use super::tcp_session::TcpSession;
use crate::http::{Fields, HttpFacts, Message, Oddity};

/// How the HTTP of a session was read: the document that `parsers.http.httpPers` names.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpParsingLog<'a> {
    /// `parsers.http.httpPers` of the session.
    #[serde(rename = "@id")]
    pub id: String,
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// `@id` of the session.
    pub session: &'a str,
    /// Whether it could be read to the end.
    pub status: ParserStatus,
    /// More requests waited than are remembered; absent when none did.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub limit_reached: bool,
    /// Messages, by their items.
    pub messages: Vec<HttpLogMessage>,
}

/// How one message was read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpLogMessage {
    /// Index of the item.
    pub item: u64,
    /// `request` or `response`.
    pub message: &'static str,
    /// First and last lot.
    pub lots: [u64; 2],
    /// First and last packet: indexes in the session, from 0.
    pub packets: [u64; 2],
    /// Bytes of the head.
    pub head_bytes: u64,
    /// Bytes of the body that were captured.
    pub body_bytes: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// How the end of the body is told.
    pub framing: &'static str,
    /// True when it was captured from its first to its last byte.
    pub complete: bool,
    /// What was odd about it; absent without anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oddities: Vec<&'static str>,
}

impl<'a> HttpParsingLog<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "HttpParsingLog";

    /// The document of a session.
    pub fn new(session: &'a TcpSession<'_>, facts: &HttpFacts) -> Self {
        let parser = HttpParser::new(facts, &session.id, session.times.last_date);
        let messages = facts.items.iter().flat_map(|item| {
            let sides = [("request", item.request), ("response", item.response)];
            sides.into_iter().filter_map(move |(name, message)| {
                Some(HttpLogMessage::of(item.index, name, &message?))
            })
        });
        Self {
            id: parser.http_pers,
            document_type: Self::TYPE,
            session: &session.id,
            status: parser.status,
            limit_reached: facts.limit_reached,
            messages: messages.collect(),
        }
    }

    /// Appends this document to `out` as compact JSON on one line.
    ///
    /// # Errors
    ///
    /// Never in practice: memory takes every write, and every value of a document has JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        Ok(serde_json::to_writer(out, self)?)
    }
}

impl HttpLogMessage {
    fn of(item: u64, name: &'static str, message: &Message<Fields<'_>>) -> Self {
        let extent = &message.extent;
        Self {
            item,
            message: name,
            lots: [extent.lots.0, extent.lots.1],
            packets: [extent.packets.0, extent.packets.1],
            head_bytes: message.head_bytes,
            body_bytes: message.body_bytes,
            missing_bytes: message.missing_bytes,
            framing: message.framing.as_str(),
            complete: message.is_complete,
            oddities: message.oddities.iter().map(Oddity::as_str).collect(),
        }
    }
}
