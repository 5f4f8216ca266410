//! The option list at the end of a block, one option at a time.
//!
//! Values are not judged here. An end option is not needed; padding after the last value neither.
//! pcap-file reads options too, but drops the whole block for one bad one.
//!
//! Sources: draft-ietf-opsawg-pcapng, "Options".

use std::fmt;

use crate::capture::ByteOrder;

/// Options in the order of the block, ended by the first bad one.
#[derive(Clone, Debug)]
pub(super) struct Options<'a> {
    rest: &'a [u8],
    order: ByteOrder,
}

/// An option list that does not fit its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadOption {
    code: u16,
    needed: usize,
    left: usize,
}

impl fmt::Display for BadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, needed, left } = self;
        write!(f, "option {code}: {needed} bytes needed, {left} left")
    }
}

impl<'a> Options<'a> {
    pub(super) fn new(rest: &'a [u8], order: ByteOrder) -> Self {
        Self { rest, order }
    }

    fn bad(&mut self, code: u16, needed: usize) -> BadOption {
        let left = self.rest.len();
        self.rest = &[];
        BadOption { code, needed, left }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<(u16, &'a [u8]), BadOption>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (Some(code), Some(len)) = (
            self.order.u16_at(self.rest, 0),
            self.order.u16_at(self.rest, 2),
        ) else {
            return Some(Err(self.bad(END, 4)));
        };
        if code == END {
            self.rest = &[];
            return None;
        }
        let len = usize::from(len);
        let end = len.saturating_add(4);
        let Some(value) = self.rest.get(4..end) else {
            return Some(Err(self.bad(code, end)));
        };
        let next = end.next_multiple_of(4);
        self.rest = self.rest.get(next..).unwrap_or_default();
        Some(Ok((code, value)))
    }
}

const END: u16 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<(u16, &[u8]), BadOption>> {
        Options::new(bytes, ByteOrder::Little).collect()
    }

    #[test]
    fn values_are_padded_and_the_end_option_ends() {
        let bytes = [1, 0, 1, 0, b'x', 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 9];
        assert_eq!(read(&bytes), [Ok((1, &b"x"[..])), Ok((2, &[][..]))]);
    }

    #[test]
    fn neither_end_option_nor_last_padding_is_needed() {
        assert_eq!(read(&[1, 0, 1, 0, b'x']), [Ok((1, &b"x"[..]))]);
        assert_eq!(read(&[]), []);
    }

    #[test]
    fn lying_length_is_reported_once() {
        let error = read(&[0x30, 0x30, 0x30, 0x30, 1, 2])
            .pop()
            .unwrap()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "option 12336: 12340 bytes needed, 6 left"
        );
        assert_eq!(read(&[1, 0, 0]).len(), 1);
    }
}
