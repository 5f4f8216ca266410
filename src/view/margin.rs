//! Lines with a mark before them, broken where the terminal ends.
//!
//! Tabs become spaces on a terminal, since the mark moves the stops.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar as _;

use super::Escaped;
use super::color::RESET;

/// Writes lines behind a margin.
#[derive(Clone, Debug)]
pub(super) struct Margin {
    /// Width of the terminal; nothing is broken without one.
    width: Option<usize>,
    column: usize,
    is_open: bool,
    color: &'static str,
    mark: &'static str,
}

impl Margin {
    pub(super) const fn new(width: Option<usize>) -> Self {
        Self {
            width,
            column: 0,
            is_open: false,
            color: "",
            mark: "",
        }
    }

    /// Begins a line, unless one goes on.
    pub(super) fn begin(
        &mut self,
        out: &mut impl Write,
        color: &'static str,
        mark: &'static str,
    ) -> io::Result<()> {
        if self.is_open {
            return Ok(());
        }
        (self.color, self.mark) = (color, mark);
        self.is_open = true;
        self.write_mark(out)
    }

    /// Writes text of a line; it is escaped here.
    pub(super) fn write(
        &mut self,
        out: &mut impl Write,
        color: &'static str,
        text: &str,
    ) -> io::Result<()> {
        out.write_all(color.as_bytes())?;
        for (index, part) in text.split('\t').enumerate() {
            if 0 < index {
                self.write_tab(out)?;
            }
            self.write_part(out, color, &Escaped(part).to_string())?;
        }
        let reset = if color.is_empty() { "" } else { RESET };
        out.write_all(reset.as_bytes())
    }

    /// Ends the line.
    pub(super) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.is_open = false;
        out.write_all(b"\n")
    }

    /// Ends the line, if one is open.
    pub(super) fn close(&mut self, out: &mut impl Write) -> io::Result<()> {
        match self.is_open {
            true => self.end(out),
            false => Ok(()),
        }
    }

    fn write_mark(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.column = self.mark.len();
        let reset = if self.color.is_empty() { "" } else { RESET };
        write!(out, "{}{}{reset}", self.color, self.mark)
    }

    fn write_tab(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.width.is_none() {
            return out.write_all(b"\t");
        }
        let inside = self.column.saturating_sub(self.mark.len());
        let spaces = TAB_STOP - inside % TAB_STOP;
        self.column += spaces;
        write!(out, "{:spaces$}", "")
    }

    fn write_part(
        &mut self,
        out: &mut impl Write,
        color: &'static str,
        text: &str,
    ) -> io::Result<()> {
        let Some(width) = self.width else {
            return out.write_all(text.as_bytes());
        };
        let mut start = 0;
        for (at, character) in text.char_indices() {
            let cells = character.width().unwrap_or(0);
            if width < self.column + cells && self.mark.len() < self.column {
                out.write_all(text.get(start..at).unwrap_or_default().as_bytes())?;
                start = at;
                let reset = if color.is_empty() { "" } else { RESET };
                writeln!(out, "{reset}")?;
                self.write_mark(out)?;
                out.write_all(color.as_bytes())?;
            }
            self.column += cells;
        }
        out.write_all(text.get(start..).unwrap_or_default().as_bytes())
    }
}

const TAB_STOP: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(width: Option<usize>, texts: &[&str]) -> String {
        let mut out = Vec::new();
        let mut margin = Margin::new(width);
        margin.begin(&mut out, "", "> ").unwrap();
        for text in texts {
            margin.write(&mut out, "", text).unwrap();
        }
        margin.end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn long_lines_are_broken_behind_the_mark() {
        assert_eq!(lines(Some(6), &["abcdefgh"]), "> abcd\n> efgh\n");
        assert_eq!(lines(Some(6), &["ab", "cdef"]), "> abcd\n> ef\n");
        assert_eq!(lines(Some(6), &["例例例"]), "> 例例\n> 例\n");
        assert_eq!(lines(None, &["abcdefgh"]), "> abcdefgh\n");
    }

    #[test]
    fn tabs_stand_at_stops_behind_the_mark() {
        assert_eq!(lines(Some(40), &["a\tb"]), "> a       b\n");
        assert_eq!(lines(None, &["a\tb"]), "> a\tb\n");
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(lines(None, &["a\u{202e}b\u{1b}"]), "> a\\u{202e}b\\x1b\n");
    }
}
