//! The head of a message as it was sent: names and values in order, in one piece of memory.

/// Names and values in order. The first pair is the start line: method and target, or reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Box<[u8]>);

impl Fields {
    /// The start line of a request: its method and target; of a response: its reason and nothing.
    pub fn line(&self) -> (&[u8], &[u8]) {
        self.pairs().next().unwrap_or_default()
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.pairs().skip(1)
    }

    /// The first value of a field, whatever the case of its name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let mut found = self.iter();
        found
            .find(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// True when nothing was kept.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    const fn pairs(&self) -> Pairs<'_> {
        Pairs(&self.0)
    }
}

/// Puts fields together.
#[derive(Debug, Default)]
pub(super) struct FieldsBuilder(Vec<u8>);

impl FieldsBuilder {
    pub(super) fn push(&mut self, name: &[u8], value: &[u8]) {
        for part in [name, value] {
            let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
            self.0.extend_from_slice(&len.to_le_bytes());
        }
        self.0.extend_from_slice(name);
        self.0.extend_from_slice(value);
    }

    /// Adds all of another.
    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn finish(self) -> Fields {
        Fields(self.0.into_boxed_slice())
    }
}

struct Pairs<'a>(&'a [u8]);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_len, rest) = self.0.split_first_chunk::<4>()?;
        let (value_len, rest) = rest.split_first_chunk::<4>()?;
        let len = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
        let (name, rest) = rest.split_at_checked(len(name_len)?)?;
        let (value, rest) = rest.split_at_checked(len(value_len)?)?;
        self.0 = rest;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_out_as_they_went_in() {
        let mut builder = FieldsBuilder::default();
        builder.push(b"GET", b"/");
        builder.push(b"Host", b"a.test");
        builder.push(b"X", b"");
        let fields = builder.finish();
        assert_eq!(fields.line(), (&b"GET"[..], &b"/"[..]));
        assert_eq!(fields.get("host"), Some(&b"a.test"[..]));
        assert_eq!(fields.iter().count(), 2);
        assert_eq!(Fields::default().line(), (&b""[..], &b""[..]));
    }
}
