//! Packet lots: runs of data packets in one direction, after reassembly; and a session over time.

mod timeline;
mod totals;

pub use timeline::{
    Bin, ControlBits, Mark, MarkKind, Pause, PauseEnd, Tally, Timeline, TimelineEvent,
};
pub use totals::{LotCounter, LotTotals};

#[cfg(test)]
pub(crate) use timeline::testing::any_event;
