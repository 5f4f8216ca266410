//! Values of `MessagePack` that follow one another, laid out like JSON.
//!
//! Binary values are in hexadecimal; extensions have their type and their bytes, and are not read
//! further. Keys of maps that are neither text nor numbers stand before their value as an item.
//!
//! Limits: values nested 64 deep; 262,144 values in one.
//!
//! Source: the specification of `MessagePack`.

use std::ops::Range;

use rmp::Marker;

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames;
use super::shared::plain;
use super::shared::tree::{Leaf, Tree};
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &MsgPack;

struct MsgPack;

impl Decoder for MsgPack {
    fn name(&self) -> &'static str {
        "msgpack"
    }

    fn summary(&self) -> &'static str {
        "MessagePack, laid out like JSON"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        is_msgpack(lot).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        show(lot, out);
    }
}

/// True when all of a lot is maps and arrays, and a quarter of its bytes is text: the marks alone fit
/// too many other bytes.
pub(crate) fn is_msgpack(lot: &LotBytes<'_>) -> bool {
    if lot.why_not_all_here().is_some() {
        return false;
    }
    let mut text_bytes = 0;
    let found = frames::look(lot, |cursor, _| {
        match Marker::from_u8(cursor.peek().unwrap_or_default()) {
            Marker::FixMap(1..) | Marker::FixArray(1..) => {}
            Marker::Map16 | Marker::Map32 | Marker::Array16 | Marker::Array32 => {}
            _ => return Err(Stop::odd("neither a map nor an array")),
        }
        let mut tree = Tree::default();
        value(cursor, &mut tree, 0)?;
        for range in tree.quoted() {
            let text = cursor.slice(range);
            let is_text = plain::looks_like_text(text) && std::str::from_utf8(text).is_ok();
            if !is_text && !text.is_empty() {
                return Err(Stop::odd("text that is none"));
            }
            text_bytes += text.len();
        }
        Ok(())
    });
    found.is_all() && lot.bytes.len() <= text_bytes.saturating_mul(4)
}

/// Shows the values of a lot.
pub(crate) fn show(lot: &LotBytes<'_>, out: &mut Decoded) {
    frames::show(lot, "MessagePack", out, |cursor, out| {
        let mut tree = Tree::default();
        value(cursor, &mut tree, 0)?;
        tree.write(lot, out);
        Ok(())
    });
}

/// Reads a value.
fn value(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    if MAX_DEPTH < depth {
        return Err(Stop::odd(format!("nested deeper than {MAX_DEPTH} values")));
    }
    tree.check_room()?;
    let start = cursor.at();
    let marker = Marker::from_u8(cursor.u8()?);
    if let Some(length) = array_length(marker, cursor)? {
        return array(cursor, tree, depth, length);
    }
    if let Some(length) = map_length(marker, cursor)? {
        return map(cursor, tree, depth, length);
    }
    if let Some(length) = extension_length(marker, cursor)? {
        return extension(cursor, tree, length);
    }
    tree.leaf(scalar(cursor, marker, start)?);
    Ok(())
}

/// Reads a value with nothing in it, behind its marker.
fn scalar(cursor: &mut Cursor<'_>, marker: Marker, start: usize) -> Result<Leaf, Stop> {
    if let Some(length) = string_length(marker, cursor)? {
        return Ok(Leaf::Quoted(cursor.take(length)?));
    }
    let number = match marker {
        Marker::Null => return Ok(Leaf::word("null", start..cursor.at())),
        Marker::True => return Ok(Leaf::word("true", start..cursor.at())),
        Marker::False => return Ok(Leaf::word("false", start..cursor.at())),
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
            let length = match marker {
                Marker::Bin8 => u32::from(cursor.u8()?),
                Marker::Bin16 => u32::from(cursor.u16()?),
                _ => cursor.u32()?,
            };
            return Ok(Leaf::Bytes(cursor.take(length)?));
        }
        Marker::FixPos(number) => number.to_string(),
        Marker::FixNeg(number) => number.to_string(),
        Marker::U8 => cursor.u8()?.to_string(),
        Marker::U16 => cursor.u16()?.to_string(),
        Marker::U32 => cursor.u32()?.to_string(),
        Marker::U64 => cursor.array().map(u64::from_be_bytes)?.to_string(),
        Marker::I8 => cursor.array().map(i8::from_be_bytes)?.to_string(),
        Marker::I16 => cursor.array().map(i16::from_be_bytes)?.to_string(),
        Marker::I32 => cursor.array().map(i32::from_be_bytes)?.to_string(),
        Marker::I64 => cursor.array().map(i64::from_be_bytes)?.to_string(),
        Marker::F32 => format!("{:?}", cursor.array().map(f32::from_be_bytes)?),
        Marker::F64 => format!("{:?}", cursor.array().map(f64::from_be_bytes)?),
        _ => return Err(Stop::odd("a byte that MessagePack never uses")),
    };
    Ok(Leaf::number(number, start..cursor.at()))
}

fn string_length(marker: Marker, cursor: &mut Cursor<'_>) -> Result<Option<u32>, Stop> {
    Ok(Some(match marker {
        Marker::FixStr(length) => u32::from(length),
        Marker::Str8 => u32::from(cursor.u8()?),
        Marker::Str16 => u32::from(cursor.u16()?),
        Marker::Str32 => cursor.u32()?,
        _ => return Ok(None),
    }))
}

fn array_length(marker: Marker, cursor: &mut Cursor<'_>) -> Result<Option<u32>, Stop> {
    Ok(Some(match marker {
        Marker::FixArray(length) => u32::from(length),
        Marker::Array16 => u32::from(cursor.u16()?),
        Marker::Array32 => cursor.u32()?,
        _ => return Ok(None),
    }))
}

fn map_length(marker: Marker, cursor: &mut Cursor<'_>) -> Result<Option<u32>, Stop> {
    Ok(Some(match marker {
        Marker::FixMap(length) => u32::from(length),
        Marker::Map16 => u32::from(cursor.u16()?),
        Marker::Map32 => cursor.u32()?,
        _ => return Ok(None),
    }))
}

fn extension_length(marker: Marker, cursor: &mut Cursor<'_>) -> Result<Option<u32>, Stop> {
    Ok(Some(match marker {
        Marker::FixExt1 => 1,
        Marker::FixExt2 => 2,
        Marker::FixExt4 => 4,
        Marker::FixExt8 => 8,
        Marker::FixExt16 => 16,
        Marker::Ext8 => u32::from(cursor.u8()?),
        Marker::Ext16 => u32::from(cursor.u16()?),
        Marker::Ext32 => cursor.u32()?,
        _ => return Ok(None),
    }))
}

fn array(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize, length: u32) -> Result<(), Stop> {
    tree.open("[");
    for _ in 0..length {
        value(cursor, tree, depth + 1)?;
    }
    tree.close("]");
    Ok(())
}

fn map(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize, length: u32) -> Result<(), Stop> {
    tree.open("{");
    for _ in 0..length {
        match Marker::from_u8(cursor.peek().ok_or(Stop::Short)?) {
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                let key = text_key(cursor)?;
                tree.key(key);
            }
            Marker::FixPos(number) => {
                let at = cursor.at();
                cursor.u8()?;
                let key = number.to_string();
                tree.key(Leaf::Made(SpanKind::Key, key.into(), at..at + 1));
            }
            _ => value(cursor, tree, depth + 1)?,
        }
        value(cursor, tree, depth + 1)?;
    }
    tree.close("}");
    Ok(())
}

fn text_key(cursor: &mut Cursor<'_>) -> Result<Leaf, Stop> {
    let marker = Marker::from_u8(cursor.u8()?);
    let length = string_length(marker, cursor)?.unwrap_or_default();
    Ok(Leaf::QuotedKey(cursor.take(length)?))
}

fn extension(cursor: &mut Cursor<'_>, tree: &mut Tree, length: u32) -> Result<(), Stop> {
    let start = cursor.at();
    let kind = cursor.array().map(i8::from_be_bytes)?;
    let bytes: Range<usize> = cursor.take(length)?;
    tree.open("extension{");
    tree.field("type", Leaf::number(kind, start..start + 1));
    tree.field("bytes", Leaf::Bytes(bytes));
    tree.close("}");
    Ok(())
}

const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(bytes: &[u8], fit: bool, expected: &str) {
        let lot = LotBytes::whole(Direction::In, bytes);
        let mut out = Decoded::default();
        MsgPack.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        let found = MsgPack.fit(&lot).is_some();
        assert_eq!(found, fit, "{}", bytes.escape_ascii());
    }

    #[test]
    fn values_are_laid_out_like_json() {
        check(
            b"\x83\xa4name\xa5Alice\x01\xc3\xa1x\x92\xc0\xca\x3f\x80\0\0\x91\xa2ok",
            true,
            "{\"name\": \"Alice\", 1: true, \"x\": [null, 1.0]}\n[\"ok\"]\n",
        );
    }

    #[test]
    fn numbers_have_their_sign_and_all_their_digits() {
        check(
            b"\x97\x7f\xff\xcc\xff\xd1\xff\x00\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xd3\x80\0\0\0\0\
              \0\0\0\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18",
            false,
            "[127, -1, 255, -256, 18446744073709551615, -9223372036854775808, 3.141592653589793]\n",
        );
    }

    #[test]
    fn bytes_and_extensions_are_in_hexadecimal() {
        check(
            b"\x92\xc4\x02\0\xff\xd6\xff\x01\x02\x03\x04",
            false,
            "[0x00ff, extension{type: -1, bytes: 0x01020304}]\n",
        );
    }

    #[test]
    fn what_is_cut_or_odd_is_shown_as_hex() {
        check(
            b"\x91\xa5ab",
            false,
            "no MessagePack from byte 0 on: it ends too early\n\
             00000000  91 a5 61 62                                       |..ab|\n",
        );
        check(
            b"\xdd\xff\xff\xff\xff\x01",
            false,
            "no MessagePack from byte 0 on: it ends too early\n\
             00000000  dd ff ff ff ff 01                                 |......|\n",
        );
        check(
            b"\xc1",
            false,
            "no MessagePack from byte 0 on: a byte that MessagePack never uses\n\
             00000000  c1                                                |.|\n",
        );
    }

    #[test]
    fn values_nested_too_deeply_are_declined() {
        let text = |depth: usize| {
            let mut out = Decoded::default();
            let bytes = [b"\x91".repeat(depth), b"\x01".to_vec()].concat();
            MsgPack.decode(&LotBytes::whole(Direction::In, &bytes), &mut out);
            out.to_string()
        };
        assert!(text(64).starts_with('[') && text(65).starts_with("no MessagePack"));
    }
}
