//! Fields of a head as they were sent: names and values in order, in one piece of memory.
//!
//! Heads of one session are much alike. So a head that is kept says of each of its pairs whether it
//! is that of another head, its base, at the same place:
//!
//! ```text
//!   0                                        the pair of the base
//!   1, value's length, value                 the name of the base, another value
//!   2 + name's length, value's length, name, value
//! ```
//!
//! Lengths are of variable length, seven bits a byte. The first pair is the start line: method and
//! target, or reason and nothing. Deliberately absent: any search for alike pairs elsewhere.

use super::number::{put_number, take_bytes, take_number};

/// Names and values in order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    own: &'a [u8],
    base: &'a [u8],
}

/// Names and values in order, in memory of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldsBuf(Vec<u8>);

/// What has fields.
pub trait HasFields {
    /// The fields.
    fn fields(&self) -> Fields<'_>;
}

impl<'a> Fields<'a> {
    /// The fields of packed bytes, whose base is whole.
    pub(super) const fn packed(own: &'a [u8], base: &'a [u8]) -> Self {
        Self { own, base }
    }

    /// The start line of a request: its method and target; of a response: its reason and nothing.
    pub fn line(&self) -> (&'a [u8], &'a [u8]) {
        self.pairs().next().unwrap_or_default()
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        self.pairs().skip(1)
    }

    /// The first value of a field, whatever the case of its name.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        let mut found = self.iter();
        found
            .find(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// True when nothing was kept.
    pub const fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// Appends these fields: what they share with `base`, which is whole, and what they do not.
    pub(super) fn pack(&self, base: Fields<'_>, out: &mut Vec<u8>) {
        if self.base.is_empty() && base.own.is_empty() {
            return out.extend_from_slice(self.own);
        }
        let (mut own, mut base) = (*self, base.own);
        while !own.own.is_empty() {
            // Alike pairs of whole fields are alike as bytes.
            if own.base.is_empty()
                && let Some(len) = pair_len(own.own)
                && let (Some(pair), Some(known)) = (own.own.get(..len), base.get(..len))
                && pair == known
            {
                put_number(SAME, out);
                own.own = own.own.get(len..).unwrap_or_default();
                base = base.get(len..).unwrap_or_default();
                continue;
            }
            let mut pairs = own.pairs();
            let Some((name, value)) = pairs.next() else {
                return;
            };
            (own.own, own.base) = (pairs.own, pairs.base);
            match take_pair(&mut base) {
                Some(known) if known == (name, value) => put_number(SAME, out),
                Some((known, _)) if known == name => {
                    put_number(SAME_NAME, out);
                    put_number(value.len() as u64, out);
                    out.extend_from_slice(value);
                }
                _ => put_pair(name, value, out),
            }
        }
    }

    /// Bytes that these fields take, packed without a base.
    pub(super) const fn packed_bytes(&self) -> usize {
        self.own.len()
    }

    const fn pairs(&self) -> Pairs<'a> {
        Pairs {
            own: self.own,
            base: self.base,
            has_base: !self.base.is_empty(),
        }
    }
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.pairs().eq(other.pairs())
    }
}

impl Eq for Fields<'_> {}

impl HasFields for Fields<'_> {
    fn fields(&self) -> Fields<'_> {
        *self
    }
}

impl FieldsBuf {
    /// Without fields, and with room for those of a head of so many bytes.
    pub(super) fn with_room(head_bytes: usize) -> Self {
        Self(Vec::with_capacity(head_bytes))
    }

    pub(super) fn push(&mut self, name: &[u8], value: &[u8]) {
        put_pair(name, value, &mut self.0);
    }

    /// Adds all of another.
    pub(super) fn append(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }
}

impl HasFields for FieldsBuf {
    fn fields(&self) -> Fields<'_> {
        Fields::packed(&self.0, &[])
    }
}

fn put_pair(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    put_number((name.len() as u64).saturating_add(LITERAL), out);
    put_number(value.len() as u64, out);
    out.extend_from_slice(name);
    out.extend_from_slice(value);
}

struct Pairs<'a> {
    own: &'a [u8],
    base: &'a [u8],
    has_base: bool,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.own.is_empty() {
            return None;
        }
        let first = take_number(&mut self.own)?;
        let base = self.has_base.then(|| take_pair(&mut self.base)).flatten();
        if first == SAME {
            return base;
        }
        let value_len = take_number(&mut self.own)?;
        let name = match first {
            SAME_NAME => base?.0,
            len => take_bytes(len.saturating_sub(LITERAL), &mut self.own)?,
        };
        Some((name, take_bytes(value_len, &mut self.own)?))
    }
}

/// Bytes of the first pair of whole fields, where both lengths take a byte each.
#[inline]
fn pair_len(own: &[u8]) -> Option<usize> {
    let ([name, value], _) = own.split_first_chunk::<2>()?;
    let is_short = (name | value) & 0x80 == 0;
    let name = usize::from(*name).checked_sub(LITERAL_BYTE)?;
    let len = name.saturating_add(usize::from(*value));
    is_short.then(|| len.saturating_add(2))
}

/// The next pair of whole fields.
#[inline]
fn take_pair<'a>(bytes: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let name_len = take_number(bytes)?.checked_sub(LITERAL)?;
    let value_len = take_number(bytes)?;
    Some((take_bytes(name_len, bytes)?, take_bytes(value_len, bytes)?))
}

/// The pair of the base.
const SAME: u64 = 0;
/// The name of the base, and another value.
const SAME_NAME: u64 = 1;
/// A pair of its own; added to the length of its name.
const LITERAL: u64 = 2;
const LITERAL_BYTE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(pairs: &[(&str, &str)]) -> FieldsBuf {
        let mut buffer = FieldsBuf::default();
        for (name, value) in pairs {
            buffer.push(name.as_bytes(), value.as_bytes());
        }
        buffer
    }

    #[test]
    fn fields_come_out_as_they_went_in() {
        let buffer = buffer(&[("GET", "/"), ("Host", "a.test"), ("X", "")]);
        let fields = buffer.fields();
        assert_eq!(fields.line(), (&b"GET"[..], &b"/"[..]));
        assert_eq!(fields.get("host"), Some(&b"a.test"[..]));
        assert_eq!(fields.iter().count(), 2);
        assert_eq!(Fields::default().line(), (&b""[..], &b""[..]));
    }

    #[test]
    fn what_is_packed_upon_another_head_comes_out_as_it_was() {
        let base = buffer(&[("GET", "/"), ("Host", "a.test"), ("Accept", "*/*")]);
        let long = "v".repeat(70_000);
        for (pairs, packed_bytes) in [
            (
                &[("GET", "/"), ("Host", "a.test"), ("Accept", "*/*")][..],
                3,
            ),
            (&[("GET", "/b"), ("Host", "a.test")], 5),
            (&[("GET", "/"), ("Accept", "*/*"), ("Host", "a.test")], 24),
            (&[("POST", "/"), ("", ""), ("A", ""), ("More", "x")], 19),
            (&[("GET", "/"), ("Host", &long)], 70_005),
            (&[], 0),
        ] {
            let own = buffer(pairs);
            let mut packed = Vec::new();
            own.fields().pack(base.fields(), &mut packed);
            assert_eq!(packed.len(), packed_bytes, "{pairs:?}");
            let unpacked = Fields::packed(&packed, &base.0);
            assert_eq!(unpacked, own.fields());
            assert_eq!(unpacked.pairs().count(), pairs.len());
        }
    }
}
