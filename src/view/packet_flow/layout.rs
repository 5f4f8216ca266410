//! Where the columns of the packet flow stand at a width.
//!
//! What falls away first as room gets scarce: payload beside the packet (it takes a line of its
//! own), absolute time, the distance from the packet before, the distance from the first packet.
//! What the arrow says falls away in the arrow.

use std::ops::Range;

/// Columns by where they end, and the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// End of the column of numbers.
    pub(super) number: usize,
    /// End of the column of absolute times.
    pub(super) clock: Option<usize>,
    /// End of the column of times since the first packet.
    pub(super) elapsed: Option<usize>,
    /// End of the column of times since the packet before.
    pub(super) delta: Option<usize>,
    /// End of the column of lots.
    pub(super) lot: Option<usize>,
    /// The ladder with both sides.
    pub(super) ladder: Range<usize>,
    /// Where findings and payload go.
    pub(super) place: Place,
}

/// Where findings and payload go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Right of the ladder.
    Beside,
    /// Between its sides, on the next line.
    Below,
}

/// Widths of the columns whose width depends on the capture's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeWidths {
    /// Absolute times; absent where they are not shown.
    pub(super) clock: Option<usize>,
    /// A point and the digits behind it.
    pub(super) fraction: usize,
}

impl Layout {
    /// The layout for a width; without one, that of a wide terminal.
    pub(super) fn new(width: Option<usize>, widths: TimeWidths) -> Self {
        let width = width.unwrap_or(PIPE_WIDTH);
        let fitting = PLANS.iter().find_map(|plan| plan.fit(width, widths));
        fitting.unwrap_or_else(|| {
            let start = width.min(NUMBER_WIDTH + 1);
            Self {
                number: NUMBER_WIDTH,
                clock: None,
                elapsed: None,
                delta: None,
                lot: None,
                ladder: start..width.max(start),
                place: Place::Below,
            }
        })
    }
}

/// A choice of columns, and what must be left for the ladder to choose it.
struct Plan {
    place: Place,
    has_clock: bool,
    has_delta: bool,
    /// Least width of the ladder.
    ladder: usize,
}

impl Plan {
    fn fit(&self, width: usize, widths: TimeWidths) -> Option<Layout> {
        let mut end = NUMBER_WIDTH;
        let mut column = |gap: usize, width: usize| {
            end += gap + width;
            end
        };
        let clock = widths.clock.filter(|_| self.has_clock);
        let clock = clock.map(|width| column(2, width));
        let elapsed = Some(column(1, SECONDS_WIDTH + widths.fraction));
        let delta = self.has_delta.then(|| column(1, DELTA_WIDTH));
        let is_beside = self.place == Place::Beside;
        let lot = is_beside.then(|| column(2, LOT_WIDTH));
        let start = end + 2;
        let room = width.checked_sub(start)?;
        let ladder = if is_beside {
            room.checked_sub(REMARK_WIDTH)?.min(self.ladder)
        } else {
            room
        };
        (self.ladder <= ladder).then_some(Layout {
            number: NUMBER_WIDTH,
            clock,
            elapsed,
            delta,
            lot,
            ladder: start..start + ladder,
            place: self.place,
        })
    }
}

/// In order of preference. The ladders hold: flags, length, numbers of seven digits and a window;
/// the same; no window; flags, length and one number.
const PLANS: [Plan; 4] = [
    Plan {
        place: Place::Beside,
        has_clock: true,
        has_delta: true,
        ladder: 64,
    },
    Plan {
        place: Place::Below,
        has_clock: true,
        has_delta: true,
        ladder: 64,
    },
    Plan {
        place: Place::Below,
        has_clock: false,
        has_delta: true,
        ladder: 40,
    },
    Plan {
        place: Place::Below,
        has_clock: false,
        has_delta: false,
        ladder: 28,
    },
];

/// Width where nothing says how wide it may be; lines may be longer.
const PIPE_WIDTH: usize = 160;
const NUMBER_WIDTH: usize = 6;
/// `9999`, a good two hours.
const SECONDS_WIDTH: usize = 4;
/// `(+20.7 ms)`.
const DELTA_WIDTH: usize = 10;
/// `lot 99`.
const LOT_WIDTH: usize = 6;
/// Least room for findings and payload beside a packet.
const REMARK_WIDTH: usize = 26;
