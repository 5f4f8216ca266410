//! The data packets of a session to what their content shows: TLS facts, and HTTP.
//!
//! A session that is neither costs one look at its first bytes each way, and then nothing.

use super::bodies::Mailbox;
use super::flow::Flow;
use super::secret_feed::{KeysAtHand, SecretFeed};
use crate::capture::PacketNumber;
use crate::http::{self, BodyPart, HttpFacts, HttpLimits, Keep};
use crate::lot::{LotCounter, LotPlace};
use crate::session::{DataEvent, Direction, PerDirection};
use crate::tls::{self, TlsFacts, TlsLimits};

/// What is kept of sessions, and what is known beside them.
#[derive(Clone, Debug, Default)]
pub(super) struct ContentSettings {
    /// How much of HTTP is kept.
    pub(super) keep: Keep,
    /// Secrets that decipher TLS.
    pub(super) keys: KeysAtHand,
    /// Where bodies go.
    pub(super) bodies: Mailbox,
}

/// Feeds the bytes of one session to those who look at its content.
#[derive(Debug, Default)]
pub(super) struct ContentFeed {
    state: State,
    settings: ContentSettings,
    /// First packet of the session.
    session: Option<PacketNumber>,
}

/// What is known of the content.
#[derive(Debug, Default)]
enum State {
    /// No data came so far.
    #[default]
    Idle,
    /// Somebody wants more.
    Watching(Box<Watch>),
    /// It is over, and no HTTP.
    Over(Option<Box<TlsFacts>>),
    /// The session is over.
    Settled(ContentFacts),
}

/// A session that is watched.
#[derive(Debug)]
struct Watch {
    flow: Flow,
    tls: TlsWatch,
    http: http::Observer,
    /// HTTP within TLS, while secrets are known.
    secret: Option<Box<SecretFeed>>,
}

/// What is known of TLS.
#[derive(Debug)]
enum TlsWatch {
    Looking(Box<tls::Observer>),
    Over(Option<Box<TlsFacts>>),
}

/// What the content showed.
#[derive(Debug, Default)]
pub(super) struct ContentFacts {
    pub(super) tls: Option<Box<TlsFacts>>,
    pub(super) http: Option<Box<HttpFacts>>,
}

impl ContentFeed {
    /// A feed with these settings.
    pub(super) const fn new(settings: ContentSettings) -> Self {
        Self {
            state: State::Idle,
            settings,
            session: None,
        }
    }

    /// A feed for another session.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.settings.clone())
    }

    /// Takes in a data packet, whose new bytes went to `place`.
    #[inline]
    pub(super) fn data(
        &mut self,
        event: &DataEvent<'_>,
        place: Option<LotPlace>,
        lots: &LotCounter,
    ) {
        match &mut self.state {
            State::Over(_) | State::Settled(_) => return,
            State::Watching(watch) => watch.data(event, place, lots),
            State::Idle => {
                let mut watch = Box::new(Watch::new(&self.settings));
                watch.data(event, place, lots);
                self.state = State::Watching(watch);
            }
        }
        if self.settings.bodies.is_open() {
            self.session = Some(event.session);
            self.post_bodies();
        }
        if let State::Watching(watch) = &mut self.state
            && watch.http.is_over()
            && watch.secret.is_none()
            && let TlsWatch::Over(facts) = &mut watch.tls
        {
            self.state = State::Over(facts.take());
        }
    }

    /// What was found of TLS so far.
    pub(super) fn tls_so_far(&self) -> Option<Box<TlsFacts>> {
        match &self.state {
            State::Idle => None,
            State::Over(facts) => facts.clone(),
            State::Settled(facts) => facts.tls.clone(),
            State::Watching(watch) => match &watch.tls {
                TlsWatch::Looking(observer) => observer.facts().map(Box::new),
                TlsWatch::Over(facts) => facts.clone(),
            },
        }
    }

    /// Hands out the parts of bodies that came.
    fn post_bodies(&mut self) {
        if let (State::Watching(watch), Some(session)) = (&mut self.state, self.session) {
            self.settings.bodies.post(session, watch.take_bodies());
        }
    }

    /// The roles turned out to be the other way round.
    pub(super) fn swap_directions(&mut self) {
        match &mut self.state {
            State::Idle => {}
            State::Watching(watch) => {
                watch.flow.swap_directions();
                watch.tls.swap_directions();
                watch.http.swap_directions();
                if let Some(secret) = &mut watch.secret {
                    secret.swap_directions();
                }
            }
            State::Over(facts) => swap(facts),
            State::Settled(facts) => swap(&mut facts.tls),
        }
    }

    /// Bytes are held because others before them are missing.
    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        matches!(&self.state, State::Watching(watch) if watch.flow.is_waiting())
    }

    /// Missing bytes are not waited for any more.
    pub(super) fn give_up(&mut self) {
        if let State::Watching(watch) = &mut self.state {
            watch.give_up();
        }
    }

    /// All bytes of the session came.
    pub(super) fn settle(&mut self) {
        // Secrets may stand behind the session that they belong to.
        if matches!(&self.state, State::Watching(watch) if watch.secret.is_some()) {
            return;
        }
        let closed = PerDirection {
            out: true,
            r#in: true,
        };
        let facts = std::mem::take(self).finish(closed);
        self.state = State::Settled(facts);
    }

    /// What was found; `closed`: which directions their senders closed.
    pub(super) fn finish(self, closed: PerDirection<bool>) -> ContentFacts {
        match self.state {
            State::Idle => ContentFacts::default(),
            State::Watching(watch) => {
                let Self {
                    settings, session, ..
                } = self;
                watch.finish(closed, &settings.bodies, session)
            }
            State::Over(tls) => ContentFacts { tls, http: None },
            State::Settled(facts) => facts,
        }
    }
}

impl Watch {
    fn new(settings: &ContentSettings) -> Self {
        let ContentSettings { keep, keys, .. } = settings;
        Self {
            flow: Flow::default(),
            tls: TlsWatch::Looking(Box::new(tls::Observer::new(TlsLimits::default()))),
            http: http::Observer::new(HttpLimits::default(), *keep),
            secret: SecretFeed::new(keys, *keep),
        }
    }

    fn data(&mut self, event: &DataEvent<'_>, place: Option<LotPlace>, lots: &LotCounter) {
        let Self {
            flow,
            tls,
            http,
            secret,
        } = self;
        flow.data(event, place, lots, &mut |direction, piece, marks| {
            tls.push(direction, piece);
            http.push(direction, piece, marks);
            if let Some(secret) = secret {
                secret.push(direction, piece, marks);
            }
        });
        tls.settle();
        if self.secret.as_ref().is_some_and(|secret| secret.is_over()) {
            self.secret = None;
        }
    }

    fn take_bodies(&mut self) -> Vec<BodyPart> {
        let mut parts = self.http.take_bodies();
        if let Some(secret) = &mut self.secret {
            let before = self.http.item_count();
            parts.extend(secret.take_bodies().into_iter().map(|part| BodyPart {
                item: part.item.saturating_add(before),
                ..part
            }));
        }
        parts
    }

    /// Takes in all that is held, with the gaps before it.
    fn give_up(&mut self) {
        let Self {
            flow,
            tls,
            http,
            secret,
        } = self;
        flow.finish(&mut |direction, piece, marks| {
            tls.push(direction, piece);
            http.push(direction, piece, marks);
            if let Some(secret) = secret {
                secret.push(direction, piece, marks);
            }
        });
        tls.settle();
    }

    fn finish(
        mut self,
        closed: PerDirection<bool>,
        bodies: &Mailbox,
        session: Option<PacketNumber>,
    ) -> ContentFacts {
        self.give_up();
        if let Some(session) = session {
            let parts = self.take_bodies();
            bodies.post(session, parts);
        }
        let outer = self.http.finish(closed);
        let inner = self.secret.and_then(|secret| secret.finish(closed));
        ContentFacts {
            tls: self.tls.facts(),
            http: HttpFacts::with_inner(outer, inner).map(Box::new),
        }
    }
}

impl TlsWatch {
    fn push(&mut self, direction: Direction, piece: crate::session::Piece<'_>) {
        if let Self::Looking(observer) = self
            && !observer.is_settled(direction)
        {
            observer.push(direction, piece);
        }
    }

    /// Forgets the observer when it has seen enough.
    fn settle(&mut self) {
        if let Self::Looking(observer) = self
            && Direction::BOTH
                .into_iter()
                .all(|direction| observer.is_settled(direction))
        {
            *self = Self::Over(observer.facts().map(Box::new));
        }
    }

    fn swap_directions(&mut self) {
        match self {
            Self::Looking(observer) => observer.swap_directions(),
            Self::Over(facts) => swap(facts),
        }
    }

    fn facts(self) -> Option<Box<TlsFacts>> {
        match self {
            Self::Looking(observer) => observer.facts().map(Box::new),
            Self::Over(facts) => facts,
        }
    }
}

fn swap(facts: &mut Option<Box<TlsFacts>>) {
    if let Some(facts) = facts {
        facts.swap_directions();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{StreamOffset, StreamRange};

    fn packet(direction: Direction, start: i64, payload: &[u8]) -> DataEvent<'_> {
        let len = u32::try_from(payload.len()).unwrap();
        let range = StreamRange::new(StreamOffset(start), len);
        DataEvent {
            direction,
            time: None,
            index: 0,
            session: PacketNumber::FIRST,
            range,
            opened: StreamRange::default(),
            above: range,
            filled_from: None,
            filled_bytes: 0,
            cut_bytes: 0,
            acknowledged: None,
            acknowledges: None,
            payload,
        }
    }

    fn feed(packets: &[DataEvent<'_>]) -> ContentFeed {
        let mut feed = ContentFeed::default();
        let mut lots = LotCounter::default();
        for packet in packets {
            let place = lots.place(packet);
            feed.data(packet, place, &lots);
        }
        feed
    }

    /// An alert of TLS 1.2 in the clear, from the client after a server's one.
    const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

    #[test]
    fn order_of_capture_does_not_matter() {
        let facts = |packets: &[DataEvent<'_>]| feed(packets).finish(PerDirection::default()).tls;
        let (head, tail) = ALERT.split_at(4);
        let server = packet(Direction::In, 0, ALERT);
        let in_order = [
            packet(Direction::Out, 0, head),
            packet(Direction::Out, 4, tail),
            server,
        ];
        let turned = [
            packet(Direction::Out, 4, tail),
            packet(Direction::Out, 0, head),
            server,
        ];
        assert!(facts(&in_order).is_some());
        assert_eq!(facts(&in_order), facts(&turned));
    }

    #[test]
    fn what_is_neither_tls_nor_http_is_over_soon() {
        let feed = feed(&[
            packet(Direction::Out, 0, &[1; 40]),
            packet(Direction::In, 0, &[2; 40]),
        ]);
        assert!(matches!(feed.state, State::Over(None)));
    }
}
