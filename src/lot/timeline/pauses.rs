//! The longest times in which neither side sent.

use super::TimelineEvent;
use crate::session::Direction;
use crate::time::{Span, Timestamp};

/// A time in which no packet was captured, between two packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Time of the packet before it.
    pub start: Timestamp,
    /// Time of the packet behind it, `start < end`.
    pub end: Timestamp,
    /// Lots that had begun before it.
    pub lots_before: u64,
    /// What ended it.
    pub ended_by: PauseEnd,
    /// Who ended it.
    pub direction: Direction,
}

/// What the packet behind a pause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseEnd {
    /// The first of the lot with this index: the pause lies between lots, or before the first.
    Lot(u64),
    /// Payload that opens no lot: the pause lies within one.
    Payload,
    /// A SYN, with or without ACK.
    Syn,
    /// A FIN without payload.
    Fin,
    /// A reset.
    Rst,
    /// Nothing but an acknowledgment: a keep-alive, or a window that opens.
    Bare,
}

/// Pauses that were found, longest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Pauses(Vec<Pause>);

impl Pause {
    /// How long it took.
    pub const fn duration(&self) -> Span {
        self.end.since(self.start)
    }

    /// True when the client ended it.
    pub fn is_ended_by_client(&self) -> bool {
        self.direction == Direction::Out
    }

    /// True when it lies between two lots.
    pub const fn is_between_lots(&self) -> bool {
        matches!(self.ended_by, PauseEnd::Lot(_)) && 0 < self.lots_before
    }

    /// Where it belongs: longest first, then earliest.
    pub(super) const fn rank(&self) -> (u64, i64) {
        let nanos = self.end.nanos().abs_diff(self.start.nanos());
        (u64::MAX - nanos, self.start.nanos())
    }
}

impl PauseEnd {
    /// All kinds in their order, with the first lot.
    pub const ALL: [Self; 6] = [
        Self::Lot(0),
        Self::Payload,
        Self::Syn,
        Self::Fin,
        Self::Rst,
        Self::Bare,
    ];

    /// Its name as documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lot(_) => "lot",
            Self::Payload => "payload",
            Self::Syn => "syn",
            Self::Fin => "fin",
            Self::Rst => "rst",
            Self::Bare => "bare",
        }
    }
}

impl Pauses {
    pub(super) fn longest(&self) -> &[Pause] {
        self.0.get(..LISTED).unwrap_or(&self.0)
    }

    /// Notes the silence before a packet at `time`, when `latest` is the latest time before it.
    pub(super) fn note(
        &mut self,
        latest: Timestamp,
        time: Timestamp,
        event: &TimelineEvent,
        lots_before: u64,
    ) {
        let pause = Pause {
            start: latest,
            end: time,
            lots_before,
            ended_by: ended_by(event, lots_before),
            direction: event.direction,
        };
        if latest < time {
            self.keep(pause);
        } else {
            self.split(pause);
        }
    }

    pub(super) fn swap_directions(&mut self) {
        for pause in &mut self.0 {
            pause.direction = pause.direction.opposite();
        }
    }

    fn keep(&mut self, pause: Pause) {
        let place = self.0.partition_point(|kept| kept.rank() <= pause.rank());
        if place < KEPT {
            self.0.insert(place, pause);
            self.0.truncate(KEPT);
        }
    }

    /// Makes two of the pause that the packet behind `other` lies in.
    fn split(&mut self, other: Pause) {
        let time = other.end;
        let within = |pause: &Pause| pause.start < time && time < pause.end;
        let Some(place) = self.0.iter().position(within) else {
            return;
        };
        let whole = self.0.remove(place);
        self.keep(Pause {
            start: whole.start,
            lots_before: whole.lots_before,
            ..other
        });
        self.keep(Pause {
            start: time,
            ..whole
        });
    }
}

const fn ended_by(event: &TimelineEvent, lots_before: u64) -> PauseEnd {
    let bits = event.control;
    if bits.rst {
        PauseEnd::Rst
    } else if event.opens_lot {
        PauseEnd::Lot(lots_before)
    } else if 0 < event.payload_bytes {
        PauseEnd::Payload
    } else if bits.syn {
        PauseEnd::Syn
    } else if bits.fin {
        PauseEnd::Fin
    } else {
        PauseEnd::Bare
    }
}

/// Pauses that are told.
const LISTED: usize = 5;
/// Pauses that are kept, since a clock that runs backwards may split them.
const KEPT: usize = 16;
