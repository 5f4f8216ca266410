//! Time as cells: where a time stands, and which times are written above.
//!
//! Everything is integer arithmetic, so that the same session gives the same picture everywhere.

use crate::time::{Span, Timestamp};

/// The cells from the first to the last packet, each of which has a cell of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    first: Timestamp,
    /// Nanoseconds from the first to the last packet.
    duration_ns: u64,
    /// `1 <= cells`.
    cells: usize,
}

/// A round time on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) cell: usize,
    pub(super) label: String,
}

impl Axis {
    pub(super) fn new(first: Timestamp, last: Timestamp, cells: usize) -> Self {
        Self {
            first,
            duration_ns: last.nanos().abs_diff(first.nanos()),
            cells: cells.max(1),
        }
    }

    pub(super) const fn cells(&self) -> usize {
        self.cells
    }

    /// Time from the first packet to the last.
    pub(super) fn duration(&self) -> Span {
        span(self.duration_ns)
    }

    /// Time that one cell stands for.
    pub(super) fn cell_span(&self) -> Span {
        span(self.duration_ns / self.steps().max(1))
    }

    /// The cell of a time; times outside are moved to the ends.
    pub(super) fn cell_of(&self, time: Timestamp) -> usize {
        let offset = if time < self.first {
            0
        } else {
            time.nanos().abs_diff(self.first.nanos())
        };
        self.cell_at(offset)
    }

    /// Round times, the start being one; as many as have room for their labels.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let mut ticks = vec![Tick {
            cell: 0,
            label: "0".to_owned(),
        }];
        let Some(step) = ladder().find(|step| self.has_room(*step)) else {
            return ticks;
        };
        let last = self.duration_ns / step * step;
        ticks.extend((1..=self.duration_ns / step).map(|number| Tick {
            cell: self.cell_at(number * step),
            label: label(number * step, step, last),
        }));
        ticks
    }

    /// Cells behind the first one.
    const fn steps(&self) -> u64 {
        self.cells as u64 - 1
    }

    fn cell_at(&self, offset_ns: u64) -> usize {
        let steps = u128::from(self.steps());
        let cell = u128::from(offset_ns) * steps / u128::from(self.duration_ns.max(1));
        usize::try_from(cell.min(steps)).unwrap_or_default()
    }

    /// True when labels at this distance do not touch.
    fn has_room(&self, step: u64) -> bool {
        if self.duration_ns < step {
            return false;
        }
        let last = self.duration_ns / step * step;
        let width = |nanos| label(nanos, step, last).chars().count();
        let longest = width(last).max(width(last - step));
        let between = u128::from(step) * u128::from(self.steps()) / u128::from(self.duration_ns);
        longest as u128 + LEAST_RULE <= between
    }
}

fn span(nanos: u64) -> Span {
    Span::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

/// Steps of 1, 2 and 5 in decimal units, and of what clocks count in above a second.
fn ladder() -> impl Iterator<Item = u64> {
    let decimal = |unit: u64| [unit, 2 * unit, 5 * unit].into_iter();
    let below_second = (0..9).flat_map(move |digits| decimal(10_u64.pow(digits)));
    let clock = [1, 2, 5, 10, 20, 30].into_iter();
    let seconds = clock.clone().map(|count| count * SECOND);
    let minutes = clock.map(|count| count * MINUTE);
    let hours = [1, 2, 3, 6, 12].into_iter().map(|count| count * HOUR);
    let days = (0..5).flat_map(move |digits| decimal(10_u64.pow(digits) * DAY));
    below_second
        .chain(seconds)
        .chain(minutes)
        .chain(hours)
        .chain(days)
}

/// The text of a time on an axis that goes up to `last` in steps of `step`.
///
/// Below a second all labels have one unit and as many decimals as the step needs.
fn label(nanos: u64, step: u64, last: u64) -> String {
    if step < SECOND {
        let (unit, name) = match last {
            0..MICRO => (1, "ns"),
            MICRO..MILLI => (MICRO, "µs"),
            MILLI..SECOND => (MILLI, "ms"),
            SECOND.. => (SECOND, "s"),
        };
        return decimal_label(nanos, unit, step, name);
    }
    let parts = [
        (nanos / DAY, "d"),
        (nanos / HOUR % 24, "h"),
        (nanos / MINUTE % 60, "m"),
        (nanos / SECOND % 60, "s"),
    ];
    if nanos < MINUTE {
        return format!("{} s", nanos / SECOND);
    }
    let parts = parts.into_iter().filter(|(count, _)| *count != 0);
    let parts: Vec<_> = parts
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    parts.join(" ")
}

fn decimal_label(nanos: u64, unit: u64, step: u64, name: &str) -> String {
    let mut digits = 0;
    let mut smallest = unit;
    while step < smallest || !step.is_multiple_of(smallest) {
        smallest /= 10;
        digits += 1;
    }
    let whole = nanos / unit;
    if digits == 0 {
        return format!("{whole} {name}");
    }
    format!("{whole}.{:0digits$} {name}", nanos % unit / smallest)
}

/// Cells of tick and rule beside a label.
const LEAST_RULE: u128 = 3;
const MICRO: u64 = 1_000;
const MILLI: u64 = 1_000 * MICRO;
const SECOND: u64 = 1_000 * MILLI;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(duration_ns: i64, cells: usize, expect: &str) {
        let at = Timestamp::from_nanos;
        let axis = Axis::new(at(7), at(7 + duration_ns), cells);
        let ticks = axis.ticks();
        let labels: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels.join("|"), expect, "{duration_ns} ns");
        for pair in ticks.windows(2) {
            assert!(pair[0].cell + pair[0].label.chars().count() + 1 < pair[1].cell);
        }
    }

    #[test]
    fn ticks_are_round_and_of_one_unit() {
        check(0, 60, "0");
        check(1, 60, "0|1 ns");
        check(1_000, 60, "0|0.2 µs|0.4 µs|0.6 µs|0.8 µs|1.0 µs");
        check(999_000, 60, "0|200 µs|400 µs|600 µs|800 µs");
        check(1_297_000_000, 60, "0|0.2 s|0.4 s|0.6 s|0.8 s|1.0 s|1.2 s");
        check(69_317_638_000, 60, "0|10 s|20 s|30 s|40 s|50 s|1m");
        check(400 * 1_000_000_000, 60, "0|1m|2m|3m|4m|5m|6m");
        check(30 * 86_400 * 1_000_000_000, 60, "0|5d|10d|15d|20d|25d|30d");
        check(i64::MAX - 7, 60, "0|20000d|40000d|60000d|80000d|100000d");
    }

    #[test]
    fn ticks_without_room_are_left_out() {
        check(1_297_000_000, 5, "0");
        check(1_297_000_000, 1, "0");
        check(1_297_000_000, 12, "0|1 s");
    }

    #[test]
    fn the_ends_have_cells_of_their_own() {
        let at = Timestamp::from_nanos;
        let axis = Axis::new(at(-5), at(5), 11);
        let cells: Vec<_> = [-9, -5, -4, 4, 5, 9]
            .map(|nanos| axis.cell_of(at(nanos)))
            .into();
        assert_eq!(cells, [0, 0, 1, 9, 10, 10]);
        let whole = Axis::new(at(i64::MIN), at(i64::MAX), 100);
        assert_eq!(
            (whole.cell_of(at(0)), whole.cell_of(at(i64::MAX))),
            (49, 99)
        );
    }
}
