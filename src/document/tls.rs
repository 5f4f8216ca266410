//! The `tls` part of a document: what the handshake showed.

use serde::{Serialize, Serializer};

use super::exact::Text;
use crate::time::UnixSeconds;

/// What the TLS handshake showed. Each value is absent where it was not seen.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Version that was agreed on, such as `TLS 1.2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// Cipher suite that was agreed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cipher: Option<Cipher>,
    /// True when what the client sends is encrypted, then authenticated (RFC 7366).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_encrypt_then_mac: Option<bool>,
    /// True when what the server sends is encrypted, then authenticated (RFC 7366).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_encrypt_then_mac: Option<bool>,
    /// Name that the client asked for (SNI, RFC 6066 §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Application protocol that the server chose (RFC 7301).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpn: Option<String>,
    /// Random of the client's hello, 64 lower-case hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_random: Option<String>,
    /// Random of the server's hello, 64 lower-case hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_random: Option<String>,
    /// True when an earlier TLS session was resumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed: Option<bool>,
    /// JA3 fingerprint of the client's hello.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ja3: Option<String>,
    /// JA4 fingerprint of the client's hello.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ja4: Option<String>,
    /// The server's certificate, where it is readable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// Labels of the key-log lines that are known, never their values; absent without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Whether the content was decrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decrypted: Option<Decrypted>,
}

/// A cipher suite.
#[derive(Clone, Debug, Serialize)]
pub struct Cipher {
    /// Name in the IANA registry; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Code point as `0xc02f`.
    pub id: String,
}

/// A server's own certificate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// Distinguished name of its subject (RFC 4514); absent where it cannot be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Distinguished name of its issuer (RFC 4514); absent where it cannot be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Start of its validity, RFC 3339 UTC in seconds; absent where it cannot be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Text<UnixSeconds>>,
    /// End of its validity, RFC 3339 UTC in seconds; absent where it cannot be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Text<UnixSeconds>>,
    /// SHA-256 of its DER form, 64 lower-case hex digits.
    pub sha256: String,
}

/// Whether the content of a TLS session was decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decrypted {
    /// It was: `true`.
    Yes,
    /// It was not tried: `false`.
    No,
    /// It was tried and failed, for this reason.
    Failed(String),
}

impl Serialize for Decrypted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Yes => serializer.serialize_bool(true),
            Self::No => serializer.serialize_bool(false),
            Self::Failed(reason) => serializer.serialize_str(reason),
        }
    }
}
