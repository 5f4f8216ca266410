//! `spider packets`: the packet flow of one session.

mod detail;

use std::collections::VecDeque;
use std::ops::{ControlFlow, RangeInclusive};

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{CaptureTables, Followed, FollowedPacket};
use spider_pcap::document::{Packet, PacketClock, TcpSession};
use spider_pcap::lot::{Hold, LotPart, PlacedPacket};
use spider_pcap::packet::SegmentHead;
use spider_pcap::session::{Direction, LabelledPacket, WiresharkAnalyser, WiresharkLabels};
use spider_pcap::time::Timestamp;
use spider_pcap::view::{CsvWriter, JsonLayout, JsonWriter, packet_row};

use crate::args::{PacketFormat, PacketsArgs, WhichPackets};
use crate::console::Console;
use crate::exit::Outcome;
use crate::input::Inputs;
use crate::one::{self, OneSession, SessionView};
use crate::output::Output;
use crate::quantity::Moment;

/// Runs the command.
pub(crate) fn run(args: &PacketsArgs, console: Console) -> Result<Outcome> {
    let paths = Inputs::from_args(&args.input)?.paths;
    let mut output = Output::open(args.page.write.as_deref(), &paths)?;
    let followed = match args.packet {
        Some(number) => detail::write(args, number, console, &mut output)?,
        None => write(args, console, &mut output)?,
    };
    output.finish()?;
    Ok(one::report(&followed, console))
}

fn write(args: &PacketsArgs, console: Console, output: &mut Output) -> Result<Followed> {
    let mut one = OneSession::from_args(&args.input, args.one.session.as_deref(), console)?;
    let mut view = Packets {
        which: Which::new(&args.which),
        session: String::new(),
        clock: PacketClock::default(),
        wireshark: WiresharkAnalyser::new(),
        failed: output.describe(),
        sheet: Sheet::new(args.format, output),
    };
    let followed = one.show(Hold::Nothing, &mut view)?;
    // Behind a time that never came stand the last packets before it.
    for packet in view.which.rest() {
        view.write(&packet)?;
    }
    view.sheet.finish().context(view.failed)?;
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
}

/// A packet on its way to the sheet.
#[derive(Clone)]
struct Waiting {
    head: SegmentHead,
    placed: PlacedPacket,
    clock: PacketClock,
    labels: WiresharkLabels,
    payload: Vec<u8>,
}

impl Packets<'_> {
    fn write(&mut self, packet: &Waiting) -> Result<()> {
        let mut document = Packet::new(&self.session, &packet.head, &packet.placed, &packet.clock);
        document.set_wireshark(packet.labels);
        let written = self.sheet.write(&document, &packet.payload);
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

/// Which packets are shown.
struct Which {
    from: Option<Moment>,
    to: Option<Moment>,
    around: Option<Moment>,
    lot: Option<RangeInclusive<u64>>,
    direction: Option<Direction>,
    /// The latest packets before the time that was asked for.
    before: VecDeque<Waiting>,
    /// Packets that are still shown from that time on.
    left: usize,
}

impl Which {
    fn new(args: &WhichPackets) -> Self {
        Self {
            from: args.from,
            to: args.to,
            around: args.around,
            lot: args.lot.clone(),
            direction: args.direction.map(Direction::from),
            before: VecDeque::new(),
            left: AROUND_PACKETS,
        }
    }

    /// The packets that are to be shown now; `None` when there will be no more.
    fn take(&mut self, packet: Waiting, first: Option<Timestamp>) -> Option<Vec<Waiting>> {
        let placed = &packet.placed;
        let is_wanted = self
            .direction
            .is_none_or(|direction| direction == placed.facts.direction)
            && self
                .lot
                .as_ref()
                .is_none_or(|lots| placed.lot.is_some_and(|lot| lots.contains(&lot)))
            && self.is_in_time(packet.head.time, first);
        if !is_wanted {
            return Some(Vec::new());
        }
        match self.around {
            Some(around) => self.take_around(packet, around, first),
            None => Some(vec![packet]),
        }
    }

    /// True between `from` and `to`; a packet without a time is only shown when neither is given.
    fn is_in_time(&self, time: Option<Timestamp>, first: Option<Timestamp>) -> bool {
        let Some((time, first)) = time.zip(first) else {
            return self.from.is_none() && self.to.is_none();
        };
        self.from.is_none_or(|from| from.of(first) <= time)
            && self.to.is_none_or(|to| time <= to.of(first))
    }

    fn take_around(
        &mut self,
        packet: Waiting,
        around: Moment,
        first: Option<Timestamp>,
    ) -> Option<Vec<Waiting>> {
        let is_there = packet
            .head
            .time
            .zip(first)
            .is_some_and(|(time, first)| around.of(first) <= time);
        if !is_there && self.left == AROUND_PACKETS {
            if AROUND_PACKETS <= self.before.len() {
                self.before.pop_front();
            }
            self.before.push_back(packet);
            return Some(Vec::new());
        }
        self.left = self.left.checked_sub(1)?;
        let mut due: Vec<Waiting> = self.before.drain(..).collect();
        due.push(packet);
        Some(due)
    }

    /// The packets before a time that never came.
    fn rest(&mut self) -> Vec<Waiting> {
        self.before.drain(..).collect()
    }
}

/// How packets are written.
enum Sheet<'a> {
    Json(JsonWriter<&'a mut Output>),
    Csv(CsvWriter<&'a mut Output>),
}

impl<'a> Sheet<'a> {
    fn new(format: PacketFormat, output: &'a mut Output) -> Self {
        match format {
            PacketFormat::Json => Self::Json(JsonWriter::new(output, JsonLayout::Array)),
            PacketFormat::Ndjson => Self::Json(JsonWriter::new(output, JsonLayout::Lines)),
            PacketFormat::Csv | PacketFormat::Table => Self::Csv(CsvWriter::new(output)),
        }
    }

    fn start(&mut self, _: &TcpSession<'_>) -> std::io::Result<()> {
        match self {
            Self::Json(_) => Ok(()),
            Self::Csv(csv) => csv.write_row(packet_row::COLUMNS),
        }
    }

    fn write(&mut self, packet: &Packet<'_>, _: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Json(json) => json.write_document(&packet.to_json()?),
            Self::Csv(csv) => csv.write_row(packet_row::cells(packet)),
        }
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Json(json) => json.finish(),
            Self::Csv(csv) => csv.finish(),
        }
    }
}

/// Payload bytes of a packet that are shown.
const PREVIEW_BYTES: usize = 96;

/// Packets shown before a time, and from it on.
const AROUND_PACKETS: usize = 10;
