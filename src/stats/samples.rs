//! Values of which percentiles are wanted.

/// One value a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples<T>(Vec<T>);

/// How values are distributed; percentiles are values that occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution<T> {
    /// Values.
    pub count: u64,
    /// Smallest.
    pub min: T,
    /// Median.
    pub p50: T,
    /// 95th percentile.
    pub p95: T,
    /// 99th percentile.
    pub p99: T,
    /// Largest.
    pub max: T,
}

impl<T: Copy + Ord> Samples<T> {
    /// Takes a value.
    pub fn add(&mut self, value: T) {
        self.0.push(value);
    }

    /// Takes the values of another one.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The distribution of the values; `None` without any.
    pub fn distribution(&mut self) -> Option<Distribution<T>> {
        self.0.sort_unstable();
        let sorted = &self.0;
        Some(Distribution {
            count: sorted.len() as u64,
            min: *sorted.first()?,
            p50: nearest_rank(sorted, 50)?,
            p95: nearest_rank(sorted, 95)?,
            p99: nearest_rank(sorted, 99)?,
            max: *sorted.last()?,
        })
    }
}

/// The smallest value that at least `percent` of all values do not exceed.
fn nearest_rank<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: impl IntoIterator<Item = u64>, expect: [u64; 5]) {
        let mut samples = Samples::default();
        values.into_iter().for_each(|value| samples.add(value));
        let found = samples.distribution().unwrap();
        assert_eq!(
            [found.min, found.p50, found.p95, found.p99, found.max],
            expect
        );
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        check([7], [7, 7, 7, 7, 7]);
        check([9, 1], [1, 1, 9, 9, 9]);
        check([3, 1, 2], [1, 2, 3, 3, 3]);
        check((1..=100).rev(), [1, 50, 95, 99, 100]);
        check(1..=101, [1, 51, 96, 100, 101]);
        check(1..=20, [1, 10, 19, 20, 20]);
    }

    #[test]
    fn nothing_has_no_distribution() {
        assert_eq!(Samples::<u64>::default().distribution(), None);
    }
}
