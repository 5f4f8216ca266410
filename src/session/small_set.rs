//! A few distinct values in order of appearance, the first without an allocation.

/// At least one value, at most [`Self::LIMIT`]; one too many is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallSet<T> {
    first: T,
    others: Vec<T>,
}

impl<T: Copy + PartialEq> SmallSet<T> {
    /// Values that are kept.
    pub const LIMIT: usize = 16;

    /// The set of one value.
    pub const fn new(first: T) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }

    /// Adds a value.
    pub fn insert(&mut self, value: T) {
        if value != self.first {
            self.insert_slow(value);
        }
    }

    fn insert_slow(&mut self, value: T) {
        if !self.others.contains(&value) && self.others.len() + 1 < Self::LIMIT {
            self.others.push(value);
        }
    }

    /// The value that appeared first.
    pub const fn first(&self) -> T {
        self.first
    }

    /// All values but the first, in order of appearance.
    pub(super) fn others(&self) -> &[T] {
        &self.others
    }

    /// Puts another value first.
    pub(super) const fn set_first(&mut self, value: T) {
        self.first = value;
    }

    /// All values in order of appearance.
    pub fn iter(&self) -> impl Iterator<Item = T> + Clone {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}
