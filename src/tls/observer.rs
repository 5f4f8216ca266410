//! The ordered bytes of both directions to the TLS facts of a session.
//!
//! Each direction is read on its own, so neither the cuts between pieces nor the order of the two
//! directions changes the facts.
//!
//! ```text
//! piece -> search (where does TLS start?) -> records -> messages -> found  \
//! piece -> search                         -> records -> messages -> found  -> facts
//! ```
//!
//! Deliberately absent: decryption, DTLS, QUIC, and the search for records in the middle of a
//! stream whose start was not captured (only a stream that starts with a record is recognized).
//! Limits: [`TlsLimits`]. A direction that is not TLS, or has no more to show, is ignored and
//! holds no bytes.

use super::client_hello::Offer;
use super::facts::TlsFacts;
use super::found::Found;
use super::limits::TlsLimits;
use super::record::{Progress, Records};
use super::search::{Outcome, Search};
use super::server_hello::Choice;
use crate::session::{Direction, PerDirection, Piece};

/// Watches one session; takes pieces in stream order, a direction at a time or mixed.
#[derive(Debug)]
pub struct Observer {
    limits: TlsLimits,
    halves: PerDirection<Half>,
}

/// One direction.
#[derive(Debug, Default)]
struct Half {
    state: State,
    /// Bytes came.
    seen: bool,
    found: Option<Box<Found>>,
}

#[derive(Debug)]
enum State {
    Searching(Search),
    Reading(Box<Records>),
    Ignoring,
}

impl Observer {
    /// An observer that has seen nothing.
    pub fn new(limits: TlsLimits) -> Self {
        Self {
            limits,
            halves: PerDirection::default(),
        }
    }

    /// Takes in the next piece of a direction.
    pub fn push(&mut self, direction: Direction, piece: Piece<'_>) {
        let half = &mut self.halves[direction];
        match piece {
            Piece::Bytes(_, bytes) => half.push(bytes, &self.limits),
            Piece::Gap(range) => half.push_gap(range.len()),
        }
    }

    /// The roles turned out to be the other way round: the directions so far are exchanged.
    pub const fn swap_directions(&mut self) {
        self.halves.swap();
    }

    /// True when pieces of this direction are ignored from here on.
    pub const fn is_settled(&self, direction: Direction) -> bool {
        let half = match direction {
            Direction::Out => &self.halves.out,
            Direction::In => &self.halves.r#in,
        };
        matches!(half.state, State::Ignoring)
    }

    /// What was found so far; `None` where it is not TLS, as far as one can tell.
    ///
    /// A hello makes a session one of TLS. Without one it takes two records in a row, or a record
    /// at the start of both directions.
    pub fn facts(&self) -> Option<TlsFacts> {
        let [out, r#in] = Direction::BOTH.map(|direction| self.accepted(direction));
        let nothing = Found::default();
        let of = |client, offered: Option<&Found>, chosen: Option<&Found>| {
            TlsFacts::of(
                client,
                offered.unwrap_or(&nothing),
                chosen.unwrap_or(&nothing),
            )
        };
        let offers = |found: Option<&Found>| found.is_some_and(|found| found.offer.is_some());
        let chooses = |found: Option<&Found>| found.is_some_and(|found| found.choice.is_some());
        if offers(out) {
            Some(of(Direction::Out, out, r#in))
        } else if offers(r#in) || chooses(out) {
            Some(of(Direction::In, r#in, out))
        } else if chooses(r#in) || is_tls_without_hello(out, r#in) {
            Some(of(Direction::Out, out, r#in))
        } else {
            None
        }
    }

    /// What was found in a direction, unless cleartext came before and the other direction shows
    /// that it was no change to TLS.
    fn accepted(&self, direction: Direction) -> Option<&Found> {
        let (own, other) = (&self.halves[direction], &self.halves[direction.opposite()]);
        let found = own.found.as_deref()?;
        let asked = |half: &Half| {
            half.found
                .as_ref()
                .is_some_and(|found| found.offer.is_some())
        };
        let counts = !found.after_cleartext || !other.seen || asked(own) || asked(other);
        counts.then_some(found)
    }
}

impl Half {
    fn push(&mut self, bytes: &[u8], limits: &TlsLimits) {
        if bytes.is_empty() {
            return;
        }
        self.seen = true;
        match &mut self.state {
            State::Ignoring => {}
            State::Reading(_) => self.read(bytes, limits),
            State::Searching(search) => match search.push(bytes, limits.cleartext_bytes) {
                Outcome::More => {}
                outcome => self.handle_outcome(outcome, limits),
            },
        }
    }

    fn push_gap(&mut self, len: u64) {
        match &mut self.state {
            State::Ignoring => {}
            State::Searching(search) => search.push_gap(len),
            State::Reading(records) => {
                let found = self.found.get_or_insert_default();
                if records.push_gap(len, found) == Progress::Done {
                    self.state = State::Ignoring;
                }
            }
        }
    }

    fn handle_outcome(&mut self, outcome: Outcome, limits: &TlsLimits) {
        self.state = State::Ignoring;
        match outcome {
            Outcome::More | Outcome::Nothing => {}
            Outcome::Records {
                rest,
                after_cleartext,
            } => {
                self.found.get_or_insert_default().after_cleartext = after_cleartext;
                self.state = State::Reading(Box::default());
                self.read(&rest, limits);
            }
            Outcome::V2Client { hello, rest } => {
                let found = self.found.get_or_insert_default();
                found.offer = Offer::of_v2(&hello).map(Box::new);
                self.state = State::Reading(Box::default());
                self.read(&rest, limits);
            }
            Outcome::V2Server => {
                let found = self.found.get_or_insert_default();
                found.choice = Some(Box::new(Choice::of_v2()));
            }
        }
    }

    fn read(&mut self, bytes: &[u8], limits: &TlsLimits) {
        let State::Reading(records) = &mut self.state else {
            return;
        };
        let found = self.found.get_or_insert_default();
        if records.push(bytes, found, limits) == Progress::Done {
            self.state = State::Ignoring;
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::Searching(Search::default())
    }
}

/// True when records alone show that this is TLS.
fn is_tls_without_hello(out: Option<&Found>, r#in: Option<&Found>) -> bool {
    let records = |found: Option<&Found>| found.map_or(0, |found| found.records);
    let (out, r#in) = (records(out), records(r#in));
    2 <= out || 2 <= r#in || (1 <= out && 1 <= r#in)
}
