//! A file a session, in one pass over the packets.
//!
//! Files are written in a temporary folder and brought to their places at the end, so that there are
//! all of them or none. The file of a session is open from its first packet to its last; where more
//! are open than a process may have, the one that is open longest is closed, and opened again to go on.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use spider_pcap::capture::{Batch, PacketNumber, Slot};
use spider_pcap::export::{ExportError, ExportFormat, ExportWriter, MergedNumbers, read_packets};
use spider_pcap::pcapng::InterfaceStatistics;
use tempfile::TempDir;

use super::plan::format;
use super::{Export, SelectedSession, Written, exists, from_export, open_again};
use crate::failure::Hinted;
use crate::output::is_same_file;

/// Writes the sessions of an export into a folder.
pub(super) fn write(export: &Export<'_>, folder: &Path, inputs: &[PathBuf]) -> Result<Written> {
    let failed = || format!("cannot write into '{}'", folder.display());
    let sessions = &export.selected.sessions;
    let names: Vec<String> = sessions.iter().map(|one| file_name(export, one)).collect();
    for name in &names {
        check_place(&folder.join(name), export.args.output.force, inputs)?;
    }
    let is_new = !folder.exists();
    fs::create_dir_all(folder).with_context(failed)?;
    let written = write_all(export, folder, &names);
    if written.is_err() && is_new {
        // It stays where something else is in it by now.
        drop(fs::remove_dir(folder));
    }
    let packets = written?;
    let files = super::counted(names.len() as u64, "file");
    let place = format!("{files} in '{}'", folder.display());
    Ok(Written {
        packets,
        sessions: sessions.len() as u64,
        place,
    })
}

fn write_all(export: &Export<'_>, folder: &Path, names: &[String]) -> Result<u64> {
    let failed = format!("cannot write into '{}'", folder.display());
    let temporary = tempfile::Builder::new();
    let temporary = { temporary }.prefix(".spider-").tempdir_in(folder);
    let temporary = temporary.with_context(|| failed.clone())?;
    let mut files = Files {
        export,
        names,
        temporary: &temporary,
        writers: names.iter().map(|_| None).collect(),
        open: VecDeque::new(),
        packets: 0,
    };
    let packets = export.selected.sessions.iter().map(|one| &one.packets);
    let merged = MergedNumbers::new(packets).map(|(number, session)| (number, (number, session)));
    let fail = |error| from_export(error, &failed);
    read_packets(
        &mut open_again(export.source)?,
        merged,
        |(number, session), batch, slot| files.packet((number, session), batch, slot),
    )
    .map_err(fail)?;
    files.finish_all().map_err(fail)?;
    for name in names {
        let place = folder.join(name);
        let kept = fs::rename(temporary.path().join(name), &place);
        kept.with_context(|| format!("cannot write '{}'", place.display()))?;
    }
    Ok(files.packets)
}

/// Refuses a place that is taken.
fn check_place(place: &Path, force: bool, inputs: &[PathBuf]) -> Result<()> {
    if inputs.iter().any(|input| is_same_file(input, place)) {
        return Err(Hinted::error(
            format!("'{}' is an input and would be overwritten", place.display()),
            "give another folder to --split",
        ));
    }
    if !force && place.exists() {
        return Err(exists(place));
    }
    Ok(())
}

/// The number and the name of a session as a file name that every system takes.
fn file_name(export: &Export<'_>, session: &SelectedSession) -> String {
    let ending = match format(export.args) {
        ExportFormat::Pcap => "pcap",
        ExportFormat::Pcapng => "pcapng",
    };
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name = session.name.chars();
    let name: String = name.map(|c| if is_safe(c) { c } else { '_' }).collect();
    let number = session.number.unwrap_or_default();
    format!("{number}-{name}.{ending}")
}

/// The files that are being written.
struct Files<'a> {
    export: &'a Export<'a>,
    names: &'a [String],
    temporary: &'a TempDir,
    /// By session; none before its first packet and after its last.
    writers: Vec<Option<ExportWriter<Part>>>,
    /// Sessions whose file is open, the one that is open longest first.
    open: VecDeque<usize>,
    packets: u64,
}

impl Files<'_> {
    fn packet(
        &mut self,
        (number, session): (PacketNumber, usize),
        batch: &Batch,
        slot: &Slot,
    ) -> Result<(), ExportError> {
        self.packets += 1;
        self.make_room(session)?;
        let mut writer = match self.writers.get_mut(session).and_then(Option::take) {
            Some(writer) => writer,
            None => self.start(session)?,
        };
        writer.packet(batch, slot)?;
        let last = self.export.selected.sessions.get(session);
        if last.and_then(|one| one.packets.last()) == Some(number) {
            self.open.retain(|open| *open != session);
            return finish(writer, &self.export.selected.capture.statistics);
        }
        if let Some(place) = self.writers.get_mut(session) {
            *place = Some(writer);
        }
        Ok(())
    }

    /// Notes that the file of a session is open, and closes another one if there are too many.
    fn make_room(&mut self, session: usize) -> Result<(), ExportError> {
        if self.open.contains(&session) {
            return Ok(());
        }
        self.open.push_back(session);
        if self.open.len() <= MAX_OPEN {
            return Ok(());
        }
        let longest = self.open.pop_front();
        let writer = longest.and_then(|longest| self.writers.get_mut(longest)?.as_mut());
        writer.map_or(Ok(()), |writer| Ok(io(writer.output_mut().close())?))
    }

    fn start(&self, session: usize) -> Result<ExportWriter<Part>, ExportError> {
        let sessions = &self.export.selected.sessions;
        let only = sessions.get(session..=session).unwrap_or_default();
        let takes_all = self.export.selected.takes_all && sessions.len() == 1;
        let plan = self.export.plan(only, takes_all);
        let name = self.names.get(session).map_or("", String::as_str);
        plan.start(Part {
            path: self.temporary.path().join(name),
            file: None,
        })
    }

    /// Finishes the files of sessions whose last packet did not come again.
    fn finish_all(&mut self) -> Result<(), ExportError> {
        for session in 0..self.writers.len() {
            let writer = self.writers.get_mut(session).and_then(Option::take);
            let statistics = &self.export.selected.capture.statistics;
            writer.map_or(Ok(()), |writer| finish(writer, statistics))?;
        }
        Ok(())
    }
}

fn finish(
    writer: ExportWriter<Part>,
    statistics: &[InterfaceStatistics],
) -> Result<(), ExportError> {
    let mut part = writer.finish(statistics)?;
    Ok(io(part.close())?)
}

/// An error of the output as one of the export.
fn io(result: io::Result<()>) -> Result<(), spider_pcap::pcapng::WriteError> {
    Ok(result?)
}

/// A file that is opened when it is written to.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Part {
    fn close(&mut self) -> io::Result<()> {
        self.file.take().map_or(Ok(()), |mut file| file.flush())
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let file = File::options().append(true).create(true).open(&self.path);
                BufWriter::new(file?)
            }
        };
        self.file.insert(file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Files that are open at a time; systems allow 256 at least, and some are open already.
const MAX_OPEN: usize = 128;
