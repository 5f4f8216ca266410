//! `spider export`: packets of sessions as capture files.

mod live;
mod plan;
mod select;
mod split;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::Result;
use spider_pcap::analyze::CaptureSummary;
use spider_pcap::capture::{Batch, Capture, ReadLimits, Slot};
use spider_pcap::export::{ExportError, ExportPlan, MergedNumbers, read_packets};
use spider_pcap::view::Escaped;

use crate::args::ExportArgs;
use crate::console::Console;
use crate::exit::Outcome;
use crate::failure::{self, Hinted};
use crate::input::Inputs;
use crate::output::Output;
use crate::spool::Source;
use plan::{Beside, plan};
use select::{Route, Search, Selected, SelectedSession};

/// Runs the command.
pub(crate) fn run(args: &ExportArgs, console: Console) -> Result<Outcome> {
    let inputs = Inputs::from_args(&args.input)?;
    let target = args.output.write.as_deref();
    let target = target.filter(|path| *path != Path::new("-"));
    let place = match &args.output.split {
        Some(folder) => Place::Folder(folder),
        None => Place::File(open(target, args.output.force, &inputs)?),
    };
    let source = Source::from_args(&args.input, &inputs)?;
    let search = Search::new(args, &source, console)?;
    let (written, capture) = match (search.route(), place) {
        (Route::One(wanted), Place::File(output)) => live::write(&search, wanted, output)?,
        (Route::OneOfChosen, Place::File(output)) => {
            live::write(&search, Some(&search.one_of_chosen()?), output)?
        }
        (_, place) => write_many(&search, place, &inputs)?,
    };
    console.note(&format!(
        "wrote {} of {} to {}",
        counted(written.packets, "packet"),
        counted(written.sessions, "session"),
        Escaped(&written.place)
    ));
    Ok(console.notices(&capture.notices))
}

/// Writes sessions that are found in the list of all.
fn write_many(
    search: &Search<'_>,
    place: Place<'_>,
    inputs: &Inputs,
) -> Result<(Written, CaptureSummary)> {
    let selected = search.many()?;
    let export = Export {
        args: search.args,
        source: search.source,
        selected: &selected,
    };
    let written = match place {
        Place::File(output) => export.write(output)?,
        Place::Folder(folder) => split::write(&export, folder, &inputs.paths)?,
    };
    Ok((written, selected.capture))
}

/// Where packets are written to.
enum Place<'a> {
    /// One file, or standard output.
    File(Output),
    /// A file a session.
    Folder(&'a Path),
}

/// How much was written, and where.
struct Written {
    packets: u64,
    sessions: u64,
    place: String,
}

/// The sessions that were chosen, and how they are written.
struct Export<'a> {
    args: &'a ExportArgs,
    source: &'a Source<'a>,
    selected: &'a Selected,
}

impl Export<'_> {
    /// Writes all sessions into one file.
    fn write(&self, mut output: Output) -> Result<Written> {
        let sessions = &self.selected.sessions;
        let plan = self.plan(sessions, self.selected.takes_all);
        let (failed, place) = (output.describe(), place_of(self.args, &output));
        let fail = |error| from_export(error, &failed);
        let mut writer = plan.start(&mut output).map_err(fail)?;
        let mut packets = 0;
        self.each_packet(|batch, slot| {
            packets += 1;
            writer.packet(batch, slot).map_err(fail)
        })?;
        let statistics = &self.selected.capture.statistics;
        writer.finish(statistics).map_err(fail)?;
        output.finish()?;
        Ok(Written {
            packets,
            sessions: sessions.len() as u64,
            place,
        })
    }

    /// Hands out the packets of all sessions, each once, in the order of the capture.
    fn each_packet(&self, mut each: impl FnMut(&Batch, &Slot) -> Result<()>) -> Result<()> {
        let sessions = self.selected.sessions.iter();
        let merged = MergedNumbers::new(sessions.map(|session| &session.packets));
        let mut before = None;
        // A packet of two sessions (frames in an aggregate) is written once.
        let once = merged.filter(|(number, _)| before.replace(*number) != Some(*number));
        read_packets(&mut open_again(self.source)?, once, |_, batch, slot| {
            each(batch, slot)
        })
    }

    /// What is written around the packets of these sessions.
    fn plan(&self, sessions: &[SelectedSession], takes_all: bool) -> ExportPlan {
        let Selected {
            capture,
            known,
            own_keys,
            ..
        } = self.selected;
        let beside = Beside {
            interfaces: &capture.tables.interfaces,
            keys: &known.keys,
            others: takes_all.then_some(own_keys),
        };
        plan(self.args, sessions, beside)
    }
}

/// The capture once more, from its start on.
fn open_again(source: &Source<'_>) -> Result<Capture> {
    let opened = Capture::open(source.inputs()?, ReadLimits::default());
    opened.map_err(|error| failure::from_analysis(&error.into()))
}

/// What a file or standard output is called when it was written to.
fn place_of(args: &ExportArgs, output: &Output) -> String {
    match args.output.write.as_deref() {
        Some(path) if !output.is_stdout() => format!("'{}'", path.display()),
        Some(_) | None => "standard output".to_owned(),
    }
}

/// Opens a file that may be written, or standard output.
fn open(target: Option<&Path>, force: bool, inputs: &Inputs) -> Result<Output> {
    let Some(target) = target else {
        if io::stdout().is_terminal() {
            return Err(Hinted::error(
                "a capture is not written to a terminal",
                "name a file (spider export --session 3 -w session.pcapng capture.pcapng), or pipe it on",
            ));
        }
        return Output::open(None, &inputs.paths);
    };
    let output = Output::open(Some(target), &inputs.paths)?;
    if !force && target.is_file() {
        return Err(exists(target));
    }
    Ok(output)
}

fn exists(target: &Path) -> anyhow::Error {
    Hinted::error(
        format!("'{}' exists", target.display()),
        "--force overwrites it",
    )
}

/// An error of an export: `failed` says what could not be written to.
fn from_export(error: ExportError, failed: &str) -> anyhow::Error {
    match error.into_io() {
        Ok(io) => anyhow::Error::new(io).context(failed.to_owned()),
        Err(error) => match error.hint() {
            Some(hint) => Hinted::error(error.to_string(), hint),
            None => anyhow::Error::new(error),
        },
    }
}

fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
