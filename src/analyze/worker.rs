//! One share of the sessions: batches in, ended sessions out.

use std::sync::Arc;

use super::bodies::Mailbox;
use super::content_feed::ContentSettings;
use super::decoded::Decoded;
use super::history::History;
use super::outlet::Outlet;
use super::probe::SessionProbe;
use super::record::SessionRecord;
use super::secret_feed::KeysAtHand;
use crate::config::Config;
use crate::packet::Checksum;
use crate::session::{Ended, Tracker};

/// A part of all sessions, told by the hash of their keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    index: u64,
    of: u64,
}

impl Share {
    /// All sessions.
    pub(super) const ALL: Self = Self { index: 0, of: 1 };

    /// The share at `index`, from 0, of so many.
    pub(super) const fn new(index: usize, of: usize) -> Self {
        Self {
            index: index as u64,
            of: of as u64,
        }
    }

    /// True for sessions whose keys have this hash.
    ///
    /// The upper half decides: the lower bits choose the place in the tracker's table.
    #[inline]
    const fn has(self, hash: u64) -> bool {
        ((hash >> 32) * self.of) >> 32 == self.index
    }
}

/// Tracks one share of the sessions.
pub(super) struct Worker<O> {
    tracker: Tracker<SessionProbe>,
    keys: KeysAtHand,
    history: History,
    share: Share,
    verify_checksums: bool,
    /// Where sessions go that have ended.
    pub(super) outlet: O,
}

impl<O: Outlet> Worker<O> {
    pub(super) fn new(config: &Config, share: Share, outlet: O) -> Self {
        Self::with_mailbox(config, share, outlet, Mailbox::default())
    }

    /// The same, with a place for the bodies of HTTP messages.
    pub(super) fn with_mailbox(config: &Config, share: Share, outlet: O, bodies: Mailbox) -> Self {
        let keys = KeysAtHand::default();
        let probe = SessionProbe::new(ContentSettings {
            keep: config.http,
            keys: keys.clone(),
            bodies,
        });
        Self {
            tracker: Tracker::with_observer(config.session, probe),
            keys,
            history: History::default(),
            share,
            verify_checksums: config.verify_checksums,
            outlet,
        }
    }

    /// Handles the segments of this share, and hands batches that nobody needs any more to
    /// `unused`.
    pub(super) fn handle(&mut self, batch: Arc<Decoded>, mut unused: impl FnMut(Decoded)) {
        if self.tracker.is_done() {
            unused_alone(batch, &mut unused);
            return;
        }
        let at_hand = Arc::clone(&batch);
        self.keys.set(&at_hand.keys);
        for gone in self.history.push(batch) {
            unused_alone(gone, &mut unused);
        }
        for (index, route) in at_hand.routes.iter().enumerate() {
            if self.share.has(route.hash) {
                self.handle_segment(&at_hand, index);
            }
        }
        let Self {
            tracker, outlet, ..
        } = self;
        let over = tracker.sweep(at_hand.newest);
        over.for_each(|ended| outlet.take(record_of(ended)));
    }

    fn handle_segment(&mut self, batch: &Decoded, index: usize) {
        let Some((segment, route, position)) = batch.segment(index) else {
            return;
        };
        if self.verify_checksums && segment.checksum() == Checksum::Bad {
            return;
        }
        self.history.position = position;
        let handled = self.tracker.handle(&segment, route, &self.history);
        if let Some(ended) = handled.ended {
            self.outlet.take(record_of(ended));
        }
    }

    /// Ends all sessions.
    pub(super) fn finish(&mut self) {
        let Self {
            tracker, outlet, ..
        } = self;
        let all = tracker.finish();
        all.for_each(|ended| outlet.take(record_of(ended)));
    }
}

/// Hands on a batch that is not kept, when no other share has it any more.
fn unused_alone(batch: Arc<Decoded>, unused: &mut impl FnMut(Decoded)) {
    if let Some(decoded) = Arc::into_inner(batch) {
        unused(decoded);
    }
}

fn record_of(ended: Ended<SessionProbe>) -> SessionRecord {
    ended.observer.finish(ended.summary)
}
