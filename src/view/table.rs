//! Rows of text, laid out in columns for a terminal or a pipe.
//!
//! Cells are kept in blocks of rows and measured as they come, so that a table of 200,000 rows
//! costs two passes over its text and no layout per cell; blocks can be made and drawn side by
//! side. It deliberately draws no borders: rows stay easy to copy, to `grep` and to `awk`.
//!
//! Limits: a table that does not fit after every [`Fit`] step has its widest columns cut, to no
//! less than [`MIN_WIDTH`] characters each; beyond that the terminal wraps.

mod block;
mod layout;
mod shortened;

use std::io::{self, Write};

use block::Block;
use layout::Layout;
pub(super) use shortened::{Shortened, width_of};

use super::color::{BOLD, RESET};

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// Where its cells stand.
    pub align: Align,
    /// Which end of a cell that is too long goes.
    pub cut: Cut,
    /// False for a column that only a [`Fit::Swap`] shows.
    pub shown: bool,
    /// True when its cells take the colour of the row's tone.
    pub toned: bool,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// What goes when a cell is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The end.
    End,
    /// The middle, where both ends matter (`gateway.str…local:443`).
    Middle,
}

/// A step towards a table that fits; steps are taken in order until it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Leaves a column out when it has no text but its heading.
    DropEmpty(usize),
    /// Leaves a column out.
    Drop(usize),
    /// Shows the second column instead of the first.
    Swap(usize, usize),
    /// Cuts a column down, as far as needed, to no less than this width.
    Shrink(usize, usize),
}

/// How much attention a row asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Nothing is wrong.
    #[default]
    Calm,
    /// Something is worth a look.
    Notable,
    /// Something failed.
    Severe,
}

/// Where the table is written to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surface {
    /// Width to fit, in character cells; absent: nothing is cut.
    pub width: Option<usize>,
    /// True to colour headings and toned cells.
    pub colored: bool,
}

/// A table that is being filled.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    widths: Vec<usize>,
    filled: Vec<bool>,
    blocks: Vec<Block>,
}

/// A table that is complete, with its layout: what is written, block by block.
#[derive(Debug)]
pub struct Drawing<'t> {
    table: &'t Table,
    layout: Layout,
    colored: bool,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: Vec<Column>) -> Self {
        let widths = columns
            .iter()
            .map(|column| width_of(&column.title))
            .collect();
        Self {
            filled: vec![false; columns.len()],
            columns,
            widths,
            blocks: Vec::new(),
        }
    }

    /// Adds a row: one cell for each column, hidden ones included. Cells are escaped.
    pub fn push_row(&mut self, tone: Tone, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut cells = cells.into_iter();
        self.push_row_with(tone, |_, text| {
            if let Some(cell) = cells.next() {
                text.push_str(cell.as_ref());
            }
        });
    }

    /// Adds a row whose cells `write` appends, one for each column. Cells are escaped.
    pub fn push_row_with(&mut self, tone: Tone, mut write: impl FnMut(usize, &mut String)) {
        if self.blocks.last().is_none_or(Block::is_full) {
            self.blocks.push(Block::default());
        }
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        let columns = self.widths.iter_mut().zip(&mut self.filled);
        for (column, (width, filled)) in columns.enumerate() {
            let cell = block.push_cell(|text| write(column, text));
            *width = (*width).max(width_of(cell));
            *filled |= !cell.is_empty();
        }
        block.end_row(tone);
    }

    /// Adds the rows of another table with the same columns.
    pub fn append(&mut self, other: Self) {
        for (width, others) in self.widths.iter_mut().zip(other.widths) {
            *width = (*width).max(others);
        }
        for (filled, others) in self.filled.iter_mut().zip(other.filled) {
            *filled |= others;
        }
        self.blocks.extend(other.blocks);
    }

    /// Lays the table out.
    pub fn draw(&self, surface: Surface, fit: &[Fit]) -> Drawing<'_> {
        let fit = (surface.width, fit);
        Drawing {
            table: self,
            layout: Layout::new(&self.columns, &self.widths, &self.filled, fit),
            colored: surface.colored,
        }
    }

    /// Writes headings and rows.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn write_to(&self, out: &mut impl Write, surface: Surface, fit: &[Fit]) -> io::Result<()> {
        let drawing = self.draw(surface, fit);
        out.write_all(&drawing.heading())?;
        (0..drawing.blocks()).try_for_each(|block| out.write_all(&drawing.block(block)))
    }
}

impl Drawing<'_> {
    /// The line of headings.
    pub fn heading(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let titles = self.table.columns.iter().map(|column| &*column.title);
        let color = if self.colored { BOLD } else { "" };
        self.row(&mut out, titles, color, "");
        out
    }

    /// How many blocks of rows there are.
    pub const fn blocks(&self) -> usize {
        self.table.blocks.len()
    }

    /// The lines of a block of rows.
    pub fn block(&self, index: usize) -> Vec<u8> {
        let block = self.table.blocks.get(index);
        // Most of it is text of cells; what stands between makes it twice as long at most.
        let mut out = Vec::with_capacity(block.map_or(0, |block| 2 * block.text_bytes()));
        for (tone, cells) in block.into_iter().flat_map(Block::rows) {
            let color = if self.colored { tone.color() } else { "" };
            self.row(&mut out, cells, "", color);
        }
        out
    }

    fn row<'a>(
        &self,
        out: &mut Vec<u8>,
        cells: impl Iterator<Item = &'a str>,
        row_color: &str,
        tone_color: &str,
    ) {
        let mut spaces = 0;
        for (index, (cell, column)) in cells.zip(&self.table.columns).enumerate() {
            let Some(width) = self.layout.width(index) else {
                continue;
            };
            let cell = Shortened::new(cell, width, column.cut);
            let padding = width - cell.width;
            let (before, after) = match column.align {
                Align::Left => (0, padding),
                Align::Right => (padding, 0),
            };
            if cell.width == 0 {
                spaces += width + GUTTER;
                continue;
            }
            out.resize(out.len() + spaces + before, b' ');
            let color = if column.toned { tone_color } else { row_color };
            if color.is_empty() {
                cell.append_to(out);
            } else {
                out.extend_from_slice(color.as_bytes());
                cell.append_to(out);
                out.extend_from_slice(RESET.as_bytes());
            }
            spaces = after + GUTTER;
        }
        out.push(b'\n');
    }
}

/// Least width of a column that is cut because the table does not fit otherwise.
pub const MIN_WIDTH: usize = 6;
const GUTTER: usize = 2;

#[cfg(test)]
mod tests;
