//! The arrow of a packet, and what it says: flags, length, numbers and window.
//!
//! Where there is no room the last of these falls away first.

use std::fmt::Write as _;
use std::io::Write;

use super::PacketFlow;
use super::glyphs::Stroke;
use crate::document::Packet;
use crate::view::color::{BOLD, CYAN, DIM, MAGENTA, RED};

/// How an arrow looks.
struct Look {
    color: &'static str,
    flags: &'static str,
    stroke: Stroke,
    is_reset: bool,
}

impl Look {
    fn of(packet: &Packet<'_>) -> Self {
        let has = |flag: &str| packet.flags.contains(&flag);
        let is_reset = has("RST");
        let color = match packet.direction.0.as_str() {
            _ if is_reset => RED,
            "out" => CYAN,
            _ => MAGENTA,
        };
        Self {
            color,
            flags: if is_reset { RED } else { BOLD },
            stroke: if is_reset || has("SYN") || has("FIN") {
                Stroke::Double
            } else {
                Stroke::Plain
            },
            is_reset,
        }
    }
}

impl<W: Write> PacketFlow<'_, W> {
    /// Draws the arrow from one side of the ladder to the other.
    pub(super) fn put_arrow(&mut self, packet: &Packet<'_>) {
        let Look {
            color,
            flags,
            stroke,
            is_reset,
        } = Look::of(packet);
        let characters = self.style.characters;
        let start = self.layout.ladder.start.max(self.line.width() + 1);
        self.line.pad_to(start);
        let ends = self.write_label(packet);
        let room = self.layout.ladder.end.saturating_sub(self.line.width());
        let label_room = self
            .style
            .surface
            .width
            .map(|_| room.saturating_sub(ENDS_WIDTH + LEAST_SHAFT));
        let kept = kept_parts(&ends, label_room);
        let label = label_width(&ends, kept);
        let shaft = room.saturating_sub(ENDS_WIDTH + label).max(LEAST_SHAFT);
        if packet.direction.0.as_str() == "out" {
            self.line.put(color, characters.tail_at_client(stroke));
            self.put_label(&ends, kept, flags);
            self.line.pad_to(self.line.width() + 1);
            self.line.fill(color, characters.shaft(stroke), shaft);
            self.line.put(color, characters.head_at_server(is_reset));
        } else {
            self.line.put(color, characters.head_at_client(is_reset));
            self.line.fill(color, characters.shaft(stroke), shaft);
            self.line.pad_to(self.line.width() + 1);
            self.put_label(&ends, kept, flags);
            self.line.put(color, characters.tail_at_server(stroke));
        }
    }

    /// Writes the parts of the label one behind the other; gives where each ends.
    fn write_label(&mut self, packet: &Packet<'_>) -> [usize; PARTS] {
        let part = &mut self.part;
        part.clear();
        let mut ends = [0; PARTS];
        for (end, index) in ends.iter_mut().zip(0..) {
            // Writing to a string cannot fail.
            let _ = write_part(part, index, packet);
            *end = part.len();
        }
        ends
    }

    fn put_label(&mut self, ends: &[usize; PARTS], kept: usize, flags: &str) {
        let mut start = 0;
        for (index, end) in ends.iter().take(kept).enumerate() {
            let text = self.part.get(start..*end).unwrap_or_default();
            let color = match index {
                0 => flags,
                1 => "",
                _ => DIM,
            };
            if 0 < start && !text.is_empty() {
                self.line.pad_to(self.line.width() + PART_GAP);
            }
            self.line.put(color, text);
            start = *end;
        }
    }
}

/// Flags, length, sequence number, acknowledgment number, window: most important first.
fn write_part(text: &mut String, index: usize, packet: &Packet<'_>) -> std::fmt::Result {
    match index {
        0 if packet.flags.is_empty() => text.write_str("no flags"),
        0 => {
            for (index, flag) in packet.flags.iter().enumerate() {
                let gap = if index == 0 { "" } else { " " };
                write!(text, "{gap}{flag}")?;
            }
            Ok(())
        }
        1 if packet.has_data => write!(text, "{} B", packet.len),
        2 => match packet.relative_seq {
            Some(seq) => write!(text, "seq {seq}"),
            None => write!(text, "raw seq {}", packet.seq),
        },
        3 => match (packet.relative_ack, packet.ack) {
            (Some(ack), _) => write!(text, "ack {ack}"),
            (None, Some(ack)) => write!(text, "raw ack {ack}"),
            (None, None) => Ok(()),
        },
        4 => write!(text, "win {}", packet.win_scaled),
        _ => Ok(()),
    }
}

/// How many parts fit.
fn kept_parts(ends: &[usize; PARTS], room: Option<usize>) -> usize {
    let Some(room) = room else { return PARTS };
    let fits = |kept: &usize| label_width(ends, *kept) <= room;
    (1..=PARTS).rev().find(fits).unwrap_or(1)
}

fn label_width(ends: &[usize; PARTS], kept: usize) -> usize {
    let mut width = 0;
    let mut start = 0;
    for end in ends.iter().take(kept) {
        if start < *end {
            let gap = if 0 < start { PART_GAP } else { 0 };
            width += gap + (end - start);
        }
        start = *end;
    }
    width
}

const PARTS: usize = 5;
const PART_GAP: usize = 2;
/// `├─ ` and ` ▶│` around label and line.
const ENDS_WIDTH: usize = 6;
const LEAST_SHAFT: usize = 1;
