//! The ordered bytes of both directions to requests with their responses.
//!
//! Looks at the first bytes of each direction; where neither starts a message, it is over. Where
//! one does, the other is searched for the start of a message, too, since its own start may not
//! have been captured.

use super::collect::{BodyPart, Collector, Keep};
use super::h1::{Conversation, Turn};
use super::h2::{Connection, are_frames, is_settings};
use super::item::HttpFacts;
use super::limits::HttpLimits;
use super::mark::Marks;
use crate::session::{Direction, PerDirection, Piece, StreamOffset};

/// Watches one session; takes pieces of each direction in stream order.
#[derive(Debug)]
pub struct Observer {
    limits: HttpLimits,
    state: State,
    /// What a server of HTTP/2 sent before its client's preface.
    early: Vec<(Direction, Vec<u8>, Marks)>,
    early_bytes: usize,
}

#[derive(Debug)]
enum State {
    Http1(Box<Conversation>),
    Http2(Box<Connection>),
    Over,
}

impl Observer {
    /// An observer that has seen nothing.
    pub fn new(limits: HttpLimits, keep: Keep) -> Self {
        Self {
            limits,
            state: State::Http1(Box::new(Conversation::new(limits, keep))),
            early: Vec::new(),
            early_bytes: 0,
        }
    }

    /// What is spoken is within TLS.
    #[must_use]
    pub fn within_tls(mut self) -> Self {
        if let Some(collector) = self.collector() {
            collector.is_tls = true;
        }
        self
    }

    /// Takes in the next piece of a direction.
    pub fn push(&mut self, direction: Direction, piece: Piece<'_>, marks: &Marks) {
        if self.is_early(direction, piece, marks) {
            return;
        }
        self.resume(direction, piece);
        let turn = match &mut self.state {
            State::Over => return,
            State::Http2(connection) => {
                connection.push(direction, piece, marks);
                return;
            }
            State::Http1(conversation) => conversation.push(direction, piece, marks),
        };
        match turn {
            Turn::Stay => {
                let is_hopeless = |conversation: &Conversation| conversation.is_hopeless();
                if matches!(&self.state, State::Http1(one) if is_hopeless(one)) {
                    self.state = State::Over;
                }
            }
            Turn::Preface(requests, rest) => {
                let collector = self.take_collector();
                let connection = Connection::after_preface(self.limits, requests, collector);
                self.turn(connection, requests, rest, marks);
            }
            Turn::Upgraded(requests, item, rest) => {
                let collector = self.take_collector();
                let connection = Connection::upgraded(self.limits, requests, item, collector);
                self.turn(connection, requests.opposite(), rest, marks);
            }
        }
    }

    /// HTTP/2 goes on with these bytes.
    fn turn(
        &mut self,
        mut connection: Connection,
        direction: Direction,
        rest: &[u8],
        marks: &Marks,
    ) {
        for (direction, bytes, marks) in std::mem::take(&mut self.early) {
            connection.push(direction, Piece::Bytes(StreamOffset::ZERO, &bytes), &marks);
        }
        connection.push(direction, Piece::Bytes(StreamOffset::ZERO, rest), marks);
        self.state = State::Http2(Box::new(connection));
    }

    /// HTTP/2 whose start was not captured.
    fn resume(&mut self, direction: Direction, piece: Piece<'_>) {
        let (State::Http1(conversation), Piece::Bytes(_, bytes)) = (&self.state, piece) else {
            return;
        };
        let is_first = !conversation.has_seen(direction) && !conversation.is_recognised();
        if is_first && are_frames(bytes) {
            let collector = self.take_collector();
            let mut connection = Connection::resumed(self.limits, collector);
            for (direction, bytes, marks) in std::mem::take(&mut self.early) {
                connection.push(direction, Piece::Bytes(StreamOffset::ZERO, &bytes), &marks);
            }
            self.state = State::Http2(Box::new(connection));
        }
    }

    /// Keeps what a server of HTTP/2 may send before its client's preface.
    fn is_early(&mut self, direction: Direction, piece: Piece<'_>, marks: &Marks) -> bool {
        let (State::Http1(conversation), Piece::Bytes(_, bytes)) = (&self.state, piece) else {
            return false;
        };
        let goes_on = self
            .early
            .first()
            .is_some_and(|(early, _, _)| *early == direction);
        let is_first = self.early.is_empty() && !conversation.has_seen(direction);
        let is_early = goes_on || is_first && is_settings(bytes);
        if !is_early || EARLY_BYTES < self.early_bytes.saturating_add(bytes.len()) {
            return false;
        }
        self.early_bytes = self.early_bytes.saturating_add(bytes.len());
        self.early.push((direction, bytes.to_vec(), *marks));
        true
    }

    /// True when nothing that comes is looked at any more.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The roles turned out to be the other way round: the directions so far are exchanged.
    pub fn swap_directions(&mut self) {
        for (direction, _, _) in &mut self.early {
            *direction = direction.opposite();
        }
        match &mut self.state {
            State::Http1(conversation) => conversation.swap_directions(),
            State::Http2(connection) => connection.swap_directions(),
            State::Over => {}
        }
    }

    /// Takes the parts of bodies that came since.
    pub fn take_bodies(&mut self) -> Vec<BodyPart> {
        self.collector()
            .map(Collector::take_bodies)
            .unwrap_or_default()
    }

    /// Items that started so far.
    pub fn item_count(&mut self) -> u64 {
        self.collector()
            .map_or(0, |collector| collector.item_count())
    }

    /// What it came to; `None` where it is not HTTP. `closed`: which directions their senders
    /// closed.
    pub fn finish(self, closed: PerDirection<bool>) -> Option<HttpFacts> {
        match self.state {
            State::Over => None,
            State::Http1(mut conversation) => {
                conversation.finish(closed);
                conversation.exchange.collector.finish()
            }
            State::Http2(mut connection) => {
                connection.finish();
                connection.collector.finish()
            }
        }
    }

    fn collector(&mut self) -> Option<&mut Collector> {
        match &mut self.state {
            State::Http1(conversation) => Some(&mut conversation.exchange.collector),
            State::Http2(connection) => Some(&mut connection.collector),
            State::Over => None,
        }
    }

    fn take_collector(&mut self) -> Collector {
        if let State::Http1(conversation) = &mut self.state {
            conversation.exchange.close_all();
        }
        self.collector().map(std::mem::take).unwrap_or_default()
    }
}

/// Bytes that a server may send before its client's preface.
const EARLY_BYTES: usize = 16 << 10;
