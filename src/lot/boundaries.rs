//! Which lot an offset of a stream belongs to.
//!
//! Keeps where the lots of one direction start. Limits: the latest [`Boundaries::LIMIT`] starts;
//! an offset before them counts to the oldest that is kept.

use std::collections::VecDeque;

use crate::session::StreamOffset;

/// The starts of the lots of one direction, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Boundaries {
    starts: VecDeque<(StreamOffset, u64)>,
}

impl Boundaries {
    /// Lots whose start is remembered.
    pub(super) const LIMIT: usize = 4096;

    /// Notes a lot that starts behind all others.
    pub(super) fn push(&mut self, start: StreamOffset, lot: u64) {
        if Self::LIMIT <= self.starts.len() {
            self.starts.pop_front();
        }
        self.starts.push_back((start, lot));
    }

    /// The lot to which the byte at `offset` belongs; `None` before the first lot.
    pub(super) fn lot_at(&self, offset: StreamOffset) -> Option<u64> {
        let after = self.starts.partition_point(|(start, _)| *start <= offset);
        let (_, lot) = self.starts.get(after.saturating_sub(1))?;
        Some(*lot)
    }

    /// True before the start of the first lot; false where that is not known any more.
    pub(super) fn is_before_all(&self, offset: StreamOffset) -> bool {
        let is_whole = self.starts.len() < Self::LIMIT;
        is_whole
            && self
                .starts
                .front()
                .is_some_and(|(start, _)| offset < *start)
    }

    /// The latest lot.
    pub(super) fn latest(&self) -> Option<u64> {
        self.starts.back().map(|(_, lot)| *lot)
    }

    /// The lot to which the byte at `offset` belongs, and where the next one starts.
    pub(super) fn around(&self, offset: StreamOffset) -> (Option<u64>, Option<StreamOffset>) {
        let after = self
            .starts
            .partition_point(|(start, _)| *start <= offset)
            .max(1);
        let next = self.starts.get(after).map(|(start, _)| *start);
        (self.lot_at(offset), next)
    }

    /// The end of a lot: where the next one of the direction starts.
    pub(super) fn end_of(&self, lot: u64) -> Option<StreamOffset> {
        let after = self.starts.partition_point(|(_, other)| *other <= lot);
        self.starts.get(after).map(|(end, _)| *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_belongs_to_the_last_lot_that_starts_before_it() {
        let mut boundaries = Boundaries::default();
        assert_eq!(boundaries.lot_at(StreamOffset(0)), None);
        boundaries.push(StreamOffset(0), 0);
        boundaries.push(StreamOffset(10), 2);
        for (offset, lot) in [(-5, 0), (0, 0), (9, 0), (10, 2), (99, 2)] {
            assert_eq!(
                boundaries.lot_at(StreamOffset(offset)),
                Some(lot),
                "{offset}"
            );
        }
        assert_eq!(boundaries.end_of(0), Some(StreamOffset(10)));
        assert_eq!(boundaries.end_of(2), None);
        assert_eq!(
            boundaries.around(StreamOffset(-5)),
            (Some(0), Some(StreamOffset(10)))
        );
        assert_eq!(boundaries.around(StreamOffset(10)), (Some(2), None));
        assert_eq!(boundaries.latest(), Some(2));
    }

    #[test]
    fn only_the_latest_starts_are_kept() {
        let mut boundaries = Boundaries::default();
        for lot in 0..=Boundaries::LIMIT as u64 {
            boundaries.push(StreamOffset(lot.cast_signed()), lot);
        }
        assert_eq!(boundaries.lot_at(StreamOffset(0)), Some(1));
    }
}
