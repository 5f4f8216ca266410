//! TLS facts and key logs to the `tls` part of a document.

use super::exact::Text;
use super::tls::{Certificate, Cipher, Decrypted, Tls};
use crate::tls::{self, CipherSuite, CustomFields, KeyLog, TlsFacts, Undeciphered, hex};

impl Tls {
    /// The `tls` part: what the handshake showed, completed by what a key log knows of it.
    ///
    /// Where both know something, the handshake counts.
    pub(super) fn new(facts: &TlsFacts, keys: &KeyLog) -> Self {
        let known = known_fields(facts, keys);
        let random = facts.client_random.as_ref();
        let labels = random
            .into_iter()
            .flat_map(|random| keys.labels_for(random));
        Self {
            tls_version: known.version.map(|version| version.to_string()),
            cipher: known.cipher.map(Cipher::of),
            client_encrypt_then_mac: known.client_encrypt_then_mac,
            server_encrypt_then_mac: known.server_encrypt_then_mac,
            server_name: facts.server_name.clone(),
            alpn: facts.protocol.clone(),
            client_random: random.map(|random| hex(random)),
            server_random: facts.server_random.as_ref().map(|random| hex(random)),
            resumed: facts.resumed,
            ja3: facts.ja3.as_ref().map(ToString::to_string),
            ja4: facts.ja4.clone(),
            certificate: facts.certificate.as_ref().map(Certificate::of),
            secrets: distinct(labels),
            decrypted: Decrypted::of(facts, keys),
        }
    }
}

impl Decrypted {
    /// Whether the secrets known decipher the session; `None` where nothing of it is encrypted.
    fn of(facts: &TlsFacts, keys: &KeyLog) -> Option<Self> {
        Some(match tls::verify(facts, keys)? {
            Ok(()) => Self::Yes,
            Err(Undeciphered::NoSecrets | Undeciphered::HandshakeMissing) => Self::No,
            Err(reason) => Self::Failed(reason.to_string()),
        })
    }
}

/// What the handshake showed, else what the custom fields of a key log say.
fn known_fields(facts: &TlsFacts, keys: &KeyLog) -> CustomFields {
    let shown = CustomFields::of(facts);
    shown.or(&keys.fields_for(facts.client_random.as_ref()))
}

fn distinct<'a>(labels: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct = Vec::<String>::new();
    for label in labels {
        if !distinct.iter().any(|known| known == label) {
            distinct.push(label.to_owned());
        }
    }
    distinct
}

impl Cipher {
    fn of(suite: CipherSuite) -> Self {
        Self {
            name: suite.name().map(str::to_owned),
            id: format!("0x{:04x}", suite.0),
        }
    }
}

impl Certificate {
    fn of(certificate: &tls::Certificate) -> Self {
        let contents = certificate.contents.as_ref();
        Self {
            subject: contents.map(|contents| contents.subject.clone()),
            issuer: contents.map(|contents| contents.issuer.clone()),
            not_before: contents.map(|contents| Text(contents.not_before)),
            not_after: contents.map(|contents| Text(contents.not_after)),
            sha256: hex(&certificate.sha256),
        }
    }
}
