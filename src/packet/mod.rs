//! One captured packet in, at most one TCP segment out.

mod encapsulation;
mod segment;
mod sequence;

pub use encapsulation::{Encapsulation, Tunnel};
pub use segment::{Checksum, EncapsulationId, Endpoint, Segment, SegmentHead, TcpFlags};
pub use sequence::SeqNumber;
