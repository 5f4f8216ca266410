//! Hashes and what TLS builds of them: HMAC, the MAC of SSL 3.0, and key derivation.
//!
//! Sources: RFC 2104 (HMAC), RFC 5869 (HKDF), RFC 8446 §7.1 (`HKDF-Expand-Label`), RFC 5246 §5 and
//! RFC 2246 §5 (PRF), RFC 6101 §5.2.3.1 and §6.2.2 (SSL 3.0).

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384};

use super::super::code_points::Version;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
}

/// Bytes of a key. Never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct KeyBytes(pub(super) Vec<u8>);

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBytes({} bytes)", self.0.len())
    }
}

/// The same three lines for each of the hashes.
macro_rules! with_hash {
    ($hash:expr, $type:ident => $body:expr) => {
        match $hash {
            Hash::Md5 => {
                type $type = Md5;
                $body
            }
            Hash::Sha1 => {
                type $type = Sha1;
                $body
            }
            Hash::Sha256 => {
                type $type = Sha256;
                $body
            }
            Hash::Sha384 => {
                type $type = Sha384;
                $body
            }
        }
    };
}

impl Hash {
    /// The hash that ends the name of a suite.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "MD5" => Self::Md5,
            "SHA" => Self::Sha1,
            "SHA256" => Self::Sha256,
            "SHA384" => Self::Sha384,
            _ => return None,
        })
    }

    pub(super) const fn len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        with_hash!(self, D => {
            let mut digest = D::new();
            parts.iter().for_each(|part| digest.update(part));
            digest.finalize().to_vec()
        })
    }

    fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        with_hash!(self, D => {
            // HMAC takes keys of any length.
            let Ok(mut mac) = Hmac::<D>::new_from_slice(key) else {
                return Vec::new();
            };
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().to_vec()
        })
    }

    /// True when `tag` is the HMAC of these parts; compared in constant time.
    pub(super) fn hmac_fits(self, key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
        with_hash!(self, D => {
            let Ok(mut mac) = Hmac::<D>::new_from_slice(key) else {
                return false;
            };
            parts.iter().for_each(|part| mac.update(part));
            mac.verify_slice(tag).is_ok()
        })
    }

    /// True when `tag` is the MAC of SSL 3.0.
    pub(super) fn ssl3_mac_fits(self, key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
        let pad_len = match self {
            Self::Md5 => 48,
            Self::Sha1 | Self::Sha256 | Self::Sha384 => 40,
        };
        let pad = |byte| vec![byte; pad_len];
        let (pad_1, pad_2) = (pad(0x36), pad(0x5c));
        let mut inner = vec![key, &pad_1];
        inner.extend(parts);
        let inner = self.digest(&inner);
        self.digest(&[key, &pad_2, &inner]) == tag
    }

    /// `HKDF-Expand-Label` with an empty context.
    pub(super) fn expand_label(self, secret: &[u8], label: &str, len: usize) -> Option<KeyBytes> {
        let mut info = u16::try_from(len).ok()?.to_be_bytes().to_vec();
        let label = format!("tls13 {label}");
        info.push(u8::try_from(label.len()).ok()?);
        info.extend_from_slice(label.as_bytes());
        info.push(0);
        let mut out = vec![0; len];
        with_hash!(self, D => {
            Hkdf::<D>::from_prk(secret).ok()?.expand(&info, &mut out).ok()?;
        });
        Some(KeyBytes(out))
    }

    /// `P_hash` of RFC 5246 §5.
    fn p_hash(self, secret: &[u8], seed: &[&[u8]], len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut a = self.hmac(secret, seed);
        while out.len() < len && !a.is_empty() {
            let mut parts = vec![a.as_slice()];
            parts.extend(seed);
            out.extend(self.hmac(secret, &parts));
            a = self.hmac(secret, &[&a]);
        }
        out.truncate(len);
        out
    }
}

/// The PRF of TLS 1.2.
pub(super) fn prf_1_2(hash: Hash, secret: &[u8], seed: &[&[u8]], len: usize) -> KeyBytes {
    KeyBytes(hash.p_hash(secret, seed, len))
}

/// The PRF of TLS 1.0 and 1.1: MD5 of one half of the secret, SHA-1 of the other.
pub(super) fn prf_1_0(secret: &[u8], seed: &[&[u8]], len: usize) -> KeyBytes {
    let half = secret.len().div_ceil(2);
    let first = secret.get(..half).unwrap_or_default();
    let second = secret
        .get(secret.len().saturating_sub(half)..)
        .unwrap_or_default();
    let mut out = Hash::Md5.p_hash(first, seed, len);
    let sha = Hash::Sha1.p_hash(second, seed, len);
    for (byte, other) in out.iter_mut().zip(sha) {
        *byte ^= other;
    }
    KeyBytes(out)
}

/// The key block of SSL 3.0: `MD5(secret + SHA('A' + secret + seed))`, then with `BB`, `CCC`.
pub(super) fn prf_ssl3(secret: &[u8], seed: &[&[u8]], len: usize) -> KeyBytes {
    let mut out = Vec::new();
    for (letter, count) in (b'A'..=b'Z').zip(1..) {
        if len <= out.len() {
            break;
        }
        let salt = vec![letter; count];
        let mut parts = vec![salt.as_slice(), secret];
        parts.extend(seed);
        let inner = Hash::Sha1.digest(&parts);
        out.extend(Hash::Md5.digest(&[secret, &inner]));
    }
    out.truncate(len);
    KeyBytes(out)
}

/// The first bytes of an MD5 hash.
pub(super) fn md5(parts: &[&[u8]], len: usize) -> KeyBytes {
    let mut out = Hash::Md5.digest(parts);
    out.truncate(len);
    KeyBytes(out)
}

/// The hash of messages: that of the PRF; before TLS 1.2 MD5 and SHA-1, one behind the other.
pub(super) fn prf_digest(version: Version, hash: Hash, parts: &[&[u8]]) -> Vec<u8> {
    match version {
        Version::TLS_1_2 => hash.digest(parts),
        _ => [Hash::Md5.digest(parts), Hash::Sha1.digest(parts)].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::hex;
    use super::*;

    #[test]
    fn labels_expand_as_in_rfc_8448() {
        // RFC 8448 §3: the server's handshake traffic secret and its key.
        let secret = b"\xb6\x7b\x7d\x69\x0c\xc1\x6c\x4e\x75\xe5\x42\x13\xcb\x2d\x37\xb4\
            \xe9\xc9\x12\xbc\xde\xd9\x10\x5d\x42\xbe\xfd\x59\xd3\x91\xad\x38";
        let key = Hash::Sha256.expand_label(secret, "key", 16).unwrap();
        assert_eq!(hex(&key.0), "3fce516009c21727d0f2e4e86ee403bc");
        let iv = Hash::Sha256.expand_label(secret, "iv", 12).unwrap();
        assert_eq!(hex(&iv.0), "5d313eb2671276ee13000b30");
    }

    #[test]
    fn the_prf_of_tls_1_2_gives_the_known_vector() {
        // The widely used test vector of the TLS 1.2 PRF with SHA-256 (100 bytes).
        let secret = b"\x9b\xbe\x43\x6b\xa9\x40\xf0\x17\xb1\x76\x52\x84\x9a\x71\xdb\x35";
        let seed = b"\xa0\xba\x9f\x93\x6c\xda\x31\x18\x27\xa6\xf7\x96\xff\xd5\x19\x8c";
        let out = prf_1_2(Hash::Sha256, secret, &[b"test label", seed], 16);
        assert_eq!(hex(&out.0), "e3f229ba727be17b8d122620557cd453");
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", KeyBytes(vec![7; 3])), "KeyBytes(3 bytes)");
    }
}
