//! Several inputs as one capture: packets in the order of their time.
//!
//! Inputs are ordered by the time of their first packet, then by name, so that the order on the
//! command line plays no part. From then on the input whose next packet is earliest goes first;
//! within an input file order is kept, even where its time runs backwards. A packet without a time
//! comes right after the one before it.
//!
//! A batch that lies before the next packet of all other inputs is handed on as it was read;
//! otherwise packets are copied into a merged batch. One input alone has no cost at all. It
//! deliberately does not look for packets that several inputs have in common.
//!
//! Limits: files are opened when their first packet is due, and each open input holds one batch;
//! with many open at once their batches are smaller, down to 64 KiB.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::OpenError;
use super::lane::{Head, Lane, Opening, SMALL_BATCH, Shared};
use super::source::{Input, file_size};
use super::{Batch, Interface, NoticeLog, PacketNumber, ReadLimits};
use crate::pcapng::{InterfaceStatistics, NameRecord, SecretBlock};

/// All inputs as one run of packets.
pub struct Capture {
    lanes: Vec<Lane>,
    /// The lanes that have packets left, by the time of the next one.
    heads: BinaryHeap<Reverse<Head>>,
    /// A lane whose batch was handed on whole, to be read on.
    exhausted: Option<usize>,
    limits: ReadLimits,
    number: PacketNumber,
    shared: Shared,
    bytes_read: Arc<AtomicU64>,
    total_bytes: Option<u64>,
}

impl Capture {
    /// Opens all inputs as one time line and reads their first headers.
    ///
    /// # Errors
    ///
    /// When one of the inputs cannot be opened or is not a capture.
    pub fn open(inputs: Vec<Input>, limits: ReadLimits) -> Result<Self, OpenError> {
        let limits = limits.clamped();
        let bytes_read = Arc::default();
        let total_bytes = inputs.iter().map(file_size).sum();
        let alone = inputs.len() == 1;
        let mut lanes = Vec::new();
        for input in inputs {
            lanes.push(if alone {
                Lane::start(input, &limits, &bytes_read)?
            } else {
                Lane::probe(input, &limits, &bytes_read)?
            });
        }
        lanes.sort_by(|a, b| (a.clock, &a.name).cmp(&(b.clock, &b.name)));
        let heads = lanes
            .iter()
            .enumerate()
            .map(|(index, lane)| Reverse((lane.clock, index)))
            .collect();
        Ok(Self {
            lanes,
            heads,
            exhausted: None,
            limits,
            number: PacketNumber::FIRST,
            shared: Shared::default(),
            bytes_read,
            total_bytes,
        })
    }

    /// Replaces `batch` by the next packets; false, with an empty batch, at the end.
    ///
    /// The memory of `batch` is used again, best when it is handed in as it was handed out: a
    /// cleared batch has to be zeroed anew.
    pub fn next_batch(&mut self, batch: &mut Batch) -> bool {
        match self.lanes.as_mut_slice() {
            [lane] => lane.next_alone(batch, &self.limits, &mut self.number, &mut self.shared),
            _ => self.next_merged(batch),
        }
    }

    /// The interfaces found so far; [`InterfaceId`](super::InterfaceId) counts them.
    pub fn interfaces(&self) -> &[Interface] {
        &self.shared.interfaces
    }

    /// What was wrong so far.
    pub fn notices(&self) -> &NoticeLog {
        &self.shared.notices
    }

    /// Names from name resolution blocks so far, in the order of the capture.
    pub fn names(&self) -> &[NameRecord] {
        &self.shared.names
    }

    /// Decryption secrets blocks so far, in the order of the capture.
    pub fn secrets(&self) -> &[SecretBlock] {
        &self.shared.secrets
    }

    /// The last statistics of each interface so far, by interface.
    pub fn statistics(&self) -> impl Iterator<Item = &InterfaceStatistics> {
        self.shared.statistics.values()
    }

    /// Bytes read from the inputs so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Bytes of all inputs together, before decompression; `None` unless all are regular files.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// The input whose first packet is the earliest, as the user named it; empty without inputs.
    pub fn first_input(&self) -> &str {
        self.lanes.first().map_or("", |lane| &lane.name)
    }

    fn next_merged(&mut self, out: &mut Batch) -> bool {
        out.slots.clear();
        if let Some(index) = self.exhausted.take() {
            self.read_on(index);
        }
        while let Some(Reverse(head)) = self.heads.pop() {
            let (_, index) = head;
            if self.lanes.get(index).is_some_and(Lane::is_used_up) {
                // A file that was only probed so far.
                self.read_on(index);
                continue;
            }
            let bound = self.heads.peek().map_or(LAST, |Reverse(head)| *head);
            let Some(lane) = self.lanes.get_mut(index) else {
                continue;
            };
            if lane.is_whole_before(index, bound) {
                if out.slots.is_empty() {
                    lane.hand_on(out, &mut self.number);
                    self.exhausted = Some(index);
                } else {
                    self.heads.push(Reverse(head));
                }
                return true;
            }
            lane.copy_before(index, bound, out, &mut self.number);
            match lane.head() {
                Some(time) => self.heads.push(Reverse((time, index))),
                None => self.read_on(index),
            }
            if self.limits.batch_bytes <= out.bytes.len() {
                break;
            }
        }
        if out.slots.is_empty() {
            out.clear();
        }
        !out.slots.is_empty()
    }

    /// Reads the next batch of a lane and puts it among the heads, where it has packets left.
    fn read_on(&mut self, index: usize) {
        let open = self.lanes.iter().filter(|lane| lane.is_open()).count();
        let all = self.limits.batch_bytes.saturating_mul(4);
        let share = all.checked_div(open).unwrap_or(all);
        let target = share.clamp(
            SMALL_BATCH.min(self.limits.batch_bytes),
            self.limits.batch_bytes,
        );
        let Some(lane) = self.lanes.get_mut(index) else {
            return;
        };
        let opening = Opening {
            limits: &self.limits,
            bytes_read: &self.bytes_read,
        };
        if lane.load(target, &opening, &mut self.shared)
            && let Some(time) = lane.head()
        {
            self.heads.push(Reverse((time, index)));
        }
    }
}

/// After every head.
const LAST: Head = (i64::MAX, usize::MAX);
