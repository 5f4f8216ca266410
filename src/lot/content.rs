//! The bytes of one lot while packets may still add to it: runs of bytes, and the gaps between.
//!
//! Each byte is kept once, in stream order, whatever the order of capture. Of several copies of a
//! byte the first captured counts, or the last ([`Overlap`]). It knows no packets and no times.
//!
//! ```text
//!   start         gap          cut         end
//!     |#####|late|......|######|xxx|##########|
//! ```
//!
//! Limits: nothing here limits what is kept; its owner asks for [`Content::held_bytes`], which
//! counts the bookkeeping of each run, and takes out what is too much.
//! Source: RFC 9293 §3.10.7.4 (a receiver keeps the bytes that it has).

use std::collections::BTreeMap;
use std::ops::Range;

use super::decode::Gap;
use crate::session::{StreamOffset, StreamRange};

/// Which copy of a byte counts when packets bring different ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// The copy captured first.
    #[default]
    First,
    /// The copy captured last, while the lot is not given out.
    Last,
}

/// Bytes of a lot in order, with what is missing between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// The captured bytes, gaps closed up.
    pub bytes: Vec<u8>,
    /// Where bytes are missing, in order.
    pub gaps: Vec<Gap>,
    /// The bytes that came late: ranges of indexes of `bytes`, in order.
    pub late: Vec<Range<usize>>,
}

/// The runs of one lot, by the offset of their first byte.
///
/// Invariant: runs are disjoint and not empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    runs: BTreeMap<StreamOffset, Run>,
    held_bytes: usize,
}

#[derive(Clone, Debug)]
struct Run {
    bytes: Vec<u8>,
    kind: RunKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunKind {
    InTime,
    Late,
}

impl Content {
    /// Memory that is held, bookkeeping included.
    pub(super) const fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Adds the bytes of a packet that start at `start`.
    pub(super) fn insert(
        &mut self,
        start: StreamOffset,
        bytes: &[u8],
        late: bool,
        overlap: Overlap,
    ) {
        let kind = if late { RunKind::Late } else { RunKind::InTime };
        if !self.extend_last(start, bytes, kind) {
            self.insert_slow(start, bytes, kind, overlap);
        }
    }

    /// The usual case: bytes right behind the last run.
    fn extend_last(&mut self, start: StreamOffset, bytes: &[u8], kind: RunKind) -> bool {
        let Some(mut last) = self.runs.last_entry() else {
            return false;
        };
        let fits = last.get().kind == kind && end_of(*last.key(), last.get()) == start;
        if fits {
            last.get_mut().bytes.extend_from_slice(bytes);
            self.held_bytes += bytes.len();
        }
        fits
    }

    fn insert_slow(&mut self, start: StreamOffset, bytes: &[u8], kind: RunKind, overlap: Overlap) {
        let (mut start, mut rest) = (start, bytes);
        while !rest.is_empty() {
            let taken = self.overwrite(start, rest, overlap);
            let (_, tail) = rest.split_at(taken.min(rest.len()));
            (start, rest) = (advance(start, taken), tail);
            let free = self.free_at(start, rest.len());
            let (new, tail) = rest.split_at(free.min(rest.len()));
            if !new.is_empty() {
                self.held_bytes += new.len() + RUN_BYTES;
                let bytes = new.to_vec();
                self.runs.insert(start, Run { bytes, kind });
            }
            (start, rest) = (advance(start, free), tail);
        }
    }

    /// Bytes from `start` on that are held already; they are replaced when the last copy counts.
    fn overwrite(&mut self, start: StreamOffset, bytes: &[u8], overlap: Overlap) -> usize {
        let Some((before, run)) = self.runs.range_mut(..=start).next_back() else {
            return 0;
        };
        let inside = length(start.bytes_since(*before));
        let held = run.bytes.get_mut(inside..).unwrap_or_default();
        let shared = held.len().min(bytes.len());
        if overlap == Overlap::Last {
            for (old, new) in held.iter_mut().zip(bytes) {
                *old = *new;
            }
        }
        shared
    }

    /// Bytes from `start` up to the next run, `len` at most.
    fn free_at(&self, start: StreamOffset, len: usize) -> usize {
        let next = self.runs.range(start..).next();
        next.map_or(len, |(after, _)| length(after.bytes_since(start)).min(len))
    }

    /// Takes out everything in `range`, with the gaps in it.
    pub(super) fn take(&mut self, range: StreamRange) -> Bytes {
        let mut taken = Bytes::default();
        let mut next = range.start;
        while let Some(entry) = self.runs.first_entry() {
            if range.end <= *entry.key() {
                break;
            }
            let (start, run) = entry.remove_entry();
            let held_bytes = run.bytes.len() + RUN_BYTES;
            self.held_bytes = self.held_bytes.saturating_sub(held_bytes);
            taken.push_gap(start.bytes_since(next));
            next = end_of(start, &run);
            taken.push_run(run);
        }
        taken.push_gap(range.end.bytes_since(next));
        taken
    }

    /// The end of what can be taken out from `start` on to leave about `keep_bytes`: the end of a
    /// run, and at least of the first.
    pub(super) fn end_of_head(&self, keep_bytes: usize) -> Option<StreamOffset> {
        let mut left = self.held_bytes;
        let mut end = None;
        for (start, run) in &self.runs {
            if end.is_some() && left <= keep_bytes {
                break;
            }
            left = left.saturating_sub(run.bytes.len() + RUN_BYTES);
            end = Some(end_of(*start, run));
        }
        end
    }
}

impl Bytes {
    /// Bytes missing in all gaps.
    pub fn missing_bytes(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.missing_bytes).sum()
    }

    /// Appends bytes that follow.
    pub fn append_run(&mut self, bytes: &[u8], is_late: bool) {
        let kind = if is_late {
            RunKind::Late
        } else {
            RunKind::InTime
        };
        let bytes = bytes.to_vec();
        self.push_run(Run { bytes, kind });
    }

    /// Appends missing bytes; gaps at one place become one.
    pub fn append_gap(&mut self, missing_bytes: u64) {
        let at = self.bytes.len();
        match self.gaps.last_mut() {
            Some(last) if last.at == at => {
                last.missing_bytes = last.missing_bytes.saturating_add(missing_bytes);
            }
            _ => self.push_gap(missing_bytes),
        }
    }

    fn push_gap(&mut self, missing_bytes: u64) {
        if missing_bytes > 0 {
            let at = self.bytes.len();
            self.gaps.push(Gap { at, missing_bytes });
        }
    }

    fn push_run(&mut self, run: Run) {
        let start = self.bytes.len();
        if self.bytes.is_empty() {
            self.bytes = run.bytes;
        } else {
            self.bytes.extend_from_slice(&run.bytes);
        }
        let end = self.bytes.len();
        match self.late.last_mut() {
            _ if run.kind == RunKind::InTime => {}
            Some(before) if before.end == start => before.end = end,
            Some(_) | None => self.late.push(start..end),
        }
    }
}

fn end_of(start: StreamOffset, run: &Run) -> StreamOffset {
    advance(start, run.bytes.len())
}

fn advance(offset: StreamOffset, len: usize) -> StreamOffset {
    StreamOffset(
        offset
            .0
            .saturating_add(i64::try_from(len).unwrap_or(i64::MAX)),
    )
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a run costs beside its bytes: its entry in the map, and the slack of its buffer.
const RUN_BYTES: usize = 96;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(start: i64, end: i64) -> StreamRange {
        StreamRange {
            start: StreamOffset(start),
            end: StreamOffset(end),
        }
    }

    /// What is held in `0..end`: bytes as they are, late ones in upper case, a gap as one `.` a byte.
    fn text(payloads: &[(i64, &str, bool)], end: i64, overlap: Overlap) -> String {
        let mut content = Content::default();
        for (start, payload, late) in payloads {
            content.insert(StreamOffset(*start), payload.as_bytes(), *late, overlap);
        }
        let taken = content.take(range(0, end));
        assert_eq!(content.held_bytes(), 0);
        let mut out = String::new();
        let mut gaps = taken.gaps.iter().peekable();
        for at in 0..=taken.bytes.len() {
            while let Some(gap) = gaps.next_if(|gap| gap.at == at) {
                out.extend((0..gap.missing_bytes).map(|_| '.'));
            }
            let late = taken.late.iter().any(|range| range.contains(&at));
            out.extend(taken.bytes.get(at).map(|byte| {
                let shown = if late {
                    byte.to_ascii_uppercase()
                } else {
                    *byte
                };
                char::from(shown)
            }));
        }
        out
    }

    #[test]
    fn bytes_stand_in_stream_order_with_their_gaps() {
        let in_order = [(0, "abc", false), (3, "def", false)];
        assert_eq!(text(&in_order, 6, Overlap::First), "abcdef");
        let apart = [(7, "h", false), (3, "def", false)];
        assert_eq!(text(&apart, 9, Overlap::First), "...def.h.");
        let late = [(0, "ab", false), (4, "ef", false), (2, "cd", true)];
        assert_eq!(text(&late, 6, Overlap::First), "abCDef");
    }

    #[test]
    fn the_copy_that_counts_is_the_first_or_the_last() {
        let copies = [(0, "aaaa", false), (2, "bbbb", false), (1, "c", false)];
        assert_eq!(text(&copies, 6, Overlap::First), "aaaabb");
        assert_eq!(text(&copies, 6, Overlap::Last), "acbbbb");
    }

    #[test]
    fn a_head_can_be_taken_out_and_the_rest_stays() {
        let mut content = Content::default();
        for start in [0, 100, 200, 300] {
            content.insert(StreamOffset(start), &[7; 50], false, Overlap::First);
        }
        let end = content.end_of_head(300).unwrap();
        assert_eq!(end, StreamOffset(150));
        let head = content.take(range(0, end.0));
        assert_eq!((head.bytes.len(), head.gaps.len()), (100, 1));
        assert_eq!(content.take(range(150, 350)).bytes.len(), 100);
    }

    proptest! {
        #[test]
        fn equals_a_map_of_bytes(
            payloads in prop::collection::vec((0_i64..120, "[a-z]{1,30}"), 1..40),
            last in any::<bool>(),
        ) {
            let overlap = if last { Overlap::Last } else { Overlap::First };
            let mut map = BTreeMap::new();
            for (start, payload) in &payloads {
                for (offset, byte) in (*start..).zip(payload.bytes()) {
                    match overlap {
                        Overlap::First => { map.entry(offset).or_insert(byte); }
                        Overlap::Last => { map.insert(offset, byte); }
                    }
                }
            }
            let expected: String =
                (0..200).map(|offset| map.get(&offset).map_or('.', |byte| char::from(*byte))).collect();
            let given: Vec<_> =
                payloads.iter().map(|(start, text)| (*start, text.as_str(), false)).collect();
            prop_assert_eq!(text(&given, 200, overlap), expected);
        }
    }
}
