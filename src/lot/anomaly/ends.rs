//! How the session began and ended: SYNs, FINs, resets.

use super::ledger::Ledger;
use super::silence::least_wait;
use super::{Anomaly, AnomalyKind, End, Moment, Place, between};
use crate::session::{CloseKind, ClosedBy, Direction, Finding, PerDirection, SessionSummary};
use crate::time::{Span, Timestamp};

/// What is known of the opening and the close.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    syns: PerDirection<Syns>,
    fins: PerDirection<Option<Point>>,
    resets: PerDirection<Option<Reset>>,
    /// From the client's last SYN to the first packet of the server.
    handshake: Option<Span>,
    /// Bytes that came from the side that had not closed yet.
    half_closed_bytes: u64,
    /// The place of the first packet.
    start: Option<Place>,
    /// Where a server's SYN without ACK, or a client's with ACK, shows a simultaneous open.
    simultaneous: Option<Place>,
}

/// The SYNs of one side: of the client without ACK, of the server with ACK.
#[derive(Clone, Copy, Debug, Default)]
struct Syns {
    first: Option<Point>,
    last: Option<Timestamp>,
    /// Sent again after a timeout.
    repeated: Option<(Place, u64)>,
    /// Captured again sooner than any timeout.
    copied: Option<(Place, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    time: Option<Timestamp>,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
struct Reset {
    point: Point,
    /// The client had sent the latest lot.
    is_answer_due: bool,
}

impl Ends {
    /// Tells what the packet at hand ends.
    pub(super) fn note(&self, moment: &Moment, ledger: &mut Ledger) {
        let control = moment.event.control;
        let direction = moment.direction();
        let closes = (control.fin && self.fins[direction].is_none()) || control.rst;
        let other = direction.opposite();
        if let (true, None, Some(fin)) = (closes, self.fins[direction], self.fins[other]) {
            let half_closed = self.half_closed(other, fin, moment.event.time);
            half_closed.into_iter().for_each(|told| ledger.add(told));
        }
    }

    /// Takes in the packet at hand.
    pub(super) fn advance(&mut self, moment: &Moment) {
        let control = moment.event.control;
        let direction = moment.direction();
        let point = Point {
            time: moment.event.time,
            place: moment.place,
        };
        self.start.get_or_insert(moment.place);
        if direction == Direction::In && self.handshake.is_none() {
            self.handshake = between(self.syns.out.last, moment.event.time);
        }
        let is_usual = control.ack == (direction == Direction::In);
        if control.syn && is_usual {
            self.syns[direction].count(point);
        } else if control.syn {
            self.simultaneous.get_or_insert(moment.place);
        }
        let findings = moment.event.placed.facts.findings;
        if self.fins[direction.opposite()].is_some() && self.fins[direction].is_none() {
            let bytes = moment.event.placed.new_bytes;
            self.half_closed_bytes = self.half_closed_bytes.saturating_add(bytes);
        }
        if control.fin {
            self.fins[direction].get_or_insert(point);
        }
        if control.rst && !findings.has(Finding::InvalidReset) {
            self.resets[direction].get_or_insert(Reset {
                point,
                is_answer_due: matches!(moment.lot_before, Some((_, Direction::Out))),
            });
        }
    }

    pub(super) fn has_syn(&self, direction: Direction) -> bool {
        self.syns[direction].first.is_some()
    }

    pub(super) fn has_fin(&self, direction: Direction) -> bool {
        self.fins[direction].is_some()
    }

    /// True when a side has closed.
    pub(super) const fn is_closing(&self) -> bool {
        self.fins.out.is_some() || self.fins.r#in.is_some()
    }

    /// True when a side has reset the connection.
    pub(super) const fn is_reset(&self) -> bool {
        self.resets.out.is_some() || self.resets.r#in.is_some()
    }

    /// A round trip as the handshake shows it.
    pub(super) const fn handshake(&self) -> Option<Span> {
        self.handshake
    }

    /// Tells how the session began and ended.
    pub(super) fn finish(&self, end: &End, session: &SessionSummary, ledger: &mut Ledger) {
        let start = Place {
            lot: None,
            ..self.start.unwrap_or(end.place)
        };
        for direction in Direction::BOTH {
            // Of a server that never answered, the number of packets says it.
            if 0 < session.halves[direction.opposite()].packets {
                self.syns[direction].tell(direction, ledger);
            }
        }
        if let Some(place) = self.simultaneous {
            let kind = AnomalyKind::SimultaneousOpen;
            ledger.add(Anomaly::new(kind, Direction::In, place));
        }
        self.tell_opening(start, end, session, ledger);
        for direction in Direction::BOTH {
            let other = self.fins[direction.opposite()];
            if let (Some(fin), None, false) = (self.fins[direction], other, self.is_reset()) {
                let half_closed = self.half_closed(direction, fin, end.time);
                half_closed.into_iter().for_each(|told| {
                    ledger.add(Anomaly {
                        is_open: true,
                        ..told
                    });
                });
            }
        }
    }

    fn tell_opening(&self, start: Place, end: &End, session: &SessionSummary, ledger: &mut Ledger) {
        let (out, r#in) = (&session.halves.out, &session.halves.r#in);
        let is_unanswered = !session.missed_syn && !session.history.contains('h');
        let reset = session
            .closed_by
            .filter(|closed| closed.kind == CloseKind::Rst);
        if session.missed_syn {
            ledger.add(Anomaly::new(AnomalyKind::MissedSyn, Direction::Out, start));
        }
        match reset {
            Some(ClosedBy {
                direction: Direction::In,
                ..
            }) if is_unanswered => {
                self.tell_reset(AnomalyKind::Refused, Direction::In, end, ledger);
            }
            Some(closed) => {
                let is_due = self.resets[closed.direction].is_some_and(|reset| reset.is_answer_due);
                let kind = if is_due {
                    AnomalyKind::ResetUnanswered
                } else {
                    AnomalyKind::Reset
                };
                self.tell_reset(kind, closed.direction, end, ledger);
            }
            None if r#in.packets == 0 && 0 < r#in.missing_bytes => {}
            None if r#in.packets == 0 && !session.missed_syn => ledger.add(Anomaly {
                packets: out.packets,
                duration: session.times.duration(),
                is_open: true,
                ..Anomaly::new(AnomalyKind::NoAnswer, Direction::In, start)
            }),
            None if is_unanswered => {
                ledger.add(Anomaly::new(AnomalyKind::NoSynAck, Direction::In, start));
            }
            None if 0 < out.payload_bytes && r#in.payload_bytes == 0 => ledger.add(Anomaly {
                bytes: out.stream_bytes,
                is_open: true,
                ..Anomaly::new(AnomalyKind::NoResponse, Direction::In, end.place)
            }),
            None => {}
        }
    }

    fn tell_reset(&self, kind: AnomalyKind, direction: Direction, end: &End, ledger: &mut Ledger) {
        let reset = self.resets[direction];
        let place = reset.map_or(end.place, |reset| reset.point.place);
        ledger.add(Anomaly::new(kind, direction, place));
    }

    /// The time in which only one side had closed, when it was long.
    fn half_closed(
        &self,
        direction: Direction,
        fin: Point,
        until: Option<Timestamp>,
    ) -> Option<Anomaly> {
        let duration = between(fin.time, until);
        let is_long = least_wait(self) <= duration?;
        is_long.then(|| Anomaly {
            bytes: self.half_closed_bytes,
            duration,
            ..Anomaly::new(AnomalyKind::HalfClosed, direction, fin.place)
        })
    }
}

impl Syns {
    fn count(&mut self, point: Point) {
        let Some(first) = self.first else {
            self.first = Some(point);
            self.last = point.time;
            return;
        };
        let waited = between(self.last.or(first.time), point.time);
        let slot = if waited.is_none_or(|waited| LEAST_TIMEOUT <= waited) {
            self.last = point.time;
            &mut self.repeated
        } else {
            &mut self.copied
        };
        let (_, count) = slot.get_or_insert((point.place, 0));
        *count = count.saturating_add(1);
    }

    fn tell(&self, direction: Direction, ledger: &mut Ledger) {
        if let Some((place, packets)) = self.repeated {
            let first = self.first.and_then(|first| first.time);
            ledger.add(Anomaly {
                packets,
                duration: between(first, self.last),
                ..Anomaly::new(AnomalyKind::RepeatedSyn, direction, place)
            });
        }
        if let Some((place, packets)) = self.copied {
            ledger.add(Anomaly {
                packets,
                ..Anomaly::new(AnomalyKind::Duplicate, direction, place)
            });
        }
    }
}

/// No SYN is sent again sooner: the first timeout is a second (RFC 6298 §2.1), of some systems a
/// few hundred milliseconds.
const LEAST_TIMEOUT: Span = Span::from_nanos(100_000_000);
