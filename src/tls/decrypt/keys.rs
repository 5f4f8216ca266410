//! The keys of one direction: a record, its sequence number, and out comes what it holds.
//!
//! A record can be opened with several numbers, one after the other; [`RecordKeys::advance`] then
//! says that it is over, which matters to ciphers that go on from record to record (RC4, and
//! CBC before TLS 1.1).
//! Sources: RFC 8446 §5.2 and §5.3, RFC 5246 §6.2.3, RFC 7905, RFC 6655, RFC 7366 (encrypt-then-MAC),
//! RFC 2246 §6.2.3 (chained blocks), RFC 6101 §5.2.3 (SSL 3.0).

use std::fmt;

use rc4::{KeyInit as _, Rc4, StreamCipher as _};

use super::super::code_points::Version;
use super::ciphers::{NONCE_LEN, OpenAead, OpenCbc, aead, cbc};
use super::hash::KeyBytes;
use super::mac::{Mac, mac_header};
use super::record::Undeciphered;
use super::suite::{Bulk, Suite};

/// Keys of one direction. Never printed.
pub(super) struct RecordKeys {
    method: Method,
    version: Version,
}

/// A record as it stands in the stream.
#[derive(Clone, Copy)]
pub(super) struct Sealed<'a> {
    pub(super) header: [u8; 5],
    pub(super) body: &'a [u8],
}

enum Method {
    Aead {
        cipher: Box<dyn OpenAead>,
        /// What the nonce starts with: all of it where no record carries a part.
        iv: Vec<u8>,
        explicit_len: usize,
        tag_len: usize,
    },
    Cbc {
        cipher: Box<dyn OpenCbc>,
        mac: Mac,
        block_len: usize,
        encrypt_then_mac: bool,
        chain: Chain,
        /// The MAC of the record at hand covers its encrypted form, and verifies.
        is_authentic: bool,
    },
    /// RC4, or no cipher.
    Stream {
        cipher: Option<Box<Rc4>>,
        /// The record at hand without its encryption, which can be taken off once.
        text: Option<Vec<u8>>,
        mac: Mac,
    },
    /// RC4 at a place that is not known.
    Lost,
}

/// Where the first block of a record gets its IV from.
enum Chain {
    /// From the record.
    Explicit,
    /// From the key block: the first record, and no other.
    First(Vec<u8>),
    /// From the end of the record before; `None` where that was not captured.
    Before(Option<Vec<u8>>),
}

/// The parts of a key block that belong to one direction.
pub(super) struct KeyParts<'a> {
    pub(super) mac_key: &'a [u8],
    pub(super) key: &'a [u8],
    pub(super) iv: &'a [u8],
}

impl RecordKeys {
    /// The keys of TLS 1.2 and before; `None` where the cipher is not known.
    pub(super) fn classic(
        suite: Suite,
        version: Version,
        encrypt_then_mac: bool,
        parts: &KeyParts<'_>,
    ) -> Option<Self> {
        let mac = Mac {
            hash: suite.hash,
            key: KeyBytes(parts.mac_key.to_vec()),
            is_ssl3: version == Version::SSL_3_0,
        };
        let method = match suite.bulk {
            Bulk::Null => Method::Stream {
                cipher: None,
                text: None,
                mac,
            },
            Bulk::Rc4 => Method::Stream {
                cipher: Some(Box::new(Rc4::new_from_slice(parts.key).ok()?)),
                text: None,
                mac,
            },
            Bulk::Cbc(block) => Method::Cbc {
                cipher: cbc(block, parts.key)?,
                mac,
                block_len: block.block_len(),
                encrypt_then_mac,
                chain: if version.0 < Version::TLS_1_1.0 {
                    Chain::First(parts.iv.to_vec())
                } else {
                    Chain::Explicit
                },
                is_authentic: false,
            },
            Bulk::Aead(kind) => Method::Aead {
                cipher: aead(kind, parts.key)?,
                iv: parts.iv.to_vec(),
                explicit_len: kind.explicit_nonce_len(),
                tag_len: kind.tag_len(),
            },
        };
        Some(Self { method, version })
    }

    /// The keys of a traffic secret of TLS 1.3.
    pub(super) fn modern(suite: Suite, secret: &[u8]) -> Option<Self> {
        let Bulk::Aead(kind) = suite.bulk else {
            return None;
        };
        let key = suite
            .hash
            .expand_label(secret, "key", suite.bulk.key_len())?;
        let iv = suite.hash.expand_label(secret, "iv", NONCE_LEN)?;
        Some(Self {
            method: Method::Aead {
                cipher: aead(kind, &key.0)?,
                iv: iv.0,
                explicit_len: 0,
                tag_len: kind.tag_len(),
            },
            version: Version::TLS_1_3,
        })
    }

    /// Puts what the record holds into `out`, if it verifies with this sequence number.
    pub(super) fn open(
        &mut self,
        number: u64,
        record: Sealed<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Undeciphered> {
        out.clear();
        match &mut self.method {
            Method::Aead { .. } => self.open_aead(number, record, out),
            Method::Cbc { .. } => self.open_cbc(number, record, out),
            Method::Stream { cipher, text, mac } => {
                let text = text.get_or_insert_with(|| {
                    let mut text = record.body.to_vec();
                    if let Some(cipher) = cipher {
                        cipher.apply_keystream(&mut text);
                    }
                    text
                });
                out.extend_from_slice(text);
                mac.check_behind(number, record.header, out)
            }
            Method::Lost => Err(Undeciphered::ChainBroken),
        }
    }

    fn open_aead(
        &self,
        number: u64,
        record: Sealed<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Undeciphered> {
        let Method::Aead {
            cipher,
            iv,
            explicit_len,
            tag_len,
        } = &self.method
        else {
            return Err(Undeciphered::NotVerified);
        };
        let parts = record.body.split_at_checked(*explicit_len);
        let parts = parts.and_then(|(explicit, sealed)| {
            let text_len = sealed.len().checked_sub(*tag_len)?;
            Some((explicit, sealed.split_at_checked(text_len)?))
        });
        let (explicit, (text, tag)) = parts.ok_or(Undeciphered::TooShort)?;
        let nonce = nonce(iv, explicit, number).ok_or(Undeciphered::NotVerified)?;
        out.extend_from_slice(text);
        let is_open = if self.version.is_tls_1_3() {
            cipher.open(&nonce, &record.header, out, tag)
        } else {
            let aad = mac_header(number, record.header, Some(self.version), text.len());
            cipher.open(&nonce, &aad, out, tag)
        };
        is_open.then_some(()).ok_or(Undeciphered::NotVerified)
    }

    fn open_cbc(
        &mut self,
        number: u64,
        record: Sealed<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Undeciphered> {
        let Method::Cbc {
            cipher,
            mac,
            block_len,
            encrypt_then_mac,
            chain,
            is_authentic,
        } = &mut self.method
        else {
            return Err(Undeciphered::NotVerified);
        };
        let mut sealed = record.body;
        if *encrypt_then_mac {
            let text_len = sealed.len().checked_sub(mac.hash.len());
            let parts = text_len.and_then(|len| sealed.split_at_checked(len));
            let (text, tag) = parts.ok_or(Undeciphered::TooShort)?;
            mac.check(number, record.header, text, tag)?;
            *is_authentic = true;
            sealed = text;
        }
        let (iv, text) = match chain {
            Chain::Explicit => sealed
                .split_at_checked(*block_len)
                .ok_or(Undeciphered::TooShort)?,
            // With encrypt-then-MAC the MAC does not cover where the chain starts.
            Chain::First(_) if 0 < number && *encrypt_then_mac => {
                return Err(Undeciphered::ChainBroken);
            }
            Chain::First(iv) => (iv.as_slice(), sealed),
            Chain::Before(iv) => (iv.as_deref().ok_or(Undeciphered::ChainBroken)?, sealed),
        };
        out.extend_from_slice(text);
        if text.is_empty() || !cipher.decrypt(iv, out) {
            return Err(Undeciphered::TooShort);
        }
        let is_ssl3 = self.version == Version::SSL_3_0;
        let len = unpadded_len(out, *block_len, is_ssl3).ok_or(Undeciphered::NotVerified)?;
        out.truncate(len);
        match encrypt_then_mac {
            true => Ok(()),
            false => mac.check_behind(number, record.header, out),
        }
    }

    /// The record is over, whether it was opened or not.
    pub(super) fn advance(&mut self, body: &[u8]) {
        let body_len = body.len();
        self.advance_by(body_len, Some(body));
    }

    /// A record of `body_len` bytes is over, some of which were not captured.
    pub(super) fn advance_unseen(&mut self, body_len: usize) {
        self.advance_by(body_len, None);
    }

    fn advance_by(&mut self, body_len: usize, body: Option<&[u8]>) {
        match &mut self.method {
            Method::Stream { cipher, text, .. } => {
                if let (None, Some(cipher)) = (text.take(), cipher) {
                    cipher.apply_keystream(&mut vec![0; body_len]);
                }
            }
            Method::Cbc {
                chain: chain @ (Chain::First(_) | Chain::Before(_)),
                block_len,
                encrypt_then_mac,
                mac,
                is_authentic,
                ..
            } => {
                let behind = if *encrypt_then_mac { mac.hash.len() } else { 0 };
                // Where the MAC covers the encrypted form, nothing else tells a wrong chain.
                let is_told = std::mem::take(is_authentic) || !*encrypt_then_mac;
                *chain = Chain::Before(body.filter(|_| is_told).and_then(|body| {
                    let end = body.len().checked_sub(behind)?;
                    let start = end.checked_sub(*block_len)?;
                    body.get(start..end).map(<[u8]>::to_vec)
                }));
            }
            Method::Cbc { .. } | Method::Aead { .. } | Method::Lost => {}
        }
    }

    /// An unknown number of records was not captured.
    pub(super) fn lose_place(&mut self) {
        match &mut self.method {
            Method::Stream {
                cipher: Some(_), ..
            } => self.method = Method::Lost,
            // The first record may still be to come.
            Method::Cbc {
                chain: Chain::Before(iv),
                ..
            } => *iv = None,
            Method::Cbc { .. } | Method::Aead { .. } | Method::Stream { .. } | Method::Lost => {}
        }
    }

    /// The least that a record needs beside its content.
    pub(super) fn overhead(&self) -> usize {
        match &self.method {
            Method::Aead {
                explicit_len,
                tag_len,
                ..
            } => explicit_len
                .saturating_add(*tag_len)
                .saturating_add(usize::from(self.version.is_tls_1_3())),
            Method::Cbc {
                mac,
                block_len,
                chain,
                ..
            } => {
                let iv_len = match chain {
                    Chain::Explicit => *block_len,
                    Chain::First(_) | Chain::Before(_) => 0,
                };
                mac.hash.len().saturating_add(iv_len).saturating_add(1)
            }
            Method::Stream { mac, .. } => mac.hash.len(),
            Method::Lost => 0,
        }
    }
}

impl fmt::Debug for RecordKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKeys({})", self.version)
    }
}

/// The nonce: the IV and what the record carries; else the IV with the number (RFC 8446 §5.3).
fn nonce(iv: &[u8], explicit: &[u8], number: u64) -> Option<[u8; NONCE_LEN]> {
    let mut nonce = [0; NONCE_LEN];
    let (head, tail) = nonce.split_at_mut_checked(iv.len())?;
    head.copy_from_slice(iv);
    if explicit.is_empty() {
        let last = nonce.last_chunk_mut::<8>()?;
        for (byte, number) in last.iter_mut().zip(number.to_be_bytes()) {
            *byte ^= number;
        }
    } else if tail.len() == explicit.len() {
        tail.copy_from_slice(explicit);
    } else {
        return None;
    }
    Some(nonce)
}

/// The length without the padding; `None` where that is none.
fn unpadded_len(text: &[u8], block_len: usize, is_ssl3: bool) -> Option<usize> {
    let (last, before) = text.split_last()?;
    let len = before.len().checked_sub(usize::from(*last))?;
    let fits = match is_ssl3 {
        // The content of the padding is arbitrary, its length is not.
        true => usize::from(*last) < block_len,
        false => before.get(len..)?.iter().all(|byte| byte == last),
    };
    fits.then_some(len)
}
