//! Lines of a diagram: text in colours, in character cells, cut to a width.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use crate::view::color::{BOLD, CYAN, DIM, MAGENTA, RED, RESET, YELLOW};

/// How text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Bold,
    Dim,
    Client,
    Server,
    Notable,
    Severe,
}

/// What lines are written with, and the characters that differ where only ASCII is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canvas {
    /// Cells of a line.
    pub(super) width: usize,
    pub(super) colored: bool,
    pub(super) glyphs: &'static Glyphs,
}

/// The characters of a diagram, each one cell wide.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Glyphs {
    /// Bars from lowest to highest.
    pub(super) levels: [char; 8],
    /// Packets, but no payload.
    pub(super) bare: char,
    pub(super) start: char,
    pub(super) tick: char,
    pub(super) end: char,
    pub(super) rule: char,
    /// A lot of the client, of the server, of both.
    pub(super) lots: [char; 3],
    pub(super) silence: char,
    pub(super) cut: char,
    is_ascii: bool,
}

/// A line that grows to the right.
#[derive(Debug, Default)]
pub(super) struct Line {
    parts: Vec<(Ink, String)>,
    width: usize,
    /// Spaces that become text only when something follows.
    spaces: usize,
}

impl Ink {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => BOLD,
            Self::Dim => DIM,
            Self::Client => CYAN,
            Self::Server => MAGENTA,
            Self::Notable => YELLOW,
            Self::Severe => RED,
        }
    }
}

impl Canvas {
    /// Text in the characters of this canvas.
    pub(super) fn text(&self, text: &str) -> String {
        let to_ascii = |character| match character {
            'µ' => 'u',
            '√' => 'r',
            ' '..='~' => character,
            _ => '?',
        };
        if self.glyphs.is_ascii {
            text.chars().map(to_ascii).collect()
        } else {
            text.to_owned()
        }
    }

    /// Text in the characters of this canvas, cut to `room` cells.
    pub(super) fn shortened(&self, text: &str, room: usize) -> String {
        let mut text = self.text(text);
        if text.width() <= room {
            return text;
        }
        let whole = head(&text, room.saturating_sub(1)).len();
        text.truncate(whole);
        if 0 < room {
            text.push(self.glyphs.cut);
        }
        text
    }
}

impl Line {
    /// A line that begins with the name of a row, with what follows in column `column`.
    pub(super) fn labelled(label: &str, ink: Ink, column: usize) -> Self {
        let mut line = Self::default();
        line.push(ink, label);
        line.pad_to(column);
        line
    }

    /// Adds text.
    pub(super) fn push(&mut self, ink: Ink, text: &str) {
        if text.is_empty() {
            return;
        }
        if 0 < self.spaces {
            let spaces = " ".repeat(std::mem::take(&mut self.spaces));
            self.append(Ink::Plain, &spaces);
        }
        self.append(ink, text);
    }

    /// Adds one cell; a space counts only when something follows.
    pub(super) fn push_cell(&mut self, ink: Ink, character: char) {
        if character == ' ' {
            self.spaces += 1;
        } else {
            self.push(ink, character.encode_utf8(&mut [0; 4]));
        }
    }

    /// Lets what follows start in `column`, or right here when that is passed.
    pub(super) const fn pad_to(&mut self, column: usize) {
        self.spaces = column.saturating_sub(self.width);
    }

    /// Writes the line with its end, cut to the width of the canvas.
    pub(super) fn write_to(&self, out: &mut impl Write, canvas: &Canvas) -> io::Result<()> {
        for (ink, text) in self.fitting(canvas.width) {
            let code = if canvas.colored { ink.code() } else { "" };
            let reset = if code.is_empty() { "" } else { RESET };
            write!(out, "{code}{text}{reset}")?;
        }
        writeln!(out)
    }

    /// The start of the line that fits into `room` cells, without spaces at its end.
    fn fitting(&self, room: usize) -> Vec<(Ink, &str)> {
        let mut room = room;
        let mut parts = Vec::with_capacity(self.parts.len());
        for (ink, text) in &self.parts {
            let width = text.width();
            if room < width {
                parts.push((*ink, head(text, room)));
                break;
            }
            room -= width;
            parts.push((*ink, text.as_str()));
        }
        while let Some((ink, text)) = parts.pop() {
            let text = text.trim_end();
            if !text.is_empty() {
                parts.push((ink, text));
                break;
            }
        }
        parts
    }

    fn append(&mut self, ink: Ink, text: &str) {
        self.width += text.width();
        match self.parts.last_mut() {
            Some((last, part)) if *last == ink => part.push_str(text),
            Some(_) | None => self.parts.push((ink, text.to_owned())),
        }
    }
}

/// The longest start of `text` that fits into `room` cells.
///
/// Measured as a whole for each length, since a character may change the width of the one before.
fn head(text: &str, room: usize) -> &str {
    let mut fits = "";
    let ends = text
        .char_indices()
        .map(|(start, one)| start + one.len_utf8());
    for end in ends {
        let start = text.get(..end).unwrap_or_default();
        if room < start.width() {
            break;
        }
        fits = start;
    }
    fits
}

/// Blocks and lines.
pub(super) const UNICODE: Glyphs = Glyphs {
    levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    bare: '·',
    start: '├',
    tick: '┬',
    end: '┤',
    rule: '─',
    lots: ['↓', '↑', '↕'],
    silence: '╌',
    cut: '…',
    is_ascii: false,
};

/// Seven bits.
pub(super) const ASCII: Glyphs = Glyphs {
    levels: ['.', ':', '-', '=', '+', '*', '#', '@'],
    bare: '\'',
    start: '|',
    tick: '+',
    end: '|',
    rule: '-',
    lots: ['v', '^', 'X'],
    silence: '~',
    cut: '~',
    is_ascii: true,
};
