//! TCP sequence numbers: arithmetic modulo 2^32 that is total and never panics.
//!
//! Does not order numbers over a whole stream; that is the job of 64-bit stream offsets.
//! Source: RFC 9293 §3.4, RFC 1982.

use std::fmt;

/// A 32-bit TCP sequence or acknowledgment number.
///
/// There is deliberately no `Ord`: two sequence numbers compare only by their signed distance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// This number advanced by `len`, modulo 2^32.
    #[must_use]
    pub const fn add(self, len: u32) -> Self {
        Self(self.0.wrapping_add(len))
    }

    /// This number moved back by `len`, modulo 2^32.
    #[must_use]
    pub const fn sub(self, len: u32) -> Self {
        Self(self.0.wrapping_sub(len))
    }

    /// Signed distance from `other` to this number: the one representative in `-2^31..2^31`.
    pub const fn distance_from(self, other: Self) -> i32 {
        self.0.wrapping_sub(other.0).cast_signed()
    }

    /// This number relative to `initial`, modulo 2^32 (a SYN is 0, the first byte 1).
    pub const fn relative_to(self, initial: Self) -> u32 {
        self.0.wrapping_sub(initial.0)
    }
}

impl fmt::Display for SeqNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_crosses_the_wrap() {
        assert_eq!(SeqNumber(5).distance_from(SeqNumber(u32::MAX - 4)), 10);
        assert_eq!(SeqNumber(u32::MAX).distance_from(SeqNumber(0)), -1);
    }

    #[test]
    fn half_the_space_away_is_behind() {
        assert_eq!(SeqNumber(1 << 31).distance_from(SeqNumber(0)), i32::MIN);
    }

    #[test]
    fn neighbours_around_zero_are_not_equal() {
        assert_ne!(SeqNumber(u32::MAX), SeqNumber(0));
        assert_eq!(SeqNumber(0).distance_from(SeqNumber(u32::MAX)), 1);
    }
}
