//! Cells that are cut to a width.

use std::fmt;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Cut;

/// A cell cut to a width.
pub(in super::super) struct Shortened<'a> {
    head: &'a str,
    tail: &'a str,
    is_cut: bool,
    pub(super) width: usize,
}

impl<'a> Shortened<'a> {
    /// The text itself where it fits, or what is left with a sign of omission.
    pub(in super::super) fn new(cell: &'a str, limit: usize, cut: Cut) -> Self {
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

impl Shortened<'_> {
    /// Appends what is left of the cell.
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.head.as_bytes());
        if self.is_cut {
            out.extend_from_slice("…".as_bytes());
        }
        out.extend_from_slice(self.tail.as_bytes());
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
pub(in super::super) fn width_of(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}
