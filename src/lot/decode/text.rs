//! UTF-8 text with its own line breaks.
//!
//! LF and CRLF end a line; a carriage return alone is an escape. A run without line breaks stays
//! one line, however long. Gaps stand within the line. No byte is lost: the text spans, the escapes
//! and the line ends give the bytes back. A character that is cut by the edge of a part or by a gap
//! becomes escapes.

use super::shared::plain;
use super::{Decoded, Decoder, Fit, LotBytes};

pub(crate) const DECODER: &dyn Decoder = &Text;

struct Text;

impl Decoder for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn summary(&self) -> &'static str {
        "text with its own line breaks, everything else as \\x00"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        plain::looks_like_text(lot.bytes).then_some(Fit::Likely)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        plain::show(lot, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::{Gap, LineEnd, SpanKind};
    use crate::session::Direction;
    use std::ops::Range;

    type Expected<'a> = (SpanKind, &'a str, bool);

    fn spans(bytes: &[u8], gaps: &[Gap], late: &[Range<usize>], expected: &[Expected<'_>]) {
        let lot = LotBytes {
            gaps,
            late,
            ..LotBytes::whole(Direction::In, bytes)
        };
        let mut out = Decoded::default();
        Text.decode(&lot, &mut out);
        let found: Vec<_> = out
            .lines()
            .flat_map(|line| line.spans())
            .map(|span| (span.kind, span.text, span.late))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_end_where_the_text_says() {
        let lot = LotBytes::whole(Direction::In, b"GET / HTTP/1.1\r\n\r\na\tb\nc\rd");
        let mut out = Decoded::default();
        Text.decode(&lot, &mut out);
        let lines: Vec<_> = out.lines().map(|line| (line.text(), line.end())).collect();
        assert_eq!(
            lines,
            [
                ("GET / HTTP/1.1", LineEnd::CrLf),
                ("", LineEnd::CrLf),
                ("a\tb", LineEnd::Lf),
                ("c\\x0dd", LineEnd::Open),
            ]
        );
    }

    #[test]
    fn what_is_no_text_is_escaped_and_text_that_looks_like_it_is_not() {
        let bytes = b"\\x00\0\x1b\xff\xc2\x9b\xe2\x82";
        let expected = [
            (SpanKind::Text, "\\x00", false),
            (
                SpanKind::Escape,
                "\\x00\\x1b\\xff\\xc2\\x9b\\xe2\\x82",
                false,
            ),
        ];
        spans(bytes, &[], &[], &expected);
    }

    #[test]
    fn a_gap_stands_where_it_is() {
        let gaps = [1460, 7].map(|missing_bytes| Gap {
            at: 2,
            missing_bytes,
        });
        let expected = [
            (SpanKind::Text, "ab", false),
            (
                SpanKind::Gap,
                "[1460 bytes missing][7 bytes missing]",
                false,
            ),
            (SpanKind::Text, "cd", false),
        ];
        spans(b"abcd", &gaps, &[], &expected);
        spans(
            b"",
            &gaps[1..],
            &[],
            &[(SpanKind::Gap, "[7 bytes missing]", false)],
        );
    }

    #[test]
    fn a_character_late_in_part_is_late() {
        let late = [2..3, 4..6];
        let expected = [
            (SpanKind::Text, "a", false),
            (SpanKind::Text, "é", true),
            (SpanKind::Text, "b", false),
            (SpanKind::Text, "c", true),
            (SpanKind::Escape, "\\x00", true),
            (SpanKind::Text, "d", false),
        ];
        spans("aébc\0d".as_bytes(), &[], &late, &expected);
    }

    #[test]
    fn a_character_cut_by_a_gap_is_escaped() {
        let gaps = [Gap {
            at: 1,
            missing_bytes: 3,
        }];
        let expected = [
            (SpanKind::Escape, "\\xc3", false),
            (SpanKind::Gap, "[3 bytes missing]", false),
            (SpanKind::Escape, "\\xa9", false),
        ];
        spans("é".as_bytes(), &gaps, &[], &expected);
    }
}
