//! The bytes of one direction in order, each once, with what is missing shown as gaps.
//!
//! Takes payloads as they were captured and delivers pieces in stream order. On overlap the byte
//! that was captured first wins. It knows no packets and no times.
//!
//! ```text
//!              next          waiting          waiting
//!   delivered...|             #######          ####
//!               ^ a payload that starts here is delivered at once, and all that follows it
//! ```
//!
//! Limits: bytes that wait behind a gap are limited; at the limit the gap before them is declared
//! and they are delivered. Bytes before what was delivered are dropped: they came too late.
//! Source: RFC 9293 §3.10.7.4 (the first copy of a byte is kept).

use std::collections::BTreeMap;

use super::offset::{StreamOffset, StreamRange};

/// A piece of a stream; pieces come in order and leave nothing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes that were captured.
    Bytes(StreamOffset, &'a [u8]),
    /// Bytes that were never captured, or came after the limit was reached.
    Gap(StreamRange),
}

/// Puts the payloads of one direction in order.
///
/// Invariant: waiting runs are disjoint, not empty, and start behind `next`.
#[derive(Debug)]
pub struct Reassembler {
    next: StreamOffset,
    waiting: BTreeMap<StreamOffset, Vec<u8>>,
    waiting_bytes: usize,
    limit_bytes: usize,
    limit_reached: bool,
}

impl Reassembler {
    /// A stream that starts at `start`; at most `limit_bytes` wait behind a gap.
    pub const fn starting_at(start: StreamOffset, limit_bytes: usize) -> Self {
        Self {
            next: start,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            limit_bytes,
            limit_reached: false,
        }
    }

    /// True when gaps were declared because too many bytes waited.
    pub const fn limit_reached(&self) -> bool {
        self.limit_reached
    }

    /// Takes in a payload that starts at `start`; delivers what is in order now.
    pub fn push(
        &mut self,
        start: StreamOffset,
        payload: &[u8],
        deliver: &mut dyn FnMut(Piece<'_>),
    ) {
        if start <= self.next && self.waiting.is_empty() {
            self.deliver(start, payload, deliver);
        } else {
            self.push_slow(start, payload, deliver);
        }
    }

    /// Delivers all that waits, with the gaps before it.
    pub fn finish(&mut self, deliver: &mut dyn FnMut(Piece<'_>)) {
        while !self.waiting.is_empty() {
            self.declare_gap(deliver);
        }
    }

    fn push_slow(
        &mut self,
        start: StreamOffset,
        payload: &[u8],
        deliver: &mut dyn FnMut(Piece<'_>),
    ) {
        self.keep(start, payload);
        self.deliver_waiting(deliver);
        while self.limit_bytes < self.waiting_bytes {
            self.limit_reached = true;
            self.declare_gap(deliver);
        }
    }

    /// Keeps the bytes of a payload that do not wait already.
    fn keep(&mut self, start: StreamOffset, payload: &[u8]) {
        let (mut start, mut rest) = skip_before(start, payload, self.next);
        while !rest.is_empty() {
            let (free, taken) = self.free_at(start, rest.len());
            let (new, tail) = rest.split_at(free.min(rest.len()));
            if !new.is_empty() {
                self.waiting.insert(start, new.to_vec());
                self.waiting_bytes += new.len();
            }
            let skipped = taken.min(tail.len());
            start = advance(start, free + skipped);
            rest = tail.get(skipped..).unwrap_or_default();
        }
    }

    /// Bytes from `start` that are free, then bytes behind them that wait already.
    fn free_at(&self, start: StreamOffset, len: usize) -> (usize, usize) {
        if let Some((before, bytes)) = self.waiting.range(..=start).next_back() {
            let inside = length(start.bytes_since(*before));
            if inside < bytes.len() {
                return (0, bytes.len() - inside);
            }
        }
        match self.waiting.range(start..).next() {
            Some((after, bytes)) => (length(after.bytes_since(start)).min(len), bytes.len()),
            None => (len, 0),
        }
    }

    fn deliver_waiting(&mut self, deliver: &mut dyn FnMut(Piece<'_>)) {
        while let Some(entry) = self.waiting.first_entry() {
            if self.next < *entry.key() {
                return;
            }
            let (start, bytes) = entry.remove_entry();
            self.waiting_bytes -= bytes.len();
            self.deliver(start, &bytes, deliver);
        }
    }

    fn declare_gap(&mut self, deliver: &mut dyn FnMut(Piece<'_>)) {
        if let Some((first, _)) = self.waiting.first_key_value() {
            deliver(Piece::Gap(StreamRange {
                start: self.next,
                end: *first,
            }));
            self.next = *first;
        }
        self.deliver_waiting(deliver);
    }

    fn deliver(&mut self, start: StreamOffset, bytes: &[u8], deliver: &mut dyn FnMut(Piece<'_>)) {
        let (start, bytes) = skip_before(start, bytes, self.next);
        if !bytes.is_empty() {
            deliver(Piece::Bytes(start, bytes));
            self.next = advance(start, bytes.len());
        }
    }
}

/// The part of a payload that does not lie before `next`.
fn skip_before(start: StreamOffset, bytes: &[u8], next: StreamOffset) -> (StreamOffset, &[u8]) {
    let skipped = length(next.bytes_since(start)).min(bytes.len());
    (
        advance(start, skipped),
        bytes.get(skipped..).unwrap_or_default(),
    )
}

fn advance(offset: StreamOffset, len: usize) -> StreamOffset {
    offset.add(u32::try_from(len).unwrap_or(u32::MAX))
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is delivered: bytes as they are, a gap as one `.` a byte.
    fn text(payloads: &[(i64, &str)], limit: usize) -> String {
        let mut reassembler = Reassembler::starting_at(StreamOffset::ZERO, limit);
        let mut out = String::new();
        let mut deliver = |piece: Piece<'_>| match piece {
            Piece::Bytes(_, bytes) => out.push_str(std::str::from_utf8(bytes).unwrap()),
            Piece::Gap(range) => out.extend((0..range.len()).map(|_| '.')),
        };
        for (start, payload) in payloads {
            reassembler.push(StreamOffset(*start), payload.as_bytes(), &mut deliver);
        }
        reassembler.finish(&mut deliver);
        out
    }

    #[test]
    fn payloads_come_out_in_order() {
        assert_eq!(text(&[(0, "abc"), (3, "def")], 100), "abcdef");
        assert_eq!(text(&[(3, "def"), (0, "abc")], 100), "abcdef");
        assert_eq!(text(&[(0, "abc"), (1, "bcd"), (9, "j")], 100), "abcd.....j");
    }

    #[test]
    fn the_byte_captured_first_wins() {
        assert_eq!(text(&[(0, "AAAA"), (0, "BBBBBB")], 100), "AAAABB");
        assert_eq!(
            text(&[(4, "AAAA"), (0, "BBBBBB"), (6, "CCCC")], 100),
            "BBBBAAAACC"
        );
        assert_eq!(
            text(&[(4, "AA"), (8, "CC"), (2, "BBBBBBBBBB"), (0, "DD")], 100),
            "DDBBAABBCCBB"
        );
    }

    #[test]
    fn at_the_limit_the_gap_is_declared() {
        assert_eq!(text(&[(2, "cd"), (6, "gh"), (0, "ab")], 3), "..cd..gh");
        assert_eq!(text(&[(2, "cd"), (6, "gh"), (0, "ab")], 4), "abcd..gh");
    }

    proptest! {
        #[test]
        fn equals_a_map_of_bytes(
            payloads in prop::collection::vec((0_i64..120, "[a-z]{1,30}"), 1..40),
        ) {
            let mut map = BTreeMap::new();
            for (start, payload) in &payloads {
                for (offset, byte) in (*start..).zip(payload.bytes()) {
                    map.entry(offset).or_insert(byte);
                }
            }
            let end = map.last_key_value().map_or(0, |(offset, _)| offset + 1);
            let expected: String =
                (0..end).map(|offset| map.get(&offset).map_or('.', |byte| char::from(*byte))).collect();
            let given: Vec<_> = payloads.iter().map(|(start, text)| (*start, text.as_str())).collect();
            prop_assert_eq!(text(&given, usize::MAX), expected);
        }
    }
}
