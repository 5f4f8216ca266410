//! A batch with its segments found: what goes from the reader to the trackers.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::slice;
use std::sync::Arc;

use crate::capture::{Batch, InterfaceId, PacketNumber, PacketOrigin, Slot};
use crate::config::Separate;
use crate::packet::{Decoder, Encapsulation, EncapsulationId, Segment, SegmentHead, Tunnel};
use crate::session::{Route, Shard};
use crate::time::Timestamp;
use crate::tls::KeyLog;

/// A batch of packets with its segments and where each of them goes.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) batch: Batch,
    pub(super) heads: Vec<SegmentHead>,
    /// One a segment.
    pub(super) routes: Vec<Route>,
    /// Bytes of packets, of any protocol, that were captured before each segment's packet.
    pub(super) positions: Vec<u64>,
    /// The same before its first packet.
    pub(super) start: u64,
    /// As [`Decoder::fragments`] gives them.
    pub(super) fragments: Vec<(PacketNumber, PacketOrigin)>,
    /// Newest time of its packets.
    pub(super) newest: Option<Timestamp>,
    /// TLS secrets that are known so far.
    pub(super) keys: Arc<KeyLog>,
}

impl Decoded {
    /// The segment at `index` with its route and position.
    pub(super) fn segment(&self, index: usize) -> Option<(Segment<'_>, &Route, u64)> {
        let head = self.heads.get(index)?;
        Some((
            head.resolve(&self.batch),
            self.routes.get(index)?,
            *self.positions.get(index)?,
        ))
    }

    /// The packet with this number, and those that earlier fragments of its datagram came in.
    pub(super) fn origins(&self, number: PacketNumber) -> impl Iterator<Item = PacketOrigin> {
        let slot = self.batch.slot(number);
        slot.map(PacketOrigin::of)
            .into_iter()
            .chain(self.earlier_fragments(number))
    }

    fn earlier_fragments(&self, number: PacketNumber) -> impl Iterator<Item = PacketOrigin> {
        let start = self.fragments.partition_point(|(of, _)| *of < number);
        let from_there = self.fragments.get(start..).unwrap_or_default().iter();
        from_there
            .take_while(move |(of, _)| *of == number)
            .map(|(_, origin)| *origin)
    }

    /// Finds the segments of the batch.
    pub(super) fn decode(&mut self, decoder: &mut Decoder) {
        self.heads.clear();
        self.newest = self.batch.slots.iter().filter_map(|slot| slot.time).max();
        decoder.decode(&mut self.batch, &mut self.heads);
        self.fragments.clear();
        self.fragments.extend_from_slice(decoder.fragments());
    }

    /// Finds out where its segments go, and leaves out those of other shards.
    pub(super) fn route(&mut self, encapsulations: &[Encapsulation], router: &mut Router) {
        let Self {
            batch,
            heads,
            routes,
            positions,
            ..
        } = self;
        routes.clear();
        positions.clear();
        routes.reserve(heads.len());
        positions.reserve(heads.len());
        self.start = router.position;
        let mut slots = batch.slots.iter();
        match router.shard {
            None => {
                for head in heads.iter() {
                    positions.push(router.pass(&mut slots, head.number));
                    routes.push(router.route(head, encapsulations));
                }
            }
            Some(shard) => heads.retain(|head| {
                let position = router.pass(&mut slots, head.number);
                let route = router.route(head, encapsulations);
                let is_ours = shard.has(&route.key);
                if is_ours {
                    positions.push(position);
                    routes.push(route);
                }
                is_ours
            }),
        }
        router.position += bytes_of(slots.as_slice());
    }
}

/// Finds out where segments go.
#[derive(Debug)]
pub(super) struct Router {
    seed: u64,
    separate: Separate,
    shard: Option<Shard>,
    separations: HashMap<Separation, u32>,
    position: u64,
}

fn bytes_of(slots: &[Slot]) -> u64 {
    slots.iter().map(|slot| u64::from(slot.captured_len)).sum()
}

/// What keeps sessions of one 4-tuple apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Separation {
    vlans: Vec<u16>,
    tunnels: Vec<Tunnel>,
    interface: Option<InterfaceId>,
}

impl Router {
    /// A router; its hash differs from run to run, so that no capture can be made to collide.
    pub(super) fn new(separate: Separate, shard: Option<Shard>) -> Self {
        let seed = RandomState::new().hash_one(0_u64);
        Self {
            seed,
            separate,
            shard,
            separations: HashMap::new(),
            position: 0,
        }
    }

    /// Goes on to the packet with this number; gives the bytes of packets before it.
    fn pass(&mut self, slots: &mut slice::Iter<'_, Slot>, number: PacketNumber) -> u64 {
        while let Some((slot, rest)) = slots.as_slice().split_first()
            && slot.number < number
        {
            self.position += u64::from(slot.captured_len);
            *slots = rest.iter();
        }
        self.position
    }

    fn route(&mut self, head: &SegmentHead, encapsulations: &[Encapsulation]) -> Route {
        let separation = if self.separate.any() {
            self.separation(head.encapsulation, head.interface, encapsulations)
        } else {
            0
        };
        Route::of(head.source, head.destination, separation, self.seed)
    }

    fn separation(
        &mut self,
        encapsulation: EncapsulationId,
        interface: InterfaceId,
        encapsulations: &[Encapsulation],
    ) -> u32 {
        let around = usize::try_from(encapsulation.0)
            .ok()
            .and_then(|id| encapsulations.get(id));
        let key = Separation {
            vlans: around
                .filter(|_| self.separate.vlan)
                .map(|around| around.vlans.clone())
                .unwrap_or_default(),
            tunnels: around
                .filter(|_| self.separate.tunnel)
                .map(|around| around.tunnels.clone())
                .unwrap_or_default(),
            interface: self.separate.interface.then_some(interface),
        };
        let next = u32::try_from(self.separations.len()).unwrap_or(u32::MAX);
        *self.separations.entry(key).or_insert(next)
    }
}
