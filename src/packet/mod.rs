//! One captured packet in, at most one TCP segment out; beside it, answers of name services.
//!
//! ```text
//! RawPacket -> link -> (VLAN, MPLS, PPP, tunnels) -> IP -> fragments -> TCP -> SegmentHead
//!              link/    tunnel/                      ip    fragment     tcp
//! ```
//!
//! [`Decoder`] goes from layer to layer over a view of the packet, whose reads are
//! all checked: no bytes make it panic, recurse, or allocate by a number they contain.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod checksum;
mod datagram;
mod decoder;
pub mod dissect;
mod encapsulation;
mod fragment;
mod ip;
mod layer;
mod limits;
mod link;
mod options;
mod segment;
mod sequence;
mod straight;
mod tcp;
mod tunnel;
mod view;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "lengths of packets that the tests build"
)]
mod testing;
#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "lengths of packets that the tests build"
)]
mod tests;

pub use datagram::NameDatagram;
pub use decoder::Decoder;
pub use encapsulation::{Encapsulation, Tunnel};
pub use limits::DecodeLimits;
pub use options::{SackBlocks, TcpOptions};
pub use segment::{Checksum, EncapsulationId, Endpoint, Segment, SegmentHead, TcpFlags};
pub use sequence::SeqNumber;
