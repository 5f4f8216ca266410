//! The packets of one session as a ladder: client left, server right, an arrow a packet.
//!
//! Packets are written one by one as they come: nothing is looked ahead for, and memory does not
//! grow. A packet takes one line where the terminal is wide, and else a second one for what was
//! found and its first bytes. Without a width nothing is cut: a line is as long as it takes.
//!
//! It deliberately neither chooses packets nor judges them: it shows what the [`Packet`] documents
//! say. Text and payload from the network are made harmless.
//!
//! Limits: the columns keep their place up to packet 999,999, lot 99 and 9999 s; behind that the
//! arrows get shorter.

mod arrow;
mod clock;
mod glyphs;
mod header;
mod layout;
mod line;
mod remark;
mod words;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::color::{BOLD, DIM};
use super::{Characters, HumanSpan, Surface, TimeStyle};
use crate::document::{Packet, TcpSession};
use crate::time::{Precision, Span};
use clock::{Clock, Day, day_text, fraction_width};
use layout::{Layout, Place, TimeWidths};
use line::Line;

/// How the packet flow is shown.
#[derive(Clone, Copy)]
pub struct FlowStyle<'a> {
    /// Where it is written to.
    pub surface: Surface,
    /// What it is drawn with.
    pub characters: Characters,
    /// How absolute times are shown; relative styles show none.
    pub times: TimeStyle<'a>,
}

/// Writes the packets of one session.
pub struct PacketFlow<'a, W> {
    out: W,
    style: FlowStyle<'a>,
    clock: Clock<'a>,
    layout: Layout,
    line: Line,
    /// Text of a part of a line.
    part: String,
    day: Option<Day>,
    /// Lot of the latest packet with payload.
    lot: Option<u64>,
    has_packets: bool,
}

impl<'a, W: Write> PacketFlow<'a, W> {
    /// A packet flow that is written to `out`.
    pub fn new(out: W, style: FlowStyle<'a>) -> Self {
        let clock = Clock::new(style.times);
        Self {
            out,
            style,
            clock,
            layout: layout(style, clock, Precision::MICROS),
            line: Line::new(style.surface.width, style.surface.colored, style.characters),
            part: String::new(),
            day: None,
            lot: None,
            has_packets: false,
        }
    }

    /// Writes who talks to whom, and the captions.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn start(&mut self, session: &TcpSession<'_>) -> io::Result<()> {
        if let Some(first) = session.times.first {
            self.layout = layout(self.style, self.clock, first.0.precision());
            self.day = self.clock.day(first);
        }
        self.write_ends(session)?;
        self.write_captions(session)
    }

    /// Writes a packet; `payload` are the first bytes of its payload, as many as there are or as
    /// are worth showing.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn packet(&mut self, packet: &Packet<'_>, payload: &[u8]) -> io::Result<()> {
        self.write_day(packet)?;
        self.write_pause(packet)?;
        self.put_columns(packet);
        self.put_arrow(packet);
        match self.layout.place {
            Place::Beside => self.put_remark_beside(packet, payload),
            Place::Below => {
                self.end_line()?;
                self.put_remark_below(packet, payload);
            }
        }
        self.lot = packet.packet_lot.or(self.lot);
        self.has_packets = true;
        if 0 < self.line.width() {
            self.end_line()?;
        }
        Ok(())
    }

    /// Ends the packet flow.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Says that a new day began since the line before.
    fn write_day(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        let day = packet.time.and_then(|time| self.clock.day(time));
        let Some(day) = day.filter(|day| self.day != Some(*day)) else {
            return Ok(());
        };
        self.day = Some(day);
        self.write_break(BOLD, day_text(&day))
    }

    /// Says that nothing happened for long.
    fn write_pause(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        let delta = packet.delta.map(|delta| Span::from_nanos(delta.0.nanos()));
        let Some(pause) = delta.filter(|delta| LONG_PAUSE <= *delta) else {
            return Ok(());
        };
        if !self.has_packets {
            return Ok(());
        }
        let text = format!("{}{}", self.style.characters.pause(), HumanSpan(pause));
        self.write_break(BOLD, &text)
    }

    /// Writes a line between packets, within the ladder.
    fn write_break(&mut self, color: &str, text: &str) -> io::Result<()> {
        let rail = self.style.characters.rail();
        self.line.pad_to(self.layout.ladder.start);
        self.line.put(DIM, rail);
        self.line.pad_to(self.layout.ladder.start + 3);
        self.line.put(color, text);
        self.line.pad_to(self.layout.ladder.end.saturating_sub(1));
        self.line.put(DIM, rail);
        self.end_line()
    }

    /// Number, times and lot.
    fn put_columns(&mut self, packet: &Packet<'_>) {
        self.put_before(self.layout.number, "", |part, _| {
            write!(part, "{}", packet.number)
        });
        if let Some((end, time)) = self.layout.clock.zip(packet.time) {
            self.put_before(end, DIM, |part, clock| {
                clock.write(time, part);
                Ok(())
            });
        }
        if let Some((end, elapsed)) = self.layout.elapsed.zip(packet.relative_time) {
            self.put_before(end, "", |part, _| write!(part, "{elapsed}"));
        }
        // Nothing stands before the first packet of a session.
        let delta = packet.delta.filter(|_| 0 < packet.index);
        if let Some((end, delta)) = self.layout.delta.zip(delta) {
            let span = Span::from_nanos(delta.0.nanos());
            let sign = if span.nanos() < 0 { "" } else { "+" };
            self.put_before(end, DIM, |part, _| {
                write!(part, "({sign}{})", HumanSpan(span))
            });
        }
        if let Some(end) = self.layout.lot {
            self.put_lot(end, packet);
        }
    }

    /// The lot, with its word where another one begins.
    fn put_lot(&mut self, end: usize, packet: &Packet<'_>) {
        let Some(lot) = packet.packet_lot else {
            return;
        };
        let (color, word) = if self.lot == Some(lot) {
            (DIM, "")
        } else {
            (BOLD, "lot ")
        };
        self.put_before(end, color, |part, _| write!(part, "{word}{lot}"));
    }

    fn put_before(
        &mut self,
        end: usize,
        color: &str,
        write: impl FnOnce(&mut String, Clock<'a>) -> std::fmt::Result,
    ) {
        self.part.clear();
        // Writing to a string cannot fail.
        let _ = write(&mut self.part, self.clock);
        self.line.put_before(end, color, &self.part);
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.write_to(&mut self.out)
    }
}

fn layout(style: FlowStyle<'_>, clock: Clock<'_>, precision: Precision) -> Layout {
    let widths = TimeWidths {
        clock: clock.width(precision),
        fraction: fraction_width(precision),
    };
    Layout::new(style.surface.width, widths)
}

/// Silence that is long to a person who looks at packets.
const LONG_PAUSE: Span = Span::from_nanos(1_000_000_000);

#[cfg(test)]
mod tests;
