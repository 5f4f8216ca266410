//! Lines in a key log that say what a handshake agreed on.
//!
//! ```text
//! TLS_VERSION <client_random> TLS 1.2
//! CIPHER_NAME <client_random> TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
//! CLIENT_ENCRYPT_THEN_MAC <client_random> true
//! SERVER_ENCRYPT_THEN_MAC <client_random> false
//! ```
//!
//! They fill in what a captured handshake does not show. They are read as they stand, as comments
//! behind `#`, and without the client random.

use super::code_points::{CipherSuite, Version};
use super::facts::TlsFacts;

/// What the custom fields of a key log say of one TLS connection. Of several lines with one label
/// the last counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomFields {
    /// `TLS_VERSION`: version that was agreed on.
    pub version: Option<Version>,
    /// `CIPHER_NAME`: cipher suite by its IANA name.
    pub cipher: Option<CipherSuite>,
    /// `CLIENT_ENCRYPT_THEN_MAC`: the client's records are encrypted, then authenticated.
    pub client_encrypt_then_mac: Option<bool>,
    /// `SERVER_ENCRYPT_THEN_MAC`: the server's records are encrypted, then authenticated.
    pub server_encrypt_then_mac: Option<bool>,
}

/// One of the four labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldLabel {
    Version,
    Cipher,
    ClientEncryptThenMac,
    ServerEncryptThenMac,
}

impl CustomFields {
    /// True when nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These fields, and those of `other` where these say nothing.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            version: self.version.or(other.version),
            cipher: self.cipher.or(other.cipher),
            client_encrypt_then_mac: self
                .client_encrypt_then_mac
                .or(other.client_encrypt_then_mac),
            server_encrypt_then_mac: self
                .server_encrypt_then_mac
                .or(other.server_encrypt_then_mac),
        }
    }

    /// The labels of the fields that say something else than the handshake did.
    pub fn conflicts(&self, facts: &TlsFacts) -> impl Iterator<Item = &'static str> {
        let encrypts_then_macs = facts.encrypts_then_macs();
        [
            differ(self.version, facts.version).then_some(FieldLabel::Version),
            differ(self.cipher, facts.cipher).then_some(FieldLabel::Cipher),
            differ(self.client_encrypt_then_mac, encrypts_then_macs)
                .then_some(FieldLabel::ClientEncryptThenMac),
            differ(self.server_encrypt_then_mac, encrypts_then_macs)
                .then_some(FieldLabel::ServerEncryptThenMac),
        ]
        .into_iter()
        .flatten()
        .map(FieldLabel::as_str)
    }

    /// The fields that say what a handshake agreed on.
    pub fn of(facts: &TlsFacts) -> Self {
        Self {
            version: facts.version,
            cipher: facts.cipher,
            client_encrypt_then_mac: facts.encrypts_then_macs(),
            server_encrypt_then_mac: facts.encrypts_then_macs(),
        }
    }

    /// The lines for a key log, without line ends, in the order of the labels; without a random
    /// they are of any connection.
    pub fn lines(&self, client_random: Option<&[u8; 32]>) -> impl Iterator<Item = String> {
        let random = client_random.map(|random| format!(" {}", super::text::hex(random)));
        let random = random.unwrap_or_default();
        let text = |value: Option<bool>| value.map(|value| value.to_string());
        [
            (
                FieldLabel::Version,
                self.version.map(|version| version.to_string()),
            ),
            (
                FieldLabel::Cipher,
                self.cipher.map(|cipher| cipher.to_string()),
            ),
            (
                FieldLabel::ClientEncryptThenMac,
                text(self.client_encrypt_then_mac),
            ),
            (
                FieldLabel::ServerEncryptThenMac,
                text(self.server_encrypt_then_mac),
            ),
        ]
        .into_iter()
        .filter_map(move |(label, value)| Some(format!("{}{random} {}", label.as_str(), value?)))
    }

    /// Takes in one value; false when it is none of its label.
    pub(super) fn set(&mut self, label: FieldLabel, value: &str) -> bool {
        match label {
            FieldLabel::Version => replace(&mut self.version, Version::from_name(value)),
            FieldLabel::Cipher => replace(&mut self.cipher, cipher(value)),
            FieldLabel::ClientEncryptThenMac => {
                replace(&mut self.client_encrypt_then_mac, truth(value))
            }
            FieldLabel::ServerEncryptThenMac => {
                replace(&mut self.server_encrypt_then_mac, truth(value))
            }
        }
    }
}

impl FieldLabel {
    const ALL: [Self; 4] = [
        Self::Version,
        Self::Cipher,
        Self::ClientEncryptThenMac,
        Self::ServerEncryptThenMac,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Version => "TLS_VERSION",
            Self::Cipher => "CIPHER_NAME",
            Self::ClientEncryptThenMac => "CLIENT_ENCRYPT_THEN_MAC",
            Self::ServerEncryptThenMac => "SERVER_ENCRYPT_THEN_MAC",
        }
    }

    pub(super) fn from_bytes(label: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str().as_bytes() == label)
    }
}

/// Puts a new value in the place of an old one; false when there is none.
const fn replace<T: Copy>(place: &mut Option<T>, value: Option<T>) -> bool {
    if value.is_some() {
        *place = value;
    }
    value.is_some()
}

fn differ<T: PartialEq>(said: Option<T>, seen: Option<T>) -> bool {
    said.is_some() && seen.is_some() && said != seen
}

/// A suite by its name, or by its code point as `0x1301`.
fn cipher(value: &str) -> Option<CipherSuite> {
    CipherSuite::from_name(value).or_else(|| {
        let digits = value.strip_prefix("0x")?;
        u16::from_str_radix(digits, 16).ok().map(CipherSuite)
    })
}

fn truth(value: &str) -> Option<bool> {
    if value.eq_ignore_ascii_case("true") {
        Some(true)
    } else if value.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Negotiation;
    use super::*;

    #[test]
    fn conflicts_name_the_fields_that_differ() {
        let facts = TlsFacts {
            version: Some(Version::TLS_1_2),
            cipher: Some(CipherSuite(0xc027)),
            encrypt_then_mac: Negotiation::Accepted,
            ..TlsFacts::default()
        };
        let same = CustomFields::of(&facts);
        assert_eq!(same.conflicts(&facts).count(), 0);
        assert_eq!(same.client_encrypt_then_mac, Some(true));
        let other = CustomFields {
            version: Some(Version::TLS_1_3),
            server_encrypt_then_mac: Some(false),
            ..same.clone()
        };
        let labels: Vec<_> = other.conflicts(&facts).collect();
        assert_eq!(labels, ["TLS_VERSION", "SERVER_ENCRYPT_THEN_MAC"]);
        assert_eq!(other.conflicts(&TlsFacts::default()).count(), 0);
    }

    #[test]
    fn lines_are_those_of_the_header() {
        let fields = CustomFields {
            version: Some(Version::TLS_1_2),
            cipher: Some(CipherSuite(0xc02f)),
            client_encrypt_then_mac: Some(false),
            server_encrypt_then_mac: None,
        };
        let random = "ab".repeat(32);
        let lines: Vec<_> = fields.lines(Some(&[0xab; 32])).collect();
        assert_eq!(
            lines,
            [
                format!("TLS_VERSION {random} TLS 1.2"),
                format!("CIPHER_NAME {random} TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                format!("CLIENT_ENCRYPT_THEN_MAC {random} false"),
            ]
        );
        assert_eq!(fields.lines(None).next().unwrap(), "TLS_VERSION TLS 1.2");
    }
}
