//! IP fragments in, whole datagrams out.
//!
//! Where fragments overlap, the bytes that arrived first stay; where two of them claim to be the
//! last, the first claim counts, and bytes beyond it are dropped.
//! Limits: [`DecodeLimits`] bounds the datagrams and bytes that wait and how long; the oldest are
//! given up first, and counted; what is noted of their packets counts like their bytes. Time may run backwards: a distance of the timeout either way ends
//! a datagram.
//! Sources: RFC 791 §3.2, RFC 8200 §4.5, RFC 1858 §3.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use super::limits::DecodeLimits;
use super::segment::EncapsulationId;
use crate::capture::PacketOrigin;
use crate::time::Timestamp;

/// One fragment, all of whose bytes were captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    /// Identification.
    pub(super) id: u32,
    /// What the datagram carries.
    pub(super) protocol: u8,
    /// Where its bytes belong, `0 <= offset <= 65528`.
    pub(super) offset: u32,
    /// False on the last one.
    pub(super) more: bool,
    /// Its bytes.
    pub(super) bytes: &'a [u8],
}

/// When a fragment came, and in which packets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    /// Capture time.
    pub(super) time: Option<Timestamp>,
    /// Its packet; several where the fragment itself came in fragments (of a tunnel's datagram).
    pub(super) packets: &'a [PacketOrigin],
}

/// A datagram all of whose fragments came.
#[derive(Debug)]
pub(super) struct Joined {
    /// What it carries.
    pub(super) payload: Vec<u8>,
    /// The packets of its fragments in order of arrival.
    pub(super) packets: Vec<PacketOrigin>,
}

/// What the fragments of one datagram have in common (RFC 791 §3.2), and where they were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DatagramKey {
    /// Sender.
    pub(super) source: IpAddr,
    /// Receiver.
    pub(super) destination: IpAddr,
    /// What the datagram carries.
    pub(super) protocol: u8,
    /// Identification.
    pub(super) id: u32,
    /// VLANs and tunnels around it.
    pub(super) encapsulation: EncapsulationId,
}

/// How many datagrams were not joined, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GivenUp {
    /// The rest did not come in time.
    pub(super) expired: u64,
    /// Too many datagrams or bytes waited.
    pub(super) evicted: u64,
}

/// Datagrams that wait for fragments.
#[derive(Debug)]
pub(super) struct FragmentStore {
    limits: DecodeLimits,
    waiting: HashMap<DatagramKey, Waiting>,
    /// Keys by first arrival; an entry whose serial is not that of the datagram is stale.
    order: VecDeque<(DatagramKey, u64)>,
    next_serial: u64,
    bytes: usize,
}

/// The fragments of one datagram so far.
#[derive(Debug)]
struct Waiting {
    serial: u64,
    since: Option<Timestamp>,
    /// Bytes of the datagram, once the last fragment is there.
    total: Option<u32>,
    /// Pieces by offset; they do not overlap and are not empty.
    pieces: Vec<Piece>,
    /// Sum of their lengths.
    held: usize,
    /// The packets they came in.
    packets: Vec<PacketOrigin>,
}

#[derive(Debug)]
struct Piece {
    offset: u32,
    bytes: Vec<u8>,
}

impl FragmentStore {
    /// An empty store.
    pub(super) fn new(limits: DecodeLimits) -> Self {
        Self {
            limits,
            waiting: HashMap::new(),
            order: VecDeque::new(),
            next_serial: 0,
            bytes: 0,
        }
    }

    /// Adds a fragment; gives the datagram when it was the missing one.
    pub(super) fn add(
        &mut self,
        key: DatagramKey,
        fragment: &Fragment<'_>,
        arrival: Arrival<'_>,
        given_up: &mut GivenUp,
    ) -> Option<Joined> {
        self.expire(arrival.time, given_up);
        if !self.waiting.contains_key(&key) {
            self.start(key, arrival.time);
        }
        let waiting = self.waiting.get_mut(&key)?;
        let before = waiting.cost();
        waiting.add(fragment);
        waiting.packets.extend_from_slice(arrival.packets);
        self.bytes = self
            .bytes
            .saturating_sub(before)
            .saturating_add(waiting.cost());
        if waiting.is_complete() {
            let whole = self.remove(&key)?;
            return Some(whole.join());
        }
        self.shrink(given_up);
        None
    }

    /// Number of datagrams that still wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets all datagrams.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.order.clear();
        self.bytes = 0;
    }

    fn start(&mut self, key: DatagramKey, now: Option<Timestamp>) {
        let serial = self.next_serial;
        self.next_serial = serial.saturating_add(1);
        self.order.push_back((key, serial));
        let waiting = Waiting {
            serial,
            since: now,
            total: None,
            pieces: Vec::new(),
            held: 0,
            packets: Vec::new(),
        };
        self.waiting.insert(key, waiting);
    }

    fn remove(&mut self, key: &DatagramKey) -> Option<Waiting> {
        let waiting = self.waiting.remove(key)?;
        self.bytes = self.bytes.saturating_sub(waiting.cost());
        self.forget_stale();
        Some(waiting)
    }

    /// Gives up the oldest datagrams whose time is over.
    fn expire(&mut self, now: Option<Timestamp>, given_up: &mut GivenUp) {
        while let Some((key, since)) = self.oldest() {
            let (Some(now), Some(since)) = (now, since) else {
                return;
            };
            let age_ns = now.since(since).nanos().unsigned_abs();
            if age_ns <= self.limits.fragment_timeout_ns {
                return;
            }
            self.remove(&key);
            given_up.expired = given_up.expired.saturating_add(1);
        }
    }

    /// Gives up the oldest datagrams until what is left is within the limits.
    fn shrink(&mut self, given_up: &mut GivenUp) {
        while self.limits.fragment_datagrams < self.waiting.len()
            || self.limits.fragment_bytes < self.bytes
        {
            let Some((key, _)) = self.oldest() else {
                return;
            };
            self.remove(&key);
            given_up.evicted = given_up.evicted.saturating_add(1);
        }
    }

    /// The datagram that waits longest.
    fn oldest(&mut self) -> Option<(DatagramKey, Option<Timestamp>)> {
        while let Some((key, serial)) = self.order.front() {
            match self.waiting.get(key) {
                Some(waiting) if waiting.serial == *serial => return Some((*key, waiting.since)),
                _ => self.order.pop_front(),
            };
        }
        None
    }

    /// Keeps the order list in proportion to the datagrams that wait.
    fn forget_stale(&mut self) {
        if self.order.len() < self.waiting.len().saturating_mul(2).saturating_add(64) {
            return;
        }
        let waiting = &self.waiting;
        self.order.retain(|(key, serial)| {
            waiting
                .get(key)
                .is_some_and(|waiting| waiting.serial == *serial)
        });
    }
}

impl Waiting {
    fn add(&mut self, fragment: &Fragment<'_>) {
        let end = fragment
            .offset
            .saturating_add(saturate(fragment.bytes.len()));
        if !fragment.more && self.total.is_none() {
            self.total = Some(end);
            self.cut_at(end);
        }
        let end = self.total.map_or(end, |total| total.min(end));
        let mut at = fragment.offset;
        let mut index = self.pieces.partition_point(|piece| piece.end() <= at);
        while at < end {
            let next = self
                .pieces
                .get(index)
                .map(|piece| (piece.offset, piece.end()));
            let (stop, behind) = next.map_or((end, end), |(start, stop)| (start.min(end), stop));
            if at < stop {
                self.insert(index, at, fragment.slice(at, stop));
                index = index.saturating_add(1);
            }
            index = index.saturating_add(1);
            at = behind.max(stop);
        }
    }

    fn insert(&mut self, index: usize, offset: u32, bytes: &[u8]) {
        self.held = self.held.saturating_add(bytes.len());
        let index = index.min(self.pieces.len());
        self.pieces.insert(
            index,
            Piece {
                offset,
                bytes: bytes.to_vec(),
            },
        );
    }

    /// Drops what lies at or beyond `end`.
    fn cut_at(&mut self, end: u32) {
        self.pieces.retain(|piece| piece.offset < end);
        if let Some(last) = self.pieces.last_mut() {
            last.bytes
                .truncate(end.saturating_sub(last.offset) as usize);
        }
        self.held = self.pieces.iter().map(|piece| piece.bytes.len()).sum();
    }

    /// The pieces do not overlap and end with the datagram, so their sum tells.
    fn is_complete(&self) -> bool {
        self.total.is_some_and(|total| self.held == total as usize)
    }

    /// What it takes up, in bytes.
    fn cost(&self) -> usize {
        self.held
            .saturating_add(size_of_val(self.packets.as_slice()))
    }

    fn join(self) -> Joined {
        let mut payload = Vec::with_capacity(self.held);
        for piece in self.pieces {
            payload.extend_from_slice(&piece.bytes);
        }
        Joined {
            payload,
            packets: self.packets,
        }
    }
}

impl Piece {
    fn end(&self) -> u32 {
        self.offset.saturating_add(saturate(self.bytes.len()))
    }
}

impl<'a> Fragment<'a> {
    /// The bytes that belong at `from..to` of the datagram.
    fn slice(&self, from: u32, to: u32) -> &'a [u8] {
        let start = from.saturating_sub(self.offset) as usize;
        let end = to.saturating_sub(self.offset) as usize;
        self.bytes.get(start..end).unwrap_or_default()
    }
}

fn saturate(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
