//! What is kept of a session when it ends: all that its document needs, and nothing else.
//!
//! Plain numbers of a fixed size, but for the interfaces and encapsulations seen.

use super::direction::{Direction, PerDirection};
use super::offset::StreamOffset;
use super::small_set::SmallSet;
use super::state::State;
use crate::capture::{InterfaceId, PacketNumber};
use crate::packet::{EncapsulationId, Endpoint, SeqNumber};
use crate::time::{Precision, Span, Timestamp};

/// How the client was told from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientEvidence {
    /// It sent a SYN without ACK.
    Syn,
    /// It received a SYN with ACK.
    SynAck,
    /// It has the higher port.
    Port,
    /// It sent the first packet captured.
    FirstPacket,
}

/// What closed a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CloseKind {
    /// FINs from both ends, acknowledged.
    Fin,
    /// A reset.
    Rst,
}

/// How a session was closed, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedBy {
    /// What closed it.
    pub kind: CloseKind,
    /// Direction of the first FIN, or of the reset.
    pub direction: Direction,
}

/// The times of a session; each is absent where its packet was not captured or had no time.
#[derive(Clone, Copy, Debug)]
pub struct SessionTimes {
    /// First packet.
    pub first: Option<Timestamp>,
    /// Last packet, in capture order.
    pub last: Option<Timestamp>,
    /// First SYN of the client.
    pub syn: Option<Timestamp>,
    /// First SYN with ACK.
    pub connect: Option<Timestamp>,
    /// The client's first ACK after the SYN with ACK.
    pub established: Option<Timestamp>,
    /// Finest resolution of the packets' clocks.
    pub precision: Precision,
}

/// Round-trip times from a data packet to the acknowledgment that covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RttSummary {
    /// Samples taken.
    pub samples: u64,
    /// Smallest.
    pub min: Span,
    /// Mean, truncated to nanoseconds.
    pub avg: Span,
    /// Median.
    pub p50: Span,
    /// 95th percentile.
    pub p95: Span,
    /// 99th percentile.
    pub p99: Span,
    /// Largest.
    pub max: Span,
}

/// What one direction of a session added up to.
///
/// Lengths are those of the headers (on the wire), whatever the snapshot length kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct HalfSummary {
    /// Sequence number of the SYN; start missed: of the first packet minus 1. Absent when this
    /// direction was never seen nor acknowledged.
    pub initial_seq: Option<SeqNumber>,
    /// Last acknowledgment number sent by this direction.
    pub last_ack: Option<SeqNumber>,
    /// Sum of IP header bytes.
    pub ip_header_bytes: u64,
    /// Sum of TCP header bytes.
    pub tcp_header_bytes: u64,
    /// Sum of payload bytes, re-sent ones included.
    pub payload_bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Packets with payload.
    pub data_packets: u64,
    /// Time of the first packet with payload.
    pub first_byte: Option<Timestamp>,
    /// Sum of original packet lengths.
    pub wire_bytes: u64,
    /// Unique payload bytes in sequence space.
    pub stream_bytes: u64,
    /// Packets all or part of whose bytes were already captured (keep-alives and duplicates apart).
    pub resent_packets: u64,
    /// Those bytes.
    pub resent_bytes: u64,
    /// Second copies made by the network or the capture.
    pub duplicates: u64,
    /// Packets captured after a packet that was sent later.
    pub out_of_order: u64,
    /// Packets that show that their first copy was lost before the capture point.
    pub lost_upstream: u64,
    /// Runs of bytes that were never captured.
    pub gaps: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// Those of them that lie behind all bytes that were captured.
    pub trailing_missing_bytes: u64,
    /// The first byte of the stream; before 0 where bytes before the first packet captured were
    /// sent again, or a SYN was captured after data.
    pub first_offset: StreamOffset,
    /// Duplicate acknowledgments sent (RFC 5681 §2).
    pub duplicate_acks: u64,
    /// Packets that advertised a window of 0.
    pub zero_windows: u64,
    /// Packets that filled the window of the other side to the last byte.
    pub window_full: u64,
    /// Keep-alive probes.
    pub keep_alives: u64,
    /// Packets that brought other bytes than those captured before at the same place.
    pub overlap_conflicts: u64,
    /// Packets with a wrong checksum.
    pub bad_checksums: u64,
    /// Resets whose sequence number was outside the window (RFC 9293 §3.10.7.4, RFC 5961 §3).
    pub invalid_resets: u64,
    /// Data packets whose sequence number cannot belong to the stream.
    pub invalid_sequences: u64,
    /// Largest number of bytes sent and not yet acknowledged.
    pub max_bytes_in_flight: u64,
    /// Maximum segment size of the SYN.
    pub mss: Option<u16>,
    /// Window scale of the SYN, `0 <= shift <= 14`.
    pub window_scale: Option<u8>,
    /// True when the SYN permitted selective acknowledgments.
    pub sack_permitted: bool,
    /// True when packets carried TCP time stamps.
    pub timestamps: bool,
}

/// What is kept of a session.
#[derive(Clone, Debug)]
pub struct SessionSummary {
    /// Client.
    pub client: Endpoint,
    /// Server.
    pub server: Endpoint,
    /// How the client was told.
    pub client_evidence: ClientEvidence,
    /// True when the client's SYN was not captured.
    pub missed_syn: bool,
    /// State after the last packet.
    pub state: State,
    /// How it was closed; absent while it is open.
    pub closed_by: Option<ClosedBy>,
    /// Times.
    pub times: SessionTimes,
    /// Number of the first packet.
    pub first_packet: PacketNumber,
    /// Number of the last packet.
    pub last_packet: PacketNumber,
    /// Packets of both directions.
    pub packets: u64,
    /// Packets of which not all bytes were captured.
    pub truncated_packets: u64,
    /// Index in the session, from 0, of the last packet with payload.
    pub last_data_index: Option<u64>,
    /// Direction of the last packet with payload.
    pub last_data_direction: Option<Direction>,
    /// 1 for the first session of its id, 2 for the second, ... (`~2` at the end of the id).
    pub occurrence: u32,
    /// What each direction added up to.
    pub halves: PerDirection<HalfSummary>,
    /// Client data to the server's acknowledgment; absent without a sample.
    pub rtt: Option<RttSummary>,
    /// Server data to the client's acknowledgment; absent without a sample.
    pub client_rtt: Option<RttSummary>,
    /// Zeek's `conn_state`.
    pub conn_state: &'static str,
    /// Zeek's `history` letters.
    pub history: String,
    /// Interfaces it was captured at, in order of appearance.
    pub interfaces: SmallSet<InterfaceId>,
    /// Encapsulations it was seen in, in order of appearance.
    pub encapsulations: SmallSet<EncapsulationId>,
    /// True when a limit of the reassembler was reached and gaps were declared early.
    pub limit_reached: bool,
}

impl SessionSummary {
    /// True when handshake, data and close were captured with every byte.
    ///
    /// A session without data can be complete; one with a packet cut by the snapshot length
    /// cannot.
    pub fn is_complete(&self) -> bool {
        let closed = self.state == State::Closed && self.closed_by.is_some();
        let every_byte = Direction::BOTH
            .iter()
            .all(|&direction| self.halves[direction].missing_bytes == 0);
        self.handshake_captured() && closed && every_byte && self.truncated_packets == 0
    }

    /// True when the client's SYN, the server's SYN with ACK and the client's ACK were captured.
    ///
    /// Packets without a time leave no mark in the times, but a letter in the history: `h` is the
    /// server's SYN with ACK; `A`, `D` and `F` are the client's ACK, data and FIN, which all
    /// acknowledge it.
    fn handshake_captured(&self) -> bool {
        let (times, history) = (&self.times, &self.history);
        !self.missed_syn
            && (times.connect.is_some() || history.contains('h'))
            && (times.established.is_some() || history.contains(['A', 'D', 'F']))
    }
}

impl SessionTimes {
    /// From the first to the last packet; negative where the capture's clock ran backwards.
    pub fn duration(&self) -> Option<Span> {
        self.between(self.first, self.last)
    }

    /// From the SYN to the SYN with ACK.
    pub fn latency(&self) -> Option<Span> {
        self.between(self.syn, self.connect)
    }

    /// From the SYN to the ACK that completes the handshake.
    pub fn handshake_rtt(&self) -> Option<Span> {
        self.between(self.syn, self.established)
    }

    /// From one time to another; absent unless both are known.
    ///
    /// Both are cut to the precision first, so that the difference of the printed times is the
    /// printed difference.
    fn between(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Option<Span> {
        let (from, to) = (
            from?.truncated(self.precision),
            to?.truncated(self.precision),
        );
        Some(to.since(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_printed_times_is_the_printed_difference() {
        let micros = |from, to| {
            let times = SessionTimes {
                first: Some(Timestamp::from_nanos(from)),
                last: Some(Timestamp::from_nanos(to)),
                syn: None,
                connect: None,
                established: None,
                precision: Precision::MICROS,
            };
            let duration = times.duration().unwrap();
            duration.decimal(Precision::MICROS).to_string()
        };
        // 0.000001 - 0.000000, though only 501 ns lie between.
        assert_eq!(micros(500, 1001), "0.000001");
        assert_eq!(micros(2000, 500), "-0.000002");
        assert_eq!(micros(-1500, 0), "0.000001");
    }
}
