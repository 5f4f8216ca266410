//! The `HttpCommunication` document: one request with its response.

use std::borrow::Cow;
use std::io;

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use super::exact::{Seconds, Text};
use super::http_compact;
use super::http_parts::{ItemId, Oddities, Url, text, text_of};
use super::tcp_session::{End, TcpSession};
use super::times::distance;
use crate::http::{self, Fields, FrameTotals, Item};
use crate::time::{Precision, Timestamp};

/// One request with its response, either of which may be missing.
///
/// The order of the fields is that of the keys; an absent value is an absent key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpCommunication<'a> {
    /// `@id` of the session, `.` and `index`.
    #[serde(rename = "@id")]
    pub id: Text<ItemId<'a>>,
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// `@id` of the session.
    pub session: &'a str,
    /// Index in the session, from 0, in the order of requests.
    pub index: u64,
    /// The request; absent when it was not captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<HttpRequest<'a>>,
    /// The final response; absent when it was not captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<HttpResponse<'a>>,
    /// `response.first - request.last` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Seconds>,
    /// `response.last - request.first` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// `http/1.1`, `h2`, `websocket`, `tunnel`.
    pub protocol: &'static str,
    /// True when it was spoken within TLS.
    pub tls: bool,
    /// Client of the session.
    pub src: End<'a>,
    /// Server of the session.
    pub dst: End<'a>,
    /// Status codes before the final one; absent without any.
    #[serde(skip_serializing_if = "<[u16]>::is_empty")]
    pub interim: &'a [u16],
    /// Seconds from the first packet of the request to the first of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<Seconds>,
    /// Stream of HTTP/2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<u32>,
    /// What went through the WebSocket that it opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_socket: Option<WebSocket>,
}

/// A request.
#[derive(Clone, Debug, Serialize)]
pub struct HttpRequest<'a> {
    /// Its method.
    pub method: Cow<'a, str>,
    /// Its target as sent.
    pub target: Cow<'a, str>,
    /// Its target as a whole: scheme, authority and path.
    pub url: Text<Url<'a>>,
    /// All that responses have, too.
    #[serde(flatten)]
    pub message: HttpMessage<'a>,
}

/// A response.
#[derive(Clone, Debug, Serialize)]
pub struct HttpResponse<'a> {
    /// Status code.
    pub status: u16,
    /// Reason; empty in HTTP/2.
    pub reason: Cow<'a, str>,
    /// All that requests have, too.
    #[serde(flatten)]
    pub message: HttpMessage<'a>,
}

/// What requests and responses have in common.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpMessage<'a> {
    /// Time of its first packet in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Seconds>,
    /// Time of its last packet in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Seconds>,
    /// First and last lot.
    pub lots: [u64; 2],
    /// Version as in a start line: `HTTP/1.1`.
    pub version: &'static str,
    /// Fields of the head in order.
    pub headers: Headers<'a>,
    /// Value of `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<Cow<'a, str>>,
    /// Value of `Content-Length`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// Bytes of the body that were captured, before content decoding.
    pub body_bytes: u64,
    /// True when it was captured from its first to its last byte.
    pub complete: bool,
    /// First and last packet: indexes in the session, from 0.
    pub packets: [u64; 2],
    /// Bytes of the head.
    pub head_bytes: u64,
    /// How the end of the body is told: `none`, `length`, `chunked`, `close`, `endStream`.
    pub framing: &'static str,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// Fields behind the body; absent without any.
    #[serde(skip_serializing_if = "Headers::is_empty")]
    pub trailers: Headers<'a>,
    /// Messages of gRPC in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc_messages: Option<u64>,
    /// What was odd about it; absent without anything.
    #[serde(skip_serializing_if = "Oddities::is_empty")]
    pub oddities: Oddities,
}

/// What went through a WebSocket.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebSocket {
    /// True when messages may be compressed.
    pub deflate: bool,
    /// By its client.
    pub client: WebSocketFrames,
    /// By its server.
    pub server: WebSocketFrames,
}

/// Frames of one direction of a WebSocket.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebSocketFrames {
    /// Frames.
    pub frames: u64,
    /// Messages of text or bytes that ended.
    pub messages: u64,
    /// Bytes of payload as sent.
    pub payload_bytes: u64,
    /// Bytes of messages, inflated where they were compressed; absent where none may be, and where
    /// one could not be inflated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_bytes: Option<u64>,
}

/// Fields as a list of name and value, in order and as they were sent.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(pub Fields<'a>);

impl Headers<'_> {
    /// True without any field.
    pub fn is_empty(&self) -> bool {
        self.0.iter().next().is_none()
    }
}

/// One field.
#[derive(Serialize)]
struct Header<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    escaped: bool,
}

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (name, value) in self.0.iter() {
            let (name, value, escaped) = text_of(name, value);
            list.serialize_element(&Header {
                name,
                value,
                escaped,
            })?;
        }
        list.end()
    }
}

/// What the items of one session share.
#[derive(Clone, Copy, Debug)]
pub struct HttpContext<'a> {
    /// The session.
    pub session: &'a TcpSession<'a>,
    /// Digits of the capture's clock.
    pub precision: Precision,
}

impl<'a> HttpCommunication<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "HttpCommunication";

    /// The document of an item.
    pub fn new(item: &'a Item<Fields<'a>>, context: &HttpContext<'a>) -> Self {
        let HttpContext { session, precision } = *context;
        let request = item.request.as_ref();
        let response = item.response.as_ref();
        let time = |message: Option<&http::Message<Fields<'_>>>, last: bool| {
            let extent = message?.extent;
            if last { extent.last } else { extent.first }
        };
        let between =
            |from: Option<Timestamp>, to: Option<Timestamp>| distance(from, to, precision);
        Self {
            id: Text(ItemId {
                session: &session.id,
                index: item.index,
            }),
            document_type: Self::TYPE,
            session: &session.id,
            index: item.index,
            request: request.map(|request| HttpRequest::new(request, item, context)),
            response: response.map(|response| HttpResponse {
                status: response.status,
                reason: text(response.head.line().0),
                message: HttpMessage::new(response, precision),
            }),
            latency: between(time(request, true), time(response, false)),
            duration: between(time(request, false), time(response, true)),
            protocol: item.protocol.as_str(),
            tls: item.is_tls,
            src: session.src.clone(),
            dst: session.dst.clone(),
            interim: &item.interim,
            wait: between(time(request, false), time(response, false)),
            stream: item.stream,
            web_socket: item.web_socket.map(|totals| WebSocket {
                deflate: totals.is_deflated,
                client: WebSocketFrames::of(totals.client),
                server: WebSocketFrames::of(totals.server),
            }),
        }
    }

    /// Appends this document to `out` as compact JSON on one line.
    ///
    /// # Errors
    ///
    /// Never in practice: memory takes every write, and every value of a document has JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        http_compact::write(self, out)
    }
}

impl<'a> HttpRequest<'a> {
    fn new(
        request: &http::Message<Fields<'a>>,
        item: &Item<Fields<'a>>,
        context: &HttpContext<'a>,
    ) -> Self {
        let (method, target) = request.head.line();
        Self {
            method: text(method),
            target: text(target),
            url: Text(Url::of(request, item, context.session)),
            message: HttpMessage::new(request, context.precision),
        }
    }
}

impl<'a> HttpMessage<'a> {
    fn new(message: &http::Message<Fields<'a>>, precision: Precision) -> Self {
        let extent = &message.extent;
        let seconds = |time: Timestamp| Seconds(time.decimal(precision));
        Self {
            first: extent.first.map(seconds),
            last: extent.last.map(seconds),
            lots: [extent.lots.0, extent.lots.1],
            version: message.version.as_str(),
            headers: Headers(message.head),
            content_type: message.head.get("content-type").map(text),
            content_length: message.content_length,
            body_bytes: message.body_bytes,
            complete: message.is_complete,
            packets: [extent.packets.0, extent.packets.1],
            head_bytes: message.head_bytes,
            framing: message.framing.as_str(),
            missing_bytes: message.missing_bytes,
            trailers: Headers(message.trailers),
            grpc_messages: message.grpc_messages,
            oddities: Oddities(message.oddities),
        }
    }
}

impl WebSocketFrames {
    const fn of(totals: FrameTotals) -> Self {
        Self {
            frames: totals.frames,
            messages: totals.messages,
            payload_bytes: totals.payload_bytes,
            message_bytes: totals.message_bytes,
        }
    }
}
