//! Numbers for people: durations and sizes with three or four significant digits and a unit.
//!
//! Programs get exact numbers (JSON, CSV) instead. Everything is integer arithmetic and cut, not
//! rounded, so that `999.9 ms` never reads `1000 ms`.

use std::fmt;

use crate::time::Span;

/// Prints a span as `450 µs`, `12.3 ms`, `1.234 s`, `2m 03s`, `5h 07m` or `3d 04h`.
#[derive(Clone, Copy, Debug)]
pub struct HumanSpan(pub Span);

/// Prints a number of bytes as `0 B`, `12.3 kB`, `4.56 MB` (powers of 1000).
#[derive(Clone, Copy, Debug)]
pub struct HumanBytes(pub u64);

/// A number of things: `1 packet`, `2 packets`.
pub(super) fn plural(count: u64, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{ending}")
}
/// Prints bits per second as `0 bit/s`, `12.3 kbit/s`, `4.56 Mbit/s` (powers of 1000).
#[derive(Clone, Copy, Debug)]
pub struct HumanRate(pub u64);

/// Prints a count with its digits in groups of three: `1,234,567`.
#[derive(Clone, Copy, Debug)]
pub struct Grouped(pub u64);

impl HumanSpan {
    /// Appends the text, without the machinery of formatting: tables have many.
    pub(super) fn write_to(self, out: &mut impl fmt::Write) -> fmt::Result {
        let nanos = self.0.nanos().unsigned_abs();
        if self.0.nanos() < 0 {
            out.write_str("-")?;
        }
        let seconds = nanos / SECOND;
        match nanos {
            0 => out.write_str("0 s"),
            1..MICRO => write_parts(out, nanos, " ns"),
            MICRO..MILLI => write_parts(out, nanos / MICRO, " µs"),
            MILLI..SECOND => write_three_digits(out, nanos / MICRO, "ms"),
            SECOND..MINUTE => {
                write_parts(out, seconds, ".")?;
                write_digits(out, nanos % SECOND / MILLI, 3)?;
                out.write_str(" s")
            }
            MINUTE..HOUR => write_two(out, (seconds / 60, "m "), (seconds % 60, "s")),
            HOUR..DAY => write_two(out, (seconds / 3600, "h "), (seconds / 60 % 60, "m")),
            DAY.. => write_two(out, (seconds / 86_400, "d "), (seconds / 3600 % 24, "h")),
        }
    }
}

impl HumanBytes {
    /// Appends the text, as [`HumanSpan::write_to`] does.
    pub(super) fn write_to(self, out: &mut impl fmt::Write) -> fmt::Result {
        write_scaled(out, self.0, ["B", "kB", "MB", "GB", "TB", "PB", "EB"])
    }
}

impl fmt::Display for HumanSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Display for HumanBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Display for HumanRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s", "Ebit/s",
        ];
        write_scaled(f, self.0, units)
    }
}

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (index, digit) in digits.chars().enumerate() {
            if 0 < index && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Writes a number in the first of the units, or in thousands of the one before.
fn write_scaled(out: &mut impl fmt::Write, number: u64, units: [&str; 7]) -> fmt::Result {
    let [unit, larger @ .., largest] = units;
    let mut thousandths = number;
    if thousandths < 1000 {
        write_parts(out, thousandths, " ")?;
        return out.write_str(unit);
    }
    for unit in larger {
        if thousandths < 1_000_000 {
            return write_three_digits(out, thousandths, unit);
        }
        thousandths /= 1000;
    }
    write_three_digits(out, thousandths, largest)
}

/// Writes `1000 <= thousandths` thousandths of a unit as `1.23`, `12.3` or `123`.
fn write_three_digits(out: &mut impl fmt::Write, thousandths: u64, unit: &str) -> fmt::Result {
    let whole = thousandths / 1000;
    let rest = thousandths % 1000;
    write_number(out, whole)?;
    match whole {
        0..10 => {
            out.write_str(".")?;
            write_digits(out, rest / 10, 2)?;
        }
        10..100 => {
            out.write_str(".")?;
            write_digits(out, rest / 100, 1)?;
        }
        100.. => {}
    }
    out.write_str(" ")?;
    out.write_str(unit)
}

/// Writes a number and two digits, each with its unit.
fn write_two(
    out: &mut impl fmt::Write,
    (large, large_unit): (u64, &str),
    (small, unit): (u64, &str),
) -> fmt::Result {
    write_parts(out, large, large_unit)?;
    write_digits(out, small, 2)?;
    out.write_str(unit)
}

fn write_parts(out: &mut impl fmt::Write, number: u64, unit: &str) -> fmt::Result {
    write_number(out, number)?;
    out.write_str(unit)
}

/// Writes the last digits of a number, leading zeros too.
fn write_digits(out: &mut impl fmt::Write, number: u64, digits: u32) -> fmt::Result {
    for place in (0..digits).rev() {
        let digit = number / 10_u64.pow(place) % 10;
        out.write_char(char::from_digit(u32::try_from(digit).unwrap_or(0), 10).unwrap_or('0'))?;
    }
    Ok(())
}

/// Writes a number in decimal.
pub(super) fn write_number(out: &mut impl fmt::Write, number: u64) -> fmt::Result {
    out.write_str(itoa::Buffer::new().format(number))
}

const MICRO: u64 = 1_000;
const MILLI: u64 = 1_000 * MICRO;
const SECOND: u64 = 1_000 * MILLI;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_like_a_person_says_them() {
        for (nanos, expect) in [
            (0, "0 s"),
            (7, "7 ns"),
            (450_000, "450 µs"),
            (224_000, "224 µs"),
            (1_234_000, "1.23 ms"),
            (12_345_000, "12.3 ms"),
            (999_999_999, "999 ms"),
            (1_234_567_890, "1.234 s"),
            (69_317_638_000, "1m 09s"),
            (3_723_000_000_000, "1h 02m"),
            (273_600_000_000_000, "3d 04h"),
            (-12_345_000, "-12.3 ms"),
        ] {
            assert_eq!(HumanSpan(Span::from_nanos(nanos)).to_string(), expect);
        }
        assert_eq!(
            HumanSpan(Span::from_nanos(i64::MIN)).to_string(),
            "-106751d 23h"
        );
    }

    #[test]
    fn sizes_have_three_digits_and_a_unit() {
        for (bytes, expect) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (12_345, "12.3 kB"),
            (364_239, "364 kB"),
            (999_999, "999 kB"),
            (1_000_000, "1.00 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(HumanBytes(bytes).to_string(), expect);
        }
    }

    #[test]
    fn rates_have_the_units_of_networks() {
        for (rate, expect) in [
            (0, "0 bit/s"),
            (17_600, "17.6 kbit/s"),
            (1_000_000_000, "1.00 Gbit/s"),
        ] {
            assert_eq!(HumanRate(rate).to_string(), expect);
        }
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, expect) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(Grouped(count).to_string(), expect);
        }
    }
}
