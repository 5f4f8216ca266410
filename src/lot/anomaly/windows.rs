//! Receive windows that were closed, and for how long.

use super::ledger::Ledger;
use super::{Anomaly, AnomalyKind, End, Moment, Place, between};
use crate::session::{Direction, Finding, PerDirection};
use crate::time::Timestamp;

/// The windows of both sides.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Windows {
    closed: PerDirection<Option<Closed>>,
    /// One was closed since the latest packet that brought something new.
    since_progress: bool,
}

/// A window that is closed.
#[derive(Clone, Copy, Debug)]
struct Closed {
    place: Place,
    time: Option<Timestamp>,
    packets: u64,
}

impl Windows {
    pub(super) fn note(&mut self, moment: &Moment, is_progress: bool, ledger: &mut Ledger) {
        if is_progress {
            self.since_progress = self.closed.out.is_some() || self.closed.r#in.is_some();
        }
        let direction = moment.direction();
        let facts = &moment.event.placed.facts;
        let slot = &mut self.closed[direction];
        if facts.findings.has(Finding::ZeroWindow) {
            self.since_progress = true;
            let closed = slot.get_or_insert(Closed {
                place: moment.place_after(),
                time: moment.event.time,
                packets: 0,
            });
            closed.packets = closed.packets.saturating_add(1);
        } else if 0 < facts.window_bytes
            && !moment.event.control.rst
            && let Some(closed) = slot.take()
        {
            ledger.add(closed.until(direction, moment.event.time));
        }
    }

    /// True when a window was closed since the latest packet that brought something new.
    pub(super) const fn were_closed(&self) -> bool {
        self.since_progress
    }

    /// True when a side's window is closed.
    pub(super) fn is_closed(&self, direction: Direction) -> bool {
        self.closed[direction].is_some()
    }

    /// Tells the windows that stayed closed.
    pub(super) fn finish(&self, end: &End, ledger: &mut Ledger) {
        for direction in Direction::BOTH {
            if let Some(closed) = self.closed[direction] {
                ledger.add(Anomaly {
                    is_open: true,
                    ..closed.until(direction, end.time)
                });
            }
        }
    }
}

impl Closed {
    fn until(&self, direction: Direction, time: Option<Timestamp>) -> Anomaly {
        Anomaly {
            packets: self.packets,
            duration: between(self.time, time),
            ..Anomaly::new(AnomalyKind::WindowClosed, direction, self.place)
        }
    }
}

impl Moment {
    /// Its place, told by the lot before it.
    fn place_after(&self) -> Place {
        Place {
            lot: self.lot_before.map(|(lot, _)| lot),
            ..self.place
        }
    }
}
