//! Times with all digits of the capture's clock, and the day they are of.

use std::fmt::Write as _;

use crate::document::Seconds;
use crate::time::{Precision, Rfc3339, Timestamp};
use crate::view::TimeStyle;

/// A date as `2024-01-14`.
pub(super) type Day = [u8; DAY_BYTES];

/// Shows absolute times.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    style: TimeStyle<'a>,
}

impl<'a> Clock<'a> {
    /// A clock in a style; relative ones show no absolute times.
    pub(super) const fn new(style: TimeStyle<'a>) -> Self {
        Self { style }
    }

    /// The heading of a column of absolute times; absent for styles without one.
    pub(super) const fn title(self) -> Option<&'static str> {
        match self.style {
            TimeStyle::Absolute => Some("TIME (UTC)"),
            TimeStyle::Zoned(_) => Some("TIME (LOCAL)"),
            TimeStyle::Epoch => Some("EPOCH"),
            TimeStyle::Relative | TimeStyle::Delta => None,
        }
    }

    /// Character cells of a time in a column.
    pub(super) fn width(self, precision: Precision) -> Option<usize> {
        let whole = match self.style {
            TimeStyle::Absolute | TimeStyle::Zoned(_) => "22:10:51".len(),
            TimeStyle::Epoch => "1795471851".len(),
            TimeStyle::Relative | TimeStyle::Delta => return None,
        };
        Some(whole + fraction_width(precision))
    }

    /// The day of a time; absent for styles that show the whole time.
    pub(super) fn day(self, time: Seconds) -> Option<Day> {
        let mut buffer = [0; Rfc3339::LEN];
        let text = self.shifted(time)?.rfc3339().format(&mut buffer);
        text.first_chunk().copied()
    }

    /// Writes a time without its day.
    pub(super) fn write(self, time: Seconds, out: &mut String) {
        let Some(shifted) = self.shifted(time) else {
            // Writing to a string cannot fail.
            let _ = write!(out, "{time}");
            return;
        };
        let mut buffer = [0; Rfc3339::LEN];
        let text = shifted.rfc3339().format(&mut buffer);
        let clock = text.get(CLOCK).unwrap_or_default();
        out.push_str(std::str::from_utf8(clock).unwrap_or_default());
        write_fraction(shifted, time.0.precision(), out);
    }

    /// A time with its day and zone, in UTC for styles without absolute times.
    pub(super) fn date(self, time: Seconds) -> String {
        let (clock, zone) = match self.style {
            TimeStyle::Absolute | TimeStyle::Epoch => (self, " UTC"),
            TimeStyle::Relative | TimeStyle::Delta => (Self::new(TimeStyle::Absolute), " UTC"),
            TimeStyle::Zoned(_) => (self, " local time"),
        };
        let mut text = String::new();
        let day = clock.day(time);
        if let Some(day) = &day {
            text.push_str(day_text(day));
            text.push(' ');
        }
        clock.write(time, &mut text);
        if day.is_some() {
            text.push_str(zone);
        }
        text
    }

    /// The time as its zone's clocks show it; absent for styles without days.
    fn shifted(self, time: Seconds) -> Option<Timestamp> {
        let time = Timestamp::from_nanos(time.0.nanos());
        let offset_seconds = match self.style {
            TimeStyle::Absolute => return Some(time),
            TimeStyle::Zoned(offset) => offset(time),
            TimeStyle::Epoch | TimeStyle::Relative | TimeStyle::Delta => return None,
        };
        let offset = i64::from(offset_seconds).saturating_mul(SECOND);
        Some(Timestamp::from_nanos(time.nanos().saturating_add(offset)))
    }
}

/// A day as text.
pub(super) fn day_text(day: &Day) -> &str {
    std::str::from_utf8(day).unwrap_or_default()
}

/// Character cells of a point and the digits behind it.
pub(super) fn fraction_width(precision: Precision) -> usize {
    match precision.digits() {
        0 => 0,
        digits => 1 + usize::from(digits),
    }
}

fn write_fraction(time: Timestamp, precision: Precision, out: &mut String) {
    let digits = usize::from(precision.digits());
    let unit = 10_i64.pow(9_u32.saturating_sub(u32::from(precision.digits())));
    let fraction = time.nanos().rem_euclid(SECOND) / unit;
    if 0 < digits {
        let _ = write!(out, ".{fraction:0digits$}");
    }
}

const DAY_BYTES: usize = "2024-01-14".len();
/// Where hours, minutes and seconds stand in RFC 3339.
const CLOCK: std::ops::Range<usize> = 11..19;
const SECOND: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn show(style: TimeStyle<'_>, nanos: i64, precision: Precision) -> String {
        let time = Seconds(Timestamp::from_nanos(nanos).decimal(precision));
        let mut text = String::new();
        Clock::new(style).write(time, &mut text);
        text
    }

    #[test]
    fn times_keep_every_digit_of_the_capture() {
        let time = 1_705_268_606_416_464_007;
        let absolute = |precision| show(TimeStyle::Absolute, time, precision);
        assert_eq!(absolute(Precision::NANOS), "21:43:26.416464007");
        assert_eq!(absolute(Precision::MICROS), "21:43:26.416464");
        assert_eq!(absolute(Precision::from_digits(0)), "21:43:26");
        let zoned = show(TimeStyle::Zoned(&|_| 9000), time, Precision::MICROS);
        assert_eq!(zoned, "00:13:26.416464");
        let epoch = show(TimeStyle::Epoch, time, Precision::MICROS);
        assert_eq!(epoch, "1705268606.416464");
    }

    #[test]
    fn times_before_1970_run_forward() {
        let time = show(TimeStyle::Absolute, -1_500_000_000, Precision::MICROS);
        assert_eq!(time, "23:59:58.500000");
        let edge = Seconds(Timestamp::from_nanos(i64::MIN).decimal(Precision::NANOS));
        assert_eq!(
            Clock::new(TimeStyle::Relative).date(edge),
            "1677-09-21 00:12:43.145224192 UTC"
        );
    }
}
