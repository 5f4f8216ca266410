//! Reading bytes from front to back; no read goes past the end.
//!
//! A read that cannot be is a [`Stop`], which says what was found. Where a cursor stands is an
//! index of the lot, so that what was read can be shown with its lateness.

use std::borrow::Cow;
use std::ops::Range;

/// A place in the bytes of a lot.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    /// The bytes of the lot up to where the cursor may go.
    bytes: &'a [u8],
    at: usize,
}

/// Why a decoder cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// What begins here is longer than what is left.
    Short,
    /// The bytes are not what the format says.
    Odd(Cow<'static, str>),
}

impl Stop {
    /// Bytes that are not what the format says.
    pub(crate) fn odd(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Odd(reason.into())
    }
}

impl<'a> Cursor<'a> {
    /// Stands at the start of `range`, and ends with it.
    pub(crate) fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        Self {
            bytes: bytes.get(..range.end).unwrap_or(bytes),
            at: range.start,
        }
    }

    /// The index of the next byte.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) const fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// True when no byte is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.left() == 0
    }

    /// The bytes that are left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The bytes of a range that was read.
    pub(crate) fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The next byte, which stays.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes the next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let array = self.rest().first_chunk::<N>().ok_or(Stop::Short)?;
        self.at += N;
        Ok(*array)
    }

    /// Takes a byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Stop> {
        self.array().map(u8::from_be_bytes)
    }

    /// Takes two bytes, the higher one first.
    pub(crate) fn u16(&mut self) -> Result<u16, Stop> {
        self.array().map(u16::from_be_bytes)
    }

    /// Takes four bytes, the highest one first.
    pub(crate) fn u32(&mut self) -> Result<u32, Stop> {
        self.array().map(u32::from_be_bytes)
    }

    /// Takes so many bytes.
    pub(crate) fn take(&mut self, length: impl TryInto<usize>) -> Result<Range<usize>, Stop> {
        let length = length.try_into().map_err(|_| Stop::Short)?;
        if self.left() < length {
            return Err(Stop::Short);
        }
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }

    /// Takes so many bytes, to be read on their own.
    pub(crate) fn part(&mut self, length: impl TryInto<usize>) -> Result<Self, Stop> {
        let range = self.take(length)?;
        Ok(Self::new(self.bytes, range))
    }

    /// Takes all that is left.
    pub(crate) const fn take_all(&mut self) -> Range<usize> {
        let start = self.at;
        self.at = self.bytes.len();
        start..self.at
    }

    /// Takes the bytes before the next `mark`, and the mark, which must begin within `limit` bytes.
    pub(crate) fn until(&mut self, mark: &[u8], limit: usize) -> Result<Range<usize>, Stop> {
        let rest = self.rest();
        let near = rest.get(..rest.len().min(limit.saturating_add(mark.len())));
        let near = near.unwrap_or_default();
        match near.windows(mark.len()).position(|window| window == mark) {
            Some(length) => {
                let start = self.at;
                self.at += length + mark.len();
                Ok(start..start + length)
            }
            None if near.len() < rest.len() => {
                Err(Stop::odd(format!("no end within {limit} bytes")))
            }
            None => Err(Stop::Short),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_past_the_end() {
        let mut cursor = Cursor::new(b"abcdef", 1..4);
        assert_eq!((cursor.left(), cursor.u32()), (3, Err(Stop::Short)));
        assert_eq!(cursor.u16(), Ok(0x6263));
        assert_eq!(cursor.take(2_u64), Err(Stop::Short));
        assert_eq!(cursor.take(u64::MAX), Err(Stop::Short));
        assert_eq!((cursor.at(), cursor.rest()), (3, b"d".as_slice()));
        assert_eq!(cursor.take_all(), 3..4);
        assert!(cursor.is_empty());
        assert!(Cursor::new(b"ab", 7..9).is_empty());
    }

    #[test]
    fn a_mark_ends_what_comes_before_it() {
        let mut cursor = Cursor::new(b"ab\r\nc\r", 0..6);
        assert_eq!(cursor.until(b"\r\n", 64), Ok(0..2));
        assert_eq!(cursor.until(b"\r\n", 64), Err(Stop::Short));
        assert_eq!(cursor.at(), 4);
        assert!(matches!(cursor.until(b"x", 0), Err(Stop::Odd(_))));
    }
}
