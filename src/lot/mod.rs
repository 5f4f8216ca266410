//! Runs of data in one direction: what a request or a response usually is; and a session over time.
//!
//! Turns the packets of a session into lots: how many there are ([`LotCounter`], for every session
//! of a capture), and what is in them ([`LotBuilder`], for one); and into counts over time
//! ([`Timeline`]) and what went wrong ([`AnomalyLog`]).

mod anomaly;
mod boundaries;
mod builder;
mod content;
pub mod decode;
mod header;
mod timeline;
mod totals;

pub use anomaly::{Anomalies, Anomaly, AnomalyEvent, AnomalyKind, AnomalyLog, LeftOut, Place};
pub use builder::{Hold, LotBuilder, PlacedPacket, StreamExtent};
pub use content::{Bytes, Overlap};
pub use header::{Lot, LotPart};
pub use timeline::{
    Bin, ControlBits, Mark, MarkKind, Pause, PauseEnd, Tally, Timeline, TimelineEvent,
};
pub use totals::{LotCounter, LotPlace, LotTotals};

#[cfg(test)]
pub(crate) use timeline::testing::any_event;
