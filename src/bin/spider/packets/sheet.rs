//! How packets are written.

use std::io;

use spider_pcap::document::{Packet, TcpSession};
use spider_pcap::view::{
    CsvWriter, FlowStyle, JsonLayout, JsonWriter, PacketFlow, TimeStyle, packet_row,
};

use crate::args::{PacketFormat, PacketsArgs};
use crate::console::Console;
use crate::output::Output;

/// How packets are written.
pub(super) enum Sheet<'a> {
    Flow(Box<PacketFlow<'a, &'a mut Output>>),
    Json(JsonWriter<&'a mut Output>),
    Csv(Box<CsvWriter<&'a mut Output>>),
}

impl<'a> Sheet<'a> {
    /// The sheet that was asked for.
    pub(super) fn new(
        args: &PacketsArgs,
        console: Console,
        times: TimeStyle<'a>,
        output: &'a mut Output,
    ) -> Self {
        match args.format {
            PacketFormat::Json => Self::Json(JsonWriter::new(output, JsonLayout::Array)),
            PacketFormat::Ndjson => Self::Json(JsonWriter::new(output, JsonLayout::Lines)),
            PacketFormat::Csv => Self::Csv(Box::new(CsvWriter::new(output))),
            PacketFormat::Table => {
                let style = FlowStyle {
                    surface: console.surface(output.is_stdout()),
                    characters: args.page.characters(),
                    times,
                };
                Self::Flow(Box::new(PacketFlow::new(output, style)))
            }
        }
    }

    pub(super) fn start(&mut self, session: &TcpSession<'_>) -> io::Result<()> {
        match self {
            Self::Flow(flow) => flow.start(session),
            Self::Json(_) => Ok(()),
            Self::Csv(csv) => csv.write_row(packet_row::COLUMNS),
        }
    }

    pub(super) fn write(&mut self, packet: &Packet<'_>, payload: &[u8]) -> io::Result<()> {
        match self {
            Self::Flow(flow) => flow.packet(packet, payload),
            Self::Json(json) => json.write_document(&packet.to_json()?),
            Self::Csv(csv) => csv.write_row(packet_row::cells(packet)),
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Flow(flow) => flow.finish(),
            Self::Json(json) => json.finish(),
            Self::Csv(csv) => csv.finish(),
        }
    }
}
