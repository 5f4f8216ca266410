//! Bytes in hexadecimal and as characters, 16 in a row behind their place in the lot.
//!
//! Places count missing bytes, so that they are true in the stream. A gap ends the row and has one
//! of its own. Rows begin anew behind a gap and at the start of a part; parts of a multiple of 16
//! bytes give the rows of the whole.

use super::{Decoded, Decoder, Fit, LineEnd, LotBytes, Piece, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &Hex;

struct Hex;

impl Decoder for Hex {
    fn name(&self) -> &'static str {
        "hex"
    }

    fn summary(&self) -> &'static str {
        "bytes in hexadecimal and as characters, with their place in the lot"
    }

    fn fit(&self, _: &LotBytes<'_>) -> Option<Fit> {
        Some(Fit::Possible)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        out.close_line();
        for piece in lot.pieces() {
            match piece {
                Piece::Bytes { at, offset, bytes } => rows(lot, at, offset, bytes, out),
                Piece::Gap { offset, gap } => {
                    out.add_offset(offset);
                    out.add_gap(&gap);
                    out.end_line(LineEnd::Own);
                }
            }
        }
    }
}

/// One byte of a row.
#[derive(Clone, Copy)]
struct Cell {
    byte: u8,
    late: bool,
}

fn rows(lot: &LotBytes<'_>, start: usize, offset: u64, bytes: &[u8], out: &mut Decoded) {
    let mut offset = offset;
    let mut at = start;
    let mut lateness = lot.lateness(at);
    for chunk in bytes.chunks(ROW_BYTES) {
        let mut cells = [Cell {
            byte: 0,
            late: false,
        }; ROW_BYTES];
        for (cell, byte) in cells.iter_mut().zip(chunk) {
            if lateness.until <= at {
                lateness = lot.lateness(at);
            }
            let late = lateness.is_late;
            *cell = Cell { byte: *byte, late };
            at += 1;
            offset = offset.saturating_add(1);
        }
        let row = cells.get(..chunk.len()).unwrap_or_default();
        let first = offset.saturating_sub(u64::try_from(row.len()).unwrap_or_default());
        add_row(first, row, out);
    }
}

fn add_row(offset: u64, row: &[Cell], out: &mut Decoded) {
    out.add_offset(offset);
    let mut width = 0;
    let mut before: Option<Cell> = None;
    for (index, cell) in row.iter().enumerate() {
        let space = match index {
            0 => "",
            HALF_ROW => "  ",
            _ => " ",
        };
        let late_on_both_sides = cell.late && before.is_some_and(|before| before.late);
        out.add(SpanKind::Bytes, space, late_on_both_sides);
        out.add(
            SpanKind::Bytes,
            format_args!("{:02x}", cell.byte),
            cell.late,
        );
        width += space.len() + 2;
        before = Some(*cell);
    }
    let padding = ROW_WIDTH.saturating_sub(width);
    out.add(SpanKind::Text, format_args!("{:padding$}  |", ""), false);
    for cell in row {
        let shown = match cell.byte {
            b' '..=b'~' => char::from(cell.byte),
            _ => '.',
        };
        out.add(SpanKind::Ascii, shown, cell.late);
    }
    out.add(SpanKind::Text, "|", false);
    out.end_line(LineEnd::Own);
}

const ROW_BYTES: usize = 16;
const HALF_ROW: usize = ROW_BYTES / 2;
/// Two digits a byte, a space between them, and one more in the middle.
const ROW_WIDTH: usize = ROW_BYTES * 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::Gap;
    use crate::session::Direction;

    fn check(lot: &LotBytes<'_>, expected: &[&str]) {
        let mut out = Decoded::default();
        Hex.decode(lot, &mut out);
        let found: Vec<_> = out.lines().map(|line| line.text()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sixteen_bytes_stand_in_a_row() {
        let lot = LotBytes::whole(Direction::Out, b"GET / HTTP/1.1\r\nHost: a");
        check(
            &lot,
            &[
                "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|",
                "00000010  48 6f 73 74 3a 20 61                              |Host: a|",
            ],
        );
    }

    #[test]
    fn a_gap_breaks_the_row_and_counts_in_the_offset() {
        let gaps = [
            Gap {
                at: 3,
                missing_bytes: 1460,
            },
            Gap {
                at: 5,
                missing_bytes: 1,
            },
        ];
        let lot = LotBytes {
            offset: 0x1_0000_0000,
            gaps: &gaps,
            ..LotBytes::whole(Direction::In, b"abc\0\xff")
        };
        check(
            &lot,
            &[
                "100000000  61 62 63                                          |abc|",
                "100000003  [1460 bytes missing]",
                "1000005b7  00 ff                                             |..|",
                "1000005b9  [1 byte missing]",
            ],
        );
    }

    #[test]
    fn late_bytes_are_marked_in_both_columns() {
        let lot = LotBytes {
            late: std::slice::from_ref(&(1..3)),
            ..LotBytes::whole(Direction::In, b"abcd")
        };
        let mut out = Decoded::default();
        Hex.decode(&lot, &mut out);
        let late: Vec<_> = out
            .lines()
            .flat_map(|line| line.spans())
            .filter(|span| span.late)
            .map(|span| (span.kind, span.text))
            .collect();
        let expected = [(SpanKind::Bytes, "62 63"), (SpanKind::Ascii, "bc")];
        assert_eq!(late, expected);
    }
}
