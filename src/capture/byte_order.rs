//! Integers out of capture bytes, in the byte order of the machine that wrote them.
//!
//! Turns an offset in a slice into a number, or into `None` where the slice is too short. It
//! never panics and knows no file format.

/// The order in which a capture stores the bytes of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl ByteOrder {
    /// The 16-bit number at offset `at`.
    #[inline]
    pub(crate) fn u16_at(self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// The 32-bit number at offset `at`.
    #[inline]
    pub(crate) fn u32_at(self, bytes: &[u8], at: usize) -> Option<u32> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(self.u32(raw))
    }

    /// The 32-bit number in four bytes.
    #[inline]
    pub(crate) const fn u32(self, raw: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        }
    }

    /// The 64-bit number at offset `at`.
    pub(crate) fn u64_at(self, bytes: &[u8], at: usize) -> Option<u64> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(raw),
            Self::Big => u64::from_be_bytes(raw),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ByteOrder::{Big, Little};

    #[test]
    fn numbers_read_in_both_orders_and_not_past_the_end() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(Little.u16_at(&bytes, 6), Some(0x0807));
        assert_eq!(Big.u16_at(&bytes, 6), Some(0x0708));
        assert_eq!(Little.u32_at(&bytes, 4), Some(0x0807_0605));
        assert_eq!(Big.u32_at(&bytes, 4), Some(0x0506_0708));
        assert_eq!(Big.u64_at(&bytes, 0), Some(0x0102_0304_0506_0708));
        assert_eq!(Little.u64_at(&bytes, 0), Some(0x0807_0605_0403_0201));
        assert_eq!(Little.u32_at(&bytes, 5), None);
        assert_eq!(Little.u16_at(&bytes, usize::MAX), None);
    }
}
