//! One lot: what its header says, and the parts in which its content is given out.

use super::content::Bytes;
use super::decode::LotBytes;
use crate::capture::PacketNumber;
use crate::session::{Direction, StreamOffset};
use crate::time::{Precision, Span, Timestamp};

/// A group of consecutive data packets in one direction, after reassembly.
#[derive(Clone, Copy, Debug)]
pub struct Lot {
    /// Number in the session, from 0.
    pub index: u64,
    /// Direction of its packets.
    pub direction: Direction,
    /// Its first byte.
    pub start: StreamOffset,
    /// Time of its first packet.
    pub first: Option<Timestamp>,
    /// Time of its last packet.
    pub last: Option<Timestamp>,
    /// Digits of these times.
    pub precision: Precision,
    /// Time from the last packet of the lot before, as known when this one began.
    pub pause: Option<Span>,
    /// Number of its first packet in the capture.
    pub first_packet: PacketNumber,
    /// Number of its last packet in the capture.
    pub last_packet: PacketNumber,
    /// Packets with payload of it, re-sent ones included.
    pub packets: u64,
    /// Unique payload bytes captured.
    pub payload_bytes: u64,
    /// Runs of bytes that were never captured.
    pub gaps: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// Packets that came after what they belong to was answered.
    pub late_packets: u64,
    /// Packets that brought other bytes than those captured before at the same place.
    pub overlap_conflicts: u64,
}

impl Lot {
    /// A lot without packets.
    pub(super) const fn new(index: u64, direction: Direction, start: StreamOffset) -> Self {
        Self {
            index,
            direction,
            start,
            first: None,
            last: None,
            precision: Precision::from_digits(0),
            pause: None,
            first_packet: PacketNumber::FIRST,
            last_packet: PacketNumber::FIRST,
            packets: 0,
            payload_bytes: 0,
            gaps: 0,
            missing_bytes: 0,
            late_packets: 0,
            overlap_conflicts: 0,
        }
    }

    /// The one of two that belongs to who sent the lot.
    pub fn by_sender<T>(&self, client: T, server: T) -> T {
        match self.direction {
            Direction::Out => client,
            Direction::In => server,
        }
    }

    /// Time from the first to the last packet.
    pub fn duration(&self) -> Option<Span> {
        Some(self.last?.since(self.first?))
    }
}

/// Content of a lot that is given out: the whole, or a part of one that is too large to be held.
#[derive(Clone, Debug)]
pub struct LotPart {
    /// The lot, as it is known so far; final in its last part.
    pub lot: Lot,
    /// Bytes of the lot before this part, missing ones included.
    pub offset: u64,
    /// What is in it; empty where only headers are kept.
    pub content: Bytes,
    /// True for the first part of the lot.
    pub is_first: bool,
    /// True for the last part of the lot: no packet will add to it.
    pub is_last: bool,
}

impl LotPart {
    /// The content, to be decoded.
    pub fn bytes(&self) -> LotBytes<'_> {
        LotBytes {
            direction: self.lot.direction,
            offset: self.offset,
            bytes: &self.content.bytes,
            gaps: &self.content.gaps,
            late: &self.content.late,
            is_whole: self.is_whole(),
            known: None,
        }
    }

    /// True when this is all of the lot.
    pub const fn is_whole(&self) -> bool {
        self.is_first && self.is_last
    }
}
