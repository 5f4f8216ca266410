//! `spider export`: packets of sessions as capture files.

mod select;
mod split;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::Result;
use spider_pcap::capture::{Batch, Capture, ReadLimits, Slot};
use spider_pcap::export::{
    ExportError, ExportFormat, ExportPlan, FieldStyle, MergedNumbers, SecretSources, names_of,
    read_packets, secrets_of,
};
use spider_pcap::view::Escaped;

use crate::args::{CaptureFormat, ExportArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::failure::{self, Hinted};
use crate::input::Inputs;
use crate::output::Output;
use crate::spool::Source;
use select::{Selected, SelectedSession};

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
    let selected = select::sessions(args, &source, console)?;
    let export = Export {
        args,
        source: &source,
        selected: &selected,
    };
    let written = match place {
        Place::File(output) => export.write(output)?,
        Place::Folder(folder) => split::write(&export, folder, &inputs.paths)?,
    };
    let sessions = selected.sessions.len();
    console.note(&format!(
        "wrote {} of {} to {}",
        counted(written.packets, "packet"),
        counted(sessions as u64, "session"),
        Escaped(&written.place)
    ));
    console.notices(&selected.capture.notices);
    let notices = &selected.capture.notices;
    Ok(if notices.iter().any(|notice| notice.kind.is_damage()) {
        Outcome::Damaged
    } else {
        Outcome::Done
    })
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
        let failed = output.describe();
        let fail = |error| from_export(error, &failed);
        let mut writer = plan.start(&mut output).map_err(fail)?;
        let mut packets = 0;
        self.each_packet(|batch, slot| {
            packets += 1;
            writer.packet(batch, slot).map_err(fail)
        })?;
        writer.finish().map_err(fail)?;
        let place = match self.args.output.write.as_deref() {
            Some(path) if !output.is_stdout() => format!("'{}'", path.display()),
            Some(_) | None => "standard output".to_owned(),
        };
        output.finish()?;
        Ok(Written { packets, place })
    }

    /// Hands out the packets of all sessions, each once, in the order of the capture.
    fn each_packet(&self, mut each: impl FnMut(&Batch, &Slot) -> Result<()>) -> Result<()> {
        if let Some(kept) = &self.selected.kept {
            return kept.slots.iter().try_for_each(|slot| each(kept, slot));
        }
        let sessions = self.selected.sessions.iter();
        let merged = MergedNumbers::new(sessions.map(|session| &session.packets));
        let mut before = None;
        // A packet of two sessions (frames in an aggregate) is written once.
        let once = merged.filter(|(number, _)| before.replace(*number) != Some(*number));
        read_packets(&mut self.open()?, once, |_, batch, slot| each(batch, slot))
    }

    /// The capture once more, from its start on.
    fn open(&self) -> Result<Capture> {
        let opened = Capture::open(self.source.inputs()?, ReadLimits::default());
        opened.map_err(|error| failure::from_analysis(&error.into()))
    }

    /// What is written around the packets of these sessions.
    fn plan(&self, sessions: &[SelectedSession], takes_all: bool) -> ExportPlan {
        let Selected {
            capture,
            known,
            own_keys,
            ..
        } = self.selected;
        let packets = sessions.iter().map(|session| &session.packets);
        let mut plan = ExportPlan::new(self.format(), packets, &capture.tables.interfaces);
        if plan.format == ExportFormat::Pcap {
            return plan;
        }
        plan.add_statistics(&capture.statistics);
        let ends = sessions.iter().flat_map(|session| session.ends.clone());
        plan.names = names_of(ends);
        if !self.args.output.no_secrets {
            let facts = sessions.iter().filter_map(|session| session.tls.as_deref());
            let sources = SecretSources {
                keys: &known.keys,
                others: takes_all.then_some(own_keys),
            };
            let style = FieldStyle::from(self.args.output.spider_fields);
            plan.secrets = secrets_of(facts, sources, style);
        }
        plan
    }

    /// The format that was asked for, else the one that the ending of the file says.
    fn format(&self) -> ExportFormat {
        let ending = self.args.output.write.as_deref().and_then(Path::extension);
        let is_pcap = ending.is_some_and(|ending| {
            ending.eq_ignore_ascii_case("pcap") || ending.eq_ignore_ascii_case("cap")
        });
        let asked = self.args.output.format.unwrap_or(if is_pcap {
            CaptureFormat::Pcap
        } else {
            CaptureFormat::Pcapng
        });
        asked.into()
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
