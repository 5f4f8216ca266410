//! The documents of one session, made as the program makes them.

use std::io::Cursor;
use std::ops::ControlFlow;

use spider_pcap::analyze::{CaptureTables, FollowedPacket, Follower, NoProgress, follow};
use spider_pcap::capture::Input;
use spider_pcap::config::Config;
use spider_pcap::document::{
    DocumentContext, HttpCommunication, HttpContext, HttpParsingLog, Identity, Packet, PacketClock,
    PacketDetail, PacketLot, SessionTimeline, SessionTiming, TcpSession, write_pieces,
};
use spider_pcap::http::Keep;
use spider_pcap::lot::{Hold, LotPart, LotTotals, Overlap, Timeline};
use spider_pcap::names::Names;
use spider_pcap::packet::dissect::dissect;
use spider_pcap::session::{LabelledPacket, SessionSummary, Target, WiresharkAnalyser};
use spider_pcap::time::Precision;
use spider_pcap::tls::KeyLog;

/// The documents of one session, each as one line of JSON.
#[derive(Default)]
pub(crate) struct Printed {
    pub(crate) packets: Vec<String>,
    /// With their content.
    pub(crate) lots: Vec<String>,
    /// As in a list of sessions, then with its time line.
    pub(crate) timings: Vec<String>,
    /// Of the packets in `packets`.
    pub(crate) details: Vec<String>,
    /// Requests with their responses.
    pub(crate) requests: Vec<String>,
    /// How its HTTP was read, where it is HTTP.
    pub(crate) logs: Vec<String>,
}

/// The documents of a session of a capture; its time line has so many bins at most.
pub(crate) fn printed(name: &str, bytes: &[u8], target: Target, bins: usize) -> Printed {
    let mut printer = Printer {
        instance: name,
        session: String::new(),
        clock: PacketClock::default(),
        wireshark: WiresharkAnalyser::new(),
        timeline: Timeline::with_bins(bins),
        precision: None,
        pieces: Vec::new(),
        printed: Printed::default(),
    };
    let hold = Hold::Lots {
        limit_bytes: 4 << 20,
        overlap: Overlap::First,
    };
    let inputs = vec![Input::Stream {
        name: name.to_owned(),
        reader: Box::new(Cursor::new(bytes.to_vec())),
    }];
    let config = Config {
        http: Keep::Items,
        ..Config::default()
    };
    let followed = follow(inputs, &config, (target, hold), &NoProgress, &mut printer).unwrap();
    let record = followed.session.unwrap();
    let (timings, requests, logs) = with_context(name, &followed.capture.tables, |context| {
        let session = TcpSession::new(&record.summary, &record.lots, context);
        let context = HttpContext {
            session: &session,
            precision: record.summary.times.precision,
        };
        let items = record.http.iter().flat_map(|http| http.items.iter());
        let requests = items.map(|item| {
            let mut json = Vec::new();
            let document = HttpCommunication::new(&item, &context);
            document.write_json(&mut json).unwrap();
            let json = text(json);
            // What is written by hand is what is derived.
            assert_eq!(json, serde_json::to_string(&document).unwrap());
            json
        });
        let logs = record.http.iter().map(|facts| {
            let mut json = Vec::new();
            HttpParsingLog::new(&session, facts)
                .write_json(&mut json)
                .unwrap();
            text(json)
        });
        (
            printer.timings(&session),
            requests.collect(),
            logs.collect(),
        )
    });
    Printed {
        timings,
        requests,
        logs,
        ..printer.printed
    }
}

/// Makes the documents of a session while it is read.
struct Printer<'a> {
    instance: &'a str,
    session: String,
    clock: PacketClock,
    wireshark: WiresharkAnalyser,
    timeline: Timeline,
    precision: Option<Precision>,
    /// Content of the lot at hand.
    pieces: Vec<u8>,
    printed: Printed,
}

impl Printer<'_> {
    fn timings(&self, session: &TcpSession<'_>) -> Vec<String> {
        let digits = self.precision.unwrap_or(Precision::MICROS);
        let listed = SessionTiming::new(session);
        let mut whole = listed.clone();
        whole.timeline = Some(SessionTimeline::new(&self.timeline, digits));
        let json = |document: SessionTiming<'_>| {
            let mut json = Vec::new();
            document.write_json(&mut json).unwrap();
            text(json)
        };
        [listed, whole].map(json).into()
    }
}

impl Follower for Printer<'_> {
    fn start(&mut self, summary: &SessionSummary, tables: &CaptureTables) -> ControlFlow<()> {
        self.session = with_context(self.instance, tables, |context| {
            TcpSession::new(summary, &LotTotals::default(), context).id
        });
        ControlFlow::Continue(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> ControlFlow<()> {
        let (head, placed) = (&packet.segment.head, &packet.placed);
        self.precision = self.precision.max(Some(head.precision));
        self.timeline.handle_packet(&packet.timeline_event());
        let labelled = LabelledPacket::of(placed.facts.direction, packet.segment);
        let mut document = Packet::new(&self.session, head, placed, &self.clock);
        document.set_wireshark(self.wireshark.handle(&labelled));
        self.printed.packets.push(text(document.to_json().unwrap()));
        self.clock.advance(head.time);
        let raw = packet.raw().unwrap();
        let mut json = Vec::new();
        PacketDetail::new(&raw, &dissect(&raw))
            .write_json(&mut json)
            .unwrap();
        self.printed.details.push(text(json));
        ControlFlow::Continue(())
    }

    fn lot(&mut self, part: LotPart) -> ControlFlow<()> {
        let is_first = self.pieces.is_empty();
        write_pieces(&mut self.pieces, &part.bytes(), is_first).unwrap();
        if part.is_last {
            let pieces = std::mem::take(&mut self.pieces);
            let mut json = Vec::new();
            PacketLot::new(&self.session, &part.lot)
                .write_with_content(&mut json, &mut pieces.as_slice())
                .unwrap();
            self.printed.lots.push(text(json));
        }
        ControlFlow::Continue(())
    }
}

/// Hands out the context of documents; the instance is the name of the capture without folder and
/// extensions.
fn with_context<T>(
    name: &str,
    tables: &CaptureTables,
    make: impl FnOnce(&DocumentContext<'_>) -> T,
) -> T {
    let file = name.rsplit('/').next().unwrap();
    let identity = Identity {
        whisperer: "offline".into(),
        instance: file.split('.').next().unwrap().into(),
    };
    let mut names = Names::default();
    for record in &tables.names {
        names.add_record(record.ip, &record.name);
    }
    make(&DocumentContext {
        identity: &identity,
        names: &names,
        keys: &KeyLog::default(),
        interfaces: &tables.interfaces,
        encapsulations: &tables.encapsulations,
    })
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap()
}
