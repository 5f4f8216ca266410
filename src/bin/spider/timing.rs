//! `spider timing`: when things happened, of all sessions as a table, of one as a diagram.

use std::io::{self, Write as _};
use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{CaptureTables, FollowedPacket};
use spider_pcap::document::{SessionTimeline, SessionTiming, TCP_SESSION_SCHEMA, TcpSession};
use spider_pcap::lot::{Hold, LotPart, Timeline};
use spider_pcap::select::{FieldCatalog, Members};
use spider_pcap::time::Precision;
use spider_pcap::view::{
    Characters, DiagramStyle, Notes, SessionRow, Table, timing_fit_steps, write_timing_diagram,
};

use crate::args::{Format, TimingArgs};
use crate::checks::{Checks, Tally};
use crate::columns;
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::listing::write_text;
use crate::one::{self, OneSession, SessionView};
use crate::output::Output;
use crate::sessions::{self, List};
use crate::zone::Zone;

/// Runs the command.
pub(crate) fn run(args: &TimingArgs, console: Console) -> Result<Outcome> {
    match (args.list.choose.session.as_slice(), args.list.output.format) {
        ([wanted], Format::Table | Format::Json | Format::Ndjson) => show(args, wanted, console),
        (_, _) => sessions::run(&args.list, List::Timing, console),
    }
}

/// Shows one session with its diagram.
fn show(args: &TimingArgs, wanted: &str, console: Console) -> Result<Outcome> {
    let list = &args.list;
    let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
    let checks = Checks::from_args(list, &catalog)?;
    let mut tally = Tally::default();
    let paths = Inputs::from_args(&list.input)?.paths;
    let mut output = Output::open(list.output.write.as_deref(), &paths)?;
    let mut one = OneSession::from_args(&list.input, Some(wanted), console)?;
    let mut view = Counts::default();
    let followed = one.show(Hold::Nothing, &mut view)?;
    let failed = output.describe();
    one.with_document(&followed, |session| {
        checks.observe(
            &session.id,
            write_text(session, &mut Vec::new())?,
            &mut tally,
        )?;
        let written = match list.output.format {
            Format::Json | Format::Ndjson => write_document(session, &view, &mut output),
            Format::Table | Format::Csv => {
                write_row(args, session, console, &mut output)?;
                write_diagram(args, session, &view, console, &mut output)
            }
        };
        written.with_context(|| failed)
    })?;
    output.finish()?;
    let outcome = one::report(&followed, console);
    Ok(if checks.hold(&tally, console) {
        outcome
    } else {
        Outcome::ConditionFailed
    })
}

fn write_document(session: &TcpSession<'_>, view: &Counts, output: &mut Output) -> io::Result<()> {
    let mut document = SessionTiming::new(session);
    document.timeline = Some(SessionTimeline::new(&view.timeline, view.precision()));
    let mut json = Vec::new();
    document.write_json(&mut json)?;
    json.push(b'\n');
    output.write_all(&json)
}

/// The row of the session in the table of all.
fn write_row(
    args: &TimingArgs,
    session: &TcpSession<'_>,
    console: Console,
    output: &mut Output,
) -> Result<()> {
    let list = &args.list.output;
    let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
    let picks = columns::pick(list, List::Timing, &catalog)?;
    let zone = Zone::system();
    let first = one::first_time(session);
    let mut times = zone.times(list.time).since(first);
    times.look_ahead(first);
    let mut columns: Vec<_> = picks.iter().map(|pick| pick.column(&times)).collect();
    let is_default = list.columns.is_empty();
    if let Some(number) = columns.first_mut().filter(|_| is_default) {
        // There is no list in which it would have a number.
        number.shown = false;
    }
    let mut table = Table::new(columns);
    let notes = Notes::of(session);
    let row = SessionRow {
        number: None,
        session,
        notes: &notes,
    };
    let mut json = Vec::new();
    let fields = Members::of(write_text(session, &mut json)?);
    table.push_row_with(notes.tone, |index, cell| {
        if let Some(pick) = picks.get(index) {
            pick.write_cell((&row, &fields), &mut times, cell);
        }
    });
    let fit = if is_default {
        timing_fit_steps()
    } else {
        Vec::new()
    };
    table.write_to(output, console.surface(output.is_stdout()), &fit)?;
    Ok(output.write_all(b"\n")?)
}

fn write_diagram(
    args: &TimingArgs,
    session: &TcpSession<'_>,
    view: &Counts,
    console: Console,
    output: &mut Output,
) -> io::Result<()> {
    let zone = Zone::system();
    let times = zone
        .times(args.list.output.time)
        .since(one::first_time(session));
    let surface = console.surface(output.is_stdout());
    let style = diagram_style(DiagramStyle::new(surface, times), args.ascii, view);
    write_timing_diagram(output, &view.timeline, &style)
}

/// The style of a diagram.
pub(crate) fn diagram_style<'a>(
    style: DiagramStyle<'a>,
    ascii: bool,
    view: &Counts,
) -> DiagramStyle<'a> {
    DiagramStyle {
        characters: if ascii {
            Characters::Ascii
        } else {
            Characters::Unicode
        },
        precision: view.precision(),
        ..style
    }
}

/// Counts the packets of a session over time.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) timeline: Timeline,
    precision: Option<Precision>,
}

impl Counts {
    /// Digits of the capture's clock.
    pub(crate) fn precision(&self) -> Precision {
        self.precision.unwrap_or(Precision::MICROS)
    }
}

impl SessionView for Counts {
    fn start(&mut self, _: &TcpSession<'_>, _: &CaptureTables) -> Result<()> {
        Ok(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        self.precision = self.precision.max(Some(packet.segment.head.precision));
        self.timeline.handle_packet(&packet.timeline_event());
        Ok(ControlFlow::Continue(()))
    }

    fn lot(&mut self, _: LotPart) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}
