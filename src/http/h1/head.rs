//! The head of a message: start line and fields, and what they say about its body.
//!
//! `httparse` reads heads as the protocol has them. What it refuses and a recipient may still take
//! (RFC 9112 §2.2) is split at line ends and colons, and marked.
//! Limits: the caller's, of the head's length.
//! Source: RFC 9112 §3 to §7; RFC 9110 §7.8, §9.3.

use std::mem::MaybeUninit;

use httparse::{EMPTY_HEADER, Header, ParserConfig, Status};

use super::super::collect::Role;
use super::super::deflate::DeflateTerms;
use super::super::fields::FieldsBuf;
use super::super::message::{HttpVersion, Oddities, Oddity};

/// What the head of a message says.
#[derive(Debug)]
pub(super) struct Head {
    /// Bytes up to the body.
    pub(super) len: usize,
    pub(super) version: HttpVersion,
    pub(super) method: Method,
    /// 0 for a request.
    pub(super) status: u16,
    pub(super) facts: Facts,
    /// Empty unless they are kept.
    pub(super) fields: FieldsBuf,
}

/// What matters of a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    /// Its response has no body.
    Head,
    /// Its response opens a tunnel.
    Connect,
    /// Anything else.
    #[default]
    Other,
}

/// What the connection turns into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    WebSocket,
    Http2,
    Other,
}

/// What fields say about the body and the connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    pub(super) content_length: Option<u64>,
    /// `Transfer-Encoding` ends in `chunked`, or does not.
    pub(super) chunked: Option<bool>,
    pub(super) upgrade: Option<Upgrade>,
    /// What is agreed on of compressed messages of a WebSocket.
    pub(super) deflate: Option<DeflateTerms>,
    pub(super) oddities: Oddities,
}

/// What came of reading a head.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It does not end here.
    Partial,
    /// It is read.
    Whole(Box<Head>),
    /// It is no head.
    Bad,
}

/// Reads the head that `bytes` start with.
pub(super) fn parse(bytes: &[u8], role: Role, keep: bool) -> Outcome {
    let mut headers = [const { MaybeUninit::uninit() }; USUAL_FIELDS];
    match read(bytes, role, keep, Room::Usual(&mut headers)) {
        Err(httparse::Error::TooManyHeaders) => {
            let mut headers = vec![EMPTY_HEADER; MAX_FIELDS];
            match read(bytes, role, keep, Room::Large(&mut headers)) {
                Err(_) => split(bytes, role, keep),
                Ok(outcome) => outcome,
            }
        }
        Err(_) => split(bytes, role, keep),
        Ok(outcome) => outcome,
    }
}

/// Where fields are read into.
enum Room<'h, 'b> {
    Usual(&'h mut [MaybeUninit<Header<'b>>]),
    Large(&'h mut [Header<'b>]),
}

fn read<'b>(
    bytes: &'b [u8],
    role: Role,
    keep: bool,
    room: Room<'_, 'b>,
) -> Result<Outcome, httparse::Error> {
    let config = config();
    match role {
        Role::Request => {
            let mut request = httparse::Request::new(&mut []);
            let status = match room {
                Room::Usual(room) => {
                    config.parse_request_with_uninit_headers(&mut request, bytes, room)?
                }
                Room::Large(room) => {
                    request.headers = room;
                    config.parse_request(&mut request, bytes)?
                }
            };
            let Status::Complete(len) = status else {
                return Ok(Outcome::Partial);
            };
            let method = request.method.unwrap_or_default().as_bytes();
            let target = request.path.unwrap_or_default().as_bytes();
            let fields = request
                .headers
                .iter()
                .map(|field| (field.name.as_bytes(), field.value));
            let version = version(request.version);
            Ok(whole(len, version, 0, (method, target), fields, keep))
        }
        Role::Response => {
            let mut response = httparse::Response::new(&mut []);
            let status = match room {
                Room::Usual(room) => {
                    config.parse_response_with_uninit_headers(&mut response, bytes, room)?
                }
                Room::Large(room) => {
                    response.headers = room;
                    config.parse_response(&mut response, bytes)?
                }
            };
            let Status::Complete(len) = status else {
                return Ok(Outcome::Partial);
            };
            let code = response.code.unwrap_or_default();
            let reason = response.reason.unwrap_or_default().as_bytes();
            let fields = response
                .headers
                .iter()
                .map(|field| (field.name.as_bytes(), field.value));
            let version = version(response.version);
            Ok(whole(len, version, code, (reason, &[]), fields, keep))
        }
    }
}

fn config() -> ParserConfig {
    let mut config = ParserConfig::default();
    config
        .allow_multiple_spaces_in_request_line_delimiters(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_space_before_first_header_name(true);
    config
}

const fn version(minor: Option<u8>) -> HttpVersion {
    match minor {
        Some(0) => HttpVersion::Http10,
        _ => HttpVersion::Http11,
    }
}

fn whole<'b>(
    len: usize,
    version: HttpVersion,
    status: u16,
    line: (&[u8], &[u8]),
    fields: impl Iterator<Item = (&'b [u8], &'b [u8])>,
    keep: bool,
) -> Outcome {
    let mut facts = Facts::default();
    let mut builder = FieldsBuf::default();
    if keep {
        builder = FieldsBuf::with_room(len.saturating_add(MORE_ROOM));
        builder.push(line.0, line.1);
    }
    for (name, value) in fields {
        facts.note(name, value);
        if keep {
            builder.push(name, value);
        }
    }
    let method = match line.0 {
        _ if 0 < status => Method::Other,
        b"HEAD" => Method::Head,
        b"CONNECT" => Method::Connect,
        _ => Method::Other,
    };
    Outcome::Whole(Box::new(Head {
        len,
        version,
        method,
        status,
        facts,
        fields: builder,
    }))
}

/// Reads a head that is not quite one.
fn split(bytes: &[u8], role: Role, keep: bool) -> Outcome {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return Outcome::Partial;
    };
    let line = trim(bytes.get(..end).unwrap_or_default());
    let Some(Line {
        version,
        status,
        pair,
    }) = Line::of(line, role)
    else {
        return Outcome::Bad;
    };
    if version == HttpVersion::Http09 {
        let len = end.saturating_add(1);
        return whole(len, version, status, pair, std::iter::empty(), keep);
    }
    let Some(len) = head_len(bytes) else {
        return Outcome::Partial;
    };
    let rest = bytes.get(end.saturating_add(1)..len).unwrap_or_default();
    let outcome = whole(len, version, status, pair, fields_of(rest), keep);
    if let Outcome::Whole(mut head) = outcome {
        head.facts.oddities.insert(Oddity::BadHead);
        return Outcome::Whole(head);
    }
    outcome
}

/// The fields of lines, whatever their bytes; a line without a colon is a value without a name.
pub(super) fn fields_of(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = lines.split(|byte| *byte == b'\n').map(trim);
    lines.filter(|line| !line.is_empty()).map(|line| {
        let colon = memchr::memchr(b':', line);
        match colon.and_then(|colon| line.split_at_checked(colon)) {
            Some((name, value)) => (
                name.trim_ascii(),
                value.get(1..).unwrap_or_default().trim_ascii(),
            ),
            None => (&[][..], line),
        }
    })
}

/// A start line, taken apart.
struct Line<'b> {
    version: HttpVersion,
    status: u16,
    pair: (&'b [u8], &'b [u8]),
}

impl<'b> Line<'b> {
    fn of(line: &'b [u8], role: Role) -> Option<Self> {
        match role {
            Role::Request => Self::of_request(line),
            Role::Response => Self::of_response(line),
        }
    }

    fn of_request(line: &'b [u8]) -> Option<Self> {
        let space = memchr::memchr(b' ', line)?;
        let method = line.get(..space)?;
        let rest = line.get(space..)?.trim_ascii();
        let before_last = memchr::memrchr(b' ', rest);
        let last = before_last.and_then(|space| rest.get(space.saturating_add(1)..));
        if let Some(version) = last.and_then(version_of) {
            let target = rest.get(..before_last.unwrap_or_default())?.trim_ascii();
            let pair = (method, target);
            return Some(Self {
                version,
                status: 0,
                pair,
            });
        }
        let is_simple = method == b"GET" && rest.starts_with(b"/") && before_last.is_none();
        is_simple.then_some(Self {
            version: HttpVersion::Http09,
            status: 0,
            pair: (method, rest),
        })
    }

    fn of_response(line: &'b [u8]) -> Option<Self> {
        let mut words = line.splitn(3, |byte| *byte == b' ');
        let version = version_of(words.next()?)?;
        let code = std::str::from_utf8(words.next()?).ok()?;
        let status = code
            .parse()
            .ok()
            .filter(|code| (100..1000).contains(code))?;
        Some(Self {
            version,
            status,
            pair: (words.next().unwrap_or_default(), &[]),
        })
    }
}

fn version_of(word: &[u8]) -> Option<HttpVersion> {
    let number = word.strip_prefix(b"HTTP/")?;
    match number {
        b"1.0" | b"0.9" => Some(HttpVersion::Http10),
        [b'0'..=b'9', b'.', b'0'..=b'9'] => Some(HttpVersion::Http11),
        _ => None,
    }
}

/// Length of a head up to and with its empty line.
pub(super) fn head_len(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| {
        let next = at.saturating_add(1);
        match bytes.get(next..)? {
            [b'\n', ..] => Some(next.saturating_add(1)),
            [b'\r', b'\n', ..] => Some(next.saturating_add(2)),
            _ => None,
        }
    })
}

/// A line without what ends it.
fn trim(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl Facts {
    fn note(&mut self, name: &[u8], value: &[u8]) {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
        match name.len() {
            7 if is("upgrade") => self.note_upgrade(value),
            14 if is("content-length") => self.note_length(value),
            17 if is("transfer-encoding") => self.note_coding(value),
            24 if is("sec-websocket-extensions") => {
                self.deflate = self.deflate.or_else(|| DeflateTerms::of(value));
            }
            _ => {}
        }
    }

    fn note_upgrade(&mut self, value: &[u8]) {
        let is = |wanted: &str| value.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes());
        self.upgrade = Some(match () {
            () if is("websocket") => Upgrade::WebSocket,
            () if is("h2c") || is("h2") => Upgrade::Http2,
            () => Upgrade::Other,
        });
    }

    fn note_length(&mut self, value: &[u8]) {
        let digits = value.trim_ascii();
        let text = std::str::from_utf8(digits).ok();
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let length = text
            .filter(|_| is_number)
            .and_then(|text| text.parse().ok());
        if length.is_none()
            || self
                .content_length
                .is_some_and(|known| Some(known) != length)
        {
            self.oddities.insert(Oddity::BadLength);
        }
        self.content_length = self.content_length.or(length);
    }

    fn note_coding(&mut self, value: &[u8]) {
        let mut codings = value.rsplit(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        let is_coding = |word: &&[u8]| !word.is_empty() && !word.eq_ignore_ascii_case(b"identity");
        let Some(last) = codings.find(is_coding) else {
            return;
        };
        let is_chunked = last.eq_ignore_ascii_case(b"chunked");
        if !is_chunked {
            self.oddities.insert(Oddity::UnknownCoding);
        }
        self.chunked = Some(is_chunked);
    }
}

/// What lengths take beyond colons and line ends, in heads that have long values.
const MORE_ROOM: usize = 16;
/// Fields that heads have in practice.
const USUAL_FIELDS: usize = 96;
/// Fields that fit a head of the default limit.
const MAX_FIELDS: usize = 4096;
