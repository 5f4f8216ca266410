//! The bytes of one direction to whole records.
//!
//! As long as nothing is missing, one record follows the other. A gap within the body of a record
//! costs that record. Behind any other gap, and in a stream whose start was not captured, a record
//! is looked for: a header, and another one (or the end of the bytes) where the first says.
//!
//! ```text
//!   record | record | body..gap..body | record | re..gap..ody | record | record
//!                     one record lost                  skipped  found again
//! ```
//!
//! Limits: bytes of one record and the header behind it are kept, 18,442 at most.
//! Source: RFC 8446 §5.1 and §5.2, RFC 5246 §6.2.

use std::collections::VecDeque;

use super::super::record::{HEADER_LEN, is_header};
use crate::session::{Piece, StreamOffset, StreamRange};

/// A record as it stands in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawRecord {
    pub(super) range: StreamRange,
    pub(super) header: [u8; HEADER_LEN],
    pub(super) body: Body,
}

/// The body of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    Whole(Vec<u8>),
    /// Of so many bytes, some of which were not captured.
    Cut(usize),
}

/// What a direction consists of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Record(RawRecord),
    /// So many bytes are missing that may hold whole records.
    Missing(u64),
    /// Bytes that belong to records whose start is missing.
    Skipped(StreamRange),
}

impl RawRecord {
    /// The body; empty where it is cut.
    pub(super) fn whole_body(&self) -> &[u8] {
        match &self.body {
            Body::Whole(body) => body,
            Body::Cut(_) => &[],
        }
    }

    /// Length of the body by the header.
    pub(super) const fn body_len(&self) -> u16 {
        let [_, _, _, high, low] = self.header;
        u16::from_be_bytes([high, low])
    }
}

/// Cuts one direction into records.
#[derive(Debug)]
pub(super) struct Framer {
    place: Place,
    /// Where `kept` starts.
    start: StreamOffset,
    kept: Vec<u8>,
}

#[derive(Debug)]
enum Place {
    /// A record starts at `kept`.
    Aligned,
    /// A record may start at `at` in `kept`, or behind it.
    Seeking { at: usize },
    /// In the body of a record of which bytes are missing: so many more follow.
    InCut { record: RawRecord, left: u64 },
    /// What follows is no TLS.
    Over,
}

/// What a place in the bytes is.
enum Found {
    Record(usize),
    Nothing,
    /// There are too few bytes to tell.
    More,
}

impl Framer {
    /// A record starts at `start`.
    pub(super) const fn aligned(start: StreamOffset) -> Self {
        Self {
            place: Place::Aligned,
            start,
            kept: Vec::new(),
        }
    }

    /// A record may start at `start`, or somewhere behind.
    pub(super) const fn seeking(start: StreamOffset) -> Self {
        Self {
            place: Place::Seeking { at: 0 },
            start,
            kept: Vec::new(),
        }
    }

    /// True when no more records come.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.place, Place::Over)
    }

    /// The start of a record, or of bytes that may belong to one, whose end has not come.
    pub(super) const fn incomplete_from(&self) -> Option<StreamOffset> {
        match &self.place {
            Place::InCut { record, .. } => Some(record.range.start),
            Place::Aligned | Place::Seeking { .. } if !self.kept.is_empty() => Some(self.start),
            Place::Aligned | Place::Seeking { .. } | Place::Over => None,
        }
    }

    /// Takes in the next piece.
    pub(super) fn push(&mut self, piece: Piece<'_>, out: &mut VecDeque<Unit>) {
        match piece {
            Piece::Bytes(start, bytes) => {
                if self.kept.is_empty() {
                    self.start = start;
                }
                self.take_bytes(bytes, out);
            }
            Piece::Gap(range) => {
                self.take_gap(range.len(), out);
                if self.kept.is_empty() {
                    self.start = range.end;
                }
            }
        }
    }

    /// Nothing follows.
    pub(super) fn finish(&mut self, out: &mut VecDeque<Unit>) {
        self.seek(true, out);
        self.cut(out);
        if let Place::InCut { mut record, left } = std::mem::replace(&mut self.place, Place::Over) {
            record.range.end = StreamOffset(
                record
                    .range
                    .end
                    .0
                    .saturating_sub(i64::try_from(left).unwrap_or(i64::MAX)),
            );
            out.push_back(Unit::Record(record));
        }
    }

    fn take_bytes(&mut self, bytes: &[u8], out: &mut VecDeque<Unit>) {
        let mut rest = bytes;
        if let Place::InCut { left, .. } = &mut self.place {
            let len = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
            *left = left.saturating_sub(len as u64);
            rest = rest.get(len..).unwrap_or_default();
            self.start = self.start.add(u32::try_from(len).unwrap_or(u32::MAX));
            self.end_cut(out);
        }
        if rest.is_empty() || matches!(self.place, Place::Over | Place::InCut { .. }) {
            return;
        }
        self.kept.extend_from_slice(rest);
        self.seek(false, out);
        self.read_aligned(out);
    }

    /// Gives out the whole records at the front.
    fn read_aligned(&mut self, out: &mut VecDeque<Unit>) {
        if !matches!(self.place, Place::Aligned) {
            return;
        }
        let mut kept = std::mem::take(&mut self.kept);
        let mut at = 0;
        while let Some((header, behind)) = kept
            .get(at..)
            .and_then(<[u8]>::split_first_chunk::<HEADER_LEN>)
        {
            if !is_header(*header) {
                self.place = Place::Over;
                return;
            }
            let len = body_len(*header);
            let Some(body) = behind.get(..len) else {
                break;
            };
            let total = len.saturating_add(HEADER_LEN);
            out.push_back(Unit::Record(RawRecord {
                range: range_of(advance(self.start, at), total),
                header: *header,
                body: Body::Whole(body.to_vec()),
            }));
            at = at.saturating_add(total);
        }
        kept.drain(..at.min(kept.len()));
        self.start = advance(self.start, at);
        self.kept = kept;
    }

    /// Looks for a record; at the end of the bytes, a whole one needs no other behind it.
    fn seek(&mut self, is_end: bool, out: &mut VecDeque<Unit>) {
        let Place::Seeking { mut at } = self.place else {
            return;
        };
        loop {
            match self.look_at(at, is_end) {
                Found::Record(at) => {
                    self.skip(at, out);
                    self.place = Place::Aligned;
                    self.read_aligned(out);
                    return;
                }
                Found::Nothing if at < self.kept.len() => at = at.saturating_add(1),
                Found::Nothing | Found::More => break,
            }
        }
        self.place = Place::Seeking { at };
        // What was looked at is no start of a record: only its place matters any more.
        if KEPT_WHILE_SEEKING < at {
            self.skip(at, out);
            self.place = Place::Seeking { at: 0 };
        }
    }

    fn look_at(&self, at: usize, is_end: bool) -> Found {
        let too_few = if is_end { Found::Nothing } else { Found::More };
        let rest = self.kept.get(at..).unwrap_or_default();
        let Some((header, behind)) = rest.split_first_chunk::<HEADER_LEN>() else {
            return too_few;
        };
        if !is_header(*header) {
            return Found::Nothing;
        }
        let Some(behind) = behind.get(body_len(*header)..) else {
            return too_few;
        };
        match behind.first_chunk::<HEADER_LEN>() {
            Some(next) if is_header(*next) && next.get(1..3) == header.get(1..3) => {
                Found::Record(at)
            }
            Some(_) => Found::Nothing,
            None if is_end => Found::Record(at),
            None => Found::More,
        }
    }

    fn take_gap(&mut self, len: u64, out: &mut VecDeque<Unit>) {
        self.seek(true, out);
        self.cut(out);
        let hidden = match &mut self.place {
            Place::InCut { left, .. } if len <= *left => {
                *left = left.saturating_sub(len);
                0
            }
            Place::InCut { left, .. } => len.saturating_sub(std::mem::take(left)),
            Place::Aligned | Place::Seeking { .. } => len,
            Place::Over => return,
        };
        self.end_cut(out);
        if 0 < hidden {
            out.push_back(Unit::Missing(hidden));
            self.place = Place::Seeking { at: 0 };
        }
    }

    /// Bytes are missing behind what is kept: turns it into a record that is cut, or skips it.
    fn cut(&mut self, out: &mut VecDeque<Unit>) {
        let is_aligned = matches!(self.place, Place::Aligned);
        let head = self.kept.first_chunk::<HEADER_LEN>().copied();
        match head.filter(|_| is_aligned) {
            Some(header) => {
                let len = body_len(header);
                let total = len.saturating_add(HEADER_LEN);
                let left = total.saturating_sub(self.kept.len()) as u64;
                let record = RawRecord {
                    range: range_of(self.start, total),
                    header,
                    body: Body::Cut(len),
                };
                self.kept.clear();
                self.place = Place::InCut { record, left };
            }
            None => {
                let kept = self.kept.len();
                if 0 < kept {
                    self.skip(kept, out);
                    out.push_back(Unit::Missing(0));
                }
            }
        }
    }

    /// Gives out a cut record when all of it is over.
    fn end_cut(&mut self, out: &mut VecDeque<Unit>) {
        if !matches!(self.place, Place::InCut { left: 0, .. }) {
            return;
        }
        if let Place::InCut { record, .. } = std::mem::replace(&mut self.place, Place::Aligned) {
            self.start = record.range.end;
            out.push_back(Unit::Record(record));
        }
    }

    /// Passes over the first `len` bytes that are kept.
    fn skip(&mut self, len: usize, out: &mut VecDeque<Unit>) {
        let len = len.min(self.kept.len());
        if len == 0 {
            return;
        }
        let range = range_of(self.start, len);
        self.kept.drain(..len);
        self.start = range.end;
        match out.back_mut() {
            Some(Unit::Skipped(before)) if before.end == range.start => before.end = range.end,
            _ => out.push_back(Unit::Skipped(range)),
        }
    }
}

#[cfg(test)]
mod tests;

/// Length of the body behind a header.
pub(super) fn body_len([_, _, _, high, low]: [u8; HEADER_LEN]) -> usize {
    u16::from_be_bytes([high, low]).into()
}

fn range_of(start: StreamOffset, len: usize) -> StreamRange {
    StreamRange::new(start, u32::try_from(len).unwrap_or(u32::MAX))
}

fn advance(start: StreamOffset, len: usize) -> StreamOffset {
    start.add(u32::try_from(len).unwrap_or(u32::MAX))
}

/// Bytes that may be kept before the place that is looked at.
const KEPT_WHILE_SEEKING: usize = 64 << 10;
