//! The one place where the layers are put together, and the only one that knows threads.
//!
//! ```text
//!   reader (a thread)     decoder (a thread)    trackers (N threads)             caller
//!   capture -> batch  ->  segments, routes  ->  share of 4-tuples, in order  ->  records
//! ```
//!
//! The reader cuts the capture into batches, the decoder finds the segments in them. Every tracker
//! gets every batch, and handles the segments whose key hashes to it, in capture order. So all
//! packets of a session meet in one tracker, and no result depends on the number of threads.
//!
//! Limits: 2 batches wait for the decoder, 8 for each tracker, and as many lists of ended sessions
//! for the caller where it takes them as they end; batches of the last 8 MiB of packets are kept
//! for comparing re-sent bytes.

mod bodies;
mod content_feed;
mod decipher;
mod decoded;
mod find;
mod flow;
mod follow;
mod history;
mod lessons;
mod outlet;
mod pipeline;
mod probe;
mod reader;
mod record;
mod secret_feed;
mod sessions;
mod worker;

use std::ops::ControlFlow;

pub use bodies::http_bodies;
pub use decipher::{DecipheredPart, Decipherer, Disclosure, RecordLine};
pub use find::find_packets;
pub use follow::{Followed, FollowedPacket, Follower, follow};
pub use record::{Analysis, CaptureSummary, CaptureTables, SessionRecord};
pub use sessions::Sessions;

use crate::capture::Input;
use crate::config::Config;
use crate::error::Error;

/// Batches that wait for a tracker.
const QUEUE: usize = 8;

/// Batches that are read and wait to be decoded.
const READ_AHEAD: usize = 2;

/// Is told how far the reading has come.
pub trait Progress: Sync {
    /// `bytes` of `total` (where known) were read from the inputs, with `packets` in them.
    fn read(&self, bytes: u64, total: Option<u64>, packets: u64);
}

/// Does not care.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn read(&self, _: u64, _: Option<u64>, _: u64) {}
}

/// Analyses captures as one, and gives all sessions in the order of their first packets.
///
/// # Errors
/// When an input cannot be opened or is no capture. Damage after that comes as notices.
pub fn analyze(
    inputs: Vec<Input>,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Analysis, Error> {
    pipeline::run_all(inputs, config, progress)
}

/// Analyses captures as one, and hands out each session at its end.
///
/// With more than one thread the order of sessions that end close to each other varies. Stops
/// early when `each` breaks.
///
/// # Errors
/// When an input cannot be opened or is no capture. Damage after that comes as notices.
pub fn analyze_each(
    inputs: Vec<Input>,
    config: &Config,
    progress: &dyn Progress,
    each: &mut dyn FnMut(SessionRecord, &CaptureTables) -> ControlFlow<()>,
) -> Result<CaptureSummary, Error> {
    pipeline::run_each(inputs, config, progress, each)
}
