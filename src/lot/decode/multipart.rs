//! Parts between boundaries, as forms with files and mail have them: heads as they came, each
//! content by what it is.
//!
//! The boundary is the first line of the bytes. What stands before the first boundary or behind the
//! last is shown as text or hex. Transfer encodings of mail (base64, quoted-printable) are left as
//! they are. HTTP messages are shown as `http` has it.
//!
//! Limits: whole lots of up to 1 MiB; a boundary of 70 bytes; a head of a part of 16 KiB; those of
//! `shared/nature.rs`.
//!
//! Sources: RFC 2046 §5.1; RFC 7578.

use std::ops::Range;

use super::shared::inner::Inner;
use super::shared::nature::{self, Nesting};
use super::shared::plain;
use super::shared::registry::is_declined;
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind, http};

pub(crate) const DECODER: &dyn Decoder = &Multipart;

struct Multipart;

impl Decoder for Multipart {
    fn name(&self) -> &'static str {
        "multipart"
    }

    fn summary(&self) -> &'static str {
        "parts between boundaries, each by what it is"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        let is_all = lot.why_not_all_here().is_none();
        (is_all && is_multipart(lot.bytes)).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        if http::is_http(lot) {
            http::show(lot, out);
        } else if !is_declined(lot, "parts", out) {
            out.close_line();
            show(lot, &mut Nesting::of_lot(), out);
        }
    }
}

/// True for a boundary with a field of a head behind it, and the last boundary somewhere.
pub(crate) fn is_multipart(bytes: &[u8]) -> bool {
    let Some(boundary) = boundary(bytes) else {
        return false;
    };
    let mut lines = Delimiters::new(bytes, boundary);
    let first = lines.next();
    let field = first.and_then(|first| bytes.get(first.range.end..));
    let has_field = field.is_some_and(|field| {
        let name = field.get(..FIELD_START.len()).unwrap_or_default();
        name.eq_ignore_ascii_case(FIELD_START)
    });
    has_field && lines.any(|line| line.is_last)
}

/// Shows the parts of a lot without gaps.
pub(crate) fn show(lot: &LotBytes<'_>, nesting: &mut Nesting, out: &mut Decoded) {
    let Some(boundary) = boundary(lot.bytes) else {
        out.note("no parts from byte 0 on: no boundary in the first line");
        let inner = Inner::part(lot, 0..lot.bytes.len());
        return nature::show(&inner.lot(), "", nesting, out);
    };
    let mut delimiters = Delimiters::new(lot.bytes, boundary).peekable();
    let mut is_last = false;
    while let Some(line) = delimiters.next() {
        is_last = line.is_last;
        let next = delimiters.peek().map_or(lot.bytes.len(), |next| next.start);
        let style = plain::inline(SpanKind::Key);
        let text = line.range.start..line.range.end.min(line.text_end);
        plain::show_range(lot, text, style, out);
        out.close_line();
        let content = line.range.end..next.max(line.range.end);
        if is_last {
            show_content(lot, content, "", nesting, out);
        } else {
            show_part(lot, content, nesting, out);
        }
    }
    if !is_last {
        out.note("the last boundary is missing");
    }
}

fn show_part(lot: &LotBytes<'_>, range: Range<usize>, nesting: &mut Nesting, out: &mut Decoded) {
    let part = lot.bytes.get(range.clone()).unwrap_or_default();
    let head = Head::of(part);
    let content = range.start + head.length;
    plain::show_range(lot, range.start..content, plain::LINES, out);
    out.close_line();
    show_content(lot, content..range.end, &head.content_type, nesting, out);
}

fn show_content(
    lot: &LotBytes<'_>,
    range: Range<usize>,
    media_type: &str,
    nesting: &mut Nesting,
    out: &mut Decoded,
) {
    if !range.is_empty() {
        let inner = Inner::part(lot, range);
        nature::show(&inner.lot(), media_type, nesting, out);
    }
}

/// The head of a part.
struct Head {
    /// Bytes with the empty line; 0 when there is none.
    length: usize,
    /// In lower case, empty without.
    content_type: String,
}

impl Head {
    fn of(part: &[u8]) -> Self {
        let near = part.get(..MAX_HEAD_BYTES).unwrap_or(part);
        let mut length = 0;
        let mut content_type = String::new();
        for line in near.split_inclusive(|byte| *byte == b'\n') {
            length += line.len();
            let text = line.trim_ascii();
            if text.is_empty() {
                return Self {
                    length,
                    content_type,
                };
            }
            let text = String::from_utf8_lossy(text).to_ascii_lowercase();
            if let Some(value) = text.strip_prefix("content-type:") {
                value.trim().clone_into(&mut content_type);
            }
        }
        Self {
            length: 0,
            content_type: String::new(),
        }
    }
}

/// The first line, when it is a boundary: two dashes and at most 70 characters.
fn boundary(bytes: &[u8]) -> Option<&[u8]> {
    let near = bytes.get(..MAX_BOUNDARY_BYTES + 4).unwrap_or(bytes);
    let line = near.split(|byte| *byte == b'\n').next()?;
    let line = line.strip_suffix(b"\r")?;
    let is_printable = line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let is_boundary = line.starts_with(b"--") && 2 < line.len() && !line.ends_with(b" ");
    (is_printable && is_boundary && line.len() < near.len()).then_some(line)
}

/// The lines with the boundary.
struct Delimiters<'a> {
    bytes: &'a [u8],
    boundary: &'a [u8],
    at: usize,
}

/// A line with the boundary.
#[derive(Clone, Debug)]
struct Delimiter {
    /// Where the line break before it begins.
    start: usize,
    /// The line with its end.
    range: Range<usize>,
    /// Where its text ends.
    text_end: usize,
    is_last: bool,
}

impl<'a> Delimiters<'a> {
    const fn new(bytes: &'a [u8], boundary: &'a [u8]) -> Self {
        Self {
            bytes,
            boundary,
            at: 0,
        }
    }
}

impl Iterator for Delimiters<'_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let rest = self.bytes.get(start..)?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            self.at = end.map_or(self.bytes.len(), |length| start + length + 1);
            let text = rest.strip_prefix(self.boundary);
            let line = self.bytes.get(start..self.at)?;
            let Some(text) = text.filter(|_| self.boundary.len() <= line.len()) else {
                continue;
            };
            let is_last = text.starts_with(b"--");
            let dashes = if is_last { 2 } else { 0 };
            let behind = line.get(self.boundary.len() + dashes..).unwrap_or_default();
            if !behind.trim_ascii().is_empty() {
                continue;
            }
            let before = self.bytes.get(..start)?;
            let before = before.strip_suffix(b"\n").unwrap_or(before);
            let before = before.strip_suffix(b"\r").unwrap_or(before);
            return Some(Delimiter {
                start: before.len(),
                range: start..self.at,
                text_end: start + line.trim_ascii_end().len(),
                is_last,
            });
        }
        None
    }
}

const MAX_BOUNDARY_BYTES: usize = 70;
const MAX_HEAD_BYTES: usize = 16 << 10;
const FIELD_START: &[u8] = b"Content-";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(text: &str, fit: bool, expected: &str) {
        let lot = LotBytes::whole(Direction::Out, text.as_bytes());
        let mut out = Decoded::default();
        Multipart.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        assert_eq!(Multipart.fit(&lot).is_some(), fit, "{text}");
    }

    #[test]
    fn each_part_is_shown_by_what_it_is() {
        check(
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n--b\r\n\
             content-type: application/json\r\n\r\n[1]\r\n--b--\r\n",
            true,
            "--b\nContent-Disposition: form-data; name=\"a\"\n\none\ntwo\n--b\n\
             content-type: application/json\n\n[\n  1\n]\n--b--\n",
        );
    }

    #[test]
    fn parts_may_have_parts() {
        let inner = "--c\r\nContent-Type: text/plain\r\n\r\nx\r\n--c--\r\n";
        check(
            &format!("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inner}\r\n--b--"),
            true,
            "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/plain\n\n\
             x\n--c--\n--b--\n",
        );
    }

    #[test]
    fn a_boundary_within_a_line_is_none() {
        check(
            "--b\r\nContent-Type: a\r\n\r\nx--b\r\n--bc\r\n--b--\r\nbehind",
            true,
            "--b\nContent-Type: a\n\nx--b\n--bc\n--b--\nbehind\n",
        );
    }

    #[test]
    fn parts_that_are_not_all_there_are_shown_when_asked_for() {
        check(
            "--b\r\nContent-Type: a\r\n\r\nx",
            false,
            "--b\nContent-Type: a\n\nx\nthe last boundary is missing\n",
        );
        check(
            "-- \r\nBest",
            false,
            "no parts from byte 0 on: no boundary in the first line\n-- \nBest\n",
        );
        check("--b\r\nno head\r\n--b--", false, "--b\nno head\n--b--\n");
    }
}
