//! `spider show`: all of one session on a screen.

mod more;

use std::io::Write as _;
use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{CaptureTables, Followed, FollowedPacket};
use spider_pcap::document::TcpSession;
use spider_pcap::lot::{AnomalyLog, Hold, LotPart};
use spider_pcap::view::{SessionSheet, SheetStyle, write_session_sheet};

use crate::args::{ShowArgs, ShowFormat};
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::one::{self, OneSession, SessionView};
use crate::output::Output;
use crate::timing::Counts;
use crate::zone::Zone;

/// Runs the command.
pub(crate) fn run(args: &ShowArgs, console: Console) -> Result<Outcome> {
    let paths = Inputs::from_args(&args.input)?.paths;
    let mut output = Output::open_page(&args.page, &paths)?;
    let mut one = OneSession::from_args(&args.input, args.one.session.as_deref(), console)?;
    let mut watched = Watched::default();
    let followed = one.show(Hold::Nothing, &mut watched)?;
    let failed = output.describe();
    one.with_document(&followed, |session| {
        let written = match args.format {
            ShowFormat::Json => write_document(session, &mut output),
            ShowFormat::Table => {
                let sheet = (session, &followed, watched);
                write_sheet(args, sheet, console, &mut output)
            }
        };
        written.with_context(|| failed)
    })?;
    output.finish()?;
    Ok(one::report(&followed, console))
}

fn write_document(session: &TcpSession<'_>, output: &mut Output) -> std::io::Result<()> {
    let mut json = Vec::new();
    session.write_json(&mut json)?;
    json.push(b'\n');
    output.write_all(&json)
}

fn write_sheet(
    args: &ShowArgs,
    (session, followed, watched): (&TcpSession<'_>, &Followed, Watched),
    console: Console,
    output: &mut Output,
) -> std::io::Result<()> {
    let Watched { counts, log } = watched;
    let summary = followed.session.as_ref().map(|record| &record.summary);
    let anomalies = summary.map(|summary| log.finish(summary));
    let anomalies = anomalies.unwrap_or_default();
    let zone = Zone::system();
    let style = SheetStyle {
        surface: console.surface(output.is_stdout()),
        characters: args.page.characters(),
        times: zone.times(args.page.time).since(one::first_time(session)),
        precision: counts.precision(),
    };
    let sheet = SessionSheet {
        session,
        timeline: &counts.timeline,
        anomalies: &anomalies,
        commands: &more::commands(args, session, &anomalies),
    };
    write_session_sheet(output, &sheet, &style)
}

/// Counts the packets of a session, and keeps what went wrong.
#[derive(Debug, Default)]
struct Watched {
    counts: Counts,
    log: AnomalyLog,
}

impl SessionView for Watched {
    fn start(&mut self, session: &TcpSession<'_>, tables: &CaptureTables) -> Result<()> {
        self.counts.start(session, tables)
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        self.log.handle_packet(&packet.anomaly_event());
        self.counts.packet(packet)
    }

    fn lot(&mut self, part: LotPart) -> Result<ControlFlow<()>> {
        self.counts.lot(part)
    }
}
