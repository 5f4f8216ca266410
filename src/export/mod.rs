//! Sessions as capture files: which blocks, in which order, from packets of a capture.
//!
//! ```text
//! packet sets, interfaces, names, secrets -> ExportPlan -> ExportWriter <- packets of a capture
//! ```
//!
//! What has to stand before the packets (interfaces, names, secrets) is a plan. Of several sessions
//! it is made when the whole capture was read, and their packets are read a second time. One session
//! is written while it is read: its first packets wait until a plan can be made of what they show,
//! and what becomes known later is written where it becomes known. Everything is over `impl Write`:
//! no file is opened here. Packets are written byte for byte, in the order of the capture. What the
//! plan of a session holds is what its document needs: the same document comes out when the file is
//! read.
//!
//! Deliberately left out: custom blocks, names of other hosts, secrets of other sessions, and
//! secrets that are no TLS key log.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod error;
mod packets;
mod plan;
mod secrets;
mod waiting;
mod writer;

#[cfg(test)]
mod tests;

pub use error::ExportError;
pub use packets::{MergedNumbers, read_packets};
pub use plan::{ExportFormat, ExportPlan, names_of};
pub use secrets::{FieldStyle, SecretSources, secrets_of};
pub use waiting::WaitingPackets;
pub use writer::ExportWriter;
