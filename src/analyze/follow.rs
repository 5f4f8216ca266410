//! One session, packet by packet, in one pass: what is found is handed out while it is read.
//!
//! The segments of the wanted 4-tuple (all of them, while it is not known) go through a tracker
//! that keeps nothing and only tells where sessions start. The packets of a session that may be
//! the wanted one are first looked at until a SYN tells who the client is, or enough of them were
//! seen; only then the session is followed from its first packet on, so that no packet is shown the
//! wrong way round.
//!
//! Limits: those of looking (`scout.rs`). A SYN with ACK behind that turns the ends around from
//! there on, which [`Followed::turned_at`] tells.

mod following;
mod scout;
mod search;

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use super::Progress;
use super::content_feed::ContentFeed;
use super::decoded::Decoded;
use super::history::History;
use super::reader::Reader;
use super::record::{CaptureSummary, CaptureTables, SessionRecord};
use crate::capture::{Batch, Input, PacketNumber, PacketOrigin, RawPacket, Slot};
use crate::config::Config;
use crate::error::Error;
use crate::lot::{AnomalyEvent, ControlBits, Hold, LotPart, PlacedPacket, TimelineEvent};
use crate::packet::{Segment, TcpFlags};
use crate::session::{DataEvent, Finding, SessionObserver, SessionSummary, Target};
use crate::tls::TlsFacts;
use search::Search;

/// A packet of the session that is followed.
#[derive(Clone, Copy, Debug)]
pub struct FollowedPacket<'a> {
    /// What it was in its session, and its lot.
    pub placed: PlacedPacket,
    /// Its TCP segment.
    pub segment: &'a Segment<'a>,
    /// The batch that it lies in.
    pub batch: &'a Batch,
    /// That batch with its segments.
    decoded: &'a Decoded,
    /// What is known of the capture so far.
    pub tables: &'a CaptureTables,
    /// The TLS of the session so far.
    content: &'a ContentFeed,
    history: &'a History,
}

impl<'a> FollowedPacket<'a> {
    /// The packet as captured (of an IP datagram in fragments: the one that completed it).
    pub fn raw(&self) -> Option<RawPacket<'a>> {
        let slot = self.batch.slot(self.segment.head.number)?;
        Some(self.batch.packet(slot))
    }

    /// The captured packets that it came in: one, or those of the fragments of its IP datagram.
    pub fn origins(&self) -> impl Iterator<Item = PacketOrigin> {
        self.decoded.origins(self.segment.head.number)
    }

    /// One of its [`origins`](Self::origins) with the batch that it lies in; absent where that is
    /// no longer kept, which is 8 MiB of packets.
    pub fn origin(&self, number: PacketNumber) -> Option<(&'a Batch, &'a Slot)> {
        self.history.packet(number)
    }

    /// What the TLS handshake of the session showed so far; absent where it is not TLS.
    pub fn tls_so_far(&self) -> Option<Box<TlsFacts>> {
        self.content.tls_so_far()
    }

    /// What a time line counts of it.
    pub fn timeline_event(&self) -> TimelineEvent {
        let (head, placed) = (&self.segment.head, &self.placed);
        let findings = placed.facts.findings;
        TimelineEvent {
            payload_bytes: head.payload_len,
            new_bytes: placed.new_bytes,
            missing_bytes: placed.missing_bytes,
            is_resent: findings.has(Finding::Resent),
            is_lost_upstream: findings.has(Finding::LostUpstream),
            is_out_of_order: findings.has(Finding::OutOfOrder),
            is_late: placed.is_late,
            opens_lot: placed.opens_lot,
            is_zero_window: findings.has(Finding::ZeroWindow),
            control: self.control_bits(),
            ..TimelineEvent::new(head.time, placed.facts.direction)
        }
    }

    /// What a log of anomalies takes in of it.
    pub const fn anomaly_event(&self) -> AnomalyEvent {
        let head = &self.segment.head;
        AnomalyEvent {
            number: head.number,
            time: head.time,
            payload_bytes: head.payload_len,
            control: self.control_bits(),
            placed: self.placed,
        }
    }

    const fn control_bits(&self) -> ControlBits {
        let flags = self.segment.head.flags;
        ControlBits {
            syn: flags.has(TcpFlags::SYN),
            ack: flags.has(TcpFlags::ACK),
            fin: flags.has(TcpFlags::FIN),
            rst: flags.has(TcpFlags::RST),
        }
    }
}

/// Is handed one session while it is read. A break ends the reading.
pub trait Follower {
    /// The wanted session starts; `session` is what its first packets say.
    fn start(&mut self, session: &SessionSummary, tables: &CaptureTables) -> ControlFlow<()>;

    /// Takes in the next packet.
    fn packet(&mut self, packet: &FollowedPacket<'_>) -> ControlFlow<()>;

    /// Takes in content of the next lot.
    fn lot(&mut self, part: LotPart) -> ControlFlow<()>;

    /// True when the capture is to be read to its end, beyond that of the session: for names,
    /// secrets and statistics that stand there.
    fn reads_on(&self) -> bool {
        false
    }
}

/// What came of following a session.
#[derive(Debug)]
pub struct Followed {
    /// The session; absent when there is none, and when the follower ended the reading.
    pub session: Option<SessionRecord>,
    /// The follower ended the reading.
    pub is_stopped: bool,
    /// First packets of further sessions that the target fits as well.
    pub others: Vec<PacketNumber>,
    /// Bytes that came after their lot had been given out.
    pub too_late_bytes: u64,
    /// Packet with which the ends turned out to be the other way round, after packets were shown.
    pub turned_at: Option<PacketNumber>,
    /// The capture, as far as it was read.
    pub capture: CaptureSummary,
}

/// Follows the session that `target` means, and hands it out as it is read.
///
/// Reading stops where the session ends, unless `target` is ambiguous by nature.
///
/// # Errors
/// When an input cannot be opened or is no capture. Damage after that comes as notices.
pub fn follow(
    inputs: Vec<Input>,
    config: &Config,
    (target, hold): (Target, Hold),
    progress: &dyn Progress,
    follower: &mut dyn Follower,
) -> Result<Followed, Error> {
    let mut reader = Reader::open(inputs, config)?;
    let tables = Arc::clone(&reader.tables);
    let mut search = Search::new(config, target, hold);
    let mut spare = Decoded::default();
    let mut flow = ControlFlow::Continue(());
    while flow.is_continue() && !search.is_over {
        let Some(decoded) = reader.next(std::mem::take(&mut spare), progress) else {
            break;
        };
        let tables = tables.read().unwrap_or_else(PoisonError::into_inner);
        let batch = Arc::new(decoded);
        search.keep_batch(&batch, &mut |unused| spare = unused);
        flow = search.handle(&batch, &tables, follower);
        if let Some(unused) = Arc::into_inner(batch) {
            spare = unused;
        }
    }
    if search.is_over && flow.is_continue() && follower.reads_on() {
        while let Some(decoded) = reader.next(spare, progress) {
            spare = decoded;
        }
    }
    let capture = reader.finish();
    Ok(search.finish(flow, capture, follower))
}

/// Builds nothing.
#[derive(Debug, Default)]
pub(super) struct Nothing;

impl SessionObserver for Nothing {
    fn data(&mut self, _: &DataEvent<'_>) {}

    fn swap_directions(&mut self) {}
}
