//! `spider packets`: the packet flow of one session.

mod detail;
mod sheet;
mod which;

use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{CaptureTables, Followed, FollowedPacket};
use spider_pcap::document::{Packet, PacketClock, TcpSession};
use spider_pcap::lot::{Hold, LotPart};
use spider_pcap::session::{LabelledPacket, WiresharkAnalyser};

use crate::args::PacketsArgs;
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::one::{self, OneSession, SessionView};
use crate::output::Output;
use crate::zone::Zone;
use sheet::Sheet;
use which::{Waiting, Which};

/// Runs the command.
pub(crate) fn run(args: &PacketsArgs, console: Console) -> Result<Outcome> {
    let paths = Inputs::from_args(&args.input)?.paths;
    let mut output = Output::open_page(&args.page, &paths)?;
    let followed = match args.packet {
        Some(number) => detail::write(args, number, console, &mut output)?,
        None => write(args, console, &mut output)?,
    };
    output.finish()?;
    Ok(one::report(&followed, console))
}

fn write(args: &PacketsArgs, console: Console, output: &mut Output) -> Result<Followed> {
    let mut one = OneSession::from_args(&args.input, args.one.session.as_deref(), console)?;
    let zone = Zone::system();
    let mut view = Packets {
        which: Which::new(&args.which),
        session: String::new(),
        clock: PacketClock::default(),
        wireshark: WiresharkAnalyser::new(),
        failed: output.describe(),
        sheet: Sheet::new(args, console, zone.style(args.page.time), output),
        shown_packets: 0,
    };
    let followed = one.show(Hold::Nothing, &mut view)?;
    // Behind a time that never came stand the last packets before it.
    for packet in view.which.rest() {
        view.write(&packet)?;
    }
    view.sheet.finish().context(view.failed)?;
    if view.shown_packets == 0 {
        console.note("no packet of the session is among those that were asked for");
    }
    Ok(followed)
}

/// Shows the packets that were asked for.
struct Packets<'a> {
    which: Which,
    session: String,
    clock: PacketClock,
    wireshark: WiresharkAnalyser,
    sheet: Sheet<'a>,
    failed: String,
    shown_packets: u64,
}

impl Packets<'_> {
    fn write(&mut self, packet: &Waiting) -> Result<()> {
        let mut document = Packet::new(&self.session, &packet.head, &packet.placed, &packet.clock);
        document.set_wireshark(packet.labels);
        let written = self.sheet.write(&document, &packet.payload);
        self.shown_packets += 1;
        written.with_context(|| self.failed.clone())
    }
}

impl SessionView for Packets<'_> {
    fn start(&mut self, session: &TcpSession<'_>, _: &CaptureTables) -> Result<()> {
        self.session.clone_from(&session.id);
        Ok(self.sheet.start(session)?)
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        let head = &packet.segment.head;
        let direction = packet.placed.facts.direction;
        let labelled = LabelledPacket::of(direction, packet.segment);
        let shown = packet.segment.payload;
        let waiting = Waiting {
            head: *head,
            placed: packet.placed,
            clock: self.clock,
            labels: self.wireshark.handle(&labelled),
            payload: shown.get(..PREVIEW_BYTES).unwrap_or(shown).to_vec(),
        };
        self.clock.advance(head.time);
        let Some(due) = self.which.take(waiting, self.clock.first) else {
            return Ok(ControlFlow::Break(()));
        };
        for packet in due {
            self.write(&packet)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn lot(&mut self, _: LotPart) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

/// Payload bytes of a packet that are shown.
const PREVIEW_BYTES: usize = 96;
