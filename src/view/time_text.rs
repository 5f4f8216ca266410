//! Times as people want to read them: dates, seconds, or distances.

use crate::document::Seconds;
use crate::time::{Span, Timestamp};

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
#[derive(Clone)]
pub struct TimeText<'a> {
    style: TimeStyle<'a>,
    base: Option<Timestamp>,
    day: Option<String>,
}

impl<'a> TimeText<'a> {
    /// Times in `style`; `base` is where relative times start.
    pub const fn new(style: TimeStyle<'a>, base: Option<Timestamp>) -> Self {
        Self {
            style,
            base,
            day: None,
        }
    }

    /// The same times, where relative ones start at `base`.
    #[must_use]
    pub fn since(self, base: Option<Timestamp>) -> Self {
        Self { base, ..self }
    }

    /// Finds out whether all times that will be shown are of one day.
    pub fn look_ahead(&mut self, times: impl IntoIterator<Item = Timestamp>) {
        self.day = None;
        for time in times {
            let Some((day, _)) = self.day_and_clock(time) else {
                return;
            };
            match &self.day {
                None => self.day = Some(day),
                Some(known) if *known == day => {}
                Some(_) => {
                    self.day = None;
                    return;
                }
            }
        }
    }

    /// The heading of a column of such times.
    pub fn title(&self) -> String {
        match self.style {
            TimeStyle::Absolute => "TIME (UTC)".to_owned(),
            TimeStyle::Zoned(_) => "TIME (LOCAL)".to_owned(),
            TimeStyle::Epoch => "EPOCH".to_owned(),
            TimeStyle::Relative => "TIME".to_owned(),
            TimeStyle::Delta => "DELTA".to_owned(),
        }
    }

    /// The heading of a column of such times without their day: the day that all share.
    pub fn short_title(&self) -> String {
        self.day.clone().unwrap_or_else(|| self.title())
    }

    /// The text of a time.
    pub fn show(&mut self, time: Option<Seconds>) -> String {
        let Some(Seconds(exact)) = time else {
            return String::new();
        };
        let time = Timestamp::from_nanos(exact.nanos());
        if let Some((day, clock)) = self.day_and_clock(time) {
            return format!("{day} {clock}");
        }
        let base = match self.style {
            TimeStyle::Delta => self.base.replace(time),
            TimeStyle::Relative => self.base,
            TimeStyle::Absolute | TimeStyle::Zoned(_) | TimeStyle::Epoch => {
                return exact.to_string();
            }
        };
        let span = base.map_or(Span::from_nanos(0), |base| time.since(base));
        span.decimal(exact.precision()).to_string()
    }

    /// The text of a time without its day, or without its year and seconds where days differ.
    /// Does not count as shown.
    pub fn show_short(&self, time: Option<Seconds>) -> String {
        let Some(Seconds(exact)) = time else {
            return String::new();
        };
        match self.day_and_clock(Timestamp::from_nanos(exact.nanos())) {
            Some((_, clock)) if self.day.is_some() => clock,
            Some((day, clock)) => {
                let (_, month_and_day) = day.split_at_checked(5).unwrap_or_default();
                let (minutes, _) = clock.split_at_checked(5).unwrap_or_default();
                format!("{month_and_day} {minutes}")
            }
            None => self.clone().show(time),
        }
    }

    /// `2024-01-14` and `21:43:26.416`; `None` for styles without dates.
    fn day_and_clock(&self, time: Timestamp) -> Option<(String, String)> {
        let offset_seconds = match self.style {
            TimeStyle::Absolute => 0,
            TimeStyle::Zoned(offset) => offset(time),
            TimeStyle::Epoch | TimeStyle::Relative | TimeStyle::Delta => return None,
        };
        let offset = i64::from(offset_seconds).saturating_mul(1_000_000_000);
        let shifted = Timestamp::from_nanos(time.nanos().saturating_add(offset));
        let text = shifted.rfc3339().to_string();
        let (day, clock) = text.trim_end_matches('Z').split_once('T')?;
        Some((day.to_owned(), clock.to_owned()))
    }
}

impl std::fmt::Debug for TimeText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TimeText").field(&self.title()).finish()
    }
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
            .map(|nanos| times.show(at(nanos)))
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
        assert_eq!(
            (times.show(None), times.show_short(None)),
            Default::default()
        );
    }

    #[test]
    fn the_day_goes_to_the_heading_when_it_is_one() {
        let times = |nanos: &[i64]| {
            let mut times = TimeText::new(TimeStyle::Absolute, None);
            times.look_ahead(nanos.iter().map(|nanos| Timestamp::from_nanos(*nanos)));
            (
                times.short_title(),
                times.show_short(at(1_705_268_606_416_464_000)),
            )
        };
        let text = |title: &str, time: &str| (title.to_owned(), time.to_owned());
        assert_eq!(
            times(&[1_705_268_606_000_000_000, 1_705_268_607_000_000_000]),
            text("2024-01-14", "21:43:26.416")
        );
        assert_eq!(
            times(&[1_705_268_606_000_000_000, 1_705_368_607_000_000_000]),
            text("TIME (UTC)", "01-14 21:43")
        );
    }
}
