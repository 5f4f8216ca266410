//! Code points of TLS: versions, cipher suites, alerts, and GREASE.
//!
//! Unknown values are kept as they are and print as hexadecimal numbers.
//! Sources: IANA registries "TLS Cipher Suites" and "TLS Alerts"; RFC 8701 (GREASE);
//! RFC 8446 §4.2.1 and its drafts (0x7f00 and the number of the draft) for versions.

use std::fmt;

use super::cipher_suites::CIPHER_SUITES;

/// A protocol version as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16);

impl Version {
    /// SSL 2.0.
    pub const SSL_2_0: Self = Self(0x0002);
    /// SSL 3.0 (RFC 6101).
    pub const SSL_3_0: Self = Self(0x0300);
    /// TLS 1.0 (RFC 2246).
    pub const TLS_1_0: Self = Self(0x0301);
    /// TLS 1.1 (RFC 4346).
    pub const TLS_1_1: Self = Self(0x0302);
    /// TLS 1.2 (RFC 5246).
    pub const TLS_1_2: Self = Self(0x0303);
    /// TLS 1.3 (RFC 8446).
    pub const TLS_1_3: Self = Self(0x0304);

    const NAMED: [(Self, &'static str); 6] = [
        (Self::SSL_2_0, "SSL 2.0"),
        (Self::SSL_3_0, "SSL 3.0"),
        (Self::TLS_1_0, "TLS 1.0"),
        (Self::TLS_1_1, "TLS 1.1"),
        (Self::TLS_1_2, "TLS 1.2"),
        (Self::TLS_1_3, "TLS 1.3"),
    ];

    /// The version with that name, such as `TLS 1.2`; `TLSv1.2` is understood too.
    pub fn from_name(name: &str) -> Option<Self> {
        let squeezed = |text: &str| -> String {
            text.chars()
                .filter(|c| !matches!(c, ' ' | 'v' | 'V'))
                .collect::<String>()
                .to_ascii_uppercase()
        };
        let wanted = squeezed(name);
        Self::NAMED
            .into_iter()
            .find(|(_, known)| squeezed(known) == wanted)
            .map(|(version, _)| version)
    }

    /// True for TLS 1.3 and its drafts.
    pub const fn is_tls_1_3(self) -> bool {
        self.0 == 0x0304 || self.draft().is_some()
    }

    /// The number of the draft of TLS 1.3.
    pub const fn draft(self) -> Option<u8> {
        let [high, low] = self.0.to_be_bytes();
        if high == 0x7f { Some(low) } else { None }
    }
}

impl fmt::Display for Version {
    /// Prints `TLS 1.2`, `TLS 1.3 (draft 23)`, or `0x1234`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = Self::NAMED.iter().find(|(version, _)| version == self) {
            return f.write_str(name);
        }
        match self.draft() {
            Some(draft) => write!(f, "TLS 1.3 (draft {draft})"),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

/// A cipher suite by its code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CipherSuite(pub u16);

impl CipherSuite {
    /// The name in the IANA registry; `None` for unknown and GREASE values.
    pub fn name(self) -> Option<&'static str> {
        let place = CIPHER_SUITES.binary_search_by_key(&self.0, |(code, _)| *code);
        CIPHER_SUITES.get(place.ok()?).map(|(_, name)| *name)
    }

    /// The suite with that IANA name.
    pub fn from_name(name: &str) -> Option<Self> {
        CIPHER_SUITES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(code, _)| Self(*code))
    }

    /// True for block ciphers in CBC mode, the only ones that encrypt-then-MAC changes
    /// (RFC 7366 §3).
    pub fn is_cbc(self) -> bool {
        self.name().is_some_and(|name| name.contains("_CBC_"))
    }

    /// Bytes of the Finished message in TLS 1.3, its header and its record's overhead included
    /// (RFC 8446 §4.4.4 and §5.2): header 4, hash, content type 1, tag.
    pub(super) fn finished_record_len(self) -> u16 {
        let name = self.name().unwrap_or_default();
        let with_hash: u16 = if name.ends_with("_SHA512") {
            69
        } else if name.ends_with("_SHA384") {
            53
        } else {
            37
        };
        let tag = if name.contains("_CCM_8") { 8 } else { 16 };
        with_hash.saturating_add(tag)
    }
}

impl fmt::Display for CipherSuite {
    /// Prints the IANA name, or the code point as `0x1a2b`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

/// True for the values that clients send to keep servers tolerant (RFC 8701).
pub const fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// The name of an alert (RFC 8446 §6); `None` when it is unknown.
pub fn alert_name(description: u8) -> Option<&'static str> {
    ALERTS
        .iter()
        .find(|(code, _)| *code == description)
        .map(|(_, name)| *name)
}

const ALERTS: &[(u8, &str)] = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (40, "handshake_failure"),
    (41, "no_certificate"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (52, "too_many_cids_requested"),
    (60, "export_restriction"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable"),
    (112, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (117, "general_error"),
    (120, "no_application_protocol"),
    (121, "ech_required"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_their_iana_names() {
        for (code, name) in [
            (0x0000, "TLS_NULL_WITH_NULL_NULL"),
            (0x001e, "TLS_KRB5_WITH_DES_CBC_SHA"),
            (0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"),
            (0x1302, "TLS_AES_256_GCM_SHA384"),
            (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
            (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            (0xfeff, "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA"),
        ] {
            assert_eq!(CipherSuite(code).name(), Some(name));
            assert_eq!(CipherSuite::from_name(name), Some(CipherSuite(code)));
        }
        assert_eq!(CipherSuite(0x0a0a).name(), None);
        assert_eq!(CipherSuite(0x0a0a).to_string(), "0x0a0a");
    }

    #[test]
    fn the_table_is_sorted_and_names_are_unique() {
        assert!(CIPHER_SUITES.is_sorted_by(|(a, _), (b, _)| a < b));
        for (code, name) in CIPHER_SUITES {
            assert_eq!(CipherSuite::from_name(name), Some(CipherSuite(*code)));
        }
    }

    #[test]
    fn only_cbc_suites_are_cbc() {
        assert!(CipherSuite(0xc027).is_cbc());
        assert!(CipherSuite(0x002f).is_cbc());
        assert!(!CipherSuite(0xc030).is_cbc());
        assert!(!CipherSuite(0x0005).is_cbc());
        assert!(!CipherSuite(0x1301).is_cbc());
    }

    #[test]
    fn versions_have_names_both_ways() {
        assert_eq!(Version::TLS_1_2.to_string(), "TLS 1.2");
        assert_eq!(Version(0x7f17).to_string(), "TLS 1.3 (draft 23)");
        assert_eq!(Version(0x0305).to_string(), "0x0305");
        assert_eq!(Version::from_name("TLS 1.2"), Some(Version::TLS_1_2));
        assert_eq!(Version::from_name("TLSv1.3"), Some(Version::TLS_1_3));
        assert_eq!(Version::from_name("SSL 3.0"), Some(Version::SSL_3_0));
        assert_eq!(Version::from_name("TLS 1.9"), None);
    }

    #[test]
    fn grease_is_told_from_suites() {
        let grease: Vec<u16> = (0..=u16::MAX).filter(|value| is_grease(*value)).collect();
        assert_eq!(grease.len(), 16);
        assert!(
            grease
                .iter()
                .all(|value| CipherSuite(*value).name().is_none())
        );
        assert!(grease.contains(&0x0a0a) && grease.contains(&0xfafa));
    }

    #[test]
    fn the_record_of_a_finished_message_depends_on_the_hash() {
        assert_eq!(CipherSuite(0x1301).finished_record_len(), 53);
        assert_eq!(CipherSuite(0x1302).finished_record_len(), 69);
        assert_eq!(CipherSuite(0x1305).finished_record_len(), 45);
    }
}
