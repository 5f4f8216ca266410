//! A few distinct values in order of appearance, the first without an allocation.

use super::summary::SessionSummary;

/// At least one value, at most [`SessionSummary::SET_LIMIT`].
#[derive(Clone, Debug)]
pub(super) struct SmallSet<T> {
    first: T,
    others: Vec<T>,
}

impl<T: Copy + PartialEq> SmallSet<T> {
    /// The set of one value.
    pub(super) const fn new(first: T) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }

    /// Adds a value; one too many is dropped.
    pub(super) fn insert(&mut self, value: T) {
        let known = value == self.first || self.others.contains(&value);
        if !known && self.others.len() + 1 < SessionSummary::SET_LIMIT {
            self.others.push(value);
        }
    }

    /// All values in order of appearance.
    pub(super) fn into_vec(self) -> Vec<T> {
        let mut all = Vec::with_capacity(1 + self.others.len());
        all.push(self.first);
        all.extend(self.others);
        all
    }
}
