//! Shares and rates without floating point.

use crate::time::Span;

/// `part` of `whole` in hundredths of a percent, cut; absent when the whole is nothing.
pub fn hundredths_of_percent(part: u64, whole: u64) -> Option<u64> {
    let scaled = u128::from(part).saturating_mul(10_000);
    scaled
        .checked_div(u128::from(whole))
        .map(|share| u64::try_from(share).unwrap_or(u64::MAX))
}

/// Bits per second of `bytes` within `span`, cut; absent when the span is not positive.
pub fn bits_per_second(bytes: u64, span: Span) -> Option<u64> {
    let nanos = u128::try_from(span.nanos()).ok()?;
    let scaled = u128::from(bytes).saturating_mul(8 * 1_000_000_000);
    scaled
        .checked_div(nanos)
        .map(|rate| u64::try_from(rate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut_and_absent_of_nothing() {
        assert_eq!(hundredths_of_percent(1, 3), Some(3333));
        assert_eq!(hundredths_of_percent(99_999, 100_000), Some(9999));
        assert_eq!(hundredths_of_percent(7, 7), Some(10_000));
        assert_eq!(hundredths_of_percent(0, 0), None);
        assert_eq!(hundredths_of_percent(u64::MAX, u64::MAX), Some(10_000));
        assert_eq!(hundredths_of_percent(u64::MAX, 1), Some(u64::MAX));
    }

    #[test]
    fn rates_need_time_to_pass() {
        let rate = |bytes, nanos| bits_per_second(bytes, Span::from_nanos(nanos));
        assert_eq!(rate(1000, 2_000_000_000), Some(4000));
        assert_eq!(rate(1, 3_000_000_000), Some(2));
        assert_eq!(rate(0, 1), Some(0));
        assert_eq!(rate(1000, 0), None);
        assert_eq!(rate(1000, -5), None);
        assert_eq!(rate(u64::MAX, 1), Some(u64::MAX));
    }
}
