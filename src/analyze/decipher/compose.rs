//! The content of a part of a lot, put together from its records and what stands beside them.

use std::ops::Range;

use super::{OwnRecord, RecordKind, RecordLine};
use crate::lot::decode::Piece as LotPiece;
use crate::lot::{Bytes, LotPart};
use crate::session::{StreamOffset, StreamRange};
use crate::tls::Undeciphered;

/// Puts the content of a part together.
pub(super) struct Composer<'a> {
    part: &'a LotPart,
    range: StreamRange,
    /// The byte of the stream behind the last that was used.
    next: StreamOffset,
    pub(super) content: Bytes,
    pub(super) lines: Vec<RecordLine>,
    pub(super) cleartext: Vec<Range<usize>>,
    pub(super) deciphered_bytes: u64,
}

impl<'a> Composer<'a> {
    pub(super) fn new(part: &'a LotPart, range: StreamRange) -> Self {
        Self {
            part,
            range,
            next: range.start,
            content: Bytes::default(),
            lines: Vec::new(),
            cleartext: Vec::new(),
            deciphered_bytes: 0,
        }
    }

    /// Bytes up to this place that are of no record are shown as they are.
    pub(super) fn cleartext_to(&mut self, end: StreamOffset) {
        let (start, end) = (self.next, end.min(self.range.end));
        if start < end {
            let before = self.content.bytes.len();
            self.copy(StreamRange { start, end });
            self.cleartext.push(before..self.content.bytes.len());
            self.next = end;
        }
    }

    /// Appends what was captured in a range.
    fn copy(&mut self, range: StreamRange) {
        let lot = self.part.bytes();
        let place = |offset| advance(self.part.lot.start, offset);
        for piece in lot.pieces() {
            match piece {
                LotPiece::Bytes { at, offset, bytes } => {
                    let here = range.intersection(range_of(place(offset), bytes.len() as u64));
                    let skipped = length(here.start.bytes_since(place(offset)));
                    let mut at = at + skipped;
                    let mut rest = bytes.get(skipped..).unwrap_or_default();
                    rest = rest.get(..length(here.len())).unwrap_or_default();
                    while !rest.is_empty() {
                        let lateness = lot.lateness(at);
                        let (run, tail) = rest.split_at((lateness.until - at).min(rest.len()));
                        self.content.append_run(run, lateness.is_late);
                        at += run.len();
                        rest = tail;
                    }
                }
                LotPiece::Gap { offset, gap } => {
                    let here = range.intersection(range_of(place(offset), gap.missing_bytes));
                    if !here.is_empty() {
                        self.content.append_gap(here.len());
                    }
                }
            }
        }
    }

    /// True when bytes of a range came late.
    fn is_late_in(&self, range: StreamRange) -> bool {
        let lot = self.part.bytes();
        !lot.late.is_empty()
            && lot.pieces().any(|piece| match piece {
                LotPiece::Bytes { at, offset, bytes } => {
                    let start = advance(self.part.lot.start, offset);
                    let here = range.intersection(range_of(start, bytes.len() as u64));
                    let at = at + length(here.start.bytes_since(start));
                    lot.is_any_late(&(at..at + length(here.len())))
                }
                LotPiece::Gap { .. } => false,
            })
    }

    /// Adds a record behind those before.
    pub(super) fn record(&mut self, record: OwnRecord) {
        self.next = self.next.max(record.range.end);
        let at = self.content.bytes.len();
        match record.kind {
            RecordKind::Data(data) => {
                let is_late = self.is_late_in(record.range);
                self.deciphered_bytes += data.len() as u64;
                self.content.append_run(&data, is_late);
            }
            RecordKind::Line(None) => {}
            RecordKind::Line(Some(text)) => self.lines.push(RecordLine {
                at,
                text,
                records: 1,
                bytes: record.body_bytes,
                reason: None,
            }),
            RecordKind::Unknown(text, reason, missing_bytes) => {
                self.unknown(text, reason, record.body_bytes);
                if 0 < missing_bytes {
                    self.content.append_gap(missing_bytes);
                }
            }
        }
    }

    /// Several records in a row of which the same is to be said have one line.
    fn unknown(&mut self, text: String, reason: Undeciphered, bytes: u64) {
        let at = self.content.bytes.len();
        match self.lines.last_mut() {
            Some(last) if (last.at, last.reason) == (at, Some(reason)) && last.text == text => {
                last.records += 1;
                last.bytes += bytes;
            }
            _ => self.lines.push(RecordLine {
                at,
                text,
                records: 1,
                bytes,
                reason: Some(reason),
            }),
        }
    }
}

fn range_of(start: StreamOffset, len: u64) -> StreamRange {
    let end = advance(start, len);
    StreamRange { start, end }
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

pub(super) fn advance(offset: StreamOffset, len: u64) -> StreamOffset {
    StreamOffset(offset.0.saturating_add_unsigned(len))
}
