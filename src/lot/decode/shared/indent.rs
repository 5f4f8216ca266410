//! JSON on lines of its own, with the digits, the escapes and the order of keys it came with.
//!
//! Turns an index range of a lot that holds one valid JSON text into lines. It moves white space
//! and nothing else: tokens are copied, never parsed into values. It judges nothing; bytes that are
//! no JSON give odd lines, and no panic.
//!
//! Source: RFC 8259 §2.

use std::ops::Range;

use super::decoded::{Decoded, LineEnd, SpanKind};
use super::lot_bytes::LotBytes;
use super::plain;

/// Writes the JSON text within `range`, and ends its last line.
pub(crate) fn show(lot: &LotBytes<'_>, range: Range<usize>, out: &mut Decoded) {
    let mut writer = Writer { lot, out, depth: 0 };
    let mut tokens = Tokens::new(lot.bytes, range).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map(|token| token.mark);
        writer.token(&token, next);
        if token.mark == Mark::Open && next == Some(Mark::Close) {
            tokens.next().iter().for_each(|close| writer.copy(close));
            writer.depth = writer.depth.saturating_sub(1);
        }
    }
    writer.out.end_line(LineEnd::Own);
}

/// How deeply arrays and objects are nested.
pub(crate) fn depth(bytes: &[u8], range: Range<usize>) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for token in Tokens::new(bytes, range) {
        match token.mark {
            Mark::Open => depth = depth.saturating_add(1),
            Mark::Close => depth = depth.saturating_sub(1),
            Mark::Comma | Mark::Colon | Mark::String | Mark::Number | Mark::Word => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

struct Writer<'a, 'lot> {
    lot: &'a LotBytes<'lot>,
    out: &'a mut Decoded,
    depth: usize,
}

impl Writer<'_, '_> {
    fn token(&mut self, token: &Token, next: Option<Mark>) {
        match token.mark {
            Mark::Open => {
                self.copy(token);
                self.depth = self.depth.saturating_add(1);
                if next != Some(Mark::Close) {
                    self.new_line();
                }
            }
            Mark::Close => {
                self.depth = self.depth.saturating_sub(1);
                self.new_line();
                self.copy(token);
            }
            Mark::Comma => {
                self.copy(token);
                self.new_line();
            }
            Mark::Colon => {
                self.copy(token);
                self.out.add(SpanKind::Text, " ", false);
            }
            Mark::String if next == Some(Mark::Colon) => self.copy_as(SpanKind::Key, token),
            Mark::String | Mark::Number | Mark::Word => self.copy(token),
        }
    }

    fn copy(&mut self, token: &Token) {
        let kind = match token.mark {
            Mark::Open | Mark::Close | Mark::Comma | Mark::Colon => SpanKind::Text,
            Mark::String => SpanKind::Quoted,
            Mark::Number => SpanKind::Number,
            Mark::Word => SpanKind::Word,
        };
        self.copy_as(kind, token);
    }

    fn copy_as(&mut self, kind: SpanKind, token: &Token) {
        plain::show_range(self.lot, token.range.clone(), plain::inline(kind), self.out);
    }

    fn new_line(&mut self) {
        self.out.end_line(LineEnd::Own);
        let width = self.depth.min(INDENTED_LEVELS) * LEVEL_WIDTH;
        self.out
            .add(SpanKind::Text, format_args!("{:width$}", ""), false);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    mark: Mark,
    range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Open,
    Close,
    Comma,
    Colon,
    String,
    Number,
    Word,
}

/// The tokens of a JSON text, white space left out.
struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        Self {
            bytes: bytes.get(..range.end).unwrap_or_default(),
            at: range.start,
        }
    }

    /// Length of what starts here and ends before the first byte for which `ends` holds.
    fn length_until(&self, ends: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| ends(*byte));
        end.unwrap_or(rest.len())
    }

    /// Length of the string that starts here, both quotes included.
    fn string_length(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut is_escaped = false;
        for (index, byte) in rest.iter().enumerate().skip(1) {
            match byte {
                b'"' if !is_escaped => return index + 1,
                b'\\' => is_escaped = !is_escaped,
                _ => is_escaped = false,
            }
        }
        rest.len()
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.at += self.length_until(|byte| !is_white(byte));
        let first = *self.bytes.get(self.at)?;
        let (mark, length) = match first {
            b'{' | b'[' => (Mark::Open, 1),
            b'}' | b']' => (Mark::Close, 1),
            b',' => (Mark::Comma, 1),
            b':' => (Mark::Colon, 1),
            b'"' => (Mark::String, self.string_length()),
            b'-' | b'0'..=b'9' => (Mark::Number, self.length_until(ends_scalar)),
            _ => (Mark::Word, self.length_until(ends_scalar)),
        };
        let start = self.at;
        self.at += length;
        Some(Token {
            mark,
            range: start..self.at,
        })
    }
}

const fn ends_scalar(byte: u8) -> bool {
    is_white(byte) || matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"')
}

/// True for the white space of JSON.
pub(crate) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

const LEVEL_WIDTH: usize = 2;
/// Deeper levels are indented no further: each bracket of deeply nested arrays has a line, and all
/// of them together must not be much longer than the lot.
const INDENTED_LEVELS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(json: &str, expected: &str) {
        let lot = LotBytes::whole(Direction::In, json.as_bytes());
        let mut out = Decoded::default();
        show(&lot, 0..json.len(), &mut out);
        assert_eq!(out.to_string().trim_end_matches('\n'), expected);
    }

    #[test]
    fn tokens_stay_as_they_came() {
        check(
            r#" {"b":1.10,"a":[1e400,-0,{}, [ ] ],"\u00e9\"":"x\\"} "#,
            "{\n  \"b\": 1.10,\n  \"a\": [\n    1e400,\n    -0,\n    {},\n    []\n  ],\n  \
             \"\\u00e9\\\"\": \"x\\\\\"\n}",
        );
        check("true", "true");
        check("\"a:b\"", "\"a:b\"");
    }

    #[test]
    fn what_is_no_json_gives_odd_lines_and_no_panic() {
        check("]}", "\n]\n}");
        check("\"abc\\", "\"abc\\");
        check("", "");
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(depth(br#"[{"a":"[[["}]"#, 0..13), 2);
        assert_eq!(depth(b"1", 0..1), 0);
    }
}
