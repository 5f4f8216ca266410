//! What is kept of a session's lots when it ends.

/// How many lots a session had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LotTotals {
    /// Lots of both directions.
    pub lots: u64,
}
