//! The body of an HTTP/1 message: where it is, and its bytes without the marks of chunks.
//!
//! A body that is not all there is taken as far as it goes. What follows the body is where the next
//! message begins, when that is known.
//!
//! Source: RFC 9112 §6.3 and §7.1.

use std::ops::Range;

use httparse::{InvalidChunkSize, Status, parse_chunk_size};

use super::http_head::{Framing, Head, is_response};

/// A body, as far as it is there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// Its bytes as they are in the lot, marks of chunks included.
    pub(crate) range: Range<usize>,
    /// Its bytes without these marks, when there are any.
    pub(crate) joined: Option<Vec<u8>>,
    /// How many chunks it came in.
    pub(crate) chunks: usize,
    /// What stands behind the lengths of chunks.
    pub(crate) extensions: Vec<Range<usize>>,
    /// Fields behind the last chunk, the empty line included.
    pub(crate) trailers: Range<usize>,
    /// Where the next message begins; `None` when the body is not all there.
    pub(crate) behind: Option<usize>,
    /// Why the body is not all there.
    pub(crate) missing: Option<String>,
}

impl Body {
    /// The body behind a head. `bytes` end where the lot does, or the first gap is.
    pub(crate) fn behind(bytes: &[u8], head: &Head) -> Self {
        let start = head.range.end;
        let rest = bytes.get(start..).unwrap_or_default();
        match head.framing {
            Framing::None => Self::whole(start..start),
            Framing::Length(_, true) | Framing::ToEnd if is_response(rest) => {
                Self::whole(start..start)
            }
            Framing::ToEnd => Self::whole(start..bytes.len()),
            Framing::Chunked => Self::chunked(bytes, start),
            Framing::Length(length, true) if rest.is_empty() && 0 < length => Self {
                range: start..start,
                missing: Some(format!(
                    "none of {length} bytes are here; to HEAD this is the answer"
                )),
                ..Self::default()
            },
            Framing::Length(length, _) => Self::of_length(bytes, start, length),
            Framing::Unclear(reason) => Self {
                range: start..bytes.len(),
                missing: Some(reason.to_owned()),
                ..Self::default()
            },
        }
    }

    fn whole(range: Range<usize>) -> Self {
        Self {
            behind: Some(range.end),
            range,
            ..Self::default()
        }
    }

    fn of_length(bytes: &[u8], start: usize, length: u64) -> Self {
        let here = bytes.len().saturating_sub(start);
        match usize::try_from(length) {
            Ok(length) if length <= here => Self::whole(start..start + length),
            _ => Self {
                range: start..bytes.len(),
                missing: Some(format!("{here} of {length} bytes are here")),
                ..Self::default()
            },
        }
    }

    fn chunked(bytes: &[u8], start: usize) -> Self {
        let mut body = Self::default();
        let mut joined = Vec::new();
        let mut at = start;
        body.missing = loop {
            match body.chunk(bytes, at, &mut joined) {
                Chunk::Next(next) => at = next,
                Chunk::Last(next) => {
                    at = next;
                    break body.trailers(bytes, at);
                }
                Chunk::Cut(next, reason) => {
                    at = next;
                    break Some(reason.to_owned());
                }
            }
        };
        if body.missing.is_none() {
            body.behind = Some(body.trailers.end);
        }
        body.range = start..at;
        body.joined = Some(joined);
        body
    }

    fn chunk(&mut self, bytes: &[u8], at: usize, joined: &mut Vec<u8>) -> Chunk {
        let rest = bytes.get(at..).unwrap_or_default();
        let line = rest.get(..MAX_CHUNK_LINE_BYTES).unwrap_or(rest);
        let (head, length) = match parse_chunk_size(line) {
            Ok(Status::Complete((head, length))) => (head, length),
            Ok(Status::Partial) => return Chunk::Cut(at, "the last chunk is missing"),
            Err(InvalidChunkSize) => return Chunk::Cut(at, "no length of a chunk"),
        };
        self.note_extension(bytes, at, head);
        let data = at + head;
        if length == 0 {
            return Chunk::Last(data);
        }
        self.chunks += 1;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let end = data.saturating_add(length).min(bytes.len());
        joined.extend_from_slice(bytes.get(data..end).unwrap_or_default());
        match bytes.get(end..) {
            Some([b'\r', b'\n', ..]) => Chunk::Next(end + 2),
            Some([] | [b'\r']) => Chunk::Cut(end, "the last chunk is missing"),
            _ => Chunk::Cut(end, "a chunk is longer than it says"),
        }
    }

    fn note_extension(&mut self, bytes: &[u8], at: usize, length: usize) {
        let line = bytes
            .get(at..at + length)
            .unwrap_or_default()
            .trim_ascii_end();
        if let Some(mark) = line.iter().position(|byte| *byte == b';') {
            self.extensions.push(at + mark..at + line.len());
        }
    }

    /// Takes in the fields behind the last chunk; gives what is wrong with them.
    fn trailers(&mut self, bytes: &[u8], start: usize) -> Option<String> {
        let mut end = start;
        let rest = bytes.get(start..).unwrap_or_default();
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            end += line.len();
            if line == b"\r\n" || line == b"\n" {
                self.trailers = start..end;
                return None;
            }
        }
        self.trailers = start..end;
        Some("the end behind the last chunk is missing".to_owned())
    }
}

/// What a chunk is followed by.
enum Chunk {
    Next(usize),
    Last(usize),
    Cut(usize, &'static str),
}

const MAX_CHUNK_LINE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Body {
        let head = Head::at(text.as_bytes(), 0).unwrap();
        let mut body = Body::behind(text.as_bytes(), &head);
        let start = head.range.end;
        body.range = body.range.start - start..body.range.end - start;
        body.behind = body.behind.map(|behind| behind - start);
        body
    }

    fn whole(range: Range<usize>) -> Body {
        Body::whole(range)
    }

    #[test]
    fn a_body_is_as_long_as_the_head_says() {
        assert_eq!(
            body("POST / HTTP/1.1\nContent-Length: 2\n\n{}GET"),
            whole(0..2)
        );
        assert_eq!(body("GET / HTTP/1.1\n\nGET"), whole(0..0));
        let cut = body("POST / HTTP/1.1\nContent-Length: 5\n\n{}");
        assert_eq!((cut.range, cut.behind), (0..2, None));
        assert_eq!(cut.missing.unwrap(), "2 of 5 bytes are here");
    }

    #[test]
    fn a_response_lasts_to_the_end_unless_another_follows() {
        assert_eq!(body("HTTP/1.0 200 OK\n\n{}"), whole(0..2));
        let next = "HTTP/1.1 200 OK\n\n";
        assert_eq!(body(&format!("HTTP/1.1 200 OK\n\n{next}")), whole(0..0));
        let head = "HTTP/1.1 200 OK\nContent-Length: 700\n\n";
        assert_eq!(body(&format!("{head}{next}")), whole(0..0));
    }

    #[test]
    fn chunks_are_joined() {
        let head = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n";
        let chunks = "2;a=b\r\nab\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n";
        let found = body(&format!("{head}{chunks}HTTP"));
        assert_eq!(found.joined.unwrap(), b"ab0123456789");
        assert_eq!((found.chunks, found.extensions.len()), (2, 1));
        assert_eq!(found.behind, Some(chunks.len()));
        assert_eq!(found.trailers.len(), 8);
        assert_eq!(found.missing, None);
    }

    #[test]
    fn chunks_that_end_too_early_are_joined_as_far_as_they_go() {
        let head = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n";
        for (chunks, joined, reason) in [
            ("2\r\nab\r\n", "ab", "the last chunk is missing"),
            ("2\r\nab\r\n5\r\nab", "abab", "the last chunk is missing"),
            ("2\r\nabc\r\n", "ab", "a chunk is longer than it says"),
            ("x\r\n", "", "no length of a chunk"),
            (
                "0\r\nX: y\r\n",
                "",
                "the end behind the last chunk is missing",
            ),
        ] {
            let found = body(&format!("{head}{chunks}"));
            assert_eq!(found.joined.unwrap(), joined.as_bytes(), "{chunks}");
            assert_eq!(found.missing.as_deref(), Some(reason), "{chunks}");
            assert_eq!(found.behind, None);
        }
    }
}
