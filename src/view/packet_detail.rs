//! One packet for people: its layers as a tree, a field a line, then its bytes.
//!
//! ```text
//! 0000 +14  Ethernet II  02:00:00:00:00:01 → 02:00:00:00:00:02, IPv4
//! 0000  +6    Destination  02:00:00:00:00:02
//! ```
//!
//! Each line starts with the offset of its first byte, in hexadecimal digits as in the dump below,
//! and the number of its bytes; what has no bytes follows from other fields. Notes stand in
//! brackets. With a width, values go on in further lines; without, nothing is cut or wrapped.

use std::io::{self, Write};

use super::color::{BOLD, DIM, RESET};
use super::hex_dump::{layer_color, offset_digits};
use super::table::width_of;
use super::{Escaped, Surface, Tone, hex_dump, wrap};
use crate::document::{FieldDetail, LayerDetail, PacketDetail};

/// Writes a packet.
///
/// # Errors
///
/// Fails when `out` does.
pub fn write(out: &mut impl Write, packet: &PacketDetail<'_>, surface: Surface) -> io::Result<()> {
    write_heading(out, packet, surface)?;
    let writer = LayerWriter {
        surface,
        digits: offset_digits(packet.captured_length),
        len_width: packet.captured_length.to_string().len() + 1,
    };
    for (index, layer) in packet.layers.iter().enumerate() {
        writeln!(out)?;
        writer.layer(out, index, layer)?;
    }
    if 0 < packet.captured_length {
        writeln!(out)?;
    }
    hex_dump::write(out, packet.bytes.0.0, &packet.layers, surface)
}

fn write_heading(
    out: &mut impl Write,
    packet: &PacketDetail<'_>,
    surface: Surface,
) -> io::Result<()> {
    let (bold, reset) = if surface.colored {
        (BOLD, RESET)
    } else {
        ("", "")
    };
    write!(out, "{bold}Packet {}{reset}", packet.number)?;
    if let (Some(date), Some(time)) = (packet.date, packet.time) {
        write!(out, ", {date} ({time})")?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "{} bytes on the wire, {} captured, interface {}, link type {}",
        packet.original_length, packet.captured_length, packet.interface, packet.link_type
    )
}

/// Writes the tree of one layer.
struct LayerWriter {
    surface: Surface,
    digits: usize,
    len_width: usize,
}

/// What stands in a line behind its offset.
struct Line<'a> {
    color: &'static str,
    indent: usize,
    name: &'a str,
    name_width: usize,
    value: &'a str,
    note: Option<&'a str>,
}

impl LayerWriter {
    fn layer(&self, out: &mut impl Write, index: usize, layer: &LayerDetail<'_>) -> io::Result<()> {
        self.offset(out, layer.start, layer.length)?;
        let color = layer_color(index, self.surface);
        let heading = Line {
            color,
            indent: 0,
            name: layer.name,
            name_width: 0,
            value: layer.summary,
            note: layer.note,
        };
        self.line(out, &heading)?;
        let name_width = name_width(layer);
        for field in &layer.fields {
            self.field(out, field, 2, name_width)?;
            for part in &field.fields {
                self.field(out, part, 4, name_width)?;
            }
        }
        Ok(())
    }

    fn field(
        &self,
        out: &mut impl Write,
        field: &FieldDetail<'_>,
        indent: usize,
        name_width: usize,
    ) -> io::Result<()> {
        self.offset(out, field.start, field.length)?;
        let line = Line {
            color: "",
            indent,
            name: field.name,
            name_width: name_width.saturating_sub(indent),
            value: field.value,
            note: field.note,
        };
        self.line(out, &line)
    }

    /// Where the bytes of a line stand; blank where it has none.
    fn offset(&self, out: &mut impl Write, start: usize, len: usize) -> io::Result<()> {
        let (digits, len_width) = (self.digits, self.len_width);
        if len == 0 {
            return write!(out, "{:1$}", "", digits + len_width + 1);
        }
        let (dim, reset) = self.colors(DIM);
        let len = format!("+{len}");
        write!(out, "{dim}{start:0digits$x} {len:>len_width$}{reset}")
    }

    fn line(&self, out: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
        let (color, reset) = self.colors(line.color);
        let name = Escaped(line.name).to_string();
        let width = width_of(&name);
        write!(out, "  {:1$}{color}{name}{reset}", "", line.indent)?;
        let column = line.indent + line.name_width.max(width) + 4;
        let used = self.digits + self.len_width + 1 + column;
        let room = self
            .surface
            .width
            .map(|limit| limit.saturating_sub(used).max(LEAST_ROOM));
        let mut padding = line.name_width.saturating_sub(width) + 2;
        let mut last_width = None;
        let value = Escaped(line.value).to_string();
        if !value.is_empty() {
            for (index, text) in wrap::lines(&value, room).iter().enumerate() {
                if 0 < index {
                    writeln!(out)?;
                    padding = used;
                }
                write!(out, "{:padding$}{text}", "")?;
                last_width = Some(width_of(text));
            }
            padding = 2;
        }
        let Some(note) = line.note else {
            return writeln!(out);
        };
        let note = format!("[{}]", Escaped(note));
        let fits = |last| room.is_none_or(|room| last + 2 + width_of(&note) <= room);
        if last_width.is_some_and(|last| !fits(last)) {
            writeln!(out)?;
            padding = used;
        }
        self.note(out, &note, room, padding, used)
    }

    fn note(
        &self,
        out: &mut impl Write,
        note: &str,
        room: Option<usize>,
        first: usize,
        others: usize,
    ) -> io::Result<()> {
        let (color, reset) = self.colors(Tone::Notable.color());
        let mut padding = first;
        for text in wrap::lines(note, room) {
            writeln!(out, "{:padding$}{color}{text}{reset}", "")?;
            padding = others;
        }
        Ok(())
    }

    /// A colour and its end, or neither.
    const fn colors(&self, color: &'static str) -> (&'static str, &'static str) {
        if self.surface.colored && !color.is_empty() {
            (color, RESET)
        } else {
            ("", "")
        }
    }
}

/// The width of the longest name of a field, with its indentation.
fn name_width(layer: &LayerDetail<'_>) -> usize {
    let own = layer.fields.iter().map(|field| width_of(field.name) + 2);
    let parts = layer.fields.iter().flat_map(|field| &field.fields);
    own.chain(parts.map(|part| width_of(part.name) + 4))
        .max()
        .unwrap_or_default()
}

/// Columns that a value has at least, however narrow the terminal is.
const LEAST_ROOM: usize = 20;
