//! All fields of a summary, in one order.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Pass;
use crate::capture::{InterfaceId, PacketNumber};
use crate::packet::{EncapsulationId, Endpoint, SeqNumber};
use crate::session::history::CONN_STATES;
use crate::session::{
    ClientEvidence, CloseKind, ClosedBy, Direction, HalfSummary, PerDirection, RttSummary,
    SessionSummary, SessionTimes, SmallSet, State,
};
use crate::time::{Precision, Span, Timestamp};

/// Lengths of the lists behind the numbers.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) history: u64,
    pub(super) interfaces: u64,
    pub(super) encapsulations: u64,
}

/// A summary to put fields into.
pub(super) fn blank() -> SessionSummary {
    let nobody = Endpoint {
        ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        port: 0,
    };
    SessionSummary {
        client: nobody,
        server: nobody,
        client_evidence: ClientEvidence::Syn,
        missed_syn: false,
        state: State::SynSent,
        closed_by: None,
        times: SessionTimes {
            first: None,
            last: None,
            syn: None,
            connect: None,
            established: None,
            precision: Precision::from_digits(0),
        },
        first_packet: PacketNumber::FIRST,
        last_packet: PacketNumber::FIRST,
        packets: 0,
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
    }
}

/// Goes through all fields but the lists.
pub(super) fn pass<P: Pass>(
    summary: &mut SessionSummary,
    lists: &mut Lists,
    beside: &mut [u64],
    by: &mut P,
) {
    beside.iter_mut().for_each(|number| by.number(number));
    endpoint(&mut summary.client, by);
    endpoint(&mut summary.server, by);
    choice(&mut summary.client_evidence, &EVIDENCE, 2, by);
    choice(&mut summary.state, &State::ALL, 3, by);
    choice(&mut summary.conn_state, &CONN_STATES, 4, by);
    flag(&mut summary.missed_syn, by);
    flag(&mut summary.limit_reached, by);
    optional(&mut summary.closed_by, CLOSED, by, |closed, by| {
        choice(&mut closed.kind, &[CloseKind::Fin, CloseKind::Rst], 1, by);
        choice(&mut closed.direction, &Direction::BOTH, 1, by);
    });
    times(&mut summary.times, by);
    packet_number(&mut summary.first_packet, 0, by);
    packet_number(&mut summary.last_packet, summary.first_packet.value(), by);
    by.number(&mut summary.packets);
    by.number(&mut summary.truncated_packets);
    optional(&mut summary.last_data_index, 0, by, |index, by| {
        by.number(index);
    });
    optional(
        &mut summary.last_data_direction,
        Direction::Out,
        by,
        |direction, by| {
            choice(direction, &Direction::BOTH, 1, by);
        },
    );
    small(&mut summary.occurrence, by);
    let base = summary.times.first;
    half(&mut summary.halves.out, base, by);
    half(&mut summary.halves.r#in, base, by);
    optional(&mut summary.rtt, NO_RTT, by, rtt);
    optional(&mut summary.client_rtt, NO_RTT, by, rtt);
    let (mut interface, mut encapsulation) = (
        summary.interfaces.first().0,
        summary.encapsulations.first().0,
    );
    small(&mut interface, by);
    small(&mut encapsulation, by);
    summary.interfaces.set_first(InterfaceId(interface));
    summary
        .encapsulations
        .set_first(EncapsulationId(encapsulation));
    by.number(&mut lists.history);
    by.number(&mut lists.interfaces);
    by.number(&mut lists.encapsulations);
}

fn times<P: Pass>(times: &mut SessionTimes, by: &mut P) {
    let mut digits = u64::from(times.precision.digits());
    by.bits(&mut digits, 4);
    times.precision = Precision::from_digits(u8::try_from(digits).unwrap_or_default());
    time(&mut times.first, None, by);
    let base = times.first;
    for later in [
        &mut times.last,
        &mut times.syn,
        &mut times.connect,
        &mut times.established,
    ] {
        time(later, base, by);
    }
}

fn half<P: Pass>(half: &mut HalfSummary, base: Option<Timestamp>, by: &mut P) {
    optional(&mut half.initial_seq, SeqNumber(0), by, |seq, by| {
        small(&mut seq.0, by);
    });
    optional(&mut half.last_ack, SeqNumber(0), by, |seq, by| {
        small(&mut seq.0, by);
    });
    for number in [
        &mut half.ip_header_bytes,
        &mut half.tcp_header_bytes,
        &mut half.payload_bytes,
        &mut half.packets,
        &mut half.data_packets,
        &mut half.wire_bytes,
        &mut half.stream_bytes,
        &mut half.max_bytes_in_flight,
    ] {
        by.number(number);
    }
    time(&mut half.first_byte, base, by);
    optional(&mut half.mss, 0, by, small);
    optional(&mut half.window_scale, 0, by, small);
    flag(&mut half.sack_permitted, by);
    flag(&mut half.timestamps, by);
    signed(&mut half.first_offset.0, by);
    oddities(half, by);
}

/// What hardly a session has.
fn oddities<P: Pass>(half: &mut HalfSummary, by: &mut P) {
    let counters = [
        &mut half.resent_packets,
        &mut half.resent_bytes,
        &mut half.duplicates,
        &mut half.out_of_order,
        &mut half.lost_upstream,
        &mut half.gaps,
        &mut half.missing_bytes,
        &mut half.trailing_missing_bytes,
        &mut half.duplicate_acks,
        &mut half.zero_windows,
        &mut half.window_full,
        &mut half.keep_alives,
        &mut half.overlap_conflicts,
        &mut half.bad_checksums,
        &mut half.invalid_resets,
        &mut half.invalid_sequences,
    ];
    let mut any = P::IS_PACKING && counters.iter().any(|counter| **counter != 0);
    flag(&mut any, by);
    if any {
        counters.into_iter().for_each(|counter| by.number(counter));
    }
}

fn rtt<P: Pass>(rtt: &mut RttSummary, by: &mut P) {
    by.number(&mut rtt.samples);
    for span in [
        &mut rtt.min,
        &mut rtt.avg,
        &mut rtt.p50,
        &mut rtt.p95,
        &mut rtt.p99,
        &mut rtt.max,
    ] {
        let mut nanos = span.nanos();
        signed(&mut nanos, by);
        *span = Span::from_nanos(nanos);
    }
}

fn endpoint<P: Pass>(end: &mut Endpoint, by: &mut P) {
    let mut is_v6 = end.ip.is_ipv6();
    flag(&mut is_v6, by);
    let bits = match end.ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let [mut high, mut low] = [bits >> 64, bits & u128::from(u64::MAX)]
        .map(|half| u64::try_from(half).unwrap_or_default());
    by.number(&mut low);
    end.ip = if is_v6 {
        by.number(&mut high);
        IpAddr::V6(Ipv6Addr::from_bits(
            u128::from(high) << 64 | u128::from(low),
        ))
    } else {
        IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(low).unwrap_or_default()))
    };
    small(&mut end.port, by);
}

fn time<P: Pass>(time: &mut Option<Timestamp>, base: Option<Timestamp>, by: &mut P) {
    let base = base.map_or(0, Timestamp::nanos);
    optional(time, Timestamp::from_nanos(base), by, |time, by| {
        let mut since = time.nanos().wrapping_sub(base);
        signed(&mut since, by);
        *time = Timestamp::from_nanos(since.wrapping_add(base));
    });
}

fn packet_number<P: Pass>(number: &mut PacketNumber, base: u64, by: &mut P) {
    let mut since = number.value().wrapping_sub(base);
    by.number(&mut since);
    *number = PacketNumber::new(since.wrapping_add(base)).unwrap_or(PacketNumber::FIRST);
}

/// Small numbers of either sign take few bytes.
fn signed<P: Pass>(number: &mut i64, by: &mut P) {
    let mut folded = ((*number << 1) ^ (*number >> 63)).cast_unsigned();
    by.number(&mut folded);
    *number = (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed();
}

fn small<P: Pass, N: Copy + Into<u64> + TryFrom<u64> + Default>(number: &mut N, by: &mut P) {
    let mut wide: u64 = (*number).into();
    by.number(&mut wide);
    *number = N::try_from(wide).unwrap_or_default();
}

fn flag<P: Pass>(flag: &mut bool, by: &mut P) {
    let mut bit = u64::from(*flag);
    by.bits(&mut bit, 1);
    *flag = bit == 1;
}

/// One of a few values, as its index.
fn choice<P: Pass, T: Copy + PartialEq>(value: &mut T, all: &[T], bits: u32, by: &mut P) {
    let mut index = 0;
    if P::IS_PACKING {
        let place = all.iter().position(|known| known == value);
        index = place.unwrap_or_default() as u64;
    }
    by.bits(&mut index, bits);
    let known = usize::try_from(index).ok().and_then(|index| all.get(index));
    *value = known.copied().unwrap_or(*value);
}

fn optional<P: Pass, T: Copy>(
    value: &mut Option<T>,
    blank: T,
    by: &mut P,
    each: impl FnOnce(&mut T, &mut P),
) {
    let mut is_there = value.is_some();
    flag(&mut is_there, by);
    if is_there {
        each(value.get_or_insert(blank), by);
    }
}

const EVIDENCE: [ClientEvidence; 4] = [
    ClientEvidence::Syn,
    ClientEvidence::SynAck,
    ClientEvidence::Port,
    ClientEvidence::FirstPacket,
];

const CLOSED: ClosedBy = ClosedBy {
    kind: CloseKind::Fin,
    direction: Direction::Out,
};

const NO_RTT: RttSummary = RttSummary {
    samples: 0,
    min: Span::from_nanos(0),
    avg: Span::from_nanos(0),
    p50: Span::from_nanos(0),
    p95: Span::from_nanos(0),
    p99: Span::from_nanos(0),
    max: Span::from_nanos(0),
};
