//! The ciphers of suites behind two small interfaces: authenticated, and in CBC mode.
//!
//! The ciphers are those of the `RustCrypto` crates; only their choice by suite is here. Single DES
//! comes with the crate that has the triple one.
//! Sources: RFC 5288 and 8446 (AES-GCM), RFC 6655 (AES-CCM), RFC 7905 (ChaCha20-Poly1305),
//! RFC 5932 and 6367 (Camellia), RFC 6209 (ARIA), RFC 5469 (DES and IDEA),
//! RFC 2268 (RC2), RFC 5246 §6.2.3.2 (CBC).

use aes::{Aes128, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::{AeadInOut, Key, KeyInit};
use aria::{Aria128, Aria256};
use camellia::{Camellia128, Camellia256};
use cbc::cipher::consts::{U8, U12, U16};
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;
use des::{Des, TdesEde3};
use idea::Idea;
use rc2::Rc2;

use super::suite::{Aead, Block};

/// An authenticated cipher with its key.
pub(super) trait OpenAead: Send + Sync {
    /// Decrypts in place; false, with the bytes as they were, when the tag does not verify.
    fn open(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], bytes: &mut [u8], tag: &[u8]) -> bool;
}

/// A block cipher in CBC mode with its key.
pub(super) trait OpenCbc: Send + Sync {
    /// Decrypts whole blocks in place; false when the lengths do not fit.
    fn decrypt(&self, iv: &[u8], bytes: &mut [u8]) -> bool;
}

/// The cipher of an AEAD suite; `None` where no standard has it, or the key does not fit.
pub(super) fn aead(kind: Aead, key: &[u8]) -> Option<Box<dyn OpenAead>> {
    Some(match kind {
        Aead::ChaCha20Poly1305 => Box::new(with_key::<ChaCha20Poly1305>(key)?),
        Aead::Gcm(Block::Aes128) => Box::new(with_key::<AesGcm<Aes128, U12>>(key)?),
        Aead::Gcm(Block::Aes256) => Box::new(with_key::<AesGcm<Aes256, U12>>(key)?),
        Aead::Gcm(Block::Aria128) => Box::new(with_key::<AesGcm<Aria128, U12>>(key)?),
        Aead::Gcm(Block::Aria256) => Box::new(with_key::<AesGcm<Aria256, U12>>(key)?),
        Aead::Gcm(Block::Camellia128) => Box::new(with_key::<AesGcm<Camellia128, U12>>(key)?),
        Aead::Gcm(Block::Camellia256) => Box::new(with_key::<AesGcm<Camellia256, U12>>(key)?),
        Aead::Ccm(Block::Aes128) => Box::new(with_key::<Ccm<Aes128, U16, U12>>(key)?),
        Aead::Ccm(Block::Aes256) => Box::new(with_key::<Ccm<Aes256, U16, U12>>(key)?),
        Aead::Ccm8(Block::Aes128) => Box::new(with_key::<Ccm<Aes128, U8, U12>>(key)?),
        Aead::Ccm8(Block::Aes256) => Box::new(with_key::<Ccm<Aes256, U8, U12>>(key)?),
        Aead::Gcm(_) | Aead::Ccm(_) | Aead::Ccm8(_) => return None,
    })
}

/// The cipher of a CBC suite.
pub(super) fn cbc(block: Block, key: &[u8]) -> Option<Box<dyn OpenCbc>> {
    Some(match block {
        Block::Aes128 => cbc_of::<Aes128>(key)?,
        Block::Aes256 => cbc_of::<Aes256>(key)?,
        Block::Aria128 => cbc_of::<Aria128>(key)?,
        Block::Aria256 => cbc_of::<Aria256>(key)?,
        Block::Camellia128 => cbc_of::<Camellia128>(key)?,
        Block::Camellia256 => cbc_of::<Camellia256>(key)?,
        Block::Des => cbc_of::<Des>(key)?,
        Block::Idea => cbc_of::<Idea>(key)?,
        // All bits of the key count, as the registry has it for TLS: it was cut down before.
        Block::Rc2 => Box::new(Cbc(Rc2::new_with_eff_key_len(key, RC2_KEY_BITS))),
        Block::TripleDes => cbc_of::<TdesEde3>(key)?,
    })
}

fn with_key<A: KeyInit>(key: &[u8]) -> Option<A> {
    let key = <&Key<A>>::try_from(key).ok()?;
    Some(A::new(key))
}

fn cbc_of<C>(key: &[u8]) -> Option<Box<dyn OpenCbc>>
where
    C: BlockCipherDecrypt + KeyInit + Clone + Send + Sync + 'static,
{
    Some(Box::new(Cbc(with_key::<C>(key)?)))
}

impl<A: AeadInOut<NonceSize = U12> + Send + Sync> OpenAead for A {
    fn open(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], bytes: &mut [u8], tag: &[u8]) -> bool {
        let Ok(tag) = Array::try_from(tag) else {
            return false;
        };
        self.decrypt_inout_detached(&Array(*nonce), aad, bytes.into(), &tag)
            .is_ok()
    }
}

struct Cbc<C>(C);

impl<C: BlockCipherDecrypt + Clone + Send + Sync> OpenCbc for Cbc<C> {
    fn decrypt(&self, iv: &[u8], bytes: &mut [u8]) -> bool {
        let Ok(iv) = Array::try_from(iv) else {
            return false;
        };
        let (blocks, rest) = Array::slice_as_chunks_mut(bytes);
        if !rest.is_empty() {
            return false;
        }
        cbc::Decryptor::inner_iv_init(self.0.clone(), &iv).decrypt_blocks(blocks);
        true
    }
}

const RC2_KEY_BITS: usize = 128;

/// Bytes of the nonce of every AEAD suite.
pub(super) const NONCE_LEN: usize = 12;

#[cfg(test)]
mod tests {
    use super::super::super::hex;
    use super::*;

    /// A block, deciphered with an IV of zeros.
    fn deciphered(block: Block, key: &[u8], sealed: &[u8]) -> String {
        let mut bytes = sealed.to_vec();
        let iv = vec![0; block.block_len()];
        assert!(cbc(block, key).unwrap().decrypt(&iv, &mut bytes));
        hex(&bytes)
    }

    #[test]
    fn idea_deciphers_the_example_of_its_authors() {
        let key = [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8];
        let sealed = b"\x11\xfb\xed\x2b\x01\x98\x6d\xe5";
        assert_eq!(deciphered(Block::Idea, &key, sealed), "0000000100020003");
    }

    #[test]
    fn rc2_deciphers_the_example_of_its_rfc() {
        let key = b"\x88\xbc\xa9\x0e\x90\x87\x5a\x7f\x0f\x79\xc3\x84\x62\x7b\xaf\xb2";
        let sealed = b"\x22\x69\x55\x2a\xb0\xf8\x5c\xa6";
        assert_eq!(deciphered(Block::Rc2, key, sealed), "0000000000000000");
    }

    #[test]
    fn a_part_of_a_block_is_not_deciphered() {
        let cipher = cbc(Block::Idea, &[0; 16]).unwrap();
        assert!(!cipher.decrypt(&[0; 8], &mut [0; 12]));
        assert!(!cipher.decrypt(&[0; 16], &mut [0; 8]));
        assert!(cbc(Block::Idea, &[0; 8]).is_none());
    }
}
