//! One session that is followed packet by packet, beside or without a tracker.
//!
//! Whoever follows decides which segments belong to it (a [`Tracker`](super::Tracker) tells where
//! sessions of a 4-tuple start); here they only become findings for an observer.

use super::event::SessionObserver;
use super::key::Route;
use super::live::LiveSession;
use super::payloads::Payloads;
use super::summary::{ClientEvidence, SessionSummary};
use crate::packet::{Endpoint, Segment, SegmentHead};

/// A session that is being followed.
#[derive(Debug)]
pub struct FollowedSession<O>(LiveSession<O>);

impl<O: SessionObserver> FollowedSession<O> {
    /// A session that starts with this segment, which is yet to be handled.
    pub fn starting_with(route: &Route, head: &SegmentHead) -> Self {
        Self(LiveSession::starting_with(
            route.key,
            route.from,
            head,
            O::default(),
        ))
    }

    /// A session that starts with this segment, with the roles that another run over the same
    /// packets came to.
    ///
    /// Packets captured before the handshake was would else be shown the wrong way round.
    pub fn with_roles_of<P>(
        other: &FollowedSession<P>,
        route: &Route,
        head: &SegmentHead,
        observer: O,
    ) -> Self {
        let mut session = LiveSession::starting_with(route.key, route.from, head, observer);
        session.take_roles_of(&other.0);
        Self(session)
    }

    /// Takes in the next packet of the session.
    pub fn handle(&mut self, route: &Route, segment: &Segment<'_>, payloads: &dyn Payloads) {
        self.0.handle(route.from, segment, payloads);
    }

    /// True when a SYN told who the client is: no later packet will say otherwise.
    pub const fn roles_are_settled(&self) -> bool {
        matches!(
            self.0.client_evidence(),
            ClientEvidence::Syn | ClientEvidence::SynAck
        )
    }

    /// The client, as far as it is known.
    pub const fn client(&self) -> Endpoint {
        self.0.client()
    }

    /// Its observer.
    pub const fn observer(&mut self) -> &mut O {
        self.0.observer()
    }

    /// Ends the session: its summary, and its observer.
    pub fn finish(mut self) -> (Box<SessionSummary>, O) {
        self.0.take_summary()
    }
}
