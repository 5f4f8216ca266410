//! The totals of a `Statistics` document, and what went each way.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::exact::{Seconds, Text};
use super::percent::Percent;
use super::statistics::StatisticsContext;
use super::times::{Date, span_seconds};
use crate::session::State;
use crate::stats::{CaptureStats, Traffic};
use crate::time::Span;

/// What was read, and which sessions were counted.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Packets read from the capture.
    pub packets_read: u64,
    /// TCP packets among them.
    pub tcp_packets_read: u64,
    /// Sessions in the capture.
    pub sessions_read: u64,
    /// Sessions that were chosen. What follows is about them alone.
    pub sessions: u64,
    /// Sessions of which handshake, data and close were captured with every byte.
    pub complete: u64,
    /// Sessions whose first SYN was not captured.
    pub missed_syn: u64,
    /// Number of sessions in each state.
    #[serde(serialize_with = "as_map")]
    pub sessions_by_state: [(State, u64); State::ALL.len()],
    /// TCP packets.
    pub packets: u64,
    /// Sum of original packet lengths, link layer included.
    pub wire_bytes: u64,
    /// Packets of which not all bytes were captured.
    pub truncated_packets: u64,
    /// Lots.
    pub lots: u64,
    /// First packet, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Seconds>,
    /// `first` as a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_date: Option<Date>,
    /// Last packet, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Seconds>,
    /// `last` as a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_date: Option<Date>,
    /// `last - first` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Seconds>,
    /// Hosts, whether listed or not.
    pub hosts: usize,
    /// Pairs of client and server.
    pub pairs: usize,
    /// Ports of servers.
    pub ports: usize,
}

/// What went one way, or both.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrafficStatistics {
    /// Packets.
    pub packets: u64,
    /// Packets with payload.
    pub data_packets: u64,
    /// IP header bytes.
    pub ip: u64,
    /// TCP header bytes.
    pub tcp: u64,
    /// Payload bytes by the IP length, re-sent ones included.
    pub payload: u64,
    /// Headers as a share of all IP bytes; absent without a packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overhead_percent: Option<Percent>,
    /// Payload bits per second of the span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput_bps: Option<u64>,
    /// Unique payload bits per second of the span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goodput_bps: Option<u64>,
    /// Sum of original packet lengths, link layer included.
    pub wire_bytes: u64,
    /// Unique payload bytes.
    pub stream_bytes: u64,
    /// Packets all or part of whose bytes were already captured.
    pub resent_packets: u64,
    /// Those packets as a share of the packets with payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resent_packets_percent: Option<Percent>,
    /// Bytes that were already captured.
    pub resent_bytes: u64,
    /// Those bytes as a share of the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resent_bytes_percent: Option<Percent>,
    /// Second copies made by the network or the capture.
    pub duplicates: u64,
    /// Packets captured after a packet that was sent later.
    pub out_of_order: u64,
    /// Packets whose first copy was lost before the capture point.
    pub lost_upstream: u64,
    /// Runs of bytes that were never captured.
    pub gaps: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// Duplicate acknowledgments sent.
    pub duplicate_acks: u64,
    /// Packets that advertised a window of 0.
    pub zero_windows: u64,
    /// Packets that filled the other side's window.
    pub window_full: u64,
    /// Keep-alive probes.
    pub keep_alives: u64,
    /// Packets with late bytes.
    pub late_packets: u64,
    /// Packets that brought other bytes than those captured before at the same place.
    pub overlap_conflicts: u64,
    /// Packets with a wrong checksum.
    pub bad_checksums: u64,
    /// Resets outside the window.
    pub invalid_resets: u64,
    /// Data packets whose sequence number cannot belong to the stream.
    pub invalid_sequences: u64,
}

impl Totals {
    pub(super) fn new(stats: &CaptureStats, context: &StatisticsContext<'_>) -> Self {
        let digits = stats.precision();
        let both = stats.both();
        let (first, last) = (stats.first(), stats.last());
        Self {
            packets_read: context.packets_read,
            tcp_packets_read: context.tcp_packets_read,
            sessions_read: context.sessions_read,
            sessions: stats.sessions,
            complete: stats.complete,
            missed_syn: stats.missed_syn,
            sessions_by_state: State::ALL.map(|state| (state, stats.state(state).sessions)),
            packets: both.volume.packets,
            wire_bytes: both.volume.wire_bytes,
            truncated_packets: stats.truncated_packets,
            lots: stats.lots,
            first: first.map(|time| Seconds(time.decimal(digits))),
            first_date: first.map(|time| Text(time.rfc3339())),
            last: last.map(|time| Seconds(time.decimal(digits))),
            last_date: last.map(|time| Text(time.rfc3339())),
            span: stats.span().map(|span| span_seconds(span, digits)),
            hosts: stats.host_count(),
            pairs: stats.pair_count(),
            ports: stats.port_count(),
        }
    }
}

impl TrafficStatistics {
    pub(super) fn new(traffic: &Traffic, span: Option<Span>) -> Self {
        let (volume, signs) = (&traffic.volume, &traffic.signs);
        Self {
            packets: volume.packets,
            data_packets: traffic.data_packets,
            ip: traffic.ip_header_bytes,
            tcp: traffic.tcp_header_bytes,
            payload: volume.payload_bytes,
            overhead_percent: traffic.overhead().map(Percent),
            throughput_bps: span.and_then(|span| traffic.throughput(span)),
            goodput_bps: span.and_then(|span| traffic.goodput(span)),
            wire_bytes: volume.wire_bytes,
            stream_bytes: traffic.stream_bytes,
            resent_packets: volume.resent_packets,
            resent_packets_percent: traffic.resent_packets_share().map(Percent),
            resent_bytes: volume.resent_bytes,
            resent_bytes_percent: traffic.resent_bytes_share().map(Percent),
            duplicates: signs.duplicates,
            out_of_order: signs.out_of_order,
            lost_upstream: signs.lost_upstream,
            gaps: signs.gaps,
            missing_bytes: volume.missing_bytes,
            duplicate_acks: signs.duplicate_acks,
            zero_windows: signs.zero_windows,
            window_full: signs.window_full,
            keep_alives: signs.keep_alives,
            late_packets: signs.late_packets,
            overlap_conflicts: signs.overlap_conflicts,
            bad_checksums: signs.bad_checksums,
            invalid_resets: signs.invalid_resets,
            invalid_sequences: signs.invalid_sequences,
        }
    }
}

fn as_map<S: Serializer>(states: &[(State, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(states.len()))?;
    for (state, sessions) in states {
        map.serialize_entry(state.as_str(), sessions)?;
    }
    map.end()
}
