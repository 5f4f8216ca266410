//! The MAC of a record of TLS 1.2 and before.
//!
//! Sources: RFC 5246 §6.2.3.1, RFC 6101 §5.2.3.1.

use super::super::code_points::Version;
use super::hash::{Hash, KeyBytes};
use super::record::Undeciphered;

/// A MAC with its key.
#[derive(Clone, Debug)]
pub(super) struct Mac {
    pub(super) hash: Hash,
    pub(super) key: KeyBytes,
    /// The MAC of SSL 3.0, before HMAC.
    pub(super) is_ssl3: bool,
}

impl Mac {
    /// Takes the MAC off the end of `text` and checks it.
    pub(super) fn check_behind(
        &self,
        number: u64,
        header: [u8; 5],
        text: &mut Vec<u8>,
    ) -> Result<(), Undeciphered> {
        let len = text.len().checked_sub(self.hash.len());
        let len = len.ok_or(Undeciphered::TooShort)?;
        let (content, tag) = text.split_at_checked(len).ok_or(Undeciphered::TooShort)?;
        self.check(number, header, content, tag)?;
        text.truncate(len);
        Ok(())
    }

    /// Checks the MAC of a record's content.
    pub(super) fn check(
        &self,
        number: u64,
        header: [u8; 5],
        content: &[u8],
        tag: &[u8],
    ) -> Result<(), Undeciphered> {
        let [_, major, minor, _, _] = header;
        let version = (!self.is_ssl3).then(|| Version(u16::from_be_bytes([major, minor])));
        let head = mac_header(number, header, version, content.len());
        let fits = match self.is_ssl3 {
            true => self.hash.ssl3_mac_fits(&self.key.0, &[&head, content], tag),
            false => self.hash.hmac_fits(&self.key.0, &[&head, content], tag),
        };
        fits.then_some(()).ok_or(Undeciphered::NotVerified)
    }
}

/// What a MAC covers before the content; SSL 3.0 has no version in it.
pub(super) fn mac_header(
    number: u64,
    header: [u8; 5],
    version: Option<Version>,
    len: usize,
) -> Vec<u8> {
    let [content, ..] = header;
    let mut head = number.to_be_bytes().to_vec();
    head.push(content);
    if let Some(version) = version {
        head.extend(version.0.to_be_bytes());
    }
    head.extend(u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes());
    head
}
