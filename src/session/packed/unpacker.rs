//! Bytes to fields.

use super::Pass;

/// Gives back the numbers of one summary, in the order in which they were taken.
pub(super) struct Unpacker<'a> {
    bits: u64,
    widths: &'a [u8],
    /// The widths come in pairs: true at the second of one.
    is_second: bool,
    rest: &'a [u8],
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let (count, rest) = bytes.split_first().unwrap_or((&0, &[]));
        let (bits, rest) = rest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let widths = usize::from(*count).div_ceil(2);
        let (widths, rest) = rest.split_at_checked(widths).unwrap_or_default();
        Self {
            bits: u64::from_le_bytes(*bits),
            widths,
            is_second: false,
            rest,
        }
    }

    /// The next `len` bytes; fewer where there are no more.
    pub(super) fn take(&mut self, len: u64) -> &'a [u8] {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let (taken, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    #[inline(always)]
    fn width(&mut self) -> usize {
        let Some((pair, rest)) = self.widths.split_first() else {
            return 0;
        };
        let width = if self.is_second {
            self.widths = rest;
            pair >> 4
        } else {
            pair & 15
        };
        self.is_second = !self.is_second;
        usize::from(width.min(8))
    }
}

impl Pass for Unpacker<'_> {
    #[inline(always)]
    fn number(&mut self, number: &mut u64) {
        let width = self.width();
        let mut bytes = [0; 8];
        match self.rest.first_chunk::<8>() {
            Some(whole) => bytes = *whole,
            None => {
                for (to, from) in bytes.iter_mut().zip(self.rest) {
                    *to = *from;
                }
            }
        }
        let unused = 64 - 8 * u32::try_from(width).unwrap_or(8);
        let mask = u64::MAX.checked_shr(unused).unwrap_or_default();
        *number = u64::from_le_bytes(bytes) & mask;
        self.rest = self.rest.get(width..).unwrap_or_default();
    }

    #[inline(always)]
    fn bits(&mut self, number: &mut u64, count: u32) {
        let mask = 1_u64.checked_shl(count).unwrap_or_default().wrapping_sub(1);
        *number = self.bits & mask;
        self.bits = self.bits.checked_shr(count).unwrap_or_default();
    }
}
