//! The data packets of a session to the ordered bytes that the TLS observer wants.
//!
//! Bytes that come in order go straight through; only what comes out of order is kept. A session
//! without TLS costs one look at its first bytes each way, and then nothing.
//!
//! Limits: [`WAITING_BYTES`] a direction wait behind a gap; one byte more and it stays a gap.

use crate::session::{DataEvent, Direction, PerDirection, Piece, Reassembler, StreamOffset};
use crate::tls::{Observer, TlsFacts, TlsLimits};

/// Bytes of a direction that wait behind a gap: a long certificate chain.
const WAITING_BYTES: usize = 128 << 10;

/// Feeds the bytes of one session to a TLS observer until that has seen enough.
#[derive(Debug, Default)]
pub(super) enum TlsFeed {
    /// No data came so far.
    #[default]
    Idle,
    /// The observer wants more.
    Watching(Box<Watch>),
    /// It is over.
    Over(Option<Box<TlsFacts>>),
}

/// A session that is watched.
#[derive(Debug)]
pub(super) struct Watch {
    observer: Observer,
    streams: PerDirection<Stream>,
}

/// The bytes of one direction.
#[derive(Debug)]
enum Stream {
    /// All came in order up to here.
    InOrder(StreamOffset),
    /// Some wait behind a gap, or did.
    Reordered(Box<Reassembler>),
}

impl TlsFeed {
    /// Takes in a data packet.
    #[inline]
    pub(super) fn data(&mut self, event: &DataEvent<'_>) {
        match self {
            Self::Over(_) => {}
            Self::Watching(watch) => {
                if watch.data(event) {
                    let facts = watch.facts();
                    *self = Self::Over(facts);
                }
            }
            Self::Idle => {
                let mut watch = Box::new(Watch::new());
                *self = if watch.data(event) {
                    Self::Over(watch.facts())
                } else {
                    Self::Watching(watch)
                };
            }
        }
    }

    /// What was found so far.
    pub(super) fn facts(&self) -> Option<Box<TlsFacts>> {
        match self {
            Self::Idle => None,
            Self::Watching(watch) => watch.facts(),
            Self::Over(facts) => facts.clone(),
        }
    }

    /// The roles turned out to be the other way round.
    pub(super) fn swap_directions(&mut self) {
        match self {
            Self::Idle => {}
            Self::Watching(watch) => {
                watch.observer.swap_directions();
                watch.streams.swap();
            }
            Self::Over(facts) => {
                if let Some(facts) = facts {
                    facts.swap_directions();
                }
            }
        }
    }

    /// What was found.
    pub(super) fn finish(self) -> Option<Box<TlsFacts>> {
        match self {
            Self::Idle => None,
            Self::Watching(mut watch) => {
                watch.finish();
                watch.facts()
            }
            Self::Over(facts) => facts,
        }
    }
}

impl Watch {
    fn new() -> Self {
        Self {
            observer: Observer::new(TlsLimits::default()),
            streams: PerDirection {
                out: Stream::InOrder(StreamOffset::ZERO),
                r#in: Stream::InOrder(StreamOffset::ZERO),
            },
        }
    }

    /// Takes in a data packet; true when the observer has seen enough.
    fn data(&mut self, event: &DataEvent<'_>) -> bool {
        let Self { observer, streams } = self;
        let direction = event.direction;
        if !observer.is_settled(direction) {
            streams[direction].push(event, &mut |piece| observer.push(direction, piece));
        }
        Direction::BOTH
            .into_iter()
            .all(|direction| observer.is_settled(direction))
    }

    fn finish(&mut self) {
        let Self { observer, streams } = self;
        for direction in Direction::BOTH {
            if let Stream::Reordered(reassembler) = &mut streams[direction] {
                reassembler.finish(&mut |piece| observer.push(direction, piece));
            }
        }
    }

    fn facts(&self) -> Option<Box<TlsFacts>> {
        self.observer.facts().map(Box::new)
    }
}

impl Stream {
    fn push(&mut self, event: &DataEvent<'_>, deliver: &mut dyn FnMut(Piece<'_>)) {
        if let Self::InOrder(next) = self {
            let is_whole = event.payload.len() as u64 == event.range.len();
            if event.range.start == *next && is_whole {
                *next = event.range.end;
                deliver(Piece::Bytes(event.range.start, event.payload));
                return;
            }
            let reassembler = Reassembler::starting_at(*next, WAITING_BYTES);
            *self = Self::Reordered(Box::new(reassembler));
        }
        if let Self::Reordered(reassembler) = self {
            reassembler.push(event.range.start, event.payload, deliver);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::StreamRange;

    fn packet(direction: Direction, start: i64, payload: &[u8]) -> DataEvent<'_> {
        let len = u32::try_from(payload.len()).unwrap();
        let range = StreamRange::new(StreamOffset(start), len);
        DataEvent {
            direction,
            range,
            opened: StreamRange::default(),
            above: range,
            filled_from: None,
            filled_bytes: 0,
            cut_bytes: 0,
            acknowledged: None,
            payload,
        }
    }

    /// An alert of TLS 1.2 in the clear, from the client after a server's one.
    const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

    #[test]
    fn order_of_capture_does_not_matter() {
        let facts = |packets: &[DataEvent<'_>]| {
            let mut feed = TlsFeed::default();
            packets.iter().for_each(|packet| feed.data(packet));
            feed.finish()
        };
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
    fn what_is_no_tls_is_over_soon() {
        let mut feed = TlsFeed::default();
        feed.data(&packet(Direction::Out, 0, &[1; 40]));
        feed.data(&packet(Direction::In, 0, &[2; 40]));
        assert!(matches!(feed, TlsFeed::Over(None)));
    }
}
