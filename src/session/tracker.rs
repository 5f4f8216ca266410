//! All sessions of one share of the traffic: segments in, ended sessions out.
//!
//! Turns segments in capture order into sessions. It decides where a session ends: when its
//! 4-tuple is used anew, after the idle timeout, or (while forgetting) some time after its close.
//! It knows no threads: several trackers work side by side when the segments of one 4-tuple
//! always go to the same one.
//!
//! Limits: what grows is the number of sessions whose 4-tuple was not used anew; with
//! [`Limits::linger`] it is the number of sessions that are open or closed within that time.

use std::collections::VecDeque;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::event::SessionObserver;
use super::key::{KeyEnd, Route};
use super::live::LiveSession;
use super::occurrences::Occurrences;
use super::payloads::Payloads;
use super::state::State;
use super::summary::SessionSummary;
use super::waiting::{Wait, Waiting};
use crate::packet::{Segment, SegmentHead, TcpFlags};
use crate::time::{Span, Timestamp};

/// When the tracker ends sessions on its own, and how many it tracks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Silence after which a session ends and the next packet of its 4-tuple starts a new one.
    /// Default: none, sessions last as long as the capture.
    pub idle_timeout: Option<Span>,
    /// Time after its close at which a session is given out and forgotten; later packets of its
    /// 4-tuple start a new one. Default: none, closed sessions wait for the end of the capture.
    pub linger: Option<Span>,
    /// Sessions that are tracked, counted by their first packets; segments of later ones are passed
    /// over. Default: all.
    pub first: Option<usize>,
}

/// A session that has ended, and what its observer made of it.
#[derive(Clone, Debug)]
pub struct Ended<O> {
    /// The session; boxed, since lists of hundreds of thousands are sorted.
    pub summary: Box<SessionSummary>,
    /// Its observer.
    pub observer: O,
}

/// What came of a segment.
#[derive(Debug)]
pub struct Handled<O> {
    /// It is the first of a new session.
    pub starts: bool,
    /// The session that it ended, if any.
    pub ended: Option<Ended<O>>,
}

impl<O> Handled<O> {
    const NOTHING: Self = Self {
        starts: false,
        ended: None,
    };
}

/// Tracks the sessions of one share of the traffic.
#[derive(Debug)]
pub struct Tracker<O> {
    limits: Limits,
    /// What the observers of sessions are made from.
    prototype: O,
    table: HashTable<Tracked<O>>,
    /// Sessions that were closed, by the time of the close and their hash; those that came to life
    /// again since are skipped.
    closed: VecDeque<(Timestamp, u64)>,
    /// Sessions that hold bytes, by where in the capture they began to.
    waiting: Waiting,
    newest: Option<Timestamp>,
    last_sweep: Option<Timestamp>,
    occurrences: Occurrences,
    /// Sessions that have started.
    started: usize,
}

/// A session in the table, with the hash of its key.
#[derive(Debug)]
struct Tracked<O> {
    hash: u64,
    /// When it was closed, where closed sessions are forgotten.
    closed: Option<Timestamp>,
    session: Box<LiveSession<O>>,
}

impl<O: SessionObserver> Tracker<O> {
    /// A tracker without sessions.
    pub fn new(limits: Limits) -> Self {
        Self::with_observer(limits, O::default())
    }

    /// A tracker without sessions, whose observers have the settings of `prototype`.
    pub fn with_observer(limits: Limits, prototype: O) -> Self {
        Self {
            limits,
            prototype,
            table: HashTable::new(),
            closed: VecDeque::new(),
            waiting: Waiting::default(),
            newest: None,
            last_sweep: None,
            occurrences: Occurrences::default(),
            started: 0,
        }
    }

    /// True when no segment can change anything any more.
    pub fn is_done(&self) -> bool {
        self.is_full() && self.table.is_empty()
    }

    fn is_full(&self) -> bool {
        self.limits.first.is_some_and(|first| first <= self.started)
    }

    /// Takes in the next segment; gives out the session that it ended, if any.
    pub fn handle(
        &mut self,
        segment: &Segment<'_>,
        route: &Route,
        payloads: &dyn Payloads,
    ) -> Handled<O> {
        let head = &segment.head;
        let Route { key, from, hash } = *route;
        let position = payloads.position();
        while let Some(wait) = self.waiting.due(position) {
            self.give_up(wait);
        }
        self.newest = self.newest.max(head.time);
        let is_full = self.is_full();
        let entry = self
            .table
            .entry(hash, |known| known.session.key == key, |known| known.hash);
        let mut ended = None;
        let mut starts = false;
        let known = match entry {
            Entry::Vacant(_) if is_full => return Handled::NOTHING,
            Entry::Vacant(vacant) => {
                starts = true;
                let session = Box::new(LiveSession::starting_with(
                    key,
                    from,
                    head,
                    self.prototype.fresh(),
                ));
                let tracked = Tracked {
                    hash,
                    closed: None,
                    session,
                };
                vacant.insert(tracked).into_mut()
            }
            Entry::Occupied(occupied) => {
                let is_over = ends_before(&occupied.get().session, from, head, self.limits);
                if is_over && is_full {
                    let (mut last, _) = occupied.remove();
                    let (summary, observer) = last.session.take_summary();
                    let ended = Some(self.end(summary, observer, hash));
                    return Handled {
                        ended,
                        ..Handled::NOTHING
                    };
                }
                let known = occupied.into_mut();
                if is_over {
                    starts = true;
                    known.closed = None;
                    ended = Some(known.session.take_summary());
                    let observer = self.prototype.fresh();
                    known.session.restart_with(key, from, head, observer);
                }
                known
            }
        };
        let session = &mut known.session;
        self.started = self.started.saturating_add(usize::from(starts));
        let was_closed = session.state() == State::Closed;
        session.handle(from, segment, payloads);
        if session.begins_to_wait(position) {
            let since = position;
            self.waiting.push(Wait { since, key, hash });
        }
        if !was_closed && session.state() == State::Closed {
            session.settle();
            if self.limits.linger.is_some() {
                known.closed = head.time;
                self.closed.extend(head.time.map(|time| (time, hash)));
            }
        }
        Handled {
            starts,
            ended: ended.map(|(summary, observer)| self.end(summary, observer, hash)),
        }
    }

    fn give_up(&mut self, wait: Wait) {
        let found = self
            .table
            .find_mut(wait.hash, |known| known.session.key == wait.key);
        if let Some(known) = found {
            known.session.give_up_wait_since(wait.since);
        }
    }

    /// The how manyth session of its id a session would be if it ended now.
    pub fn next_occurrence(&self, summary: &SessionSummary, hash: u64) -> u32 {
        self.occurrences.next(summary, hash)
    }

    /// Gives out the sessions that ended by the passing of time: `now` is the newest time of the
    /// capture so far.
    pub fn sweep(&mut self, now: Option<Timestamp>) -> impl Iterator<Item = Ended<O>> {
        self.newest = self.newest.max(now);
        let mut over = Vec::new();
        if let Some(now) = self.newest {
            over = self.sweep_closed(now);
            over.extend(self.sweep_idle(now));
        }
        self.end_all(over)
    }

    fn sweep_closed(&mut self, now: Timestamp) -> Vec<Tracked<O>> {
        let Some(linger) = self.limits.linger else {
            return Vec::new();
        };
        let mut over = Vec::new();
        while let Some((time, hash)) = self.closed.front().copied() {
            if now.since(time) < linger {
                break;
            }
            self.closed.pop_front();
            let is_it = |known: &Tracked<O>| known.hash == hash && known.closed == Some(time);
            let found = self.table.find_entry(hash, is_it).ok();
            over.extend(found.map(|entry| entry.remove().0));
        }
        over
    }

    fn sweep_idle(&mut self, now: Timestamp) -> Vec<Tracked<O>> {
        let Some(idle) = self.limits.idle_timeout else {
            return Vec::new();
        };
        let due = self
            .last_sweep
            .is_none_or(|last| idle.nanos() / 4 <= now.since(last).nanos());
        if !due {
            return Vec::new();
        }
        self.last_sweep = Some(now);
        let is_over = |known: &mut Tracked<O>| {
            known
                .session
                .last_time()
                .is_some_and(|last| idle < now.since(last))
        };
        self.table.extract_if(is_over).collect()
    }

    /// Ends all sessions, in the order of their first packets.
    pub fn finish(&mut self) -> impl Iterator<Item = Ended<O>> {
        let all = self.table.drain().collect();
        self.end_all(all)
    }

    /// Ends sessions one by one: they end as they are asked for.
    fn end_all(&mut self, mut sessions: Vec<Tracked<O>>) -> impl Iterator<Item = Ended<O>> {
        sessions.sort_unstable_by_key(|known| known.session.first_packet());
        sessions.into_iter().map(|mut known| {
            let (summary, observer) = known.session.take_summary();
            self.end(summary, observer, known.hash)
        })
    }

    fn end(&mut self, mut summary: Box<SessionSummary>, observer: O, hash: u64) -> Ended<O> {
        summary.occurrence = self.occurrences.count(&summary, hash);
        Ended { summary, observer }
    }
}

/// True when a segment on a known 4-tuple belongs to a new session.
fn ends_before<O: SessionObserver>(
    session: &LiveSession<O>,
    from: KeyEnd,
    head: &SegmentHead,
    limits: Limits,
) -> bool {
    let opens =
        head.flags.has(TcpFlags::SYN) && !head.flags.has_any(TcpFlags::ACK.with(TcpFlags::RST));
    let idle = match (limits.idle_timeout, session.last_time(), head.time) {
        (Some(idle), Some(last), Some(now)) => idle < now.since(last),
        (_, _, _) => false,
    };
    idle || (opens && session.is_reopened_by(from, head))
}
