//! Sessions as the tracker might keep them, made by hand.

use std::net::IpAddr;
use std::sync::Arc;

use spider_pcap::capture::{Interface, InterfaceId, LinkType, PacketNumber};
use spider_pcap::document::{DocumentContext, Identity};
use spider_pcap::lot::LotTotals;
use spider_pcap::names::Names;
use spider_pcap::packet::{Encapsulation, EncapsulationId, Endpoint, SeqNumber, Tunnel};
use spider_pcap::session::{
    ClientEvidence, CloseKind, ClosedBy, Direction, HalfSummary, PerDirection, RttSummary,
    SessionSummary, SessionTimes, SmallSet, State,
};
use spider_pcap::time::{Precision, Span, Timestamp};
use spider_pcap::tls::KeyLog;

/// A session with what its documents need.
pub(crate) struct Fixture {
    pub(crate) summary: SessionSummary,
    pub(crate) lots: LotTotals,
    pub(crate) identity: Identity,
    pub(crate) names: Names,
    pub(crate) keys: KeyLog,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) encapsulations: Vec<Encapsulation>,
}

impl Fixture {
    pub(crate) fn context(&self) -> DocumentContext<'_> {
        DocumentContext {
            identity: &self.identity,
            names: &self.names,
            keys: &self.keys,
            interfaces: &self.interfaces,
            encapsulations: &self.encapsulations,
        }
    }
}

/// The session of the product's sample document.
pub(crate) fn sample() -> Fixture {
    let mut fixture = emptiest();
    fixture.identity = Identity {
        whisperer: "E4Fak43oR5K5hquEGBjbHA".into(),
        instance: "enduser-contracts-poller-97f5dd5-cgbf4".into(),
    };
    let client = end("192.168.13.178", 59972);
    let server = end("10.100.110.197", 80);
    name(
        &mut fixture,
        client,
        "enduser-contracts-poller-97f5dd5-cgbf4",
    );
    name(
        &mut fixture,
        server,
        "gateway.streetsmart-global-dev.svc.cluster.local",
    );
    fixture.lots = LotTotals {
        lots: 268,
        ..LotTotals::default()
    };
    fixture.summary = SessionSummary {
        client,
        server,
        client_evidence: ClientEvidence::Syn,
        missed_syn: false,
        state: State::Established,
        times: SessionTimes {
            first: micros(1_705_268_606_416_464),
            last: micros(1_705_268_675_734_102),
            syn: micros(1_705_268_606_416_464),
            connect: micros(1_705_268_606_416_688),
            established: micros(1_705_268_606_416_700),
            precision: Precision::MICROS,
        },
        last_packet: packet(3525),
        packets: 409,
        last_data_index: Some(407),
        last_data_direction: Some(Direction::In),
        halves: PerDirection {
            out: HalfSummary {
                initial_seq: Some(SeqNumber(3_195_123_690)),
                last_ack: Some(SeqNumber(383_439_644)),
                ip_header_bytes: 5400,
                tcp_header_bytes: 8648,
                payload_bytes: 364_239,
                packets: 270,
                ..HalfSummary::default()
            },
            r#in: HalfSummary {
                initial_seq: Some(SeqNumber(383_085_594)),
                last_ack: Some(SeqNumber(3_195_487_930)),
                ip_header_bytes: 2780,
                tcp_header_bytes: 4456,
                payload_bytes: 356_711,
                packets: 139,
                ..HalfSummary::default()
            },
        },
        ..fixture.summary
    };
    fixture
}

/// The session of the example in the documentation: every part of a document has something to say.
pub(crate) fn example() -> Fixture {
    let mut fixture = emptiest();
    let client = end("192.0.2.10", 49312);
    let server = end("198.51.100.7", 443);
    name(&mut fixture, client, "laptop.example");
    name(&mut fixture, server, "www.example");
    fixture.lots = LotTotals {
        lots: 10,
        ..LotTotals::default()
    };
    fixture.interfaces = vec![Interface {
        name: Some("eth0".into()),
        link_type: LinkType(1),
        precision: Precision::MICROS,
        snaplen: 0,
        options: Arc::default(),
        section: Arc::default(),
    }];
    fixture.encapsulations.push(Encapsulation {
        vlans: vec![12],
        tunnels: vec![Tunnel {
            protocol: "VXLAN",
            id: Some(42),
        }],
    });
    fixture.summary = SessionSummary {
        client,
        server,
        client_evidence: ClientEvidence::Syn,
        missed_syn: false,
        state: State::Closed,
        closed_by: Some(ClosedBy {
            kind: CloseKind::Fin,
            direction: Direction::Out,
        }),
        times: SessionTimes {
            first: micros(1_767_228_010_250_000),
            last: micros(1_767_228_011_750_125),
            syn: micros(1_767_228_010_250_000),
            connect: micros(1_767_228_010_262_000),
            established: micros(1_767_228_010_262_400),
            precision: Precision::MICROS,
        },
        first_packet: packet(17),
        last_packet: packet(61),
        packets: 22,
        last_data_index: Some(18),
        last_data_direction: Some(Direction::In),
        halves: PerDirection {
            out: example_out(),
            r#in: example_in(),
        },
        rtt: Some(rtt(5, [11_800, 12_145, 12_010, 12_900, 12_900, 12_900])),
        client_rtt: Some(rtt(7, [310, 402, 395, 520, 520, 520])),
        conn_state: "SF",
        history: "ShADadTFf".into(),
        interfaces: SmallSet::new(InterfaceId(0)),
        encapsulations: SmallSet::new(EncapsulationId(1)),
        ..fixture.summary
    };
    fixture
}

/// One packet without a time, of a capture that says nothing about itself.
pub(crate) fn emptiest() -> Fixture {
    let summary = SessionSummary {
        client: end("2001:db8::1", 4000),
        server: end("2001:db8::2", 80),
        client_evidence: ClientEvidence::Port,
        missed_syn: true,
        state: State::Established,
        closed_by: None,
        times: SessionTimes {
            first: None,
            last: None,
            syn: None,
            connect: None,
            established: None,
            precision: Precision::MICROS,
        },
        first_packet: PacketNumber::FIRST,
        last_packet: PacketNumber::FIRST,
        packets: 1,
        truncated_packets: 0,
        last_data_index: None,
        last_data_direction: None,
        occurrence: 1,
        halves: PerDirection::default(),
        rtt: None,
        client_rtt: None,
        conn_state: "OTH",
        history: String::new(),
        interfaces: SmallSet::new(InterfaceId(0)),
        encapsulations: SmallSet::new(EncapsulationId(0)),
        limit_reached: false,
    };
    Fixture {
        summary,
        lots: LotTotals::default(),
        identity: Identity {
            whisperer: "offline".into(),
            instance: "trace".into(),
        },
        names: Names::default(),
        keys: KeyLog::default(),
        interfaces: Vec::new(),
        encapsulations: vec![Encapsulation::default()],
    }
}

/// An end of a session.
fn end(ip: &str, port: u16) -> Endpoint {
    Endpoint {
        ip: ip.parse::<IpAddr>().unwrap(),
        port,
    }
}

fn example_out() -> HalfSummary {
    HalfSummary {
        initial_seq: Some(SeqNumber(1_000_000)),
        last_ack: Some(SeqNumber(2_005_834)),
        ip_header_bytes: 240,
        tcp_header_bytes: 392,
        payload_bytes: 1214,
        packets: 12,
        data_packets: 6,
        first_byte: micros(1_767_228_010_262_900),
        wire_bytes: 2662,
        stream_bytes: 1114,
        resent_packets: 1,
        resent_bytes: 100,
        max_bytes_in_flight: 517,
        mss: Some(1460),
        window_scale: Some(7),
        sack_permitted: true,
        timestamps: true,
        ..HalfSummary::default()
    }
}

fn example_in() -> HalfSummary {
    HalfSummary {
        initial_seq: Some(SeqNumber(2_000_000)),
        last_ack: Some(SeqNumber(1_001_116)),
        ip_header_bytes: 200,
        tcp_header_bytes: 328,
        payload_bytes: 5832,
        packets: 10,
        data_packets: 7,
        first_byte: micros(1_767_228_010_275_300),
        wire_bytes: 7040,
        stream_bytes: 5832,
        max_bytes_in_flight: 2896,
        mss: Some(1460),
        window_scale: Some(9),
        sack_permitted: true,
        timestamps: true,
        ..HalfSummary::default()
    }
}

/// Smallest, mean, median, 95th and 99th percentile and largest in microseconds.
fn rtt(samples: u64, [min, avg, p50, p95, p99, max]: [i64; 6]) -> RttSummary {
    let span = |micros: i64| Span::from_nanos(micros * 1000);
    RttSummary {
        samples,
        min: span(min),
        avg: span(avg),
        p50: span(p50),
        p95: span(p95),
        p99: span(p99),
        max: span(max),
    }
}

fn name(fixture: &mut Fixture, end: Endpoint, name: &str) {
    fixture.names.add_record(end.ip, name);
}

fn packet(number: u64) -> PacketNumber {
    PacketNumber::new(number).unwrap()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every time of a session is optional"
)]
fn micros(since_epoch: i64) -> Option<Timestamp> {
    Some(Timestamp::from_nanos(since_epoch * 1000))
}
