//! All sessions of a capture, packed, in the order of their first packets.
//!
//! A capture may have millions of sessions, and nearly all of them are looked at once: when their
//! row or document is made. So they are kept packed, in chunks that never move, and handed out one
//! by one as whole records.
//!
//! Limits: some 170 bytes a session, and of those that have it what TLS showed and items of HTTP.

use std::ops::Range;
use std::sync::Arc;

use super::record::SessionRecord;
use crate::capture::PacketNumber;
use crate::http::{HttpFacts, Items, Reading};
use crate::lot::LotTotals;
use crate::session::{PerDirection, SessionSummary};
use crate::time::Timestamp;
use crate::tls::TlsFacts;

/// All sessions of a capture.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    places: Vec<Place>,
    chunks: Vec<Vec<u8>>,
    /// What TLS showed of sessions that have it.
    tls: Vec<Arc<TlsFacts>>,
    /// What sessions of HTTP were, where their items are kept.
    http: Vec<Arc<HttpFacts>>,
    earliest: Option<Timestamp>,
}

/// Where a session is.
#[derive(Clone, Copy, Debug)]
struct Place {
    first_packet: PacketNumber,
    /// When it starts.
    first: Option<Timestamp>,
    chunk: u32,
    start: u32,
    /// Index of its TLS facts; [`NONE`] without any.
    tls: u32,
    /// Index of its items of HTTP; [`NONE`] without any.
    http: u32,
}

impl Sessions {
    /// Adds a session; [`Self::sort`] brings it to its place.
    pub(super) fn push(&mut self, record: SessionRecord) {
        let SessionRecord {
            summary,
            lots,
            tls,
            http,
        } = record;
        let first_packet = summary.first_packet;
        let first = summary.times.first;
        self.earliest = self.earliest.into_iter().chain(first).min();
        let tls = tls.map_or(NONE, |facts| {
            self.tls.push(facts);
            index(self.tls.len().saturating_sub(1))
        });
        let http_numbers = numbers_of(http.as_deref());
        let with_items = http.filter(|facts| !facts.items.is_empty());
        let http = with_items.map_or(NONE, |facts| {
            self.http.push(facts);
            index(self.http.len().saturating_sub(1))
        });
        if self
            .chunks
            .last()
            .is_none_or(|chunk| CHUNK_FULL < chunk.len())
        {
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES));
        }
        let last = index(self.chunks.len().saturating_sub(1));
        if let Some(chunk) = self.chunks.last_mut() {
            self.places.push(Place {
                first_packet,
                first,
                chunk: last,
                start: index(chunk.len()),
                tls,
                http,
            });
            let late = lots.late_packets;
            let [kind, items, lot, packet] = http_numbers;
            let beside = [lots.lots, late.out, late.r#in, kind, items, lot, packet];
            summary.pack(beside, chunk);
        }
    }

    /// Takes over the sessions of another one.
    pub(super) fn append(&mut self, other: Self) {
        let (chunks, tls) = (index(self.chunks.len()), index(self.tls.len()));
        let http = index(self.http.len());
        self.chunks.extend(other.chunks);
        self.tls.extend(other.tls);
        self.http.extend(other.http);
        self.earliest = self.earliest.into_iter().chain(other.earliest).min();
        let places = other.places.into_iter();
        self.places.extend(places.map(|place| Place {
            chunk: place.chunk.saturating_add(chunks),
            tls: place.tls.saturating_add(tls),
            http: place.http.saturating_add(http),
            ..place
        }));
    }

    /// Brings all sessions into the order of their first packets.
    pub(super) fn sort(&mut self) {
        let Self { places, chunks, .. } = self;
        // A packet that is an aggregate of frames may be the first of several sessions.
        places.sort_unstable_by(|left, right| {
            let by_packet = left.first_packet.cmp(&right.first_packet);
            by_packet.then_with(|| left.packed(chunks).cmp(&right.packed(chunks)))
        });
    }

    /// Keeps the first `count` sessions only.
    pub(super) fn truncate(&mut self, count: usize) {
        self.places.truncate(count);
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The earliest time at which one starts.
    pub const fn earliest(&self) -> Option<Timestamp> {
        self.earliest
    }

    /// The session at a position, from 0.
    pub fn get(&self, position: usize) -> Option<SessionRecord> {
        let place = self.places.get(position)?;
        let (summary, [lots, out, r#in, kind, items, lot, packet]) =
            SessionSummary::unpack(place.packed(&self.chunks)?);
        let http = match self.http.get(place.http as usize) {
            Some(facts) => Some(Arc::clone(facts)),
            None => facts_of([kind, items, lot, packet]).map(Arc::new),
        };
        Some(SessionRecord {
            summary: Box::new(summary),
            lots: LotTotals {
                lots,
                late_packets: PerDirection { out, r#in },
            },
            tls: self.tls.get(place.tls as usize).map(Arc::clone),
            http,
        })
    }

    /// The sessions at these positions.
    pub fn range(&self, positions: Range<usize>) -> impl Iterator<Item = SessionRecord> {
        positions.map_while(|position| self.get(position))
    }

    /// All sessions in their order.
    pub fn iter(&self) -> impl Iterator<Item = SessionRecord> {
        self.range(0..self.len())
    }

    /// Number of the first packet of the session at a position.
    pub fn first_packet(&self, position: usize) -> Option<PacketNumber> {
        Some(self.places.get(position)?.first_packet)
    }

    /// When the session at a position starts; absent when its first packet has no time.
    pub fn first_time(&self, position: usize) -> Option<Timestamp> {
        self.places.get(position)?.first
    }

    /// What the session at a position was as HTTP; absent where no items of it are kept.
    pub fn http(&self, position: usize) -> Option<&HttpFacts> {
        let place = self.places.get(position)?;
        Some(&**self.http.get(place.http as usize)?)
    }

    /// What TLS showed of those sessions that have it, in their order.
    pub fn tls(&self) -> impl Iterator<Item = &TlsFacts> {
        let places = self.places.iter();
        places.filter_map(|place| Some(&**self.tls.get(place.tls as usize)?))
    }
}

impl Place {
    /// The packed session, and what lies behind it.
    fn packed(self, chunks: &[Vec<u8>]) -> Option<&[u8]> {
        chunks.get(self.chunk as usize)?.get(self.start as usize..)
    }
}

/// What is known of HTTP beside the items, as numbers that are small or 0.
fn numbers_of(http: Option<&HttpFacts>) -> [u64; 4] {
    let Some(facts) = http else {
        return [0; 4];
    };
    let reading = READINGS.iter().position(|known| *known == facts.reading);
    let kind = 1 + 2 * reading.unwrap_or_default() as u64 + u64::from(facts.limit_reached);
    let [lot, packet] = [facts.last_complete_lot, facts.last_packet]
        .map(|index| index.map_or(0, |index| index.saturating_add(1)));
    [kind, facts.item_count, lot, packet]
}

/// The way back.
fn facts_of([kind, item_count, lot, packet]: [u64; 4]) -> Option<HttpFacts> {
    let kind = kind.checked_sub(1)?;
    let reading = READINGS.get(usize::try_from(kind / 2).ok()?)?;
    Some(HttpFacts {
        reading: *reading,
        item_count,
        last_complete_lot: lot.checked_sub(1),
        last_packet: packet.checked_sub(1),
        limit_reached: kind % 2 == 1,
        items: Items::default(),
    })
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

impl FromIterator<SessionRecord> for Sessions {
    fn from_iter<I: IntoIterator<Item = SessionRecord>>(records: I) -> Self {
        let mut sessions = Self::default();
        records.into_iter().for_each(|record| sessions.push(record));
        sessions.sort();
        sessions
    }
}

const READINGS: [Reading; 3] = [Reading::Parsed, Reading::Incomplete, Reading::Error];

/// The index of nothing.
const NONE: u32 = u32::MAX;

/// Room of a chunk: large against a session, small against the memory of all.
const CHUNK_BYTES: usize = 1 << 18;

/// A chunk with more than this takes no session any more, so that it does not grow and move.
const CHUNK_FULL: usize = CHUNK_BYTES - (4 << 10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_http_goes_through_numbers() {
        assert_eq!(facts_of(numbers_of(None)), None);
        for reading in READINGS {
            for (limit_reached, index) in [(false, None), (true, Some(0)), (false, Some(7))] {
                let facts = HttpFacts {
                    reading,
                    item_count: 3,
                    last_complete_lot: index,
                    last_packet: index,
                    limit_reached,
                    items: Items::default(),
                };
                assert_eq!(facts_of(numbers_of(Some(&facts))), Some(facts));
            }
        }
    }
}
