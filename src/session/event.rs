//! What packets meant for their session: what later layers (lots, content, views) build on.

use super::direction::Direction;
use super::finding::Findings;
use super::offset::{StreamOffset, StreamRange};
use crate::capture::PacketNumber;
use crate::packet::Segment;
use crate::time::Timestamp;

/// A packet with payload, placed in the stream of its direction.
#[derive(Clone, Copy, Debug)]
pub struct DataEvent<'a> {
    /// Direction of the packet.
    pub direction: Direction,
    /// Time of the packet.
    pub time: Option<Timestamp>,
    /// Index of the packet in the session, from 0.
    pub index: u64,
    /// Number of the first packet of the session.
    pub session: PacketNumber,
    /// The bytes that its header claims.
    pub range: StreamRange,
    /// The gap that it left between all bytes captured before and its own; empty when there is none.
    pub opened: StreamRange,
    /// Those of its bytes above all bytes captured before; may be empty.
    pub above: StreamRange,
    /// The lowest byte of a gap that it filled.
    pub filled_from: Option<StreamOffset>,
    /// Bytes of gaps that it filled.
    pub filled_bytes: u64,
    /// New bytes at its end that the header claims and the capture did not keep.
    pub cut_bytes: u64,
    /// The offset before which the other side had acknowledged all bytes in an earlier packet.
    pub acknowledged: Option<StreamOffset>,
    /// The offset of the other direction before which this packet acknowledges all bytes.
    pub acknowledges: Option<StreamOffset>,
    /// The part of the payload that was captured, from `range.start`.
    pub payload: &'a [u8],
}

/// Any packet of a session, with all that was found about it.
#[derive(Clone, Copy, Debug)]
pub struct PacketEvent<'a> {
    /// The packet.
    pub segment: &'a Segment<'a>,
    /// What it was in its session.
    pub facts: PacketFacts,
}

/// What a packet was in its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketFacts {
    /// Direction of the packet.
    pub direction: Direction,
    /// Index in the session, from 0.
    pub index: u64,
    /// Its payload in the stream; absent without payload and where it cannot belong to the stream.
    pub range: Option<StreamRange>,
    /// Sequence number relative to the first of its direction: a SYN is 0, the first byte 1.
    ///
    /// Counts on beyond 2^32; absent for a reset whose direction was never seen before.
    pub relative_seq: Option<i64>,
    /// Acknowledgment number relative to the first of the other direction; absent without
    /// [`TcpFlags::ACK`](crate::packet::TcpFlags::ACK).
    pub relative_ack: Option<i64>,
    /// The advertised window in bytes, scaled when both SYNs were seen to offer it.
    pub window_bytes: u32,
    /// What was found.
    pub findings: Findings,
}

/// Builds something from the packets of one session.
///
/// One observer belongs to one session; it sees the packets in capture order: each packet with
/// new bytes by [`Self::data`], and then every packet by [`Self::packet`].
pub trait SessionObserver: Default {
    /// An observer for another session, with the settings of this one.
    #[must_use]
    fn fresh(&self) -> Self {
        Self::default()
    }

    /// Takes in a packet that brought new bytes, or none but captured ones, at a place in the stream.
    fn data(&mut self, event: &DataEvent<'_>);

    /// Takes in any packet; for observers that look at packets one by one.
    fn packet(&mut self, _: &PacketEvent<'_>) {}

    /// The roles turned out to be the other way round: all directions so far are exchanged.
    fn swap_directions(&mut self);

    /// True while it holds bytes because others before them are missing.
    fn is_waiting(&self) -> bool {
        false
    }

    /// Missing bytes are not waited for any more: nothing is held after this.
    fn give_up(&mut self) {}

    /// Both directions are complete up to their FINs, and all of it was acknowledged: no byte that
    /// counts can come any more (RFC 9293 §3.10.7.4).
    fn settle(&mut self) {}
}
