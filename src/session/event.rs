//! What a data packet meant for its session: what later layers (lots, content) build on.

use super::direction::Direction;
use super::offset::{StreamOffset, StreamRange};
use super::send_order::OrderEvidence;

/// Something that was found about one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// All or part of its bytes were already captured.
    Resent,
    /// A second copy made by the network or the capture.
    Duplicate,
    /// A keep-alive probe.
    KeepAlive,
    /// It was sent before a packet that was captured before it.
    OutOfOrder(OrderEvidence),
    /// It was sent again because its first copy was lost before the capture point.
    LostUpstream(OrderEvidence),
    /// It brought other bytes than those captured before at the same place.
    OverlapConflict,
    /// It fills the receiver's window.
    WindowFull,
    /// It advertises a window of 0.
    ZeroWindow,
    /// It repeats an acknowledgment.
    DuplicateAck,
    /// Its sequence number cannot belong to the stream.
    InvalidSequence,
    /// A reset whose sequence number is outside the window.
    InvalidReset,
}

/// A packet with payload, placed in the stream of its direction.
#[derive(Clone, Copy, Debug)]
pub struct DataEvent<'a> {
    /// Direction of the packet.
    pub direction: Direction,
    /// The bytes that its header claims.
    pub range: StreamRange,
    /// Those of them above all bytes captured before; may be empty.
    pub above: StreamRange,
    /// The lowest byte of a gap that it filled.
    pub filled_from: Option<StreamOffset>,
    /// The offset before which the other side had acknowledged all bytes in an earlier packet.
    pub acknowledged: Option<StreamOffset>,
    /// The part of the payload that was captured, from `range.start`.
    pub payload: &'a [u8],
}

/// Builds something from the data packets of one session.
///
/// One observer belongs to one session; it sees the packets in capture order.
pub trait SessionObserver: Default {
    /// Takes in a packet with payload.
    fn data(&mut self, event: &DataEvent<'_>);

    /// The roles turned out to be the other way round: all directions so far are exchanged.
    fn swap_directions(&mut self);
}
