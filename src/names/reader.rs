//! A cursor over a DNS message, and its names as text.
//!
//! Every read is checked and answers `None` beyond the bytes. Names come out in lower case, since
//! case means nothing in them (RFC 4343) and some clients mix it at random; without the final dot;
//! bytes that no host name has are escaped as in zone files (RFC 1035 §5.1).
//!
//! Limits: a name has at most 255 bytes on the wire (RFC 1035 §2.3.4), with the labels behind
//! compression pointers; a pointer must lead backwards, as those of all real servers do, so that
//! no chain of them can turn in a circle.
//! Sources: RFC 1035 §4.1.4, RFC 6762 §16.

use std::fmt::Write as _;

/// Where a reading of a message stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// At the start of `message`.
    pub(super) const fn new(message: &'a [u8]) -> Self {
        Self { message, at: 0 }
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.message.get(self.at..)?.first_chunk::<N>()?;
        self.at = self.at.checked_add(N)?;
        Some(bytes)
    }

    /// 16 bits.
    pub(super) fn be16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// A reader of the next `len` bytes, whose names may point before them; this one goes on
    /// behind them.
    pub(super) fn part(&mut self, len: usize) -> Option<Self> {
        let end = self.at.checked_add(len)?;
        let part = Self {
            message: self.message.get(..end)?,
            at: self.at,
        };
        self.at = end;
        Some(part)
    }

    /// True when all bytes were read.
    pub(super) const fn is_at_end(&self) -> bool {
        self.message.len() <= self.at
    }

    /// The name that stands here; empty for the root.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut wire_len: usize = 1;
        let mut at = self.at;
        let mut lowest = self.at;
        let mut behind = None;
        loop {
            let first = *self.message.get(at)?;
            let next = at.checked_add(1)?;
            match first {
                0 => {
                    self.at = behind.unwrap_or(next);
                    return Some(text);
                }
                1..=63 => {
                    let end = next.checked_add(first.into())?;
                    wire_len = wire_len.checked_add(end.checked_sub(at)?)?;
                    if MAX_NAME_BYTES < wire_len {
                        return None;
                    }
                    push_label(&mut text, self.message.get(next..end)?);
                    at = end;
                }
                POINTER..=u8::MAX => {
                    let low = *self.message.get(next)?;
                    behind = behind.or_else(|| next.checked_add(1));
                    at = u16::from_be_bytes([first & !POINTER, low]).into();
                    if lowest <= at {
                        return None;
                    }
                    lowest = at;
                }
                // Reserved or withdrawn kinds of labels (RFC 6891 §5).
                64..POINTER => return None,
            }
        }
    }

    /// Passes a name without reading it.
    pub(super) fn skip_name(&mut self) -> Option<()> {
        loop {
            let [first] = self.array()?;
            match first {
                0 => return Some(()),
                1..=63 => self.at = self.at.checked_add(first.into())?,
                POINTER..=u8::MAX => return self.array::<1>().map(|_| ()),
                64..POINTER => return None,
            }
        }
    }
}

/// Appends a label to a name: UTF-8 as multicast DNS has it, the rest as in zone files.
fn push_label(text: &mut String, label: &[u8]) {
    if !text.is_empty() {
        text.push('.');
    }
    for chunk in label.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '.' | '\\' => text.extend(['\\', character]),
                '!'..='~' => text.push(character.to_ascii_lowercase()),
                _ if character.is_ascii() || character.is_control() => {
                    let mut bytes = [0; 4];
                    push_escaped(text, character.encode_utf8(&mut bytes).as_bytes());
                }
                _ => text.push(character),
            }
        }
        push_escaped(text, chunk.invalid());
    }
}

fn push_escaped(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Text takes every write.
        let _: std::fmt::Result = write!(text, "\\{byte:03}");
    }
}

/// The two bits that make a pointer of a length.
const POINTER: u8 = 0xC0;

/// Bytes of a name on the wire at most, lengths and root included.
const MAX_NAME_BYTES: usize = 255;
