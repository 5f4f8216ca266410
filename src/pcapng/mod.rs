//! The pcapng block format: blocks to packets, interfaces, names and secrets, and back.
//!
//! Limits: [`ReadLimits`](crate::capture::ReadLimits).
//! Sources: draft-ietf-opsawg-pcapng.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod attributes;
mod block;
mod block_buffer;
mod clock;
mod name_blocks;
mod names;
mod option_list;
mod options;
mod packet_block;
mod reader;
mod secrets;
mod section;
mod statistics;
mod write_error;
mod writer;

#[cfg(test)]
mod tests;

pub use attributes::PacketAttributes;
pub use names::NameRecord;
pub use option_list::OptionList;
pub use secrets::SecretBlock;
pub use statistics::InterfaceStatistics;
pub use write_error::WriteError;
pub use writer::{InterfaceDescription, Interfaces, Packet, Packets, Secrets, Writer};

pub(crate) use attributes::block_around;
pub(crate) use reader::BlockReader;
