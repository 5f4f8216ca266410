//! Redis: commands and replies of RESP 2 and 3, a line for each that is short.
//!
//! Strings stand in quotes, errors and simple strings without; arrays in `[]`, sets in `~[]`, pushed
//! messages in `>[]`, maps in `{}`, attributes in `|{}`. Inline commands, which have no marks, and
//! strings in parts are not read: behind them a lot is shown plainly.
//!
//! Limits: values nested 32 deep, lines of 64 KiB.
//!
//! Source: the Redis serialization protocol specification.

use std::ops::Range;

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames::{self, End};
use super::shared::tree::{Leaf, Tree};
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &Resp;

struct Resp;

impl Decoder for Resp {
    fn name(&self) -> &'static str {
        "resp"
    }

    fn summary(&self) -> &'static str {
        "commands and replies of Redis"
    }

    /// Simple strings and errors alone are text as well, of POP3 for example.
    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        let mut lengths = 0;
        let found = frames::look(lot, |cursor, _| {
            lengths += usize::from(cursor.peek().is_some_and(has_length));
            value(cursor, &mut Tree::default(), 0)
        });
        let is_all = found.is_all() || (0 < found.frames && found.end == End::Short);
        (is_all && 0 < lengths).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        frames::show(lot, "RESP", out, |cursor, out| {
            let mut tree = Tree::default();
            value(cursor, &mut tree, 0)?;
            tree.write(lot, out);
            Ok(())
        });
    }
}

/// Reads a value.
fn value(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    if MAX_DEPTH < depth {
        return Err(Stop::odd(format!("nested deeper than {MAX_DEPTH} values")));
    }
    tree.check_room()?;
    let start = cursor.at();
    let mark = cursor.u8()?;
    let known = matches!(mark, b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(');
    if !known && !has_length(mark) {
        return Err(Stop::odd("no mark of a value"));
    }
    let line = cursor.until(b"\r\n", MAX_LINE_BYTES)?;
    match mark {
        b'+' => tree.leaf(Leaf::Text(SpanKind::Text, one_line(cursor, line)?)),
        b'-' => tree.leaf(Leaf::Text(
            SpanKind::Word,
            start..one_line(cursor, line)?.end,
        )),
        b'_' if line.is_empty() => tree.leaf(null(start..line.end)),
        b'#' => tree.leaf(boolean(cursor, line)?),
        b':' | b',' | b'(' => tree.leaf(Leaf::Text(SpanKind::Number, number(cursor, line)?)),
        b'$' | b'!' | b'=' => {
            let leaf = match length(cursor, line)? {
                None => null(start..cursor.at()),
                Some(length) => Leaf::Quoted(string(cursor, length)?),
            };
            tree.leaf(leaf);
        }
        b'*' | b'~' | b'>' | b'%' | b'|' => match length(cursor, line)? {
            None => tree.leaf(null(start..cursor.at())),
            Some(length) => items(cursor, tree, depth, (mark, length))?,
        },
        _ => return Err(Stop::odd("no mark of a value")),
    }
    Ok(())
}

/// The marks of values that say how long they are.
const fn has_length(mark: u8) -> bool {
    matches!(mark, b'$' | b'*' | b'%' | b'~' | b'>' | b'=' | b'!' | b'|')
}

/// Reads what is in an array, a set, a map or the like.
fn items(
    cursor: &mut Cursor<'_>,
    tree: &mut Tree,
    depth: usize,
    (mark, length): (u8, u64),
) -> Result<(), Stop> {
    // The shortest value has three bytes.
    if u64::try_from(cursor.left() / 3).unwrap_or(u64::MAX) < length {
        return Err(Stop::Short);
    }
    let (open, close) = match mark {
        b'~' => ("~[", "]"),
        b'>' => (">[", "]"),
        b'%' => ("{", "}"),
        b'|' => ("|{", "}"),
        _ => ("[", "]"),
    };
    tree.open(open);
    for _ in 0..length {
        if close == "}" {
            key(cursor, tree, depth)?;
        }
        value(cursor, tree, depth + 1)?;
    }
    tree.close(close);
    Ok(())
}

/// Reads the key of a map. One that is no string stands before its value as an item.
fn key(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    match cursor.peek() {
        Some(b'$') => {
            cursor.u8()?;
            let line = cursor.until(b"\r\n", MAX_LINE_BYTES)?;
            let length = length(cursor, line)?.ok_or_else(|| Stop::odd("a key that is null"))?;
            tree.key(Leaf::QuotedKey(string(cursor, length)?));
        }
        Some(b'+') => {
            cursor.u8()?;
            let line = cursor.until(b"\r\n", MAX_LINE_BYTES)?;
            tree.key(Leaf::Text(SpanKind::Key, one_line(cursor, line)?));
        }
        _ => value(cursor, tree, depth + 1)?,
    }
    Ok(())
}

fn null(range: Range<usize>) -> Leaf {
    Leaf::word("null", range)
}

fn boolean(cursor: &Cursor<'_>, line: Range<usize>) -> Result<Leaf, Stop> {
    let word = match cursor.slice(line.clone()) {
        b"t" => "true",
        b"f" => "false",
        _ => return Err(Stop::odd("neither true nor false")),
    };
    Ok(Leaf::word(word, line))
}

fn one_line(cursor: &Cursor<'_>, line: Range<usize>) -> Result<Range<usize>, Stop> {
    let has_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    if cursor.slice(line.clone()).iter().any(has_break) {
        return Err(Stop::odd("a line break in a line"));
    }
    Ok(line)
}

fn number(cursor: &Cursor<'_>, line: Range<usize>) -> Result<Range<usize>, Stop> {
    let text = cursor.slice(line.clone());
    let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let is_number = !text.is_empty() && text.iter().all(is_number);
    if !is_number && !matches!(text, b"inf" | b"-inf" | b"nan") {
        return Err(Stop::odd("no number"));
    }
    Ok(line)
}

/// A length; `None` for the -1 of RESP 2, which is null.
fn length(cursor: &Cursor<'_>, line: Range<usize>) -> Result<Option<u64>, Stop> {
    let text = cursor.slice(line);
    if text == b"-1" {
        return Ok(None);
    }
    let is_number = text.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(text).ok();
    let number = number
        .filter(|_| is_number)
        .and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| Stop::odd("no length"))
}

/// Reads the bytes of a string, and the line break behind them.
fn string(cursor: &mut Cursor<'_>, length: u64) -> Result<Range<usize>, Stop> {
    let range = cursor.take(length)?;
    match cursor.array()? {
        [b'\r', b'\n'] => Ok(range),
        _ => Err(Stop::odd("a string is longer than it says")),
    }
}

const MAX_DEPTH: usize = 32;
const MAX_LINE_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(text: &[u8], fit: bool, expected: &str) {
        let lot = LotBytes::whole(Direction::Out, text);
        let mut out = Decoded::default();
        Resp.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        let found = Resp.fit(&lot).is_some();
        assert_eq!(found, fit, "{}", text.escape_ascii());
    }

    #[test]
    fn a_command_has_a_line() {
        check(
            b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\0\xffb\r\n*1\r\n$4\r\nPING\r\n",
            true,
            "[\"SET\", \"k\", \"a\\x00\\xffb\"]\n[\"PING\"]\n",
        );
    }

    #[test]
    fn replies_of_version_2_are_read() {
        check(
            b"+OK\r\n-ERR unknown\r\n:-42\r\n$-1\r\n*-1\r\n*2\r\n:1\r\n*0\r\n$0\r\n\r\n",
            true,
            "OK\n-ERR unknown\n-42\nnull\nnull\n[1, []]\n\"\"\n",
        );
    }

    #[test]
    fn replies_of_version_3_are_read() {
        check(
            b"%2\r\n+a\r\n#t\r\n:1\r\n_\r\n~1\r\n,1.5\r\n>1\r\n(12345678901234567890\r\n\
              =7\r\ntxt:abc\r\n!5\r\nERR x\r\n|1\r\n$1\r\nk\r\n#f\r\n",
            true,
            "{a: true, 1, null}\n~[1.5]\n>[12345678901234567890]\n\"txt:abc\"\n\"ERR x\"\n\
             |{\"k\": false}\n",
        );
    }

    #[test]
    fn lines_of_text_are_not_taken_for_replies() {
        check(b"+OK POP3 ready\r\n", false, "OK POP3 ready\n");
        check(
            b"$abc\r\n",
            false,
            "no RESP from byte 0 on: no length\n$abc\n",
        );
        check(
            b"*1\n$1\n",
            false,
            "no RESP from byte 0 on: it ends too early\n*1\n$1\n",
        );
    }

    #[test]
    fn a_value_that_is_not_all_there_is_shown_as_text() {
        check(
            b":1\r\n$5\r\nab",
            true,
            "1\nno RESP from byte 4 on: it ends too early\n$5\nab\n",
        );
        check(
            b"*4000000000\r\n:1\r\n",
            false,
            "no RESP from byte 0 on: it ends too early\n*4000000000\n:1\n",
        );
    }

    #[test]
    fn values_nested_too_deeply_are_declined() {
        let nested = |depth| "*1\r\n".repeat(depth) + ":1\r\n";
        let deep = |depth| {
            let text = nested(depth);
            Resp.fit(&LotBytes::whole(Direction::In, text.as_bytes()))
        };
        assert_eq!((deep(32), deep(33)), (Some(Fit::Certain), None));
    }
}
