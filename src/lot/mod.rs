//! Runs of data in one direction: what a request or a response usually is.
//!
//! Turns the packets of a session into lots: how many there are ([`LotCounter`], for every session
//! of a capture), and what is in them ([`LotBuilder`], for one).

mod boundaries;
mod builder;
mod content;
pub mod decode;
mod header;
mod totals;

pub use builder::{Hold, LotBuilder, PlacedPacket};
pub use content::{Bytes, Overlap};
pub use header::{Lot, LotPart};
pub use totals::{LotCounter, LotTotals};
