//! What went wrong in one session, each with its moment and its place.
//!
//! Turns the packets of one session, as they come, and its summary at the end, into a list of
//! anomalies: a window that was closed, bytes that were never captured, runs of re-sent packets,
//! long waits, how it began and ended. It deliberately finds nothing about packets (their findings
//! say what they were), keeps no packet, and writes no words; the views do.
//!
//! Waits are measured between packets that brought something new: bytes, a SYN, a FIN or a reset.
//! Keep-alives and acknowledgments end none. A wait is told from [`LEAST_WAIT`] or ten round trips
//! of the handshake on, whichever is longer, unless a closed window explains it.
//!
//! Limits: the first [`KEPT`] anomalies of a kind and direction are kept, and the rest is summed
//! up; 256 open gaps a direction are known by their place.
//! Sources: RFC 9293 §3.8.6 (windows, zero-window probes) and §3.6 (half-closed connections).

mod ends;
mod found;
mod gaps;
mod ledger;
mod runs;
mod silence;
mod windows;

use ends::Ends;
pub use found::{Anomalies, Anomaly, AnomalyKind, LeftOut, Place};
use gaps::OpenGaps;
use ledger::Ledger;
use runs::Runs;
use silence::Silence;
use windows::Windows;

use super::builder::PlacedPacket;
use super::timeline::ControlBits;
use crate::capture::PacketNumber;
use crate::session::{Direction, PerDirection, SessionSummary};
use crate::time::{Span, Timestamp};

/// One packet of the session, and what was found about it.
#[derive(Clone, Copy, Debug)]
pub struct AnomalyEvent {
    /// Its number in the capture.
    pub number: PacketNumber,
    /// Capture time.
    pub time: Option<Timestamp>,
    /// Payload bytes by the IP length.
    pub payload_bytes: u32,
    /// Its control bits.
    pub control: ControlBits,
    /// What it was in its session, and its lot.
    pub placed: PlacedPacket,
}

/// Keeps what goes wrong in one session.
#[derive(Debug, Default)]
pub struct AnomalyLog {
    scene: Scene,
    ledger: Ledger,
    gaps: PerDirection<OpenGaps>,
    windows: Windows,
    runs: Runs,
    silence: Silence,
    ends: Ends,
}

/// What is known of the session before the packet at hand.
#[derive(Clone, Copy, Debug, Default)]
struct Scene {
    first: Option<Timestamp>,
    last: Option<(Option<Timestamp>, PacketNumber)>,
    /// The latest lot, and who sent it.
    lot: Option<(u64, Direction)>,
}

/// The packet at hand, with its place.
#[derive(Clone, Copy, Debug)]
struct Moment {
    event: AnomalyEvent,
    place: Place,
    /// The latest lot before it.
    lot_before: Option<(u64, Direction)>,
}

impl AnomalyLog {
    /// Takes in the next packet in capture order.
    pub fn handle_packet(&mut self, event: &AnomalyEvent) {
        let moment = self.scene.enter(event);
        let is_progress = moment.is_progress(&self.ends);
        self.ends.note(&moment, &mut self.ledger);
        if is_progress && !self.windows.were_closed() {
            self.silence.tell(&moment, &self.ends, &mut self.ledger);
        }
        let probes = self.windows.is_closed(moment.direction().opposite());
        self.runs.note(&moment, probes, &mut self.ledger);
        self.windows.note(&moment, is_progress, &mut self.ledger);
        self.gaps[moment.direction()].note(&moment);
        if is_progress {
            self.silence.advance(&moment);
        }
        self.ends.advance(&moment);
    }

    /// What went wrong in all, when the session is over.
    pub fn finish(mut self, session: &SessionSummary) -> Anomalies {
        let Some(end) = self.scene.end() else {
            return Anomalies::default();
        };
        if !self.windows.were_closed() {
            self.silence.finish(&end, &self.ends, &mut self.ledger);
        }
        self.windows.finish(&end, &mut self.ledger);
        self.runs.finish(&mut self.ledger);
        self.ends.finish(&end, session, &mut self.ledger);
        for direction in Direction::BOTH {
            let half = &session.halves[direction];
            let cut_bytes = self.ledger.bytes(AnomalyKind::Cut, direction);
            self.gaps[direction].finish((direction, half, cut_bytes), &end, &mut self.ledger);
        }
        if session.limit_reached {
            let direction = Direction::Out;
            self.ledger.add(Anomaly::new(
                AnomalyKind::LimitReached,
                direction,
                end.place,
            ));
        }
        self.ledger.finish()
    }
}

/// The end of the session.
#[derive(Clone, Copy, Debug)]
struct End {
    time: Option<Timestamp>,
    place: Place,
    lot: Option<(u64, Direction)>,
}

impl Scene {
    /// Takes in the packet at hand.
    fn enter(&mut self, event: &AnomalyEvent) -> Moment {
        if self.last.is_none() {
            self.first = event.time;
        }
        let lot_before = self.lot;
        self.last = Some((event.time, event.number));
        if event.placed.opens_lot {
            let index = self.lot.map_or(0, |(lot, _)| lot.saturating_add(1));
            self.lot = Some((index, event.placed.facts.direction));
        }
        let latest = lot_before.map(|(lot, _)| lot);
        Moment {
            event: *event,
            place: Place {
                packet: event.number,
                after: self.after(event.time),
                lot: event.placed.lot.or(latest),
            },
            lot_before,
        }
    }

    fn after(&self, time: Option<Timestamp>) -> Option<Span> {
        Some(time?.since(self.first?))
    }

    /// Where the session ends; `None` without a packet.
    fn end(&self) -> Option<End> {
        let (time, packet) = self.last?;
        let place = Place {
            packet,
            after: self.after(time),
            lot: self.lot.map(|(lot, _)| lot),
        };
        Some(End {
            time,
            place,
            lot: self.lot,
        })
    }
}

impl Moment {
    const fn direction(&self) -> Direction {
        self.event.placed.facts.direction
    }

    /// True when the packet brought something that had not been there before.
    fn is_progress(&self, ends: &Ends) -> bool {
        let control = self.event.control;
        let direction = self.direction();
        0 < self.event.placed.new_bytes
            || control.rst
            || (control.syn && !ends.has_syn(direction))
            || (control.fin && !ends.has_fin(direction))
    }
}

/// Time from one packet to another; absent unless both have one.
fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<Span> {
    Some(to?.since(from?))
}

/// Anomalies of each kind and direction that are kept.
const KEPT: usize = 64;

/// The shortest wait that is told.
const LEAST_WAIT: Span = Span::from_nanos(1_000_000_000);

#[cfg(test)]
mod tests;
