//! JSON, a line for each value: alone, or several texts after one another.
//!
//! Numbers keep their digits, strings their escapes, and objects the order of their keys, since
//! tokens are copied (`shared/indent.rs`); `serde_json` says whether it is JSON. Where JSON ends, a
//! note says why, and the rest is shown as text or hex. HTTP messages are shown as `http` has it.
//!
//! Limits: whole lots of up to 1 MiB; values nested 128 deep. Indentation ends at 32 levels, so
//! that a lot of brackets grows at most 66 times.
//!
//! Source: RFC 8259.

use super::shared::indent;
use super::shared::json_plan::{Plan, Stop};
use super::shared::registry::{is_declined, show_rest};
use super::{Decoded, Decoder, Fit, LotBytes, http};

pub(crate) const DECODER: &dyn Decoder = &Json;

struct Json;

impl Decoder for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn summary(&self) -> &'static str {
        "JSON texts, a line for each value"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        is_json(lot).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        if http::is_http(lot) {
            http::show(lot, out);
        } else if !is_declined(lot, "JSON", out) {
            out.close_line();
            show_texts(lot, out);
        }
    }
}

/// True for an array or an object, and more JSON texts behind it.
pub(crate) fn is_json(lot: &LotBytes<'_>) -> bool {
    lot.why_not_all_here().is_none()
        && Plan::may_start_with(lot.bytes)
        && Plan::of_texts(lot.bytes).is_all_json()
}

/// Shows JSON texts, and behind them what is none.
pub(crate) fn show_texts(lot: &LotBytes<'_>, out: &mut Decoded) {
    let plan = Plan::of_texts(lot.bytes);
    for range in plan.texts {
        indent::show(lot, range, out);
    }
    if let Some(Stop { from, at, reason }) = plan.stop {
        out.note(format_args!("not JSON at byte {at}: {reason}"));
        show_rest(lot, from, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::{Gap, SpanKind};
    use crate::session::Direction;

    fn decode(lot: &LotBytes<'_>) -> String {
        let mut out = Decoded::default();
        Json.decode(lot, &mut out);
        out.to_string()
    }

    fn check(text: &str, fit: Option<Fit>, expected: &str) {
        let lot = LotBytes::whole(Direction::In, text.as_bytes());
        assert_eq!(decode(&lot), expected);
        assert_eq!(Json.fit(&lot), fit, "{text}");
    }

    const CERTAIN: Option<Fit> = Some(Fit::Certain);

    #[test]
    fn texts_may_follow_one_another() {
        check(
            "{\"a\":1}\n{\"a\":2}\n",
            CERTAIN,
            "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
        );
        check("[1.0] []", CERTAIN, "[\n  1.0\n]\n[]\n");
    }

    #[test]
    fn a_number_alone_is_json_only_when_asked_for() {
        check("42\n", None, "42\n");
    }

    #[test]
    fn what_ends_json_is_noted_and_the_rest_is_shown() {
        check(
            "{\"a\":1}\n{\"a\":x}\n",
            None,
            "{\n  \"a\": 1\n}\nnot JSON at byte 13: expected value\n{\"a\":x}\n",
        );
        check(
            "[1,",
            None,
            "not JSON at byte 3: EOF while parsing a value\n[1,\n",
        );
        check("", None, "not JSON at byte 0: nothing but white space\n");
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_hex() {
        let lot = LotBytes::whole(Direction::In, b"{\"a\":1}\0\xff\0");
        assert_eq!(
            decode(&lot),
            "{\n  \"a\": 1\n}\nnot JSON at byte 7: expected value\n00000007  00 ff 00 \
             \x20                                        |...|\n"
        );
    }

    #[test]
    fn http_is_shown_as_http_when_asked_for_json() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        let shown = "HTTP/1.1 200 OK\nContent-Length: 7\n\n{\n  \"a\": 1\n}\n";
        check(text, None, shown);
    }

    #[test]
    fn missing_bytes_and_parts_are_declined_with_the_reason() {
        let gaps = [Gap {
            at: 1,
            missing_bytes: 2,
        }];
        let lot = LotBytes::whole(Direction::In, b"[]");
        let with_gap = LotBytes { gaps: &gaps, ..lot };
        let shown = "not shown as JSON: bytes are missing\n[[2 bytes missing]]\n";
        assert_eq!(decode(&with_gap), shown);
        let part = LotBytes {
            is_whole: false,
            ..lot
        };
        assert_eq!(
            decode(&part),
            "not shown as JSON: the lot is larger than 1 MiB\n[]\n"
        );
        let next = LotBytes { offset: 64, ..part };
        assert_eq!(decode(&next), "[]\n");
        assert_eq!((Json.fit(&with_gap), Json.fit(&part)), (None, None));
    }

    #[test]
    fn values_nested_too_deeply_are_declined() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        let lot = nested(128);
        assert_eq!(
            Json.fit(&LotBytes::whole(Direction::In, lot.as_bytes())),
            CERTAIN
        );
        let lot = nested(129);
        check(
            &lot,
            None,
            &format!("not JSON at byte 0: nested deeper than 128 levels\n{lot}\n"),
        );
    }

    #[test]
    fn tokens_have_kinds_and_late_ones_are_late() {
        let lot = LotBytes {
            late: std::slice::from_ref(&(5..8)),
            ..LotBytes::whole(Direction::In, b"{\"a\":12,\"b\":[null,\"x\"]}")
        };
        let mut out = Decoded::default();
        Json.decode(&lot, &mut out);
        let spans: Vec<_> = out
            .lines()
            .flat_map(|line| line.spans())
            .filter(|span| span.kind != SpanKind::Text || span.late)
            .map(|span| (span.kind, span.text, span.late))
            .collect();
        let expected = [
            (SpanKind::Key, "\"a\"", false),
            (SpanKind::Number, "12", true),
            (SpanKind::Text, ",", true),
            (SpanKind::Key, "\"b\"", false),
            (SpanKind::Word, "null", false),
            (SpanKind::Quoted, "\"x\"", false),
        ];
        assert_eq!(spans, expected);
    }
}
