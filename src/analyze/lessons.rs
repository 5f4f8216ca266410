//! The segments of a capture to master secrets that its key logs do not have as such.
//!
//! Runs where segments are decoded, before they are tracked: a secret is known with the batch in
//! which its handshake lies. It costs nothing while no secret is known that others can be derived
//! from; from there on sessions are tracked a second time, up to the end of their handshake.
//!
//! Limits: those of [`Lessons`] and [`Handshake`]; a session that started before the first secret
//! was known tells nothing.

use std::sync::{Arc, Mutex, PoisonError};

use super::decoded::Decoded;
use super::flow::Flow;
use crate::config::Config;
use crate::lot::LotCounter;
use crate::packet::Checksum;
use crate::session::{DataEvent, Limits, NoPayloads, Route, SessionObserver, Tracker};
use crate::tls::{DecryptLimits, Decryptor, DerivedSecret, Handshake, KeyLog, Lessons};

/// Learns from the handshakes of a capture.
pub(super) struct Teacher {
    class: Class,
    tracker: Tracker<Pupil>,
    verify_checksums: bool,
    derived: Vec<DerivedSecret>,
    /// The secrets that were known, and those with what was derived.
    keys: Option<(Arc<KeyLog>, Arc<KeyLog>)>,
}

/// What the observers of all sessions share.
#[derive(Clone, Debug, Default)]
struct Class(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    lessons: Lessons,
    keys: Arc<KeyLog>,
}

impl Teacher {
    pub(super) fn new(config: &Config) -> Self {
        // Those that are not shown may tell the secrets of others.
        let limits = Limits {
            first: None,
            ..config.session
        };
        let class = Class::default();
        let pupil = Pupil {
            class: class.clone(),
            ..Pupil::default()
        };
        Self {
            tracker: Tracker::with_observer(limits, pupil),
            class,
            verify_checksums: config.verify_checksums,
            derived: Vec::new(),
            keys: None,
        }
    }

    /// Takes in the segments of a batch, and adds what they tell to its secrets.
    pub(super) fn handle(&mut self, decoded: &mut Decoded) {
        if !decoded.keys.may_derive() {
            return;
        }
        self.class.set(&decoded.keys);
        for head in &decoded.heads {
            let segment = head.resolve(&decoded.batch);
            if !self.verify_checksums || segment.checksum() != Checksum::Bad {
                let route = Route::of(head.source, head.destination, 0, 0);
                self.tracker.handle(&segment, &route, &NoPayloads);
            }
        }
        // Sessions that are over have told all they can.
        self.tracker.sweep(decoded.newest).for_each(drop);
        let new = self.class.take();
        if self.derived.is_empty() && new.is_empty() {
            return;
        }
        decoded.keys = self.with_derived(&decoded.keys, &new);
        self.derived.extend(new);
    }

    /// What was derived so far.
    pub(super) fn derived(&self) -> &[DerivedSecret] {
        &self.derived
    }

    fn with_derived(&mut self, known: &Arc<KeyLog>, new: &[DerivedSecret]) -> Arc<KeyLog> {
        let mut keys = match self.keys.take() {
            Some((before, keys)) if Arc::ptr_eq(&before, known) => keys,
            _ => {
                let mut keys = KeyLog::clone(known);
                self.derived.iter().for_each(|old| keys.add_derived(old));
                Arc::new(keys)
            }
        };
        if !new.is_empty() {
            let keys = Arc::make_mut(&mut keys);
            new.iter().for_each(|new| keys.add_derived(new));
        }
        self.keys = Some((Arc::clone(known), Arc::clone(&keys)));
        keys
    }
}

impl Class {
    fn set(&self, keys: &Arc<KeyLog>) {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.keys = Arc::clone(keys);
    }

    fn learn(&self, handshake: &mut Handshake) {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Shared { lessons, keys } = &mut *shared;
        lessons.learn(handshake, keys);
    }

    fn take(&self) -> Vec<DerivedSecret> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.lessons.take()
    }
}

/// Watches the handshake of one session.
#[derive(Debug, Default)]
struct Pupil {
    class: Class,
    lots: LotCounter,
    watch: Watch,
}

#[derive(Debug, Default)]
enum Watch {
    #[default]
    Idle,
    Watching(Box<Watching>),
    Over,
}

#[derive(Debug)]
struct Watching {
    flow: Flow,
    decryptor: Decryptor,
    handshake: Handshake,
}

impl SessionObserver for Pupil {
    fn fresh(&self) -> Self {
        Self {
            class: self.class.clone(),
            ..Self::default()
        }
    }

    fn data(&mut self, event: &DataEvent<'_>) {
        if matches!(self.watch, Watch::Idle) {
            self.watch = Watch::Watching(Box::new(Watching {
                flow: Flow::default(),
                decryptor: Decryptor::new(DecryptLimits::default()),
                handshake: Handshake::default(),
            }));
        }
        let Watch::Watching(watching) = &mut self.watch else {
            return;
        };
        let Watching {
            flow,
            decryptor,
            handshake,
        } = watching.as_mut();
        let place = self.lots.place(event);
        let class = &self.class;
        let nothing = KeyLog::default();
        flow.data(event, place, &self.lots, &mut |direction, piece, _| {
            decryptor.push(&nothing, direction, piece, &mut |record| {
                if handshake.take(&record) {
                    class.learn(handshake);
                }
            });
        });
        if handshake.is_over() || decryptor.is_over() {
            self.watch = Watch::Over;
        }
    }

    fn swap_directions(&mut self) {
        self.lots.swap_directions();
        if let Watch::Watching(watching) = &mut self.watch {
            watching.flow.swap_directions();
            watching.decryptor.swap_directions();
            watching.handshake.swap_directions();
        }
    }
}
