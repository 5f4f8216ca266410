//! A cipher suite's name to the algorithms that protect its records.
//!
//! The names of the IANA registry say it all, so no table is needed:
//! `TLS_<key exchange>_WITH_<cipher>[_<hash>]`, since TLS 1.3 `TLS_<cipher>_<hash>`.
//! The hash is that of the MAC, of AEAD suites that of the key derivation.
//! Deliberately absent: Fortezza, GOST, SM4; SEED, of which there is no crate that is free of unsafe
//! code and kept up.
//! Source: RFC 5246 appendix A.5 and C, RFC 8446 appendix B.4, RFC 6655 (CCM), RFC 2246 appendix C
//! and draft-ietf-tls-56-bit-ciphersuites (ciphers cut down for export).

use super::super::code_points::CipherSuite;
use super::hash::Hash;

/// What protects the records of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) bulk: Bulk,
    /// Hash of the MAC; of an AEAD suite that of the key derivation.
    pub(super) hash: Hash,
    /// Of a cipher cut down for export: bytes of its key that are secret.
    pub(super) export_len: Option<usize>,
}

/// How bytes are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bulk {
    Null,
    Rc4,
    Cbc(Block),
    Aead(Aead),
}

/// A block cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Aes128,
    Aes256,
    Aria128,
    Aria256,
    Camellia128,
    Camellia256,
    Des,
    Idea,
    /// With a key of 16 bytes, also where fewer of them are secret.
    Rc2,
    TripleDes,
}

/// An authenticated cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aead {
    Gcm(Block),
    /// With a tag of 16 bytes.
    Ccm(Block),
    /// With a tag of 8 bytes.
    Ccm8(Block),
    ChaCha20Poly1305,
}

impl Suite {
    /// The algorithms of a suite; `None` for those that are not known here.
    pub(super) fn of(suite: CipherSuite) -> Option<Self> {
        let name = suite.name()?;
        let (exchange, algorithms) = name
            .split_once("_WITH_")
            .unwrap_or_else(|| ("", name.strip_prefix("TLS_").unwrap_or(name)));
        let (cipher, hash) = match algorithms.rsplit_once('_') {
            Some((cipher, hash)) => match Hash::from_name(hash) {
                Some(hash) => (cipher, hash),
                None => (algorithms, Hash::Sha256),
            },
            None => (algorithms, Hash::Sha256),
        };
        let export = exchange.contains("EXPORT").then(|| export_len(cipher));
        Some(Self {
            bulk: Bulk::from_name(cipher)?,
            hash,
            export_len: export,
        })
    }

    /// Hash of the key derivation of TLS 1.2 and 1.3: SHA-256 unless a longer one is named.
    pub(super) const fn derivation_hash(self) -> Hash {
        match self.hash {
            Hash::Sha384 => Hash::Sha384,
            Hash::Md5 | Hash::Sha1 | Hash::Sha256 => Hash::Sha256,
        }
    }
}

/// Bytes that are secret of the key of a cipher cut down for export.
fn export_len(cipher: &str) -> usize {
    match cipher {
        "RC4_56" | "RC2_CBC_56" => 7,
        "DES_CBC" => 8,
        _ => 5,
    }
}

impl Bulk {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "NULL" => return Some(Self::Null),
            "RC4_128" | "RC4_40" | "RC4_56" => return Some(Self::Rc4),
            "RC2_CBC_40" | "RC2_CBC_56" => return Some(Self::Cbc(Block::Rc2)),
            "DES40_CBC" | "DES_CBC_40" => return Some(Self::Cbc(Block::Des)),
            "CHACHA20_POLY1305" => return Some(Self::Aead(Aead::ChaCha20Poly1305)),
            _ => {}
        }
        let mode = |ending: &str| name.strip_suffix(ending).and_then(Block::from_name);
        mode("_CBC")
            .map(Self::Cbc)
            .or_else(|| mode("_GCM").map(Aead::Gcm).map(Self::Aead))
            .or_else(|| mode("_CCM").map(Aead::Ccm).map(Self::Aead))
            .or_else(|| mode("_CCM_8").map(Aead::Ccm8).map(Self::Aead))
    }

    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::Null => 0,
            Self::Rc4 => 16,
            Self::Cbc(block) => block.key_len(),
            Self::Aead(aead) => aead.key_len(),
        }
    }

    /// Bytes of the IV of a whole connection, of ciphers that have one.
    pub(super) const fn iv_len(self) -> usize {
        match self {
            Self::Null | Self::Rc4 | Self::Aead(_) => 0,
            Self::Cbc(block) => block.block_len(),
        }
    }
}

impl Block {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "AES_128" => Self::Aes128,
            "AES_256" => Self::Aes256,
            "ARIA_128" => Self::Aria128,
            "ARIA_256" => Self::Aria256,
            "CAMELLIA_128" => Self::Camellia128,
            "CAMELLIA_256" => Self::Camellia256,
            "DES" => Self::Des,
            "IDEA" => Self::Idea,
            "3DES_EDE" => Self::TripleDes,
            _ => return None,
        })
    }

    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::Des => 8,
            Self::Aes128 | Self::Aria128 | Self::Camellia128 | Self::Idea | Self::Rc2 => 16,
            Self::TripleDes => 24,
            Self::Aes256 | Self::Aria256 | Self::Camellia256 => 32,
        }
    }

    pub(super) const fn block_len(self) -> usize {
        match self {
            Self::Des | Self::Idea | Self::Rc2 | Self::TripleDes => 8,
            Self::Aes128
            | Self::Aes256
            | Self::Aria128
            | Self::Aria256
            | Self::Camellia128
            | Self::Camellia256 => 16,
        }
    }
}

impl Aead {
    const fn key_len(self) -> usize {
        match self {
            Self::Gcm(block) | Self::Ccm(block) | Self::Ccm8(block) => block.key_len(),
            Self::ChaCha20Poly1305 => 32,
        }
    }

    pub(super) const fn tag_len(self) -> usize {
        match self {
            Self::Gcm(_) | Self::Ccm(_) | Self::ChaCha20Poly1305 => 16,
            Self::Ccm8(_) => 8,
        }
    }

    /// Bytes of the nonce that each record of TLS 1.2 carries.
    pub(super) const fn explicit_nonce_len(self) -> usize {
        match self {
            Self::Gcm(_) | Self::Ccm(_) | Self::Ccm8(_) => 8,
            Self::ChaCha20Poly1305 => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(name: &str) -> Option<Suite> {
        Suite::of(CipherSuite::from_name(name).unwrap())
    }

    #[test]
    fn names_tell_the_algorithms() {
        let of = |name| suite(name).map(|suite| (suite.bulk, suite.hash, suite.derivation_hash()));
        let aead = |aead, hash| Some((Bulk::Aead(aead), hash, hash));
        assert_eq!(
            of("TLS_AES_256_GCM_SHA384"),
            aead(Aead::Gcm(Block::Aes256), Hash::Sha384)
        );
        assert_eq!(
            of("TLS_AES_128_CCM_8_SHA256"),
            aead(Aead::Ccm8(Block::Aes128), Hash::Sha256)
        );
        assert_eq!(
            of("TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
            aead(Aead::Ccm(Block::Aes256), Hash::Sha256)
        );
        assert_eq!(
            of("TLS_RSA_WITH_AES_128_CBC_SHA"),
            Some((Bulk::Cbc(Block::Aes128), Hash::Sha1, Hash::Sha256))
        );
        assert_eq!(
            of("TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            Some((Bulk::Cbc(Block::TripleDes), Hash::Sha1, Hash::Sha256))
        );
        assert_eq!(
            of("TLS_RSA_WITH_NULL_MD5"),
            Some((Bulk::Null, Hash::Md5, Hash::Sha256))
        );
    }

    #[test]
    fn names_tell_how_much_of_a_key_is_secret() {
        let of = |name| suite(name).map(|suite| (suite.bulk, suite.export_len));
        let cbc = |block, len| Some((Bulk::Cbc(block), len));
        assert_eq!(
            of("TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
            Some((Bulk::Rc4, Some(5)))
        );
        assert_eq!(
            of("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA"),
            Some((Bulk::Rc4, Some(7)))
        );
        assert_eq!(
            of("TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5"),
            cbc(Block::Rc2, Some(5))
        );
        assert_eq!(
            of("TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
            cbc(Block::Des, Some(5))
        );
        assert_eq!(
            of("TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA"),
            cbc(Block::Des, Some(5))
        );
        assert_eq!(
            of("TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA"),
            cbc(Block::Des, Some(8))
        );
        assert_eq!(of("TLS_RSA_WITH_DES_CBC_SHA"), cbc(Block::Des, None));
        assert_eq!(of("TLS_RSA_WITH_IDEA_CBC_SHA"), cbc(Block::Idea, None));
    }

    #[test]
    fn what_is_not_known_has_none() {
        assert_eq!(suite("TLS_RSA_WITH_SEED_CBC_SHA"), None);
        assert_eq!(suite("TLS_GOSTR341001_WITH_NULL_GOSTR3411"), None);
        assert_eq!(suite("TLS_FALLBACK_SCSV"), None);
        assert_eq!(Suite::of(CipherSuite(0x0a0a)), None);
    }
}
