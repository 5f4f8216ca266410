//! Whether secrets fit a session, told by its first encrypted record alone.
//!
//! So every list of sessions can say it, without deciphering them.
//! Limits: of a session whose start was not captured, [`TRIED_NUMBERS`] sequence numbers are tried.

use super::super::facts::TlsFacts;
use super::super::key_log::KeyLog;
use super::classic::Classic;
use super::hellos::{Agreement, Role};
use super::keys::Sealed;
use super::limits::DecryptLimits;
use super::modern::Modern;
use super::record::Undeciphered;
use super::sequence::{Budget, Sequence};

/// Whether the secrets of a log decipher a session; `None` where it has nothing encrypted.
///
/// # Errors
///
/// Gives the reason why not.
pub fn verify(facts: &TlsFacts, keys: &KeyLog) -> Option<Result<(), Undeciphered>> {
    let proof = facts.proof.as_ref()?;
    let role = match proof.is_of_client {
        true => Role::Client,
        false => Role::Server,
    };
    let Some(agreement) = Agreement::of_facts(facts, keys) else {
        return Some(Err(Undeciphered::HandshakeMissing));
    };
    let Some((header, body)) = proof.record.as_deref().and_then(<[u8]>::split_first_chunk) else {
        return Some(Err(Undeciphered::NotTried));
    };
    let record = Sealed {
        header: *header,
        body,
    };
    Some(open(role, agreement, record, keys))
}

fn open(
    role: Role,
    agreement: Agreement,
    record: Sealed<'_>,
    keys: &KeyLog,
) -> Result<(), Undeciphered> {
    let mut budget = Budget::new(&DecryptLimits {
        sequence_numbers: TRIED_NUMBERS,
        ..DecryptLimits::default()
    });
    let mut out = Vec::new();
    let mut sequence = Sequence::default();
    if agreement.version.is_tls_1_3() {
        let mut modern = Modern::new(role, agreement, keys, sequence)?;
        modern.open(record, &mut budget, keys, &mut out).map(drop)
    } else {
        let mut classic = Classic::of(&agreement, role, keys)?;
        classic.open(record, &mut sequence, &mut budget, &mut out)
    }
}

/// Sequence numbers that are tried where the first is not known.
const TRIED_NUMBERS: u64 = 1024;
