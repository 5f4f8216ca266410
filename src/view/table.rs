//! Rows of text, laid out in columns for a terminal or a pipe.
//!
//! Cells are kept in one buffer and measured as they come, so that a table of 200,000 rows costs
//! two passes over its text and no layout per cell. It deliberately draws no borders: rows stay
//! easy to copy, to `grep` and to `awk`.
//!
//! Limits: a table that does not fit after every [`Fit`] step has its widest columns cut, to no
//! less than [`MIN_WIDTH`] characters each; beyond that the terminal wraps.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Escaped;
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
    text: String,
    ends: Vec<usize>,
    tones: Vec<Tone>,
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
            text: String::new(),
            ends: Vec::new(),
            tones: Vec::new(),
        }
    }

    /// Adds a row: one cell for each column, hidden ones included. Cells are escaped.
    pub fn push_row(&mut self, tone: Tone, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut cells = cells.into_iter();
        for (width, filled) in self.widths.iter_mut().zip(&mut self.filled) {
            let start = self.text.len();
            if let Some(cell) = cells.next() {
                // Writing to a string cannot fail.
                let _ = write!(self.text, "{}", Escaped(cell.as_ref()));
            }
            let cell = self.text.get(start..).unwrap_or_default();
            *width = (*width).max(width_of(cell));
            *filled |= !cell.is_empty();
            self.ends.push(self.text.len());
        }
        self.tones.push(tone);
    }

    /// Writes headings and rows.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn write_to(&self, out: &mut impl Write, surface: Surface, fit: &[Fit]) -> io::Result<()> {
        let layout = self.layout(surface.width, fit);
        let titles = self.columns.iter().map(|column| column.title.as_str());
        let heading = if surface.colored { BOLD } else { "" };
        self.write_row(out, &layout, titles, heading, "")?;
        let width = self.columns.len();
        for (row, tone) in self.tones.iter().enumerate() {
            let cells = (0..width).map(|column| self.cell(row * width + column));
            let color = if surface.colored { tone.color() } else { "" };
            self.write_row(out, &layout, cells, "", color)?;
        }
        Ok(())
    }

    fn cell(&self, index: usize) -> &str {
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let end = self.ends.get(index).copied().unwrap_or_default();
        self.text
            .get(start.copied().unwrap_or_default()..end)
            .unwrap_or_default()
    }

    fn write_row<'a>(
        &self,
        out: &mut impl Write,
        layout: &Layout,
        cells: impl Iterator<Item = &'a str>,
        row_color: &str,
        tone_color: &str,
    ) -> io::Result<()> {
        let mut spaces = 0;
        for (index, (cell, column)) in cells.zip(&self.columns).enumerate() {
            let Some(width) = layout.width(index) else {
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
            let color = if column.toned { tone_color } else { row_color };
            let reset = if color.is_empty() { "" } else { RESET };
            write!(out, "{:1$}{color}{cell}{reset}", "", spaces + before)?;
            spaces = after + GUTTER;
        }
        writeln!(out)
    }

    fn layout(&self, limit: Option<usize>, fit: &[Fit]) -> Layout {
        let shown = self.columns.iter().zip(&self.widths);
        let mut layout = Layout {
            widths: shown
                .map(|(column, width)| column.shown.then_some(*width))
                .collect(),
        };
        let Some(limit) = limit else { return layout };
        for step in fit {
            let excess = layout.total().saturating_sub(limit);
            if excess == 0 {
                break;
            }
            layout.apply(*step, excess, &self.widths, &self.filled);
        }
        layout.cut_widest(limit);
        layout.regrow(limit, &self.widths);
        layout
    }
}

/// Widths of the columns that are shown.
#[derive(Debug)]
struct Layout {
    widths: Vec<Option<usize>>,
}

impl Layout {
    fn width(&self, column: usize) -> Option<usize> {
        self.widths.get(column).copied().flatten()
    }

    fn total(&self) -> usize {
        let shown = self.widths.iter().flatten();
        let sum: usize = shown.map(|width| width + GUTTER).sum();
        sum.saturating_sub(GUTTER)
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

/// A cell cut to a width.
pub(super) struct Shortened<'a> {
    head: &'a str,
    tail: &'a str,
    is_cut: bool,
    width: usize,
}

impl<'a> Shortened<'a> {
    /// The text itself where it fits, or what is left with a sign of omission.
    pub(super) fn new(cell: &'a str, limit: usize, cut: Cut) -> Self {
        let width = width_of(cell);
        if width <= limit {
            return Self {
                head: cell,
                tail: "",
                is_cut: false,
                width,
            };
        }
        let room = limit.saturating_sub(1);
        let tail_room = match cut {
            Cut::End => 0,
            Cut::Middle => room / 2,
        };
        let (head, head_width) = take(cell.char_indices(), cell, room - tail_room, true);
        let (tail, tail_width) = take(cell.char_indices().rev(), cell, tail_room, false);
        Self {
            head,
            tail,
            is_cut: true,
            width: head_width + 1 + tail_width,
        }
    }
}

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.head)?;
        if self.is_cut {
            f.write_str("…")?;
        }
        f.write_str(self.tail)
    }
}

/// The longest run of characters from one end of `text` that fits `room`, and its width.
fn take(
    characters: impl Iterator<Item = (usize, char)>,
    text: &str,
    room: usize,
    from_start: bool,
) -> (&str, usize) {
    let mut width = 0;
    let mut edge = if from_start { 0 } else { text.len() };
    for (at, character) in characters {
        let next = width + character.width().unwrap_or(0);
        if next > room {
            break;
        }
        width = next;
        edge = if from_start {
            at + character.len_utf8()
        } else {
            at
        };
    }
    let range = if from_start {
        text.get(..edge)
    } else {
        text.get(edge..)
    };
    (range.unwrap_or_default(), width)
}

/// Columns of a terminal that a text takes.
pub(super) fn width_of(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// Least width of a column that is cut because the table does not fit otherwise.
pub const MIN_WIDTH: usize = 6;
const GUTTER: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn column(title: &str, align: Align, cut: Cut) -> Column {
        Column {
            title: title.to_owned(),
            align,
            cut,
            shown: true,
            toned: false,
        }
    }

    fn sample() -> Table {
        let mut columns = vec![
            column("#", Align::Right, Cut::End),
            column("SERVER", Align::Left, Cut::Middle),
            column("BYTES", Align::Right, Cut::End),
            column("NOTES", Align::Left, Cut::End),
        ];
        columns[3].toned = true;
        let mut table = Table::new(columns);
        table.push_row(Tone::Calm, ["1", "10.0.0.1:80", "12.3 kB", ""]);
        table.push_row(
            Tone::Severe,
            ["12", "bücher.example:443", "0 B", "reset by server"],
        );
        table
    }

    fn check(surface: Surface, fit: &[Fit], expect: &str) {
        let mut out = Vec::new();
        sample().write_to(&mut out, surface, fit).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    fn at(width: usize) -> Surface {
        Surface {
            width: Some(width),
            colored: false,
        }
    }

    #[test]
    fn a_pipe_gets_everything_uncut() {
        check(
            Surface::default(),
            &[Fit::Drop(2)],
            " #  SERVER                BYTES  NOTES\n \
              1  10.0.0.1:80         12.3 kB\n\
             12  bücher.example:443      0 B  reset by server\n",
        );
    }

    #[test]
    fn steps_are_taken_in_order_until_it_fits() {
        check(
            at(40),
            &[Fit::Drop(2), Fit::Shrink(3, 5)],
            " #  SERVER              NOTES\n \
              1  10.0.0.1:80\n\
             12  bücher.example:443  reset by server\n",
        );
        check(
            at(45),
            &[Fit::Shrink(1, 8), Fit::Drop(2)],
            " #  SERVER             BYTES  NOTES\n \
              1  10.0.0.1:80      12.3 kB\n\
             12  bücher.…ple:443      0 B  reset by server\n",
        );
    }

    #[test]
    fn without_steps_the_widest_columns_are_cut() {
        check(
            at(30),
            &[],
            " #  SERVER      BYTES  NOTES\n \
              1  10.0…:80  12.3 kB\n\
             12  büch…443      0 B  reset …\n",
        );
    }

    #[test]
    fn colours_wrap_the_text_and_not_the_padding() {
        let mut out = Vec::new();
        let surface = Surface {
            width: None,
            colored: true,
        };
        sample().write_to(&mut out, surface, &[]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(" \x1b[1m#\x1b[0m  \x1b[1mSERVER\x1b[0m "));
        assert!(text.ends_with("  \x1b[31mreset by server\x1b[0m\n"));
    }

    #[test]
    fn cells_are_escaped_before_they_are_measured() {
        let mut table = Table::new(vec![
            column("A", Align::Left, Cut::End),
            column("B", Align::Left, Cut::End),
        ]);
        table.push_row(Tone::Calm, ["\x1b[2J", "x"]);
        let mut out = Vec::new();
        table.write_to(&mut out, Surface::default(), &[]).unwrap();
        assert_eq!(out, b"A        B\n\\x1b[2J  x\n");
    }
}
