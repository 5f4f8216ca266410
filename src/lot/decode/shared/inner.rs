//! Bytes within a lot, or made from some of it, as a lot of their own.
//!
//! A part keeps its places and its lateness. Bytes that were made, by unpacking for example, begin
//! at place 0, and are late when any byte they were made from is.

use std::borrow::Cow;
use std::ops::Range;

use super::lot_bytes::LotBytes;
use crate::session::Direction;

/// What is inside.
#[derive(Debug)]
pub(crate) struct Inner<'a> {
    direction: Direction,
    offset: u64,
    bytes: Cow<'a, [u8]>,
    late: Vec<Range<usize>>,
}

impl<'a> Inner<'a> {
    /// The bytes of an index range, before which and in which nothing is missing.
    pub(crate) fn part(lot: &LotBytes<'a>, range: Range<usize>) -> Self {
        Self {
            direction: lot.direction,
            // No gap lies before, so that none must be looked for.
            offset: lot
                .offset
                .saturating_add(u64::try_from(range.start).unwrap_or(u64::MAX)),
            bytes: Cow::Borrowed(lot.bytes.get(range.clone()).unwrap_or_default()),
            late: lot.late_within(range),
        }
    }

    /// Bytes that were made from those of an index range.
    pub(crate) fn made(lot: &LotBytes<'a>, range: &Range<usize>, bytes: Vec<u8>) -> Self {
        Self::made_late(lot, lot.is_any_late(range), bytes)
    }

    /// Bytes that were made from some of a lot, which came late or did not.
    pub(crate) fn made_late(lot: &LotBytes<'a>, is_late: bool, bytes: Vec<u8>) -> Self {
        let late = is_late.then_some(0..bytes.len());
        Self {
            direction: lot.direction,
            offset: 0,
            bytes: Cow::Owned(bytes),
            late: late.into_iter().collect(),
        }
    }

    /// As a lot.
    pub(crate) fn lot(&self) -> LotBytes<'_> {
        LotBytes {
            offset: self.offset,
            late: &self.late,
            ..LotBytes::whole(self.direction, &self.bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    #[test]
    fn a_part_keeps_its_place_and_its_lateness() {
        let late = [1..3, 5..6];
        let lot = LotBytes {
            late: &late,
            ..LotBytes::whole(Direction::In, b"abcdefgh")
        };
        let inner = Inner::part(&lot, 2..7);
        let inner = inner.lot();
        assert_eq!((inner.offset, inner.bytes), (2, b"cdefg".as_slice()));
        assert_eq!(inner.late, [0..1, 3..4]);
    }

    #[test]
    fn what_is_made_from_late_bytes_is_late() {
        let lot = LotBytes {
            late: std::slice::from_ref(&(1..3)),
            ..LotBytes::whole(Direction::In, b"abcdefgh")
        };
        let late_bytes = |range| {
            let made = Inner::made(&lot, &range, b"xyz".to_vec());
            made.late.iter().map(ExactSizeIterator::len).sum::<usize>()
        };
        assert_eq!((late_bytes(2..4), late_bytes(3..8)), (3, 0));
    }
}
