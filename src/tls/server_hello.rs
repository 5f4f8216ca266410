//! A `ServerHello` to what the server chose.
//!
//! A `HelloRetryRequest` is a `ServerHello` with a certain random; what it chooses stands until the
//! real one comes.
//! Limits: [`TlsLimits::text_bytes`].
//! Sources: RFC 8446 §4.1.3 and §4.1.4, RFC 5246 §7.4.1.3; drafts of TLS 1.3 up to 21 lack the
//! session id and the compression.

use super::code_points::{CipherSuite, Version};
use super::extension::Extensions;
use super::limits::TlsLimits;
use super::reader::Reader;
use super::text::wire_text;

/// What is kept of a `ServerHello`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) version: Version,
    pub(super) cipher: Option<CipherSuite>,
    pub(super) random: [u8; 32],
    pub(super) session_id: Box<[u8]>,
    /// Method of compression; 0 is none.
    pub(super) compression: u8,
    pub(super) protocol: Option<String>,
    pub(super) encrypt_then_mac: bool,
    pub(super) extended_master_secret: bool,
    /// A pre-shared key was chosen (TLS 1.3).
    pub(super) pre_shared_key: bool,
}

impl Choice {
    /// True when the client shall send another hello.
    pub(super) fn is_retry_request(&self) -> bool {
        self.random == RETRY_REQUEST
    }

    pub(super) fn parse(body: &[u8], limits: &TlsLimits) -> Option<Self> {
        let mut reader = Reader::new(body);
        let legacy = Version(reader.u16()?);
        let short = legacy
            .draft()
            .is_some_and(|draft| draft <= LAST_SHORT_DRAFT);
        if legacy.0 >> 8 != 3 && !short {
            return None;
        }
        let random = reader.array()?;
        let session_id = if short { &[] } else { reader.vec8()?.rest() };
        let cipher = CipherSuite(reader.u16()?);
        let compression = if short { 0 } else { reader.u8()? };
        let extensions = Extensions::parse(reader)?;
        let selected = extensions.find(Extensions::SUPPORTED_VERSIONS);
        let mut protocols = extensions.protocols();
        (session_id.len() <= 32).then(|| Self {
            version: selected
                .and_then(|mut body| body.u16())
                .map_or(legacy, Version),
            cipher: Some(cipher),
            random,
            session_id: session_id.into(),
            compression,
            protocol: protocols
                .next()
                .map(|name| wire_text(name, limits.text_bytes)),
            encrypt_then_mac: extensions.has(Extensions::ENCRYPT_THEN_MAC),
            extended_master_secret: extensions.has(Extensions::EXTENDED_MASTER_SECRET),
            pre_shared_key: extensions.has(Extensions::PRE_SHARED_KEY),
        })
    }

    /// What a server of SSL 2.0 says: its version. The cipher is the client's to choose.
    pub(super) fn of_v2() -> Self {
        Self {
            version: Version::SSL_2_0,
            cipher: None,
            random: [0; 32],
            session_id: Box::default(),
            compression: 0,
            protocol: None,
            encrypt_then_mac: false,
            extended_master_secret: false,
            pre_shared_key: false,
        }
    }
}

const LAST_SHORT_DRAFT: u8 = 21;

/// SHA-256 of `HelloRetryRequest` (RFC 8446 §4.1.3).
pub(super) const RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::super::testing::{HelloBytes, extension};
    use super::*;

    fn choice(body: &[u8]) -> Choice {
        Choice::parse(body, &TlsLimits::default()).unwrap()
    }

    #[test]
    fn tls_1_3_is_told_by_the_extension() {
        let body = HelloBytes::server(0x1301)
            .with(&extension(43, &[3, 4]))
            .with(&extension(41, &[0, 0]))
            .body();
        let choice = choice(&body);
        assert_eq!(choice.version, Version::TLS_1_3);
        assert_eq!(choice.cipher, Some(CipherSuite(0x1301)));
        assert!(choice.pre_shared_key && !choice.is_retry_request());
    }

    #[test]
    fn tls_1_2_shows_all_in_its_hello() {
        let body = HelloBytes::server(0xc027)
            .with(&extension(16, b"\x00\x03\x02h2"))
            .with(&extension(22, b""))
            .with(&extension(23, b""))
            .body();
        let choice = choice(&body);
        assert_eq!(choice.version, Version::TLS_1_2);
        assert_eq!(choice.protocol.as_deref(), Some("h2"));
        assert!(choice.encrypt_then_mac && choice.extended_master_secret);
        assert_eq!(choice.random, [b's'; 32]);
    }

    #[test]
    fn old_drafts_have_no_session_id() {
        let mut body = vec![0x7f, 0x10];
        body.extend([b's'; 32]);
        body.extend([0x13, 0x01, 0, 0]);
        assert_eq!(choice(&body).version.draft(), Some(16));
        assert_eq!(choice(&body).cipher, Some(CipherSuite(0x1301)));
    }

    #[test]
    fn the_random_of_a_retry_request_is_a_hash() {
        assert_eq!(Sha256::digest(b"HelloRetryRequest"), RETRY_REQUEST);
    }
}
