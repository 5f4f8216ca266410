//! Batches that are kept for a while, so that re-sent bytes can be compared with their first copy.
//!
//! How far back a packet can be found depends on the bytes captured since, and on nothing else: not
//! on threads, and not on how a pipe was cut into batches. Packets of all protocols count, since
//! they lie in the same batches.

use std::collections::VecDeque;
use std::sync::Arc;

use super::decoded::Decoded;
use crate::capture::{Batch, PacketNumber, Slot};
use crate::session::Payloads;

/// Bytes of packets that stay within reach.
pub(super) const HISTORY_BYTES: u64 = 8 << 20;

/// The latest batches.
#[derive(Debug, Default)]
pub(super) struct History {
    batches: VecDeque<Arc<Decoded>>,
    /// Position of the segment at hand.
    pub(super) position: u64,
}

impl History {
    /// Adds the batch at hand; gives back batches that are out of reach.
    pub(super) fn push(&mut self, batch: Arc<Decoded>) -> impl Iterator<Item = Arc<Decoded>> {
        self.position = batch.start;
        self.batches.push_back(batch);
        let reach = self.position.saturating_sub(HISTORY_BYTES);
        // A batch is out of reach when the next one starts before the reach.
        let starts = self.batches.iter().skip(1).map(|next| next.start);
        let gone = starts.take_while(|start| *start <= reach).count();
        let gone = gone.min(self.batches.len().saturating_sub(1));
        self.batches.drain(..gone)
    }
}

impl History {
    /// A packet of the batches that are within reach.
    pub(super) fn packet(&self, number: PacketNumber) -> Option<(&Batch, &Slot)> {
        let mut newest_first = self.batches.iter().rev();
        newest_first.find_map(|decoded| Some((&decoded.batch, decoded.batch.slot(number)?)))
    }
}

impl Payloads for History {
    fn position(&self) -> u64 {
        self.position
    }

    fn payload(&self, number: PacketNumber) -> Option<&[u8]> {
        let after = self
            .batches
            .partition_point(|batch| batch.heads.first().is_none_or(|head| head.number <= number));
        let batch = self.batches.get(after.checked_sub(1)?)?;
        let index = batch
            .heads
            .binary_search_by_key(&number, |head| head.number)
            .ok()?;
        let (segment, _, position) = batch.segment(index)?;
        (self.position <= position.saturating_add(HISTORY_BYTES)).then_some(segment.payload)
    }
}
