//! How wide the columns of a table are, so that it fits.

use super::{Column, Fit, MIN_WIDTH};

/// Widths of the columns that are shown.
#[derive(Debug)]
pub(super) struct Layout {
    widths: Vec<Option<usize>>,
}

impl Layout {
    /// The layout of columns that are as wide as their widest cells, brought to a width.
    pub(super) fn new(
        columns: &[Column],
        natural: &[usize],
        filled: &[bool],
        (limit, fit): (Option<usize>, &[Fit]),
    ) -> Self {
        let shown = columns.iter().zip(natural);
        let widths = shown.map(|(column, width)| column.shown.then_some(*width));
        let mut layout = Self {
            widths: widths.collect(),
        };
        let Some(limit) = limit else { return layout };
        for step in fit {
            let excess = layout.total().saturating_sub(limit);
            if excess == 0 {
                break;
            }
            layout.apply(*step, excess, natural, filled);
        }
        layout.cut_widest(limit);
        layout.regrow(limit, natural);
        layout
    }

    /// The width of a column; `None` when it is not shown.
    pub(super) fn width(&self, column: usize) -> Option<usize> {
        self.widths.get(column).copied().flatten()
    }

    fn total(&self) -> usize {
        let shown = self.widths.iter().flatten();
        let sum: usize = shown.map(|width| width + super::GUTTER).sum();
        sum.saturating_sub(super::GUTTER)
    }

    fn apply(&mut self, step: Fit, excess: usize, natural: &[usize], filled: &[bool]) {
        match step {
            Fit::DropEmpty(column) => {
                if filled.get(column) == Some(&false) {
                    self.set(column, None);
                }
            }
            Fit::Drop(column) => self.set(column, None),
            Fit::Swap(from, to) => {
                self.set(from, None);
                self.set(to, natural.get(to).copied());
            }
            Fit::Shrink(column, least) => {
                if let Some(width) = self.width(column) {
                    let shrunk = width.saturating_sub(excess).max(least).min(width);
                    self.set(column, Some(shrunk));
                }
            }
        }
    }

    /// Gives room that later steps made back to columns that earlier ones cut.
    fn regrow(&mut self, limit: usize, natural: &[usize]) {
        let mut room = limit.saturating_sub(self.total());
        for (width, natural) in self.widths.iter_mut().zip(natural) {
            if let Some(width) = width {
                let growth = natural.saturating_sub(*width).min(room);
                *width += growth;
                room -= growth;
            }
        }
    }

    fn set(&mut self, column: usize, width: Option<usize>) {
        if let Some(slot) = self.widths.get_mut(column) {
            *slot = width;
        }
    }

    fn cut_widest(&mut self, limit: usize) {
        while self.total() > limit {
            let widest = self.widths.iter_mut().flatten().max_by_key(|width| **width);
            match widest {
                Some(width) if *width > MIN_WIDTH => *width -= 1,
                Some(_) | None => return,
            }
        }
    }
}
