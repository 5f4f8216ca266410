//! The rows of lots and silence, and what is told in words below a diagram.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::cells::{Side, Symbol};
use super::line::{Ink, Line};
use super::{Diagram, Plot};
use crate::lot::{Mark, MarkKind, Pause, PauseEnd};
use crate::time::{Span, Timestamp};
use crate::view::{HumanBytes, HumanSpan};

/// What a diagram contains that has to be explained.
#[derive(Debug, Default)]
pub(super) struct Shown {
    symbols: Vec<Symbol>,
    pub(super) bare: bool,
    /// Lots of the client, of the server, and of both in one cell.
    lots: [bool; 3],
}

/// The lots that begin in one cell.
#[derive(Clone, Copy, Debug)]
struct Start {
    cell: usize,
    /// Which of the three arrows.
    arrow: usize,
    /// First and last index.
    first: u64,
    last: u64,
}

impl Shown {
    pub(super) fn note(&mut self, symbol: Symbol) {
        if !self.symbols.contains(&symbol) {
            self.symbols.push(symbol);
            self.symbols.sort_unstable();
        }
    }
}

impl Diagram<'_> {
    /// An arrow where a lot begins, with its index where there is room.
    pub(super) fn write_lots(
        &self,
        out: &mut impl Write,
        plot: &Plot,
        shown: &mut Shown,
    ) -> io::Result<()> {
        let starts = starts(plot);
        if starts.is_empty() {
            return Ok(());
        }
        let mut line = Line::labelled("lots", Ink::Dim, self.column);
        let ends = starts.iter().skip(1).map(|next| next.cell);
        for (start, end) in starts.iter().zip(ends.chain([plot.axis.cells()])) {
            let ink = [Ink::Client, Ink::Server, Ink::Plain].get(start.arrow);
            if let Some(seen) = shown.lots.get_mut(start.arrow) {
                *seen = true;
            }
            line.pad_to(self.column + start.cell);
            let arrow = self.canvas.glyphs.lots.get(start.arrow);
            line.push_cell(*ink.unwrap_or(&Ink::Plain), *arrow.unwrap_or(&' '));
            let index = start.index();
            let is_last = end == plot.axis.cells();
            let gutter = if is_last { 0 } else { 1 };
            if index.len() + 1 + gutter <= end - start.cell {
                line.push(Ink::Plain, &index);
            }
        }
        line.write_to(out, &self.canvas)
    }

    /// The long pauses with their length; nothing when there are none.
    pub(super) fn write_silence(&self, out: &mut impl Write, plot: &Plot) -> io::Result<()> {
        let pauses = self.timeline.pauses().iter();
        let mut labels: Vec<_> = pauses
            .map(|pause| {
                let start = plot.axis.cell_of(pause.start) + 1;
                let room = plot.axis.cell_of(pause.end).saturating_sub(start);
                let length = HumanSpan(pause.duration()).to_string();
                (start, room, self.canvas.text(&length))
            })
            .filter(|(_, room, label)| label.width() <= *room)
            .collect();
        if labels.is_empty() {
            return Ok(());
        }
        labels.sort_unstable();
        let mut line = Line::labelled("silence", Ink::Dim, self.column);
        for (start, room, label) in labels {
            let spare = room - label.width();
            let (before, after) = (spare / 2, spare - spare / 2);
            let dashes = |count: usize| {
                let dash = self.canvas.glyphs.silence.to_string();
                dash.repeat(count.saturating_sub(1))
            };
            line.pad_to(self.column + start);
            line.push(Ink::Dim, &dashes(before));
            line.pad_to(self.column + start + before);
            line.push(Ink::Plain, &label);
            line.pad_to(self.column + start + room + 1 - after);
            line.push(Ink::Dim, &dashes(after));
        }
        line.write_to(out, &self.canvas)
    }

    /// What happened to the connection, the pauses, and what could not be drawn.
    pub(super) fn write_words(&self, out: &mut impl Write) -> io::Result<()> {
        let Some((first, last)) = self.timeline.first().zip(self.timeline.last()) else {
            let none = match self.timeline.totals() {
                totals if totals.out.packets == 0 && totals.r#in.packets == 0 => "no packets",
                _ => "no packet has a time",
            };
            return self.write_items(out, "times", &[none.to_owned()], ", ");
        };
        self.write_marks(out, first)?;
        let duration = last.nanos().abs_diff(first.nanos());
        let pauses = self.timeline.pauses().iter();
        let long = pauses.filter(|pause| is_long(pause, duration));
        for (index, pause) in long.enumerate() {
            let label = if index == 0 { "pauses" } else { "" };
            self.write_items(out, label, &[pause_text(pause, first)], "")?;
        }
        let untimed = self.timeline.untimed();
        match untimed.out.packets.saturating_add(untimed.r#in.packets) {
            0 => Ok(()),
            1 => self.write_items(out, "times", &["1 packet has none".to_owned()], ""),
            more => self.write_items(out, "times", &[format!("{more} packets have none")], ""),
        }
    }

    fn write_marks(&self, out: &mut impl Write, first: Timestamp) -> io::Result<()> {
        let marks = self.timeline.marks();
        let told = marks.iter().filter_map(|mark| mark_text(mark, first));
        let mut items: Vec<_> = told.collect();
        let rest = (items.len() as u64)
            .saturating_add(self.timeline.marks_left_out())
            .saturating_sub(MARKS_TOLD as u64);
        if 0 < rest {
            items.truncate(MARKS_TOLD);
            items.push(format!("{rest} more"));
        }
        self.write_items(out, "marks", &items, ", ")
    }

    /// What the characters mean, of those that occur.
    pub(super) fn write_legend(&self, out: &mut impl Write, shown: &Shown) -> io::Result<()> {
        let Some(plot) = &self.plot else {
            return Ok(());
        };
        let glyphs = self.canvas.glyphs;
        let symbols = shown.symbols.iter();
        let mut items: Vec<_> = symbols
            .map(|symbol| format!("{} {}", symbol.letter(), symbol.meaning()))
            .collect();
        if shown.bare {
            items.push(format!("{} no payload", glyphs.bare));
        }
        let lots = ["lot of client", "lot of server", "lots of both"];
        for ((arrow, meaning), seen) in glyphs.lots.iter().zip(lots).zip(shown.lots) {
            if seen {
                items.push(format!("{arrow} {meaning}"));
            }
        }
        let most = plot.cells.most_bytes();
        if let ([.., full], true) = (glyphs.levels, 0 < most) {
            let span = HumanSpan(plot.axis.cell_span());
            let most = HumanBytes(most);
            items.push(match span.0.nanos() {
                0 => format!("{full} {most}"),
                _ => format!("{full} {most} in {span}, square-root scale"),
            });
        }
        self.write_items(out, "legend", &items, "  ")
    }

    /// Items behind a name, on as many lines as they need.
    fn write_items(
        &self,
        out: &mut impl Write,
        label: &str,
        items: &[String],
        between: &str,
    ) -> io::Result<()> {
        let room = self.canvas.width.saturating_sub(self.column);
        let mut items = items.iter().map(|item| self.canvas.text(item)).peekable();
        let mut label = label;
        while let Some(mut text) = items.next() {
            while let Some(next) = items.next_if(|next| {
                text.width() + between.len() + next.width() + between.trim_end().len() <= room
            }) {
                text.push_str(between);
                text.push_str(&next);
            }
            if items.peek().is_some() {
                text.push_str(between.trim_end());
            }
            let mut line = Line::labelled(std::mem::take(&mut label), Ink::Dim, self.column);
            line.push(Ink::Plain, &self.canvas.shortened(&text, room));
            line.write_to(out, &self.canvas)?;
        }
        Ok(())
    }
}

impl Start {
    fn index(&self) -> String {
        if self.first == self.last {
            self.first.to_string()
        } else {
            format!("{}-{}", self.first, self.last)
        }
    }
}

/// Where lots begin, cell by cell.
fn starts(plot: &Plot) -> Vec<Start> {
    let mut next = 0_u64;
    let sides = plot.cells.of(Side::Client).iter();
    let cells = sides.zip(plot.cells.of(Side::Server)).enumerate();
    let start = |(cell, (client, server)): (usize, (&super::Cell, &super::Cell))| {
        let (client, server) = (client.tally.lots, server.tally.lots);
        let first = next;
        next = next.saturating_add(client).saturating_add(server);
        let arrow = match (client, server) {
            (0, 0) => return None,
            (_, 0) => 0,
            (0, _) => 1,
            (_, _) => 2,
        };
        Some(Start {
            cell,
            arrow,
            first,
            last: next.saturating_sub(1),
        })
    };
    cells.filter_map(start).collect()
}

fn mark_text(mark: &Mark, first: Timestamp) -> Option<String> {
    let side = if mark.is_of_client() {
        "client"
    } else {
        "server"
    };
    let what = match mark.kind {
        MarkKind::Syn => "SYN".to_owned(),
        MarkKind::SynAck => "SYN+ACK".to_owned(),
        MarkKind::Established => "established".to_owned(),
        MarkKind::FirstByte => format!("first byte of the {side}"),
        MarkKind::Fin => format!("FIN of the {side}"),
        MarkKind::Rst => format!("reset by the {side}"),
    };
    Some(format!("{what} {}", after(mark.time?, first)))
}

/// `613 ms of silence after 204 ms, before lot 3 of server`.
fn pause_text(pause: &Pause, first: Timestamp) -> String {
    let side = if pause.is_ended_by_client() {
        "client"
    } else {
        "server"
    };
    let until = match pause.ended_by {
        PauseEnd::Lot(lot) => format!("before lot {lot} of the {side}"),
        PauseEnd::Payload => format!("until the {side} sent on"),
        PauseEnd::Syn => format!("until a SYN of the {side}"),
        PauseEnd::Fin => format!("until a FIN of the {side}"),
        PauseEnd::Rst => format!("until a reset by the {side}"),
        PauseEnd::Bare => format!("until a bare packet of the {side}"),
    };
    let length = HumanSpan(pause.duration());
    format!("{length} of silence {}, {until}", after(pause.start, first))
}

fn after(time: Timestamp, first: Timestamp) -> String {
    match time.since(first).nanos() {
        0 => "at the start".to_owned(),
        nanos => format!("after {}", HumanSpan(Span::from_nanos(nanos))),
    }
}

/// True for a pause that is worth a word: a twentieth of the session, or a second.
fn is_long(pause: &Pause, duration_ns: u64) -> bool {
    let nanos = pause.end.nanos().abs_diff(pause.start.nanos());
    1_000_000_000 <= nanos || duration_ns / 20 <= nanos
}

/// Marks told in words: all of an ordinary session.
const MARKS_TOLD: usize = 12;
