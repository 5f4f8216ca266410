//! Sessions as capture files: which blocks, in which order, from packets that are read again.
//!
//! ```text
//! packet sets, interfaces, names, secrets -> ExportPlan -> ExportWriter <- packets of a capture
//! ```
//!
//! What has to stand before the packets (interfaces, names, secrets) is known only when the whole
//! capture was read, so that a plan is made first, and packets are read a second time. Everything is
//! over `impl Write`: no file is opened here. Packets are written byte for byte, in the order in which
//! they are handed in. What the plan of a session holds is what its document needs: the same
//! document comes out when the file is read.
//!
//! Deliberately left out: custom blocks, names of other hosts, secrets of other sessions, and
//! secrets that are no TLS key log.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod error;
mod packets;
mod plan;
mod secrets;
mod writer;

#[cfg(test)]
mod tests;

pub use error::ExportError;
pub use packets::{MergedNumbers, read_packets};
pub use plan::{ExportFormat, ExportPlan, names_of};
pub use secrets::{FieldStyle, SecretSources, secrets_of};
pub use writer::ExportWriter;
