//! Decryption secrets blocks to bytes.
//!
//! The secrets themselves are not interpreted here, and they never appear in debug output.
//!
//! Limits: [`max_secrets_bytes`](crate::capture::ReadLimits::max_secrets_bytes).
//! Sources: draft-ietf-opsawg-pcapng, "Decryption Secrets Block" (unknown to pcap-file).

use std::fmt;

use crate::capture::ByteOrder;

/// The body of one decryption secrets block.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBlock {
    /// What the secrets are: [`SecretBlock::TLS_KEY_LOG`] or another code of the registry.
    pub secrets_type: u32,
    /// The secrets.
    pub bytes: Vec<u8>,
}

impl SecretBlock {
    /// Lines of a TLS key log (RFC 9850), "TLSK".
    pub const TLS_KEY_LOG: u32 = 0x544c_534b;

    /// The secrets in the body of a block, or what is wrong with it.
    pub(super) fn parse(body: &[u8], order: ByteOrder) -> Result<Self, String> {
        let (Some(secrets_type), Some(len)) = (order.u32_at(body, 0), order.u32_at(body, 4)) else {
            return Err(format!("secrets block of {} bytes", body.len()));
        };
        let end = (len as usize).saturating_add(8);
        let Some(bytes) = body.get(8..end) else {
            let left = body.len();
            return Err(format!("secrets block: {end} bytes needed, {left} left"));
        };
        Ok(Self {
            secrets_type,
            bytes: bytes.to_vec(),
        })
    }
}

impl fmt::Debug for SecretBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretBlock")
            .field("secrets_type", &format_args!("{:#x}", self.secrets_type))
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_and_not_printed() {
        let block = SecretBlock::parse(b"KSLT\x03\0\0\0abc\0", ByteOrder::Little).unwrap();
        assert_eq!(block.secrets_type, SecretBlock::TLS_KEY_LOG);
        assert_eq!(block.bytes, b"abc");
        assert_eq!(
            format!("{block:?}"),
            "SecretBlock { secrets_type: 0x544c534b, bytes: 3 bytes }"
        );
    }

    #[test]
    fn lying_length_is_an_error() {
        let error = SecretBlock::parse(b"KSLT\x09\0\0\0abc\0", ByteOrder::Little).unwrap_err();
        assert_eq!(error, "secrets block: 17 bytes needed, 12 left");
        assert!(SecretBlock::parse(b"KSL", ByteOrder::Little).is_err());
    }
}
