//! What is drawn in each cell: how much was sent, and what happened.

use super::axis::Axis;
use super::line::Ink;
use crate::lot::{Bin, Mark, MarkKind, Tally, Timeline};
use crate::time::Timestamp;

/// One side of the session, which has rows of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// What one side did in the time of one cell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    pub(super) tally: Tally,
    symbols: u16,
}

/// The cells of both sides.
#[derive(Debug)]
pub(super) struct Cells {
    client: Vec<Cell>,
    server: Vec<Cell>,
}

/// A letter below a bar: capitals for the connection, small ones for findings.
///
/// In order of precedence: of several in a cell, the first is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symbol {
    Rst,
    Fin,
    Syn,
    Gap,
    LostUpstream,
    ZeroWindow,
    Resent,
    OutOfOrder,
    Late,
    Established,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Client, Self::Server];

    pub(super) const fn ink(self) -> Ink {
        match self {
            Self::Client => Ink::Client,
            Self::Server => Ink::Server,
        }
    }

    /// What all packets of this side sum up to.
    pub(super) const fn total(self, timeline: &Timeline) -> &Tally {
        match self {
            Self::Client => &timeline.totals().out,
            Self::Server => &timeline.totals().r#in,
        }
    }
}

impl Symbol {
    pub(super) const ALL: [Self; 10] = [
        Self::Rst,
        Self::Fin,
        Self::Syn,
        Self::Gap,
        Self::LostUpstream,
        Self::ZeroWindow,
        Self::Resent,
        Self::OutOfOrder,
        Self::Late,
        Self::Established,
    ];

    pub(super) const fn letter(self) -> char {
        match self {
            Self::Rst => 'R',
            Self::Fin => 'F',
            Self::Syn => 'S',
            Self::Gap => 'g',
            Self::LostUpstream => 'x',
            Self::ZeroWindow => 'z',
            Self::Resent => 'r',
            Self::OutOfOrder => 'o',
            Self::Late => 'l',
            Self::Established => 'A',
        }
    }

    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Rst => "reset",
            Self::Fin => "FIN",
            Self::Syn => "SYN",
            Self::Gap => "gap",
            Self::LostUpstream => "lost upstream",
            Self::ZeroWindow => "zero window",
            Self::Resent => "re-sent",
            Self::OutOfOrder => "out of order",
            Self::Late => "late",
            Self::Established => "established",
        }
    }

    pub(super) const fn ink(self) -> Ink {
        match self {
            Self::Rst | Self::Gap => Ink::Severe,
            Self::Fin | Self::Syn | Self::Established => Ink::Bold,
            Self::LostUpstream
            | Self::ZeroWindow
            | Self::Resent
            | Self::OutOfOrder
            | Self::Late => Ink::Notable,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// What is drawn of a mark; the first byte is seen by its bar.
    const fn of_mark(mark: &Mark) -> Option<Self> {
        match mark.kind {
            MarkKind::Syn | MarkKind::SynAck => Some(Self::Syn),
            MarkKind::Established => Some(Self::Established),
            MarkKind::Fin => Some(Self::Fin),
            MarkKind::Rst => Some(Self::Rst),
            MarkKind::FirstByte => None,
        }
    }
}

impl Cell {
    /// The most important of what happened.
    pub(super) fn symbol(&self) -> Option<Symbol> {
        let has = |symbol: &Symbol| self.symbols & symbol.bit() != 0;
        Symbol::ALL.into_iter().find(has)
    }

    fn add(&mut self, tally: &Tally) {
        self.tally.add(tally);
        for (count, symbol) in [
            (tally.gaps, Symbol::Gap),
            (tally.lost_upstream, Symbol::LostUpstream),
            (tally.zero_windows, Symbol::ZeroWindow),
            (tally.resent_packets, Symbol::Resent),
            (tally.out_of_order, Symbol::OutOfOrder),
            (tally.late_packets, Symbol::Late),
        ] {
            if 0 < count {
                self.symbols |= symbol.bit();
            }
        }
    }
}

impl Cells {
    pub(super) fn new(timeline: &Timeline, axis: &Axis) -> Self {
        let mut cells = Self {
            client: vec![Cell::default(); axis.cells()],
            server: vec![Cell::default(); axis.cells()],
        };
        let places = places(timeline, axis);
        for (bin, place) in timeline.bins().zip(&places) {
            let tallies = [&bin.tallies.out, &bin.tallies.r#in];
            for (side, tally) in Side::BOTH.into_iter().zip(tallies) {
                if let Some(cell) = cells.at(side, *place) {
                    cell.add(tally);
                }
            }
        }
        for mark in timeline.marks() {
            let symbol = Symbol::of_mark(mark);
            let Some((time, symbol)) = mark.time.zip(symbol) else {
                continue;
            };
            // By its bin, so that it stands where its packet was counted.
            let place = places.get(timeline.bin_index(time)).copied();
            let side = if mark.is_of_client() {
                Side::Client
            } else {
                Side::Server
            };
            if let Some(cell) = place.and_then(|place| cells.at(side, place)) {
                cell.symbols |= symbol.bit();
            }
        }
        cells
    }

    /// The cells of one side.
    pub(super) fn of(&self, side: Side) -> &[Cell] {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    /// The most payload bytes in a cell: the height of a full bar, of either side.
    pub(super) fn most_bytes(&self) -> u64 {
        let all = self.client.iter().chain(&self.server);
        let bytes = all.map(|cell| cell.tally.payload_bytes);
        bytes.max().unwrap_or_default()
    }

    /// The cell at `place` of a side; there always is one, since places come from the axis.
    fn at(&mut self, side: Side, place: usize) -> Option<&mut Cell> {
        match side {
            Side::Client => self.client.get_mut(place),
            Side::Server => self.server.get_mut(place),
        }
    }
}

/// The cell of each bin; the first and the last packet are at the ends.
fn places(timeline: &Timeline, axis: &Axis) -> Vec<usize> {
    let half = timeline.bin_width().nanos() / 2;
    let count = timeline.bins().len();
    let place = |(index, bin): (usize, Bin<'_>)| match index {
        0 => 0,
        _ if index + 1 == count => axis.cells() - 1,
        _ => {
            let middle = bin.start.nanos().saturating_add(half);
            axis.cell_of(Timestamp::from_nanos(middle))
        }
    };
    timeline.bins().enumerate().map(place).collect()
}

/// Height of a bar, `0 <= level <= 8`: the square root of its share of the most bytes, so that a
/// request of 100 bytes is seen beside a response of a megabyte. 0 is for no bytes only.
pub(super) fn level(bytes: u64, most: u64) -> usize {
    let reaches = |level: &u128| {
        let share = u128::from(bytes) * LEVELS * LEVELS;
        share <= level * level * u128::from(most)
    };
    let level = (0..LEVELS).find(reaches).unwrap_or(LEVELS);
    usize::try_from(level).unwrap_or_default()
}

const LEVELS: u128 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_with_the_square_root() {
        let levels = [
            0, 1, 100, 15_625, 15_626, 250_000, 765_625, 765_626, 1_000_000,
        ];
        assert_eq!(
            levels.map(|bytes| level(bytes, 1_000_000)),
            [0, 1, 1, 1, 2, 4, 7, 8, 8]
        );
        assert_eq!(level(0, 0), 0);
        assert_eq!(level(u64::MAX, u64::MAX), 8);
    }

    #[test]
    fn every_symbol_has_a_letter_of_its_own() {
        let mut letters = Symbol::ALL.map(Symbol::letter);
        letters.sort_unstable();
        assert!(letters.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(Symbol::ALL.is_sorted());
    }
}
