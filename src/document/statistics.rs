//! The `Statistics` document: what the sessions of a capture add up to.
//!
//! Turns [`CaptureStats`] into keys and rows. Throughput and goodput are bits of payload per
//! second: of all payload, and of each byte once; over the time from the first to the last packet
//! of the sessions counted, or over a session's own duration. Percentages and rates are cut, not
//! rounded. [`STATISTICS_SCHEMA`](super::STATISTICS_SCHEMA) describes every key.
//!
//! Limits: hosts, pairs and ports are cut to the number asked for, with the whole number in the
//! totals; the rows of sessions are held in memory, some 400 bytes each.

use std::io::{self, Write};

use serde::Serialize;

use super::distribution::Distributions;
use super::exact::Text;
use super::statistics_rows::{
    HostName, HostStatistics, PairStatistics, PortStatistics, SessionStatistics, StateStatistics,
};
use super::statistics_totals::{Totals, TrafficStatistics};
use crate::names::Names;
use crate::session::State;
use crate::stats::{CaptureStats, Traffic};

/// What the sessions of a capture add up to, as a document.
#[derive(Clone, Debug, Serialize)]
pub struct Statistics<'a> {
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// Always [`Self::VERSION`].
    pub version: &'static str,
    /// What was read and counted. A part that was not asked for is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Both directions together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub both: Option<TrafficStatistics>,
    /// Client to server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<TrafficStatistics>,
    /// Server to client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#in: Option<TrafficStatistics>,
    /// How durations, latencies and sizes are distributed over the sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distributions: Option<Distributions>,
    /// By state, in the order of a session's life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<StateStatistics>>,
    /// By host, the most payload first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<HostStatistics<'a>>>,
    /// By client and server, the most payload first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Vec<PairStatistics<'a>>>,
    /// By port of the server, the most payload first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<Vec<PortStatistics>>,
    /// Session by session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<SessionStatistics<'a>>>,
}

/// A part of the document, and a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatisticsPart {
    /// Totals and directions.
    Capture,
    /// Distributions.
    Distribution,
    /// By state.
    State,
    /// By host.
    Host,
    /// By client and server.
    Pair,
    /// By port of the server.
    Port,
    /// Session by session.
    Session,
}

/// What the sums are not enough for.
#[derive(Clone, Copy, Debug)]
pub struct StatisticsContext<'a> {
    /// Packets read from the capture.
    pub packets_read: u64,
    /// TCP packets among them.
    pub tcp_packets_read: u64,
    /// Sessions in the capture, whether counted or not.
    pub sessions_read: u64,
    /// Names of addresses.
    pub names: &'a Names,
    /// Hosts, pairs and ports at most.
    pub top: usize,
    /// The one part that is wanted; none: all but the sessions.
    pub part: Option<StatisticsPart>,
}

impl<'a> Statistics<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "Statistics";
    /// The version of the document's layout.
    pub const VERSION: &'static str = "1.0";

    /// The document of these sums. Rows of sessions are for the caller to put in.
    pub fn new(stats: &mut CaptureStats, context: &StatisticsContext<'a>) -> Self {
        let wants = |part| match context.part {
            Some(wanted) => wanted == part,
            None => true,
        };
        let (top, names) = (context.top, context.names);
        let digits = stats.precision();
        let span = stats.span();
        let traffic = |traffic: &Traffic| {
            wants(StatisticsPart::Capture).then(|| TrafficStatistics::new(traffic, span))
        };
        Self {
            document_type: Self::TYPE,
            version: Self::VERSION,
            totals: wants(StatisticsPart::Capture).then(|| Totals::new(stats, context)),
            both: traffic(&stats.both()),
            out: traffic(&stats.halves.out),
            r#in: traffic(&stats.halves.r#in),
            distributions: wants(StatisticsPart::Distribution)
                .then(|| Distributions::new(&mut stats.measures, digits)),
            states: wants(StatisticsPart::State).then(|| states(stats)),
            hosts: wants(StatisticsPart::Host).then(|| hosts(stats, top, names)),
            pairs: wants(StatisticsPart::Pair).then(|| pairs(stats, top, names)),
            ports: wants(StatisticsPart::Port).then(|| ports(stats, top)),
            sessions: None,
        }
    }

    /// Writes the document on many lines, for people.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write_pretty(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// Writes a row of the part that was asked for on each line; all of it on one line when the
    /// part has no rows or none was asked for.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write_lines(
        &self,
        part: Option<StatisticsPart>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match part {
            None | Some(StatisticsPart::Capture) => write_lines(out, [self]),
            Some(StatisticsPart::Distribution) => {
                let rows = self.distributions.iter().flat_map(Distributions::rows);
                write_lines(out, rows)
            }
            Some(StatisticsPart::State) => write_lines(out, self.states.iter().flatten()),
            Some(StatisticsPart::Host) => write_lines(out, self.hosts.iter().flatten()),
            Some(StatisticsPart::Pair) => write_lines(out, self.pairs.iter().flatten()),
            Some(StatisticsPart::Port) => write_lines(out, self.ports.iter().flatten()),
            Some(StatisticsPart::Session) => write_lines(out, self.sessions.iter().flatten()),
        }
    }
}

/// The states that occur.
fn states(stats: &CaptureStats) -> Vec<StateStatistics> {
    let groups = State::ALL.map(|state| (state, stats.state(state)));
    let found = groups.into_iter().filter(|(_, group)| 0 < group.sessions);
    found
        .map(|(state, group)| StateStatistics {
            state: Text(state),
            group: group.into(),
        })
        .collect()
}

fn hosts<'a>(stats: &CaptureStats, top: usize, names: &'a Names) -> Vec<HostStatistics<'a>> {
    let hosts = stats.hosts(top);
    hosts
        .iter()
        .map(|(ip, host)| HostStatistics::new(HostName::new(*ip, names), host))
        .collect()
}

fn pairs<'a>(stats: &CaptureStats, top: usize, names: &'a Names) -> Vec<PairStatistics<'a>> {
    let pairs = stats.pairs(top);
    pairs
        .into_iter()
        .map(|((client, server), group)| PairStatistics {
            src: HostName::new(client, names),
            dst: HostName::new(server, names),
            group: group.into(),
        })
        .collect()
}

fn ports(stats: &CaptureStats, top: usize) -> Vec<PortStatistics> {
    let ports = stats.ports(top);
    ports
        .into_iter()
        .map(|(port, group)| PortStatistics {
            port,
            group: group.into(),
        })
        .collect()
}

fn write_lines(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = impl Serialize>,
) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
