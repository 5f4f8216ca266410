//! All of one session on a screen: what it is, when and how much was sent, what went wrong, and
//! the commands that show more.
//!
//! Sections stand below each other, or two by two from [`WIDE`] columns on. A section without
//! content is left out, but for what went wrong: that nothing did is worth a line. Text of the
//! capture is escaped.
//!
//! Limits: without a width nothing is broken. On a terminal no line is wider than it, down to
//! 60 columns, but for a word of a command: in two parts it could not be copied.

mod block;
mod facts;
mod numbers;
mod tls;
mod tracking;
mod verdict;

use std::io::{self, Write};

use super::anomaly_words::anomaly_sentences;
use super::color::{BOLD, CYAN, DIM, MAGENTA};
use super::notes::Notes;
use super::table::Tone;
use super::{Characters, DiagramStyle, Surface, TimeText, Words, write_timing_diagram};
use crate::document::{End, TcpSession};
use crate::lot::{Anomalies, Timeline};
use crate::time::Precision;
use block::{Block, Paper, write_beside};

/// What is shown of a session.
#[derive(Debug)]
pub struct SessionSheet<'a> {
    /// The session.
    pub session: &'a TcpSession<'a>,
    /// Its counts over time.
    pub timeline: &'a Timeline,
    /// What went wrong in it.
    pub anomalies: &'a Anomalies,
    /// What shows more.
    pub commands: &'a [SheetCommand],
}

/// A command that shows more of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetCommand {
    /// What it shows.
    pub purpose: &'static str,
    /// Its words, quoted for a shell.
    pub words: Vec<String>,
}

/// How a sheet looks.
#[derive(Clone, Debug)]
pub struct SheetStyle<'a> {
    /// Where it is written to.
    pub surface: Surface,
    /// The characters it is made of.
    pub characters: Characters,
    /// How absolute times are shown.
    pub times: TimeText<'a>,
    /// Digits of the capture's clock.
    pub precision: Precision,
}

/// Writes the sheet of a session.
///
/// # Errors
///
/// Fails when `out` does.
pub fn write_session_sheet(
    out: &mut impl Write,
    sheet: &SessionSheet<'_>,
    style: &SheetStyle<'_>,
) -> io::Result<()> {
    let whole = Paper {
        width: style.surface.width,
        colored: style.surface.colored,
        is_ascii: style.characters == Characters::Ascii,
    };
    let columns = whole
        .halves()
        .filter(|_| style.surface.width.is_some_and(|width| WIDE <= width));
    let paper = columns.unwrap_or(whole);
    let session = sheet.session;
    title(session, whole).write_to(out)?;
    let general = facts::general(session, paper, &style.times);
    let mut capture = facts::capture(session, paper);
    let tls = tls::section(session, paper);
    if columns.is_some() {
        capture.append_after_blank(tls);
        writeln!(out)?;
        write_beside(out, &general, &capture, paper)?;
    } else {
        write_sections(out, [general, capture, tls])?;
    }
    writeln!(out)?;
    write_diagram(out, sheet, style, whole)?;
    let statistics = numbers::section(session, sheet.timeline, paper);
    let tracking = tracking::section(session, paper);
    if columns.is_some() {
        writeln!(out)?;
        write_beside(out, &statistics, &tracking, paper)?;
    } else {
        write_sections(out, [statistics, tracking])?;
    }
    write_sections(
        out,
        [
            what_happened(sheet.anomalies, whole),
            more(sheet.commands, whole),
        ],
    )
}

/// Sections below each other, a blank line before each.
fn write_sections<const N: usize>(out: &mut impl Write, sections: [Block; N]) -> io::Result<()> {
    for section in sections.iter().filter(|section| !section.is_bare()) {
        writeln!(out)?;
        section.write_to(out)?;
    }
    Ok(())
}

/// Who with whom, and how it went.
fn title(session: &TcpSession<'_>, paper: Paper) -> Block {
    let notes = Notes::of(session);
    let verdict = verdict::verdict(session, &notes);
    let mut block = Block::new(paper);
    block.flow(&[
        (paper.bold(CYAN), &end_name(&session.src)),
        (BOLD, "→"),
        (paper.bold(MAGENTA), &end_name(&session.dst)),
    ]);
    block.flow(&[
        (BOLD, &session.state.to_string()),
        ("", "·"),
        (notes.tone.color(), &verdict),
    ]);
    block
}

/// `name:port`, or the socket of an end without a name.
fn end_name(end: &End<'_>) -> String {
    match end.name {
        Some(name) => format!("{name}:{}", end.port),
        None => end.socket.to_string(),
    }
}

fn write_diagram(
    out: &mut impl Write,
    sheet: &SessionSheet<'_>,
    style: &SheetStyle<'_>,
    paper: Paper,
) -> io::Result<()> {
    Block::titled("Timing", paper).write_to(out)?;
    let diagram = DiagramStyle {
        characters: style.characters,
        // What is worth a word stands under what happened.
        words: Words::Left,
        precision: style.precision,
        ..DiagramStyle::new(paper.inner(), style.times.clone())
    };
    let mut text = Vec::new();
    write_timing_diagram(&mut text, sheet.timeline, &diagram)?;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        out.write_all(b"  ")?;
        out.write_all(line)?;
    }
    Ok(())
}

/// What went wrong, in words.
fn what_happened(anomalies: &Anomalies, paper: Paper) -> Block {
    let mut block = Block::titled("What happened", paper);
    let sentences = anomaly_sentences(anomalies);
    if sentences.is_empty() {
        block.item("", "", "nothing unusual");
    }
    for sentence in &sentences {
        let mark = match sentence.tone {
            Tone::Severe => "✗",
            Tone::Notable => "!",
            Tone::Calm => "·",
        };
        block.item(sentence.tone.color(), mark, &sentence.text);
    }
    block
}

/// The commands that show more.
fn more(commands: &[SheetCommand], paper: Paper) -> Block {
    let mut block = Block::titled("More", paper);
    let widest = commands.iter().map(|command| command.purpose.len()).max();
    for command in commands {
        block.command(DIM, command, widest.unwrap_or_default());
    }
    block
}

/// From this many columns on, sections stand side by side.
const WIDE: usize = 140;
