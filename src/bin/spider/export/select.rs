//! Which sessions are exported, and which packets belong to them.
//!
//! One session that was named is followed in one pass; while it is small, its packets are kept, so
//! that they need not be read again. Any other choice needs the list of all sessions first; their
//! packets are found in a second pass.
//!
//! Limits: 16 MiB of packets that are kept; a byte or two a packet of the sessions.

use std::net::IpAddr;
use std::ops::{ControlFlow, RangeInclusive};

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{
    Analysis, CaptureSummary, CaptureTables, FollowedPacket, SessionRecord, analyze, find_packets,
};
use spider_pcap::capture::{Batch, PacketSet};
use spider_pcap::document::{DocumentContext, End, TCP_SESSION_SCHEMA, TcpSession};
use spider_pcap::lot::{Hold, LotPart};
use spider_pcap::names::NameSource;
use spider_pcap::select::FieldCatalog;
use spider_pcap::tls::{KeyLog, TlsFacts};

use crate::args::ExportArgs;
use crate::checks::Checks;
use crate::choose::Choice;
use crate::console::Console;
use crate::failure::{self, Hinted};
use crate::input;
use crate::known::{Known, SideFiles, own_keys};
use crate::listing::{Listing, document, nothing_to_show};
use crate::one::{OneSession, SessionView};
use crate::progress::Bar;
use crate::spool::Source;

/// The sessions that are exported.
pub(super) struct Selected {
    /// In the order of the capture.
    pub(super) sessions: Vec<SelectedSession>,
    pub(super) capture: CaptureSummary,
    pub(super) known: Known,
    /// The key logs in the capture itself.
    pub(super) own_keys: KeyLog,
    /// All packets, when they were few enough to be kept.
    pub(super) kept: Option<Batch>,
    /// The capture has no other session.
    pub(super) takes_all: bool,
}

/// A session that is exported.
pub(super) struct SelectedSession {
    /// Its number in the list of all; absent where there is no list.
    pub(super) number: Option<usize>,
    pub(super) name: String,
    /// The addresses of its ends with their names, where they are known.
    pub(super) ends: [(IpAddr, Option<String>); 2],
    pub(super) tls: Option<Box<TlsFacts>>,
    pub(super) packets: PacketSet,
}

/// Finds the sessions that were asked for, with their packets.
pub(super) fn sessions(
    args: &ExportArgs,
    source: &Source<'_>,
    console: Console,
) -> Result<Selected> {
    let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
    let search = Search {
        args,
        source,
        console,
        choice: Choice::from_args(&args.choose, &catalog)?,
        files: SideFiles::read(&args.input)?,
    };
    let named = match args.choose.session.as_slice() {
        [only] if search.choice.takes_named() => Some(only.as_str()),
        _ => None,
    };
    match named {
        Some(_) if args.output.split.is_none() => search.one(named),
        _ if args.output.lot.is_none() => search.many(),
        _ if search.choice.takes_all() => search.one(None),
        _ => search.one_of_chosen(),
    }
}

/// What is looked for, and where.
struct Search<'a> {
    args: &'a ExportArgs,
    source: &'a Source<'a>,
    console: Console,
    choice: Choice,
    files: SideFiles<'a>,
}

impl Search<'_> {
    /// Follows one session.
    fn one(&self, wanted: Option<&str>) -> Result<Selected> {
        let mut one = OneSession::from_args(&self.args.input, wanted, self.console)?;
        one.read_spool(self.source.spool()?);
        let mut collector = Collector {
            lots: self.args.output.lot.clone(),
            packets: PacketSet::default(),
            kept: Some(Batch::default()),
        };
        let followed = one.show(Hold::Nothing, &mut collector)?;
        let record = followed
            .session
            .context("the session was not found again")?;
        let Collector {
            lots,
            packets,
            kept,
        } = collector;
        if let Some(lots) = lots.filter(|_| packets.is_empty()) {
            return Err(no_lot(&lots));
        }
        let own_keys = own_keys(&followed.capture.tables);
        let known = self.files.with(&followed.capture.tables);
        let context = known.context(&followed.capture.tables);
        let mut selected = Selected {
            sessions: vec![selected(&record, &context, packets)],
            capture: followed.capture,
            known,
            own_keys,
            kept,
            takes_all: false,
        };
        if selected.depends_on_others() {
            let all = self.analyze()?;
            selected.known = self.files.with_sessions(&all);
            selected.takes_all = all.sessions.len() == 1;
        }
        Ok(selected)
    }

    /// Follows the one session that filters left.
    fn one_of_chosen(&self) -> Result<Selected> {
        let analysis = self.analyze()?;
        let positions = self.choose(&analysis)?;
        match positions.as_slice() {
            [only] => self.one(Some(&format!("#{}", only.saturating_add(1)))),
            several => Err(Hinted::error(
                format!("--lot is of one session, and {} fit", several.len()),
                "choose it with --session",
            )),
        }
    }

    /// Finds the packets of all sessions that were chosen.
    fn many(&self) -> Result<Selected> {
        let analysis = self.analyze()?;
        let positions = self.choose(&analysis)?;
        let known = self.files.with_sessions(&analysis);
        let Analysis { sessions, capture } = &analysis;
        let found = || {
            let found = positions.iter();
            found.filter_map(|position| Some((*position, sessions.get(*position)?)))
        };
        let summaries = found().map(|(_, record)| &*record.summary);
        let bar = Bar::new(self.console.progress);
        let config = input::config(&self.args.input);
        let packets = find_packets(self.source.inputs()?, &config, summaries, &bar);
        bar.clear();
        let packets = packets.map_err(|error| failure::from_analysis(&error))?;
        let listing = Listing {
            analysis: &analysis,
            context: known.context(&capture.tables),
        };
        let selected = found()
            .zip(packets)
            .map(|((position, record), packets)| SelectedSession {
                number: Some(position.saturating_add(1)),
                ..selected(record, &listing.context, packets)
            });
        Ok(Selected {
            sessions: selected.collect(),
            own_keys: own_keys(&capture.tables),
            kept: None,
            takes_all: positions.len() == sessions.len(),
            known,
            capture: analysis.capture,
        })
    }

    fn analyze(&self) -> Result<Analysis> {
        let bar = Bar::new(self.console.progress);
        let config = input::config(&self.args.input);
        let analysis = analyze(self.source.inputs()?, &config, &bar);
        bar.clear();
        analysis.map_err(|error| failure::from_analysis(&error))
    }

    /// The positions of the sessions that were chosen, ascending; an error when there is none.
    fn choose(&self, analysis: &Analysis) -> Result<Vec<usize>> {
        let known = self.files.with_sessions(analysis);
        let listing = Listing {
            analysis,
            context: known.context(&analysis.capture.tables),
        };
        let chosen = listing.choose(&self.choice, &mut Checks::default())?;
        if chosen.is_empty() {
            return Err(anyhow::Error::msg(nothing_to_show(&listing)));
        }
        let mut positions: Vec<usize> = chosen.iter().map(|chosen| chosen.position).collect();
        positions.sort_unstable();
        Ok(positions)
    }
}

impl Selected {
    /// True when the key log may say something of the session that only all others tell: whether
    /// what is of no session is to be kept, or is of one whose hello was not captured.
    fn depends_on_others(&self) -> bool {
        let mut facts = self.sessions.iter().filter_map(|one| one.tls.as_ref());
        let lacks_hello = facts.any(|facts| facts.client_random.is_none());
        let has_others = self.own_keys.other_lines().next().is_some();
        has_others || (lacks_hello && !self.known.keys.is_empty())
    }
}

fn selected(
    record: &SessionRecord,
    context: &DocumentContext<'_>,
    packets: PacketSet,
) -> SelectedSession {
    let document = document(record, context);
    let end = |end: &End<'_>| (end.ip.0, name_to_write(end));
    SelectedSession {
        number: None,
        ends: [end(&document.src), end(&document.dst)],
        name: document.name,
        tls: record.tls.clone(),
        packets,
    }
}

/// The name of an end as a record of its address. A server name that one client asked for is none:
/// nobody confirmed it, it names the end of one session, and the handshake tells it again.
fn name_to_write(end: &End<'_>) -> Option<String> {
    let is_of_address = end.name_source != Some(NameSource::ServerName.as_str());
    end.name.filter(|_| is_of_address).map(str::to_owned)
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

/// Collects the packets of a session.
struct Collector {
    lots: Option<RangeInclusive<u64>>,
    packets: PacketSet,
    /// The same packets, as long as there is room and none of them came before.
    kept: Option<Batch>,
}

impl Collector {
    fn keep(&mut self, packet: &FollowedPacket<'_>) {
        let Some(kept) = &mut self.kept else {
            return;
        };
        let slot = packet.batch.slot(packet.segment.head.number);
        match slot {
            Some(slot) if packet.origins().count() == 1 && kept.bytes.len() < KEPT_BYTES => {
                // An aggregate of frames comes once for each of its segments.
                if kept.slots.last().map(|last| last.number) != Some(slot.number) {
                    kept.push(packet.batch, *slot);
                }
            }
            Some(_) | None => self.kept = None,
        }
    }
}

impl SessionView for Collector {
    fn start(&mut self, _: &TcpSession<'_>, _: &CaptureTables) -> Result<()> {
        Ok(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        let lot = packet.placed.lot;
        let is_wanted = self
            .lots
            .as_ref()
            .is_none_or(|lots| lot.is_some_and(|lot| lots.contains(&lot)));
        if is_wanted {
            packet
                .origins()
                .for_each(|origin| self.packets.insert(origin));
            self.keep(packet);
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

/// Packets of a session that are kept; a longer one is read again.
const KEPT_BYTES: usize = 16 << 20;
