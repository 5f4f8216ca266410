//! A part of all sessions, the same in every run: what one of several machines takes.
//!
//! Told by a hash of the two ends without any key, so that runs which know nothing of each other
//! agree. All sessions of one 4-tuple are in one shard, whatever keeps them apart. It deliberately
//! promises no balance against somebody who chooses addresses to unbalance it.
//!
//! Limits: 65,536 shards.

use super::key::SessionKey;

/// One of several parts into which sessions fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0, less than `of`.
    index: u32,
    of: u32,
}

impl Shard {
    /// Shards that there are at most.
    pub const MAX: u32 = 65_536;

    /// The shard `number`, from 1, of so many; `None` unless `1 <= number <= of <= MAX`.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        let index = number.checked_sub(1)?;
        (index < of && of <= Self::MAX).then_some(Self { index, of })
    }

    /// True when sessions of this key are in the shard.
    pub fn has(self, key: &SessionKey) -> bool {
        let hash = key.hash(SEED) >> 32;
        (hash * u64::from(self.of)) >> 32 == u64::from(self.index)
    }
}

/// Any number, but for ever the same.
const SEED: u64 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Endpoint;

    fn key(port: u16) -> SessionKey {
        let end = |ip: &str, port| Endpoint {
            ip: ip.parse().unwrap(),
            port,
        };
        SessionKey::of(end("10.0.0.1", port), end("10.0.0.2", 80), 0).0
    }

    #[test]
    fn every_key_is_in_one_shard_of_any_number_of_them() {
        for of in [1, 2, 3, 7, 64, Shard::MAX] {
            for port in 1000..1050 {
                let shards = (1..=of).filter_map(|number| Shard::new(number, of));
                let having = shards.filter(|shard| shard.has(&key(port)));
                assert_eq!(having.count(), 1, "port {port} in {of} shards");
            }
        }
    }

    #[test]
    fn shards_are_about_equal() {
        let shard = Shard::new(2, 4).unwrap();
        let having = (1000..3000).filter(|port| shard.has(&key(*port))).count();
        assert!((400..600).contains(&having), "{having} of 2000");
    }

    #[test]
    fn numbers_outside_are_none() {
        for (number, of) in [(0, 1), (2, 1), (1, 0), (1, Shard::MAX + 1)] {
            assert_eq!(Shard::new(number, of), None);
        }
    }
}
