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
    Column, CsvWriter, HttpRow, JsonLayout, JsonWriter, Table, TimeText, http_fit_steps,
};

use crate::args::{HttpArgs, HttpFormat};
use crate::choose::Choice;
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::known::SideFiles;
use crate::listing::{Listing, nothing_to_show};
use crate::output::Output;
use crate::parts::Parts;
use crate::progress::analyze_shown;
use crate::rows::{rows_a_part, write_drawing};
use crate::spool::Source;
use crate::zone::Zone;

use choose::{ItemChoice, PART_ROWS, Place, Requests};
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
    let requests = Requests::of(&listing, &chosen, &job.choice, &job.parts()?)?;
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
            HttpFormat::Json => self.write_json(requests, JsonLayout::Array, output),
            HttpFormat::Ndjson => self.write_json(requests, JsonLayout::Lines, output),
            HttpFormat::Csv => self.write_csv(requests, output),
            HttpFormat::Har => write_har(requests, listing, output),
        }
    }

    fn write_json(
        &self,
        requests: &Requests<'_>,
        layout: JsonLayout,
        output: &mut Output,
    ) -> Result<()> {
        let mut writer = JsonWriter::new(output, layout);
        let documents = |part: &[Place]| {
            let mut json = Vec::with_capacity(part.len() * USUAL_DOCUMENT_BYTES);
            requests.each(part, |row| {
                row.item.write_json(&mut json)?;
                json.push(JsonWriter::<&mut Output>::SEPARATOR);
                Ok(())
            })?;
            Ok(json)
        };
        let write = |text: Vec<u8>| Ok(writer.write_block(&text)?);
        self.parts()?
            .each(&requests.chosen, PART_DOCUMENTS, documents, write)?;
        Ok(writer.finish()?)
    }

    fn write_table(&self, requests: &Requests<'_>, output: &mut Output) -> Result<()> {
        if requests.chosen.is_empty() {
            return Ok(());
        }
        let zone = Zone::system();
        let mut times = self.times(requests, &zone);
        times.look_ahead(requests.chosen.iter().filter_map(|place| place.time));
        let surface = self.console.surface(output.is_stdout());
        let is_default = self.args.output.columns.is_empty();
        let mut columns: Vec<_> = self.picks.iter().map(|pick| pick.column(&times)).collect();
        if !is_default {
            columns.iter_mut().for_each(|column| column.shown = true);
        }
        // What stands in for wider columns is needed only where there is a width to fit.
        let is_needed = |column: &Column| column.shown || surface.width.is_some();
        let needed: Vec<bool> = columns.iter().map(is_needed).collect();
        let part_of_table = |part: &[Place]| {
            let mut table = Table::new(columns.clone());
            let mut times = times.clone();
            self.each_row(requests, part, |row| {
                table.push_row_with(row.0.tone(), |index, cell| {
                    let pick = self.picks.get(index);
                    if let Some(pick) = pick.filter(|_| needed.get(index) == Some(&true)) {
                        pick.write_cell(row, &mut times, cell);
                    }
                });
                Ok(())
            })?;
            Ok(table)
        };
        let parts = self.parts()?;
        let mut table = Table::new(columns.clone());
        let len = rows_a_part(requests.chosen.len(), PART_ROWS, &times);
        parts.each(&requests.chosen, len, part_of_table, |part| {
            table.append(part);
            Ok(())
        })?;
        let fit = match is_default {
            true => http_fit_steps(),
            // Columns that a person picked all stay.
            false => Vec::new(),
        };
        let drawing = table.draw(surface, &fit);
        write_drawing(&drawing, &parts, output)?;
        Ok(output.flush()?)
    }

    fn write_csv(&self, requests: &Requests<'_>, output: &mut Output) -> Result<()> {
        let zone = Zone::system();
        let times = self.times(requests, &zone);
        let mut writer = CsvWriter::new(&mut *output);
        writer.write_row(self.picks.iter().map(HttpPick::name))?;
        writer.finish()?;
        let lines = |part: &[Place]| {
            let mut lines = Vec::new();
            let mut times = times.clone();
            let mut writer = CsvWriter::new(&mut lines);
            self.each_row(requests, part, |row| {
                let picks = self.picks.iter();
                Ok(writer.write_row(picks.map(|pick| pick.exact(row, &mut times)))?)
            })?;
            writer.finish()?;
            Ok(lines)
        };
        let len = rows_a_part(requests.chosen.len(), PART_ROWS, &times);
        let write = |lines: Vec<u8>| Ok(output.write_all(&lines)?);
        self.parts()?.each(&requests.chosen, len, lines, write)
    }

    /// Hands out these of the chosen requests in their order, with the fields that columns need.
    fn each_row(
        &self,
        requests: &Requests<'_>,
        part: &[Place],
        mut each: impl FnMut((&HttpRow<'_>, &Members<'_>)) -> Result<()>,
    ) -> Result<()> {
        let needs_json = self.picks.iter().any(HttpPick::needs_json);
        let mut json = Vec::new();
        requests.each(part, |row| {
            json.clear();
            if !needs_json {
                return each((row, &Members::default()));
            }
            row.item.write_json(&mut json)?;
            each((row, &Members::of(std::str::from_utf8(&json)?)))
        })
    }

    fn parts(&self) -> Result<Parts> {
        Parts::new(self.args.input.threads)
    }

    fn times<'t>(&self, requests: &Requests<'_>, zone: &'t Zone) -> TimeText<'t> {
        zone.times(self.args.output.time).since(requests.first)
    }
}

/// Writes an archive, with the TLS sessions among those chosen that could not be read.
fn write_har(requests: &Requests<'_>, listing: &Listing<'_>, output: &mut Output) -> Result<()> {
    let mut writer = HarWriter::new(output)?;
    requests.each(&requests.chosen, |row| Ok(writer.write(row.item)?))?;
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

/// Documents that one thread makes at a time: some 700 kB of text.
const PART_DOCUMENTS: usize = 512;

/// Room for a document of usual length.
const USUAL_DOCUMENT_BYTES: usize = 1600;
