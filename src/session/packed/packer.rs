//! Fields to bytes.

use super::Pass;

/// Takes the numbers of one summary.
pub(super) struct Packer {
    bits: u64,
    bits_used: u32,
    widths: [u8; WIDTHS],
    numbers: [u8; NUMBERS * 8],
    /// Numbers so far.
    count: usize,
    /// Bytes of them.
    len: usize,
}

impl Packer {
    pub(super) const fn new() -> Self {
        Self {
            bits: 0,
            bits_used: 0,
            widths: [0; WIDTHS],
            numbers: [0; NUMBERS * 8],
            count: 0,
            len: 0,
        }
    }

    /// Appends all that was taken.
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        debug_assert!(self.count <= NUMBERS && self.bits_used <= 64);
        let widths = self.widths.get(..self.count.div_ceil(2));
        let numbers = self.numbers.get(..self.len);
        out.push(u8::try_from(self.count).unwrap_or(u8::MAX));
        out.extend_from_slice(&self.bits.to_le_bytes());
        out.extend_from_slice(widths.unwrap_or_default());
        out.extend_from_slice(numbers.unwrap_or_default());
    }
}

impl Pass for Packer {
    const IS_PACKING: bool = true;

    #[inline(always)]
    fn number(&mut self, number: &mut u64) {
        if *number == 0 {
            self.count += 1;
            return;
        }
        let width = 8 - (number.leading_zeros() / 8);
        let place = self.numbers.get_mut(self.len..);
        if let Some(place) = place.and_then(|place| place.first_chunk_mut()) {
            *place = number.to_le_bytes();
        }
        if let Some(widths) = self.widths.get_mut(self.count / 2) {
            let shifted = width << (self.count % 2 * 4);
            *widths |= u8::try_from(shifted).unwrap_or_default();
        }
        self.len += width as usize;
        self.count += 1;
    }

    #[inline(always)]
    fn bits(&mut self, number: &mut u64, count: u32) {
        self.bits |= *number << (self.bits_used & 63);
        self.bits_used += count;
    }
}

/// Room for the numbers of a summary.
const NUMBERS: usize = 128;
const WIDTHS: usize = NUMBERS / 2;
