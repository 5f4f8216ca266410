//! A histogram whose bins widen as it grows.
//!
//! ```text
//! width 1   |3|0|1|2|5|0|          a time outside, and no room: neighbours become one,
//! width 2   |3  |3  |5  |...|1  |  as often as needed; bins start at multiples of the width
//! ```

use std::collections::VecDeque;

use super::{Bin, Tally};
use crate::session::PerDirection;
use crate::time::{Span, Timestamp};

/// Counts by time. `bins.len() <= limit`; the first and the last bin are not empty.
#[derive(Clone, Debug)]
pub(super) struct Bins {
    limit: usize,
    /// Binary logarithm of the width in nanoseconds.
    shift: u32,
    /// Start of the first bin in widths since the epoch.
    base: i64,
    bins: VecDeque<PerDirection<Tally>>,
    /// Stands in for a bin that is not there, which never happens.
    spare: PerDirection<Tally>,
}

impl Bins {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(LEAST),
            shift: 0,
            base: 0,
            bins: VecDeque::new(),
            spare: PerDirection::default(),
        }
    }

    pub(super) const fn width(&self) -> Span {
        Span::from_nanos(1_i64 << self.shift)
    }

    /// The counts at `time`; makes room for them.
    pub(super) fn at_mut(&mut self, time: Timestamp) -> &mut PerDirection<Tally> {
        if self.bins.is_empty() {
            self.base = time.nanos() >> self.shift;
        }
        let mut number = time.nanos() >> self.shift;
        while !self.has_room_for(number) {
            self.halve();
            number >>= 1;
        }
        while number < self.base {
            self.bins.push_front(PerDirection::default());
            self.base = self.base.saturating_sub(1);
        }
        let index = self.index_of(number);
        while self.bins.len() <= index {
            self.bins.push_back(PerDirection::default());
        }
        debug_assert!(self.bins.len() <= self.limit, "room was made");
        self.bins.get_mut(index).unwrap_or(&mut self.spare)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Bin<'_>> {
        self.bins.iter().enumerate().map(|(index, tallies)| {
            let number = self.base.saturating_add_unsigned(index as u64);
            Bin {
                start: Timestamp::from_nanos(number << self.shift),
                tallies,
            }
        })
    }

    pub(super) fn nearest(&self, time: Timestamp) -> usize {
        let number = (time.nanos() >> self.shift).max(self.base);
        self.index_of(number).min(self.bins.len().saturating_sub(1))
    }

    pub(super) fn swap_directions(&mut self) {
        for bin in &mut self.bins {
            bin.swap();
        }
    }

    /// The index of bin `number`, where `base <= number`.
    fn index_of(&self, number: i64) -> usize {
        usize::try_from(number.abs_diff(self.base)).unwrap_or(usize::MAX)
    }

    fn has_room_for(&self, number: i64) -> bool {
        let more = self.bins.len().saturating_sub(1) as u64;
        let low = self.base.min(number);
        let high = self.base.saturating_add_unsigned(more).max(number);
        high.abs_diff(low) < self.limit as u64
    }

    /// Doubles the width: a bin with an even number and the one behind it become one.
    fn halve(&mut self) {
        let odd = usize::from(self.base & 1 == 1);
        let mut halved: VecDeque<PerDirection<Tally>> = VecDeque::new();
        for (index, bin) in self.bins.iter().enumerate() {
            match halved.back_mut() {
                Some(before) if (index + odd) % 2 == 1 => {
                    before.out.add(&bin.out);
                    before.r#in.add(&bin.r#in);
                }
                Some(_) | None => halved.push_back(*bin),
            }
        }
        self.bins = halved;
        self.base >>= 1;
        self.shift += 1;
    }
}

/// So few bins hold the whole range of time with a width below 2^63 ns.
const LEAST: usize = 4;
