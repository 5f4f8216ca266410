//! The bytes of a lot, with marks where bytes are missing and which came late.
//!
//! Marks out of order or beyond the bytes are moved to the nearest place that makes sense: they
//! never panic, and each gap is seen once.

use std::fmt;
use std::ops::Range;

use super::memory::Known;
use crate::session::Direction;

/// The bytes of a lot as they are decoded: all captured bytes in stream order, with marks where
/// bytes are missing.
#[derive(Clone, Copy, Debug)]
pub struct LotBytes<'a> {
    /// Who sent them.
    pub direction: Direction,
    /// Where they begin in their lot, missing bytes counted: 0 unless a lot comes in parts.
    pub offset: u64,
    /// The captured bytes, gaps closed up.
    pub bytes: &'a [u8],
    /// Where bytes are missing, in order.
    pub gaps: &'a [Gap],
    /// Index ranges of bytes that came late, in order and apart from each other.
    pub late: &'a [Range<usize>],
    /// False for a part of a lot that is too large to be held at once.
    pub is_whole: bool,
    /// What is known of it by the lots before.
    pub known: Option<&'a Known>,
}

/// Missing bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Index of the byte before which bytes are missing; the number of bytes when at the end.
    pub at: usize,
    /// How many.
    pub missing_bytes: u64,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.missing_bytes {
            1 => f.write_str("[1 byte missing]"),
            count => write!(f, "[{count} bytes missing]"),
        }
    }
}

/// A run of bytes without a gap, or a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes that follow one another.
    Bytes {
        /// Index of the first one.
        at: usize,
        /// Its place in the lot, missing bytes counted.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Bytes are missing here.
    Gap {
        /// Place of the first missing byte in the lot.
        offset: u64,
        /// How many are missing.
        gap: Gap,
    },
}

/// Whether the byte at an index came late, and up to which index that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lateness {
    /// True for a late byte.
    pub is_late: bool,
    /// The first index for which it may be otherwise; greater than the index asked for.
    pub until: usize,
}

impl<'a> LotBytes<'a> {
    /// A whole lot of which nothing is missing and nothing came late.
    pub const fn whole(direction: Direction, bytes: &'a [u8]) -> Self {
        Self {
            direction,
            offset: 0,
            bytes,
            gaps: &[],
            late: &[],
            is_whole: true,
            known: None,
        }
    }

    /// This lot, with what is known of it by the lots before.
    #[must_use]
    pub const fn knowing(self, known: &'a Known) -> Self {
        Self {
            known: Some(known),
            ..self
        }
    }

    /// The bytes cut at gaps, and the gaps, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'a>> + use<'a> {
        let Self { bytes, gaps, .. } = *self;
        let mut offset = self.offset;
        let mut start = 0;
        let ends = gaps.iter().map(Some).chain([None]);
        ends.flat_map(move |gap| {
            let end = gap.map_or(bytes.len(), |gap| gap.at.clamp(start, bytes.len()));
            let run = bytes.get(start..end).unwrap_or_default();
            let before = (!run.is_empty()).then_some(Piece::Bytes {
                at: start,
                offset,
                bytes: run,
            });
            start = end;
            offset = offset.saturating_add(length(run));
            let here = offset;
            offset = offset.saturating_add(gap.map_or(0, |gap| gap.missing_bytes));
            let gap = gap.map(|gap| Piece::Gap {
                offset: here,
                gap: *gap,
            });
            [before, gap].into_iter().flatten()
        })
    }

    /// Place in the lot of the byte at an index, missing bytes counted.
    pub fn offset_of(&self, at: usize) -> u64 {
        let missing = self.gaps.iter().filter(|gap| gap.at <= at);
        missing.fold(
            self.offset
                .saturating_add(u64::try_from(at).unwrap_or(u64::MAX)),
            |offset, gap| offset.saturating_add(gap.missing_bytes),
        )
    }

    /// Whether the byte at an index came late.
    pub fn lateness(&self, at: usize) -> Lateness {
        let next = self.late.partition_point(|range| range.end <= at);
        let (is_late, until) = match self.late.get(next) {
            Some(range) if range.start <= at => (true, range.end),
            Some(range) => (false, range.start),
            None => (false, usize::MAX),
        };
        Lateness {
            is_late,
            until: until.max(at.saturating_add(1)),
        }
    }

    /// Whether any byte of an index range came late.
    pub fn is_any_late(&self, range: &Range<usize>) -> bool {
        let first = self.lateness(range.start);
        range.start < range.end && (first.is_late || first.until < range.end)
    }

    /// The late ranges within an index range, counted from its start.
    pub(crate) fn late_within(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let first = self.late.partition_point(|late| late.end <= range.start);
        let late = self.late.iter().skip(first);
        late.take_while(|late| late.start < range.end)
            .map(|late| late.start.max(range.start)..late.end.min(range.end))
            .map(|late| late.start - range.start..late.end.saturating_sub(range.start))
            .filter(|late| late.start < late.end)
            .collect()
    }

    /// The bytes that follow one another from the start of the lot; none in a later part of it.
    pub(crate) fn front(&self) -> &'a [u8] {
        if !self.is_whole && self.offset != 0 {
            return &[];
        }
        let end = self.gaps.first().map_or(self.bytes.len(), |gap| gap.at);
        self.bytes.get(..end).unwrap_or(self.bytes)
    }

    /// Why a decoder that must see all bytes at once cannot; `None` when it can.
    pub fn why_not_all_here(&self) -> Option<&'static str> {
        if !self.is_whole || MAX_WHOLE_BYTES < self.bytes.len() {
            Some("the lot is larger than 1 MiB")
        } else if self.gaps.is_empty() {
            None
        } else {
            Some("bytes are missing")
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// What a decoder that needs all bytes at once accepts: such decoders write most for each byte.
const MAX_WHOLE_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn lot<'a>(bytes: &'a [u8], gaps: &'a [Gap], late: &'a [Range<usize>]) -> LotBytes<'a> {
        LotBytes {
            gaps,
            late,
            ..LotBytes::whole(Direction::Out, bytes)
        }
    }

    const fn gap(at: usize, missing_bytes: u64) -> Gap {
        Gap { at, missing_bytes }
    }

    #[test]
    fn pieces_are_in_stream_order_with_true_offsets() {
        let gaps = [gap(0, 5), gap(2, 10), gap(3, 1)];
        let pieces: Vec<_> = lot(b"abc", &gaps, &[]).pieces().collect();
        let bytes = |at, offset, bytes| Piece::Bytes { at, offset, bytes };
        let missing = |offset, gap| Piece::Gap { offset, gap };
        assert_eq!(
            pieces,
            [
                missing(0, gaps[0]),
                bytes(0, 5, b"ab".as_slice()),
                missing(7, gaps[1]),
                bytes(2, 17, b"c".as_slice()),
                missing(18, gaps[2]),
            ]
        );
        assert_eq!(lot(b"abc", &gaps, &[]).offset_of(2), 17);
    }

    #[test]
    fn gaps_out_of_order_or_range_are_seen_once_and_lose_no_byte() {
        let gaps = [gap(9, 1), gap(1, u64::MAX)];
        let pieces: Vec<_> = lot(b"abc", &gaps, &[]).pieces().collect();
        assert_eq!(pieces.len(), 3);
        assert!(matches!(pieces[0], Piece::Bytes { bytes: b"abc", .. }));
    }

    #[test]
    fn lateness_holds_up_to_the_next_edge() {
        let ranges = [1..2, 4..6];
        let lot = lot(b"abcdefgh", &[], &ranges);
        let at = |at| (lot.lateness(at).is_late, lot.lateness(at).until);
        assert_eq!(at(0), (false, 1));
        assert_eq!(at(1), (true, 2));
        assert_eq!(at(2), (false, 4));
        assert_eq!(at(5), (true, 6));
        assert_eq!(at(6), (false, usize::MAX));
        assert!(lot.is_any_late(&(2..5)) && !lot.is_any_late(&(2..4)));
    }

    #[test]
    fn one_missing_byte_is_not_bytes() {
        assert_eq!(gap(0, 1).to_string(), "[1 byte missing]");
        assert_eq!(gap(0, 1460).to_string(), "[1460 bytes missing]");
    }
}
