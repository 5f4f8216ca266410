//! The sequence number of the next record, as far as it is known.
//!
//! Records are not numbered on the wire. As long as nothing is missing the next number is known;
//! behind missing bytes it lies in a range, for a record takes [`SHORTEST_RECORD`] bytes at least.
//! A record that verifies tells its number.
//! Limits: [`DecryptLimits::sequence_numbers`] and [`DecryptLimits::trial_bytes`].

use super::keys::{RecordKeys, Sealed};
use super::limits::DecryptLimits;
use super::record::Undeciphered;

/// Numbers that the next record may have: `next`, and `spread` more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    next: u64,
    spread: u64,
}

/// What may still be spent on trying numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    numbers: u64,
    bytes: u64,
}

impl Budget {
    pub(super) const fn new(limits: &DecryptLimits) -> Self {
        Self {
            numbers: limits.sequence_numbers,
            bytes: limits.trial_bytes,
        }
    }
}

impl Sequence {
    /// The first number of a key, of which as many records may have been missed as these.
    pub(super) const fn starting_anew(self) -> Self {
        Self {
            next: 0,
            spread: self.spread,
        }
    }

    /// A place that may be anywhere.
    pub(super) const fn anywhere() -> Self {
        Self {
            next: 0,
            spread: u64::MAX,
        }
    }

    /// Bytes are missing that may hold whole records.
    pub(super) const fn miss_bytes(&mut self, bytes: u64) {
        let records = (bytes / SHORTEST_RECORD).saturating_add(2);
        self.spread = self.spread.saturating_add(records);
    }

    /// A record is over that was not opened; it counts, unless it is no record of this key.
    pub(super) const fn pass(&mut self) {
        self.spread = self.spread.saturating_add(1);
    }

    /// A record is over whose bytes are missing in part; it counts.
    pub(super) const fn step(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Opens a record with the first number that fits, and goes on behind it.
    pub(super) fn open(
        &mut self,
        keys: &mut RecordKeys,
        record: Sealed<'_>,
        budget: &mut Budget,
        out: &mut Vec<u8>,
    ) -> Result<(), Undeciphered> {
        let trials = self.spread.min(budget.numbers);
        for number in self.next..=self.next.saturating_add(trials) {
            match keys.open(number, record, out) {
                Ok(()) => {
                    *self = Self {
                        next: number.saturating_add(1),
                        spread: 0,
                    };
                    return Ok(());
                }
                Err(Undeciphered::NotVerified) => {}
                Err(reason) => return Err(reason),
            }
            budget.bytes = budget.bytes.saturating_sub(record.body.len() as u64);
            if budget.bytes == 0 {
                break;
            }
        }
        Err(Undeciphered::NotVerified)
    }
}

/// Of TLS 1.3 with the shortest tag: header 5, content type 1, tag 8.
const SHORTEST_RECORD: u64 = 14;
