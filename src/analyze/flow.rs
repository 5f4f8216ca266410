//! The data packets of a session to the ordered bytes of both directions, with where they came.
//!
//! Bytes that come in order go straight through. While bytes of one direction are missing, what
//! comes behind is held, of the other direction, too, so that a request which was captured late
//! still comes before its response.
//!
//! ```text
//!   out  req1 ........ req3       (req2 is missing)
//!   in        resp1         resp3 (held until req2 comes or is given up)
//! ```
//!
//! Missing bytes are given up, and become a gap, when the other side had acknowledged them and
//! 32 data packets came since; or when more than 256 KiB are held.
//! The byte that was captured first wins.

mod held;

use held::{Held, Step, advance, is_behind, mark};

use crate::http::Marks;
use crate::lot::{LotCounter, LotPlace};
use crate::session::{DataEvent, Direction, PerDirection, Piece, StreamOffset, StreamRange};

/// Is handed pieces in order.
pub(super) type Deliver<'a> = dyn FnMut(Direction, Piece<'_>, &Marks) + 'a;

/// Puts the data packets of a session in order.
#[derive(Debug, Default)]
pub(super) struct Flow {
    next: PerDirection<StreamOffset>,
    seen: PerDirection<bool>,
    /// Its bytes were acknowledged, but never captured: there is no use in waiting.
    one_sided: PerDirection<bool>,
    held: Option<Box<Held>>,
}

impl Flow {
    /// Takes in a data packet, whose new bytes went to `place`.
    pub(super) fn data(
        &mut self,
        event: &DataEvent<'_>,
        place: Option<LotPlace>,
        lots: &LotCounter,
        deliver: &mut Deliver<'_>,
    ) {
        let direction = event.direction;
        self.seen[direction] = true;
        let Some(place) = place else {
            return;
        };
        if self.held.is_none() && self.is_plain(event) {
            let start = event.range.start;
            self.next[direction] = event.range.end;
            let marks = Marks::of_packet(mark(event, place, place.lot));
            deliver(direction, Piece::Bytes(start, event.payload), &marks);
            if event.payload.len() as u64 != event.range.len() {
                let cut = advance(start, event.payload.len());
                let range = StreamRange {
                    start: cut,
                    end: event.range.end,
                };
                deliver(direction, Piece::Gap(range), &marks);
            }
            return;
        }
        let held = self.held.get_or_insert_with(|| Box::new(Held::new(lots)));
        held.take(event, place, &self.next);
        self.drain(deliver);
        if self
            .held
            .as_ref()
            .is_some_and(|held| held.is_empty(&self.next))
        {
            self.held = None;
        }
    }

    /// The roles turned out to be the other way round.
    pub(super) fn swap_directions(&mut self) {
        self.next.swap();
        self.seen.swap();
        self.one_sided.swap();
        if let Some(held) = &mut self.held {
            held.swap_directions();
        }
    }

    /// True while bytes are held, or known to be missing.
    pub(super) const fn is_waiting(&self) -> bool {
        self.held.is_some()
    }

    /// Delivers all that is held, with the gaps before it.
    pub(super) fn finish(&mut self, deliver: &mut Deliver<'_>) {
        while let Some(held) = &self.held {
            match held.forced_step(&self.next) {
                Step::Wait => self.held = None,
                step => self.take(step, deliver),
            }
        }
    }

    /// True for the next bytes of their direction, when nothing of the other is missing.
    fn is_plain(&self, event: &DataEvent<'_>) -> bool {
        let other = event.direction.opposite();
        let is_missing = !self.one_sided[other]
            && event
                .acknowledges
                .is_some_and(|acked| is_behind(acked, self.next[other]));
        event.range.start == self.next[event.direction] && !is_missing
    }

    /// Delivers what may be delivered.
    fn drain(&mut self, deliver: &mut Deliver<'_>) {
        while let Some(held) = &self.held {
            match held.step(&self.next, &self.one_sided) {
                Step::Wait => return,
                step => self.take(step, deliver),
            }
        }
    }

    /// Takes a step: a piece is not held any more, or the next bytes lie further on.
    fn take(&mut self, step: Step, deliver: &mut Deliver<'_>) {
        let Some(held) = &mut self.held else {
            return;
        };
        match step {
            Step::Wait => {}
            Step::Deliver(direction) => {
                let next = &mut self.next[direction];
                *next = held.deliver_at(direction, *next, deliver).unwrap_or(*next);
            }
            Step::GiveUp(direction, end) => {
                let start = std::mem::replace(&mut self.next[direction], end);
                self.one_sided[direction] |= !self.seen[direction];
                let marks = Marks::of_packet(held.mark_at(direction, end));
                deliver(direction, Piece::Gap(StreamRange { start, end }), &marks);
            }
        }
    }
}

#[cfg(test)]
mod tests;
