//! HTTP within TLS: the pieces of a session, deciphered, to an observer of HTTP.
//!
//! A deciphered piece has the marks of the packets that its record came in. Application data that
//! is not deciphered is a gap. A session without a known secret costs its hello, and then nothing.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use crate::http::{self, BodyPart, HttpFacts, HttpLimits, Keep, Mark, Marks};
use crate::session::{Direction, PerDirection, Piece, StreamOffset, StreamRange};
use crate::tls::{ContentType, DecryptLimits, Decryptor, KeyLog, TlsRecord};

/// The secrets that are known at the packet at hand.
///
/// Those who track set it before each batch, so that what is deciphered does not depend on how far
/// the reading of the capture is ahead.
#[derive(Clone, Debug, Default)]
pub(super) struct KeysAtHand(Arc<RwLock<Arc<KeyLog>>>);

impl KeysAtHand {
    /// Sets the secrets that are known from here on.
    pub(super) fn set(&self, keys: &Arc<KeyLog>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&known, keys) {
            *known = Arc::clone(keys);
        }
    }

    fn get(&self) -> Arc<KeyLog> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Deciphers one session for an observer of HTTP.
#[derive(Debug)]
pub(super) struct SecretFeed {
    keys: KeysAtHand,
    decryptor: Decryptor,
    http: http::Observer,
    /// Where pieces came that are not settled.
    places: PerDirection<VecDeque<(StreamOffset, Mark)>>,
    /// Bytes deciphered so far.
    ends: PerDirection<StreamOffset>,
    is_over: bool,
}

impl SecretFeed {
    /// A feed; `None` when no secret is known at all.
    pub(super) fn new(keys: &KeysAtHand, keep: Keep) -> Option<Box<Self>> {
        if keys.get().is_empty() {
            return None;
        }
        Some(Box::new(Self {
            keys: keys.clone(),
            decryptor: Decryptor::new(DecryptLimits::default()),
            http: http::Observer::new(HttpLimits::default(), keep).within_tls(),
            places: PerDirection::default(),
            ends: PerDirection::default(),
            is_over: false,
        }))
    }

    /// Takes in the next piece of a direction.
    pub(super) fn push(&mut self, direction: Direction, piece: Piece<'_>, marks: &Marks) {
        let start = match piece {
            Piece::Bytes(start, _) => start,
            Piece::Gap(range) => range.start,
        };
        self.places[direction].push_back((start, marks.first));
        let keys = self.keys.get();
        let Self {
            decryptor,
            http,
            places,
            ends,
            ..
        } = self;
        decryptor.push(&keys, direction, piece, &mut |record| {
            hand_on(&record, places, ends, http);
        });
        self.forget_settled();
        self.is_over = self.http.is_over() || self.decryptor.is_over() || self.has_no_secret(&keys);
    }

    /// True when no more is to be had of it.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// The roles turned out to be the other way round.
    pub(super) fn swap_directions(&mut self) {
        self.decryptor.swap_directions();
        self.http.swap_directions();
        self.places.swap();
        self.ends.swap();
    }

    /// Takes the parts of bodies that came since.
    pub(super) fn take_bodies(&mut self) -> Vec<BodyPart> {
        self.http.take_bodies()
    }

    /// What it came to.
    pub(super) fn finish(mut self, closed: PerDirection<bool>) -> Option<HttpFacts> {
        let keys = self.keys.get();
        let Self {
            decryptor,
            http,
            places,
            ends,
            ..
        } = &mut self;
        decryptor.finish(&keys, &mut |record| hand_on(&record, places, ends, http));
        self.http.finish(closed)
    }

    /// Its hello came, and no secret of it is known, nor will be derived of its handshake.
    fn has_no_secret(&self, keys: &KeyLog) -> bool {
        let tally = self.decryptor.tally();
        if keys.may_derive() && tally.undeciphered == 0 {
            return false;
        }
        let random = self.decryptor.client_random();
        random.is_some_and(|random| keys.secrets_for(&random).next().is_none())
            && tally.deciphered == 0
            && !keys.may_know_unseen()
    }

    /// Forgets places before all that may still be delivered.
    fn forget_settled(&mut self) {
        for direction in Direction::BOTH {
            let settled = self.decryptor.settled(direction);
            let places = &mut self.places[direction];
            while let Some((next, _)) = places.get(1)
                && *next <= settled
            {
                places.pop_front();
            }
        }
    }
}

/// Hands the application data of a record on.
fn hand_on(
    record: &TlsRecord<'_>,
    places: &PerDirection<VecDeque<(StreamOffset, Mark)>>,
    ends: &mut PerDirection<StreamOffset>,
    http: &mut http::Observer,
) {
    if record.content != ContentType::ApplicationData && record.content != ContentType::Unknown {
        return;
    }
    let direction = record.direction;
    let places = &places[direction];
    let marks = Marks {
        first: place(places, record.range.start),
        last: place(places, record.range.end.sub(1)),
    };
    let start = ends[direction];
    match record.application_data() {
        Some(bytes) => {
            ends[direction] = start.add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            http.push(direction, Piece::Bytes(start, bytes), &marks);
        }
        None if record.reason().is_some() => {
            let end = start.add(u32::from(record.most_bytes).max(1));
            ends[direction] = end;
            http.push(direction, Piece::Gap(StreamRange { start, end }), &marks);
        }
        None => {}
    }
}

/// Where the byte at an offset came.
fn place(places: &VecDeque<(StreamOffset, Mark)>, offset: StreamOffset) -> Mark {
    let after = places.partition_point(|(start, _)| *start <= offset);
    let place = places.get(after.saturating_sub(1));
    place.map(|(_, mark)| *mark).unwrap_or_default()
}
