//! Long waits between packets that brought something new, and who was to send.

use super::ends::Ends;
use super::ledger::Ledger;
use super::{Anomaly, AnomalyKind, End, LEAST_WAIT, Moment, Place, between};
use crate::session::Direction;
use crate::time::{Span, Timestamp};

/// The latest packet that brought something new.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Silence {
    since: Option<(Timestamp, Place)>,
}

impl Silence {
    /// Tells the wait that the packet at hand ends; it brought something new.
    pub(super) fn tell(&self, moment: &Moment, ends: &Ends, ledger: &mut Ledger) {
        let (Some((since, place)), Some(time)) = (self.since, moment.event.time) else {
            return;
        };
        let wait = time.since(since);
        // From the first FIN on, waiting is being half-closed.
        if wait < least_wait(ends) || ends.is_closing() {
            return;
        }
        let (kind, lot) = ended_by(moment);
        let place = Place { lot, ..place };
        ledger.add(Anomaly {
            duration: Some(wait),
            ..Anomaly::new(kind, moment.direction(), place)
        });
    }

    /// The packet at hand brought something new.
    pub(super) fn advance(&mut self, moment: &Moment) {
        if let Some(time) = moment.event.time {
            self.since = Some((time, moment.place));
        }
    }

    /// Tells the wait that the session ends with.
    pub(super) fn finish(&self, end: &End, ends: &Ends, ledger: &mut Ledger) {
        let Some((since, place)) = self.since else {
            return;
        };
        let wait = between(Some(since), end.time);
        let is_long = wait.is_some_and(|wait| least_wait(ends) <= wait);
        if !is_long || ends.is_closing() || ends.is_reset() {
            return;
        }
        let Some((lot, sender)) = end.lot else {
            return;
        };
        let (kind, direction) = match sender {
            Direction::Out => (AnomalyKind::UnansweredEnd, Direction::In),
            Direction::In => (AnomalyKind::IdleEnd, Direction::Out),
        };
        let place = Place {
            lot: Some(lot),
            ..place
        };
        ledger.add(Anomaly {
            duration: wait,
            is_open: true,
            ..Anomaly::new(kind, direction, place)
        });
    }
}

/// What a wait was for, told by what ended it; and the lot before it.
fn ended_by(moment: &Moment) -> (AnomalyKind, Option<u64>) {
    let (control, placed) = (moment.event.control, &moment.event.placed);
    let lot = moment.lot_before.map(|(lot, _)| lot);
    let is_answer_due = moment
        .lot_before
        .is_some_and(|(_, sender)| sender == Direction::Out);
    let kind = if placed.opens_lot {
        match moment.lot_before {
            None => AnomalyKind::SlowStart,
            Some((_, Direction::Out)) => AnomalyKind::SlowAnswer,
            Some((_, Direction::In)) => AnomalyKind::Idle,
        }
    } else if 0 < placed.new_bytes {
        return (AnomalyKind::PausedLot, placed.lot.or(lot));
    } else if control.syn {
        AnomalyKind::SlowSynAck
    } else if is_answer_due {
        AnomalyKind::UnansweredClose
    } else {
        AnomalyKind::IdleClose
    };
    (kind, lot)
}

/// The shortest wait that is told: of a slow path, longer.
pub(super) fn least_wait(ends: &Ends) -> Span {
    let round_trip = ends.handshake().map_or(0, Span::nanos);
    Span::from_nanos(round_trip.saturating_mul(10)).max(LEAST_WAIT)
}
