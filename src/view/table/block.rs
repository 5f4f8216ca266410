//! Some rows of a table: their cells in one text.
//!
//! Limits: a block takes rows until it has [`FULL_BYTES`] of text, so that its offsets are small;
//! one row may go beyond.

use std::fmt::Write as _;

use super::Tone;
use crate::view::Escaped;

/// Some rows.
#[derive(Debug, Default)]
pub(super) struct Block {
    text: String,
    /// Where each cell ends.
    ends: Vec<u32>,
    tones: Vec<Tone>,
}

impl Block {
    /// True when rows go into the next one.
    pub(super) const fn is_full(&self) -> bool {
        FULL_BYTES <= self.text.len() || FULL_ROWS <= self.tones.len()
    }

    /// Adds the next cell of a row, and gives it as it is kept: escaped.
    pub(super) fn push_cell(&mut self, write: impl FnOnce(&mut String)) -> &str {
        let start = self.text.len();
        write(&mut self.text);
        let cell = self.text.get(start..).unwrap_or_default();
        if !is_printable(cell) {
            let raw = cell.to_owned();
            self.text.truncate(start);
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{}", Escaped(&raw));
        }
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.text.get(start..).unwrap_or_default()
    }

    /// Bytes of all cells.
    pub(super) const fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Ends a row.
    pub(super) fn end_row(&mut self, tone: Tone) {
        self.tones.push(tone);
    }

    /// The rows: their tones and cells.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Tone, impl Iterator<Item = &str>)> {
        let columns = self.ends.len() / self.tones.len().max(1);
        let mut start = 0;
        let rows = self.ends.chunks(columns.max(1)).zip(&self.tones);
        rows.map(move |(ends, tone)| {
            let mut from = start;
            start = ends.last().copied().unwrap_or(start);
            let cells = ends.iter().map(move |end| {
                let cell = self.text.get(from as usize..*end as usize);
                from = *end;
                cell.unwrap_or_default()
            });
            (*tone, cells)
        })
    }
}

/// True for text that needs no escape: printable ASCII, and micro signs of short times.
fn is_printable(cell: &str) -> bool {
    let is_ascii = |byte: u8| matches!(byte, b' '..=b'~');
    cell.bytes().all(is_ascii) || cell.chars().all(|char| matches!(char, ' '..='~' | 'µ'))
}

/// Text of a block, in bytes: small against the caches.
const FULL_BYTES: usize = 1 << 16;

/// Rows of a block, for tables of empty cells.
const FULL_ROWS: usize = 1 << 10;
