//! Fields of an HTML form as it is sent, a line `name = value` each.
//!
//! Names and values are percent-decoded and shown as text; line breaks within them are escapes. An
//! HTTP/1 head before the form is shown as text. A field without `=` is a name alone, an empty one
//! is left out. A name or value is late as a whole when any byte of it is.
//!
//! Limits: whole lots of up to 1 MiB. Bodies in chunks and compressed bodies are not read.
//!
//! Source: WHATWG URL Standard §5.1 (application/x-www-form-urlencoded parsing).

use std::ops::Range;

use super::shared::message::{Body, Message};
use super::shared::plain;
use super::shared::registry::{is_declined, show_rest};
use super::{Decoded, Decoder, Fit, Lateness, LineEnd, LotBytes, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &Form;

struct Form;

impl Decoder for Form {
    fn name(&self) -> &'static str {
        "form"
    }

    fn summary(&self) -> &'static str {
        "fields of an HTML form, percent-decoded, a line each"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        if lot.why_not_all_here().is_some() {
            return None;
        }
        let message = Message::at(lot.bytes, 0)?;
        let Body::Whole(body) = message.body else {
            return None;
        };
        let is_all = !body.is_empty() && body.end == lot.bytes.len();
        (is_all && message.content_type.starts_with(MEDIA_TYPE)).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        if is_declined(lot, "a form", out) {
            return;
        }
        out.close_line();
        let Some(message) = Message::at(lot.bytes, 0) else {
            return show_fields(lot, 0..lot.bytes.len(), out);
        };
        let head_end = message.head.end;
        plain::show_range(lot, message.head, plain::LINES, out);
        match message.body {
            Body::Whole(body) => {
                let end = body.end;
                show_fields(lot, body, out);
                if end < lot.bytes.len() {
                    out.note(format_args!("no form at byte {end}: the body ends here"));
                    show_rest(lot, end, out);
                }
            }
            Body::Unclear(reason) => {
                out.note(format_args!("no form at byte {head_end}: {reason}"));
                show_rest(lot, head_end, out);
            }
        }
    }
}

fn show_fields(lot: &LotBytes<'_>, range: Range<usize>, out: &mut Decoded) {
    let bytes = lot.bytes.get(range.clone()).unwrap_or_default();
    let mut start = range.start;
    for field in bytes.split(|byte| *byte == b'&') {
        let end = start + field.len();
        if !field.is_empty() {
            let name = field.iter().position(|byte| *byte == b'=');
            let name_end = name.map_or(end, |length| start + length);
            show_decoded(lot, start..name_end, SpanKind::Key, out);
            if name.is_some() {
                out.add(SpanKind::Text, " = ", lot.lateness(name_end).is_late);
                show_decoded(lot, name_end + 1..end, SpanKind::Text, out);
            }
            out.end_line(LineEnd::Own);
        }
        start = end + 1;
    }
}

fn show_decoded(lot: &LotBytes<'_>, range: Range<usize>, kind: SpanKind, out: &mut Decoded) {
    let lateness = Lateness {
        is_late: lot.is_any_late(&range),
        until: usize::MAX,
    };
    let decoded = percent_decoded(lot.bytes.get(range).unwrap_or_default());
    plain::show_bytes(&decoded, 0, &|_| lateness, plain::inline(kind), out);
}

/// What percent signs and plus signs stand for; a percent sign without two digits is itself.
fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let byte = match (first, behind) {
            (b'+', _) => b' ',
            (b'%', [high, low, further @ ..]) => match byte_of(*high, *low) {
                Some(byte) => {
                    rest = further;
                    byte
                }
                None => b'%',
            },
            _ => *first,
        };
        decoded.push(byte);
    }
    decoded
}

fn byte_of(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(text: &str, expected: &str) {
        let mut out = Decoded::default();
        Form.decode(&LotBytes::whole(Direction::Out, text.as_bytes()), &mut out);
        assert_eq!(out.to_string(), expected);
    }

    fn post(media_type: &str, body: &str) -> String {
        let length = body.len();
        format!(
            "POST /a HTTP/1.1\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    }

    fn fit(text: &str) -> Option<Fit> {
        Form.fit(&LotBytes::whole(Direction::Out, text.as_bytes()))
    }

    #[test]
    fn a_field_has_a_line() {
        check(
            "name=J%C3%BCrgen+K&&empty=&alone&a=b=c&=x",
            "name = Jürgen K\nempty = \nalone\na = b=c\n = x\n",
        );
    }

    #[test]
    fn what_is_no_text_is_escaped_and_odd_percent_signs_stay() {
        check("a=1%0d%0Ab%00%ff", "a = 1\\x0d\\x0ab\\x00\\xff\n");
        check("100%=%zz%4", "100% = %zz%4\n");
    }

    #[test]
    fn a_form_behind_its_head_is_certain() {
        let text = post(
            "application/x-www-form-urlencoded; charset=utf-8",
            "a=1&b=2",
        );
        assert_eq!(fit(&text), Some(Fit::Certain));
        let head = "POST /a HTTP/1.1\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\nContent-Length: 7\n\n";
        check(&text, &format!("{head}a = 1\nb = 2\n"));
    }

    #[test]
    fn anything_else_is_a_form_only_when_asked_for() {
        assert_eq!(fit("a=1&b=2"), None);
        assert_eq!(fit(&post("text/plain", "a=1")), None);
        assert_eq!(fit(&(post(MEDIA_TYPE, "a=1") + "x")), None);
        assert_eq!(fit(""), None);
    }

    #[test]
    fn what_follows_the_body_is_shown() {
        let text = "POST /a HTTP/1.1\nContent-Length: 3\n\na=1rest";
        let shown = "POST /a HTTP/1.1\nContent-Length: 3\n\na = 1\n";
        check(
            text,
            &format!("{shown}no form at byte 39: the body ends here\nrest\n"),
        );
    }

    #[test]
    fn a_value_late_in_part_is_late() {
        let lot = LotBytes {
            late: std::slice::from_ref(&(3..4)),
            ..LotBytes::whole(Direction::Out, b"a=%41&b=2")
        };
        let mut out = Decoded::default();
        Form.decode(&lot, &mut out);
        let late: Vec<_> = out
            .lines()
            .flat_map(|line| line.spans())
            .filter(|span| span.late)
            .map(|span| span.text)
            .collect();
        assert_eq!(late, ["A"]);
    }
}
