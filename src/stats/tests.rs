//! Sessions made by hand, and that parts add up to the whole.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

use super::{CaptureStats, Group, HostStats};
use crate::capture::{InterfaceId, PacketNumber};
use crate::lot::LotTotals;
use crate::packet::{EncapsulationId, Endpoint};
use crate::session::{
    ClientEvidence, Direction, HalfSummary, PerDirection, SessionSummary, SessionTimes, SmallSet,
    State,
};
use crate::time::{Precision, Span, Timestamp};

/// What a session of a test differs in.
#[derive(Clone, Copy, Debug)]
struct Made {
    client: u8,
    server: u8,
    port: u16,
    state: State,
    out: u64,
    r#in: u64,
    first: Option<i64>,
    duration: i64,
}

impl Made {
    fn summary(self) -> SessionSummary {
        let time = |nanos: i64| Timestamp::from_nanos(nanos);
        SessionSummary {
            client: end(self.client, 5000),
            server: end(self.server, self.port),
            client_evidence: ClientEvidence::Syn,
            missed_syn: self.out.is_multiple_of(2),
            state: self.state,
            closed_by: None,
            times: SessionTimes {
                first: self.first.map(time),
                last: self.first.map(|first| time(first + self.duration)),
                syn: self.first.map(time),
                connect: None,
                established: None,
                precision: Precision::NANOS,
            },
            first_packet: PacketNumber::FIRST,
            last_packet: PacketNumber::FIRST,
            packets: 3,
            truncated_packets: 1,
            last_data_index: None,
            last_data_direction: None,
            occurrence: 1,
            halves: PerDirection {
                out: half(self.out, 2),
                r#in: half(self.r#in, 1),
            },
            rtt: None,
            client_rtt: None,
            conn_state: "OTH",
            history: String::new(),
            interfaces: SmallSet::new(InterfaceId(0)),
            encapsulations: SmallSet::new(EncapsulationId(0)),
            limit_reached: false,
        }
    }
}

const PLAIN: Made = Made {
    client: 1,
    server: 2,
    port: 80,
    state: State::Closed,
    out: 100,
    r#in: 1000,
    first: Some(5_000_000_000),
    duration: 1_000_000_000,
};

fn end(host: u8, port: u16) -> Endpoint {
    Endpoint { ip: ip(host), port }
}

fn ip(host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, host))
}

fn half(payload_bytes: u64, packets: u64) -> HalfSummary {
    HalfSummary {
        ip_header_bytes: 20 * packets,
        tcp_header_bytes: 20 * packets,
        payload_bytes,
        packets,
        data_packets: packets,
        wire_bytes: payload_bytes + 54 * packets,
        stream_bytes: payload_bytes - payload_bytes / 10,
        resent_packets: 1,
        resent_bytes: payload_bytes / 10,
        missing_bytes: 7,
        ..HalfSummary::default()
    }
}

fn stats(sessions: &[Made]) -> CaptureStats {
    let mut stats = CaptureStats::default();
    for made in sessions {
        stats.add(&made.summary(), &LotTotals::default());
    }
    stats
}

/// Everything that can be asked, in one text.
fn everything(mut stats: CaptureStats) -> String {
    let distributions = (
        stats.measures.duration.distribution(),
        stats.measures.latency.distribution(),
        stats.measures.payload_bytes.distribution(),
        stats.measures.half_payload_bytes.out.distribution(),
        stats.measures.half_payload_bytes.r#in.distribution(),
    );
    let lists = (stats.hosts(9), stats.pairs(9), stats.ports(9));
    let states = State::ALL.map(|state| stats.state(state));
    format!("{distributions:?} {lists:?} {states:?} {stats:?}")
}

#[test]
fn nothing_adds_up_to_nothing() {
    let stats = CaptureStats::default();
    assert_eq!((stats.first(), stats.span()), (None, None));
    assert_eq!(stats.both().overhead(), None);
    assert_eq!(stats.hosts(10), []);
}

#[test]
fn directions_add_up_to_both() {
    let stats = stats(&[PLAIN, PLAIN]);
    let both = stats.both();
    assert_eq!(both.volume.packets, 6);
    assert_eq!(both.volume.payload_bytes, 2200);
    assert_eq!(stats.halves[Direction::In].volume.payload_bytes, 2000);
    // 6 packets of 40 bytes of headers: 240 of 2440 bytes.
    assert_eq!(both.overhead(), Some(983));
    assert_eq!(both.resent_bytes_share(), Some(1000));
    assert_eq!(
        both.throughput(Span::from_nanos(1_000_000_000)),
        Some(17_600)
    );
    assert_eq!(both.goodput(Span::from_nanos(1_000_000_000)), Some(15_840));
}

#[test]
fn the_span_reaches_from_the_earliest_to_the_latest_time() {
    let later = Made {
        first: Some(9_000_000_000),
        duration: -6_500_000_000,
        ..PLAIN
    };
    let timeless = Made {
        first: None,
        ..PLAIN
    };
    let stats = stats(&[timeless, PLAIN, later]);
    assert_eq!(stats.first(), Some(Timestamp::from_nanos(2_500_000_000)));
    assert_eq!(stats.span(), Some(Span::from_nanos(6_500_000_000)));
}

#[test]
fn hosts_have_what_they_sent_and_received() {
    let back = Made {
        client: 2,
        server: 1,
        out: 10,
        r#in: 20,
        ..PLAIN
    };
    let stats = stats(&[PLAIN, back]);
    let hosts = stats.hosts(10);
    let numbers = |host: &HostStats| {
        let (sent, received) = (host.sent.payload_bytes, host.received.payload_bytes);
        [
            host.sessions,
            host.as_client,
            host.as_server,
            sent,
            received,
        ]
    };
    let found: Vec<_> = hosts
        .iter()
        .map(|(ip, host)| (*ip, numbers(host)))
        .collect();
    assert_eq!(
        found,
        [(ip(1), [2, 1, 1, 120, 1010]), (ip(2), [2, 1, 1, 1010, 120])]
    );
    assert_eq!(stats.pair_count(), 2);
}

#[test]
fn a_session_of_a_host_with_itself_is_one_session() {
    let stats = stats(&[Made { server: 1, ..PLAIN }]);
    let [(_, host)] = stats.hosts(10)[..] else {
        panic!("one host");
    };
    assert_eq!((host.sessions, host.as_client, host.as_server), (1, 1, 1));
    assert_eq!(host.sent, host.received);
}

#[test]
fn lists_are_in_order_of_bytes_and_then_of_keys() {
    let ports = [(8080, 50), (443, 900), (80, 50), (22, 0)].map(|(port, out)| Made {
        port,
        out,
        r#in: 0,
        ..PLAIN
    });
    let stats = stats(&ports);
    let order = |limit| -> Vec<u16> { stats.ports(limit).iter().map(|(port, _)| *port).collect() };
    assert_eq!(order(10), [443, 80, 8080, 22]);
    assert_eq!(order(2), [443, 80]);
    assert_eq!(stats.port_count(), 4);
}

#[test]
fn every_session_has_one_state() {
    let open = Made {
        state: State::Established,
        ..PLAIN
    };
    let stats = stats(&[PLAIN, open, open]);
    let counts = State::ALL.map(|state| stats.state(state).sessions);
    assert_eq!(counts, [0, 0, 2, 0, 0, 1]);
    assert_eq!(stats.state(State::SynSent), Group::default());
}

fn made() -> impl Strategy<Value = Made> {
    let ends = (0..4_u8, 0..4_u8, 0..3_u16, 0..State::ALL.len());
    let sizes = (0..5000_u64, 0..5000_u64, any::<Option<i32>>(), any::<i32>());
    (ends, sizes).prop_map(
        |((client, server, port, state), (out, r#in, first, duration))| Made {
            client,
            server,
            port,
            state: State::ALL[state],
            out,
            r#in,
            first: first.map(i64::from),
            duration: i64::from(duration),
        },
    )
}

proptest! {
    #[test]
    fn parts_add_up_to_the_whole(
        sessions in proptest::collection::vec((made(), any::<bool>()), 0..30),
    ) {
        let part = |wanted: bool| -> Vec<Made> {
            let of_part = sessions.iter().filter(|(_, side)| *side == wanted);
            of_part.map(|(made, _)| *made).collect()
        };
        let whole: Vec<Made> = sessions.iter().map(|(made, _)| *made).collect();
        let mut merged = stats(&part(true));
        merged.merge(stats(&part(false)));
        prop_assert_eq!(everything(merged), everything(stats(&whole)));
    }
}
