//! Protocol Buffers without their schema: numbers of fields, and what their bytes may be.
//!
//! Which type a field has is not in the bytes. A field with a length is shown as text when it is
//! text, else as a message when it can be read as one, else in hexadecimal; a number of fixed width
//! as an integer and as a floating-point number. Bytes that begin with 0 or 1 cannot be a message, and
//! are read as messages of gRPC, each behind its mark of compression and its length.
//!
//! Limits: messages nested 16 deep, with 262,144 fields; those of `shared/nature.rs`.
//!
//! Sources: Protocol Buffers, "Encoding"; gRPC over HTTP2, "Length-Prefixed-Message".

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames;
use super::shared::inner::Inner;
use super::shared::nature::{self, Nesting};
use super::shared::tree::{Leaf, Tree};
use super::shared::unpack::Coding;
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &Protobuf;

struct Protobuf;

impl Decoder for Protobuf {
    fn name(&self) -> &'static str {
        "protobuf"
    }

    fn summary(&self) -> &'static str {
        "Protocol Buffers without their schema, alone or in gRPC"
    }

    fn fit(&self, _: &LotBytes<'_>) -> Option<Fit> {
        None
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        show(lot, &mut Nesting::of_lot(), out);
    }
}

/// Shows messages of gRPC, whose compressed ones have this coding; without any, that which they name
/// themselves.
pub(crate) fn show_grpc(
    lot: &LotBytes<'_>,
    coding: Option<Coding>,
    nesting: &mut Nesting,
    out: &mut Decoded,
) {
    frames::show(lot, "gRPC", out, |cursor, out| {
        show_framed(cursor, lot, (coding, &mut *nesting), out)
    });
}

/// Bytes of the whole messages of gRPC that `bytes` start with, and of all of the next one as far as
/// that is known; `None` where what is there is no message.
pub(crate) fn grpc_lengths(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    let mut cursor = Cursor::new(bytes, 0..bytes.len());
    loop {
        let whole = cursor.at();
        let rest = cursor.rest();
        let ([0 | 1, ..] | []) = rest else {
            return None;
        };
        let length = rest.get(1..5).and_then(|length| length.first_chunk());
        let length = length.map(|length| u32::from_be_bytes(*length));
        let next = length.map(|length| (length as usize).saturating_add(GRPC_HEAD_BYTES));
        match next {
            Some(next) if cursor.take(next).is_ok() => {}
            next => return Some((whole, next)),
        }
    }
}

/// Shows one message, or messages of gRPC.
pub(crate) fn show(lot: &LotBytes<'_>, nesting: &mut Nesting, out: &mut Decoded) {
    if matches!(lot.front().first(), Some(0 | 1)) {
        show_grpc(lot, None, nesting, out);
    } else {
        let mut tree = Tree::default();
        frames::show(lot, "Protocol Buffers", out, |cursor, out| {
            field(cursor, &mut tree, 0)?;
            tree.flush(lot, out);
            Ok(())
        });
    }
}

/// True when all bytes are messages of gRPC that can be read.
pub(crate) fn is_grpc(lot: &LotBytes<'_>) -> bool {
    let found = frames::look(lot, |cursor, _| {
        let mut body = framed(cursor)?.1;
        message(&mut body, &mut Tree::default(), 0)
    });
    found.is_all()
}

/// Reads the head of a message of gRPC: whether it is packed, and where it is.
fn framed<'a>(cursor: &mut Cursor<'a>) -> Result<(bool, Cursor<'a>), Stop> {
    let is_packed = match cursor.u8()? {
        0 => false,
        1 => true,
        _ => return Err(Stop::odd("no mark of compression")),
    };
    let length = cursor.u32()?;
    Ok((is_packed, cursor.part(length)?))
}

fn show_framed(
    cursor: &mut Cursor<'_>,
    lot: &LotBytes<'_>,
    (coding, nesting): (Option<Coding>, &mut Nesting),
    out: &mut Decoded,
) -> Result<(), Stop> {
    let start = cursor.at();
    let (is_packed, mut body) = framed(cursor)?;
    let head = start..body.at();
    let mut tree = Tree::default();
    tree.name("message");
    tree.open("{");
    tree.field("bytes", Leaf::number(body.left(), head.clone()));
    if is_packed {
        tree.field("compressed", Leaf::word("true", head));
    }
    tree.close("}");
    tree.flush(lot, out);
    let range = body.at()..body.at() + body.left();
    let inner = Inner::part(lot, range);
    match coding.or_else(|| own_coding(inner.lot().bytes)) {
        Some(coding) if is_packed => {
            nature::show_coded(&inner.lot(), &[coding], MEDIA_TYPE, nesting, out);
        }
        _ if is_packed => nature::show(&inner.lot(), "", nesting, out),
        _ => {
            while !body.is_empty() {
                field(&mut body, &mut tree, 0)?;
                tree.flush(lot, out);
            }
        }
    }
    Ok(())
}

/// The coding that a compressed message names itself: by its mark, or by the head of zlib.
fn own_coding(bytes: &[u8]) -> Option<Coding> {
    let is_zlib = bytes.first_chunk::<2>().is_some_and(|head @ [first, _]| {
        first & 0x0f == 8 && u16::from_be_bytes(*head).is_multiple_of(31)
    });
    Coding::of(bytes).or_else(|| is_zlib.then_some(Coding::Deflate))
}

/// Reads all fields of a message.
fn message(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    while !cursor.is_empty() {
        field(cursor, tree, depth)?;
    }
    Ok(())
}

/// Reads a field.
fn field(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    let wire = key(cursor, tree)?;
    match wire {
        GROUP => group(cursor, tree, depth),
        END_OF_GROUP => Err(Stop::odd("the end of a group that did not begin")),
        wire => value(cursor, tree, depth, wire),
    }
}

/// Reads the number of a field; gives its wire type.
fn key(cursor: &mut Cursor<'_>, tree: &mut Tree) -> Result<u64, Stop> {
    tree.check_room()?;
    let start = cursor.at();
    let key = varint(cursor)?;
    let number = key >> 3;
    if number == 0 || MAX_FIELD < number {
        return Err(Stop::odd("no number of a field"));
    }
    if key & 7 != END_OF_GROUP {
        let range = start..cursor.at();
        tree.key(Leaf::Made(SpanKind::Key, number.to_string().into(), range));
    }
    Ok(key & 7)
}

fn group(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    if MAX_DEPTH <= depth {
        return Err(Stop::odd(format!(
            "nested deeper than {MAX_DEPTH} messages"
        )));
    }
    tree.open("group{");
    loop {
        match key(cursor, tree)? {
            END_OF_GROUP => break,
            GROUP => group(cursor, tree, depth + 1)?,
            wire => value(cursor, tree, depth + 1, wire)?,
        }
    }
    tree.close("}");
    Ok(())
}

/// Reads the value of a field.
fn value(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize, wire: u64) -> Result<(), Stop> {
    let start = cursor.at();
    let text = match wire {
        0 => varint_text(varint(cursor)?),
        1 => {
            let bytes: [u8; 8] = cursor.array()?;
            let number = u64::from_le_bytes(bytes);
            format!("fixed64 {number} = {:?}", f64::from_le_bytes(bytes))
        }
        2 => return delimited(cursor, tree, depth),
        5 => {
            let bytes: [u8; 4] = cursor.array()?;
            let number = u32::from_le_bytes(bytes);
            format!("fixed32 {number} = {:?}", f32::from_le_bytes(bytes))
        }
        _ => return Err(Stop::odd("no type of a field")),
    };
    tree.leaf(Leaf::number(text, start..cursor.at()));
    Ok(())
}

/// A negative number of type `int32` or `int64` has all its bits set in front.
fn varint_text(number: u64) -> String {
    let signed = number.cast_signed();
    if signed < 0 {
        format!("{number} = {signed}")
    } else {
        number.to_string()
    }
}

/// Reads a field with a length: text, a message, or bytes.
fn delimited(cursor: &mut Cursor<'_>, tree: &mut Tree, depth: usize) -> Result<(), Stop> {
    let length = varint(cursor)?;
    let range = cursor.take(length)?;
    let bytes = cursor.slice(range.clone());
    if is_text(bytes) {
        tree.leaf(Leaf::Quoted(range));
        return Ok(());
    }
    let mark = tree.mark();
    if depth < MAX_DEPTH {
        tree.open("{");
        let mut inside = Cursor::new(cursor.slice(0..range.end), range.clone());
        if message(&mut inside, tree, depth + 1).is_ok() {
            tree.close("}");
            return Ok(());
        }
        tree.take_back(mark);
    }
    tree.check_room()?;
    tree.leaf(Leaf::Bytes(range));
    Ok(())
}

/// True for text of one line: a message with few fields may be text with control characters.
fn is_text(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes);
    text.is_ok_and(|text| !text.chars().any(char::is_control))
}

/// A number of 7 bits a byte, the lowest ones first.
fn varint(cursor: &mut Cursor<'_>) -> Result<u64, Stop> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = cursor.u8()?;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && 1 < bits {
            break;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Stop::odd("a number of more than 64 bits"))
}

/// The media type of a message.
pub(crate) const MEDIA_TYPE: &str = "application/protobuf";
/// The mark of compression, and the length.
const GRPC_HEAD_BYTES: usize = 5;
const GROUP: u64 = 3;
const END_OF_GROUP: u64 = 4;
const MAX_FIELD: u64 = (1 << 29) - 1;
const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(bytes: &[u8], expected: &str) {
        let lot = LotBytes::whole(Direction::In, bytes);
        let mut out = Decoded::default();
        Protobuf.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        assert_eq!(Protobuf.fit(&lot), None);
    }

    #[test]
    fn fields_are_shown_by_what_they_may_be() {
        // The examples of "Encoding": 150, "testing", and 150 in a message.
        check(
            b"\x08\x96\x01\x12\x07testing\x1a\x03\x08\x96\x01",
            "1: 150\n2: \"testing\"\n3: {1: 150}\n",
        );
        check(
            b"\x0d\0\0\x80\x3f\x11\0\0\0\0\0\0\xf0\x3f\x1a\x02\0\xff\x22\0",
            "1: fixed32 1065353216 = 1.0\n2: fixed64 4607182418800017408 = 1.0\n3: 0x00ff\n4: \"\"\n",
        );
    }

    #[test]
    fn a_negative_number_is_shown_with_its_sign_too() {
        check(
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            "1: 18446744073709551615 = -1\n",
        );
    }

    #[test]
    fn groups_are_read_to_their_end() {
        check(
            b"\x0b\x10\x01\x13\x08\x02\x14\x0c",
            "1: group{2: 1, 2: group{1: 2}}\n",
        );
    }

    #[test]
    fn messages_of_grpc_stand_behind_their_heads() {
        check(
            b"\0\0\0\0\x02\x08\x01\0\0\0\0\0\x01\0\0\0\x01x",
            "message: {bytes: 2}\n1: 1\nmessage: {bytes: 0}\nmessage: {bytes: 1, compressed: true}\nx\n",
        );
    }

    #[test]
    fn what_is_no_field_is_shown_plainly() {
        check(
            b"\x08\x01\x0f",
            "1: 1\nno Protocol Buffers from byte 2 on: no type of a field\n\
             00000002  0f                                                |.|\n",
        );
        check(
            b"\x0a\xff\xff\xff\xff\x0f",
            "no Protocol Buffers from byte 0 on: it ends too early\n\
             00000000  0a ff ff ff ff 0f                                 |......|\n",
        );
    }

    #[test]
    fn messages_nested_too_deeply_are_bytes() {
        let mut bytes = vec![0x08, 1];
        for _ in 0..17 {
            let length = u8::try_from(bytes.len()).unwrap();
            bytes = [&[0x0a, length], bytes.as_slice()].concat();
        }
        let mut out = Decoded::default();
        Protobuf.decode(&LotBytes::whole(Direction::In, &bytes), &mut out);
        assert!(out.to_string().contains("1: 0x0801}"), "{out}");
    }
}
