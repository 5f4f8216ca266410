//! What a handshake showed, both directions put together.
//!
//! Deliberately absent: everything that is encrypted. TLS 1.3 encrypts the certificate and the
//! chosen application protocol, so both are absent there.

use std::fmt;

use super::certificate::Certificate;
use super::client_hello::Offer;
use super::code_points::{CipherSuite, Version};
use super::fingerprint::Ja3;
use super::found::{Alert, Found};
use super::server_hello::Choice;
use crate::session::Direction;

/// The TLS facts of a session; each is absent where it was not seen.
///
/// They are those of the first handshake; a later one is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFacts {
    /// The direction of the client's hello. It is `In` where the TCP server is the TLS client.
    pub client: Option<Direction>,
    /// Version in the header of the first record: the server's where it was seen.
    pub record_version: Option<Version>,
    /// Version that was agreed on; only a server's hello shows it.
    pub version: Option<Version>,
    /// Cipher suite that was agreed on.
    pub cipher: Option<CipherSuite>,
    /// Random of the client's hello.
    pub client_random: Option<[u8; 32]>,
    /// Random of the server's hello.
    pub server_random: Option<[u8; 32]>,
    /// Host name that the client asked for; of an encrypted hello (ECH) the outer one.
    pub server_name: Option<String>,
    /// Application protocols that the client offered, in its order.
    pub protocols: Vec<String>,
    /// Application protocol that the server chose; TLS 1.3 encrypts it.
    pub protocol: Option<String>,
    /// Whether an earlier TLS session was resumed; absent where what was seen leaves it open.
    pub resumed: Option<bool>,
    /// Encrypt-then-MAC (RFC 7366).
    pub encrypt_then_mac: Negotiation,
    /// Extended master secret (RFC 7627).
    pub extended_master_secret: Negotiation,
    /// JA3 fingerprint of the client's hello.
    pub ja3: Option<Ja3>,
    /// JA4 fingerprint of the client's hello.
    pub ja4: Option<String>,
    /// The server's certificate; TLS 1.3 encrypts it.
    pub certificate: Option<Certificate>,
    /// Alerts in the clear with their directions, `Out` first.
    pub alerts: Vec<(Direction, Alert)>,
    /// True when the handshake was seen to complete. Up to TLS 1.2: both sides sent a message with
    /// the new keys. TLS 1.3: the client sent a record that can hold its Finished message.
    pub completed: bool,
    /// The first encrypted record, to see whether secrets fit.
    pub proof: Option<Proof>,
}

/// The first encrypted record that was seen of a side.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// Sent by the client of TLS.
    pub(super) is_of_client: bool,
    /// With its header; absent where it is longer than is kept.
    pub(super) record: Option<Box<[u8]>>,
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.record.as_ref().map(|record| record.len());
        write!(f, "Proof({len:?} bytes)")
    }
}

/// How far an extension came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Negotiation {
    /// Not offered, or the offer was not seen.
    #[default]
    Absent,
    /// The client offered it, the server did not take it or was not seen.
    Offered,
    /// The server took it.
    Accepted,
}

impl TlsFacts {
    /// Whether encrypt-then-MAC is in effect, in both directions alike; absent without a server's
    /// hello.
    ///
    /// Only CBC suites know it (RFC 7366 §3), so it is false for all of TLS 1.3.
    pub fn encrypts_then_macs(&self) -> Option<bool> {
        let (version, cipher) = (self.version?, self.cipher?);
        let accepted = self.encrypt_then_mac == Negotiation::Accepted;
        Some(accepted && cipher.is_cbc() && !version.is_tls_1_3())
    }

    /// The roles turned out to be the other way round: the directions so far are exchanged.
    pub fn swap_directions(&mut self) {
        self.client = self.client.map(Direction::opposite);
        for (direction, _) in &mut self.alerts {
            *direction = direction.opposite();
        }
    }

    /// The facts of what was found in the client's direction and in the server's.
    pub(super) fn of(client: Direction, offered: &Found, chosen: &Found) -> Self {
        let choice = chosen.choice.as_deref();
        let mut facts = Self::of_hellos(offered.offer.as_deref(), choice);
        facts.client = (offered.offer.is_some() || choice.is_some()).then_some(client);
        facts.record_version = chosen.record_version.or(offered.record_version);
        facts.certificate = chosen.certificate.as_deref().cloned();
        facts.resumed = resumed(offered, chosen);
        facts.completed = completed(offered, chosen);
        facts.proof = proof(offered, chosen);
        facts.alerts = Direction::BOTH
            .into_iter()
            .flat_map(|direction| {
                let found = if direction == client { offered } else { chosen };
                found.alerts.iter().map(move |alert| (direction, *alert))
            })
            .collect();
        facts
    }

    fn of_hellos(offer: Option<&Offer>, choice: Option<&Choice>) -> Self {
        let mut facts = Self::default();
        if let Some(offer) = offer {
            facts.client_random = Some(offer.random);
            facts.server_name.clone_from(&offer.server_name);
            facts.protocols.clone_from(&offer.protocols);
            facts.ja3.clone_from(&offer.ja3);
            facts.ja4.clone_from(&offer.ja4);
            facts.encrypt_then_mac.offer(offer.encrypt_then_mac);
            facts
                .extended_master_secret
                .offer(offer.extended_master_secret);
        }
        if let Some(choice) = choice {
            let has_random = choice.version != Version::SSL_2_0 && !choice.is_retry_request();
            facts.version = Some(choice.version);
            facts.cipher = choice.cipher;
            facts.server_random = has_random.then_some(choice.random);
            facts.protocol.clone_from(&choice.protocol);
            facts.encrypt_then_mac.accept(choice.encrypt_then_mac);
            facts
                .extended_master_secret
                .accept(choice.extended_master_secret);
        }
        facts
    }
}

impl Negotiation {
    const fn offer(&mut self, offered: bool) {
        if offered {
            *self = Self::Offered;
        }
    }

    const fn accept(&mut self, accepted: bool) {
        if accepted {
            *self = Self::Accepted;
        }
    }
}

/// Whether an earlier session was resumed: told by a key that both share (TLS 1.3), before that by
/// the echoed session id or by a handshake without certificate and key exchange (RFC 5246 §7.3,
/// RFC 5077 §3.1).
fn resumed(offered: &Found, chosen: &Found) -> Option<bool> {
    let choice = chosen.choice.as_deref()?;
    if choice.version.is_tls_1_3() {
        return (!choice.is_retry_request()).then_some(choice.pre_shared_key);
    }
    if chosen.full_handshake {
        return Some(false);
    }
    if chosen.changed_keys && !chosen.messages_lost {
        return Some(true);
    }
    let offer = offered.offer.as_deref()?;
    let echoed = !offer.session_id.is_empty() && offer.session_id == choice.session_id;
    if echoed {
        return Some(true);
    }
    // Without an id and a ticket there is nothing to resume.
    (offer.session_id.is_empty() && !offer.has_ticket).then_some(false)
}

/// The client's record, which is short as a rule, or the server's.
fn proof(offered: &Found, chosen: &Found) -> Option<Proof> {
    let sides = [(true, offered), (false, chosen)];
    let of = |(is_of_client, found): (bool, &Found)| Proof {
        is_of_client,
        record: found.sealed.clone(),
    };
    let kept = sides.into_iter().find(|(_, found)| found.sealed.is_some());
    let seen = || sides.into_iter().find(|(_, found)| found.is_sealed_seen);
    kept.or_else(seen).map(of)
}

fn completed(offered: &Found, chosen: &Found) -> bool {
    let choice = chosen.choice.as_deref();
    let Some(choice) = choice.filter(|choice| choice.version.is_tls_1_3()) else {
        return offered.finished && chosen.finished;
    };
    let Some(cipher) = choice.cipher else {
        return false;
    };
    let len = cipher.finished_record_len();
    let early_data = offered
        .offer
        .as_deref()
        .is_some_and(|offer| offer.early_data);
    if early_data {
        // Early data comes in records of any length before the client's Finished message.
        offered.encrypted.has_exactly(len)
    } else {
        offered.encrypted.could_hold(len)
    }
}
