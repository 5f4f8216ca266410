//! Checked reads of big-endian fields and of bodies with a length before them.
//!
//! A read that needs more than is there gives `None` and never panics. "Nothing may follow" is a
//! check of its own: [`Reader::end`].
//! Source: RFC 8446 §3 (presentation language).

/// The bytes that are left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// `Some` when nothing is left.
    pub(super) fn end(&self) -> Option<()> {
        self.is_empty().then_some(())
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u24(&mut self) -> Option<usize> {
        let [high, middle, low] = self.array()?;
        Some(length_u24(high, middle, low))
    }

    /// A body behind its length in one byte.
    pub(super) fn vec8(&mut self) -> Option<Self> {
        let len = usize::from(self.u8()?);
        self.take(len).map(Self::new)
    }

    /// A body behind its length in two bytes.
    pub(super) fn vec16(&mut self) -> Option<Self> {
        let len = usize::from(self.u16()?);
        self.take(len).map(Self::new)
    }

    /// A body behind its length in three bytes.
    pub(super) fn vec24(&mut self) -> Option<Self> {
        let len = self.u24()?;
        self.take(len).map(Self::new)
    }
}

/// A length of three bytes.
pub(super) fn length_u24(high: u8, middle: u8, low: u8) -> usize {
    usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low)
}

/// The 16-bit values of a list; an odd byte at the end is left out.
pub(super) fn values_u16(list: &[u8]) -> impl Iterator<Item = u16> + Clone {
    list.as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_be_bytes(*pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_beyond_the_end_give_nothing() {
        let mut reader = Reader::new(&[0, 3, b'a', b'b']);
        assert!(reader.clone().vec16().is_none());
        assert_eq!(reader.u16(), Some(3));
        assert_eq!(reader.u24(), None);
        assert_eq!(reader.take(2), Some(&b"ab"[..]));
        assert_eq!(reader.end(), Some(()));
    }

    #[test]
    fn bodies_end_where_their_length_says() {
        let mut reader = Reader::new(&[2, 1, 2, 0, 0, 1, 9, 7]);
        assert_eq!(reader.vec8().unwrap().rest(), [1, 2]);
        assert_eq!(reader.vec24().unwrap().rest(), [9]);
        assert_eq!(reader.rest(), [7]);
        assert_eq!(reader.end(), None);
    }
}
