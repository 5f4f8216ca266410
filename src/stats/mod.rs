//! Statistics of a capture: sessions in, sums and distributions out.
//!
//! [`CaptureStats`] takes sessions one after the other, in any order, and can be merged with
//! another one: parts of a capture give what the whole gives. It adds up what the tracker found,
//! judges nothing, and formats nothing; names of hosts are left to the documents.
//!
//! Sums are 64 bits wide and saturate. Shares and rates are integer arithmetic, cut and not
//! rounded. Percentiles are exact: the nearest rank of all sessions.
//!
//! Memory: a distribution keeps one number a session (eight bytes for each of seven measures),
//! which is little against the session itself; besides, one entry a host, a pair of hosts and a
//! server port.
#![warn(clippy::indexing_slicing)]

mod capture_stats;
mod group;
mod samples;
mod share;
mod traffic;

pub use capture_stats::{CaptureStats, Measures};
pub use group::{Group, HostStats};
pub use samples::{Distribution, Samples};
pub use share::{bits_per_second, hundredths_of_percent};
pub use traffic::{Signs, Traffic, Volume};

#[cfg(test)]
mod tests;
