//! `spider http`: lists HTTP requests with their responses.

mod bodies;
mod choose;
mod columns;
mod log;

use std::io::Write as _;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::Analysis;
use spider_pcap::document::{HTTP_COMMUNICATION_SCHEMA, HarUndecrypted, HarWriter};
use spider_pcap::http::Keep;
use spider_pcap::select::{FieldCatalog, Members};
use spider_pcap::view::{
    CsvWriter, HttpRow, JsonLayout, JsonWriter, Table, TimeText, http_fit_steps,
};

use crate::args::{HttpArgs, HttpFormat};
use crate::choose::Choice;
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::known::SideFiles;
use crate::listing::{Listing, nothing_to_show};
use crate::output::Output;
use crate::progress::analyze_shown;
use crate::spool::Source;
use crate::zone::Zone;

use choose::{ItemChoice, Requests};
use columns::HttpPick;

/// Runs the command.
pub(crate) fn run(args: &HttpArgs, console: Console) -> Result<Outcome> {
    let items = FieldCatalog::from_schema(HTTP_COMMUNICATION_SCHEMA);
    let job = Job {
        args,
        console,
        choice: ItemChoice::from_args(args, &items)?,
        picks: columns::pick(&args.output, &items)?,
    };
    let choice = Choice::of_sessions(&args.choose);
    let files = SideFiles::read(&args.input)?;
    let inputs = Inputs::from_args(&args.input)?;
    // Bodies are read in a second pass, of those requests that are chosen.
    let source = match &args.output.save_bodies {
        Some(_) => Some(Source::from_args(&args.input, &inputs)?),
        None => None,
    };
    let mut output = Output::open(args.output.write.as_deref(), &inputs.paths)?;
    let mut config = files.config();
    config.http = Keep::Items;
    let from_start = source.as_ref().map(Source::inputs).transpose()?;
    let analysis = analyze_shown(from_start.unwrap_or(inputs.inputs), &config, console)?;
    let known = files.with_sessions(&analysis);
    let listing = Listing {
        analysis: &analysis,
        context: known.context(&analysis.capture.tables),
    };
    let chosen = listing.choose(&choice, config.threads)?;
    let requests = Requests::of(&listing, &chosen, &job.choice)?;
    let failed = output.describe();
    job.write(&requests, &listing, &mut output)
        .context(failed)?;
    output.finish()?;
    if let (Some(folder), Some(source)) = (&args.output.save_bodies, &source) {
        bodies::save(
            folder,
            args.output.max_body,
            source,
            &config,
            &requests,
            console,
        )?;
    }
    let Analysis { sessions, capture } = analysis;
    let outcome = console.notices(&capture.notices);
    // The process is about to end, and gives back the memory faster at once.
    std::mem::forget(sessions);
    Ok(outcome)
}

/// Everything that was asked for, checked.
struct Job<'a> {
    args: &'a HttpArgs,
    console: Console,
    choice: ItemChoice,
    picks: Vec<HttpPick>,
}

impl Job<'_> {
    fn write(
        &self,
        requests: &Requests<'_>,
        listing: &Listing<'_>,
        output: &mut Output,
    ) -> Result<()> {
        if requests.chosen.is_empty() {
            let none = match requests.total {
                0 => "no HTTP request".to_owned(),
                1 => "the one request does not match".to_owned(),
                total => format!("none of {total} requests matches"),
            };
            let is_empty = listing.analysis.sessions.is_empty();
            self.console.note(&match is_empty {
                true => nothing_to_show(listing),
                false => none,
            });
        }
        if self.args.output.parsing_log {
            return log::write(self.args, self.console, requests, output);
        }
        match self.args.output.format {
            HttpFormat::Table => self.write_table(requests, output),
            HttpFormat::Json => Self::write_json(requests, JsonLayout::Array, output),
            HttpFormat::Ndjson => Self::write_json(requests, JsonLayout::Lines, output),
            HttpFormat::Csv => self.write_csv(requests, output),
            HttpFormat::Har => write_har(requests, listing, output),
        }
    }

    fn write_json(requests: &Requests<'_>, layout: JsonLayout, output: &mut Output) -> Result<()> {
        let mut writer = JsonWriter::new(output, layout);
        let mut json = Vec::new();
        requests.each(|row| {
            json.clear();
            row.item.write_json(&mut json)?;
            Ok(writer.write_document(&json)?)
        })?;
        Ok(writer.finish()?)
    }

    fn write_table(&self, requests: &Requests<'_>, output: &mut Output) -> Result<()> {
        if requests.chosen.is_empty() {
            return Ok(());
        }
        let zone = Zone::system();
        let mut times = self.times(requests, &zone);
        times.look_ahead(requests.chosen.iter().filter_map(|place| place.time));
        let is_default = self.args.output.columns.is_empty();
        let mut columns: Vec<_> = self.picks.iter().map(|pick| pick.column(&times)).collect();
        if !is_default {
            columns.iter_mut().for_each(|column| column.shown = true);
        }
        let mut table = Table::new(columns);
        self.each_row(requests, |row, fields| {
            let picks = self.picks.iter();
            let cells = picks.map(|pick| pick.cell(row, fields, &mut times));
            table.push_row(row.tone(), cells);
            Ok(())
        })?;
        let fit = match is_default {
            true => http_fit_steps(),
            // Columns that a person picked all stay.
            false => Vec::new(),
        };
        let surface = self.console.surface(output.is_stdout());
        table.write_to(output, surface, &fit)?;
        Ok(output.flush()?)
    }

    fn write_csv(&self, requests: &Requests<'_>, output: &mut Output) -> Result<()> {
        let zone = Zone::system();
        let mut times = self.times(requests, &zone);
        let mut writer = CsvWriter::new(output);
        writer.write_row(self.picks.iter().map(HttpPick::name))?;
        self.each_row(requests, |row, fields| {
            let picks = self.picks.iter();
            Ok(writer.write_row(picks.map(|pick| pick.exact(row, fields, &mut times)))?)
        })?;
        Ok(writer.finish()?)
    }

    /// Hands out the chosen requests in their order, with the fields that columns need.
    fn each_row(
        &self,
        requests: &Requests<'_>,
        mut each: impl FnMut(&HttpRow<'_>, &Members<'_>) -> Result<()>,
    ) -> Result<()> {
        let needs_json = self.picks.iter().any(HttpPick::needs_json);
        let mut json = Vec::new();
        requests.each(|row| {
            json.clear();
            if needs_json {
                row.item.write_json(&mut json)?;
            }
            each(row, &Members::of(std::str::from_utf8(&json)?))
        })
    }

    fn times<'t>(&self, requests: &Requests<'_>, zone: &'t Zone) -> TimeText<'t> {
        zone.times(self.args.output.time).since(requests.first)
    }
}

/// Writes an archive, with the TLS sessions among those chosen that could not be read.
fn write_har(requests: &Requests<'_>, listing: &Listing<'_>, output: &mut Output) -> Result<()> {
    let mut writer = HarWriter::new(output)?;
    requests.each(|row| Ok(writer.write(row.item)?))?;
    let mut undecrypted = Vec::new();
    for position in requests.sessions.iter().copied() {
        let is_read = listing
            .analysis
            .sessions
            .http(position)
            .is_some_and(|http| http.items.iter().any(|item| item.is_tls));
        listing.with_session(position, |session| {
            if session.tls.is_some() && !is_read {
                undecrypted.push(HarUndecrypted::of(session));
            }
        });
    }
    Ok(writer.finish(&undecrypted)?)
}
