//! Which packets belong to sessions that were found before: a second pass over the same inputs.
//!
//! Sessions are known again by their ends and their first packets; only packets between such ends
//! are looked at. It deliberately keeps no packet: what comes out are numbers.
//!
//! Limits: a byte or two a packet of these sessions (see [`PacketSet`]).

use std::collections::{HashMap, HashSet};

use super::Progress;
use super::decoded::Decoded;
use super::follow::Nothing;
use super::reader::Reader;
use crate::capture::{Input, PacketNumber, PacketSet};
use crate::config::Config;
use crate::error::Error;
use crate::packet::Checksum;
use crate::session::{NoPayloads, SessionKey, SessionSummary, Tracker};

/// The packets of each of these sessions of the same inputs, analysed with the same configuration.
///
/// Of an IP datagram in fragments all packets are given.
///
/// # Errors
/// When an input cannot be opened or is no capture any more.
pub fn find_packets<'a>(
    inputs: Vec<Input>,
    config: &Config,
    sessions: impl IntoIterator<Item = &'a SessionSummary>,
    progress: &dyn Progress,
) -> Result<Vec<PacketSet>, Error> {
    let mut reader = Reader::open(inputs, config)?.without_lessons();
    let mut search = Search::new(config, sessions);
    let mut spare = Decoded::default();
    while let Some(decoded) = reader.next(spare, progress) {
        search.handle(&decoded);
        spare = decoded;
    }
    Ok(search.found)
}

/// Follows the wanted sessions.
struct Search {
    verify_checksums: bool,
    starts: Tracker<Nothing>,
    /// The ends of wanted sessions.
    ends: HashSet<SessionKey>,
    /// Wanted sessions by their ends and first packets.
    wanted: HashMap<(SessionKey, PacketNumber), usize>,
    /// The wanted session that goes on, if any.
    current: HashMap<SessionKey, usize>,
    found: Vec<PacketSet>,
}

impl Search {
    fn new<'a>(config: &Config, sessions: impl IntoIterator<Item = &'a SessionSummary>) -> Self {
        let keys = sessions.into_iter().map(|summary| {
            let (key, _) = SessionKey::of(summary.client, summary.server, 0);
            (key, summary.first_packet)
        });
        let keys: Vec<_> = keys.collect();
        let count = keys.len();
        let wanted: HashMap<_, _> = keys.into_iter().zip(0..).collect();
        Self {
            verify_checksums: config.verify_checksums,
            starts: Tracker::new(config.session),
            ends: wanted.keys().map(|(key, _)| *key).collect(),
            current: HashMap::new(),
            found: vec![PacketSet::default(); count],
            wanted,
        }
    }

    fn handle(&mut self, batch: &Decoded) {
        for (index, route) in batch.routes.iter().enumerate() {
            if self.ends.contains(&route.key.unseparated()) {
                self.handle_segment(batch, index);
            }
        }
    }

    fn handle_segment(&mut self, batch: &Decoded, index: usize) {
        let Some((segment, route, _)) = batch.segment(index) else {
            return;
        };
        if self.verify_checksums && segment.checksum() == Checksum::Bad {
            return;
        }
        let number = segment.head.number;
        if self.starts.handle(&segment, route, &NoPayloads).starts {
            match self.wanted.get(&(route.key.unseparated(), number)) {
                Some(session) => self.current.insert(route.key, *session),
                None => self.current.remove(&route.key),
            };
        }
        let session = self.current.get(&route.key);
        if let Some(packets) = session.and_then(|session| self.found.get_mut(*session)) {
            batch
                .origins(number)
                .for_each(|origin| packets.insert(origin));
        }
    }
}
