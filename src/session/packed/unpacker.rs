//! Bytes to fields.

use super::Pass;

/// Gives back the numbers of one summary, in the order in which they were taken.
pub(super) struct Unpacker<'a> {
    bits: u64,
    widths: &'a [u8],
    /// The next widths, lowest first, and how many of them are left.
    next_widths: (u64, u32),
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
            next_widths: (0, 0),
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

    /// The width of the next number in bytes.
    #[inline(always)]
    fn width(&mut self) -> usize {
        if self.next_widths.1 == 0 {
            self.load_widths();
        }
        let (widths, left) = &mut self.next_widths;
        let width = *widths & 15;
        *widths >>= 4;
        *left -= 1;
        usize::try_from(width.min(8)).unwrap_or_default()
    }

    fn load_widths(&mut self) {
        let (now, later) = self.widths.split_at(self.widths.len().min(8));
        self.widths = later;
        self.next_widths = (little_endian(now), 16);
    }
}

/// The number that starts with these bytes, eight at most.
#[inline(always)]
fn little_endian(bytes: &[u8]) -> u64 {
    let mut whole = [0; 8];
    match bytes.first_chunk::<8>() {
        Some(eight) => whole = *eight,
        None => {
            for (to, from) in whole.iter_mut().zip(bytes) {
                *to = *from;
            }
        }
    }
    u64::from_le_bytes(whole)
}

impl Pass for Unpacker<'_> {
    const IS_PACKING: bool = false;

    #[inline(always)]
    fn number(&mut self, number: &mut u64) {
        let width = self.width();
        if width == 0 {
            *number = 0;
            return;
        }
        let unused = 64 - 8 * width;
        *number = little_endian(self.rest) & (u64::MAX >> unused);
        self.rest = self.rest.get(width..).unwrap_or_default();
    }

    #[inline(always)]
    fn bits(&mut self, number: &mut u64, count: u32) {
        let mask = 1_u64.checked_shl(count).unwrap_or_default().wrapping_sub(1);
        *number = self.bits & mask;
        self.bits = self.bits.checked_shr(count).unwrap_or_default();
    }
}
