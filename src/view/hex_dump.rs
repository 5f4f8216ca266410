//! The bytes of a packet, 16 a row, in hexadecimal digits and as text.
//!
//! ```text
//! 0000|02 00 00 00 00 01 02 00 00 00 00 02 08 00|45 00  ..............E. Eth|IPv4
//! ```
//!
//! A bar stands before the first byte of each layer, and the margin names the layers that start
//! in the row. Layers without a byte are not marked.

use std::io::{self, Write};

use super::Surface;
use super::color::{DIM, RESET, TURNS};
use super::table::{Cut, Shortened, width_of};
use crate::document::LayerDetail;

/// Writes all bytes.
///
/// # Errors
///
/// Fails when `out` does.
pub(super) fn write(
    out: &mut impl Write,
    bytes: &[u8],
    layers: &[LayerDetail<'_>],
    surface: Surface,
) -> io::Result<()> {
    let digits = offset_digits(bytes.len());
    let mut layers = Layers::new(layers);
    for (index, row) in bytes.chunks(ROW).enumerate() {
        let start = index * ROW;
        let marks = layers.row(start, row.len());
        write_row(out, start, row, &marks, (digits, surface))?;
    }
    Ok(())
}

/// Digits of the offsets in a packet of so many bytes.
pub(super) fn offset_digits(len: usize) -> usize {
    format!("{len:04x}").len()
}

/// What is marked in one row.
#[derive(Debug, Default)]
struct Marks<'a> {
    /// For each byte, the layer that it belongs to.
    owners: [usize; ROW],
    /// True where a layer starts.
    starts: [bool; ROW],
    /// The layers that start here.
    labels: Vec<&'a str>,
}

/// Layers that are gone through with the rows.
struct Layers<'a> {
    layers: &'a [LayerDetail<'a>],
    current: usize,
    next: usize,
}

impl<'a> Layers<'a> {
    const fn new(layers: &'a [LayerDetail<'a>]) -> Self {
        Self {
            layers,
            current: 0,
            next: 0,
        }
    }

    fn row(&mut self, start: usize, len: usize) -> Marks<'a> {
        let mut marks = Marks::default();
        for (column, at) in (start..start + len).enumerate() {
            while let Some(layer) = self.layers.get(self.next).filter(|next| next.start <= at) {
                if 0 < layer.length {
                    self.current = self.next;
                    marks.starts[column] = true;
                    marks.labels.push(label(layer.name));
                }
                self.next += 1;
            }
            marks.owners[column] = self.current;
        }
        marks
    }
}

fn write_row(
    out: &mut impl Write,
    start: usize,
    row: &[u8],
    marks: &Marks<'_>,
    (digits, surface): (usize, Surface),
) -> io::Result<()> {
    let (dim, reset) = if surface.colored {
        (DIM, RESET)
    } else {
        ("", "")
    };
    let color = |column: usize| {
        let owner = marks.owners.get(column).copied().unwrap_or_default();
        layer_color(owner, surface)
    };
    write!(out, "{dim}{start:0digits$x}{reset}")?;
    let mut inks = Inks::default();
    for (column, byte) in row.iter().enumerate() {
        let starts = marks.starts.get(column) == Some(&true);
        let bar = if starts { '|' } else { ' ' };
        let (end, ink) = inks.turn(color(column));
        write!(out, "{end}{bar}{ink}{byte:02x}")?;
    }
    write!(
        out,
        "{}{:width$}",
        inks.end(),
        "",
        width = (ROW - row.len()) * 3 + 2
    )?;
    for (column, byte) in row.iter().enumerate() {
        let character = match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        };
        let (end, ink) = inks.turn(color(column));
        write!(out, "{end}{ink}{character}")?;
    }
    write!(out, "{}", inks.end())?;
    let labels = marks.labels.join("|");
    if !labels.is_empty() {
        let used = digits + ROW * 4 + 3;
        let room = surface
            .width
            .map_or_else(|| width_of(&labels), |width| width.saturating_sub(used));
        let shown = Shortened::new(&labels, room, Cut::End);
        write!(out, "{:1$}{dim}{shown}{reset}", "", ROW - row.len() + 1)?;
    }
    writeln!(out)
}

/// The colour that is switched on, so that a run of bytes names it once.
#[derive(Default)]
struct Inks {
    current: &'static str,
}

impl Inks {
    /// What ends the colour before, and starts this one; both empty where it goes on.
    fn turn(&mut self, color: &'static str) -> (&'static str, &'static str) {
        if self.current == color {
            return ("", "");
        }
        let end = self.end();
        self.current = color;
        (end, color)
    }

    /// What ends the colour.
    fn end(&mut self) -> &'static str {
        let is_on = !std::mem::take(&mut self.current).is_empty();
        if is_on { RESET } else { "" }
    }
}

/// The colour of the layer of that index.
pub(super) fn layer_color(index: usize, surface: Surface) -> &'static str {
    if surface.colored {
        TURNS.get(index % TURNS.len()).copied().unwrap_or_default()
    } else {
        ""
    }
}

/// A name that is short enough for the margin.
fn label(name: &str) -> &str {
    match name {
        "Ethernet II" | "IEEE 802.3 Ethernet" => "Eth",
        "IEEE 802.2 LLC" | "IEEE 802.2 LLC/SNAP" => "LLC",
        "IEEE 802.11" => "802.11",
        "A-MSDU subframe" => "A-MSDU",
        "Linux cooked capture v1" => "SLL",
        "Linux cooked capture v2" => "SLL2",
        "BSD loopback" => "Loop",
        "IPv6 fragment" => "Frag",
        "Frame check sequence" => "FCS",
        _ if name.ends_with("VLAN") => "VLAN",
        _ => name.split(' ').next().unwrap_or(name),
    }
}

/// Bytes of a row.
const ROW: usize = 16;
