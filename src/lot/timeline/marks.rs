//! What happened to the connection, and when.

use super::TimelineEvent;
use crate::session::{Direction, PerDirection};
use crate::time::Timestamp;

/// One packet that opened, used first or closed the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it did.
    pub kind: MarkKind,
    /// Who sent it.
    pub direction: Direction,
    /// Its capture time.
    pub time: Option<Timestamp>,
}

/// What a packet did to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A SYN without ACK.
    Syn,
    /// A SYN with ACK.
    SynAck,
    /// The first acknowledgment after a SYN with ACK of the other side.
    Established,
    /// The first payload of its direction.
    FirstByte,
    /// A FIN.
    Fin,
    /// A reset.
    Rst,
}

/// The first marks of each kind and direction, in capture order.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    kept: Vec<Mark>,
    left_out: u64,
    /// Who sent a SYN with ACK that is not acknowledged yet.
    opening: Option<Direction>,
    was_established: bool,
    has_payload: PerDirection<bool>,
}

impl MarkKind {
    /// All kinds in their order.
    pub const ALL: [Self; 6] = [
        Self::Syn,
        Self::SynAck,
        Self::Established,
        Self::FirstByte,
        Self::Fin,
        Self::Rst,
    ];

    /// Its name as documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syn => "syn",
            Self::SynAck => "synAck",
            Self::Established => "established",
            Self::FirstByte => "firstByte",
            Self::Fin => "fin",
            Self::Rst => "rst",
        }
    }
}

impl Mark {
    /// True when the client sent it.
    pub fn is_of_client(&self) -> bool {
        self.direction == Direction::Out
    }
}

impl Marks {
    pub(super) fn kept(&self) -> &[Mark] {
        &self.kept
    }

    pub(super) const fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn note(&mut self, event: &TimelineEvent) {
        let bits = event.control;
        if bits.rst {
            return self.keep(MarkKind::Rst, event);
        }
        if bits.syn && bits.ack {
            self.keep(MarkKind::SynAck, event);
            self.opening = Some(event.direction);
        } else if bits.syn {
            self.keep(MarkKind::Syn, event);
        } else if bits.ack && self.opening == Some(event.direction.opposite()) {
            self.establish(event);
        }
        if 0 < event.payload_bytes && !self.has_payload[event.direction] {
            self.has_payload[event.direction] = true;
            self.keep(MarkKind::FirstByte, event);
        }
        if bits.fin {
            self.keep(MarkKind::Fin, event);
        }
    }

    pub(super) fn swap_directions(&mut self) {
        for mark in &mut self.kept {
            mark.direction = mark.direction.opposite();
        }
        self.opening = self.opening.map(Direction::opposite);
        self.has_payload.swap();
    }

    /// A SYN with ACK that is sent again does not establish the connection again.
    fn establish(&mut self, event: &TimelineEvent) {
        self.opening = None;
        if !self.was_established {
            self.was_established = true;
            self.keep(MarkKind::Established, event);
        }
    }

    fn keep(&mut self, kind: MarkKind, event: &TimelineEvent) {
        let alike = |mark: &&Mark| mark.kind == kind && mark.direction == event.direction;
        if self.kept.iter().filter(alike).count() < OF_EACH {
            self.kept.push(Mark {
                kind,
                direction: event.direction,
                time: event.time,
            });
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

/// Marks kept of each kind and direction: all of an ordinary session, and no flood of them.
const OF_EACH: usize = 8;
