//! `spider packets --packet N`: one packet, field by field.

use std::io::Write as _;
use std::num::NonZeroU64;
use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{CaptureTables, Followed, FollowedPacket};
use spider_pcap::document::{PacketDetail, TcpSession};
use spider_pcap::lot::{Hold, LotPart};
use spider_pcap::packet::dissect::dissect;
use spider_pcap::view::packet_detail;

use crate::args::{PacketFormat, PacketsArgs};
use crate::console::Console;
use crate::failure::Hinted;
use crate::one::{OneSession, SessionView};
use crate::output::Output;

/// Writes the packet of this number.
pub(super) fn write(
    args: &PacketsArgs,
    number: NonZeroU64,
    console: Console,
    output: &mut Output,
) -> Result<Followed> {
    let mut one = OneSession::from_args(&args.input, args.one.session.as_deref(), console)?;
    let failed = output.describe();
    let mut view = Detail {
        format: args.format,
        number: number.get(),
        console,
        output,
        is_shown: false,
    };
    let followed = one.show(Hold::Nothing, &mut view).with_context(|| failed)?;
    if view.is_shown {
        Ok(followed)
    } else {
        Err(Hinted::error(
            format!("the session has no packet {number}"),
            "packets are called by their number in the capture, the first column of 'spider packets'",
        ))
    }
}

struct Detail<'a> {
    format: PacketFormat,
    number: u64,
    console: Console,
    output: &'a mut Output,
    is_shown: bool,
}

impl SessionView for Detail<'_> {
    fn start(&mut self, _: &TcpSession<'_>, _: &CaptureTables) -> Result<()> {
        Ok(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        let Some(raw) = packet.raw().filter(|raw| raw.number.value() == self.number) else {
            return Ok(ControlFlow::Continue(()));
        };
        let dissection = dissect(&raw);
        let document = PacketDetail::new(&raw, &dissection);
        let surface = self.console.surface(self.output.is_stdout());
        match self.format {
            PacketFormat::Table => packet_detail::write(self.output, &document, surface)?,
            PacketFormat::Json | PacketFormat::Ndjson => {
                document.write_json(&mut *self.output)?;
                self.output.write_all(b"\n")?;
            }
            PacketFormat::Csv => {
                return Err(Hinted::error(
                    "a packet field by field is no table of rows",
                    "use -o table or -o json with --packet",
                ));
            }
        }
        self.is_shown = true;
        Ok(ControlFlow::Break(()))
    }

    fn lot(&mut self, _: LotPart) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}
