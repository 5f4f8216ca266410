//! The entity tag of a document: equal for equal documents.

use std::fmt;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use xxhash_rust::xxh3::xxh3_128;

/// Length and XXH3-128 hash of a document's compact JSON without its `_eTag`.
///
/// Prints with the quotes of an HTTP entity tag: `"8f-BiOdhYIWeBh8+U+QoMFZ4C"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag {
    json_bytes: usize,
    hash: u128,
}

impl ETag {
    /// Room for a tag as a member of a JSON object.
    pub(super) const MEMBER_BYTES: usize = 64;

    /// The tag of a document with this compact JSON.
    pub fn of(json: &[u8]) -> Self {
        Self {
            json_bytes: json.len(),
            hash: xxh3_128(json),
        }
    }
}

impl ETag {
    /// Appends the tag as a JSON string: its own quotes are escaped.
    pub(super) fn write_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#""\""#);
        let digits = self
            .json_bytes
            .checked_ilog2()
            .map_or(1, |bits| bits / 4 + 1);
        for digit in (0..digits).rev() {
            let nibble = (self.json_bytes >> (4 * digit)) & 15;
            out.push(b"0123456789abcdef".get(nibble).copied().unwrap_or(b'0'));
        }
        out.push(b'-');
        let mut hash = [0; HASH_TEXT_BYTES];
        // 22 characters hold 16 bytes: it cannot run out of room.
        STANDARD_NO_PAD
            .encode_slice(self.hash.to_be_bytes(), &mut hash)
            .unwrap_or_default();
        out.extend_from_slice(&hash);
        out.extend_from_slice(br#"\"""#);
    }
}

/// Base64 characters of a 128-bit hash without padding.
const HASH_TEXT_BYTES: usize = 22;

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Big-endian is the canonical form of an XXH3 hash.
        let hash = self.hash.to_be_bytes();
        let hash = Base64Display::new(&hash, &STANDARD_NO_PAD);
        write!(f, "\"{:x}-{hash}\"", self.json_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_length_and_hash_in_quotes() {
        // XXH3-128 of nothing is 99aa06d3014798d86001c324468d497f (xxHash reference).
        assert_eq!(ETag::of(b"").to_string(), "\"0-maoG0wFHmNhgAcMkRo1Jfw\"");
        assert!(ETag::of(&[b' '; 255]).to_string().starts_with("\"ff-"));
    }
}
