//! A cursor that turns the bytes of one header into fields.
//!
//! Every read is checked and answers `None` beyond the captured bytes: what describes a header
//! then ends with `?`, and what was read before stays.
//! Limits: at most [`MAX_FIELDS`] fields a header, and [`SHOWN_BYTES`] bytes as text of a field.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::layer::IpContext;
use super::fields::{Field, LayerFields};

/// Turns the bytes of a header into fields; `None` where they end too soon.
pub(super) type Describe = fn(&mut Header<'_>) -> Option<()>;

/// The name of a layer, and how to describe it.
pub(super) type Kind = (&'static str, Describe);

/// Where the header stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// Captured bytes from the header to the end of the enclosing layer.
    pub(super) whole: &'a [u8],
    /// The same on the wire.
    pub(super) wire_len: usize,
    /// Where they start in the packet.
    pub(super) start: usize,
    /// The innermost IP header before.
    pub(super) ip: IpContext,
}

/// A header that is being described.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// Where it stands.
    pub(super) place: Place<'a>,
    /// What came out so far.
    pub(super) layer: LayerFields,
    /// A header of another name that follows directly, in the same step.
    pub(super) follow: Option<Kind>,
    /// Bytes that it and its contents have, by its own length field.
    pub(super) total_len: Option<usize>,
    /// Set where it says that the packet ends with a frame check sequence.
    pub(super) announces_fcs: bool,
    is_whole: bool,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Header<'a> {
    /// A header within the first `len` bytes of a place.
    pub(super) fn new(name: &'static str, place: Place<'a>, len: Option<usize>) -> Self {
        let whole = place.whole;
        Self {
            place,
            layer: LayerFields {
                name,
                start: place.start,
                len: 0,
                summary: String::new(),
                note: None,
                fields: Vec::new(),
            },
            follow: None,
            total_len: None,
            announces_fcs: false,
            is_whole: len.is_some(),
            bytes: len.and_then(|len| whole.get(..len)).unwrap_or(whole),
            at: 0,
        }
    }

    /// True where the step beyond the header tells where it ends.
    pub(super) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Bytes described so far.
    pub(super) const fn len(&self) -> usize {
        self.at
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next bytes.
    pub(super) fn peek<const N: usize>(&self) -> Option<[u8; N]> {
        self.rest().first_chunk().copied()
    }

    /// Ends the description with what is left.
    pub(super) fn finish(mut self, with_rest: bool) -> LayerFields {
        if with_rest && !self.rest().is_empty() {
            self.raw_field("Other bytes");
        }
        self.layer.len = self.at;
        self.layer
    }

    /// A field of the next `len` bytes.
    pub(super) fn put(
        &mut self,
        name: &'static str,
        len: usize,
        value: impl ToString,
    ) -> Option<&mut Field> {
        if self.rest().len() < len || MAX_FIELDS <= self.layer.fields.len() {
            return None;
        }
        let start = self.place.start.saturating_add(self.at);
        self.at = self.at.saturating_add(len);
        let field = Field::new(name, value.to_string(), start, len);
        self.layer.fields.push(field);
        self.layer.fields.last_mut()
    }

    /// A field of the next `len` bytes, which the field after it has too.
    pub(super) fn put_shared(
        &mut self,
        name: &'static str,
        len: usize,
        value: impl ToString,
    ) -> Option<&mut Field> {
        let at = self.at;
        self.put(name, len, value)?;
        self.at = at;
        self.layer.fields.last_mut()
    }

    /// A field of the next `len` bytes whose parts are described by themselves.
    pub(super) fn group(
        &mut self,
        name: &'static str,
        len: usize,
        describe: impl FnOnce(&mut Self) -> Option<String>,
    ) -> Option<&mut Field> {
        let bytes = self.rest().get(..len)?;
        let place = Place {
            whole: bytes,
            wire_len: len,
            start: self.place.start.saturating_add(self.at),
            ip: self.place.ip,
        };
        let mut inner = Header::new(name, place, None);
        let described = describe(&mut inner);
        if !inner.rest().is_empty() {
            inner.raw_field("Data");
        }
        let value = described.unwrap_or_else(|| hex(bytes));
        let mut parts = inner.layer.fields;
        for part in &mut parts {
            part.fields.clear();
        }
        let field = self.put(name, len, value)?;
        field.fields = parts;
        Some(field)
    }

    /// Something that follows from the fields, and has no bytes of its own.
    pub(super) fn computed(&mut self, name: &'static str, value: impl ToString) {
        let start = self.place.start.saturating_add(self.at);
        let field = Field::new(name, value.to_string(), start, 0);
        self.layer.fields.push(field);
    }

    /// A number of 8 bits.
    pub(super) fn dec8(&mut self, name: &'static str) -> Option<u8> {
        let [value] = self.peek()?;
        self.put(name, 1, value)?;
        Some(value)
    }

    /// A number of 16 bits.
    pub(super) fn dec16(&mut self, name: &'static str) -> Option<u16> {
        let value = u16::from_be_bytes(self.peek()?);
        self.put(name, 2, value)?;
        Some(value)
    }

    /// A number of 32 bits.
    pub(super) fn dec32(&mut self, name: &'static str) -> Option<u32> {
        let value = u32::from_be_bytes(self.peek()?);
        self.put(name, 4, value)?;
        Some(value)
    }

    /// A number of bytes in 8 bits; gives its text.
    pub(super) fn len8(&mut self, name: &'static str) -> Option<String> {
        let [value] = self.peek()?;
        let text = count(value.into());
        self.put(name, 1, &text)?;
        Some(text)
    }

    /// A number of bytes in 16 bits.
    pub(super) fn len16(&mut self, name: &'static str) -> Option<u16> {
        let value = u16::from_be_bytes(self.peek()?);
        self.put(name, 2, count(value.into()))?;
        Some(value)
    }

    /// 8 bits in hexadecimal digits.
    pub(super) fn hex8(&mut self, name: &'static str) -> Option<u8> {
        let [value] = self.peek()?;
        self.put(name, 1, format_args!("0x{value:02x}"))?;
        Some(value)
    }

    /// 16 bits in hexadecimal digits.
    pub(super) fn hex16(&mut self, name: &'static str) -> Option<u16> {
        let value = u16::from_be_bytes(self.peek()?);
        self.put(name, 2, format_args!("0x{value:04x}"))?;
        Some(value)
    }

    /// 32 bits in hexadecimal digits.
    pub(super) fn hex32(&mut self, name: &'static str) -> Option<u32> {
        let value = u32::from_be_bytes(self.peek()?);
        self.put(name, 4, format_args!("0x{value:08x}"))?;
        Some(value)
    }

    /// 8 bits that have a name.
    pub(super) fn named8(
        &mut self,
        name: &'static str,
        known: fn(u8) -> Option<&'static str>,
    ) -> Option<u8> {
        let [value] = self.peek()?;
        self.put(name, 1, named(known(value), value))?;
        Some(value)
    }

    /// 16 bits that have a name.
    pub(super) fn named16(
        &mut self,
        name: &'static str,
        known: fn(u16) -> Option<&'static str>,
    ) -> Option<u16> {
        let value = u16::from_be_bytes(self.peek()?);
        self.put(name, 2, named_hex(known(value), value))?;
        Some(value)
    }

    /// An IEEE 802 address.
    pub(super) fn mac(&mut self, name: &'static str) -> Option<String> {
        let address = mac(self.peek()?);
        let value = match self.peek::<6>()? {
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] => format!("{address} (broadcast)"),
            [first, ..] if first & 1 == 1 => format!("{address} (multicast)"),
            [_, ..] => address.clone(),
        };
        self.put(name, 6, value)?;
        Some(address)
    }

    /// An IPv4 address.
    pub(super) fn ipv4(&mut self, name: &'static str) -> Option<Ipv4Addr> {
        let address = Ipv4Addr::from(self.peek::<4>()?);
        self.put(name, 4, address)?;
        Some(address)
    }

    /// An IPv6 address.
    pub(super) fn ipv6(&mut self, name: &'static str) -> Option<Ipv6Addr> {
        let address = Ipv6Addr::from(self.peek::<16>()?);
        self.put(name, 16, address)?;
        Some(address)
    }

    /// The next `len` bytes as they are; nothing where there are none.
    pub(super) fn raw(&mut self, name: &'static str, len: usize) -> Option<()> {
        let value = hex(self.rest().get(..len)?);
        if 0 < len {
            self.put(name, len, value)?;
        }
        Some(())
    }

    /// All that is left as one field, whatever the limit says.
    fn raw_field(&mut self, name: &'static str) {
        let rest = self.rest();
        let start = self.place.start.saturating_add(self.at);
        self.at = self.at.saturating_add(rest.len());
        let field = Field::new(name, hex(rest), start, rest.len());
        self.layer.fields.push(field);
    }
}

/// `1 byte`, `7 bytes`.
pub(super) fn count(bytes: usize) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    format!("{bytes} {unit}")
}

/// A name with its number, or the number.
pub(super) fn named(name: Option<&str>, number: impl Into<u32>) -> String {
    let number = number.into();
    name.map_or_else(|| number.to_string(), |name| format!("{name} ({number})"))
}

/// A name with its 16 bits in hexadecimal digits, or the digits.
pub(super) fn named_hex(name: Option<&str>, number: u16) -> String {
    name.map_or_else(
        || format!("0x{number:04x}"),
        |name| format!("{name} (0x{number:04x})"),
    )
}

/// An IEEE 802 address.
pub(super) fn mac([a, b, c, d, e, f]: [u8; 6]) -> String {
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

/// Bytes in hexadecimal digits, the first of many.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(SHOWN_BYTES) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    if SHOWN_BYTES < bytes.len() {
        let _ = write!(text, "… ({})", count(bytes.len()));
    }
    text
}

/// Fields of one header; the longest list of TCP options has 40.
const MAX_FIELDS: usize = 256;
/// Bytes of a field that are written as text.
const SHOWN_BYTES: usize = 32;
