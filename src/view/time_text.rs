//! Times as people want to read them: dates, seconds, or distances.

use std::fmt::{Display, Write as _};

use crate::document::Seconds;
use crate::time::{Rfc3339, Span, Timestamp};

/// How times are shown.
#[derive(Clone, Copy)]
pub enum TimeStyle<'a> {
    /// `2024-01-14 21:43:26.416` in UTC.
    Absolute,
    /// The same in a zone that is so many seconds east of UTC at that time.
    Zoned(&'a (dyn Fn(Timestamp) -> i32 + Sync)),
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
        let ends = times.into_iter().map(|time| (time, time));
        let ends = ends.reduce(|(first, last), (time, _)| (first.min(time), last.max(time)));
        let Some((first, last)) = ends else {
            return;
        };
        let (Some(first), Some(last)) = (self.instant(first), self.instant(last)) else {
            return;
        };
        // What is one day for the first and the last is one day for all between.
        let (day, _) = first.parts();
        self.day = (day == last.parts().0).then(|| day.to_owned());
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
        let mut text = String::new();
        self.write(time, &mut text);
        text
    }

    /// Appends the text of a time.
    pub fn write(&mut self, time: Option<Seconds>, out: &mut String) {
        let Some(Seconds(exact)) = time else { return };
        let time = Timestamp::from_nanos(exact.nanos());
        if let Some(instant) = self.instant(time) {
            let (day, clock) = instant.parts();
            out.extend([day, " ", clock]);
            return;
        }
        let base = match self.style {
            TimeStyle::Delta => self.base.replace(time),
            TimeStyle::Relative => self.base,
            TimeStyle::Absolute | TimeStyle::Zoned(_) | TimeStyle::Epoch => {
                return show(out, exact);
            }
        };
        let span = base.map_or(Span::from_nanos(0), |base| time.since(base));
        show(out, span.decimal(exact.precision()));
    }

    /// The text of a time without its day, or without its year and seconds where days differ.
    /// Does not count as shown.
    pub fn show_short(&self, time: Option<Seconds>) -> String {
        let mut text = String::new();
        self.write_short(time, &mut text);
        text
    }

    /// Appends the text of a time as [`Self::show_short`] gives it.
    pub fn write_short(&self, time: Option<Seconds>, out: &mut String) {
        let Some(Seconds(exact)) = time else { return };
        let Some(instant) = self.instant(Timestamp::from_nanos(exact.nanos())) else {
            return self.clone().write(time, out);
        };
        let (day, clock) = instant.parts();
        if self.day.is_some() {
            return out.push_str(clock);
        }
        let (_, month_and_day) = day.split_at_checked(5).unwrap_or_default();
        let (minutes, _) = clock.split_at_checked(5).unwrap_or_default();
        out.extend([month_and_day, " ", minutes]);
    }

    /// True when what is shown of a time depends on the one shown before.
    pub const fn depends_on_order(&self) -> bool {
        matches!(self.style, TimeStyle::Delta)
    }

    /// The date and time of day of a time; `None` for styles without dates.
    fn instant(&self, time: Timestamp) -> Option<Instant> {
        let offset_seconds = match self.style {
            TimeStyle::Absolute => 0,
            TimeStyle::Zoned(offset) => offset(time),
            TimeStyle::Epoch | TimeStyle::Relative | TimeStyle::Delta => return None,
        };
        let offset = i64::from(offset_seconds).saturating_mul(1_000_000_000);
        let shifted = Timestamp::from_nanos(time.nanos().saturating_add(offset));
        let mut text = [0; Rfc3339::LEN];
        shifted.rfc3339().format(&mut text);
        Some(Instant(text))
    }
}

/// A date and a time of day: `2024-01-14T21:43:26.416Z`.
struct Instant([u8; Rfc3339::LEN]);

impl Instant {
    /// `2024-01-14` and `21:43:26.416`.
    fn parts(&self) -> (&str, &str) {
        let text = std::str::from_utf8(&self.0).unwrap_or_default();
        let text = text.trim_end_matches('Z');
        text.split_once('T').unwrap_or_default()
    }
}

fn show(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
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
