//! One session, written while it is read.
//!
//! Its packets wait until more than [`HELD_BYTES`] of them came or the capture is over; what their
//! handshake shows and the capture says by then stands before them. From then on the packets that
//! wait longest are written. What becomes known later (another interface, a name, a secret) is
//! written before the packets that wait at that time, or behind the last one.
//!
//! A datagram with a fragment that lies before packets that are written is read again from the
//! capture, and so are all packets behind it.
//!
//! Limits: [`HELD_BYTES`] of packets wait; a byte or two a packet of the session.

use std::net::IpAddr;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{
    CaptureSummary, CaptureTables, Followed, FollowedPacket, SessionRecord,
};
use spider_pcap::capture::{Batch, PacketSet, Slot};
use spider_pcap::document::TcpSession;
use spider_pcap::export::{ExportWriter, WaitingPackets, read_packets};
use spider_pcap::lot::{Hold, LotPart};
use spider_pcap::time::Timestamp;
use spider_pcap::tls::KeyLog;

use super::plan::{Beside, plan};
use super::select::{Search, SelectedSession, selected};
use super::{Written, from_export, open_again};
use crate::failure::Hinted;
use crate::known::{Known, own_keys};
use crate::one::{OneSession, SessionView, first_time};
use crate::output::Output;

/// Writes the session that `wanted` means, or the only one.
pub(super) fn write(
    search: &Search<'_>,
    wanted: Option<&str>,
    output: Output,
) -> Result<(Written, CaptureSummary)> {
    let mut one = OneSession::from_args(&search.args.input, wanted, search.console)?;
    one.read_spool(search.source.spool());
    let mut live = Live::new(search, output);
    let followed = one.show(Hold::Nothing, &mut live)?;
    live.finish(followed)
}

/// The session while it is read.
struct Live<'a> {
    search: &'a Search<'a>,
    lots: Option<RangeInclusive<u64>>,
    session: SelectedSession,
    first: Option<Timestamp>,
    known: Option<Known>,
    waiting: WaitingPackets,
    /// Packets that have to be read again, from the first such one on.
    missed: Option<PacketSet>,
    sink: Sink,
}

/// Where packets are written to.
struct Sink {
    state: State,
    /// What is said when it fails.
    failed: String,
    place: String,
    packets: u64,
}

enum State {
    /// Nothing was written.
    Fresh(Output),
    Started(Box<ExportWriter<Output>>),
    /// It failed, or is done.
    Over,
}

impl<'a> Live<'a> {
    fn new(search: &'a Search<'a>, output: Output) -> Self {
        Self {
            search,
            lots: search.args.output.lot.clone(),
            session: SelectedSession::default(),
            first: None,
            known: None,
            waiting: WaitingPackets::default(),
            missed: None,
            sink: Sink {
                failed: output.describe(),
                place: super::place_of(search.args, &output),
                state: State::Fresh(output),
                packets: 0,
            },
        }
    }

    /// Puts a packet with its fragments among those that wait, or notes that it is to be read.
    fn keep(&mut self, packet: &FollowedPacket<'_>) {
        packet
            .origins()
            .for_each(|origin| self.session.packets.insert(origin));
        let (waiting, missed) = (&mut self.waiting, &self.missed);
        let mut numbers = packet.origins().map(|origin| origin.number);
        let are_at_hand =
            numbers.all(|number| waiting.takes(number) && packet.origin(number).is_some());
        if missed.is_none() && are_at_hand {
            let found = packet.origins();
            let found = found.filter_map(|origin| packet.origin(origin.number));
            found.for_each(|(batch, slot)| waiting.push(batch, slot));
            return;
        }
        let missed = self.missed.get_or_insert_default();
        packet.origins().for_each(|origin| missed.insert(origin));
    }

    /// Writes those that wait longest, and before them what became known.
    fn write_some(&mut self, packet: &FollowedPacket<'_>) -> Result<()> {
        let Some(known) = &mut self.known else {
            return Ok(());
        };
        self.search.files.renew(known, packet.tables);
        self.session.tls = packet.tls_so_far().map(Arc::from);
        for (ip, name) in &mut self.session.ends {
            let named = known.names.lookup(*ip, self.first);
            *name = named.map(|named| named.name.to_owned());
        }
        let beside = Beside {
            interfaces: &packet.tables.interfaces,
            keys: &known.keys,
            others: None,
        };
        self.sink.prepare(self.search, &self.session, beside)?;
        self.sink.write(&mut self.waiting, HELD_BYTES / 2)
    }

    /// Writes what is left, and brings the file to its place.
    fn finish(mut self, followed: Followed) -> Result<(Written, CaptureSummary)> {
        let Followed {
            session, capture, ..
        } = followed;
        let record = session.context("the session was not found again")?;
        let packets = std::mem::take(&mut self.session.packets);
        if let Some(lots) = self.lots.filter(|_| packets.is_empty()) {
            return Err(no_lot(&lots));
        }
        let (session, ending) = Ending::of(self.search, &record, packets, &capture)?;
        let beside = Beside {
            interfaces: &capture.tables.interfaces,
            keys: &ending.known.keys,
            others: ending.others.as_ref(),
        };
        self.sink.prepare(self.search, &session, beside)?;
        self.sink.write(&mut self.waiting, 0)?;
        if let Some(missed) = &self.missed {
            let wanted = missed.numbers().map(|number| (number, ()));
            let mut again = open_again(self.search.source)?;
            read_packets(&mut again, wanted, |(), batch, slot| {
                self.sink.packet(batch, slot)
            })?;
        }
        Ok((self.sink.finish(&capture)?, capture))
    }
}

impl SessionView for Live<'_> {
    fn start(&mut self, session: &TcpSession<'_>, tables: &CaptureTables) -> Result<()> {
        let end = |ip: IpAddr| (ip, None);
        self.session.ends = vec![end(session.src.ip.0), end(session.dst.ip.0)];
        self.first = first_time(session);
        self.known = Some(self.search.files.with(tables));
        Ok(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        let lot = packet.placed.lot;
        let is_wanted = self
            .lots
            .as_ref()
            .is_none_or(|lots| lot.is_some_and(|lot| lots.contains(&lot)));
        if is_wanted {
            self.keep(packet);
            if HELD_BYTES < self.waiting.bytes() {
                self.write_some(packet)?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn lot(&mut self, _: LotPart) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }

    fn reads_on(&self) -> bool {
        true
    }
}

impl Sink {
    /// Writes what this plan has and is not written.
    fn prepare(
        &mut self,
        search: &Search<'_>,
        session: &SelectedSession,
        beside: Beside<'_>,
    ) -> Result<()> {
        let plan = plan(search.args, std::slice::from_ref(session), beside);
        let done = match std::mem::replace(&mut self.state, State::Over) {
            State::Fresh(output) => plan.start(output).map(Box::new),
            State::Started(mut writer) => writer.extend(&plan).map(|()| writer),
            State::Over => return Ok(()),
        };
        let writer = done.map_err(|error| from_export(error, &self.failed))?;
        self.state = State::Started(writer);
        Ok(())
    }

    /// Writes packets until about `keep_bytes` of them wait.
    fn write(&mut self, waiting: &mut WaitingPackets, keep_bytes: usize) -> Result<()> {
        waiting.let_go(keep_bytes, |batch, slot| self.packet(batch, slot))
    }

    fn packet(&mut self, batch: &Batch, slot: &Slot) -> Result<()> {
        let State::Started(writer) = &mut self.state else {
            return Ok(());
        };
        self.packets += 1;
        let written = writer.packet(batch, slot);
        written.map_err(|error| from_export(error, &self.failed))
    }

    fn finish(self, capture: &CaptureSummary) -> Result<Written> {
        let fail = |error| from_export(error, &self.failed);
        if let State::Started(writer) = self.state {
            writer.finish(&capture.statistics).map_err(fail)?.finish()?;
        }
        Ok(Written {
            packets: self.packets,
            sessions: 1,
            place: self.place,
        })
    }
}

/// What is known when the capture was read.
struct Ending {
    known: Known,
    /// Key-log lines of the capture that are of no session, if they are kept.
    others: Option<KeyLog>,
}

impl Ending {
    /// The session as it is written, and what is known beside it.
    fn of(
        search: &Search<'_>,
        record: &SessionRecord,
        packets: PacketSet,
        capture: &CaptureSummary,
    ) -> Result<(SelectedSession, Self)> {
        let own_keys = own_keys(&capture.tables);
        let mut known = search.files.with(&capture.tables);
        let mut others = None;
        if depends_on_others(record, &own_keys, &known.keys) {
            let all = search.analyze()?;
            known = search.files.with_sessions(&all);
            others = (all.sessions.len() == 1).then_some(own_keys);
        }
        let session = selected(record, &known.context(&capture.tables), packets);
        Ok((session, Self { known, others }))
    }
}

/// True when the key log may say something of the session that only all others tell: whether what
/// is of no session is to be kept, or is of one whose hello was not captured.
fn depends_on_others(record: &SessionRecord, own_keys: &KeyLog, keys: &KeyLog) -> bool {
    let facts = record.tls.as_ref();
    let lacks_hello = facts.is_some_and(|facts| facts.client_random.is_none());
    let has_others = own_keys.other_lines().next().is_some();
    has_others || (lacks_hello && !keys.is_empty())
}

fn no_lot(lots: &RangeInclusive<u64>) -> anyhow::Error {
    let (first, last) = (lots.start(), lots.end());
    let lots = match first == last {
        true => format!("lot {first}"),
        false => format!("lots {first} to {last}"),
    };
    Hinted::error(
        format!("the session has no packets of {lots}"),
        "'spider content' lists its lots",
    )
}

/// Packets of a session that wait to be written.
const HELD_BYTES: usize = 512 << 10;
