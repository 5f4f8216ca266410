//! Fields of an HTML form as it is sent, a line `name = value` each.
//!
//! Names and values are percent-decoded and shown as text; line breaks within them are escapes. A
//! field without `=` is a name alone, an empty one is left out. A name or value is late as a whole
//! when any byte of it is. HTTP messages are shown as `http` has it. Used only when it is asked for,
//! and for bodies that are said to be forms.
//!
//! Limits: whole lots of up to 1 MiB.
//!
//! Source: WHATWG URL Standard §5.1 (application/x-www-form-urlencoded parsing).

use std::ops::Range;

use super::shared::plain;
use super::shared::registry::is_declined;
use super::{Decoded, Decoder, Fit, Lateness, LineEnd, LotBytes, SpanKind, http};

pub(crate) const DECODER: &dyn Decoder = &Form;

struct Form;

impl Decoder for Form {
    fn name(&self) -> &'static str {
        "form"
    }

    fn summary(&self) -> &'static str {
        "fields of an HTML form, percent-decoded, a line each"
    }

    fn fit(&self, _: &LotBytes<'_>) -> Option<Fit> {
        None
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        if http::is_http(lot) {
            http::show(lot, out);
        } else if !is_declined(lot, "a form", out) {
            out.close_line();
            show_fields(lot, 0..lot.bytes.len(), out);
        }
    }
}

/// Shows the fields of an index range in which nothing is missing.
pub(crate) fn show_fields(lot: &LotBytes<'_>, range: Range<usize>, out: &mut Decoded) {
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

/// The media type of forms.
pub(crate) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(text: &str, expected: &str) {
        let mut out = Decoded::default();
        Form.decode(&LotBytes::whole(Direction::Out, text.as_bytes()), &mut out);
        assert_eq!(out.to_string(), expected);
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
    fn http_is_shown_as_http_when_asked_for_a_form() {
        let head = "POST /a HTTP/1.1\nContent-Type: Application/X-WWW-Form-Urlencoded; charset=utf-8\n\
                    Content-Length: 7\n\n";
        check(&format!("{head}a=1&b=2"), &format!("{head}a = 1\nb = 2\n"));
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
