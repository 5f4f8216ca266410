//! One session, packet by packet, in one pass: what is found is handed out while it is read.
//!
//! The segments of the wanted 4-tuple (all of them, while it is not known) go through a tracker
//! that keeps nothing and only tells where sessions start. The packets of a session that may be
//! the wanted one are first looked at until a SYN tells who the client is, or
//! [`SCOUTED_PACKETS`] were seen; only then the session is followed from its first packet on, so
//! that no packet is shown the wrong way round.
//!
//! Limits: while a session is looked at, at most [`SCOUTED_BATCHES`] batches are kept. A SYN with
//! ACK behind that turns the ends around from there on, which [`Followed::turned_at`] tells.

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use super::Progress;
use super::content_feed::{ContentFeed, ContentSettings};
use super::decoded::Decoded;
use super::history::History;
use super::probe::closed;
use super::reader::Reader;
use super::record::{CaptureSummary, CaptureTables, SessionRecord};
use super::secret_feed::KeysAtHand;
use crate::capture::{Batch, Input, PacketNumber, PacketOrigin, RawPacket, Slot};
use crate::config::Config;
use crate::error::Error;
use crate::http::Keep;
use crate::lot::{
    AnomalyEvent, ControlBits, Hold, LotBuilder, LotCounter, LotPart, PlacedPacket, StreamExtent,
    TimelineEvent,
};
use crate::packet::{Checksum, Segment, SegmentHead, TcpFlags};
use crate::session::{
    DataEvent, Direction, Finding, FollowedSession, HalfSummary, NoPayloads, PacketEvent,
    PerDirection, Route, SessionKey, SessionObserver, SessionSummary, Target, Tracker,
};
use crate::tls::TlsFacts;

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
    /// no longer kept, which holds 8 MiB of payload.
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

/// Looks for the wanted session and follows it.
struct Search {
    target: Target,
    hold: Hold,
    http: Keep,
    keys: KeysAtHand,
    verify_checksums: bool,
    starts: Tracker<Nothing>,
    /// Sessions that have started so far.
    started: u64,
    stage: Stage,
    others: Vec<PacketNumber>,
    turned_at: Option<PacketNumber>,
    done: Option<(SessionRecord, u64)>,
    /// The wanted session is over, and nothing behind it matters.
    is_over: bool,
}

/// How far the search has come.
enum Stage {
    /// No session that may be the wanted one.
    Seeking,
    /// The first packets of a session are looked at.
    Scouting(Box<Scout>),
    /// The wanted session is handed out.
    Following(Box<Following>),
    /// The wanted session has ended.
    Done,
}

/// The start of a session that may be the wanted one.
struct Scout {
    key: SessionKey,
    session: FollowedSession<Nothing>,
    /// Its packets so far: batch, and index in it.
    packets: Vec<(usize, usize)>,
    batches: Vec<Arc<Decoded>>,
}

/// The wanted session.
struct Following {
    key: SessionKey,
    session: FollowedSession<FollowProbe>,
    occurrence: u32,
    history: History,
}

impl Search {
    fn new(config: &Config, target: Target, hold: Hold) -> Self {
        Self {
            target,
            hold,
            http: config.http,
            keys: KeysAtHand::default(),
            verify_checksums: config.verify_checksums,
            starts: Tracker::new(config.session),
            started: 0,
            stage: Stage::Seeking,
            others: Vec::new(),
            turned_at: None,
            done: None,
            is_over: false,
        }
    }

    fn probe(&self) -> FollowProbe {
        FollowProbe {
            content: ContentFeed::new(ContentSettings {
                keep: self.http,
                keys: self.keys.clone(),
                ..ContentSettings::default()
            }),
            ..FollowProbe::default()
        }
    }

    /// Keeps the batch as long as it may be needed; gives back those that are not any more.
    fn keep_batch(&mut self, batch: &Arc<Decoded>, unused: &mut dyn FnMut(Decoded)) {
        match &mut self.stage {
            Stage::Seeking | Stage::Done => {}
            Stage::Scouting(scout) => scout.batches.push(Arc::clone(batch)),
            Stage::Following(following) => {
                let gone = following.history.push(Arc::clone(batch));
                gone.filter_map(Arc::into_inner).for_each(unused);
            }
        }
    }

    fn handle(
        &mut self,
        batch: &Arc<Decoded>,
        tables: &CaptureTables,
        follower: &mut dyn Follower,
    ) -> ControlFlow<()> {
        self.keys.set(&batch.keys);
        for (index, route) in batch.routes.iter().enumerate() {
            if self.concerns(&route.key) {
                self.handle_segment(batch, index, tables, follower)?;
                if self.is_over {
                    break;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// True when packets of this 4-tuple can matter.
    fn concerns(&self, key: &SessionKey) -> bool {
        let chosen = match &self.stage {
            Stage::Seeking | Stage::Done => None,
            Stage::Scouting(scout) => Some(&scout.key),
            Stage::Following(following) => Some(&following.key),
        };
        match (self.target.ends(), chosen) {
            (Some((one, other)), _) => key.joins(one, other),
            (None, Some(chosen)) => key == chosen,
            (None, None) => true,
        }
    }

    fn handle_segment(
        &mut self,
        batch: &Arc<Decoded>,
        index: usize,
        tables: &CaptureTables,
        follower: &mut dyn Follower,
    ) -> ControlFlow<()> {
        let Some((segment, route, _)) = batch.segment(index) else {
            return ControlFlow::Continue(());
        };
        if self.verify_checksums && segment.checksum() == Checksum::Bad {
            return ControlFlow::Continue(());
        }
        let handled = self.starts.handle(&segment, route, &NoPayloads);
        if handled.starts {
            self.started += 1;
            let before = handled.ended.map(|ended| ended.summary);
            self.end_of(&route.key, before, tables, follower)?;
            self.start_scouting(batch, &segment, route);
        }
        match &mut self.stage {
            Stage::Scouting(scout) if scout.key == route.key => {
                scout.handle(index, &segment, route);
                if scout.has_seen_enough() {
                    self.start_following(None, tables, follower)?;
                }
            }
            Stage::Following(following) if following.key == route.key => {
                let turned = following.handle(batch, index, tables, follower)?;
                self.turned_at = self.turned_at.or(turned);
            }
            Stage::Seeking | Stage::Scouting(_) | Stage::Following(_) | Stage::Done => {}
        }
        ControlFlow::Continue(())
    }

    /// A new session of this 4-tuple starts: the one before is over.
    fn end_of(
        &mut self,
        key: &SessionKey,
        before: Option<Box<SessionSummary>>,
        tables: &CaptureTables,
        follower: &mut dyn Follower,
    ) -> ControlFlow<()> {
        if matches!(&self.stage, Stage::Scouting(scout) if scout.key == *key) {
            self.start_following(before, tables, follower)?;
        }
        if matches!(&self.stage, Stage::Following(following) if following.key == *key) {
            self.end_following(follower)?;
            self.is_over = !matches!(self.target, Target::Ends(..));
        }
        ControlFlow::Continue(())
    }

    /// Looks at a session that starts, if it may be the wanted one.
    fn start_scouting(&mut self, batch: &Arc<Decoded>, segment: &Segment<'_>, route: &Route) {
        let may_be_wanted = match self.target {
            Target::Number(number) => self.started == number,
            Target::FirstPacket(number) => segment.head.number == number,
            Target::Ends(..) | Target::Exact { .. } => true,
        };
        match &self.stage {
            _ if !may_be_wanted => {}
            Stage::Seeking => {
                self.stage = Stage::Scouting(Box::new(Scout {
                    key: route.key,
                    session: FollowedSession::starting_with(route, &segment.head),
                    packets: Vec::new(),
                    batches: vec![Arc::clone(batch)],
                }));
            }
            Stage::Scouting(_) | Stage::Following(_) | Stage::Done => {
                // Only two ends can mean more than one session.
                if matches!(self.target, Target::Ends(..)) {
                    self.others.push(segment.head.number);
                }
            }
        }
    }

    /// Enough is known of the session that was looked at: follows it, if it is the wanted one.
    ///
    /// `whole` is its summary when it is over already.
    fn start_following(
        &mut self,
        whole: Option<Box<SessionSummary>>,
        tables: &CaptureTables,
        follower: &mut dyn Follower,
    ) -> ControlFlow<()> {
        let stage = std::mem::replace(&mut self.stage, Stage::Seeking);
        let Stage::Scouting(scout) = stage else {
            self.stage = stage;
            return ControlFlow::Continue(());
        };
        let Some((first, route)) = scout.first() else {
            return ControlFlow::Continue(());
        };
        let mut session: FollowedSession<FollowProbe> =
            FollowedSession::with_roles_of(&scout.session, &route, &first, self.probe());
        session.observer().lots.hold(self.hold);
        let Scout {
            key,
            session: scouted,
            packets,
            batches,
        } = *scout;
        let summary = whole.unwrap_or_else(|| {
            let (mut summary, _) = scouted.finish();
            summary.occurrence = self.starts.next_occurrence(&summary, route.hash);
            summary
        });
        if !self.target.has_id_of(&summary) {
            return ControlFlow::Continue(());
        }
        let mut following = Box::new(Following {
            key,
            session,
            occurrence: summary.occurrence,
            history: History::default(),
        });
        follower.start(&summary, tables)?;
        let mut packets = packets.into_iter().peekable();
        for (at, batch) in batches.iter().enumerate() {
            // Nobody waits for the memory of these few.
            following.history.push(Arc::clone(batch)).for_each(drop);
            while let Some((_, index)) = packets.next_if(|(in_batch, _)| *in_batch == at) {
                following.handle(batch, index, tables, follower)?;
            }
        }
        self.stage = Stage::Following(following);
        ControlFlow::Continue(())
    }

    fn end_following(&mut self, follower: &mut dyn Follower) -> ControlFlow<()> {
        let stage = std::mem::replace(&mut self.stage, Stage::Done);
        let Stage::Following(following) = stage else {
            self.stage = stage;
            return ControlFlow::Continue(());
        };
        let (mut summary, probe) = following.session.finish();
        let FollowProbe {
            mut lots, content, ..
        } = probe;
        summary.occurrence = following.occurrence;
        let extent = |direction| {
            let half: &HalfSummary = &summary.halves[direction];
            StreamExtent {
                start: half.first_offset,
                trailing_missing_bytes: half.trailing_missing_bytes,
            }
        };
        lots.finish(PerDirection {
            out: extent(Direction::Out),
            r#in: extent(Direction::In),
        });
        let content = content.finish(closed(&summary));
        let record = SessionRecord {
            summary,
            lots: lots.totals(),
            tls: content.tls.map(Arc::from),
            http: content.http.map(Arc::from),
        };
        self.done = Some((record, lots.too_late_bytes()));
        give_out(&mut lots, follower)
    }

    fn finish(
        mut self,
        flow: ControlFlow<()>,
        capture: CaptureSummary,
        follower: &mut dyn Follower,
    ) -> Followed {
        let mut flow = flow;
        if flow.is_continue() {
            flow = self.start_following(None, &capture.tables, follower);
        }
        if flow.is_continue() {
            flow = self.end_following(follower);
        }
        let (session, too_late_bytes) = self.done.unzip();
        Followed {
            session,
            is_stopped: flow.is_break(),
            others: self.others,
            too_late_bytes: too_late_bytes.unwrap_or_default(),
            turned_at: self.turned_at,
            capture,
        }
    }
}

impl Scout {
    fn handle(&mut self, index: usize, segment: &Segment<'_>, route: &Route) {
        self.session.handle(route, segment, &NoPayloads);
        self.packets.push((self.batches.len() - 1, index));
    }

    /// True when the roles are told, or it is not worth waiting for it any longer.
    fn has_seen_enough(&self) -> bool {
        self.session.roles_are_settled()
            || SCOUTED_PACKETS <= self.packets.len()
            || SCOUTED_BATCHES <= self.batches.len()
    }

    /// The first packet of the session.
    fn first(&self) -> Option<(SegmentHead, Route)> {
        let (batch, index) = *self.packets.first()?;
        let batch = self.batches.get(batch)?;
        Some((*batch.heads.get(index)?, *batch.routes.get(index)?))
    }
}

impl Following {
    /// Hands out the next packet; gives its number when it turned the ends around.
    fn handle(
        &mut self,
        batch: &Decoded,
        index: usize,
        tables: &CaptureTables,
        follower: &mut dyn Follower,
    ) -> ControlFlow<(), Option<PacketNumber>> {
        let Some((segment, route, position)) = batch.segment(index) else {
            return ControlFlow::Continue(None);
        };
        self.history.position = position;
        let client = self.session.client();
        self.session.handle(route, &segment, &self.history);
        let has_turned = client != self.session.client();
        let number = segment.head.number;
        let FollowProbe { lots, content, .. } = self.session.observer();
        let history = &self.history;
        if let Some(placed) = lots.take_packet() {
            follower.packet(&FollowedPacket {
                placed,
                segment: &segment,
                batch: &batch.batch,
                decoded: batch,
                tables,
                content,
                history,
            })?;
        }
        give_out(lots, follower)?;
        ControlFlow::Continue(has_turned.then_some(number))
    }
}

fn give_out(lots: &mut LotBuilder, follower: &mut dyn Follower) -> ControlFlow<()> {
    while let Some(part) = lots.next_part() {
        follower.lot(part)?;
    }
    ControlFlow::Continue(())
}

/// Watches the wanted session: its lots, and what its document needs.
#[derive(Debug, Default)]
struct FollowProbe {
    lots: LotBuilder,
    counter: LotCounter,
    content: ContentFeed,
}

impl SessionObserver for FollowProbe {
    fn data(&mut self, event: &DataEvent<'_>) {
        self.lots.data(event);
        let place = self.counter.place(event);
        self.content.data(event, place, &self.counter);
    }

    fn packet(&mut self, event: &PacketEvent<'_>) {
        self.lots.packet(event);
    }

    fn swap_directions(&mut self) {
        self.lots.swap_directions();
        self.counter.swap_directions();
        self.content.swap_directions();
    }
}

/// Builds nothing.
#[derive(Debug, Default)]
pub(super) struct Nothing;

impl SessionObserver for Nothing {
    fn data(&mut self, _: &DataEvent<'_>) {}

    fn swap_directions(&mut self) {}
}

/// Packets of a session after which its ends count as known.
///
/// A handshake that was captured out of order is over long before.
const SCOUTED_PACKETS: usize = 256;

/// Batches that are kept meanwhile, of 1 MiB each.
const SCOUTED_BATCHES: usize = 16;
