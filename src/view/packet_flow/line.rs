//! One line of text on its way out: measured, cut at the width, coloured.
//!
//! It is used again for every line, so that a packet costs no allocation. Spaces wait until text
//! follows: no line ends in spaces.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar as _;

use crate::view::Characters;
use crate::view::color::RESET;
use crate::view::table::width_of;

/// A line that is being put together.
#[derive(Debug)]
pub(super) struct Line {
    text: String,
    /// Character cells so far, waiting spaces included.
    width: usize,
    spaces: usize,
    /// Character cells that the line may have; absent: as many as it takes.
    limit: Option<usize>,
    colored: bool,
    characters: Characters,
}

impl Line {
    /// An empty line.
    pub(super) const fn new(limit: Option<usize>, colored: bool, characters: Characters) -> Self {
        Self {
            text: String::new(),
            width: 0,
            spaces: 0,
            limit,
            colored,
            characters,
        }
    }

    /// The column behind the text.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Character cells that are left; absent: as many as it takes.
    pub(super) fn room(&self) -> Option<usize> {
        self.limit.map(|limit| limit.saturating_sub(self.width))
    }

    /// Goes on at a column; stays where it is when that is behind it.
    pub(super) const fn pad_to(&mut self, column: usize) {
        let spaces = column.saturating_sub(self.width);
        self.spaces += spaces;
        self.width += spaces;
    }

    /// Adds text in a colour, which may be none; a mark stands for what is beyond the limit.
    pub(super) fn put(&mut self, color: &str, text: &str) {
        let (text, mark, width) = self.fitting(text);
        if width == 0 {
            return;
        }
        let reset = self.start_run(color, width);
        for text in [text, mark] {
            match self.characters {
                Characters::Ascii if !text.is_ascii() => {
                    self.text.extend(text.chars().map(to_ascii));
                }
                Characters::Ascii | Characters::Unicode => self.text.push_str(text),
            }
        }
        self.text.push_str(reset);
    }

    /// Adds a glyph of one cell so many times.
    pub(super) fn fill(&mut self, color: &str, glyph: &str, count: usize) {
        let count = self.room().map_or(count, |room| count.min(room));
        if count == 0 {
            return;
        }
        let reset = self.start_run(color, count);
        self.text.extend(std::iter::repeat_n(glyph, count));
        self.text.push_str(reset);
    }

    /// Prepares for text of a width; gives what ends its colour.
    fn start_run(&mut self, color: &str, width: usize) -> &'static str {
        self.text.extend(std::iter::repeat_n(' ', self.spaces));
        self.spaces = 0;
        self.width += width;
        if !self.colored || color.is_empty() {
            return "";
        }
        self.text.push_str(color);
        RESET
    }

    /// Adds text that ends before a column, behind a space at least.
    pub(super) fn put_before(&mut self, column: usize, color: &str, text: &str) {
        let start = column.saturating_sub(width_of(text));
        self.pad_to(start.max(self.width + usize::from(0 < self.width)));
        self.put(color, text);
    }

    /// Ends the line and starts the next one.
    pub(super) fn write_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.text.push('\n');
        let written = out.write_all(self.text.as_bytes());
        self.text.clear();
        self.width = 0;
        self.spaces = 0;
        written
    }

    /// The part of a text that has room, the mark of a cut behind it, and the width of both.
    fn fitting<'t>(&self, text: &'t str) -> (&'t str, &'static str, usize) {
        let width = width_of(text);
        let room = self.room().unwrap_or(usize::MAX);
        if width <= room {
            return (text, "", width);
        }
        let Some(room) = room.checked_sub(1) else {
            return ("", "", 0);
        };
        let mut taken = 0;
        let mut end = 0;
        for (at, character) in text.char_indices() {
            let next = taken + character.width().unwrap_or(0);
            if room < next {
                break;
            }
            taken = next;
            end = at + character.len_utf8();
        }
        (text.get(..end).unwrap_or_default(), CUT_MARK, taken + 1)
    }
}

/// Stands for text that was left out.
pub(super) const CUT_MARK: &str = "…";

const fn to_ascii(character: char) -> char {
    match character {
        '\0'..='\x7f' => character,
        'µ' => 'u',
        '…' => '~',
        _ => '?',
    }
}
