//! Options of a block that are kept, to be written again as they were.
//!
//! The list holds the bytes of a block's options in little-endian order. What the specification
//! defines as a number is turned round where a section is big-endian; all else is kept byte for
//! byte, known or not. Options that must not be copied into another file are left out.
//!
//! Limits: a value is at most 65,535 bytes; a list that lies is kept up to the lie.
//! Sources: draft-ietf-opsawg-pcapng, "Options" and the options of each block; the order of
//! verdicts as in Wireshark's `wiretap/pcapng.c`.

use std::fmt;

use super::block::{ENHANCED_PACKET, INTERFACE_DESCRIPTION, INTERFACE_STATISTICS, OBSOLETE_PACKET};
use super::options::Options;
use super::write_error::WriteError;
use crate::capture::ByteOrder;

/// Options in the order of their block, without the one that ends them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OptionList {
    /// Code, length, value and padding of each.
    bytes: Vec<u8>,
}

impl OptionList {
    /// Code of a comment, in any block.
    pub const COMMENT: u16 = 1;
    /// Code of the hardware that captured, in a section header.
    pub const HARDWARE: u16 = 2;
    /// Code of the operating system that captured, in a section header.
    pub const OPERATING_SYSTEM: u16 = 3;
    /// Code of the program that wrote the section, in a section header.
    pub const APPLICATION: u16 = 4;
    /// Code of an interface's name.
    pub const INTERFACE_NAME: u16 = 2;
    /// Code of the resolution of an interface's clock.
    pub const TIME_RESOLUTION: u16 = 9;
    /// Code of the length of the frame check sequence of an interface.
    pub const FCS_LEN: u16 = 13;
    /// Code of the seconds that are added to the times of an interface.
    pub const TIME_OFFSET: u16 = 14;

    /// The options in the body of a block of this type.
    pub(super) fn read(bytes: &[u8], kind: u32, order: ByteOrder) -> Self {
        let mut list = Self::default();
        for (code, value) in Options::new(bytes, order).map_while(Result::ok) {
            if matches!(code, CUSTOM_TEXT_NO_COPY | CUSTOM_BYTES_NO_COPY) {
                continue;
            }
            let start = list.bytes.len().saturating_add(HEADER);
            let end = start.saturating_add(value.len());
            // Never fails: the code is not the end, and the length was read from 16 bits.
            if list.push(code, value).is_ok()
                && order == ByteOrder::Big
                && let Some(value) = list.bytes.get_mut(start..end)
            {
                turn_round(kind, code, value);
            }
        }
        list
    }

    /// Adds an option. Numbers in the value are little-endian.
    ///
    /// # Errors
    /// When the value is longer than 65,535 bytes, or the code is that of the end.
    pub fn push(&mut self, code: u16, value: &[u8]) -> Result<(), WriteError> {
        if code == END {
            return Err(WriteError::EndOption);
        }
        let len = u16::try_from(value.len()).map_err(|_| WriteError::OptionTooLong {
            code,
            len: value.len(),
        })?;
        self.append(code, len, value);
        Ok(())
    }

    /// Adds an option of one byte.
    pub(crate) fn push_byte(&mut self, code: u16, value: u8) {
        self.append(code, 1, &[value]);
    }

    fn append(&mut self, code: u16, len: u16, value: &[u8]) {
        self.bytes.extend_from_slice(&code.to_le_bytes());
        self.bytes.extend_from_slice(&len.to_le_bytes());
        self.bytes.extend_from_slice(value);
        let padded = self.bytes.len().next_multiple_of(4);
        self.bytes.resize(padded, 0);
    }

    /// Code and value of each option. Numbers in the values are little-endian.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &[u8])> {
        Options::new(&self.bytes, ByteOrder::Little).map_while(Result::ok)
    }

    /// The value of the last option with this code.
    pub fn last(&self, code: u16) -> Option<&[u8]> {
        let same = self.iter().filter(|(other, _)| *other == code);
        same.last().map(|(_, value)| value)
    }

    /// True where there is no option.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Only the options with these codes.
    pub(super) fn only(&self, codes: &[u16]) -> Self {
        self.filtered(|code, _| codes.contains(&code))
    }

    /// Only the options that are wanted by code and value.
    pub(super) fn filtered(&self, is_wanted: impl Fn(u16, &[u8]) -> bool) -> Self {
        let mut list = Self::default();
        for (code, value) in self.iter().filter(|(code, value)| is_wanted(*code, value)) {
            // Always, for it was in a list.
            if let Ok(len) = u16::try_from(value.len()) {
                list.append(code, len, value);
            }
        }
        list
    }

    /// The options as they stand in a little-endian block, without the end.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for OptionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths = self.iter().map(|(code, value)| (code, value.len()));
        f.debug_map().entries(lengths).finish()
    }
}

/// Turns the numbers in the value of an option from big-endian to little-endian.
fn turn_round(kind: u32, code: u16, value: &mut [u8]) {
    match (kind, code, value) {
        (_, CUSTOM_TEXT | CUSTOM_BYTES, [a, b, c, d, ..]) => {
            (*a, *b, *c, *d) = (*d, *c, *b, *a);
        }
        (INTERFACE_DESCRIPTION, 8 | 14 | 16 | 17, value) => turn_numbers(value, 8, 8),
        (INTERFACE_DESCRIPTION, 10, value) => turn_numbers(value, 4, 4),
        (ENHANCED_PACKET | OBSOLETE_PACKET, 2 | 6, value) => turn_numbers(value, 4, 4),
        (ENHANCED_PACKET | OBSOLETE_PACKET, 4 | 5, value) => turn_numbers(value, 8, 8),
        (ENHANCED_PACKET | OBSOLETE_PACKET, 7, [1 | 2, verdict @ ..]) => {
            turn_numbers(verdict, 8, 8);
        }
        (ENHANCED_PACKET | OBSOLETE_PACKET, 8, value) => turn_numbers(value, 8, 4),
        (INTERFACE_STATISTICS, 2 | 3, value) => turn_numbers(value, 8, 4),
        (INTERFACE_STATISTICS, 4..=8, value) => turn_numbers(value, 8, 8),
        _ => {}
    }
}

/// Turns round each number of `width` bytes in a value of `len` bytes, no other value.
fn turn_numbers(value: &mut [u8], len: usize, width: usize) {
    if value.len() == len {
        value.chunks_exact_mut(width).for_each(<[u8]>::reverse);
    }
}

/// Code of the option that ends a list.
const END: u16 = 0;
const HEADER: usize = 4;
const CUSTOM_TEXT: u16 = 2988;
const CUSTOM_BYTES: u16 = 2989;
const CUSTOM_TEXT_NO_COPY: u16 = 19372;
const CUSTOM_BYTES_NO_COPY: u16 = 19373;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::testing::Bytes;

    fn read(kind: u32, order: ByteOrder, options: &[(u16, &[u8])]) -> Vec<(u16, Vec<u8>)> {
        let bytes = options.iter().fold(Bytes::new(order), |bytes, option| {
            bytes.option(option.0, option.1)
        });
        let list = OptionList::read(&bytes.bytes, kind, order);
        list.iter()
            .map(|(code, value)| (code, value.to_vec()))
            .collect()
    }

    #[test]
    fn numbers_are_turned_round_and_nothing_else_is() {
        let eight = [1, 2, 3, 4, 5, 6, 7, 8];
        let turned = vec![8, 7, 6, 5, 4, 3, 2, 1];
        let halves = vec![4, 3, 2, 1, 8, 7, 6, 5];
        for (kind, code, expected) in [
            (INTERFACE_DESCRIPTION, 14, &turned),
            (INTERFACE_DESCRIPTION, 7, &eight.to_vec()),
            (ENHANCED_PACKET, 5, &turned),
            (ENHANCED_PACKET, 8, &halves),
            (OBSOLETE_PACKET, 2, &eight.to_vec()),
            (INTERFACE_STATISTICS, 2, &halves),
            (INTERFACE_STATISTICS, 4, &turned),
            (INTERFACE_STATISTICS, 2988, &vec![4, 3, 2, 1, 5, 6, 7, 8]),
        ] {
            let options: [(u16, &[u8]); 1] = [(code, &eight)];
            let same = vec![(code, eight.to_vec())];
            assert_eq!(read(kind, ByteOrder::Little, &options), same);
            let big = read(kind, ByteOrder::Big, &options);
            assert_eq!(big, [(code, expected.clone())], "{kind} {code}");
        }
        let verdict = read(ENHANCED_PACKET, ByteOrder::Big, &[(7, b"\x02abcdefgh")]);
        assert_eq!(verdict, [(7, b"\x02hgfedcba".to_vec())]);
        let hardware = read(ENHANCED_PACKET, ByteOrder::Big, &[(7, b"\0abcdefgh")]);
        assert_eq!(hardware, [(7, b"\0abcdefgh".to_vec())]);
    }

    #[test]
    fn options_that_must_not_be_copied_are_left_out() {
        let options: [(u16, &[u8]); 3] = [(19372, b"abcd"), (1, b"x"), (19373, b"abcd")];
        let kept = read(ENHANCED_PACKET, ByteOrder::Little, &options);
        assert_eq!(kept, [(1, b"x".to_vec())]);
    }

    #[test]
    fn a_lying_list_is_kept_up_to_the_lie() {
        let bytes = [1, 0, 1, 0, b'x', 0, 0, 0, 2, 0, 9, 0, 1];
        let list = OptionList::read(&bytes, ENHANCED_PACKET, ByteOrder::Little);
        assert_eq!(list.as_bytes(), &bytes[..8]);
        assert_eq!(list.last(1), Some(&b"x"[..]));
        assert_eq!(list.last(2), None);
    }

    #[test]
    fn what_cannot_be_an_option_is_refused() {
        let mut list = OptionList::default();
        assert_eq!(
            list.push(1, &[0; 65_536]).unwrap_err().to_string(),
            "option 1 of 65536 bytes: at most 65535 are possible"
        );
        assert_eq!(
            list.push(0, b"").unwrap_err().to_string(),
            "option 0 ends a list and cannot be in it"
        );
        list.push(1, &[0; 65_535]).unwrap();
        assert_eq!(list.as_bytes().len(), 65_540);
        assert_eq!(format!("{list:?}"), "{1: 65535}");
    }
}
