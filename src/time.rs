//! Capture time: the only clock there is.
//!
//! Turns the time stamps of captures into integer nanoseconds and back into exact decimal text.
//! It deliberately knows no wall clock, no time zone and no floating point: a 64-bit float cannot
//! carry an epoch with nine digits.
//!
//! Limits: times from 1677-09-21 to 2262-04-11 (the range of a signed 64-bit count of
//! nanoseconds). Readers leave a time outside of it absent.
//! Sources: RFC 3339 §5.6; proleptic Gregorian calendar arithmetic after Howard Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms" (`civil_from_days`).

use std::fmt;
use std::ops::Range;

/// A point in capture time: nanoseconds since the Unix epoch, negative before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A signed distance between two [`Timestamp`]s in nanoseconds.
///
/// Negative where a capture's time runs backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

/// How many decimal digits of a second a capture's clock gives: `0 <= digits <= 9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Precision(u8);

/// Seconds as an exact decimal: prints without rounding, with the digits of its precision.
///
/// Digits beyond the precision are cut, never rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    nanos: i64,
    precision: Precision,
}

/// A [`Timestamp`] that prints as RFC 3339 UTC, truncated to milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rfc3339(Timestamp);

/// Whole seconds since the Unix epoch: times of years that a [`Timestamp`] cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub i64);

impl Timestamp {
    /// The time `nanos` nanoseconds after the Unix epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Whole seconds and nanoseconds since the epoch; `None` outside the range of the type.
    pub const fn from_parts(seconds: i64, nanos: u32) -> Option<Self> {
        match seconds.checked_mul(NANOS_PER_SECOND) {
            Some(base) => match base.checked_add(nanos as i64) {
                Some(total) => Some(Self(total)),
                None => None,
            },
            None => None,
        }
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The distance from `earlier` to this time; it saturates at the range of [`Span`].
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Hours since the Unix epoch, rounded to the nearest (half hours up).
    pub const fn hours_rounded(self) -> i64 {
        let half_up = self.0.saturating_add(NANOS_PER_HOUR / 2);
        half_up.div_euclid(NANOS_PER_HOUR)
    }

    /// This time floored to its minute.
    pub const fn floor_minute(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(NANOS_PER_MINUTE)))
    }

    /// This time without what its decimal of this precision does not print.
    #[must_use]
    pub const fn truncated(self, precision: Precision) -> Self {
        let unit = 10_i64.pow(9 - precision.0 as u32);
        Self(self.0 - self.0 % unit)
    }

    /// This time as exact seconds since the epoch.
    pub const fn decimal(self, precision: Precision) -> Decimal {
        Decimal {
            nanos: self.0,
            precision,
        }
    }

    /// This time as RFC 3339 text.
    pub const fn rfc3339(self) -> Rfc3339 {
        Rfc3339(self)
    }
}

impl Span {
    /// A span of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// This span as exact seconds.
    pub const fn decimal(self, precision: Precision) -> Decimal {
        Decimal {
            nanos: self.0,
            precision,
        }
    }
}

impl Precision {
    /// Microseconds, the resolution of a classic pcap file.
    pub const MICROS: Self = Self(6);
    /// Nanoseconds, the finest that is kept.
    pub const NANOS: Self = Self(9);

    /// A precision of `digits` decimal digits, at most nine.
    pub const fn from_digits(digits: u8) -> Self {
        if digits < 9 { Self(digits) } else { Self(9) }
    }

    /// Decimal digits of a second, `0 <= digits <= 9`.
    pub const fn digits(self) -> u8 {
        self.0
    }
}

impl Decimal {
    /// Nanoseconds, with the digits that are not printed.
    pub const fn nanos(self) -> i64 {
        self.nanos
    }

    /// How many digits of a second are printed.
    pub const fn precision(self) -> Precision {
        self.precision
    }
}

impl Decimal {
    /// Bytes that the longest decimal takes: `-9223372036.854775808`.
    pub const MAX_LEN: usize = 21;

    /// The magnitude in units of the last digit; divisions by constants are cheap.
    const fn units(self) -> u64 {
        let nanos = self.nanos.unsigned_abs();
        match self.precision.0 {
            9 => nanos,
            6 => nanos / 1000,
            digits => nanos / 10_u64.pow(9 - digits as u32),
        }
    }

    /// The ASCII text of this decimal, written into `buffer` from its end.
    pub fn format(self, buffer: &mut [u8; Self::MAX_LEN]) -> &[u8] {
        let value = self.units();
        let start = match self.precision.0 {
            6 => {
                let [places @ .., a0, a1, b0, b1, c0, c1] = buffer;
                let fraction = value % 1_000_000;
                [*a0, *a1] = digit_pair(fraction / 10_000);
                [*b0, *b1] = digit_pair(fraction / 100);
                [*c0, *c1] = digit_pair(fraction);
                put_whole(places, value / 1_000_000)
            }
            digits => {
                let places = buffer.len() - usize::from(digits);
                let rest = put_digits(buffer, places..Self::MAX_LEN, value);
                match buffer.get_mut(..places) {
                    Some(places) if 0 < digits => put_whole(places, rest),
                    Some(places) => put_number(places, rest),
                    None => 0,
                }
            }
        };
        let is_negative = self.nanos < 0 && value != 0;
        let start = start - usize::from(is_negative);
        if is_negative {
            put(buffer, start, b'-');
        }
        buffer.get(start..).unwrap_or_default()
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ascii(self.format(&mut [0; Self::MAX_LEN])))
    }
}

impl Rfc3339 {
    /// Bytes of the text: `1970-01-01T00:00:00.000Z`.
    pub const LEN: usize = 24;

    /// The ASCII text of this time, written into `buffer`.
    pub fn format(self, buffer: &mut [u8; Self::LEN]) -> &[u8] {
        let millis = self.0.0.div_euclid(1_000_000);
        let (days, in_day) = (
            millis.div_euclid(MILLIS_PER_DAY),
            millis.rem_euclid(MILLIS_PER_DAY),
        );
        let (year, month, day) = civil_from_days(days);
        *buffer = *b"0000-00-00T00:00:00.000Z";
        put_digits(buffer, 0..4, year.unsigned_abs());
        put_digits(buffer, 5..7, month.unsigned_abs());
        put_digits(buffer, 8..10, day.unsigned_abs());
        put_digits(buffer, 11..13, (in_day / 3_600_000).unsigned_abs());
        put_digits(buffer, 14..16, (in_day / 60_000 % 60).unsigned_abs());
        put_digits(buffer, 17..19, (in_day / 1000 % 60).unsigned_abs());
        put_digits(buffer, 20..23, (in_day % 1000).unsigned_abs());
        buffer
    }
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ascii(self.format(&mut [0; Self::LEN])))
    }
}

impl fmt::Display for UnixSeconds {
    /// Prints RFC 3339 UTC: `2024-01-14T21:43:26Z`. Years end at 0 and 9999.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.clamp(FIRST_SECOND, LAST_SECOND);
        let (days, in_day) = (
            seconds.div_euclid(SECONDS_PER_DAY),
            seconds.rem_euclid(SECONDS_PER_DAY),
        );
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (in_day / 3600, in_day / 60 % 60, in_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// Writes the last digits of a number, two at a time, and gives the number without them.
fn put_digits(buffer: &mut [u8], place: Range<usize>, number: u64) -> u64 {
    let mut rest = number;
    let mut pairs = buffer
        .get_mut(place)
        .unwrap_or_default()
        .rchunks_exact_mut(2);
    for pair in &mut pairs {
        let at = (rest % 100) as usize * 2;
        pair.copy_from_slice(DIGIT_PAIRS.get(at..at + 2).unwrap_or(b"00"));
        rest /= 100;
    }
    if let [last] = pairs.into_remainder() {
        *last = DIGIT_PAIRS
            .get((rest % 10) as usize * 2 + 1)
            .copied()
            .unwrap_or(b'0');
        rest /= 10;
    }
    rest
}

/// Writes a number and a point at the end of `places`; gives where it starts.
fn put_whole(places: &mut [u8], number: u64) -> usize {
    let Some((point, places)) = places.split_last_mut() else {
        return 0;
    };
    *point = b'.';
    put_number(places, number)
}

/// Writes all digits of a number at the end of `places`; gives where it starts.
fn put_number(places: &mut [u8], number: u64) -> usize {
    let (mut rest, mut start) = (number, places.len());
    while 100 <= rest {
        let pair = digit_pair(rest);
        rest /= 100;
        start -= 2;
        if let Some(place) = places.get_mut(start..start + 2) {
            place.copy_from_slice(&pair);
        }
    }
    let [tens, ones] = digit_pair(rest);
    start -= 1;
    put(places, start, ones);
    if 10 <= rest {
        start -= 1;
        put(places, start, tens);
    }
    start
}

/// The last two digits of a number.
#[inline]
fn digit_pair(number: u64) -> [u8; 2] {
    let (pairs, _) = DIGIT_PAIRS.as_chunks::<2>();
    pairs
        .get((number % 100) as usize)
        .copied()
        .unwrap_or(*b"00")
}

const fn put(buffer: &mut [u8], place: usize, byte: u8) {
    if place < buffer.len() {
        buffer[place] = byte;
    }
}

/// Bytes that were put together from ASCII characters.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Year, month (1 to 12) and day (1 to 31) of a day counted from 1970-01-01.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

const DIGIT_PAIRS: &[u8; 200] = b"\
    00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899";
const NANOS_PER_SECOND: i64 = 1_000_000_000;
const NANOS_PER_MINUTE: i64 = 60 * NANOS_PER_SECOND;
const NANOS_PER_HOUR: i64 = 60 * NANOS_PER_MINUTE;
const MILLIS_PER_DAY: i64 = 86_400_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// 0000-01-01T00:00:00Z.
const FIRST_SECOND: i64 = -62_167_219_200;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Timestamp = Timestamp::from_nanos(1_705_268_606_416_464_000);

    #[test]
    fn decimal_prints_the_digits_of_its_precision() {
        assert_eq!(
            SAMPLE.decimal(Precision::MICROS).to_string(),
            "1705268606.416464"
        );
        assert_eq!(
            SAMPLE.decimal(Precision::NANOS).to_string(),
            "1705268606.416464000"
        );
        assert_eq!(
            SAMPLE.decimal(Precision::from_digits(0)).to_string(),
            "1705268606"
        );
    }

    #[test]
    fn decimal_pads_and_signs() {
        assert_eq!(
            Span::from_nanos(5_000)
                .decimal(Precision::MICROS)
                .to_string(),
            "0.000005"
        );
        assert_eq!(
            Span::from_nanos(-1_000)
                .decimal(Precision::MICROS)
                .to_string(),
            "-0.000001"
        );
        assert_eq!(
            Span::from_nanos(-1).decimal(Precision::MICROS).to_string(),
            "0.000000"
        );
        assert_eq!(
            Span::from_nanos(i64::MIN)
                .decimal(Precision::NANOS)
                .to_string(),
            "-9223372036.854775808"
        );
    }

    #[test]
    fn rfc3339_truncates_to_milliseconds() {
        assert_eq!(SAMPLE.rfc3339().to_string(), "2024-01-14T21:43:26.416Z");
        assert_eq!(
            SAMPLE.floor_minute().rfc3339().to_string(),
            "2024-01-14T21:43:00.000Z"
        );
        assert_eq!(
            Timestamp::from_nanos(-1).rfc3339().to_string(),
            "1969-12-31T23:59:59.999Z"
        );
        let leap = Timestamp::from_parts(951_782_400, 0).unwrap();
        assert_eq!(leap.rfc3339().to_string(), "2000-02-29T00:00:00.000Z");
    }

    #[test]
    fn whole_seconds_reach_the_year_9999() {
        let text = |seconds| UnixSeconds(seconds).to_string();
        assert_eq!(text(1_705_268_606), "2024-01-14T21:43:26Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59Z");
        assert_eq!(text(253_402_300_799), "9999-12-31T23:59:59Z");
        assert_eq!(text(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(text(i64::MIN), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn hours_round_to_nearest() {
        assert_eq!(SAMPLE.hours_rounded(), 473_686);
        assert_eq!(Timestamp::from_parts(1799, 0).unwrap().hours_rounded(), 0);
        assert_eq!(Timestamp::from_parts(1800, 0).unwrap().hours_rounded(), 1);
    }
}
