//! UTF-16 text with its own line breaks.
//!
//! The order of bytes is that of the byte order mark, else the one in which more characters are
//! ASCII. Units stand at even places of the lot, missing bytes counted, so that a gap of odd length
//! shifts nothing. Half units, lone surrogates and control characters are escapes.
//!
//! Source: Unicode Standard §3.10 (D91, D98).

use std::ops::Range;

use super::shared::plain;
use super::{Decoded, Decoder, Fit, LineEnd, LotBytes, Piece, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &Utf16;

struct Utf16;

impl Decoder for Utf16 {
    fn name(&self) -> &'static str {
        "utf16"
    }

    fn summary(&self) -> &'static str {
        "UTF-16 text with its own line breaks"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        let order = Order::of_mark(lot)?;
        let sample = lot.bytes.get(2..lot.bytes.len().min(SAMPLE_BYTES))?;
        let text: String = order
            .characters(sample)
            .map(|unit| unit.unwrap_or('\0'))
            .collect();
        plain::looks_like_text(text.as_bytes()).then_some(Fit::Likely)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        let order = Order::of_mark(lot).unwrap_or_else(|| Order::likely(lot));
        for piece in lot.pieces() {
            match piece {
                Piece::Bytes { at, offset, bytes } => {
                    // The other half of this unit is missing.
                    let first = at + usize::from(offset % 2 == 1);
                    escape(lot, at..first, out);
                    show(lot, first..at + bytes.len(), order, out);
                }
                Piece::Gap { gap, .. } => out.add_gap(&gap),
            }
        }
    }
}

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    HighFirst,
    LowFirst,
}

impl Order {
    /// What the byte order mark at the start of a lot says.
    fn of_mark(lot: &LotBytes<'_>) -> Option<Self> {
        match lot.pieces().next() {
            Some(Piece::Bytes {
                offset: 0, bytes, ..
            }) if bytes.starts_with(b"\xfe\xff") => Some(Self::HighFirst),
            Some(Piece::Bytes {
                offset: 0, bytes, ..
            }) if bytes.starts_with(b"\xff\xfe") => Some(Self::LowFirst),
            _ => None,
        }
    }

    /// The order in which more of the first units have a high byte of zero.
    fn likely(lot: &LotBytes<'_>) -> Self {
        let mut odd = 0;
        let mut even = 0;
        for (place, byte) in lot.pieces().flat_map(places).take(SAMPLE_BYTES) {
            match (byte, place % 2) {
                (0, 0) => even += 1,
                (0, _) => odd += 1,
                _ => {}
            }
        }
        if odd < even {
            Self::HighFirst
        } else {
            Self::LowFirst
        }
    }

    /// The characters of whole units; `None` for lone surrogates.
    fn characters(self, bytes: &[u8]) -> impl Iterator<Item = Option<char>> {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(move |pair| match self {
            Self::HighFirst => u16::from_be_bytes(*pair),
            Self::LowFirst => u16::from_le_bytes(*pair),
        });
        char::decode_utf16(units).map(Result::ok)
    }
}

/// The bytes of a piece, with numbers that are even at even places of the lot.
fn places(piece: Piece<'_>) -> impl Iterator<Item = (usize, u8)> {
    let (offset, bytes) = match piece {
        Piece::Bytes { offset, bytes, .. } => (offset, bytes),
        Piece::Gap { offset, .. } => (offset, [].as_slice()),
    };
    (usize::from(offset % 2 == 1)..).zip(bytes.iter().copied())
}

fn show(lot: &LotBytes<'_>, range: Range<usize>, order: Order, out: &mut Decoded) {
    let bytes = lot.bytes.get(range.clone()).unwrap_or_default();
    let mut characters = order.characters(bytes).peekable();
    let mut at = range.start;
    while let Some(character) = characters.next() {
        let mut behind = at + 2 * character.map_or(1, char::len_utf16);
        match character {
            Some('\n') => out.end_line(LineEnd::Lf),
            Some('\r') if characters.next_if_eq(&Some('\n')).is_some() => {
                behind += 2;
                out.end_line(LineEnd::CrLf);
            }
            Some(shown) if !plain::is_escaped(shown) => {
                out.add(SpanKind::Text, shown, lot.is_any_late(&(at..behind)));
            }
            Some(_) | None => escape(lot, at..behind, out),
        }
        at = behind;
    }
    escape(lot, at..range.end, out);
}

fn escape(lot: &LotBytes<'_>, range: Range<usize>, out: &mut Decoded) {
    let bytes = lot.bytes.get(range.clone()).unwrap_or_default();
    for (at, byte) in range.zip(bytes) {
        out.add_escaped(*byte, lot.lateness(at).is_late);
    }
}

const SAMPLE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::Gap;
    use crate::session::Direction;

    fn check(lot: &LotBytes<'_>, expected: &str) {
        let mut out = Decoded::default();
        Utf16.decode(lot, &mut out);
        assert_eq!(out.to_string(), expected);
    }

    fn bytes(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_has_its_own_lines() {
        let text = bytes("\u{feff}Grüße 😀\r\nb\nabcdef\u{1}c");
        let lot = LotBytes::whole(Direction::In, &text);
        check(&lot, "\u{feff}Grüße 😀\nb\nabcdef\\x01\\x00c\n");
        assert_eq!(Utf16.fit(&lot), Some(Fit::Likely));
        assert_eq!(
            Utf16.fit(&LotBytes::whole(Direction::In, b"\xff\xfe\0\0")),
            None
        );
    }

    #[test]
    fn without_a_mark_the_order_is_the_likely_one() {
        check(&LotBytes::whole(Direction::In, b"\0a\0b"), "ab\n");
        check(&LotBytes::whole(Direction::In, b"a\0b\0"), "ab\n");
        assert_eq!(Utf16.fit(&LotBytes::whole(Direction::In, b"a\0b\0")), None);
    }

    #[test]
    fn half_units_and_lone_surrogates_are_escaped() {
        check(
            &LotBytes::whole(Direction::In, b"a\0\0\xd8b\0c"),
            "a\\x00\\xd8b\\x63\n",
        );
    }

    #[test]
    fn a_gap_of_odd_length_shifts_nothing() {
        let gaps = [Gap {
            at: 2,
            missing_bytes: 3,
        }];
        let lot = LotBytes {
            gaps: &gaps,
            ..LotBytes::whole(Direction::In, b"a\0\0b\0")
        };
        check(&lot, "a[3 bytes missing]\\x00b\n");
    }
}
