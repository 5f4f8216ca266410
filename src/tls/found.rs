//! What was found in one direction of a session.

use super::certificate::Certificate;
use super::client_hello::{ClientHello, Offer};
use super::code_points::Version;
use super::limits::TlsLimits;
use super::message::Kind;
use super::server_hello::Choice;

/// What the records of one direction showed. What was found first stands.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Version in the header of the first record.
    pub(super) record_version: Option<Version>,
    /// Headers of records that followed each other.
    pub(super) records: u32,
    /// Cleartext of another protocol came before.
    pub(super) after_cleartext: bool,
    pub(super) offer: Option<Box<Offer>>,
    /// The server's choice; that of a `HelloRetryRequest` until the real one comes.
    pub(super) choice: Option<Box<Choice>>,
    pub(super) certificate: Option<Box<Certificate>>,
    /// A message that only a full handshake has was seen.
    pub(super) full_handshake: bool,
    /// Handshake messages may have been missed.
    pub(super) messages_lost: bool,
    /// The keys were changed: what follows is encrypted.
    pub(super) changed_keys: bool,
    /// A handshake message followed the change of keys (TLS 1.2 and before).
    pub(super) finished: bool,
    pub(super) encrypted: Encrypted,
    /// The first encrypted record with its header, unless it is too long to be kept.
    pub(super) sealed: Option<Box<[u8]>>,
    /// An encrypted record was seen.
    pub(super) is_sealed_seen: bool,
    pub(super) alerts: Vec<Alert>,
}

/// An alert that was sent in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// True when it ended the connection (level 2).
    pub fatal: bool,
    /// What it says; [`alert_name`](super::alert_name) names it.
    pub description: u8,
}

/// The lengths of records with application data, as far as they tell whether one of them could
/// hold the Finished message of TLS 1.3.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Encrypted {
    pub(super) records: u32,
    longest: u16,
    /// Which of [`FINISHED_LENGTHS`] were seen, a bit each.
    exact: u8,
}

impl Found {
    /// Takes in a handshake message.
    pub(super) fn handle_message(&mut self, kind: Kind, body: Option<&[u8]>, limits: &TlsLimits) {
        match (kind, body) {
            (Kind::ClientHello, Some(body)) if self.offer.is_none() => {
                let hello = ClientHello::parse(body);
                self.offer = hello.map(|hello| Box::new(Offer::of(&hello, limits)));
            }
            (Kind::ServerHello, Some(body)) if self.awaits_choice() => {
                if let Some(choice) = Choice::parse(body, limits) {
                    self.choice = Some(Box::new(choice));
                }
            }
            (Kind::Certificate, body) => {
                self.full_handshake = true;
                if let (None, Some(body)) = (&self.certificate, body) {
                    let first = Certificate::first_of_message(body, limits.text_bytes);
                    self.certificate = first.map(Box::new);
                }
            }
            (Kind::ServerHelloDone, _) => self.full_handshake = true,
            (_, _) => {}
        }
    }

    /// Takes in a `ChangeCipherSpec`; behind a `HelloRetryRequest` it means nothing (RFC 8446
    /// appendix D.4).
    pub(super) fn handle_change(&mut self) {
        let retried = |choice: &Choice| choice.is_retry_request();
        if !self.choice.as_deref().is_some_and(retried) {
            self.changed_keys = true;
        }
    }

    fn awaits_choice(&self) -> bool {
        self.choice.as_deref().is_none_or(Choice::is_retry_request)
    }
}

impl Encrypted {
    pub(super) fn handle_record(&mut self, len: u16) {
        self.records = self.records.saturating_add(1);
        self.longest = self.longest.max(len);
        for (bit, exact) in FINISHED_LENGTHS.into_iter().enumerate() {
            if exact == len {
                self.exact |= 1 << bit;
            }
        }
    }

    /// True when a record could hold a message of that length.
    pub(super) const fn could_hold(self, len: u16) -> bool {
        len <= self.longest
    }

    /// True when a record of exactly that length was seen.
    pub(super) fn has_exactly(self, len: u16) -> bool {
        let place = FINISHED_LENGTHS.into_iter().position(|exact| exact == len);
        place.is_some_and(|bit| self.exact & (1 << bit) != 0)
    }
}

/// The lengths of a record with a Finished message, by hash and tag.
const FINISHED_LENGTHS: [u16; 4] = [45, 53, 69, 85];
