//! Where the body of an HTTP/1 message is, as far as a decoder of bodies needs to know it.
//!
//! Turns bytes into the ranges of a head and its body. A body is whole only when the head says how
//! long it is, or when it lasts to the end of a response; bodies in chunks and compressed bodies
//! are deliberately left alone. It is no judge of HTTP.
//!
//! Limits: heads of 64 KiB.
//!
//! Source: RFC 9112 §2.1, §6.3.

use std::ops::Range;

/// A head and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The head with the empty line that ends it.
    pub(crate) head: Range<usize>,
    /// `Content-Type` in lower case, empty without.
    pub(crate) content_type: String,
    /// The body.
    pub(crate) body: Body,
}

/// The body of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// All of it is there; empty when there is none.
    Whole(Range<usize>),
    /// It is not all there, or not as it is: why.
    Unclear(String),
}

impl Message {
    /// The message that starts at an index; `None` when no whole head does.
    pub(crate) fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let rest = bytes.get(start..)?;
        let rest = rest.get(..rest.len().min(MAX_HEAD_BYTES))?;
        let mut lines = rest.split_inclusive(|byte| *byte == b'\n');
        let first = lines.next()?;
        let is_response = is_response(first);
        if !is_response && !is_request(first.trim_ascii_end()) {
            return None;
        }
        let mut length = first.len();
        let mut fields = Fields::default();
        for line in lines {
            length += line.len();
            let line = line.strip_suffix(b"\n")?;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                let behind = start + length;
                let body = fields.body(bytes, behind, is_response);
                return Some(Self {
                    head: start..behind,
                    content_type: fields.content_type,
                    body,
                });
            }
            fields.read(line);
        }
        None
    }
}

/// The header fields that say where a body ends and what it is.
#[derive(Debug, Default)]
struct Fields {
    content_type: String,
    content_length: Option<String>,
    has_two_lengths: bool,
    transfer_encoding: bool,
    content_encoding: bool,
}

impl Fields {
    fn read(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let value = value.trim();
        match name {
            "content-type" => value.clone_into(&mut self.content_type),
            "transfer-encoding" => self.transfer_encoding = true,
            "content-encoding" => self.content_encoding = value != "identity",
            "content-length" => {
                let before = self.content_length.replace(value.to_owned());
                self.has_two_lengths |= before.is_some_and(|before| before != value);
            }
            _ => {}
        }
    }

    fn body(&self, bytes: &[u8], start: usize, is_response: bool) -> Body {
        let rest = bytes.get(start..).unwrap_or_default();
        if self.transfer_encoding {
            return Body::Unclear("the body comes in chunks".to_owned());
        }
        if self.has_two_lengths {
            return Body::Unclear("the head gives two lengths".to_owned());
        }
        let length = match &self.content_length {
            Some(length) => match length.parse::<usize>() {
                Ok(length) => length,
                Err(_) => return Body::Unclear("the length in the head is no number".to_owned()),
            },
            None if is_response && !self::is_response(rest) => rest.len(),
            None => 0,
        };
        if rest.len() < length {
            let here = rest.len();
            return Body::Unclear(format!("{here} of {length} bytes of the body are here"));
        }
        if self.content_encoding && 0 < length {
            return Body::Unclear("the body is compressed".to_owned());
        }
        Body::Whole(start..start.saturating_add(length))
    }
}

fn is_response(line: &[u8]) -> bool {
    line.starts_with(b"HTTP/1.")
}

/// True for a request line: a method, a target and a version.
fn is_request(line: &[u8]) -> bool {
    let method = line.iter().take_while(|byte| byte.is_ascii_uppercase());
    let method = method.count();
    0 < method
        && line.get(method) == Some(&b' ')
        && (line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"))
}

const MAX_HEAD_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Option<Body> {
        Message::at(text.as_bytes(), 0).map(|message| message.body)
    }

    fn unclear(text: &str) -> String {
        match body(text) {
            Some(Body::Unclear(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_is_as_long_as_the_head_says() {
        let text = "POST /a HTTP/1.1\r\ncontent-LENGTH: 2\r\n\r\n{}GET";
        assert_eq!(body(text), Some(Body::Whole(39..41)));
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
        assert_eq!(body(text), Some(Body::Whole(27..27)));
    }

    #[test]
    fn a_response_without_length_lasts_to_the_end_unless_another_follows() {
        assert_eq!(body("HTTP/1.0 200 OK\n\n{}"), Some(Body::Whole(17..19)));
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        assert_eq!(body(text), Some(Body::Whole(25..25)));
    }

    #[test]
    fn a_body_that_is_not_all_there_says_why() {
        let head = "HTTP/1.1 200 OK\r\n";
        let two = format!("{head}Content-Length: 5\r\n\r\n{{}}");
        assert_eq!(unclear(&two), "2 of 5 bytes of the body are here");
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}");
        assert_eq!(unclear(&chunked), "the body comes in chunks");
        let gzip = format!("{head}Content-Encoding: gzip\r\n\r\n\x1f");
        assert_eq!(unclear(&gzip), "the body is compressed");
        let odd = format!("{head}Content-Length: -1\r\n\r\n");
        assert_eq!(unclear(&odd), "the length in the head is no number");
        let twice = format!("{head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab");
        assert_eq!(unclear(&twice), "the head gives two lengths");
    }

    #[test]
    fn what_is_no_whole_head_is_no_message() {
        for text in [
            "",
            "{}",
            "GET / HTTP/1.1\r\n",
            "get / HTTP/1.1\r\n\r\n",
            "HTTP/2\n\n",
        ] {
            assert_eq!(body(text), None, "{text}");
        }
    }
}
