//! Quantities as people type them: durations, sizes, times, ports.

use std::ops::RangeInclusive;

use jiff::civil;
use spider_pcap::session::Shard;
use spider_pcap::time::{Span, Timestamp};

/// Reads `500ms`, `30s`, `5m`, `1h30m`, or seconds as `0.2`.
pub(crate) fn duration(text: &str) -> Result<Span, String> {
    let expected = || "expected a number with a unit, such as 500ms, 30s, 5m or 1h30m".to_owned();
    if text.is_empty() {
        return Err(expected());
    }
    let mut nanos: i128 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (number, after) = split_number(rest);
        let unit_end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let scale = match unit.trim() {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" | "" => NANOS_PER_SECOND,
            "m" | "min" => 60 * NANOS_PER_SECOND,
            "h" => 3_600 * NANOS_PER_SECOND,
            "d" => 86_400 * NANOS_PER_SECOND,
            _ => return Err(expected()),
        };
        let part = scaled(number, scale).ok_or_else(expected)?;
        nanos = nanos.saturating_add(part);
        rest = next.trim_start();
    }
    let nanos = i64::try_from(nanos).map_err(|_| "longer than 292 years".to_owned())?;
    Ok(Span::from_nanos(nanos))
}

/// Reads `1500`, `10kB`, `2.5MB` (powers of 1000) or `64KiB` (powers of 1024) as bytes.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let expected = || "expected a number of bytes, such as 1500, 10kB, 2.5MB or 64KiB".to_owned();
    let (number, unit) = split_number(text.trim());
    let scale = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(expected()),
    };
    let bytes = scaled(number, scale).ok_or_else(expected)?;
    u64::try_from(bytes).map_err(|_| expected())
}

/// Reads RFC 3339 (`2024-01-14T21:43:26.416Z`; without a zone: UTC; date alone: its start) or
/// seconds since the epoch.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let outside = || "outside of 1677-09-21 to 2262-04-11".to_owned();
    let is_number = text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('-');
    let nanos = if is_number {
        let nanos = scaled(text, NANOS_PER_SECOND);
        nanos
            .ok_or_else(|| "expected seconds since the epoch, such as 1705268606.416".to_owned())?
    } else if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        instant.as_nanosecond()
    } else {
        let civil: civil::DateTime = text.parse().map_err(|_| {
            "expected a time such as 2024-01-14T21:43:26Z, or seconds since the epoch".to_owned()
        })?;
        let instant = jiff::tz::TimeZone::UTC.to_timestamp(civil);
        instant.map_err(|_| outside())?.as_nanosecond()
    };
    let nanos = i64::try_from(nanos).map_err(|_| outside())?;
    Ok(Timestamp::from_nanos(nanos))
}

/// A point in the time of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A point in capture time.
    At(Timestamp),
    /// Time since the first packet of the session.
    After(Span),
}

impl Moment {
    /// The point in capture time, for a session that starts at `first`.
    pub(crate) fn of(self, first: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::After(span) => Timestamp::from_nanos(first.nanos().saturating_add(span.nanos())),
        }
    }
}

/// Reads a time, or `+1.5s` since the first packet.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    match text.strip_prefix('+') {
        Some(span) => duration(span).map(Moment::After),
        None => time(text).map(Moment::At),
    }
}

/// Reads `2/8`: the second of eight shards.
pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/');
    let shard = numbers
        .and_then(|(number, of)| Shard::new(number.trim().parse().ok()?, of.trim().parse().ok()?));
    shard.ok_or_else(|| {
        let most = Shard::MAX;
        format!("expected I/N with I from 1 to N, and N at most {most}, such as 2/8")
    })
}

/// Reads `3`, or `3..7` with both ends.
pub(crate) fn lots(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |text: &str| {
        let number = text.trim().parse::<u64>();
        number.map_err(|_| "expected the number of a lot, or a range such as 3..7".to_owned())
    };
    match text.split_once("..") {
        Some((from, to)) => Ok(number(from)?..=number(to.strip_prefix('=').unwrap_or(to))?),
        None => number(text).map(|lot| lot..=lot),
    }
}

/// Reads `443` or `8000-8100`.
pub(crate) fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let port = |text: &str| {
        let port = text.trim().parse::<u16>();
        port.map_err(|_| "expected a port from 0 to 65535, or a range such as 8000-8100".to_owned())
    };
    match text.split_once('-') {
        Some((from, to)) => Ok(port(from)?..=port(to)?),
        None => port(text).map(|port| port..=port),
    }
}

/// A number (digits, at most one point) and what follows it.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    text.split_at(end.unwrap_or(text.len()))
}

/// A decimal number times `scale`, exactly; digits below 1 are cut.
fn scaled(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') || fraction.len() > MAX_DIGITS {
        return None;
    }
    let digits = |text: &str| match text {
        "" => Some(0),
        text if text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse::<i128>().ok()
        }
        _ => None,
    };
    let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let whole = digits(whole)?.checked_mul(scale)?;
    whole.checked_add(digits(fraction)?.checked_mul(scale)? / divisor)
}

const NANOS_PER_SECOND: i128 = 1_000_000_000;
const MAX_DIGITS: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_units_and_plain_seconds() {
        for (text, nanos) in [
            ("500ms", 500_000_000),
            ("30s", 30_000_000_000),
            ("5m", 300_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1m 30s", 90_000_000_000),
            ("0.2", 200_000_000),
            ("1.5s", 1_500_000_000),
            ("20us", 20_000),
            ("0", 0),
        ] {
            assert_eq!(duration(text), Ok(Span::from_nanos(nanos)), "{text}");
        }
        for text in ["", "s", "5x", "-1s", "1..2s", "1.s", "99999999999d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_take_decimal_and_binary_units() {
        for (text, expect) in [
            ("1500", 1500),
            ("10kB", 10_000),
            ("2.5MB", 2_500_000),
            ("64KiB", 65_536),
        ] {
            assert_eq!(bytes(text), Ok(expect), "{text}");
        }
        for text in ["", "kB", "1 parsec", "-1"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_exact() {
        let expect = Ok(Timestamp::from_nanos(1_705_268_606_416_464_000));
        for text in [
            "1705268606.416464",
            "2024-01-14T21:43:26.416464Z",
            "2024-01-14T22:43:26.416464+01:00",
            "2024-01-14T21:43:26.416464",
            "2024-01-14 21:43:26.416464",
        ] {
            assert_eq!(time(text), expect, "{text}");
        }
        assert_eq!(time("2024-01-14"), time("2024-01-14T00:00:00Z"));
        for text in ["", "yesterday", "12:30", "3000-01-01T00:00:00Z", "1e9"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ports_take_ranges() {
        assert_eq!(ports("443"), Ok(443..=443));
        assert_eq!(ports("8000-8100"), Ok(8000..=8100));
        assert!(ports("65536").is_err() && ports("http").is_err());
    }

    #[test]
    fn moments_are_times_or_distances_from_the_first_packet() {
        let first = Timestamp::from_nanos(1_000);
        assert_eq!(moment("+1.5us").unwrap().of(first).nanos(), 2_500);
        let absolute = moment("1705268606.5").unwrap().of(first);
        assert_eq!(absolute.nanos(), 1_705_268_606_500_000_000);
        assert!(moment("+").is_err() && moment("soon").is_err());
    }

    #[test]
    fn lots_take_ranges_with_both_ends() {
        assert_eq!(lots("3"), Ok(3..=3));
        assert_eq!(lots("3..7"), Ok(3..=7));
        assert!(lots("x").is_err() && lots("3..").is_err());
    }
}
