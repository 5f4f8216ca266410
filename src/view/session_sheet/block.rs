//! Lines of text in colours, broken to a width, and two blocks of them side by side.

use std::io::{self, Write};

use super::SheetCommand;
use crate::view::color::{BOLD, CYAN, DIM, MAGENTA, RESET};
use crate::view::table::width_of;
use crate::view::{Escaped, Surface, wrap};

/// What is written on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paper {
    /// Columns; nothing is broken without.
    pub(super) width: Option<usize>,
    pub(super) colored: bool,
    /// Only characters of ASCII.
    pub(super) is_ascii: bool,
}

/// Lines that belong together.
#[derive(Clone, Debug)]
pub(super) struct Block {
    paper: Paper,
    rows: Vec<Row>,
    /// Rows that are no content.
    heading_rows: usize,
}

/// One line.
#[derive(Clone, Debug, Default)]
struct Row {
    /// Colours and text.
    parts: Vec<(&'static str, String)>,
    width: usize,
}

impl Paper {
    /// Text of a capture in the characters of this paper.
    pub(super) fn text(self, text: &str) -> String {
        let text = Escaped(text).to_string();
        if !self.is_ascii {
            return text;
        }
        let mut plain = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                'µ' => plain.push('u'),
                '→' => plain.push_str("->"),
                '·' => plain.push('-'),
                '✗' => plain.push('x'),
                ' '..='~' => plain.push(character),
                _ => plain.push('?'),
            }
        }
        plain
    }

    /// A colour in bold.
    pub(super) fn bold(self, color: &'static str) -> &'static str {
        match color {
            CYAN => "\x1b[1;36m",
            MAGENTA => "\x1b[1;35m",
            _ => BOLD,
        }
    }

    /// Half of it, for two blocks side by side.
    pub(super) fn halves(self) -> Option<Self> {
        let width = self.width?.saturating_sub(GUTTER) / 2;
        Some(Self {
            width: Some(width),
            ..self
        })
    }

    /// What is left inside the indentation.
    pub(super) fn inner(self) -> Surface {
        Surface {
            width: self.width.map(|width| width.saturating_sub(INDENT)),
            colored: self.colored,
        }
    }

    fn room_behind(self, column: usize) -> Option<usize> {
        self.width
            .map(|width| width.saturating_sub(column).max(LEAST_ROOM))
    }
}

impl Block {
    /// An empty block.
    pub(super) const fn new(paper: Paper) -> Self {
        Self {
            paper,
            rows: Vec::new(),
            heading_rows: 0,
        }
    }

    /// A block of nothing but its title.
    pub(super) fn titled(title: &str, paper: Paper) -> Self {
        let mut block = Self::new(paper);
        block.row().push(BOLD, title);
        block.heading_rows = 1;
        block
    }

    /// True when it has no content.
    pub(super) fn is_bare(&self) -> bool {
        self.rows.len() <= self.heading_rows
    }

    /// A label with its value, which goes on in the same column.
    pub(super) fn pair(&mut self, label: &str, value: &str) {
        let value = self.paper.text(value);
        let room = self.paper.room_behind(COLUMN);
        for (index, line) in wrap::lines(&value, room).iter().enumerate() {
            let row = self.row();
            if index == 0 {
                row.pad_to(INDENT);
                row.push(DIM, label);
            }
            row.pad_to(COLUMN);
            row.push("", line);
        }
    }

    /// A label with its value, where there is one.
    pub(super) fn pair_if(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.pair(label, value.as_ref());
        }
    }

    /// A sentence behind a mark.
    pub(super) fn item(&mut self, color: &'static str, mark: &str, text: &str) {
        let (mark, text) = (self.paper.text(mark), self.paper.text(text));
        let column = if mark.is_empty() { INDENT } else { INDENT + 2 };
        let room = self.paper.room_behind(column);
        for (index, line) in wrap::lines(&text, room).iter().enumerate() {
            let row = self.row();
            if index == 0 {
                row.pad_to(INDENT);
                row.push(color, &mark);
            }
            row.pad_to(column);
            row.push(color, line);
        }
    }

    /// Texts behind each other; each goes to a new line where it does not fit.
    pub(super) fn flow(&mut self, texts: &[(&'static str, &str)]) {
        self.row();
        for (color, text) in texts {
            let text = self.paper.text(text);
            let used = self.rows.last().map_or(0, |row| row.width);
            let needed = used + 1 + width_of(&text);
            let is_full = self.paper.width.is_some_and(|width| width < needed);
            if 0 < used && is_full {
                self.row();
            }
            let room = self.paper.room_behind(INDENT);
            for (index, line) in wrap::lines(&text, room).iter().enumerate() {
                if 0 < index {
                    self.row();
                }
                if let Some(row) = self.rows.last_mut() {
                    let space = usize::from(0 < row.width);
                    row.pad_to(row.width + space);
                    row.push(color, line);
                }
            }
        }
    }

    /// Lines of which each fits.
    pub(super) fn lines(&mut self, color: &'static str, text: &str) {
        for line in text.lines() {
            let row = self.row();
            row.pad_to(INDENT);
            row.push(color, line);
        }
    }

    /// A command behind its purpose; in several lines it stays one command to a shell.
    pub(super) fn command(&mut self, color: &'static str, command: &SheetCommand, widest: usize) {
        let column = INDENT + widest + 2;
        let room = self.paper.room_behind(column);
        let row = self.row();
        row.pad_to(INDENT);
        row.push(color, command.purpose);
        row.pad_to(column);
        let mut used = 0;
        for (index, word) in command.words.iter().enumerate() {
            let word = Escaped(word).to_string();
            // The sign of continuation needs two columns.
            let needed = used + 1 + width_of(&word) + 2;
            if 0 < index && room.is_some_and(|room| room < needed) {
                if let Some(row) = self.rows.last_mut() {
                    row.push("", " \\");
                }
                self.row().pad_to(column + 2);
                used = 2;
            } else if 0 < index {
                used += 1;
                if let Some(row) = self.rows.last_mut() {
                    row.push("", " ");
                }
            }
            used += width_of(&word);
            if let Some(row) = self.rows.last_mut() {
                row.push("", &word);
            }
        }
    }

    /// Adds another block behind a blank line, unless that is bare.
    pub(super) fn append_after_blank(&mut self, other: Self) {
        if !other.is_bare() {
            self.row();
            self.rows.extend(other.rows);
        }
    }

    pub(super) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        for row in &self.rows {
            row.write_to(out, self.paper.colored)?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn row(&mut self) -> &mut Row {
        let last = self.rows.len();
        self.rows.push(Row::default());
        &mut self.rows[last]
    }
}

impl Row {
    fn push(&mut self, color: &'static str, text: &str) {
        self.width += width_of(text);
        self.parts.push((color, text.to_owned()));
    }

    fn pad_to(&mut self, column: usize) {
        let spaces = column.saturating_sub(self.width);
        if 0 < spaces {
            self.push("", &" ".repeat(spaces));
        }
    }

    fn write_to(&self, out: &mut impl Write, colored: bool) -> io::Result<()> {
        for (color, text) in &self.parts {
            if colored && !color.is_empty() && !text.is_empty() {
                write!(out, "{color}{text}{RESET}")?;
            } else {
                out.write_all(text.as_bytes())?;
            }
        }
        Ok(())
    }
}

/// Writes two blocks side by side, each on its half.
pub(super) fn write_beside(
    out: &mut impl Write,
    left: &Block,
    right: &Block,
    half: Paper,
) -> io::Result<()> {
    let column = half.width.unwrap_or_default() + GUTTER;
    let nothing = Row::default();
    for index in 0..left.rows.len().max(right.rows.len()) {
        let row = left.rows.get(index).unwrap_or(&nothing);
        row.write_to(out, half.colored)?;
        if let Some(beside) = right.rows.get(index).filter(|row| 0 < row.width) {
            write!(out, "{:1$}", "", column.saturating_sub(row.width))?;
            beside.write_to(out, half.colored)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Columns before everything but titles.
const INDENT: usize = 2;
/// The column of values.
const COLUMN: usize = 17;
/// Columns between two blocks.
const GUTTER: usize = 2;
/// Columns that a value has at least.
const LEAST_ROOM: usize = 20;
