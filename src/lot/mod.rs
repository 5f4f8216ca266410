//! Packet lots: runs of data packets in one direction, after reassembly.

mod totals;

pub use totals::{LotCounter, LotTotals};
