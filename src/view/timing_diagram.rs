//! A session over its duration, at a glance: a [`Timeline`] as a diagram of a few rows.
//!
//! ```text
//! 2024-01-14  21:43:26.416                       21:43:27.713  1.297 s
//!             ├0───────────────┬0.5 s────────────┬1.0 s─────┤
//! client      ·▁   ·                         ▁▁             ·  237 B, 7 packets
//!             SA   z                          l             R
//! server      · · █  ▂▂▂                       ▃           ·   85.3 kB, 10 packets
//!             S   g  xor                                   F
//! lots         ↓0 ↑1                         ↓ ↑3
//! silence               ╌╌╌╌╌╌ 640 ms ╌╌╌╌╌╌╌  ╌╌ 360 ms ╌╌
//! ```
//!
//! Bars have the height of the square root of the bytes in their cell, on one scale for both
//! sides. Below them stand letters for what happened, the most important of a cell. Rows that
//! would be empty are left out, and only what occurs is explained. It deliberately shows no packet
//! on its own, and nothing that is not in the time line.
//!
//! Limits: no line is wider than the surface; 500 cells of time, since a time line need not have
//! more bins.

mod axis;
mod cells;
mod line;
mod words;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::{Escaped, HumanBytes, HumanSpan, Surface, TimeText};
use crate::document::Seconds;
use crate::lot::{Tally, Timeline};
use crate::time::{Precision, Timestamp};
use axis::Axis;
use cells::{Cell, Cells, Side, level};
use line::{ASCII, Canvas, Glyphs, Ink, Line, UNICODE};
use words::Shown;

/// How a diagram looks.
#[derive(Clone, Debug)]
pub struct DiagramStyle<'a> {
    /// Where it is written to; 100 cells where the width is absent.
    pub surface: Surface,
    /// The characters it is made of.
    pub characters: Characters,
    /// Whether opening, close and pauses are told below it.
    pub words: Words,
    /// How absolute times are shown.
    pub times: TimeText<'a>,
    /// Digits of the capture's clock.
    pub precision: Precision,
    /// What the client is called.
    pub client: &'a str,
    /// What the server is called.
    pub server: &'a str,
}

/// Which characters a diagram is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Characters {
    /// Blocks and lines.
    #[default]
    Unicode,
    /// Seven bits.
    Ascii,
}

/// Whether a diagram is told in words, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    /// Marks of the connection and pauses stand below the diagram.
    #[default]
    Told,
    /// The diagram and its legend are all.
    Left,
}

/// Writes the diagram of a session.
///
/// # Errors
///
/// Fails when `out` does.
pub fn write_timing_diagram(
    out: &mut impl Write,
    timeline: &Timeline,
    style: &DiagramStyle<'_>,
) -> io::Result<()> {
    Diagram::new(timeline, style).write_to(out)
}

impl<'a> DiagramStyle<'a> {
    /// A diagram with all there is, with these absolute times.
    pub const fn new(surface: Surface, times: TimeText<'a>) -> Self {
        Self {
            surface,
            characters: Characters::Unicode,
            words: Words::Told,
            times,
            precision: Precision::MICROS,
            client: "client",
            server: "server",
        }
    }
}

/// A diagram that is laid out.
struct Diagram<'a> {
    timeline: &'a Timeline,
    words: Words,
    canvas: Canvas,
    names: [String; 2],
    totals: [String; 2],
    /// Absent when no packet has a time, or too little room is left for it.
    plot: Option<Plot>,
    /// Where the rows begin behind their names.
    column: usize,
}

/// The part with a time axis.
struct Plot {
    axis: Axis,
    cells: Cells,
    /// The day, or what the absolute times are.
    heading: String,
    /// Absolute times of the first and the last packet.
    ends: [String; 2],
}

impl<'a> Diagram<'a> {
    fn new(timeline: &'a Timeline, style: &DiagramStyle<'_>) -> Self {
        let canvas = Canvas {
            width: style.surface.width.unwrap_or(WIDTH_OF_A_PIPE),
            colored: style.surface.colored,
            glyphs: glyphs(style.characters),
        };
        let longest = (canvas.width / 5).max(LEAST_NAME);
        let name = |name| canvas.shortened(&Escaped(name).to_string(), longest);
        let names = [name(style.client), name(style.server)];
        let mut diagram = Self {
            timeline,
            words: style.words,
            column: names.iter().map(|name| name.width()).max().unwrap_or(0),
            canvas,
            names,
            totals: Default::default(),
            plot: None,
        };
        diagram.column = diagram.column.max(LEAST_NAME) + GUTTER;
        diagram.totals = diagram.fitting_totals();
        if let Some(span) = timeline.first().zip(timeline.last()) {
            diagram.lay_out(span, style);
        }
        diagram
    }

    /// As much about all packets as fits behind the names.
    fn fitting_totals(&self) -> [String; 2] {
        let room = self.canvas.width.saturating_sub(self.column);
        let fits = |totals: &[String; 2]| totals.iter().all(|total| total.width() <= room);
        [Detail::All, Detail::Packets]
            .map(|detail| totals(self.timeline, detail))
            .into_iter()
            .find(fits)
            .unwrap_or_else(|| totals(self.timeline, Detail::Bytes))
    }

    /// Shares the width between time and totals.
    fn lay_out(&mut self, (first, last): (Timestamp, Timestamp), style: &DiagramStyle<'_>) {
        let mut times = style.times.clone();
        times.look_ahead([first, last]);
        let heading = self.canvas.text(&times.short_title());
        self.column = self.column.max(heading.width() + GUTTER);
        let choice = [
            (Detail::All, 56),
            (Detail::Packets, 44),
            (Detail::Bytes, 24),
            (Detail::Nothing, LEAST_CELLS),
        ];
        let duration = HumanSpan(last.since(first)).to_string().width();
        for (detail, least) in choice {
            let totals = totals(self.timeline, detail);
            let longest = totals.iter().map(|total| total.width()).max().unwrap_or(0);
            let right = match detail {
                Detail::Nothing => 0,
                Detail::All | Detail::Packets | Detail::Bytes => GUTTER + longest.max(duration),
            };
            let rest = self.canvas.width.saturating_sub(self.column + right);
            if least <= rest {
                let ends = ends(&times, style.precision, [first, last], rest);
                let cells = match &ends {
                    [start, _] if first == last => start.width().max(1),
                    _ => rest.min(MOST_CELLS),
                };
                let axis = Axis::new(first, last, cells);
                self.totals = totals;
                self.plot = Some(Plot {
                    axis,
                    cells: Cells::new(self.timeline, &axis),
                    heading,
                    ends,
                });
                return;
            }
        }
    }

    fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let mut shown = Shown::default();
        if let Some(plot) = &self.plot {
            self.write_axis(out, plot)?;
        }
        for (side, (name, total)) in Side::BOTH
            .into_iter()
            .zip(self.names.iter().zip(&self.totals))
        {
            let mut line = Line::labelled(name, side.ink(), self.column);
            if let Some(plot) = &self.plot {
                self.push_bars(&mut line, plot, side, &mut shown);
                line.pad_to(self.column + plot.axis.cells() + GUTTER);
            }
            line.push(Ink::Plain, &self.canvas.text(total));
            line.write_to(out, &self.canvas)?;
            if let Some(plot) = &self.plot {
                self.write_symbols(out, plot.cells.of(side), &mut shown)?;
            }
        }
        if let Some(plot) = &self.plot {
            self.write_lots(out, plot, &mut shown)?;
            self.write_silence(out, plot)?;
        }
        if self.words == Words::Told {
            self.write_words(out)?;
        }
        self.write_legend(out, &shown)
    }

    /// Absolute times at the ends, and round relative ones.
    fn write_axis(&self, out: &mut impl Write, plot: &Plot) -> io::Result<()> {
        let [start, end] = &plot.ends;
        let cells = plot.axis.cells();
        let mut line = Line::labelled(&plot.heading, Ink::Dim, self.column);
        line.push(Ink::Plain, start);
        if start.width() + GUTTER + end.width() <= cells {
            line.pad_to(self.column + cells - end.width());
            line.push(Ink::Plain, end);
        }
        let duration = HumanSpan(plot.axis.duration()).to_string();
        let duration = self.canvas.text(&duration);
        let column = self.column + cells + GUTTER;
        if column + duration.width() <= self.canvas.width {
            line.pad_to(column);
            line.push(Ink::Plain, &duration);
        }
        line.write_to(out, &self.canvas)?;
        self.write_rule(out, plot)
    }

    fn write_rule(&self, out: &mut impl Write, plot: &Plot) -> io::Result<()> {
        let glyphs = self.canvas.glyphs;
        let last = plot.axis.cells() - 1;
        let mut rule = vec![(Ink::Dim, glyphs.rule); plot.axis.cells()];
        let mut put = |cell: usize, ink, character| {
            if let Some(place) = rule.get_mut(cell) {
                *place = (ink, character);
            }
        };
        put(last, Ink::Dim, glyphs.end);
        for tick in plot.axis.ticks() {
            let label = self.canvas.text(&tick.label);
            match tick.cell {
                0 => put(0, Ink::Dim, glyphs.start),
                cell if cell < last => put(cell, Ink::Dim, glyphs.tick),
                _ => {}
            }
            if tick.cell + label.width() < last {
                for (cell, character) in (tick.cell + 1..).zip(label.chars()) {
                    put(cell, Ink::Plain, character);
                }
            }
        }
        let mut line = Line::labelled("", Ink::Plain, self.column);
        for (ink, character) in rule {
            line.push_cell(ink, character);
        }
        line.write_to(out, &self.canvas)
    }

    fn push_bars(&self, line: &mut Line, plot: &Plot, side: Side, shown: &mut Shown) {
        let most = plot.cells.most_bytes();
        let glyphs = self.canvas.glyphs;
        for Cell { tally, .. } in plot.cells.of(side) {
            let character = match level(tally.payload_bytes, most).checked_sub(1) {
                Some(level) => glyphs.levels.get(level).copied().unwrap_or(' '),
                None if 0 < tally.packets => {
                    shown.bare = true;
                    glyphs.bare
                }
                None => ' ',
            };
            line.push_cell(side.ink(), character);
        }
    }

    /// What happened on one side; nothing when nothing did.
    fn write_symbols(
        &self,
        out: &mut impl Write,
        cells: &[Cell],
        shown: &mut Shown,
    ) -> io::Result<()> {
        if cells.iter().all(|cell| cell.symbol().is_none()) {
            return Ok(());
        }
        let mut line = Line::labelled("", Ink::Plain, self.column);
        for cell in cells {
            match cell.symbol() {
                Some(symbol) => {
                    shown.note(symbol);
                    line.push_cell(symbol.ink(), symbol.letter());
                }
                None => line.push_cell(Ink::Plain, ' '),
            }
        }
        line.write_to(out, &self.canvas)
    }
}

/// How much is said at the right end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    All,
    Packets,
    Bytes,
    Nothing,
}

/// What each side sent in all.
fn totals(timeline: &Timeline, detail: Detail) -> [String; 2] {
    Side::BOTH.map(|side| total(side.total(timeline), detail))
}

fn total(tally: &Tally, detail: Detail) -> String {
    let bytes = HumanBytes(tally.payload_bytes);
    let plural = if tally.packets == 1 { "" } else { "s" };
    let packets = format!("{} packet{plural}", tally.packets);
    match detail {
        Detail::Nothing => String::new(),
        Detail::Bytes => bytes.to_string(),
        Detail::Packets => format!("{bytes}, {packets}"),
        Detail::All if tally.resent_packets == 0 => format!("{bytes} in {packets}"),
        Detail::All => format!("{bytes} in {packets}, {} re-sent", tally.resent_packets),
    }
}

/// The absolute times at both ends; short ones where long ones have no room.
fn ends(
    times: &TimeText<'_>,
    precision: Precision,
    span: [Timestamp; 2],
    room: usize,
) -> [String; 2] {
    let exact = span.map(|time| Some(Seconds(time.decimal(precision))));
    let is_one_day = times.short_title() != times.title();
    let short = exact.map(|time| times.show_short(time));
    if is_one_day {
        return short;
    }
    let mut shown = times.clone();
    let long = exact.map(|time| shown.show(time));
    let [start, end] = &long;
    if start.width() + GUTTER + end.width() <= room {
        long
    } else {
        short
    }
}

const fn glyphs(characters: Characters) -> &'static Glyphs {
    match characters {
        Characters::Unicode => &UNICODE,
        Characters::Ascii => &ASCII,
    }
}

/// Cells of a line that goes to no terminal.
const WIDTH_OF_A_PIPE: usize = 100;
/// Cells of names: a day has ten.
const LEAST_NAME: usize = 10;
/// Cells between what stands side by side.
const GUTTER: usize = 2;
/// With less for the time, nothing is drawn.
const LEAST_CELLS: usize = 8;
/// A time line has at least this many bins, unless they are as fine as the clock.
const MOST_CELLS: usize = Timeline::MAX_BINS / 2;

#[cfg(test)]
mod tests;
