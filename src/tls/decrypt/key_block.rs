//! The master secret and both randoms to the keys of a sender (TLS 1.2 and before).
//!
//! Ciphers cut down for export have keys of which a few bytes are secret, 5 to 8: the rest comes of
//! the randoms, which everybody sees, and so do their IVs.
//! Sources: RFC 5246 §6.3, RFC 2246 §6.3 and §6.3.1, RFC 6101 §6.2.2 and §6.2.2.1,
//! draft-ietf-tls-56-bit-ciphersuites.

use super::super::code_points::Version;
use super::super::reader::Reader;
use super::hash::{KeyBytes, md5, prf_1_0, prf_1_2, prf_ssl3};
use super::hellos::Role;
use super::keys::{KeyParts, RecordKeys};
use super::suite::{Bulk, Suite};

/// What the keys of a connection are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyBlock<'a> {
    pub(super) suite: Suite,
    pub(super) version: Version,
    pub(super) master: &'a KeyBytes,
    pub(super) client_random: &'a [u8; 32],
    pub(super) server_random: &'a [u8; 32],
}

impl KeyBlock<'_> {
    /// The keys of a sender; `None` where the cipher is not known.
    pub(super) fn keys(&self, role: Role, encrypt_then_mac: bool) -> Option<RecordKeys> {
        let lengths = PartLengths::of(self.suite, self.version);
        let block = self.expand(lengths.total());
        let mut parts = lengths.split(&block.0, role)?;
        let weakened;
        if self.suite.export_len.is_some() {
            weakened = self.weakened(role, parts.key);
            (parts.key, parts.iv) = (&weakened.key.0, &weakened.iv.0);
        }
        RecordKeys::classic(self.suite, self.version, encrypt_then_mac, &parts)
    }

    fn expand(&self, len: usize) -> KeyBytes {
        let seed = [self.server_random.as_slice(), self.client_random];
        match self.version {
            Version::SSL_3_0 => prf_ssl3(&self.master.0, &seed, len),
            _ => self.prf(&self.master.0, "key expansion", seed, len),
        }
    }

    /// The PRF of TLS.
    fn prf(&self, secret: &[u8], label: &str, [first, second]: [&[u8]; 2], len: usize) -> KeyBytes {
        let seed = [label.as_bytes(), first, second];
        match self.version {
            Version::TLS_1_2 => prf_1_2(self.suite.derivation_hash(), secret, &seed, len),
            _ => prf_1_0(secret, &seed, len),
        }
    }

    /// The final key and IV of a cipher cut down for export.
    fn weakened(&self, role: Role, secret: &[u8]) -> Weakened {
        let randoms: [&[u8]; 2] = [self.client_random, self.server_random];
        let [client, server] = randoms;
        let (key_len, iv_len) = (self.suite.bulk.key_len(), self.suite.bulk.iv_len());
        if self.version == Version::SSL_3_0 {
            let [first, second] = match role {
                Role::Client => [client, server],
                Role::Server => [server, client],
            };
            return Weakened {
                key: md5(&[secret, first, second], key_len),
                iv: md5(&[first, second], iv_len),
            };
        }
        let (label, iv_start) = match role {
            Role::Client => ("client write key", 0),
            Role::Server => ("server write key", iv_len),
        };
        let ivs = self.prf(&[], "IV block", randoms, iv_len.saturating_mul(2));
        let iv = ivs.0.into_iter().skip(iv_start).take(iv_len);
        Weakened {
            key: self.prf(secret, label, randoms, key_len),
            iv: KeyBytes(iv.collect()),
        }
    }
}

/// A key and an IV made of a few secret bytes.
struct Weakened {
    key: KeyBytes,
    iv: KeyBytes,
}

/// Lengths of the parts of a key block, of one side each.
#[derive(Clone, Copy, Debug)]
struct PartLengths {
    mac: usize,
    key: usize,
    iv: usize,
}

impl PartLengths {
    fn of(suite: Suite, version: Version) -> Self {
        let (mac, iv) = match suite.bulk {
            Bulk::Null | Bulk::Rc4 => (suite.hash.len(), 0),
            // Since TLS 1.1 each record brings its own.
            Bulk::Cbc(_) if Version::TLS_1_1.0 <= version.0 => (suite.hash.len(), 0),
            Bulk::Cbc(_) => (suite.hash.len(), suite.bulk.iv_len()),
            Bulk::Aead(kind) => (0, 12_usize.saturating_sub(kind.explicit_nonce_len())),
        };
        Self {
            mac,
            key: suite.export_len.unwrap_or_else(|| suite.bulk.key_len()),
            iv,
        }
    }

    const fn total(self) -> usize {
        self.mac
            .saturating_add(self.key)
            .saturating_add(self.iv)
            .saturating_mul(2)
    }

    /// The parts of one side: MAC keys, keys and IVs follow each other, the client's first.
    fn split(self, block: &[u8], role: Role) -> Option<KeyParts<'_>> {
        let mut reader = Reader::new(block);
        let mut pick = |len| {
            let (client, server) = (reader.take(len)?, reader.take(len)?);
            Some(match role {
                Role::Client => client,
                Role::Server => server,
            })
        };
        Some(KeyParts {
            mac_key: pick(self.mac)?,
            key: pick(self.key)?,
            iv: pick(self.iv)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::code_points::CipherSuite;
    use super::super::super::hex;
    use super::*;

    /// Secret part of the key, key and IV of a suite with RC2 of 40 bits.
    fn weakened(version: Version, role: Role) -> [String; 2] {
        let cipher = CipherSuite::from_name("TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5").unwrap();
        let block = KeyBlock {
            suite: Suite::of(cipher).unwrap(),
            version,
            master: &KeyBytes((0..48).collect()),
            client_random: &[b'c'; 32],
            server_random: &[b's'; 32],
        };
        let lengths = PartLengths::of(block.suite, version);
        let expanded = block.expand(lengths.total());
        let secret = lengths.split(&expanded.0, role).unwrap().key;
        assert_eq!(secret.len(), 5);
        let Weakened { key, iv } = block.weakened(role, secret);
        [hex(&key.0), hex(&iv.0)]
    }

    // What is expected was computed with the hashes of another library.

    #[test]
    fn keys_of_export_ciphers_are_made_as_tls_1_0_does() {
        assert_eq!(
            weakened(Version::TLS_1_0, Role::Client),
            ["c804ca1a38410f76221b7a4f081ee8e8", "fddf36de3099d3d1"]
        );
        assert_eq!(
            weakened(Version::TLS_1_0, Role::Server),
            ["0e7b78ba0be5bb8183e232a0c4b35da3", "95838196a867d6f7"]
        );
    }

    #[test]
    fn keys_of_export_ciphers_are_made_as_ssl_3_0_does() {
        assert_eq!(
            weakened(Version::SSL_3_0, Role::Client),
            ["d468967b6ef61155227b26ceefcad950", "22102defe673d6ed"]
        );
        assert_eq!(
            weakened(Version::SSL_3_0, Role::Server),
            ["3389e3456d5ca4eae5d700d5ae4bb455", "2878619714dd3a41"]
        );
    }
}
