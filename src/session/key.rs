//! Which session a segment belongs to: its two ends, in either orientation.
//!
//! VLANs, interfaces and tunnels are no part of a key unless the caller separates by them, since
//! the two directions of one connection often differ in them.

use std::net::IpAddr;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::packet::Endpoint;

/// Identity of the sessions of one 4-tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    low: Endpoint,
    high: Endpoint,
    separation: u32,
}

/// Which end of a [`SessionKey`] sent a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEnd {
    /// The end that sorts first.
    Low,
    /// The end that sorts last.
    High,
}

impl SessionKey {
    /// The key of a segment from `source` to `destination`, and which of its ends sent it.
    ///
    /// `separation` keeps sessions apart that share their addresses; 0 does not.
    pub fn of(source: Endpoint, destination: Endpoint, separation: u32) -> (Self, KeyEnd) {
        // By port first: it is the cheaper comparison and decides nearly always.
        if (source.port, source.ip) <= (destination.port, destination.ip) {
            (
                Self {
                    low: source,
                    high: destination,
                    separation,
                },
                KeyEnd::Low,
            )
        } else {
            (
                Self {
                    low: destination,
                    high: source,
                    separation,
                },
                KeyEnd::High,
            )
        }
    }

    /// The endpoint at `end`.
    pub const fn endpoint(&self, end: KeyEnd) -> Endpoint {
        match end {
            KeyEnd::Low => self.low,
            KeyEnd::High => self.high,
        }
    }

    /// The key of the same two ends that is kept apart by nothing else.
    #[must_use]
    pub const fn unseparated(&self) -> Self {
        Self {
            separation: 0,
            ..*self
        }
    }

    /// True when its ends are these two, in either orientation.
    pub fn joins(&self, one: Endpoint, other: Endpoint) -> bool {
        (self.low, self.high) == (one, other) || (self.low, self.high) == (other, one)
    }

    /// A hash of the two ends, the same in both orientations; the separation is left out, so that
    /// all sessions of one 4-tuple go to one tracker.
    pub fn hash(&self, seed: u64) -> u64 {
        let mut bytes = [0_u8; 36];
        let (low, high) = bytes.split_at_mut(18);
        write_endpoint(low, self.low);
        write_endpoint(high, self.high);
        xxh3_64_with_seed(&bytes, seed)
    }

    /// As [`SessionKey::hash`], but quicker for IPv4, and another number.
    #[inline]
    fn quick_hash(&self, seed: u64) -> u64 {
        let (IpAddr::V4(low), IpAddr::V4(high)) = (self.low.ip, self.high.ip) else {
            return self.hash(seed);
        };
        let [p0, p1] = self.low.port.to_be_bytes();
        let [p2, p3] = self.high.port.to_be_bytes();
        let words = [low.octets(), high.octets(), [p0, p1, p2, p3]];
        xxh3_64_with_seed(words.as_flattened(), seed)
    }
}

/// Where a segment goes: its key, who of the two ends sent it, and the hash of the key.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Identity of the session's 4-tuple.
    pub key: SessionKey,
    /// The end that sent the segment.
    pub from: KeyEnd,
    /// A hash of the two ends as [`SessionKey::hash`], computed once for choosing a tracker and for
    /// its table.
    pub hash: u64,
}

impl Route {
    /// The route of a segment from `source` to `destination`.
    pub fn of(source: Endpoint, destination: Endpoint, separation: u32, seed: u64) -> Self {
        let (key, from) = SessionKey::of(source, destination, separation);
        Self {
            key,
            from,
            hash: key.quick_hash(seed),
        }
    }
}

impl KeyEnd {
    /// The other end.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

fn write_endpoint(bytes: &mut [u8], endpoint: Endpoint) {
    let (ip, port) = bytes.split_at_mut(16);
    match endpoint.ip {
        IpAddr::V4(v4) => {
            for (to, from) in ip.iter_mut().zip(v4.octets()) {
                *to = from;
            }
        }
        IpAddr::V6(v6) => ip.copy_from_slice(&v6.octets()),
    }
    port.copy_from_slice(&endpoint.port.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Endpoint {
        let socket: std::net::SocketAddr = text.parse().unwrap();
        Endpoint {
            ip: socket.ip(),
            port: socket.port(),
        }
    }

    #[test]
    fn both_orientations_have_one_key() {
        let (a, b) = (end("10.0.0.1:80"), end("[fd00::1]:80"));
        let (forward, from) = SessionKey::of(a, b, 0);
        let (back, to) = SessionKey::of(b, a, 0);
        assert_eq!(forward, back);
        assert_eq!(from, to.opposite());
        assert_eq!(forward.endpoint(from), a);
        assert_eq!(forward.hash(1), back.hash(1));
        assert_eq!(forward.quick_hash(1), back.quick_hash(1));
        assert_ne!(forward.quick_hash(1), forward.quick_hash(2));
    }

    #[test]
    fn separation_changes_the_key_and_not_the_hash() {
        let (a, b) = (end("10.0.0.1:80"), end("10.0.0.2:1024"));
        let (plain, _) = SessionKey::of(a, b, 0);
        let (apart, _) = SessionKey::of(a, b, 7);
        assert_ne!(plain, apart);
        assert_eq!(plain.hash(1), apart.hash(1));
        assert_eq!(plain.quick_hash(1), apart.quick_hash(1));
    }
}
