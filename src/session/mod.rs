//! The observer's TCP: segments of one 4-tuple in, sessions and their findings out.
//!
//! A [`Tracker`] sorts segments into sessions, each of which has two halves with the bytes seen,
//! the acknowledgments and the counters of one direction. Later layers look at the data packets
//! through a [`SessionObserver`].
//!
//! Deliberately absent: payload bytes (only ranges are kept), clocks (time is packet time),
//! threads, and errors: whatever the segments say gives a session.
#![warn(clippy::indexing_slicing)]

mod coverage;
mod direction;
mod event;
mod finding;
mod followed;
mod half;
mod history;
mod key;
mod live;
mod occurrences;
mod offset;
mod packed;
mod payloads;
mod reassembler;
mod rtt;
mod send_order;
mod shard;
mod small_set;
mod state;
mod summary;
mod target;
mod tracker;
mod waiting;
mod wireshark_label;

pub use coverage::{Coverage, Gap, Placement};
pub use direction::{Direction, PerDirection};
pub use event::{DataEvent, PacketEvent, PacketFacts, SessionObserver};
pub use finding::{Finding, Findings};
pub use followed::FollowedSession;
pub use key::{KeyEnd, Route, SessionKey};
pub use offset::{Anchor, StreamOffset, StreamRange};
pub use payloads::{NoPayloads, Payloads};
pub use reassembler::{Piece, Reassembler};
pub use send_order::OrderEvidence;
pub use shard::Shard;
pub use small_set::SmallSet;
pub use state::{State, StateInput};
pub use summary::{
    ClientEvidence, CloseKind, ClosedBy, HalfSummary, RttSummary, SessionSummary, SessionTimes,
};
pub use target::Target;
pub use tracker::{Ended, Handled, Limits, Tracker};
pub use wireshark_label::{LabelledPacket, WiresharkAnalyser, WiresharkLabel, WiresharkLabels};

#[cfg(test)]
pub(crate) mod tests;
