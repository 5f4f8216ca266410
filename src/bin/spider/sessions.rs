//! `spider sessions`: lists the TCP sessions of captures.

use std::io::Write as _;
use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{Analysis, CaptureSummary, analyze_each};
use spider_pcap::document::{SessionTiming, TCP_SESSION_SCHEMA, TcpSession};
use spider_pcap::select::{FieldCatalog, Members};
use spider_pcap::time::Span;
use spider_pcap::view::{
    Column, CsvWriter, Fit, JsonLayout, Notes, SessionRow, Table, TimeText, fit_steps,
    timing_fit_steps,
};

use crate::args::{Format, SessionsArgs, TimeChoice};
use crate::checks::{Checks, Tally};
use crate::choose::{Choice, Chosen};
use crate::columns::{self, Pick};
use crate::console::Console;
use crate::documents;
use crate::exit::Outcome;
use crate::failure::{self, Hinted};
use crate::input::Inputs;
use crate::known::SideFiles;
use crate::listing::{Listing, document, nothing_to_show, write_text};
use crate::output::Output;
use crate::parts::Parts;
use crate::progress::{Bar, analyze_shown};
use crate::rows::{rows_a_part, write_drawing};
use crate::zone::Zone;

/// Which list is made of the sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// What they are, and what is wrong with them.
    Sessions,
    /// When things happened.
    Timing,
}

/// Runs the command.
pub(crate) fn run(args: &SessionsArgs, list: List, console: Console) -> Result<Outcome> {
    let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
    let job = Job {
        args,
        list,
        console,
        choice: Choice::from_args(&args.choose, &catalog)?,
        checks: Checks::from_args(args, &catalog)?,
        picks: columns::pick(&args.output, list, &catalog)?,
        files: SideFiles::read(&args.input)?,
    };
    if args.output.unordered && args.output.format != Format::Ndjson {
        return Err(Hinted::error(
            "--unordered needs a document a line",
            "add -o ndjson",
        ));
    }
    let inputs = Inputs::from_args(&args.input)?;
    let output = Output::open(args.output.write.as_deref(), &inputs.paths)?;
    let (capture, tally) = if args.output.unordered {
        job.print_as_they_end(inputs, output)?
    } else {
        job.list(inputs, output)?
    };
    let outcome = console.notices(&capture.notices);
    Ok(match job.checks.hold(&tally, console) {
        true => outcome,
        false => Outcome::ConditionFailed,
    })
}

/// Everything that was asked for, checked.
struct Job<'a> {
    args: &'a SessionsArgs,
    list: List,
    console: Console,
    choice: Choice,
    checks: Checks,
    picks: Vec<Pick>,
    files: SideFiles<'a>,
}

impl Job<'_> {
    /// Analyses everything, then writes the sessions in order.
    fn list(&self, inputs: Inputs, mut output: Output) -> Result<(CaptureSummary, Tally)> {
        let mut config = self.files.config();
        config.session.first = self.first_sessions(&inputs);
        let mut analysis = analyze_shown(inputs.inputs, &config, self.console)?;
        let mut known = self.files.with_sessions(&analysis);
        if config.session.first.is_some() && known.depends_on_all(&analysis) {
            config.session.first = None;
            let inputs = Inputs::from_args(&self.args.input)?;
            analysis = analyze_shown(inputs.inputs, &config, self.console)?;
            known = self.files.with_sessions(&analysis);
        }
        let listing = Listing {
            analysis: &analysis,
            context: known.context(&analysis.capture.tables),
        };
        let threads = self.args.input.threads;
        let (chosen, tally) = listing.choose_and_check(&self.choice, &self.checks, threads)?;
        let failed = output.describe();
        let written = match self.args.output.format {
            Format::Table => self.write_table(&listing, &chosen, &mut output),
            Format::Json => documents::write(
                &listing,
                (&chosen, self.list),
                JsonLayout::Array,
                threads,
                &mut output,
            ),
            Format::Ndjson => documents::write(
                &listing,
                (&chosen, self.list),
                JsonLayout::Lines,
                threads,
                &mut output,
            ),
            Format::Csv => self.write_csv(&listing, &chosen, &mut output),
        };
        written.context(failed)?;
        output.finish()?;
        let Analysis { sessions, capture } = analysis;
        // The process is about to end, and gives back the memory faster at once.
        std::mem::forget(sessions);
        Ok((capture, tally))
    }

    /// How many sessions from the start are all that is needed, where it is not all of them.
    ///
    /// Times since the first session need all, since clocks run backwards; and what one reading
    /// does not tell must be there for another.
    fn first_sessions(&self, inputs: &Inputs) -> Option<usize> {
        let since_first = matches!(
            self.args.output.time,
            TimeChoice::Relative | TimeChoice::Delta
        );
        let is_enough = self.choice.takes_all()
            && self.checks.is_empty()
            && !since_first
            && !inputs.reads_stdin
            && inputs.paths.iter().all(|path| path.is_file());
        Some(self.choice.limit).filter(|limit| is_enough && (1..usize::MAX).contains(limit))
    }

    /// Writes each session when it ends.
    fn print_as_they_end(
        &self,
        inputs: Inputs,
        mut output: Output,
    ) -> Result<(CaptureSummary, Tally)> {
        let bar = Bar::new(self.console.progress && !output.is_stdout());
        let mut config = self.files.config();
        config.session.linger = Some(LINGER);
        let mut known = None;
        let mut left = self.choice.limit;
        let mut failed = None;
        let mut json = Vec::new();
        let mut tally = Tally::default();
        let capture = analyze_each(inputs.inputs, &config, &bar, &mut |record, tables| {
            let known = known.get_or_insert_with(|| self.files.with(tables));
            self.files.renew(known, tables);
            let session = document(&record, &known.context(tables));
            match self.print_one(&session, (&mut json, &mut tally), &mut output) {
                Ok(is_printed) => left = left.saturating_sub(usize::from(is_printed)),
                Err(error) => failed = Some(error),
            }
            if failed.is_some() || left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        bar.clear();
        if let Some(error) = failed {
            return Err(error);
        }
        output.finish()?;
        match capture {
            Ok(capture) => Ok((capture, tally)),
            Err(error) => Err(failure::from_analysis(&error)),
        }
    }

    /// Writes a session that was chosen; true when it was.
    fn print_one(
        &self,
        session: &TcpSession<'_>,
        (json, tally): (&mut Vec<u8>, &mut Tally),
        output: &mut Output,
    ) -> Result<bool> {
        if !self.choice.fits(session) {
            return Ok(false);
        }
        let text = write_text(session, json)?;
        if !self.choice.holds(text)? {
            return Ok(false);
        }
        self.checks.observe(&session.id, text, tally)?;
        if self.list == List::Timing {
            json.clear();
            SessionTiming::new(session).write_json(json)?;
        }
        let written = output
            .write_all(json)
            .and_then(|()| output.write_all(b"\n"));
        written
            .and_then(|()| output.flush())
            .with_context(|| output.describe())?;
        Ok(true)
    }

    fn write_table(
        &self,
        listing: &Listing<'_>,
        chosen: &[Chosen],
        output: &mut Output,
    ) -> Result<()> {
        if chosen.is_empty() {
            self.console.note(&nothing_to_show(listing));
            return Ok(());
        }
        let zone = Zone::system();
        let mut times = self.times(listing, &zone);
        let sessions = &listing.analysis.sessions;
        let firsts = chosen.iter().map(|chosen| chosen.position);
        let firsts = firsts.filter_map(|position| sessions.first_time(position));
        times.look_ahead(firsts);
        let surface = self.console.surface(output.is_stdout());
        let columns = self.columns(&times);
        // What stands in for wider columns is needed only where there is a width to fit.
        let needed: Vec<bool> = columns
            .iter()
            .map(|column| column.shown || surface.width.is_some())
            .collect();
        let rows = self.rows(listing);
        let parts = Parts::new(self.args.input.threads)?;
        let mut table = Table::new(columns.clone());
        let part_of_table = |part: &[Chosen]| {
            let mut table = Table::new(columns.clone());
            rows.each(part, &mut times.clone(), |row, times| {
                table.push_row_with(row.0.notes.tone, |index, cell| {
                    let pick = rows
                        .picks
                        .get(index)
                        .filter(|_| needed.get(index) == Some(&true));
                    if let Some(pick) = pick {
                        pick.write_cell(row, times, cell);
                    }
                });
                Ok(())
            })?;
            Ok(table)
        };
        let len = rows_a_part(chosen.len(), PART_ROWS, &times);
        parts.each(chosen, len, part_of_table, |part| {
            table.append(part);
            Ok(())
        })?;
        let drawing = table.draw(surface, &self.fit());
        write_drawing(&drawing, &parts, output)
    }

    fn columns(&self, times: &TimeText<'_>) -> Vec<Column> {
        let picks = self.picks.iter();
        let mut columns: Vec<_> = picks.map(|pick| pick.column(times)).collect();
        if !self.args.output.columns.is_empty() {
            columns.iter_mut().for_each(|column| column.shown = true);
        }
        columns
    }

    /// How the table becomes narrow: columns that a person picked all stay.
    fn fit(&self) -> Vec<Fit> {
        match (self.args.output.columns.is_empty(), self.list) {
            (true, List::Sessions) => fit_steps(),
            (true, List::Timing) => timing_fit_steps(),
            (false, _) => Vec::new(),
        }
    }

    fn write_csv(
        &self,
        listing: &Listing<'_>,
        chosen: &[Chosen],
        output: &mut Output,
    ) -> Result<()> {
        let zone = Zone::system();
        let times = self.times(listing, &zone);
        let mut writer = CsvWriter::new(&mut *output);
        writer.write_row(self.picks.iter().map(Pick::name))?;
        writer.finish()?;
        let rows = self.rows(listing);
        let lines = |part: &[Chosen]| {
            let mut lines = Vec::new();
            let mut writer = CsvWriter::new(&mut lines);
            rows.each(part, &mut times.clone(), |(row, fields), times| {
                let picks = rows.picks.iter();
                Ok(writer.write_row(picks.map(|pick| pick.exact(row, fields, times)))?)
            })?;
            writer.finish()?;
            Ok(lines)
        };
        let parts = Parts::new(self.args.input.threads)?;
        let len = rows_a_part(chosen.len(), PART_ROWS, &times);
        parts.each(chosen, len, lines, |lines| Ok(output.write_all(&lines)?))
    }

    fn rows<'l>(&'l self, listing: &'l Listing<'l>) -> Rows<'l> {
        Rows {
            listing,
            picks: &self.picks,
        }
    }

    fn times<'t>(&self, listing: &Listing<'_>, zone: &'t Zone) -> TimeText<'t> {
        let first = listing.analysis.sessions.earliest();
        zone.times(self.args.output.time).since(first)
    }
}

/// The rows of sessions, with the fields that their columns need.
struct Rows<'l> {
    listing: &'l Listing<'l>,
    picks: &'l [Pick],
}

impl Rows<'_> {
    /// Hands out the chosen sessions in their order.
    fn each<'t>(
        &self,
        chosen: &[Chosen],
        times: &mut TimeText<'t>,
        mut each: impl FnMut((&SessionRow<'_>, &Members<'_>), &mut TimeText<'t>) -> Result<()>,
    ) -> Result<()> {
        let mut json = Vec::new();
        for Chosen { position, .. } in chosen {
            let row = self.listing.with_session(*position, |session| {
                let fields = self.fields(session, &mut json)?;
                let notes = Notes::of(session);
                let row = SessionRow {
                    number: Some(position + 1),
                    session,
                    notes: &notes,
                };
                each((&row, &fields), times)
            });
            row.transpose()?;
        }
        Ok(())
    }

    /// The fields of a session where a column needs them, else none.
    fn fields<'t>(&self, session: &TcpSession<'_>, json: &'t mut Vec<u8>) -> Result<Members<'t>> {
        if self.picks.iter().any(Pick::needs_json) {
            Ok(Members::of(write_text(session, json)?))
        } else {
            Ok(Members::default())
        }
    }
}

/// Capture time after which a closed session counts as ended, when sessions are printed as they
/// end: twice the maximum segment lifetime that is usual in practice.
const LINGER: Span = Span::from_nanos(60_000_000_000);

/// Rows that one thread makes at a time.
const PART_ROWS: usize = 256;
