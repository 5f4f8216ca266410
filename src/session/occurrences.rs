//! Counts sessions that would have the same id: same ends, hour and initial sequence number.
//!
//! Ids are told apart by a keyed 64-bit hash, and hardly one comes twice, so that an id takes
//! some 10 to 20 bytes. Only those of the last hours are remembered: of two sessions with one id,
//! the hour is the same.
//!
//! Limits: what grows is the number of sessions of the last three hours of capture time.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::summary::SessionSummary;
use crate::time::Timestamp;

/// How often each id was given out.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    hours: BTreeMap<i64, Hour>,
    newest_hour: i64,
}

/// The ids of one hour, by their hashes.
#[derive(Debug, Default)]
struct Hour {
    ids: HashTable<u64>,
    /// Those that came more than once, with their number.
    repeated: BTreeMap<u64, u32>,
}

impl Occurrences {
    /// Counts a session; gives the how manyth of its id it is.
    pub(super) fn count(&mut self, summary: &SessionSummary, tuple_hash: u64) -> u32 {
        let hour = hour_of(summary);
        self.forget_before(hour);
        let known = self.hours.entry(hour).or_default();
        known.count(id_of(summary, tuple_hash))
    }

    /// The how manyth of its id the session would be.
    pub(super) fn next(&self, summary: &SessionSummary, tuple_hash: u64) -> u32 {
        let known = self.hours.get(&hour_of(summary));
        known.map_or(1, |known| known.next(id_of(summary, tuple_hash)))
    }

    fn forget_before(&mut self, hour: i64) {
        if self.newest_hour < hour {
            self.newest_hour = hour;
            self.hours
                .retain(|known, _| hour.saturating_sub(2) <= *known || *known == NO_HOUR);
        }
    }
}

impl Hour {
    fn count(&mut self, id: u64) -> u32 {
        match self.ids.entry(id, |known| *known == id, |known| *known) {
            Entry::Vacant(vacant) => {
                vacant.insert(id);
                1
            }
            Entry::Occupied(_) => {
                let count = self.repeated.entry(id).or_insert(1);
                *count = count.saturating_add(1);
                *count
            }
        }
    }

    fn next(&self, id: u64) -> u32 {
        match self.ids.find(id, |known| *known == id) {
            None => 1,
            Some(_) => self
                .repeated
                .get(&id)
                .map_or(2, |count| count.saturating_add(1)),
        }
    }
}

/// The hash of what an id is made of, but for the hour.
fn id_of(summary: &SessionSummary, tuple_hash: u64) -> u64 {
    let isn = u64::from(summary.halves.out.initial_seq.unwrap_or_default().0);
    let client_is_low = u64::from(summary.client <= summary.server);
    tuple_hash ^ ((isn << 1) | client_is_low).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn hour_of(summary: &SessionSummary) -> i64 {
    let first = summary.times.first;
    first.map_or(NO_HOUR, Timestamp::hours_rounded)
}

/// The hour of sessions without a time.
const NO_HOUR: i64 = i64::MIN;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_counted_from_one() {
        let mut hour = Hour::default();
        for expected in 1..5 {
            assert_eq!(hour.next(7), expected);
            assert_eq!(hour.count(7), expected);
        }
        assert_eq!((hour.next(8), hour.count(8)), (1, 1));
    }
}
