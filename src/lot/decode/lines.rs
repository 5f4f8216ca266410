//! Lines of text, each behind its place in the lot.
//!
//! Like `text`, with the offsets of `hex`; a gap has a line of its own. It is used only when it is
//! asked for.

use super::shared::plain::{self, LINES};
use super::{Decoded, Decoder, Fit, LineEnd, LotBytes, Piece};

pub(crate) const DECODER: &dyn Decoder = &Lines;

struct Lines;

impl Decoder for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }

    fn summary(&self) -> &'static str {
        "text, each line behind its place in the lot"
    }

    fn fit(&self, _: &LotBytes<'_>) -> Option<Fit> {
        None
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        for piece in lot.pieces() {
            out.close_line();
            match piece {
                Piece::Bytes { at, offset, bytes } => show_lines(lot, at, offset, bytes, out),
                Piece::Gap { offset, gap } => {
                    out.add_offset(offset);
                    out.add_gap(&gap);
                    out.end_line(LineEnd::Own);
                }
            }
        }
    }
}

fn show_lines(lot: &LotBytes<'_>, start: usize, offset: u64, bytes: &[u8], out: &mut Decoded) {
    let mut at = start;
    let mut offset = offset;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        out.add_offset(offset);
        plain::show_range(lot, at..at + line.len(), LINES, out);
        at += line.len();
        offset = offset.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::Gap;
    use crate::session::Direction;

    #[test]
    fn each_line_stands_behind_its_place() {
        let gaps = [Gap {
            at: 11,
            missing_bytes: 5,
        }];
        let lot = LotBytes {
            gaps: &gaps,
            ..LotBytes::whole(Direction::In, b"220 hi\r\n\nab\0c\n")
        };
        let mut out = Decoded::default();
        Lines.decode(&lot, &mut out);
        assert_eq!(
            out.to_string(),
            "00000000  220 hi\n00000008  \n00000009  ab\n0000000b  [5 bytes missing]\n\
             00000010  \\x00c\n"
        );
    }
}
