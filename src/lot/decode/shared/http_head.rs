//! The head of an HTTP/1 message, and what it says of the body.
//!
//! `httparse` says where a head ends and what its fields are, as leniently as it can: heads are
//! shown as they came, so that nothing depends on a field that no program would accept. Which request
//! a response answers is not known here, since a lot has one direction.
//!
//! Limits: heads of up to 64 KiB and 256 fields.
//!
//! Source: RFC 9112 §6 (message body length); RFC 9110 §15.

use std::ops::Range;

use httparse::{EMPTY_HEADER, Header, ParserConfig, Request, Response, Status};

/// A head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// All of it, the empty line included.
    pub(crate) range: Range<usize>,
    /// `Content-Type`, in lower case, empty without.
    pub(crate) content_type: String,
    /// Codings of the content in the order in which they were applied, in lower case.
    pub(crate) codings: Vec<String>,
    /// How the end of the body is found.
    pub(crate) framing: Framing,
    /// The protocol that the connection changes to behind this head, in lower case.
    pub(crate) upgrade: Option<String>,
}

/// How the end of a body is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none.
    None,
    /// It has a length in the head. True when it may have no body all the same, as an answer to
    /// HEAD has not.
    Length(u64, bool),
    /// It comes in chunks.
    Chunked,
    /// It lasts until the connection ends, if there is any.
    ToEnd,
    /// The head is not clear: why.
    Unclear(&'static str),
}

impl Head {
    /// The head that starts at an index; `None` when no whole head does.
    pub(crate) fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let rest = bytes.get(start..)?;
        let rest = rest.get(..MAX_HEAD_BYTES).unwrap_or(rest);
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut config = ParserConfig::default();
        if is_response(rest) {
            config
                .allow_spaces_after_header_name_in_responses(true)
                .allow_obsolete_multiline_headers_in_responses(true)
                .allow_multiple_spaces_in_response_status_delimiters(true)
                .ignore_invalid_headers_in_responses(true);
            let mut response = Response::new(&mut fields);
            let Ok(Status::Complete(length)) = config.parse_response(&mut response, rest) else {
                return None;
            };
            let fields = Fields::of(response.headers);
            Some(fields.into_response(start..start + length, response.code.unwrap_or_default()))
        } else {
            config
                .allow_multiple_spaces_in_request_line_delimiters(true)
                .ignore_invalid_headers_in_requests(true);
            let mut request = Request::new(&mut fields);
            let Ok(Status::Complete(length)) = config.parse_request(&mut request, rest) else {
                return None;
            };
            let fields = Fields::of(request.headers);
            Some(fields.into_request(start..start + length))
        }
    }
}

/// True for bytes that start as a response does.
pub(crate) fn is_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.")
}

/// The fields that say where a body ends and what it is.
#[derive(Debug, Default)]
struct Fields {
    content_type: String,
    content_lengths: Vec<String>,
    transfer_codings: Vec<String>,
    codings: Vec<String>,
    upgrade: Option<String>,
}

impl Fields {
    fn of(headers: &[Header<'_>]) -> Self {
        let mut fields = Self::default();
        for header in headers {
            fields.read(header);
        }
        fields
    }

    fn read(&mut self, header: &Header<'_>) {
        let value = String::from_utf8_lossy(header.value);
        let value = value.trim().to_ascii_lowercase();
        match header.name.to_ascii_lowercase().as_str() {
            "content-type" => self.content_type = value,
            "content-length" => self.content_lengths.extend(list(&value)),
            "transfer-encoding" => self.transfer_codings.extend(list(&value)),
            "content-encoding" => {
                let codings = list(&value).filter(|coding| coding != "identity");
                self.codings.extend(codings);
            }
            "upgrade" => self.upgrade = Some(value),
            _ => {}
        }
    }

    fn into_request(self, range: Range<usize>) -> Head {
        let framing = match self.framing() {
            Framing::ToEnd => Framing::None,
            framing => framing,
        };
        self.into_head(range, framing)
    }

    fn into_response(self, range: Range<usize>, status: u16) -> Head {
        let framing = match (status, self.framing()) {
            (100..=199 | 204 | 304, _) => Framing::None,
            (_, Framing::Length(length, _)) => Framing::Length(length, true),
            (_, framing) => framing,
        };
        let mut head = self.into_head(range, framing);
        head.upgrade = head.upgrade.filter(|_| status == 101);
        head
    }

    fn into_head(mut self, range: Range<usize>, framing: Framing) -> Head {
        // Content within a transfer coding other than chunked is unpacked like that in a content
        // coding.
        let outer = self.transfer_codings.into_iter();
        self.codings
            .extend(outer.filter(|coding| coding != "chunked"));
        Head {
            range,
            content_type: self.content_type,
            codings: self.codings,
            framing,
            upgrade: self.upgrade,
        }
    }

    fn framing(&self) -> Framing {
        match self.transfer_codings.last().map(String::as_str) {
            Some("chunked") => return Framing::Chunked,
            Some(_) => return Framing::ToEnd,
            None => {}
        }
        let Some(first) = self.content_lengths.first() else {
            return Framing::ToEnd;
        };
        if self.content_lengths.iter().any(|length| length != first) {
            return Framing::Unclear("the head gives two lengths");
        }
        let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
        match first.parse() {
            Ok(length) if is_number => Framing::Length(length, false),
            _ => Framing::Unclear("the length in the head is no number"),
        }
    }
}

/// The items of a list of tokens.
fn list(value: &str) -> impl Iterator<Item = String> {
    let items = value.split(',').map(|item| item.trim().to_owned());
    items.filter(|item| !item.is_empty())
}

const MAX_HEAD_BYTES: usize = 64 << 10;
const MAX_FIELDS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<Head> {
        Head::at(text.as_bytes(), 0)
    }

    fn framing(text: &str) -> Framing {
        head(text).unwrap().framing
    }

    #[test]
    fn the_head_says_where_the_body_ends() {
        let request = |fields: &str| framing(&format!("POST / HTTP/1.1\r\n{fields}\r\n"));
        assert_eq!(request(""), Framing::None);
        assert_eq!(request("content-LENGTH: 2\r\n"), Framing::Length(2, false));
        assert_eq!(
            request("Transfer-Encoding: gzip, chunked\r\n"),
            Framing::Chunked
        );
        assert_eq!(
            request("Content-Length: 2\r\nContent-Length: 3\r\n"),
            Framing::Unclear("the head gives two lengths")
        );
        assert_eq!(
            request("Content-Length: +2\r\n"),
            Framing::Unclear("the length in the head is no number")
        );
        let response = |status: &str| framing(&format!("HTTP/1.1 {status}\n\n"));
        assert_eq!(response("200 OK"), Framing::ToEnd);
        assert_eq!(response("204"), Framing::None);
        assert_eq!(response("304 a\nContent-Length: 2"), Framing::None);
        assert_eq!(
            response("200 a\nContent-Length: 2"),
            Framing::Length(2, true)
        );
    }

    #[test]
    fn codings_are_in_the_order_in_which_they_were_applied() {
        let text = "HTTP/1.1 200 OK\r\nContent-Encoding: GZIP, br\r\ncontent-encoding: identity\r\n\
                    Transfer-Encoding: zstd, chunked\r\nContent-Type: Text/HTML\r\n\r\n";
        let head = head(text).unwrap();
        assert_eq!(head.codings, ["gzip", "br", "zstd"]);
        assert_eq!(head.content_type, "text/html");
        assert_eq!(head.range, 0..text.len());
    }

    #[test]
    fn only_101_changes_the_protocol() {
        let upgrade = |status| {
            let text = format!("HTTP/1.1 {status} a\r\nUpgrade: WebSocket\r\n\r\n");
            head(&text).unwrap().upgrade
        };
        assert_eq!(upgrade("101"), Some("websocket".to_owned()));
        assert_eq!(upgrade("200"), None);
    }

    #[test]
    fn what_is_no_whole_head_is_none() {
        for text in [
            "",
            "{}",
            "GET / HTTP/1.1\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "SIP/2.0 200 OK\r\n\r\n",
            "HTTP/2 200\n\n",
        ] {
            assert_eq!(head(text), None, "{text}");
        }
    }
}
