//! Positions in a stream: 32-bit sequence numbers unwrapped to 64 bits.
//!
//! Offset 0 is the first byte after the SYN; of a session whose start was missed, the first byte
//! of the first packet captured. Bytes before that are negative offsets.
//! Limits: a stream of 2^63 bytes; distances saturate there.
//! Source: RFC 9293 §3.4.

use std::fmt;

use crate::packet::SeqNumber;

/// Position of a byte in the stream of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamOffset(pub i64);

impl StreamOffset {
    /// The offset of the first byte of a stream.
    pub const ZERO: Self = Self(0);

    /// The offset `len` bytes after this one.
    #[must_use]
    pub const fn add(self, len: u32) -> Self {
        Self(self.0.saturating_add(len as i64))
    }

    /// The offset `len` bytes before this one.
    #[must_use]
    pub const fn sub(self, len: u32) -> Self {
        Self(self.0.saturating_sub(len as i64))
    }

    /// Bytes from `start` to this offset; 0 where `start` is behind it.
    pub const fn bytes_since(self, start: Self) -> u64 {
        let distance = self.0.saturating_sub(start.0);
        if distance < 0 {
            0
        } else {
            distance.unsigned_abs()
        }
    }
}

impl fmt::Display for StreamOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run of bytes of a stream: `start <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StreamRange {
    /// First byte.
    pub start: StreamOffset,
    /// The byte after the last.
    pub end: StreamOffset,
}

impl StreamRange {
    /// The `len` bytes from `start`.
    pub const fn new(start: StreamOffset, len: u32) -> Self {
        Self {
            start,
            end: start.add(len),
        }
    }

    /// Number of bytes.
    pub const fn len(self) -> u64 {
        self.end.bytes_since(self.start)
    }

    /// True when there is no byte in it.
    pub const fn is_empty(self) -> bool {
        self.end.0 <= self.start.0
    }

    /// The bytes that both ranges share.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let start = self.start.max(other.start);
        Self {
            start,
            end: self.end.min(other.end).max(start),
        }
    }
}

/// The place where sequence numbers and stream offsets of one direction meet.
#[derive(Clone, Copy, Debug)]
pub struct Anchor {
    /// A sequence number near the numbers to be translated.
    pub seq: SeqNumber,
    /// Its offset.
    pub offset: StreamOffset,
}

impl Anchor {
    /// The offset of `seq`, taken as the nearest to the anchor (within 2^31 bytes of it).
    pub fn offset_of(self, seq: SeqNumber) -> StreamOffset {
        StreamOffset(
            self.offset
                .0
                .saturating_add(i64::from(seq.distance_from(self.seq))),
        )
    }

    /// Moves the anchor forward to `offset`, so that numbers beyond the wrap stay near.
    pub fn advance_to(&mut self, offset: StreamOffset) {
        let distance = offset.bytes_since(self.offset);
        // Truncation is the point: sequence numbers are offsets modulo 2^32.
        let wrapped = u32::try_from(distance & u64::from(u32::MAX)).unwrap_or_default();
        self.seq = self.seq.add(wrapped);
        self.offset = self.offset.max(offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchor_follows_the_wrap() {
        let mut anchor = Anchor {
            seq: SeqNumber(u32::MAX - 9),
            offset: StreamOffset::ZERO,
        };
        assert_eq!(anchor.offset_of(SeqNumber(10)), StreamOffset(20));
        anchor.advance_to(StreamOffset(20));
        assert_eq!(anchor.seq, SeqNumber(10));
        assert_eq!(anchor.offset_of(SeqNumber(u32::MAX)), StreamOffset(9));
    }

    #[test]
    fn anchor_counts_past_four_gibibytes() {
        let mut anchor = Anchor {
            seq: SeqNumber(7),
            offset: StreamOffset::ZERO,
        };
        for step in 1..=6 {
            let seq = SeqNumber(7).add(0x4000_0000_u32.wrapping_mul(step));
            anchor.advance_to(anchor.offset_of(seq));
        }
        assert_eq!(anchor.offset, StreamOffset(6 * 0x4000_0000));
    }

    #[test]
    fn bytes_before_the_anchor_are_negative() {
        let anchor = Anchor {
            seq: SeqNumber(100),
            offset: StreamOffset::ZERO,
        };
        assert_eq!(anchor.offset_of(SeqNumber(90)), StreamOffset(-10));
    }
}
