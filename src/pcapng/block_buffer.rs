//! One block that is put together, in little-endian order.
//!
//! Knows lengths, padding and the end of options, and no kind of block.
//!
//! Limits: a block has at most 4,294,967,292 bytes, as its length field says.
//! Sources: draft-ietf-opsawg-pcapng, "General Block Structure" and "Options".

use super::option_list::OptionList;
use super::write_error::WriteError;

/// The bytes of a block; its memory is used again for the next one.
#[derive(Debug, Default)]
pub(super) struct BlockBuffer {
    bytes: Vec<u8>,
}

impl BlockBuffer {
    /// Starts a block of this type.
    pub(super) fn start(&mut self, kind: u32) -> &mut Self {
        self.bytes.clear();
        self.u32(kind).u32(0)
    }

    pub(super) fn u16(&mut self, number: u16) -> &mut Self {
        self.bytes.extend_from_slice(&number.to_le_bytes());
        self
    }

    pub(super) fn u32(&mut self, number: u32) -> &mut Self {
        self.bytes.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// The high half of a time, then the low one.
    pub(super) fn ticks(&mut self, ticks: u64) -> &mut Self {
        let [a, b, c, d, e, f, g, h] = ticks.to_le_bytes();
        self.bytes.extend_from_slice(&[e, f, g, h, a, b, c, d]);
        self
    }

    /// Bytes that are padded later.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Fills up to a multiple of four.
    pub(super) fn pad(&mut self) -> &mut Self {
        let padded = self.bytes.len().next_multiple_of(4);
        self.bytes.resize(padded, 0);
        self
    }

    /// Options with the one that ends them; nothing where there are none.
    pub(super) fn options(&mut self, options: &OptionList) -> &mut Self {
        if options.is_empty() {
            return self;
        }
        self.raw(options.as_bytes()).u32(END_OF_OPTIONS)
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Sets both lengths and gives the block, which is called `block` where it is too long.
    pub(super) fn finish(&mut self, block: &'static str) -> Result<&[u8], WriteError> {
        let len = self.bytes.len().saturating_add(LENGTH);
        let total = match u32::try_from(len) {
            Ok(total) if total & 3 == 0 => total,
            _ => return Err(WriteError::BlockTooLong { block, len }),
        };
        self.u32(total);
        if let Some(first) = self.bytes.get_mut(LENGTH..LENGTH.saturating_mul(2)) {
            first.copy_from_slice(&total.to_le_bytes());
        }
        Ok(&self.bytes)
    }
}

/// Bytes of a length; the first one stands behind a type of as many.
const LENGTH: usize = 4;
const END_OF_OPTIONS: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_stand_at_both_ends() {
        let mut buffer = BlockBuffer::default();
        let block = buffer
            .start(9)
            .u16(1)
            .raw(b"x")
            .pad()
            .finish("odd")
            .unwrap();
        assert_eq!(block, b"\x09\0\0\0\x10\0\0\0\x01\0x\0\x10\0\0\0");
        assert_eq!(buffer.start(1).finish("odd").unwrap().len(), 12);
    }

    #[test]
    fn times_have_their_high_half_first() {
        let mut buffer = BlockBuffer::default();
        let ticks = 0x0102_0304_0506_0708;
        let block = buffer.start(9).ticks(ticks).finish("odd").unwrap();
        assert_eq!(block[8..16], [4, 3, 2, 1, 8, 7, 6, 5]);
    }

    #[test]
    fn options_end_where_there_are_some() {
        let mut buffer = BlockBuffer::default();
        let mut options = OptionList::default();
        assert_eq!(buffer.start(9).options(&options).len(), 8);
        options.push(1, b"ab").unwrap();
        buffer.start(9).options(&options);
        assert_eq!(buffer.bytes[8..], *b"\x01\0\x02\0ab\0\0\0\0\0\0");
    }
}
