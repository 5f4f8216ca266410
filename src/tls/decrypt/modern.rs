//! One direction of TLS 1.3: which secret is in use, and the records under it.
//!
//! ```text
//! client   early data -> handshake -> application 0 -> application 1 ...
//! server                 handshake -> application 0 -> application 1 ...
//! ```
//!
//! The next secret comes into use behind the message that says so. Where that message was not
//! deciphered, a record that does not verify is tried with the next secrets as well. Early data that
//! the server refused ends without a message, and may have been sent under another suite than the
//! one chosen; all of the same hash are tried.
//! Sources: RFC 8446 §4.2.10, §4.4.4, §4.5, §4.6.3, §5.2 and §7.2.

use super::super::code_points::CipherSuite;
use super::super::key_log::KeyLog;
use super::hash::KeyBytes;
use super::hellos::{Agreement, Role, secret_len};
use super::keys::{RecordKeys, Sealed};
use super::record::Undeciphered;
use super::sequence::{Budget, Sequence};
use super::suite::Suite;

/// The keys of one direction.
#[derive(Debug)]
pub(super) struct Modern {
    role: Role,
    agreement: Agreement,
    suite: Suite,
    stage: Stage,
    sequence: Sequence,
}

/// A secret that is or was in use.
#[derive(Debug)]
struct Stage {
    epoch: Epoch,
    /// Keys, and the secret behind them; absent where that is not known.
    keys: Result<(RecordKeys, KeyBytes), Undeciphered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Epoch {
    Early,
    Handshake,
    Application,
    /// After so many updates.
    Updated(u32),
}

/// A message that changes keys behind the record that it ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyChange {
    EndOfEarlyData,
    Finished,
    Update,
}

impl Modern {
    /// The first keys of a direction.
    pub(super) fn new(
        role: Role,
        agreement: Agreement,
        keys: &KeyLog,
        sequence: Sequence,
    ) -> Result<Self, Undeciphered> {
        if agreement.version.draft().is_some() {
            return Err(Undeciphered::Version(agreement.version));
        }
        let suite = agreement.suite()?;
        let (epoch, sequence) = if agreement.is_hearsay {
            (Epoch::Application, Sequence::anywhere())
        } else if role == Role::Client && agreement.early_data {
            (Epoch::Early, sequence)
        } else {
            (Epoch::Handshake, sequence)
        };
        let mut modern = Self {
            role,
            agreement,
            suite,
            stage: Stage {
                epoch,
                keys: Err(Undeciphered::NoSecrets),
            },
            sequence,
        };
        modern.stage.keys = modern.keys_of(epoch, keys);
        Ok(modern)
    }

    /// Bytes are missing that may hold whole records.
    pub(super) const fn miss_bytes(&mut self, bytes: u64) {
        self.sequence.miss_bytes(bytes);
    }

    /// A record is over of which bytes are missing.
    pub(super) const fn step(&mut self) {
        self.sequence.step();
    }

    /// The client sent another hello, because the server asked: no early data follows.
    pub(super) fn retry(&mut self, keys: &KeyLog) {
        if self.stage.epoch == Epoch::Early {
            self.enter(Epoch::Handshake, keys);
        }
    }

    /// The least that a record needs beside its content.
    pub(super) fn overhead(&self) -> usize {
        let keys = self.stage.keys.as_ref();
        keys.map_or(0, |(keys, _)| keys.overhead())
    }

    /// Puts what the record holds into `out`; gives the number of its type.
    pub(super) fn open(
        &mut self,
        record: Sealed<'_>,
        budget: &mut Budget,
        log: &KeyLog,
        out: &mut Vec<u8>,
    ) -> Result<u8, Undeciphered> {
        if self.stage.keys.is_err() {
            // The log may have grown.
            self.stage.keys = self.keys_of(self.stage.epoch, log);
        }
        let reason = match &mut self.stage.keys {
            Ok((keys, _)) => match self.sequence.open(keys, record, budget, out) {
                Ok(()) => return inner_type(out),
                Err(reason) => reason,
            },
            Err(reason) => *reason,
        };
        if self.open_otherwise(record, budget, log, out) {
            return inner_type(out);
        }
        self.sequence.pass();
        Err(reason)
    }

    /// Tries other suites for early data, and the secrets that come next.
    fn open_otherwise(
        &mut self,
        record: Sealed<'_>,
        budget: &mut Budget,
        log: &KeyLog,
        out: &mut Vec<u8>,
    ) -> bool {
        if self.stage.epoch == Epoch::Early && self.open_with_other_suite(record, budget, out) {
            return true;
        }
        let mut updates = 0_u32;
        let mut epoch = self.stage.epoch;
        let mut next = self.next_keys(log);
        while updates < MISSED_UPDATES {
            epoch = epoch.next();
            let mut sequence = self.sequence.starting_anew();
            let opened = next
                .as_mut()
                .is_ok_and(|(keys, _)| sequence.open(keys, record, budget, out).is_ok());
            if opened {
                self.sequence = sequence;
                self.stage = Stage { epoch, keys: next };
                return true;
            }
            next = match (epoch, next) {
                // Behind early data the keys of the handshake are known without those before.
                (Epoch::Early | Epoch::Handshake, _) => self.keys_of(epoch.next(), log),
                (Epoch::Application | Epoch::Updated(_), Ok((_, secret))) => self.updated(&secret),
                (_, Err(_)) => return false,
            };
            updates = match epoch {
                Epoch::Early | Epoch::Handshake => 0,
                Epoch::Application | Epoch::Updated(_) => updates.saturating_add(1),
            };
        }
        false
    }

    fn open_with_other_suite(
        &mut self,
        record: Sealed<'_>,
        budget: &mut Budget,
        out: &mut Vec<u8>,
    ) -> bool {
        let Ok((_, secret)) = &self.stage.keys else {
            return false;
        };
        for suite in SUITES.into_iter().filter_map(Suite::of) {
            let is_other = suite != self.suite && secret_len(suite.hash) == secret.0.len();
            let keys = is_other.then(|| RecordKeys::modern(suite, &secret.0));
            if let Some(mut keys) = keys.flatten()
                && self.sequence.open(&mut keys, record, budget, out).is_ok()
            {
                self.stage.keys = Ok((keys, secret.clone()));
                return true;
            }
        }
        false
    }

    /// A message that changes keys was read: the next record is under the next secret.
    pub(super) fn change(&mut self, change: KeyChange, log: &KeyLog) {
        let fits = match change {
            KeyChange::EndOfEarlyData => self.stage.epoch == Epoch::Early,
            KeyChange::Finished => self.stage.epoch == Epoch::Handshake,
            KeyChange::Update => {
                matches!(self.stage.epoch, Epoch::Application | Epoch::Updated(_))
            }
        };
        if fits {
            let keys = self.next_keys(log);
            self.stage = Stage {
                epoch: self.stage.epoch.next(),
                keys,
            };
            self.sequence = Sequence::default();
        }
    }

    fn enter(&mut self, epoch: Epoch, log: &KeyLog) {
        self.stage = Stage {
            epoch,
            keys: self.keys_of(epoch, log),
        };
        self.sequence = self.sequence.starting_anew();
    }

    /// The keys behind those in use.
    fn next_keys(&self, log: &KeyLog) -> Result<(RecordKeys, KeyBytes), Undeciphered> {
        let next = self.stage.epoch.next();
        match (&self.stage.keys, next) {
            (Ok((_, secret)), Epoch::Updated(_)) => self.updated(secret),
            (_, _) => self.keys_of(next, log),
        }
    }

    /// The keys behind those of an application secret (RFC 8446 §7.2).
    fn updated(&self, secret: &KeyBytes) -> Result<(RecordKeys, KeyBytes), Undeciphered> {
        let len = secret_len(self.suite.hash);
        let next = self.suite.hash.expand_label(&secret.0, "traffic upd", len);
        let next = next.ok_or(Undeciphered::NotVerified)?;
        self.keys_from(Epoch::Application, next, next_label(self.role))
    }

    /// The keys of an epoch whose secret stands in the log.
    fn keys_of(&self, epoch: Epoch, log: &KeyLog) -> Result<(RecordKeys, KeyBytes), Undeciphered> {
        let label = match (self.role, epoch) {
            (_, Epoch::Early) => "CLIENT_EARLY_TRAFFIC_SECRET",
            (Role::Client, Epoch::Handshake) => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            (Role::Server, Epoch::Handshake) => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            (role, Epoch::Application) => next_label(role),
            (role, Epoch::Updated(_)) => return Err(Undeciphered::NoSecret(next_label(role))),
        };
        let secret = self.agreement.secret(label, log)?;
        self.keys_from(epoch, secret, label)
    }

    fn keys_from(
        &self,
        epoch: Epoch,
        secret: KeyBytes,
        label: &'static str,
    ) -> Result<(RecordKeys, KeyBytes), Undeciphered> {
        let suite = match epoch {
            // Early data may be under the other hash.
            Epoch::Early if secret.0.len() != secret_len(self.suite.hash) => SUITES
                .into_iter()
                .filter_map(Suite::of)
                .find(|suite| secret_len(suite.hash) == secret.0.len()),
            _ => Some(self.suite).filter(|suite| secret_len(suite.hash) == secret.0.len()),
        };
        let suite = suite.ok_or(Undeciphered::BadSecret(label))?;
        let keys = RecordKeys::modern(suite, &secret.0);
        let keys = keys.ok_or(Undeciphered::Cipher(self.agreement.cipher))?;
        Ok((keys, secret))
    }
}

impl Epoch {
    const fn next(self) -> Self {
        match self {
            Self::Early => Self::Handshake,
            Self::Handshake => Self::Application,
            Self::Application => Self::Updated(1),
            Self::Updated(count) => Self::Updated(count.saturating_add(1)),
        }
    }
}

const fn next_label(role: Role) -> &'static str {
    match role {
        Role::Client => "CLIENT_TRAFFIC_SECRET_0",
        Role::Server => "SERVER_TRAFFIC_SECRET_0",
    }
}

/// Takes padding and type off what a record holds (RFC 8446 §5.4).
fn inner_type(out: &mut Vec<u8>) -> Result<u8, Undeciphered> {
    while let Some(byte) = out.pop() {
        if byte != 0 {
            return Ok(byte);
        }
    }
    Err(Undeciphered::TooShort)
}

/// Updates of keys whose messages may be missing, one behind the other.
const MISSED_UPDATES: u32 = 4;

/// The suites of TLS 1.3.
const SUITES: [CipherSuite; 5] = [
    CipherSuite(0x1301),
    CipherSuite(0x1302),
    CipherSuite(0x1303),
    CipherSuite(0x1304),
    CipherSuite(0x1305),
];
