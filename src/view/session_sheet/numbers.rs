//! How much was sent each way, and both ways together.

use super::block::{Block, Paper};
use crate::document::{Half, HalfAnalysis, Percent, TcpSession};
use crate::lot::Timeline;
use crate::view::color::DIM;
use crate::view::{Align, Column, Cut, Grouped, HumanBytes, HumanRate, Surface, Table, Tone};

/// What one direction, or both, add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    packets: u64,
    data_packets: u64,
    lots: u64,
    ip: u64,
    tcp: u64,
    payload: u64,
    stream: u64,
    resent_packets: u64,
    resent_bytes: u64,
    missing: u64,
}

/// The statistics section.
pub(super) fn section(session: &TcpSession<'_>, timeline: &Timeline, paper: Paper) -> Block {
    let mut block = Block::titled("Statistics", paper);
    let (analysis, lots) = (&session.analysis, timeline.totals());
    let out = Sums::new(&session.out, &analysis.out, lots.out.lots);
    let r#in = Sums::new(&session.r#in, &analysis.r#in, lots.r#in.lots);
    let duration = session.times.duration.map(|span| span.0.nanos());
    let nanos = duration.and_then(|nanos| u64::try_from(nanos).ok());
    let table = table(
        [out, r#in, out.plus(&r#in)],
        nanos.unwrap_or_default(),
        paper,
    );
    let mut text = Vec::new();
    let surface = Surface {
        colored: false,
        ..paper.inner()
    };
    // Writing to memory cannot fail.
    drop(table.write_to(&mut text, surface, &[]));
    let text = String::from_utf8_lossy(&text);
    let (heading, rows) = text.split_once('\n').unwrap_or_default();
    block.lines(DIM, heading);
    block.lines("", rows);
    block
}

fn table(sums: [Sums; 3], nanos: u64, paper: Paper) -> Table {
    let column = |title: &str, align| Column {
        title: paper.text(title),
        align,
        cut: Cut::End,
        shown: true,
        toned: false,
    };
    let is_narrow = paper.width.is_some_and(|width| width < LEAST_FOR_ARROWS);
    let (to_server, to_client) = if is_narrow {
        ("to server", "to client")
    } else {
        ("client → server", "server → client")
    };
    let mut table = Table::new(vec![
        column("", Align::Left),
        column(to_server, Align::Right),
        column(to_client, Align::Right),
        column("both", Align::Right),
    ]);
    let mut row = |label: &str, cell: &dyn Fn(&Sums) -> String| {
        let [out, r#in, both] = &sums;
        let cells = [label.to_owned(), cell(out), cell(r#in), cell(both)];
        table.push_row(Tone::Calm, cells);
    };
    row("Packets", &|sums| Grouped(sums.packets).to_string());
    row("with data", &|sums| Grouped(sums.data_packets).to_string());
    row("Lots", &|sums| Grouped(sums.lots).to_string());
    row("IP headers", &|sums| HumanBytes(sums.ip).to_string());
    row("TCP headers", &|sums| HumanBytes(sums.tcp).to_string());
    row("Payload", &|sums| HumanBytes(sums.payload).to_string());
    row("Stream bytes", &|sums| HumanBytes(sums.stream).to_string());
    row("Overhead", &Sums::overhead);
    row("Throughput", &|sums| sums.throughput(nanos));
    let [_, _, both] = &sums;
    if 0 < both.resent_packets {
        row("Re-sent", &|sums| {
            let bytes = HumanBytes(sums.resent_bytes);
            match sums.resent_packets {
                0 => bytes.to_string(),
                packets => format!("{bytes} in {}", Grouped(packets)),
            }
        });
    }
    if 0 < both.missing {
        row("Missing", &|sums| HumanBytes(sums.missing).to_string());
    }
    table
}

impl Sums {
    const fn new(half: &Half, analysis: &HalfAnalysis, lots: u64) -> Self {
        Self {
            packets: analysis.packets,
            data_packets: analysis.data_packets,
            lots,
            ip: half.ip,
            tcp: half.tcp,
            payload: half.payload,
            stream: analysis.stream_bytes,
            resent_packets: analysis.resent_packets,
            resent_bytes: analysis.resent_bytes,
            missing: analysis.missing_bytes,
        }
    }

    const fn plus(&self, other: &Self) -> Self {
        Self {
            packets: self.packets.saturating_add(other.packets),
            data_packets: self.data_packets.saturating_add(other.data_packets),
            lots: self.lots.saturating_add(other.lots),
            ip: self.ip.saturating_add(other.ip),
            tcp: self.tcp.saturating_add(other.tcp),
            payload: self.payload.saturating_add(other.payload),
            stream: self.stream.saturating_add(other.stream),
            resent_packets: self.resent_packets.saturating_add(other.resent_packets),
            resent_bytes: self.resent_bytes.saturating_add(other.resent_bytes),
            missing: self.missing.saturating_add(other.missing),
        }
    }

    /// Headers as a share of headers and payload.
    fn overhead(&self) -> String {
        let headers = u128::from(self.ip) + u128::from(self.tcp);
        let hundredths = (headers * 10_000).checked_div(headers + u128::from(self.payload));
        let hundredths = hundredths.and_then(|share| u64::try_from(share).ok());
        hundredths.map_or_else(String::new, |share| format!("{} %", Percent(share)))
    }

    /// Payload bits a second.
    fn throughput(&self, nanos: u64) -> String {
        let bits = u128::from(self.payload) * 8 * 1_000_000_000;
        let rate = bits.checked_div(u128::from(nanos));
        let rate = rate.and_then(|rate| u64::try_from(rate).ok());
        rate.map_or_else(String::new, |rate| HumanRate(rate).to_string())
    }
}

/// Columns that headings with both ends need.
const LEAST_FOR_ARROWS: usize = 70;
