//! `spider stats`: what the TCP sessions of captures add up to.

use std::io;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{Analysis, SessionRecord};
use spider_pcap::document::{
    SessionStatistics, Statistics, StatisticsContext, StatisticsPart, TCP_SESSION_SCHEMA,
};
use spider_pcap::names::Names;
use spider_pcap::select::FieldCatalog;
use spider_pcap::stats::CaptureStats;
use spider_pcap::view::{write_statistics, write_statistics_csv};

use crate::args::{StatsArgs, StatsFormat, StatsTable};
use crate::choose::{Choice, Chosen};
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::known::SideFiles;
use crate::listing::{Listing, document, nothing_to_show};
use crate::output::Output;
use crate::progress::analyze_shown;

/// Runs the command.
pub(crate) fn run(args: &StatsArgs, console: Console) -> Result<Outcome> {
    let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
    let choice = Choice::from_args(&args.choose, &catalog)?;
    let files = SideFiles::read(&args.input)?;
    let inputs = Inputs::from_args(&args.input)?;
    let mut output = Output::open(args.output.write.as_deref(), &inputs.paths)?;
    let analysis = analyze_shown(inputs.inputs, &files.config(), console)?;
    let known = files.with_sessions(&analysis);
    let listing = Listing {
        analysis: &analysis,
        context: known.context(&analysis.capture.tables),
    };
    let chosen = listing.choose(&choice, args.input.threads)?;
    let rows = rows(args, &listing, &chosen);
    let (statistics, note) = statistics(args, &listing, (&chosen, &rows), &known.names);
    let failed = output.describe();
    write(args, &statistics, console, &mut output).context(failed)?;
    output.finish()?;
    if let Some(note) = note {
        console.note(&note);
    }
    if chosen.is_empty() {
        console.note(&nothing_to_show(&listing));
    }
    let outcome = console.notices(&analysis.capture.notices);
    // The process is about to end, and gives back the memory faster at once.
    std::mem::forget(analysis.sessions);
    Ok(outcome)
}

/// The chosen sessions with their numbers, where each has a row of its own.
fn rows(args: &StatsArgs, listing: &Listing<'_>, chosen: &[Chosen]) -> Vec<(usize, SessionRecord)> {
    if part(args) != Some(StatisticsPart::Session) {
        return Vec::new();
    }
    let positions = chosen.iter().map(|chosen| chosen.position);
    positions
        .filter_map(|position| Some((position + 1, listing.analysis.sessions.get(position)?)))
        .collect()
}

/// What the chosen sessions add up to, and a word on what a list leaves out.
fn statistics<'a>(
    args: &StatsArgs,
    listing: &Listing<'a>,
    (chosen, rows): (&[Chosen], &'a [(usize, SessionRecord)]),
    names: &'a Names,
) -> (Statistics<'a>, Option<String>) {
    let Analysis { sessions, capture } = listing.analysis;
    let mut stats = CaptureStats::default();
    for record in chosen
        .iter()
        .filter_map(|chosen| sessions.get(chosen.position))
    {
        stats.add(&record.summary, &record.lots);
    }
    let part = part(args);
    let context = StatisticsContext {
        packets_read: capture.packets,
        tcp_packets_read: capture.segments,
        sessions_read: sessions.len() as u64,
        names,
        top: match args.output.top {
            0 => usize::MAX,
            top => top,
        },
        part,
    };
    let mut statistics = Statistics::new(&mut stats, &context);
    if part == Some(StatisticsPart::Session) {
        let rows = rows.iter().map(|(number, record)| {
            let session = document(record, &listing.context);
            SessionStatistics::new(*number, session, &record.summary)
        });
        statistics.sessions = Some(rows.collect());
    }
    (statistics, left_out(part, context.top, &stats))
}

/// Says that a list is not the whole; several lists and JSON tell it themselves.
fn left_out(part: Option<StatisticsPart>, top: usize, stats: &CaptureStats) -> Option<String> {
    let (total, what) = match part? {
        StatisticsPart::Host => (stats.host_count(), "hosts"),
        StatisticsPart::Pair => (stats.pair_count(), "pairs"),
        StatisticsPart::Port => (stats.port_count(), "ports"),
        StatisticsPart::Capture
        | StatisticsPart::Distribution
        | StatisticsPart::State
        | StatisticsPart::Session => return None,
    };
    (top < total).then(|| format!("{top} of {total} {what}, by payload; --top 0 lists all"))
}

fn write(
    args: &StatsArgs,
    statistics: &Statistics<'_>,
    console: Console,
    output: &mut Output,
) -> io::Result<()> {
    let part = part(args);
    match args.output.format {
        StatsFormat::Table => {
            let surface = console.surface(output.is_stdout());
            write_statistics(statistics, part, output, surface)
        }
        StatsFormat::Json => statistics.write_pretty(output),
        StatsFormat::Ndjson => statistics.write_lines(part, output),
        StatsFormat::Csv => {
            write_statistics_csv(statistics, part.unwrap_or(StatisticsPart::Capture), output)
        }
    }
}

/// The one part that was asked for; CSV has one table, of the capture unless asked otherwise.
fn part(args: &StatsArgs) -> Option<StatisticsPart> {
    let table = match (args.output.by, args.output.format) {
        (None, StatsFormat::Csv) => Some(StatsTable::Capture),
        (by, _) => by,
    };
    table.map(|table| match table {
        StatsTable::Capture => StatisticsPart::Capture,
        StatsTable::Session => StatisticsPart::Session,
        StatsTable::Host => StatisticsPart::Host,
        StatsTable::Pair => StatisticsPart::Pair,
        StatsTable::Port => StatisticsPart::Port,
        StatsTable::State => StatisticsPart::State,
        StatsTable::Distribution => StatisticsPart::Distribution,
    })
}
