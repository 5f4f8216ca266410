//! Packet lots: runs of data packets in one direction, after reassembly.

pub mod decode;
mod totals;

pub use totals::{LotCounter, LotTotals};
