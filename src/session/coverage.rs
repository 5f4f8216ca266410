//! Which bytes of a stream were captured: a high mark and the gaps below it.
//!
//! Turns the byte ranges of data packets into what they were when they came: new above the high
//! mark, filling a gap, or already captured. Knows no packets, no times and no bytes.
//!
//! ```text
//!   floor        gap          gap        high
//!     |##########......########....########|
//!                  ^ fills       ^ already   ^ new above
//! ```
//!
//! Limits: [`Coverage::MAX_GAPS`] gaps are open at a time; one more declares the oldest of them
//! (its bytes stay missing, a packet that fills it later counts as already captured).

use super::offset::{StreamOffset, StreamRange};

/// A run of bytes that was not captured so far, with what was known when it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap<M> {
    /// The bytes.
    pub range: StreamRange,
    /// The packet behind it.
    pub marker: M,
}

/// What a range of bytes was when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement<M> {
    /// Bytes above the high mark; empty when there are none.
    pub above: StreamRange,
    /// The gap that opened between the high mark and `above`.
    pub opened: Option<StreamRange>,
    /// Bytes that filled gaps.
    pub filled_bytes: u64,
    /// The first gap that was filled, as it was before.
    pub filled: Option<Gap<M>>,
    /// Bytes that were already captured.
    pub already_bytes: u64,
}

/// The bytes captured of one direction.
///
/// Invariants: gaps are sorted, disjoint, not empty, and lie in `floor..high`.
#[derive(Clone, Debug)]
pub struct Coverage<M> {
    floor: StreamOffset,
    high: StreamOffset,
    gaps: Vec<Gap<M>>,
    declared_gaps: u64,
    declared_bytes: u64,
}

impl<M: Copy> Coverage<M> {
    /// Gaps that are open at a time.
    pub const MAX_GAPS: usize = 1024;

    /// Nothing captured yet; the first byte expected is `start`.
    pub const fn starting_at(start: StreamOffset) -> Self {
        Self {
            floor: start,
            high: start,
            gaps: Vec::new(),
            declared_gaps: 0,
            declared_bytes: 0,
        }
    }

    /// The first byte of the stream as far as it is known, captured or not.
    pub const fn floor(&self) -> StreamOffset {
        self.floor
    }

    /// The offset after the highest byte captured.
    pub const fn high(&self) -> StreamOffset {
        self.high
    }

    /// The gaps that are open, lowest first.
    pub fn gaps(&self) -> &[Gap<M>] {
        &self.gaps
    }

    /// Gaps open and declared.
    pub fn gap_count(&self) -> u64 {
        self.declared_gaps + self.gaps.len() as u64
    }

    /// Bytes in gaps open and declared.
    pub fn missing_bytes(&self) -> u64 {
        self.declared_bytes + self.gaps.iter().map(|gap| gap.range.len()).sum::<u64>()
    }

    /// Unique bytes captured.
    pub fn captured_bytes(&self) -> u64 {
        self.high
            .bytes_since(self.floor)
            .saturating_sub(self.missing_bytes())
    }

    /// True when gaps were declared because too many were open.
    pub const fn limit_reached(&self) -> bool {
        self.declared_gaps > 0
    }

    /// Moves the start of the stream down to `range`; the bytes between are a gap.
    pub fn extend_down(&mut self, range: StreamRange, marker: M) {
        self.lower_floor(range, marker);
    }

    /// Takes in the bytes of a packet; `marker` is kept with the gap that they open.
    pub fn insert(&mut self, range: StreamRange, marker: M) -> Placement<M> {
        if range.start == self.high {
            self.high = self.high.max(range.end);
            return Placement::all_above(range);
        }
        self.insert_slow(range, marker)
    }

    fn insert_slow(&mut self, range: StreamRange, marker: M) -> Placement<M> {
        let mut placement = Placement::all_above(StreamRange {
            start: range.start.max(self.high),
            end: range.end.max(self.high).max(range.start),
        });
        if range.start > self.high {
            let opened = StreamRange {
                start: self.high,
                end: range.start,
            };
            self.open(
                self.gaps.len(),
                Gap {
                    range: opened,
                    marker,
                },
            );
            placement.opened = Some(opened);
        }
        self.insert_below_high(range, marker, &mut placement);
        self.high = self.high.max(range.end);
        placement
    }

    fn insert_below_high(&mut self, range: StreamRange, marker: M, placement: &mut Placement<M>) {
        let below = StreamRange {
            start: range.start,
            end: range.end.min(self.high),
        };
        if below.is_empty() {
            return;
        }
        self.lower_floor(below, marker);
        self.fill(below, placement);
        placement.already_bytes = below.len().saturating_sub(placement.filled_bytes);
    }

    /// Bytes before the first ever seen: the stream starts earlier than it was thought to.
    fn lower_floor(&mut self, range: StreamRange, marker: M) {
        if range.start < self.floor {
            let unseen = StreamRange {
                start: range.start,
                end: self.floor,
            };
            self.open(
                0,
                Gap {
                    range: unseen,
                    marker,
                },
            );
            self.floor = range.start;
        }
    }

    fn fill(&mut self, range: StreamRange, placement: &mut Placement<M>) {
        let mut index = self
            .gaps
            .partition_point(|gap| gap.range.end <= range.start);
        while let Some(gap) = self.gaps.get(index).copied() {
            let shared = gap.range.intersection(range);
            if shared.is_empty() {
                return;
            }
            placement.filled_bytes += shared.len();
            placement.filled.get_or_insert(gap);
            let before = StreamRange {
                start: gap.range.start,
                end: shared.start,
            };
            let after = StreamRange {
                start: shared.end,
                end: gap.range.end,
            };
            let left = [before, after]
                .into_iter()
                .filter(|rest| !rest.is_empty())
                .map(|range| Gap {
                    range,
                    marker: gap.marker,
                });
            let kept = left.clone().count();
            self.gaps.splice(index..=index, left);
            index += kept;
        }
    }

    fn open(&mut self, index: usize, gap: Gap<M>) {
        self.gaps.insert(index.min(self.gaps.len()), gap);
        if self.gaps.len() > Self::MAX_GAPS {
            let declared = self.gaps.remove(0);
            self.declared_gaps += 1;
            self.declared_bytes += declared.range.len();
        }
    }
}

impl<M> Placement<M> {
    const fn all_above(above: StreamRange) -> Self {
        Self {
            above,
            opened: None,
            filled_bytes: 0,
            filled: None,
            already_bytes: 0,
        }
    }

    /// True when at least one byte had not been captured before.
    pub const fn has_new_bytes(&self) -> bool {
        !self.above.is_empty() || self.filled_bytes > 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(start: i64, end: i64) -> StreamRange {
        StreamRange {
            start: StreamOffset(start),
            end: StreamOffset(end),
        }
    }

    fn insert(coverage: &mut Coverage<()>, start: i64, end: i64) -> (u64, u64, u64) {
        let placement = coverage.insert(range(start, end), ());
        (
            placement.above.len(),
            placement.filled_bytes,
            placement.already_bytes,
        )
    }

    #[test]
    fn bytes_in_order_are_new_above() {
        let mut coverage = Coverage::starting_at(StreamOffset::ZERO);
        assert_eq!(insert(&mut coverage, 0, 10), (10, 0, 0));
        assert_eq!(insert(&mut coverage, 10, 25), (15, 0, 0));
        assert_eq!(
            (coverage.captured_bytes(), coverage.missing_bytes()),
            (25, 0)
        );
    }

    #[test]
    fn a_jump_opens_a_gap_and_the_rest_fills_it() {
        let mut coverage = Coverage::starting_at(StreamOffset::ZERO);
        assert_eq!(insert(&mut coverage, 10, 20), (10, 0, 0));
        assert_eq!((coverage.gap_count(), coverage.missing_bytes()), (1, 10));
        assert_eq!(insert(&mut coverage, 4, 6), (0, 2, 0));
        assert_eq!(coverage.gap_count(), 2);
        assert_eq!(insert(&mut coverage, 0, 25), (5, 8, 12));
        assert_eq!((coverage.gap_count(), coverage.captured_bytes()), (0, 25));
    }

    #[test]
    fn bytes_before_the_first_lower_the_floor() {
        let mut coverage = Coverage::starting_at(StreamOffset::ZERO);
        insert(&mut coverage, 0, 10);
        assert_eq!(insert(&mut coverage, -20, -10), (0, 10, 0));
        assert_eq!(
            (coverage.missing_bytes(), coverage.captured_bytes()),
            (10, 20)
        );
    }

    #[test]
    fn too_many_gaps_declare_the_oldest() {
        let mut coverage = Coverage::starting_at(StreamOffset::ZERO);
        let limit = i64::try_from(Coverage::<()>::MAX_GAPS).unwrap();
        for n in 0..=limit {
            insert(&mut coverage, 2 * n + 1, 2 * n + 2);
        }
        assert!(coverage.limit_reached());
        assert_eq!(coverage.gaps().len(), Coverage::<()>::MAX_GAPS);
        assert_eq!(coverage.missing_bytes(), limit.unsigned_abs() + 1);
        assert_eq!(insert(&mut coverage, 0, 1), (0, 0, 1));
    }

    proptest! {
        #[test]
        fn equals_a_map_of_bytes(ranges in prop::collection::vec((-40_i64..200, 1_i64..40), 1..60)) {
            let mut coverage = Coverage::starting_at(StreamOffset::ZERO);
            let mut seen = std::collections::BTreeSet::new();
            let mut high = 0;
            for (start, len) in ranges {
                let bytes: Vec<i64> = (start..start + len).collect();
                let above = bytes.iter().filter(|byte| **byte >= high).count() as u64;
                let already = bytes.iter().filter(|byte| seen.contains(*byte)).count() as u64;
                let filled = bytes.len() as u64 - above - already;
                prop_assert_eq!(insert(&mut coverage, start, start + len), (above, filled, already));
                seen.extend(bytes);
                high = high.max(start + len);
                let low = seen.first().copied().unwrap_or(0).min(0);
                prop_assert_eq!(coverage.captured_bytes(), seen.len() as u64);
                prop_assert_eq!(coverage.missing_bytes(), (high - low).unsigned_abs() - seen.len() as u64);
            }
        }
    }
}
