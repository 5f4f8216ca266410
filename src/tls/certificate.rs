//! A Certificate message to the facts of the server's own certificate.
//!
//! The rest of the chain is not looked at, and no signature is verified. A certificate that
//! cannot be parsed still has its hash. TLS 1.3 encrypts this message.
//! Limits: [`TlsLimits::text_bytes`](super::TlsLimits::text_bytes).
//! Sources: RFC 5246 §7.4.2, RFC 5280.

use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::distinguished_name;
use super::reader::Reader;
use super::text::cut;
use crate::time::UnixSeconds;

/// A server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of its DER form.
    pub sha256: [u8; 32],
    /// What stands in it; `None` when it cannot be parsed.
    pub contents: Option<CertificateContents>,
}

/// What stands in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateContents {
    /// Distinguished name of its subject (RFC 4514); empty where it has none.
    pub subject: String,
    /// Distinguished name of its issuer (RFC 4514).
    pub issuer: String,
    /// Start of its validity.
    pub not_before: UnixSeconds,
    /// End of its validity.
    pub not_after: UnixSeconds,
}

impl Certificate {
    /// The first certificate of a message; `None` for an empty list.
    pub(super) fn first_of_message(body: &[u8], text_bytes: usize) -> Option<Self> {
        let mut list = Reader::new(body).vec24()?;
        Some(Self::of_der(list.vec24()?.rest(), text_bytes))
    }

    /// The facts of one certificate.
    pub(super) fn of_der(der: &[u8], text_bytes: usize) -> Self {
        Self {
            sha256: Sha256::digest(der).into(),
            contents: CertificateContents::parse(der, text_bytes),
        }
    }
}

impl CertificateContents {
    fn parse(der: &[u8], text_bytes: usize) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        Some(Self {
            subject: cut(distinguished_name::text(certificate.subject()), text_bytes),
            issuer: cut(distinguished_name::text(certificate.issuer()), text_bytes),
            not_before: UnixSeconds(validity.not_before.timestamp()),
            not_after: UnixSeconds(validity.not_after.timestamp()),
        })
    }
}
