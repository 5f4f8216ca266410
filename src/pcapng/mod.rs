//! The pcapng block format: blocks to packets, interfaces, names and secrets.
//!
//! Limits: [`ReadLimits`](crate::capture::ReadLimits).
//! Sources: draft-ietf-opsawg-pcapng.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod block;
mod clock;
mod names;
mod options;
mod packet_block;
mod reader;
mod secrets;
mod section;

#[cfg(test)]
mod tests;

pub use names::NameRecord;
pub use secrets::SecretBlock;

pub(crate) use reader::BlockReader;
