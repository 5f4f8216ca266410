//! Which sessions are exported, and which packets belong to them.
//!
//! One session that was named is written while it is read. Any other choice needs the list of all
//! sessions first; their packets are found in a second pass, and written in a third.
//!
//! Limits: a byte or two a packet of the sessions.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::Result;
use spider_pcap::analyze::{Analysis, CaptureSummary, SessionRecord, find_packets};
use spider_pcap::capture::PacketSet;
use spider_pcap::document::{DocumentContext, End, TCP_SESSION_SCHEMA};
use spider_pcap::names::NameSource;
use spider_pcap::select::FieldCatalog;
use spider_pcap::tls::{KeyLog, TlsFacts};

use crate::args::ExportArgs;
use crate::choose::Choice;
use crate::console::Console;
use crate::failure::{self, Hinted};
use crate::input;
use crate::known::{Known, SideFiles, own_keys};
use crate::listing::{Listing, document, nothing_to_show};
use crate::progress::{Bar, analyze_shown};
use crate::spool::Source;

/// The sessions that are exported.
pub(super) struct Selected {
    /// In the order of the capture.
    pub(super) sessions: Vec<SelectedSession>,
    pub(super) capture: CaptureSummary,
    pub(super) known: Known,
    /// The key logs in the capture itself.
    pub(super) own_keys: KeyLog,
    /// The capture has no other session.
    pub(super) takes_all: bool,
}

/// A session that is exported.
#[derive(Default)]
pub(super) struct SelectedSession {
    /// Its number in the list of all; absent where there is no list.
    pub(super) number: Option<usize>,
    pub(super) name: String,
    /// The addresses of its ends with their names, where they are known.
    pub(super) ends: Vec<(IpAddr, Option<String>)>,
    pub(super) tls: Option<Arc<TlsFacts>>,
    pub(super) packets: PacketSet,
}

/// How the sessions that were asked for are found.
pub(super) enum Route<'a> {
    /// There is one, and it is known by what it is called; by nothing where it is the only one.
    One(Option<&'a str>),
    /// There is one that filters leave.
    OneOfChosen,
    /// There may be several.
    Many,
}

/// What is looked for, and where.
pub(super) struct Search<'a> {
    pub(super) args: &'a ExportArgs,
    pub(super) source: &'a Source<'a>,
    pub(super) console: Console,
    choice: Choice,
    pub(super) files: SideFiles<'a>,
}

impl<'a> Search<'a> {
    /// What these arguments look for.
    pub(super) fn new(
        args: &'a ExportArgs,
        source: &'a Source<'a>,
        console: Console,
    ) -> Result<Self> {
        let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
        Ok(Self {
            args,
            source,
            console,
            choice: Choice::from_args(&args.choose, &catalog)?,
            files: SideFiles::read(&args.input)?,
        })
    }

    /// How the sessions are found.
    pub(super) fn route(&self) -> Route<'a> {
        let named = match self.args.choose.session.as_slice() {
            [only] if self.choice.takes_named() => Some(only.as_str()),
            _ => None,
        };
        let output = &self.args.output;
        match named {
            Some(_) if output.split.is_none() => Route::One(named),
            _ if output.lot.is_none() => Route::Many,
            _ if self.choice.takes_all() => Route::One(None),
            _ => Route::OneOfChosen,
        }
    }

    /// The one session that filters leave, by what it is called.
    pub(super) fn one_of_chosen(&self) -> Result<String> {
        let analysis = self.analyze()?;
        let positions = self.choose(&analysis)?;
        match positions.as_slice() {
            [only] => Ok(format!("#{}", only.saturating_add(1))),
            several => Err(Hinted::error(
                format!("--lot is of one session, and {} fit", several.len()),
                "choose it with --session",
            )),
        }
    }

    /// Finds the packets of all sessions that were chosen.
    pub(super) fn many(&self) -> Result<Selected> {
        let analysis = self.analyze()?;
        let positions = self.choose(&analysis)?;
        let known = self.files.with_sessions(&analysis);
        let Analysis { sessions, capture } = &analysis;
        let found = positions.iter();
        let found: Vec<(usize, SessionRecord)> = found
            .filter_map(|position| Some((*position, sessions.get(*position)?)))
            .collect();
        let summaries = found.iter().map(|(_, record)| &*record.summary);
        let bar = Bar::new(self.console.progress);
        let config = input::config(&self.args.input);
        let packets = find_packets(self.source.inputs()?, &config, summaries, &bar);
        bar.clear();
        let packets = packets.map_err(|error| failure::from_analysis(&error))?;
        let listing = Listing {
            analysis: &analysis,
            context: known.context(&capture.tables),
        };
        let selected = found
            .iter()
            .zip(packets)
            .map(|((position, record), packets)| SelectedSession {
                number: Some(position.saturating_add(1)),
                ..selected(record, &listing.context, packets)
            });
        Ok(Selected {
            sessions: selected.collect(),
            own_keys: own_keys(&capture.tables),
            takes_all: positions.len() == sessions.len(),
            known,
            capture: analysis.capture,
        })
    }

    pub(super) fn analyze(&self) -> Result<Analysis> {
        analyze_shown(self.source.inputs()?, &self.files.config(), self.console)
    }

    /// The positions of the sessions that were chosen, ascending; an error when there is none.
    fn choose(&self, analysis: &Analysis) -> Result<Vec<usize>> {
        let known = self.files.with_sessions(analysis);
        let listing = Listing {
            analysis,
            context: known.context(&analysis.capture.tables),
        };
        let chosen = listing.choose(&self.choice, self.files.config().threads)?;
        if chosen.is_empty() {
            return Err(anyhow::Error::msg(nothing_to_show(&listing)));
        }
        let mut positions: Vec<usize> = chosen.iter().map(|chosen| chosen.position).collect();
        positions.sort_unstable();
        Ok(positions)
    }
}

/// A session as it is exported.
pub(super) fn selected(
    record: &SessionRecord,
    context: &DocumentContext<'_>,
    packets: PacketSet,
) -> SelectedSession {
    let document = document(record, context);
    let end = |end: &End<'_>| (end.ip.0, name_to_write(end));
    SelectedSession {
        number: None,
        ends: vec![end(&document.src), end(&document.dst)],
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
