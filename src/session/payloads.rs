//! Bytes of packets captured lately, for comparing a re-sent byte with its first copy.

use crate::capture::PacketNumber;

/// Gives the payload of packets that were captured not long ago.
///
/// How far back it reaches must not depend on threads or timing, else results would.
pub trait Payloads {
    /// Bytes of packets that were captured before that of the segment at hand.
    fn position(&self) -> u64 {
        0
    }

    /// The captured payload of the segment in packet `number`, while it is kept.
    fn payload(&self, number: PacketNumber) -> Option<&[u8]>;
}

/// Keeps no payload: conflicts are not found.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPayloads;

impl Payloads for NoPayloads {
    fn payload(&self, _: PacketNumber) -> Option<&[u8]> {
        None
    }
}
