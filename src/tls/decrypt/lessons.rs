//! Master secrets that no key log has as such: told by premaster secrets, and by earlier sessions.
//!
//! ```text
//!   RSA <first 8 bytes of the encrypted premaster secret> <premaster secret>     -+
//!   PMS_CLIENT_RANDOM <client random> <premaster secret>                         -+-> master secret
//!   a session with a known master secret, resumed by its id or by a ticket       -+
//! ```
//!
//! Limits: [`KNOWN_SESSIONS`] ids and tickets are remembered, the first ones.
//! Sources: RFC 5246 §8.1, RFC 7627 §4 (extended master secret), RFC 6101 §6.1, RFC 5077; the two
//! labels are those of NSS and Wireshark.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::super::code_points::Version;
use super::super::key_log::{DerivedSecret, KeyLog, PremasterId, Secret};
use super::handshake::{Handshake, Hellos};
use super::hash::{Hash, KeyBytes, prf_1_0, prf_1_2, prf_ssl3};
use super::suite::Suite;

/// What handshakes tell of the secrets of others.
#[derive(Debug, Default)]
pub struct Lessons {
    /// Master secrets by the hash of a session id or ticket.
    known: HashMap<[u8; 32], KeyBytes>,
    derived: Vec<DerivedSecret>,
}

impl Lessons {
    /// Takes in a handshake of which more is known.
    pub fn learn(&mut self, handshake: &mut Handshake, keys: &KeyLog) {
        let Some(hellos) = handshake.hellos() else {
            return;
        };
        let own = own_master(&hellos, keys);
        let line = premaster_line(handshake, &hellos, keys);
        let told = || {
            let derived = premaster_master(handshake, &hellos, keys);
            derived.or_else(|| self.resumed_master(handshake, &hellos))
        };
        let is_own = own.is_some();
        let Some(master) = own.or_else(told) else {
            return;
        };
        for given in handshake.given_out(&hellos) {
            if self.known.len() < KNOWN_SESSIONS {
                self.known
                    .entry(name(&given))
                    .or_insert_with(|| master.clone());
            }
        }
        if (!is_own || line.is_some()) && !handshake.is_told {
            handshake.is_told = true;
            self.derived.push(DerivedSecret {
                client_random: hellos.client_random,
                master: (!is_own).then(|| Secret::new(&master.0)),
                premaster: line,
            });
        }
    }

    /// What was derived since this was asked the last time.
    pub fn take(&mut self) -> Vec<DerivedSecret> {
        std::mem::take(&mut self.derived)
    }

    fn resumed_master(&self, handshake: &Handshake, hellos: &Hellos) -> Option<KeyBytes> {
        if !handshake.is_resumption(hellos) {
            return None;
        }
        let mut offered = hellos.offered.iter();
        offered.find_map(|offered| self.known.get(&name(offered)).cloned())
    }
}

/// The master secret that the log has.
fn own_master(hellos: &Hellos, keys: &KeyLog) -> Option<KeyBytes> {
    let mut secrets = keys.secrets_for(&hellos.client_random);
    let (_, secret) = secrets.find(|(label, _)| *label == MASTER_SECRET)?;
    (secret.as_bytes().len() == MASTER_SECRET_LEN).then(|| KeyBytes(secret.as_bytes().to_vec()))
}

/// The line with the premaster secret that is found by its encrypted form.
fn premaster_line(handshake: &Handshake, hellos: &Hellos, keys: &KeyLog) -> Option<PremasterId> {
    let sealed = handshake.encrypted_premaster(hellos)?;
    let id = sealed.first_chunk().copied().map(PremasterId)?;
    keys.premaster(id).map(|_| id)
}

/// The master secret that comes of a premaster secret in the log.
fn premaster_master(handshake: &Handshake, hellos: &Hellos, keys: &KeyLog) -> Option<KeyBytes> {
    let mut secrets = keys.secrets_for(&hellos.client_random);
    let by_random = secrets.find(|(label, _)| *label == PREMASTER_SECRET);
    let by_id = || keys.premaster(premaster_line(handshake, hellos, keys)?);
    let premaster = by_random.map(|(_, secret)| secret).or_else(by_id)?;
    let premaster = premaster.as_bytes();
    let choice = &hellos.choice;
    let hash = Suite::of(choice.cipher?).map_or(Hash::Sha256, Suite::derivation_hash);
    let prf = |label: &str, seed: [&[u8]; 2]| {
        let [first, second] = seed;
        let seed = [label.as_bytes(), first, second];
        match choice.version {
            Version::TLS_1_2 => prf_1_2(hash, premaster, &seed, MASTER_SECRET_LEN),
            _ => prf_1_0(premaster, &seed, MASTER_SECRET_LEN),
        }
    };
    let randoms: [&[u8]; 2] = [&hellos.client_random, &choice.random];
    Some(match choice.version {
        Version::SSL_3_0 => prf_ssl3(premaster, &randoms, MASTER_SECRET_LEN),
        _ if choice.extended_master_secret => {
            let session = handshake.session_hash(hellos, hash)?;
            prf("extended master secret", [&session, &[]])
        }
        _ => prf("master secret", randoms),
    })
}

/// What a session id or a ticket is remembered by.
fn name(id: &[u8]) -> [u8; 32] {
    Sha256::digest(id).into()
}

const MASTER_SECRET: &str = "CLIENT_RANDOM";
const PREMASTER_SECRET: &str = "PMS_CLIENT_RANDOM";
const MASTER_SECRET_LEN: usize = 48;
/// Some 130 bytes each.
const KNOWN_SESSIONS: usize = 1 << 18;
