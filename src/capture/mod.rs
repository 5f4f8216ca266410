//! Any capture: files, pipes and compression in, numbered packets out; and packets to pcap files.
//!
//! Packets come in batches: one buffer of bytes as they were read, and where each packet lies in
//! it. A batch is self-contained, so that it can be handed to another thread. Nothing here looks
//! into a packet.
//!
//! Limits: [`ReadLimits`].

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod batch;
mod byte_order;
mod error;
mod findings;
mod format;
mod framing;
mod gzip_members;
mod lane;
mod limits;
mod lz4_frames;
mod merge;
mod notice;
mod packet_set;
mod pcap;
mod pcap_writer;
mod raw_packet;
mod reader;
mod section;
mod source;
mod variant;
mod zstd_frames;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows may panic"
)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use batch::{Batch, Slot};
pub use error::{Compression, FirstBytes, OpenError};
pub use limits::ReadLimits;
pub use merge::Capture;
pub use notice::{CaptureNotice, NoticeKind, NoticeLog};
pub use packet_set::{Numbers, PacketOrigin, PacketSet};
pub use pcap_writer::{PcapHeader, PcapWriteError, PcapWriter};
pub use raw_packet::{Interface, InterfaceId, LinkType, PacketNumber, RawPacket};
pub use section::Section;
pub use source::Input;

pub(crate) use byte_order::ByteOrder;
pub(crate) use findings::Findings;
pub(crate) use format::Format;
pub(crate) use framing::{Framed, Next, Output, Window};
