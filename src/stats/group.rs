//! Sums over sessions that have something in common.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::traffic::{Volume, add};
use crate::session::PerDirection;

/// What the sessions of a host add up to.
///
/// A session of a host with itself is one session, in both roles, sent and received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostStats {
    /// Sessions.
    pub sessions: u64,
    /// Those in which it is the client.
    pub as_client: u64,
    /// Those in which it is the server.
    pub as_server: u64,
    /// What it sent.
    pub sent: Volume,
    /// What was sent to it.
    pub received: Volume,
}

/// What sessions that share an attribute add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Sessions.
    pub sessions: u64,
    /// What went each way.
    pub halves: PerDirection<Volume>,
}

impl HostStats {
    /// Payload bytes, sent and received.
    pub const fn payload_bytes(&self) -> u64 {
        let (sent, received) = (self.sent.payload_bytes, self.received.payload_bytes);
        sent.saturating_add(received)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.sessions, other.sessions);
        add(&mut self.as_client, other.as_client);
        add(&mut self.as_server, other.as_server);
        self.sent += other.sent;
        self.received += other.received;
    }
}

impl Group {
    /// Payload bytes of both directions.
    pub const fn payload_bytes(&self) -> u64 {
        let (out, r#in) = (
            self.halves.out.payload_bytes,
            self.halves.r#in.payload_bytes,
        );
        out.saturating_add(r#in)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.sessions, other.sessions);
        self.halves.out += other.halves.out;
        self.halves.r#in += other.halves.r#in;
    }
}

/// Adds the entries of one map to those of another.
pub(super) fn merge_all<K: Ord, V: Default>(
    into: &mut BTreeMap<K, V>,
    from: BTreeMap<K, V>,
    merge: impl Fn(&mut V, &V),
) {
    for (key, value) in from {
        merge(into.entry(key).or_default(), &value);
    }
}

/// The entries with the most bytes, in descending order; equal ones by their key.
pub(super) fn top<K: Copy + Ord, V: Copy>(
    map: &BTreeMap<K, V>,
    limit: usize,
    bytes: impl Fn(&V) -> u64,
) -> Vec<(K, V)> {
    let mut entries: Vec<(K, V)> = map.iter().map(|(key, value)| (*key, *value)).collect();
    entries.sort_by_key(|(key, value)| (Reverse(bytes(value)), *key));
    entries.truncate(limit);
    entries
}
