//! Time stamps of an interface to capture time.
//!
//! Limits: times outside of [`Timestamp`] give `None`; a clock finer than nanoseconds is cut to
//! them, towards the past.
//! Sources: draft-ietf-opsawg-pcapng, "Interface Description Block" (`if_tsresol`,
//! `if_tsoffset`).

use crate::time::{Precision, Timestamp};

/// The clock of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    tick: Tick,
    offset_ns: i128,
}

/// Length of one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    /// So many nanoseconds.
    Nanos(u64),
    /// Seconds by so many.
    Part(u128),
    /// Seconds by two to this power.
    Binary(u8),
}

impl Clock {
    /// Microseconds since the epoch, where nothing else is said.
    pub(super) const MICROS: Self = Self {
        tick: Tick::Nanos(1_000),
        offset_ns: 0,
    };

    /// The clock with this `if_tsresol`, and the digits it gives.
    pub(super) fn with_resolution(self, resolution: u8) -> (Self, Precision) {
        let exponent = resolution & 0x7f;
        let (tick, precision) = if resolution & 0x80 == 0 {
            (decimal_tick(exponent), Precision::from_digits(exponent))
        } else if exponent == 0 {
            (Tick::Binary(0), Precision::from_digits(0))
        } else {
            (Tick::Binary(exponent), Precision::NANOS)
        };
        (Self { tick, ..self }, precision)
    }

    /// The clock with this `if_tsoffset` in seconds.
    pub(super) fn with_offset(self, seconds: i64) -> Self {
        Self {
            offset_ns: i128::from(seconds).saturating_mul(NANOS),
            ..self
        }
    }

    /// The time after so many ticks.
    #[inline]
    pub(super) fn time(&self, ticks: u64) -> Option<Timestamp> {
        let ticks = u128::from(ticks);
        // No product here reaches 2^94.
        let nanos = match self.tick {
            Tick::Nanos(nanos) => ticks.saturating_mul(u128::from(nanos)),
            Tick::Part(parts) => ticks.checked_div(parts).unwrap_or(0),
            Tick::Binary(exponent) => ticks
                .saturating_mul(NANOS.unsigned_abs())
                .checked_shr(u32::from(exponent))
                .unwrap_or(0),
        };
        let nanos = i128::try_from(nanos).ok()?.checked_add(self.offset_ns)?;
        Some(Timestamp::from_nanos(i64::try_from(nanos).ok()?))
    }
}

fn decimal_tick(exponent: u8) -> Tick {
    match 9_u32.checked_sub(u32::from(exponent)) {
        Some(zeros) => Tick::Nanos(10_u64.saturating_pow(zeros)),
        None => {
            let zeros = u32::from(exponent.saturating_sub(9));
            Tick::Part(10_u128.saturating_pow(zeros))
        }
    }
}

const NANOS: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(resolution: u8, offset: i64, ticks: u64) -> Option<i64> {
        let (clock, _) = Clock::MICROS.with_resolution(resolution);
        clock.with_offset(offset).time(ticks).map(Timestamp::nanos)
    }

    #[test]
    fn decimal_resolutions() {
        assert_eq!(Clock::MICROS.time(7).map(Timestamp::nanos), Some(7_000));
        assert_eq!(nanos(0, 0, 7), Some(7_000_000_000));
        assert_eq!(nanos(3, 0, 7), Some(7_000_000));
        assert_eq!(nanos(9, 0, 7), Some(7));
        assert_eq!(nanos(12, 0, 7_999), Some(7));
        assert_eq!(nanos(127, 0, u64::MAX), Some(0));
    }

    #[test]
    fn binary_resolutions() {
        assert_eq!(nanos(0x80, 0, 7), Some(7_000_000_000));
        assert_eq!(nanos(0x81, 0, 3), Some(1_500_000_000));
        assert_eq!(nanos(0x94, 0, 1 << 20), Some(1_000_000_000));
        assert_eq!(nanos(0xa0, 0, 5 << 31), Some(2_500_000_000));
        assert_eq!(nanos(0xff, 0, u64::MAX), Some(0));
    }

    #[test]
    fn offset_shifts_and_out_of_range_is_none() {
        assert_eq!(nanos(6, -3600, 0), Some(-3_600_000_000_000));
        assert_eq!(nanos(12, -1, 1), Some(-1_000_000_000));
        assert_eq!(nanos(0, 0, u64::MAX), None);
        assert_eq!(nanos(6, i64::MAX, 0), None);
        assert_eq!(nanos(6, i64::MIN, 0), None);
    }

    #[test]
    fn digits_follow_the_resolution() {
        let digits = |resolution| Clock::MICROS.with_resolution(resolution).1.digits();
        assert_eq!([0, 3, 6, 9, 12].map(digits), [0, 3, 6, 9, 9]);
        assert_eq!([0x80, 0x81, 0x94].map(digits), [0, 9, 9]);
    }
}
