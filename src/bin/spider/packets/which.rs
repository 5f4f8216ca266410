//! Which packets of a session are shown.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use spider_pcap::document::PacketClock;
use spider_pcap::lot::PlacedPacket;
use spider_pcap::packet::SegmentHead;
use spider_pcap::session::{Direction, WiresharkLabels};
use spider_pcap::time::Timestamp;

use crate::args::WhichPackets;
use crate::quantity::Moment;

/// A packet on its way to the sheet.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) head: SegmentHead,
    pub(super) placed: PlacedPacket,
    pub(super) clock: PacketClock,
    pub(super) labels: WiresharkLabels,
    pub(super) payload: Vec<u8>,
}

/// Which packets are shown.
pub(super) struct Which {
    from: Option<Moment>,
    to: Option<Moment>,
    around: Option<Moment>,
    lot: Option<RangeInclusive<u64>>,
    direction: Option<Direction>,
    /// The latest packets before the time that was asked for.
    before: VecDeque<Waiting>,
    /// Packets that are still shown from that time on.
    left: usize,
}

impl Which {
    /// The packets that were asked for.
    pub(super) fn new(args: &WhichPackets) -> Self {
        Self {
            from: args.from,
            to: args.to,
            around: args.around,
            lot: args.lot.clone(),
            direction: args.direction.map(Direction::from),
            before: VecDeque::new(),
            left: AROUND_PACKETS,
        }
    }

    /// The packets that are to be shown now; `None` when there will be no more.
    pub(super) fn take(
        &mut self,
        packet: Waiting,
        first: Option<Timestamp>,
    ) -> Option<Vec<Waiting>> {
        let placed = &packet.placed;
        let is_wanted = self
            .direction
            .is_none_or(|direction| direction == placed.facts.direction)
            && self
                .lot
                .as_ref()
                .is_none_or(|lots| placed.lot.is_some_and(|lot| lots.contains(&lot)))
            && self.is_in_time(packet.head.time, first);
        if !is_wanted {
            return Some(Vec::new());
        }
        match self.around {
            Some(around) => self.take_around(packet, around, first),
            None => Some(vec![packet]),
        }
    }

    /// True between `from` and `to`; a packet without a time is only shown when neither is given.
    fn is_in_time(&self, time: Option<Timestamp>, first: Option<Timestamp>) -> bool {
        let Some((time, first)) = time.zip(first) else {
            return self.from.is_none() && self.to.is_none();
        };
        self.from.is_none_or(|from| from.of(first) <= time)
            && self.to.is_none_or(|to| time <= to.of(first))
    }

    fn take_around(
        &mut self,
        packet: Waiting,
        around: Moment,
        first: Option<Timestamp>,
    ) -> Option<Vec<Waiting>> {
        let is_there = packet
            .head
            .time
            .zip(first)
            .is_some_and(|(time, first)| around.of(first) <= time);
        if !is_there && self.left == AROUND_PACKETS {
            if AROUND_PACKETS <= self.before.len() {
                self.before.pop_front();
            }
            self.before.push_back(packet);
            return Some(Vec::new());
        }
        self.left = self.left.checked_sub(1)?;
        let mut due: Vec<Waiting> = self.before.drain(..).collect();
        due.push(packet);
        Some(due)
    }

    /// The packets before a time that never came.
    pub(super) fn rest(&mut self) -> Vec<Waiting> {
        self.before.drain(..).collect()
    }
}

/// Packets shown before a time, and from it on.
const AROUND_PACKETS: usize = 10;
