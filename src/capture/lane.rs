//! One input among several: opened when it is due, read a batch at a time.
//!
//! Keeps the next packets of its input and gives them away whole or one by one, with the numbers
//! and interfaces of the whole capture. It deliberately does not know the other lanes, only the
//! bound that they set.
//!
//! Limits: one batch is held.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::error::OpenError;
use super::reader::InputReader;
use super::source::{Input, file_size};
use super::{
    Batch, CaptureNotice, Interface, InterfaceId, NoticeKind, NoticeLog, PacketNumber, ReadLimits,
    Slot,
};
use crate::pcapng::{InterfaceStatistics, NameRecord, SecretBlock};

/// What all inputs share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) interfaces: Vec<Interface>,
    pub(super) notices: NoticeLog,
    pub(super) names: Vec<NameRecord>,
    pub(super) secrets: Vec<SecretBlock>,
    /// The last ones of each interface.
    pub(super) statistics: BTreeMap<InterfaceId, InterfaceStatistics>,
}

pub(super) struct Opening<'a> {
    pub(super) limits: &'a ReadLimits,
    pub(super) bytes_read: &'a Arc<AtomicU64>,
}

/// One input among others.
pub(super) struct Lane {
    pub(super) name: String,
    state: LaneState,
    batch: Batch,
    /// The next packet in the batch.
    at: usize,
    /// Time of the last packet, or of the first before there is one; in nanoseconds.
    pub(super) clock: i64,
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
    pub(super) fn start(
        input: Input,
        limits: &ReadLimits,
        bytes_read: &Arc<AtomicU64>,
    ) -> Result<Self, OpenError> {
        let name = input.name();
        let reader = InputReader::open(input, limits, bytes_read)?;
        Ok(Self::new(name, LaneState::Open(Box::new(reader))))
    }

    /// An input whose first time is known. What cannot be opened again stays open.
    pub(super) fn probe(
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
    pub(super) fn next_alone(
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

    /// True when the next packet has to be read first.
    pub(super) fn is_used_up(&self) -> bool {
        self.at == self.batch.slots.len()
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, LaneState::Open(_))
    }

    /// Reads the next batch; false where there is none.
    pub(super) fn load(
        &mut self,
        target: usize,
        opening: &Opening<'_>,
        shared: &mut Shared,
    ) -> bool {
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
        for (local, mut statistics) in std::mem::take(&mut findings.statistics) {
            let known = self.interfaces.get(local.0 as usize);
            statistics.interface = known.copied().unwrap_or(local);
            shared.statistics.insert(statistics.interface, statistics);
        }
    }

    /// Time of the packet after this clock: its own, or that of the packet before it.
    pub(super) fn head(&self) -> Option<i64> {
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
    pub(super) fn is_whole_before(&self, index: usize, bound: Head) -> bool {
        self.at == 0 && (self.latest, index) < bound
    }

    /// Gives the whole batch away.
    pub(super) fn hand_on(&mut self, out: &mut Batch, number: &mut PacketNumber) {
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
    pub(super) fn copy_before(
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
            let slot = Slot {
                number: *number,
                interface: self.interface(slot.interface),
                ..*slot
            };
            out.push(&self.batch, slot);
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
pub(super) type Head = (i64, usize);

/// Bytes of a batch when many inputs are open.
pub(super) const SMALL_BATCH: usize = 1 << 16;
