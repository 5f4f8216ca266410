//! The `analysis` part of a document: what the packets say about the connection.

use serde::Serialize;

use super::community_id::CommunityId;
use super::exact::{Seconds, Text};
use super::times::span_seconds;
use crate::lot::LotTotals;
use crate::session::{
    ClientEvidence, CloseKind, ClosedBy, Direction, HalfSummary, RttSummary, SessionSummary,
};
use crate::time::{Precision, Span};

/// What the packets say about the connection.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis<'a> {
    /// True when handshake, data and close were captured with every byte.
    pub complete: bool,
    /// How it was closed; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<Close>,
    /// How the client was told from the server: `syn`, `synAck`, `port` or `firstPacket`.
    pub client_evidence: &'static str,
    /// Community ID, version 1.
    pub community_id: Text<CommunityId>,
    /// Zeek's `conn_state`.
    pub conn_state: &'static str,
    /// Zeek's `history` letters.
    pub history: &'a str,
    /// Seconds from the SYN to the ACK that completes the handshake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake_rtt: Option<Seconds>,
    /// Client data to the server's acknowledgment; absent without a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt: Option<Rtt>,
    /// Server data to the client's acknowledgment; absent without a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_rtt: Option<Rtt>,
    /// True when a limit of the reassembler was reached; absent otherwise.
    #[serde(skip_serializing_if = "is_false")]
    pub limit_reached: bool,
    /// Client to server.
    pub out: HalfAnalysis,
    /// Server to client.
    pub r#in: HalfAnalysis,
}

/// What closed a session, and who.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Close {
    /// `fin` or `rst`.
    pub kind: &'static str,
    /// Direction of the first FIN, or of the reset.
    pub direction: Text<Direction>,
}

/// Round-trip times in seconds, from a data packet to the acknowledgment that covers it.
#[derive(Clone, Debug, Serialize)]
pub struct Rtt {
    /// Smallest.
    pub min: Seconds,
    /// Mean.
    pub avg: Seconds,
    /// Median.
    pub p50: Seconds,
    /// 95th percentile.
    pub p95: Seconds,
    /// 99th percentile.
    pub p99: Seconds,
    /// Largest.
    pub max: Seconds,
    /// Samples taken; none from re-sent ranges (Karn's rule).
    pub samples: u64,
}

/// What one direction added up to. See [`HalfSummary`] for each number.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HalfAnalysis {
    /// Packets.
    pub packets: u64,
    /// Packets with payload.
    pub data_packets: u64,
    /// Sum of original packet lengths, link layer included.
    pub wire_bytes: u64,
    /// Unique payload bytes.
    pub stream_bytes: u64,
    /// Packets all or part of whose bytes were already captured.
    pub resent_packets: u64,
    /// Those bytes.
    pub resent_bytes: u64,
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
    /// Maximum segment size of the SYN; absent without that option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mss: Option<u16>,
    /// Window scale of the SYN; absent without that option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_scale: Option<u8>,
    /// True when the SYN permitted selective acknowledgments.
    pub sack_permitted: bool,
    /// True when packets carried TCP time stamps.
    pub timestamps: bool,
    /// Largest number of bytes sent and not yet acknowledged.
    pub max_bytes_in_flight: u64,
    /// Packets with a wrong checksum.
    pub bad_checksums: u64,
    /// Resets outside the window.
    pub invalid_resets: u64,
    /// Data packets whose sequence number cannot belong to the stream.
    pub invalid_sequences: u64,
    /// First packet with payload, in seconds since the Unix epoch; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<Seconds>,
}

impl<'a> Analysis<'a> {
    /// The analysis of a session.
    pub(super) fn new(summary: &'a SessionSummary, lots: &LotTotals) -> Self {
        let times = &summary.times;
        let distance = |span: Span| span_seconds(span, times.precision);
        let rtt = |rtt| Rtt::new(rtt, times.precision);
        let half = |direction| {
            let late_packets = lots.late_packets[direction];
            HalfAnalysis::new(&summary.halves[direction], late_packets, times.precision)
        };
        Self {
            complete: summary.is_complete(),
            closed_by: summary.closed_by.map(Close::from),
            client_evidence: evidence_name(summary.client_evidence),
            community_id: Text(CommunityId::of(summary.client, summary.server)),
            conn_state: summary.conn_state,
            history: &summary.history,
            handshake_rtt: times.handshake_rtt().map(distance),
            rtt: summary.rtt.map(rtt),
            client_rtt: summary.client_rtt.map(rtt),
            limit_reached: summary.limit_reached,
            out: half(Direction::Out),
            r#in: half(Direction::In),
        }
    }
}

impl From<ClosedBy> for Close {
    fn from(closed_by: ClosedBy) -> Self {
        Self {
            kind: match closed_by.kind {
                CloseKind::Fin => "fin",
                CloseKind::Rst => "rst",
            },
            direction: Text(closed_by.direction),
        }
    }
}

impl Rtt {
    fn new(rtt: RttSummary, digits: Precision) -> Self {
        Self {
            min: span_seconds(rtt.min, digits),
            avg: span_seconds(rtt.avg, digits),
            p50: span_seconds(rtt.p50, digits),
            p95: span_seconds(rtt.p95, digits),
            p99: span_seconds(rtt.p99, digits),
            max: span_seconds(rtt.max, digits),
            samples: rtt.samples,
        }
    }
}

impl HalfAnalysis {
    fn new(half: &HalfSummary, late_packets: u64, digits: Precision) -> Self {
        Self {
            packets: half.packets,
            data_packets: half.data_packets,
            wire_bytes: half.wire_bytes,
            stream_bytes: half.stream_bytes,
            resent_packets: half.resent_packets,
            resent_bytes: half.resent_bytes,
            duplicates: half.duplicates,
            out_of_order: half.out_of_order,
            lost_upstream: half.lost_upstream,
            gaps: half.gaps,
            missing_bytes: half.missing_bytes,
            duplicate_acks: half.duplicate_acks,
            zero_windows: half.zero_windows,
            window_full: half.window_full,
            keep_alives: half.keep_alives,
            late_packets,
            overlap_conflicts: half.overlap_conflicts,
            mss: half.mss,
            window_scale: half.window_scale,
            sack_permitted: half.sack_permitted,
            timestamps: half.timestamps,
            max_bytes_in_flight: half.max_bytes_in_flight,
            bad_checksums: half.bad_checksums,
            invalid_resets: half.invalid_resets,
            invalid_sequences: half.invalid_sequences,
            first_byte: half.first_byte.map(|time| Seconds(time.decimal(digits))),
        }
    }
}

const fn evidence_name(evidence: ClientEvidence) -> &'static str {
    match evidence {
        ClientEvidence::Syn => "syn",
        ClientEvidence::SynAck => "synAck",
        ClientEvidence::Port => "port",
        ClientEvidence::FirstPacket => "firstPacket",
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference to the field"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}
