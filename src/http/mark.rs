//! Where bytes came from: time, lot and packet, and the extent of a message in them.

use crate::time::Timestamp;

/// A place in the packets of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Time of the packet.
    pub time: Option<Timestamp>,
    /// Lot of the byte, from 0.
    pub lot: u64,
    /// Index of the packet in its session, from 0.
    pub packet: u64,
    /// It came after what it belongs to was answered.
    pub is_late: bool,
}

/// The places of the first and the last byte of a piece.
///
/// They are the same for a piece of one packet; a piece of a TLS record has those of the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Of the first byte.
    pub first: Mark,
    /// Of the last byte.
    pub last: Mark,
}

impl Marks {
    /// The marks of a piece that came in one packet.
    pub const fn of_packet(mark: Mark) -> Self {
        Self {
            first: mark,
            last: mark,
        }
    }
}

/// The packets that a message came in; earliest and latest, whatever their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Earliest time.
    pub first: Option<Timestamp>,
    /// Latest time.
    pub last: Option<Timestamp>,
    /// First and last lot.
    pub lots: (u64, u64),
    /// First and last packet.
    pub packets: (u64, u64),
    /// Packets that were late.
    pub late_packets: u64,
}

impl Extent {
    /// The extent of one place.
    pub(super) const fn at(mark: Mark) -> Self {
        Self {
            first: mark.time,
            last: mark.time,
            lots: (mark.lot, mark.lot),
            packets: (mark.packet, mark.packet),
            late_packets: mark.is_late as u64,
        }
    }

    /// The extent of a piece.
    pub(super) fn of(marks: &Marks) -> Self {
        let mut extent = Self::at(marks.first);
        extent.extend(marks);
        extent
    }

    /// Takes in a piece.
    pub(super) fn extend(&mut self, marks: &Marks) {
        let last = marks.last;
        if self.packets == (last.packet, last.packet) && marks.first == last {
            return;
        }
        for mark in [marks.first, last] {
            if mark.is_late && self.packets.1 != mark.packet {
                self.late_packets = self.late_packets.saturating_add(1);
            }
            self.first = earliest(self.first, mark.time);
            self.last = self.last.max(mark.time);
            self.lots = (self.lots.0.min(mark.lot), self.lots.1.max(mark.lot));
            let (low, high) = self.packets;
            self.packets = (low.min(mark.packet), high.max(mark.packet));
        }
    }

    /// This extent and another.
    pub(super) fn and(self, other: &Self) -> Self {
        Self {
            first: earliest(self.first, other.first),
            last: self.last.max(other.last),
            lots: (self.lots.0.min(other.lots.0), self.lots.1.max(other.lots.1)),
            packets: (
                self.packets.0.min(other.packets.0),
                self.packets.1.max(other.packets.1),
            ),
            late_packets: self.late_packets.saturating_add(other.late_packets),
        }
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
