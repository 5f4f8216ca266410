//! The observer's TCP: segments of one 4-tuple in, sessions and their findings out.

mod direction;
mod state;
mod summary;

pub use direction::{Direction, PerDirection};
pub use state::State;
pub use summary::{
    ClientEvidence, CloseKind, ClosedBy, HalfSummary, RttSummary, SessionSummary, SessionTimes,
};
