//! Which session is the wanted one, and when it is known well enough to be handed out.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::content_feed::{ContentFeed, ContentSettings};
use super::super::decoded::Decoded;
use super::super::history::History;
use super::super::probe::closed;
use super::super::record::{CaptureSummary, CaptureTables, SessionRecord};
use super::super::secret_feed::KeysAtHand;
use super::following::{FollowProbe, Following, give_out};
use super::scout::Scout;
use super::{Followed, Follower, Nothing};
use crate::capture::PacketNumber;
use crate::config::Config;
use crate::http::Keep;
use crate::lot::{Hold, StreamExtent};
use crate::packet::{Checksum, Segment};
use crate::session::{
    Direction, FollowedSession, HalfSummary, NoPayloads, PerDirection, Route, SessionKey,
    SessionSummary, Target, Tracker,
};

/// Looks for the wanted session and follows it.
pub(super) struct Search {
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
    pub(super) is_over: bool,
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

impl Search {
    pub(super) fn new(config: &Config, target: Target, hold: Hold) -> Self {
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
        FollowProbe::new(ContentFeed::new(ContentSettings {
            keep: self.http,
            keys: self.keys.clone(),
            ..ContentSettings::default()
        }))
    }

    /// Keeps the batch as long as it may be needed; gives back those that are not any more.
    pub(super) fn keep_batch(&mut self, batch: &Arc<Decoded>, unused: &mut dyn FnMut(Decoded)) {
        match &mut self.stage {
            Stage::Seeking | Stage::Done => {}
            Stage::Scouting(scout) => scout.batches.push(Arc::clone(batch)),
            Stage::Following(following) => {
                let gone = following.history.push(Arc::clone(batch));
                gone.filter_map(Arc::into_inner).for_each(unused);
            }
        }
    }

    pub(super) fn handle(
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

    pub(super) fn finish(
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
