//! Times as people want to read them: dates, seconds, or distances.

use crate::document::Seconds;
use crate::time::{Decimal, Span, Timestamp};

/// How times are shown.
#[derive(Clone, Copy)]
pub enum TimeStyle<'a> {
    /// `2024-01-14 21:43:26.416` in UTC.
    Absolute,
    /// The same in a zone that is so many seconds east of UTC at that time.
    Zoned(&'a dyn Fn(Timestamp) -> i32),
    /// Seconds since the Unix epoch.
    Epoch,
    /// Seconds since the first packet of the capture.
    Relative,
    /// Seconds since the time shown before.
    Delta,
}

/// Shows one time after the other.
#[derive(Clone, Copy)]
pub struct TimeText<'a> {
    style: TimeStyle<'a>,
    base: Option<Timestamp>,
}

impl<'a> TimeText<'a> {
    /// Times in `style`; `base` is where relative times start.
    pub const fn new(style: TimeStyle<'a>, base: Option<Timestamp>) -> Self {
        Self { style, base }
    }

    /// The heading of a column of such times.
    pub const fn title(&self) -> &'static str {
        match self.style {
            TimeStyle::Absolute => "TIME (UTC)",
            TimeStyle::Zoned(_) => "TIME (LOCAL)",
            TimeStyle::Epoch => "EPOCH",
            TimeStyle::Relative => "TIME",
            TimeStyle::Delta => "DELTA",
        }
    }

    /// The text of a time, and a shorter one without its date where it has one.
    pub fn show(&mut self, time: Option<Seconds>) -> (String, String) {
        let Some(Seconds(exact)) = time else {
            return (String::new(), String::new());
        };
        let time = Timestamp::from_nanos(exact.nanos());
        match self.style {
            TimeStyle::Absolute => dated(time, 0),
            TimeStyle::Zoned(offset) => dated(time, offset(time)),
            TimeStyle::Epoch => twice(exact.to_string()),
            TimeStyle::Relative => twice(self.distance(time, exact).to_string()),
            TimeStyle::Delta => {
                let distance = self.distance(time, exact);
                self.base = Some(time);
                twice(distance.to_string())
            }
        }
    }

    fn distance(&self, time: Timestamp, exact: Decimal) -> Decimal {
        let span = self
            .base
            .map_or(Span::from_nanos(0), |base| time.since(base));
        span.decimal(exact.precision())
    }
}

impl std::fmt::Debug for TimeText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TimeText").field(&self.title()).finish()
    }
}

fn twice(text: String) -> (String, String) {
    (text.clone(), text)
}

fn dated(time: Timestamp, offset_seconds: i32) -> (String, String) {
    let offset = i64::from(offset_seconds).saturating_mul(1_000_000_000);
    let shifted = Timestamp::from_nanos(time.nanos().saturating_add(offset));
    let text = shifted.rfc3339().to_string();
    let text = text.trim_end_matches('Z');
    let clock = text.split_once('T').map_or(text, |(_, clock)| clock);
    (text.replace('T', " "), clock.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Precision;

    fn at(nanos: i64) -> Option<Seconds> {
        Some(Seconds(
            Timestamp::from_nanos(nanos).decimal(Precision::MICROS),
        ))
    }

    fn show(style: TimeStyle<'_>) -> Vec<String> {
        let base = Timestamp::from_nanos(1_705_268_606_000_000_000);
        let mut times = TimeText::new(style, Some(base));
        let shown = [1_705_268_606_416_464_000, 1_705_268_607_000_000_000];
        shown
            .into_iter()
            .map(|nanos| times.show(at(nanos)).0)
            .collect()
    }

    #[test]
    fn every_style_shows_the_same_time() {
        assert_eq!(
            show(TimeStyle::Absolute),
            ["2024-01-14 21:43:26.416", "2024-01-14 21:43:27.000"]
        );
        assert_eq!(
            show(TimeStyle::Zoned(&|_| 9000)),
            ["2024-01-15 00:13:26.416", "2024-01-15 00:13:27.000"]
        );
        assert_eq!(
            show(TimeStyle::Epoch),
            ["1705268606.416464", "1705268607.000000"]
        );
        assert_eq!(show(TimeStyle::Relative), ["0.416464", "1.000000"]);
        assert_eq!(show(TimeStyle::Delta), ["0.416464", "0.583536"]);
    }

    #[test]
    fn a_missing_time_is_empty_and_never_1970() {
        let mut times = TimeText::new(TimeStyle::Epoch, None);
        assert_eq!(times.show(None), (String::new(), String::new()));
    }
}
