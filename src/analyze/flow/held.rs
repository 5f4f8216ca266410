//! What is held of a session while bytes are missing, and what is done about it.

use std::collections::BTreeMap;

use super::Deliver;
use crate::http::{Mark, Marks};
use crate::lot::{LotCounter, LotPlace};
use crate::session::{DataEvent, Direction, PerDirection, Piece, StreamOffset, StreamRange};

/// Bytes that are held of both directions: a window or two of usual size.
const HELD_BYTES: usize = 256 << 10;

/// Data packets that may overtake one on its way to the capture, as the queues of a network card
/// let them.
const LATE_PACKETS: u64 = 32;

/// What is held while bytes are missing.
#[derive(Debug, Default)]
pub(super) struct Held {
    pieces: PerDirection<BTreeMap<StreamOffset, HeldPiece>>,
    bytes: usize,
    /// Bytes that the other side acknowledged, and when that was seen.
    acked: PerDirection<Option<(StreamOffset, u64)>>,
    /// Lots of each direction since, and the one before.
    lots: PerDirection<Vec<(StreamOffset, u64)>>,
    /// Data packets so far.
    packets: u64,
}

/// What is to be done with what is held.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The next piece of a direction is delivered.
    Deliver(Direction),
    /// The bytes of a direction before this offset will not come.
    GiveUp(Direction, StreamOffset),
    /// Nothing yet.
    Wait,
}

/// Bytes of one packet.
#[derive(Debug)]
struct HeldPiece {
    bytes: Vec<u8>,
    /// Where those end that the capture cut off behind them.
    cut_end: Option<StreamOffset>,
    mark: Mark,
    /// Which packet it was, of those since bytes are missing.
    order: u64,
}

impl Held {
    pub(super) fn new(lots: &LotCounter) -> Self {
        let mut held = Self::default();
        for direction in Direction::BOTH {
            held.lots[direction].extend(lots.latest(direction));
        }
        held
    }

    /// The roles turned out to be the other way round.
    pub(super) fn swap_directions(&mut self) {
        self.pieces.swap();
        self.acked.swap();
        self.lots.swap();
    }

    /// Nothing is held, and nothing is known to be missing.
    pub(super) fn is_empty(&self, next: &PerDirection<StreamOffset>) -> bool {
        let is_empty = |direction: &Direction| {
            let missing =
                self.acked[*direction].is_some_and(|(acked, _)| is_behind(acked, next[*direction]));
            self.pieces[*direction].is_empty() && !missing
        };
        Direction::BOTH.iter().all(is_empty)
    }

    /// Keeps the bytes of a packet that are not there yet.
    pub(super) fn take(
        &mut self,
        event: &DataEvent<'_>,
        place: LotPlace,
        nexts: &PerDirection<StreamOffset>,
    ) {
        self.packets = self.packets.saturating_add(1);
        let (own, other) = (event.direction, event.direction.opposite());
        for (direction, acked) in [(own, event.acknowledged), (other, event.acknowledges)] {
            self.note_acked(direction, acked, nexts[direction]);
        }
        let next = nexts[own];
        if let Some(start) = place.opened
            && self.lots[own].last().is_none_or(|(last, _)| *last < start)
        {
            self.lots[own].push((start, place.lot));
        }
        let lot = self
            .lot_at(own, event.range.start.max(next))
            .unwrap_or(place.lot);
        let mark = mark(event, place, lot);
        let (start, bytes) = skip_before(event.range.start, event.payload, next);
        self.keep(own, start, bytes, mark);
        let last = advance(event.range.start, event.payload.len());
        let end = event.range.end;
        if last < end
            && let Some((at, piece)) = self.pieces[own].range_mut(..last).next_back()
            && advance(*at, piece.bytes.len()) == last
        {
            piece.cut_end = Some(end);
        }
    }

    fn note_acked(
        &mut self,
        direction: Direction,
        acked: Option<StreamOffset>,
        next: StreamOffset,
    ) {
        let Some(acked) = acked else { return };
        match &mut self.acked[direction] {
            Some((known, _)) if is_behind(*known, next) => *known = acked.max(*known),
            none => *none = Some((acked, self.packets)),
        }
    }

    fn lot_at(&self, direction: Direction, offset: StreamOffset) -> Option<u64> {
        let lots = &self.lots[direction];
        let after = lots.partition_point(|(start, _)| *start <= offset);
        let (_, lot) = lots.get(after.saturating_sub(1))?;
        Some(*lot)
    }

    /// Keeps the parts that are not there yet.
    fn keep(&mut self, direction: Direction, start: StreamOffset, bytes: &[u8], mark: Mark) {
        let order = self.packets;
        let (mut start, mut rest) = (start, bytes);
        while !rest.is_empty() {
            let pieces = &mut self.pieces[direction];
            let before = pieces.range(..=start).next_back();
            let taken = before.map_or(start, |(at, piece)| advance(*at, piece.bytes.len()));
            if start < taken {
                (start, rest) = skip_before(start, rest, taken);
                continue;
            }
            let after = pieces
                .range(start..)
                .next()
                .map(|(at, _)| at.bytes_since(start));
            let free = after.map_or(rest.len(), |len| length(len).min(rest.len()));
            let (new, tail) = rest.split_at_checked(free).unwrap_or((rest, &[]));
            self.bytes = self.bytes.saturating_add(new.len());
            let bytes = new.to_vec();
            let piece = HeldPiece {
                bytes,
                cut_end: None,
                mark,
                order,
            };
            pieces.insert(start, piece);
            start = advance(start, free);
            rest = tail;
        }
    }

    /// The next step.
    pub(super) fn step(
        &self,
        next: &PerDirection<StreamOffset>,
        one_sided: &PerDirection<bool>,
    ) -> Step {
        if let Some((direction, order)) = self.ready(next) {
            let other = direction.opposite();
            let since = self.missing_since(other, next[other]);
            let is_blocked = !one_sided[other] && since.is_some_and(|since| since <= order);
            if !is_blocked {
                return Step::Deliver(direction);
            }
            if self.is_ready(other, next[other]) {
                // What was missing is there.
                return Step::Deliver(other);
            }
        }
        let lost = Direction::BOTH.into_iter().find_map(|direction| {
            let end = self.lost_until(direction, next[direction])?;
            Some(Step::GiveUp(direction, end))
        });
        match lost {
            Some(step) => step,
            None if HELD_BYTES < self.bytes => self.forced_step(next),
            None => Step::Wait,
        }
    }

    /// A step that does not wait while anything is held.
    pub(super) fn forced_step(&self, next: &PerDirection<StreamOffset>) -> Step {
        let first = Direction::BOTH.into_iter().filter_map(|direction| {
            let (start, piece) = self.pieces[direction].first_key_value()?;
            Some((piece.order, direction, *start))
        });
        match first.min_by_key(|(order, _, _)| *order) {
            Some((_, direction, start)) if start <= next[direction] => Step::Deliver(direction),
            Some((_, direction, start)) => Step::GiveUp(direction, start),
            None => Step::Wait,
        }
    }

    /// Where the missing bytes of a direction end, when they are not waited for any more.
    fn lost_until(&self, direction: Direction, next: StreamOffset) -> Option<StreamOffset> {
        let since = self.missing_since(direction, next)?;
        let (acked, _) = self.acked[direction].filter(|(acked, _)| is_behind(*acked, next))?;
        if self.is_ready(direction, next) || self.packets.saturating_sub(since) <= LATE_PACKETS {
            return None;
        }
        let first = self.pieces[direction].first_key_value();
        Some(first.map_or(acked, |(start, _)| *start))
    }

    /// The direction whose next bytes are there, and came first.
    fn ready(&self, next: &PerDirection<StreamOffset>) -> Option<(Direction, u64)> {
        let ready = Direction::BOTH.into_iter().filter_map(|direction| {
            let (start, piece) = self.pieces[direction].first_key_value()?;
            (*start <= next[direction]).then_some((direction, piece.order))
        });
        ready.min_by_key(|(_, order)| *order)
    }

    /// The next bytes of a direction are there.
    fn is_ready(&self, direction: Direction, next: StreamOffset) -> bool {
        let first = self.pieces[direction].first_key_value();
        first.is_some_and(|(start, _)| *start <= next)
    }

    /// When it was first seen that bytes of a direction are missing.
    fn missing_since(&self, direction: Direction, next: StreamOffset) -> Option<u64> {
        let behind = self.pieces[direction].first_key_value();
        let seen = behind.map(|(start, piece)| (*start, piece.order));
        let seen = seen
            .filter(|(start, _)| next < *start)
            .map(|(_, order)| order);
        let acked = self.acked[direction].filter(|(acked, _)| is_behind(*acked, next));
        let acked = acked.map(|(_, order)| order);
        seen.into_iter().chain(acked).min()
    }

    /// Delivers the piece that starts at `next`; gives where the next one starts.
    pub(super) fn deliver_at(
        &mut self,
        direction: Direction,
        next: StreamOffset,
        deliver: &mut Deliver<'_>,
    ) -> Option<StreamOffset> {
        let (start, piece) = self.pieces[direction].pop_first()?;
        self.bytes = self.bytes.saturating_sub(piece.bytes.len());
        let end = advance(start, piece.bytes.len());
        let (start, bytes) = skip_before(start, &piece.bytes, next);
        let marks = Marks::of_packet(piece.mark);
        if !bytes.is_empty() {
            deliver(direction, Piece::Bytes(start, bytes), &marks);
        }
        let next = end.max(next);
        let behind = self.pieces[direction]
            .first_key_value()
            .map(|(start, _)| *start);
        let cut_end = piece
            .cut_end
            .map(|end| behind.map_or(end, |behind| behind.min(end)));
        let Some(end) = cut_end.filter(|end| next < *end) else {
            return Some(next);
        };
        deliver(
            direction,
            Piece::Gap(StreamRange { start: next, end }),
            &marks,
        );
        Some(end)
    }

    /// The mark of the first piece behind a gap.
    pub(super) fn mark_at(&self, direction: Direction, offset: StreamOffset) -> Mark {
        let piece = self.pieces[direction].get(&offset);
        piece.map(|piece| piece.mark).unwrap_or_default()
    }
}

pub(super) const fn mark(event: &DataEvent<'_>, place: LotPlace, lot: u64) -> Mark {
    Mark {
        time: event.time,
        lot,
        packet: event.index,
        is_late: place.is_late,
    }
}

/// True when bytes up to `acked` are missing at `next`; a FIN counts as one.
pub(super) const fn is_behind(acked: StreamOffset, next: StreamOffset) -> bool {
    1 < acked.bytes_since(next)
}

fn skip_before(start: StreamOffset, bytes: &[u8], next: StreamOffset) -> (StreamOffset, &[u8]) {
    let skipped = length(next.bytes_since(start)).min(bytes.len());
    (
        advance(start, skipped),
        bytes.get(skipped..).unwrap_or_default(),
    )
}

pub(super) fn advance(offset: StreamOffset, len: usize) -> StreamOffset {
    offset.add(u32::try_from(len).unwrap_or(u32::MAX))
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
