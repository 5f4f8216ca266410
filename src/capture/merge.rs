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
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::OpenError;
use super::reader::InputReader;
use super::source::Input;
use super::{
    Batch, CaptureNotice, Interface, InterfaceId, NoticeKind, NoticeLog, PacketNumber, ReadLimits,
    Slot,
};
use crate::pcapng::{NameRecord, SecretBlock};

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

    /// The interfaces found so far; [`InterfaceId`] counts them.
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
            if self
                .lanes
                .get(index)
                .is_some_and(|lane| lane.at == lane.batch.slots.len())
            {
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

/// What all inputs share.
#[derive(Default)]
struct Shared {
    interfaces: Vec<Interface>,
    notices: NoticeLog,
    names: Vec<NameRecord>,
    secrets: Vec<SecretBlock>,
}

struct Opening<'a> {
    limits: &'a ReadLimits,
    bytes_read: &'a Arc<AtomicU64>,
}

/// One input among others.
struct Lane {
    name: String,
    state: LaneState,
    batch: Batch,
    /// The next packet in the batch.
    at: usize,
    /// Time of the last packet, or of the first before there is one; in nanoseconds.
    clock: i64,
    /// The latest time in the batch.
    latest: i64,
    /// Interfaces of the input to interfaces of the capture.
    interfaces: Vec<InterfaceId>,
}

enum LaneState {
    /// A file that was looked at and closed again.
    Probed(PathBuf),
    /// An input that was looked at and cannot be opened again, with its first batch.
    Peeked(Box<InputReader>, Batch),
    Open(Box<InputReader>),
    Done,
}

impl Lane {
    fn new(name: String, state: LaneState) -> Self {
        Self {
            name,
            state,
            batch: Batch::default(),
            at: 0,
            clock: i64::MAX,
            latest: i64::MIN,
            interfaces: Vec::new(),
        }
    }

    /// An input that is read from here on.
    fn start(
        input: Input,
        limits: &ReadLimits,
        bytes_read: &Arc<AtomicU64>,
    ) -> Result<Self, OpenError> {
        let name = input.name();
        let reader = InputReader::open(input, limits, bytes_read)?;
        Ok(Self::new(name, LaneState::Open(Box::new(reader))))
    }

    /// An input whose first time is known. What cannot be opened again stays open.
    fn probe(
        input: Input,
        limits: &ReadLimits,
        bytes_read: &Arc<AtomicU64>,
    ) -> Result<Self, OpenError> {
        let again = match &input {
            Input::File(path) if file_size(&input).is_some() => Some(path.clone()),
            _ => None,
        };
        let counted = match again {
            Some(_) => &Arc::default(),
            None => bytes_read,
        };
        let name = input.name();
        let mut reader = InputReader::open(input, limits, counted)?;
        let mut batch = Batch::default();
        reader.fill(&mut batch, SMALL_BATCH, &mut { PacketNumber::FIRST });
        let first = batch.slots.iter().find_map(|slot| slot.time);
        let state = match again {
            Some(path) => LaneState::Probed(path),
            None => LaneState::Peeked(Box::new(reader), batch),
        };
        let mut lane = Self::new(name, state);
        lane.clock = first.map_or(i64::MAX, |time| time.nanos());
        Ok(lane)
    }

    /// The only input: numbers and interfaces are right as they are read.
    fn next_alone(
        &mut self,
        batch: &mut Batch,
        limits: &ReadLimits,
        number: &mut PacketNumber,
        shared: &mut Shared,
    ) -> bool {
        let LaneState::Open(reader) = &mut self.state else {
            batch.clear();
            return false;
        };
        let found = reader.fill(batch, limits.batch_bytes, number);
        self.share_findings(limits, shared);
        if !found {
            self.state = LaneState::Done;
        }
        found
    }

    fn is_open(&self) -> bool {
        matches!(self.state, LaneState::Open(_))
    }

    /// Reads the next batch; false where there is none.
    fn load(&mut self, target: usize, opening: &Opening<'_>, shared: &mut Shared) -> bool {
        self.at = 0;
        self.state = match std::mem::replace(&mut self.state, LaneState::Done) {
            LaneState::Probed(path) => self.reopen(path, opening, shared),
            LaneState::Peeked(reader, batch) => {
                self.batch = batch;
                LaneState::Open(reader)
            }
            state @ (LaneState::Open(_) | LaneState::Done) => {
                self.batch.slots.clear();
                state
            }
        };
        if let LaneState::Open(reader) = &mut self.state
            && self.batch.slots.is_empty()
        {
            reader.fill(&mut self.batch, target, &mut { PacketNumber::FIRST });
        }
        self.share_findings(opening.limits, shared);
        self.latest = self.latest_time();
        if self.batch.slots.is_empty() {
            self.state = LaneState::Done;
            self.batch = Batch::default();
        }
        self.is_open()
    }

    fn reopen(&self, path: PathBuf, opening: &Opening<'_>, shared: &mut Shared) -> LaneState {
        match InputReader::open(Input::File(path), opening.limits, opening.bytes_read) {
            Ok(reader) => LaneState::Open(Box::new(reader)),
            Err(error) => {
                shared.notices.push(vanished(&self.name, &error));
                LaneState::Done
            }
        }
    }

    fn share_findings(&mut self, limits: &ReadLimits, shared: &mut Shared) {
        let LaneState::Open(reader) = &mut self.state else {
            return;
        };
        let findings = &mut reader.findings;
        for interface in findings.interfaces.drain(..) {
            let id = u32::try_from(shared.interfaces.len()).unwrap_or(u32::MAX);
            self.interfaces.push(InterfaceId(id));
            shared.interfaces.push(interface);
        }
        for notice in findings.notices.take() {
            shared.notices.push(notice);
        }
        let room = limits.max_names.saturating_sub(shared.names.len());
        shared.names.extend(findings.names.drain(..).take(room));
        shared.secrets.append(&mut findings.secrets);
    }

    /// Time of the packet after this clock: its own, or that of the packet before it.
    fn head(&self) -> Option<i64> {
        let slot = self.batch.slots.get(self.at)?;
        Some(slot.time.map_or(self.clock, |time| time.nanos()))
    }

    fn latest_time(&self) -> i64 {
        let times = self.batch.slots.iter().map(|slot| match slot.time {
            Some(time) => time.nanos(),
            None => self.clock,
        });
        times.max().unwrap_or(self.clock)
    }

    /// True when nothing of the batch is used yet, and all of it comes before `bound`.
    fn is_whole_before(&self, index: usize, bound: Head) -> bool {
        self.at == 0 && (self.latest, index) < bound
    }

    /// Gives the whole batch away.
    fn hand_on(&mut self, out: &mut Batch, number: &mut PacketNumber) {
        std::mem::swap(&mut self.batch, out);
        self.batch.slots.clear();
        for slot in &mut out.slots {
            self.clock = slot.time.map_or(self.clock, |time| time.nanos());
            slot.interface = self.interface(slot.interface);
            slot.number = *number;
            *number = number.next();
        }
    }

    /// Copies the packets that come before `bound`.
    fn copy_before(
        &mut self,
        index: usize,
        bound: Head,
        out: &mut Batch,
        number: &mut PacketNumber,
    ) {
        if out.slots.is_empty() {
            out.bytes.clear();
        }
        while let Some(time) = self.head()
            && (time, index) < bound
            && let Some(slot) = self.batch.slots.get(self.at)
        {
            let start = u32::try_from(out.bytes.len()).unwrap_or(u32::MAX);
            let packet = self.batch.slice(slot.start, slot.captured_len);
            out.bytes.extend_from_slice(packet);
            out.slots.push(Slot {
                number: *number,
                interface: self.interface(slot.interface),
                start,
                ..*slot
            });
            *number = number.next();
            self.clock = time;
            self.at = self.at.saturating_add(1);
        }
    }

    fn interface(&self, local: InterfaceId) -> InterfaceId {
        let found = self.interfaces.get(local.0 as usize);
        found.copied().unwrap_or(local)
    }
}

fn file_size(input: &Input) -> Option<u64> {
    match input {
        Input::File(path) => {
            let metadata = std::fs::metadata(path).ok()?;
            metadata.is_file().then_some(metadata.len())
        }
        Input::Stream { .. } => None,
    }
}

fn vanished(name: &str, error: &OpenError) -> CaptureNotice {
    CaptureNotice {
        kind: NoticeKind::Damaged,
        file: name.to_owned(),
        byte_offset: None,
        message: format!("cannot be opened again ({error})"),
        count: 1,
    }
}

/// Time of a lane's next packet, and the lane: earlier inputs go first at the same time.
type Head = (i64, usize);

/// After every head.
const LAST: Head = (i64::MAX, usize::MAX);
const SMALL_BATCH: usize = 1 << 16;
