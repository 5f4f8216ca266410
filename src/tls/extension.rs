//! The extensions of a hello, as they stand on the wire.
//!
//! Source: RFC 8446 §4.2; the numbers are those of the IANA registry "TLS `ExtensionType` Values".

use super::reader::Reader;

/// A list of extensions whose lengths were checked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extensions<'a> {
    bytes: &'a [u8],
}

impl<'a> Extensions<'a> {
    pub(super) const SERVER_NAME: u16 = 0;
    pub(super) const SUPPORTED_GROUPS: u16 = 10;
    pub(super) const EC_POINT_FORMATS: u16 = 11;
    pub(super) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(super) const ALPN: u16 = 16;
    pub(super) const ENCRYPT_THEN_MAC: u16 = 22;
    pub(super) const EXTENDED_MASTER_SECRET: u16 = 23;
    pub(super) const SESSION_TICKET: u16 = 35;
    pub(super) const PRE_SHARED_KEY: u16 = 41;
    pub(super) const EARLY_DATA: u16 = 42;
    pub(super) const SUPPORTED_VERSIONS: u16 = 43;

    /// Reads what is left of a hello: nothing, or a list of extensions up to the end.
    pub(super) fn parse(mut reader: Reader<'a>) -> Option<Self> {
        if reader.is_empty() {
            return Some(Self::default());
        }
        let bytes = reader.vec16()?.rest();
        reader.end()?;
        let mut list = Reader::new(bytes);
        while !list.is_empty() {
            list.u16()?;
            list.vec16()?;
        }
        Some(Self { bytes })
    }

    /// Numbers and bodies in the order of the hello.
    pub(super) fn iter(self) -> impl Iterator<Item = (u16, Reader<'a>)> + Clone {
        let mut list = Reader::new(self.bytes);
        std::iter::from_fn(move || Some((list.u16()?, list.vec16()?)))
    }

    /// The body of the first extension with that number.
    pub(super) fn find(self, wanted: u16) -> Option<Reader<'a>> {
        self.iter()
            .find(|(number, _)| *number == wanted)
            .map(|(_, body)| body)
    }

    pub(super) fn has(self, wanted: u16) -> bool {
        self.find(wanted).is_some()
    }

    /// The 16-bit values in the body of an extension, behind their length in two bytes.
    pub(super) fn list_u16(self, wanted: u16) -> &'a [u8] {
        self.find(wanted)
            .and_then(|mut body| body.vec16())
            .map(|list| list.rest())
            .unwrap_or_default()
    }

    /// The body of an extension, behind its length in one byte.
    pub(super) fn list_u8(self, wanted: u16) -> &'a [u8] {
        self.find(wanted)
            .and_then(|mut body| body.vec8())
            .map(|list| list.rest())
            .unwrap_or_default()
    }

    /// The protocol names of an ALPN extension (RFC 7301 §3.1).
    pub(super) fn protocols(self) -> impl Iterator<Item = &'a [u8]> {
        let mut list = Reader::new(self.list_u16(Self::ALPN));
        std::iter::from_fn(move || list.vec8().map(|name| name.rest()))
    }
}
