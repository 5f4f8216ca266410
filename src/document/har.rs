//! Requests as an HTTP archive: HAR 1.2, as the importers of browsers take it.
//!
//! Fields of ours start with `_`, as the format has it. What a capture does not show is absent, or
//! -1 or 0 where the format wants a number. Bodies are not in it.
//! Source: "HAR 1.2 Spec", <http://www.softwareishard.com/blog/har-12-spec/>; Chromium's
//! `HARFormat.ts`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::exact::Text;
use super::http::{Headers, HttpCommunication, HttpMessage};
use super::http_parts::{ItemId, Url};
use super::tcp_session::TcpSession;
use crate::time::{Rfc3339, Timestamp};

/// Writes an archive, entry by entry.
#[derive(Debug)]
pub struct HarWriter<W> {
    out: W,
    is_empty: bool,
    /// Responses without a request, which an archive has no place for.
    unpaired: Vec<Unpaired>,
}

#[derive(Debug, Serialize)]
struct Unpaired {
    session: String,
    index: u64,
    status: u16,
}

/// A TLS session whose content is not known.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HarUndecrypted {
    session: String,
    client: String,
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_name: Option<String>,
}

impl HarUndecrypted {
    /// The entry of a session.
    pub fn of(session: &TcpSession<'_>) -> Self {
        let tls = session.tls.as_ref();
        Self {
            session: session.id.clone(),
            client: session.src.socket.to_string(),
            server: session.dst.socket.to_string(),
            server_name: tls.and_then(|tls| tls.server_name.clone()),
        }
    }
}

impl<W: Write> HarWriter<W> {
    /// A writer that has written the start of an archive.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn new(mut out: W) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        write!(
            out,
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"spider\",\"version\":\"{version}\"}},\
             \"pages\":[],\"entries\":["
        )?;
        Ok(Self {
            out,
            is_empty: true,
            unpaired: Vec::new(),
        })
    }

    /// Writes a request with its response.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write(&mut self, item: &HttpCommunication<'_>) -> io::Result<()> {
        let Some(entry) = Entry::of(item) else {
            let status = item.response.as_ref().map(|response| response.status);
            self.unpaired.push(Unpaired {
                session: item.session.to_owned(),
                index: item.index,
                status: status.unwrap_or_default(),
            });
            return Ok(());
        };
        self.out
            .write_all(if self.is_empty { b"\n" } else { b",\n" })?;
        self.is_empty = false;
        Ok(serde_json::to_writer(&mut self.out, &entry)?)
    }

    /// Ends the archive with what it cannot show.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn finish(mut self, undecrypted: &[HarUndecrypted]) -> io::Result<()> {
        let comment = format!(
            "made from a capture of packets; TLS sessions that could not be read: {}; responses \
             without a captured request: {}",
            undecrypted.len(),
            self.unpaired.len()
        );
        self.out.write_all(b"\n],\"comment\":")?;
        serde_json::to_writer(&mut self.out, &comment)?;
        if !undecrypted.is_empty() {
            self.out.write_all(b",\"_undecryptedTls\":")?;
            serde_json::to_writer(&mut self.out, undecrypted)?;
        }
        if !self.unpaired.is_empty() {
            self.out.write_all(b",\"_responsesWithoutRequest\":")?;
            serde_json::to_writer(&mut self.out, &self.unpaired)?;
        }
        self.out.write_all(b"}}\n")
    }
}

/// One request with its response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: String,
    time: Millis,
    request: Request<'a>,
    response: Response<'a>,
    cache: Empty,
    timings: Timings,
    #[serde(rename = "serverIPAddress")]
    server_ip_address: String,
    connection: String,
    #[serde(rename = "_protocol")]
    protocol: &'static str,
    #[serde(rename = "_id")]
    id: Text<ItemId<'a>>,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: &'a Text<Url<'a>>,
    http_version: &'static str,
    cookies: Vec<Pair<'a>>,
    headers: Option<Headers<'a>>,
    query_string: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i64,
    body_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    status: u16,
    status_text: &'a str,
    http_version: &'static str,
    cookies: Vec<Pair<'a>>,
    headers: List<'a>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: Cow<'a, str>,
    headers_size: i64,
    body_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    text: &'static str,
    comment: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: u64,
    mime_type: &'a str,
    comment: &'static str,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

#[derive(Serialize)]
struct Timings {
    blocked: i8,
    dns: i8,
    connect: i8,
    ssl: i8,
    send: Millis,
    wait: Millis,
    receive: Millis,
}

#[derive(Serialize)]
struct Empty {}

/// Fields, or none where there is no response.
struct List<'a>(Option<Headers<'a>>);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(headers) => headers.serialize(serializer),
            None => [(); 0].serialize(serializer),
        }
    }
}

/// Nanoseconds, written as milliseconds with all digits.
#[derive(Clone, Copy)]
struct Millis(i64);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanos = self.0.max(0);
        let text = format!("{}.{:06}", nanos / 1_000_000, nanos % 1_000_000);
        let number = RawValue::from_string(text).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'a> Entry<'a> {
    fn of(item: &'a HttpCommunication<'a>) -> Option<Self> {
        let request = item.request.as_ref()?;
        let response = item.response.as_ref();
        let asked = &request.message;
        let nanos = |seconds: Option<super::Seconds>| seconds.map(|one| one.0.nanos());
        let (first, last) = (nanos(asked.first), nanos(asked.last));
        let between = |from: Option<i64>, to: Option<i64>| {
            let (from, to) = from.zip(to)?;
            Some(to.saturating_sub(from))
        };
        let send = between(first, last).unwrap_or_default();
        let answered = response.map(|response| &response.message);
        let begin = answered.and_then(|message| nanos(message.first));
        let end = answered.and_then(|message| nanos(message.last));
        let wait = between(last, begin).unwrap_or_default().max(0);
        let receive = between(begin, end).unwrap_or_default();
        let total = send.saturating_add(wait).saturating_add(receive);
        let started = Timestamp::from_nanos(first.unwrap_or_default());
        Some(Self {
            started_date_time: date(started.rfc3339()),
            time: Millis(total),
            request: Request {
                method: &request.method,
                url: &request.url,
                http_version: asked.version,
                cookies: pairs(&field(asked, "cookie"), ';'),
                headers: Some(asked.headers),
                query_string: query(&request.target),
                post_data: (0 < asked.body_bytes).then(|| PostData {
                    mime_type: asked.content_type.as_deref().unwrap_or_default(),
                    text: "",
                    comment: "bodies are not in this archive",
                }),
                headers_size: size(asked),
                body_size: asked.body_bytes,
            },
            response: Response::of(item),
            cache: Empty {},
            timings: Timings {
                blocked: -1,
                dns: -1,
                connect: -1,
                ssl: -1,
                send: Millis(send),
                wait: Millis(wait),
                receive: Millis(receive),
            },
            server_ip_address: item.dst.ip.to_string(),
            connection: item.src.port.to_string(),
            protocol: item.protocol,
            id: item.id,
            error: response.is_none().then_some("no response was captured"),
        })
    }
}

impl<'a> Response<'a> {
    fn of(item: &'a HttpCommunication<'a>) -> Self {
        let response = item.response.as_ref();
        let message = response.map(|response| &response.message);
        let mime_type = message.and_then(|message| message.content_type.as_deref());
        Self {
            status: response.map_or(0, |response| response.status),
            status_text: response.map_or("", |response| &response.reason),
            http_version: message.map_or("", |message| message.version),
            cookies: Vec::new(),
            headers: List(message.map(|message| message.headers)),
            content: Content {
                size: message.map_or(0, |message| message.body_bytes),
                mime_type: mime_type.unwrap_or("x-unknown"),
                comment: "as captured, before content decoding",
            },
            redirect_url: message.map_or(Cow::Borrowed(""), |message| {
                Cow::Owned(field(message, "location"))
            }),
            headers_size: message.map_or(-1, size),
            body_size: message.map_or(0, |message| message.body_bytes),
        }
    }
}

fn size(message: &HttpMessage<'_>) -> i64 {
    i64::try_from(message.head_bytes).unwrap_or(-1)
}

fn field(message: &HttpMessage<'_>, name: &str) -> String {
    let value = message.headers.0.get(name).unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}

fn query(target: &str) -> Vec<Pair<'static>> {
    let query = target.split_once('?').map(|(_, query)| query);
    let query = query.and_then(|query| query.split('#').next());
    pairs(query.unwrap_or_default(), '&')
}

/// Pairs as they stand, not decoded.
fn pairs(text: &str, separator: char) -> Vec<Pair<'static>> {
    let parts = text.split(separator).map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Pair {
                name: Cow::Owned(name.to_owned()),
                value: Cow::Owned(value.to_owned()),
            }
        })
        .collect()
}

fn date(date: Rfc3339) -> String {
    date.to_string()
}
