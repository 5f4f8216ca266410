//! Any capture: files, pipes and compression in, numbered packets out.
//!
//! Packets come in batches: one buffer of bytes as they were read, and where each packet lies in
//! it. A batch is self-contained, so that it can be handed to another thread.

mod batch;
mod notice;
mod raw_packet;

pub use batch::{Batch, Slot};
pub use notice::{CaptureNotice, NoticeKind, NoticeLog};
pub use raw_packet::{Interface, InterfaceId, LinkType, PacketNumber, RawPacket};
