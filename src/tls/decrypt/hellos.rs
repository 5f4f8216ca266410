//! What both hellos agreed on, and the secrets that go with it.
//!
//! The n-th change of keys of TLS 1.2 and before belongs to the n-th hello of either side: behind
//! the first handshake the hellos are encrypted themselves. TLS 1.3 has one handshake a connection.
//! Where the handshake was not captured, the custom fields of a key log stand in for it.

use super::super::client_hello::{ClientHello, Offer};
use super::super::code_points::{CipherSuite, Version};
use super::super::custom_fields::CustomFields;
use super::super::extension::Extensions;
use super::super::facts::TlsFacts;
use super::super::key_log::KeyLog;
use super::super::limits::TlsLimits;
use super::super::reader::Reader;
use super::super::server_hello::Choice;
use super::super::text::wire_text;
use super::hash::{Hash, KeyBytes};
use super::inflate::Inflate;
use super::key_block::KeyBlock;
use super::keys::RecordKeys;
use super::record::Undeciphered;
use super::suite::Suite;
use crate::session::Direction;

/// The hellos of one connection.
#[derive(Debug, Default)]
pub(super) struct Hellos {
    /// The direction of the client's hello.
    client: Option<Direction>,
    offers: Vec<ClientOffer>,
    choices: Vec<Choice>,
    /// The server asked for another hello of the client.
    is_retried: bool,
    /// Application protocol that the server chose.
    pub(super) protocol: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct ClientOffer {
    random: [u8; 32],
    early_data: bool,
}

/// Who sends the records of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Client,
    Server,
}

/// What is agreed on in one handshake.
#[derive(Clone, Debug)]
pub(super) struct Agreement {
    pub(super) version: Version,
    pub(super) cipher: CipherSuite,
    client_random: Option<[u8; 32]>,
    server_random: Option<[u8; 32]>,
    encrypt_then_mac: bool,
    compression: u8,
    /// The client sent early data, or meant to.
    pub(super) early_data: bool,
    /// The handshake was not captured.
    pub(super) is_hearsay: bool,
}

/// An answer that may need more of the other direction.
pub(super) enum Answer<T> {
    Known(T),
    /// The other direction has not come that far.
    Wait,
    Unknown(Undeciphered),
}

impl Hellos {
    /// The role of the sender of a direction. Without any hello the TCP client counts as that of
    /// TLS.
    pub(super) fn role(&self, direction: Direction) -> Role {
        if self.client.unwrap_or(Direction::Out) == direction {
            Role::Client
        } else {
            Role::Server
        }
    }

    pub(super) fn swap_directions(&mut self) {
        self.client = self.client.map(Direction::opposite);
    }

    /// True when a hello of either side was seen.
    pub(super) const fn is_any_seen(&self) -> bool {
        self.client.is_some()
    }

    /// True when the server asked for another hello and did not send its own yet: a change of keys
    /// means nothing there (RFC 8446 appendix D.4).
    pub(super) const fn awaits_second(&self) -> bool {
        self.is_retried && self.choices.is_empty()
    }

    /// True when a client's hello was seen.
    pub(super) const fn is_offer_seen(&self) -> bool {
        !self.offers.is_empty()
    }

    /// Random of the client's first hello.
    pub(super) fn client_random(&self) -> Option<[u8; 32]> {
        self.offers.first().map(|offer| offer.random)
    }

    /// Takes in the body of a client's hello.
    pub(super) fn add_client(&mut self, direction: Direction, body: &[u8], limit: usize) {
        if let Some(hello) = ClientHello::parse(body) {
            let early_data = hello.extensions.has(Extensions::EARLY_DATA);
            self.add_offer(direction, hello.random, early_data, limit);
        }
    }

    /// Takes in a client's hello of SSL 2.0, from its version on.
    pub(super) fn add_v2_client(&mut self, direction: Direction, body: &[u8], limit: usize) {
        if let Some(offer) = Offer::of_v2(body) {
            self.add_offer(direction, offer.random, false, limit);
        }
    }

    fn add_offer(
        &mut self,
        direction: Direction,
        random: [u8; 32],
        early_data: bool,
        limit: usize,
    ) {
        self.client.get_or_insert(direction);
        if self.offers.len() < limit {
            self.offers.push(ClientOffer { random, early_data });
        }
    }

    /// Takes in the body of a server's hello.
    pub(super) fn add_server(&mut self, direction: Direction, body: &[u8], limit: usize) {
        let Some(choice) = Choice::parse(body, &TlsLimits::default()) else {
            return;
        };
        self.client.get_or_insert_with(|| direction.opposite());
        self.is_retried |= choice.is_retry_request();
        if !choice.is_retry_request() && self.choices.len() < limit {
            if choice.protocol.is_some() {
                self.protocol.clone_from(&choice.protocol);
            }
            self.choices.push(choice);
        }
    }

    /// Takes in the extensions that TLS 1.3 encrypts.
    pub(super) fn add_encrypted_extensions(&mut self, body: &[u8]) {
        let Some(extensions) = Extensions::parse(Reader::new(body)) else {
            return;
        };
        if let Some(name) = extensions.protocols().next() {
            self.protocol = Some(wire_text(name, TlsLimits::default().text_bytes));
        }
    }

    /// What the handshake with this number agreed on. `is_final`: no more hellos come.
    pub(super) fn agreement(
        &self,
        handshake: usize,
        is_final: bool,
        keys: &KeyLog,
    ) -> Answer<Agreement> {
        let choice = self.choices.get(handshake);
        let offer = match choice.is_some_and(|choice| choice.version.is_tls_1_3()) {
            // A second hello answers a retry request and repeats the random.
            true => self.offers.first(),
            false => self.offers.get(handshake),
        };
        match (offer, choice) {
            (Some(offer), Some(choice)) => Answer::Known(Agreement::of(*offer, choice)),
            (_, _) if !is_final => Answer::Wait,
            (offer, choice) => {
                let random = offer.map(|offer| offer.random);
                match Agreement::by_hearsay(random, choice, keys) {
                    Some(agreement) => Answer::Known(agreement),
                    None => Answer::Unknown(Undeciphered::HandshakeMissing),
                }
            }
        }
    }
}

impl Agreement {
    fn of(offer: ClientOffer, choice: &Choice) -> Self {
        Self {
            version: choice.version,
            cipher: choice.cipher.unwrap_or(CipherSuite(0)),
            client_random: Some(offer.random),
            server_random: Some(choice.random),
            encrypt_then_mac: choice.encrypt_then_mac,
            compression: choice.compression,
            early_data: offer.early_data,
            is_hearsay: false,
        }
    }

    /// What the facts of a session and custom fields say.
    pub(super) fn of_facts(facts: &TlsFacts, keys: &KeyLog) -> Option<Self> {
        let random = facts.client_random.or_else(|| keys.random_of_unseen());
        let said = keys.fields_for(random.as_ref());
        Some(Self {
            version: facts.version.or(said.version)?,
            cipher: facts.cipher.or(said.cipher)?,
            client_random: random,
            server_random: facts.server_random,
            encrypt_then_mac: facts.encrypts_then_macs() == Some(true),
            // The MAC is that of the compressed bytes.
            compression: 0,
            // Where there is none, its secret is not known, and the next is tried.
            early_data: true,
            is_hearsay: facts.server_random.is_none(),
        })
    }

    /// What custom fields say, where one or both hellos are missing.
    fn by_hearsay(
        random: Option<[u8; 32]>,
        choice: Option<&Choice>,
        keys: &KeyLog,
    ) -> Option<Self> {
        let random = random.or_else(|| keys.random_of_unseen());
        let said: CustomFields = keys.fields_for(random.as_ref());
        let version = choice.map(|choice| choice.version).or(said.version)?;
        let cipher = choice.and_then(|choice| choice.cipher).or(said.cipher)?;
        Some(Self {
            version,
            cipher,
            client_random: random,
            server_random: choice.map(|choice| choice.random),
            encrypt_then_mac: choice.is_some_and(|choice| choice.encrypt_then_mac),
            compression: choice.map_or(0, |choice| choice.compression),
            early_data: false,
            is_hearsay: choice.is_none(),
        })
    }

    /// The suite, where it is known here.
    pub(super) fn suite(&self) -> Result<Suite, Undeciphered> {
        Suite::of(self.cipher).ok_or(Undeciphered::Cipher(self.cipher))
    }

    /// The secret with this label.
    pub(super) fn secret(
        &self,
        label: &'static str,
        keys: &KeyLog,
    ) -> Result<KeyBytes, Undeciphered> {
        let random = self.client_random.ok_or(Undeciphered::NoSecrets)?;
        let mut is_any_known = false;
        for (known, secret) in keys.secrets_for(&random) {
            is_any_known = true;
            if known == label {
                return Ok(KeyBytes(secret.as_bytes().to_vec()));
            }
        }
        Err(match is_any_known {
            true => Undeciphered::NoSecret(label),
            false => Undeciphered::NoSecrets,
        })
    }

    /// What the records are inflated with (TLS 1.2 and before).
    pub(super) fn inflate(&self) -> Option<Inflate> {
        (self.compression == DEFLATE).then(Inflate::new)
    }

    /// The keys of a sender for TLS 1.2 and before.
    pub(super) fn classic_keys(
        &self,
        role: Role,
        keys: &KeyLog,
    ) -> Result<RecordKeys, Undeciphered> {
        if !(Version::SSL_3_0.0..=Version::TLS_1_2.0).contains(&self.version.0) {
            return Err(Undeciphered::Version(self.version));
        }
        let suite = self.suite()?;
        if !matches!(self.compression, 0 | DEFLATE) {
            return Err(Undeciphered::Compressed);
        }
        let randoms = self.server_random.zip(self.client_random);
        let (server_random, client_random) = randoms.ok_or(Undeciphered::RandomMissing)?;
        let master = self.secret(MASTER_SECRET, keys)?;
        if master.0.len() != MASTER_SECRET_LEN {
            return Err(Undeciphered::BadSecret(MASTER_SECRET));
        }
        let block = KeyBlock {
            suite,
            version: self.version,
            master: &master,
            client_random: &client_random,
            server_random: &server_random,
        };
        let keys = block.keys(role, self.encrypt_then_mac);
        keys.ok_or(Undeciphered::Cipher(self.cipher))
    }
}

/// The method of compression of RFC 3749.
const DEFLATE: u8 = 1;
const MASTER_SECRET: &str = "CLIENT_RANDOM";
const MASTER_SECRET_LEN: usize = 48;

/// The hash of a suite of TLS 1.3 tells how long its secrets are.
pub(super) const fn secret_len(hash: Hash) -> usize {
    hash.len()
}
