//! The lots of one session with their content, and the lot of each packet.
//!
//! Follows [`LotCounter`], which decides what a lot is. Lots are held while packets may still add
//! to them (a late tail, a filled gap, a re-sent packet), and given out in order: at the end, or
//! from the oldest on when more than [`Hold::limit_bytes`] is held. A lot larger than that is given
//! out in parts.
//!
//! Limits: [`Hold::limit_bytes`] of content and bookkeeping. Bytes that come after their lot was
//! given out are dropped and counted in [`LotBuilder::too_late_bytes`]; a gap that was given out
//! stays one. The lot of an old re-sent packet is known for the latest 4096 lots of a direction.

use std::collections::VecDeque;

use super::boundaries::Boundaries;
use super::content::{Content, Overlap};
use super::header::{Lot, LotPart};
use super::totals::{LotCounter, LotStep, LotTotals};
use crate::session::{
    DataEvent, Direction, Finding, PacketEvent, PacketFacts, PerDirection, SessionObserver,
    StreamOffset, StreamRange,
};
use crate::time::{Span, Timestamp};

/// What is held of lots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// Nothing: only the lot of each packet is told.
    #[default]
    Nothing,
    /// Lots with their content.
    Lots {
        /// Bytes of content and bookkeeping that are held at most.
        limit_bytes: usize,
        /// Which copy of a byte counts.
        overlap: Overlap,
    },
}

/// How far a stream is known to reach beyond the bytes that were captured of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamExtent {
    /// Its first byte.
    pub start: StreamOffset,
    /// Bytes missing behind the last one captured.
    pub trailing_missing_bytes: u64,
}

/// A packet with its lot.
#[derive(Clone, Copy, Debug)]
pub struct PlacedPacket {
    /// What it was in its session.
    pub facts: PacketFacts,
    /// Its lot; absent without payload, and where its direction has no lot.
    pub lot: Option<u64>,
    /// It opened that lot.
    pub opens_lot: bool,
    /// It came after what its bytes belong to was answered.
    pub is_late: bool,
    /// Bytes of it that had not been captured before.
    pub new_bytes: u64,
    /// Bytes that were found missing with it: before it, or cut from it.
    pub missing_bytes: u64,
}

/// Builds the lots of one session.
#[derive(Debug, Default)]
pub struct LotBuilder {
    counter: LotCounter,
    boundaries: PerDirection<Boundaries>,
    hold: Hold,
    held: VecDeque<HeldLot>,
    held_bytes: usize,
    /// Time of the last packet of the latest lot.
    last_time: Option<Timestamp>,
    /// What the packet at hand brought.
    brought: Option<Brought>,
    packet: Option<PlacedPacket>,
    ready: VecDeque<LotPart>,
    too_late_bytes: u64,
}

/// What a data packet brought.
#[derive(Clone, Copy, Debug)]
struct Brought {
    step: LotStep,
    first_new: StreamOffset,
    new_bytes: u64,
    missing_bytes: u64,
}

#[derive(Debug)]
struct HeldLot {
    lot: Lot,
    content: Content,
    /// First byte that was not given out.
    next: StreamOffset,
    /// The byte after the last that a packet of it claims.
    end: StreamOffset,
    is_started: bool,
}

impl LotBuilder {
    /// What is held from now on.
    pub const fn hold(&mut self, hold: Hold) {
        self.hold = hold;
    }

    /// The packet that was handled last; given once.
    pub const fn take_packet(&mut self) -> Option<PlacedPacket> {
        self.packet.take()
    }

    /// The next part of a lot that is given out.
    pub fn next_part(&mut self) -> Option<LotPart> {
        self.ready.pop_front()
    }

    /// Bytes that came after their lot was given out.
    pub const fn too_late_bytes(&self) -> u64 {
        self.too_late_bytes
    }

    /// The totals so far.
    pub const fn totals(&self) -> LotTotals {
        self.counter.totals()
    }

    /// Ends the session: gives out all that is held.
    pub fn finish(&mut self, extents: PerDirection<StreamExtent>) {
        for direction in Direction::BOTH {
            self.start_at(direction, extents[direction].start);
            let mut newest_first = self.held.iter_mut().rev();
            if let Some(held) = newest_first.find(|held| held.lot.direction == direction) {
                let end = held
                    .end
                    .0
                    .saturating_add_unsigned(extents[direction].trailing_missing_bytes);
                held.end = StreamOffset(end);
            }
        }
        while !self.held.is_empty() {
            self.give_out_oldest();
        }
    }

    /// Bytes before the first lot of a direction belong to that lot, while it is held.
    fn start_at(&mut self, direction: Direction, start: StreamOffset) {
        let first = self.boundaries[direction].lot_at(start);
        let Some(held) = first.and_then(|lot| held_mut(&mut self.held, lot)) else {
            return;
        };
        let is_before_all = self.boundaries[direction].is_before_all(start);
        if is_before_all && !held.is_started && start < held.next {
            held.next = start;
            held.lot.start = start;
        }
    }

    fn open(&mut self, direction: Direction, start: StreamOffset) {
        let index = self.counter.totals().lots.saturating_sub(1);
        self.boundaries[direction].push(start, index);
        if self.hold != Hold::Nothing {
            self.held_bytes += LOT_BYTES;
            self.held.push_back(HeldLot {
                lot: Lot::new(index, direction, start),
                content: Content::default(),
                next: start,
                end: start,
                is_started: false,
            });
        }
    }

    /// Puts captured bytes from `start` on into the lots to which they belong; gives the number of
    /// those that came too late for it.
    fn keep(&mut self, direction: Direction, start: StreamOffset, bytes: &[u8], late: bool) -> u64 {
        let (mut start, mut rest) = (start, bytes);
        let mut too_late = 0;
        while !rest.is_empty() {
            let (lot, end) = self.boundaries[direction].around(start);
            let len = end.map_or(rest.len(), |end| length(end.bytes_since(start)));
            let (here, tail) = rest.split_at(len.min(rest.len()));
            if let Some(lot) = lot {
                too_late += self.keep_in(lot, start, here, late) as u64;
            }
            (start, rest) = (start.add(u32::try_from(len).unwrap_or(u32::MAX)), tail);
        }
        too_late
    }

    fn keep_in(&mut self, lot: u64, start: StreamOffset, bytes: &[u8], late: bool) -> usize {
        let Hold::Lots { overlap, .. } = self.hold else {
            return 0;
        };
        match held_mut(&mut self.held, lot) {
            Some(held) => {
                let too_late = length(held.next.bytes_since(start)).min(bytes.len());
                let (_, in_time) = bytes.split_at(too_late);
                let start = start.max(held.next);
                let before = held.content.held_bytes();
                held.content.insert(start, in_time, late, overlap);
                self.held_bytes += held.content.held_bytes() - before;
                too_late
            }
            None => bytes.len(),
        }
    }

    /// The latest lot of a direction reaches to the end of these bytes, captured or cut.
    fn reach(&mut self, direction: Direction, above: StreamRange) {
        let latest = self.boundaries[direction].latest();
        let held = latest.and_then(|lot| held_mut(&mut self.held, lot));
        if let Some(held) = held.filter(|_| !above.is_empty()) {
            held.end = held.end.max(above.end);
        }
    }

    /// The lot of a packet with payload: the one that it opens, or that of its first new byte.
    fn lot_of(&self, facts: &PacketFacts) -> Option<u64> {
        let boundaries = &self.boundaries[facts.direction];
        match (self.brought, facts.range) {
            // It may fill a gap of an earlier lot, too, but no other packet is first in this one.
            (Some(brought), _) if brought.step.opened.is_some() => boundaries.latest(),
            (Some(brought), _) => boundaries.lot_at(brought.first_new),
            (None, Some(range)) => boundaries.lot_at(range.start),
            (None, None) => boundaries.latest(),
        }
    }

    fn count(&mut self, event: &PacketEvent<'_>, placed: &PlacedPacket) {
        let Some(lot) = placed.lot else { return };
        let time = event.segment.head.time;
        let pause = match (placed.opens_lot, time, self.last_time) {
            (true, Some(time), Some(last)) => Some(time.since(last)),
            (_, _, _) => None,
        };
        if lot + 1 == self.counter.totals().lots {
            self.last_time = time;
        }
        if let Some(held) = held_mut(&mut self.held, lot) {
            held.lot.count(event, placed, pause);
        }
    }

    /// Gives out lots until no more than the limit is held.
    fn give_out_surplus(&mut self) {
        let Hold::Lots { limit_bytes, .. } = self.hold else {
            return;
        };
        while limit_bytes < self.held_bytes {
            if 1 < self.held.len() {
                self.give_out_oldest();
            } else {
                self.give_out_head(limit_bytes / 2);
                return;
            }
        }
    }

    fn give_out_oldest(&mut self) {
        let Some(mut held) = self.held.pop_front() else {
            return;
        };
        self.held_bytes = self
            .held_bytes
            .saturating_sub(held.content.held_bytes() + LOT_BYTES);
        let boundaries = &self.boundaries[held.lot.direction];
        // Where the next lot of the direction starts, this one ends, captured or not.
        let end = boundaries.end_of(held.lot.index).unwrap_or(held.end);
        let part = held.give_out(end, true);
        self.ready.push_back(part);
    }

    /// Gives out the start of the one lot that is held, and keeps about `keep_bytes` of it.
    fn give_out_head(&mut self, keep_bytes: usize) {
        let Some(held) = self.held.front_mut() else {
            return;
        };
        let before = held.content.held_bytes();
        if let Some(end) = held.content.end_of_head(keep_bytes) {
            let part = held.give_out(end, false);
            self.held_bytes -= before - held.content.held_bytes();
            self.ready.push_back(part);
        }
    }
}

impl SessionObserver for LotBuilder {
    fn data(&mut self, event: &DataEvent<'_>) {
        let step = self.counter.step(event);
        let direction = event.direction;
        if let Some(start) = step.and_then(|step| step.opened) {
            self.open(direction, start);
        }
        self.brought = step.map(|step| Brought {
            step,
            first_new: event.filled_from.unwrap_or(event.above.start),
            new_bytes: (event.above.len() + event.filled_bytes).saturating_sub(event.cut_bytes),
            missing_bytes: event.opened.len() + event.cut_bytes,
        });
        let Hold::Lots { overlap, .. } = self.hold else {
            return;
        };
        if let Some(from) = event.filled_from {
            self.start_at(direction, from);
        }
        let below = StreamRange {
            start: match overlap {
                Overlap::First => event.filled_from.unwrap_or(event.range.start),
                Overlap::Last => event.range.start,
            },
            end: event.above.start,
        };
        if event.filled_from.is_some() || overlap == Overlap::Last {
            let late = step.is_some_and(|step| step.late_fill);
            let too_late = self.keep(direction, below.start, part_of(event, below), late);
            // Copies of bytes that were captured before are no loss.
            self.too_late_bytes += too_late.min(event.filled_bytes);
        }
        self.reach(direction, event.above);
        let late = step.is_some_and(|step| step.late_above);
        let above = part_of(event, event.above);
        self.too_late_bytes += self.keep(direction, event.above.start, above, late);
    }

    fn packet(&mut self, event: &PacketEvent<'_>) {
        let facts = event.facts;
        let has_payload = 0 < event.segment.head.payload_len;
        let lot = has_payload.then(|| self.lot_of(&facts)).flatten();
        let brought = self.brought.take();
        let placed = PlacedPacket {
            facts,
            lot,
            opens_lot: brought.is_some_and(|brought| brought.step.opened.is_some()),
            is_late: brought.is_some_and(|brought| brought.step.is_late()),
            new_bytes: brought.map_or(0, |brought| brought.new_bytes),
            missing_bytes: brought.map_or(0, |brought| brought.missing_bytes),
        };
        self.count(event, &placed);
        self.packet = Some(placed);
        self.give_out_surplus();
    }

    fn swap_directions(&mut self) {
        self.counter.swap_directions();
        self.boundaries.swap();
        for held in &mut self.held {
            held.lot.direction = held.lot.direction.opposite();
        }
    }
}

impl HeldLot {
    /// Takes out what lies before `end`.
    fn give_out(&mut self, end: StreamOffset, is_last: bool) -> LotPart {
        let range = StreamRange {
            start: self.next,
            end: end.max(self.next),
        };
        let content = self.content.take(range);
        self.lot.payload_bytes += content.bytes.len() as u64;
        self.lot.gaps += content.gaps.len() as u64;
        self.lot.missing_bytes += content.missing_bytes();
        self.next = range.end;
        LotPart {
            lot: self.lot,
            offset: range.start.bytes_since(self.lot.start),
            content,
            is_first: !std::mem::replace(&mut self.is_started, true),
            is_last,
        }
    }
}

impl Lot {
    fn count(&mut self, event: &PacketEvent<'_>, placed: &PlacedPacket, pause: Option<Span>) {
        let head = &event.segment.head;
        if self.packets == 0 {
            self.first = head.time;
            self.first_packet = head.number;
            self.pause = pause;
        }
        self.last = head.time;
        self.last_packet = head.number;
        self.precision = self.precision.max(head.precision);
        self.packets += 1;
        self.late_packets += u64::from(placed.is_late);
        let is_conflict = placed.facts.findings.has(Finding::OverlapConflict);
        self.overlap_conflicts += u64::from(is_conflict);
    }
}

/// A lot among those that are held, which are numbered without a break.
fn held_mut(held: &mut VecDeque<HeldLot>, lot: u64) -> Option<&mut HeldLot> {
    let first = held.front()?.lot.index;
    held.get_mut(length(lot.checked_sub(first)?))
}

/// The captured bytes of a packet that lie in `range`.
fn part_of<'a>(event: &DataEvent<'a>, range: StreamRange) -> &'a [u8] {
    let place = |offset: StreamOffset| {
        length(offset.bytes_since(event.range.start)).min(event.payload.len())
    };
    event
        .payload
        .get(place(range.start)..place(range.end))
        .unwrap_or_default()
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a lot costs beside its content.
const LOT_BYTES: usize = 256;
