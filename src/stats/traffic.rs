//! Sums over the halves of sessions.

use std::ops::AddAssign;

use super::share::{bits_per_second, hundredths_of_percent};
use crate::session::HalfSummary;
use crate::time::Span;

/// How much was sent: what every table shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Packets.
    pub packets: u64,
    /// Payload bytes by the IP length, re-sent ones included.
    pub payload_bytes: u64,
    /// Sum of original packet lengths, link layer included.
    pub wire_bytes: u64,
    /// Packets all or part of whose bytes were already captured.
    pub resent_packets: u64,
    /// Those bytes.
    pub resent_bytes: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
}

/// What went one way, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How much.
    pub volume: Volume,
    /// Packets with payload.
    pub data_packets: u64,
    /// IP header bytes.
    pub ip_header_bytes: u64,
    /// TCP header bytes.
    pub tcp_header_bytes: u64,
    /// Unique payload bytes.
    pub stream_bytes: u64,
    /// What went wrong.
    pub signs: Signs,
}

/// Signs of trouble on the way, at an end, or at the capture point. See [`HalfSummary`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Second copies made by the network or the capture.
    pub duplicates: u64,
    /// Packets captured after a packet that was sent later.
    pub out_of_order: u64,
    /// Packets whose first copy was lost before the capture point.
    pub lost_upstream: u64,
    /// Runs of bytes that were never captured.
    pub gaps: u64,
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

impl Traffic {
    /// What one half sent; `late_packets` is what its lots know.
    pub fn of(half: &HalfSummary, late_packets: u64) -> Self {
        Self {
            volume: Volume::of(half),
            data_packets: half.data_packets,
            ip_header_bytes: half.ip_header_bytes,
            tcp_header_bytes: half.tcp_header_bytes,
            stream_bytes: half.stream_bytes,
            signs: Signs {
                duplicates: half.duplicates,
                out_of_order: half.out_of_order,
                lost_upstream: half.lost_upstream,
                gaps: half.gaps,
                duplicate_acks: half.duplicate_acks,
                zero_windows: half.zero_windows,
                window_full: half.window_full,
                keep_alives: half.keep_alives,
                late_packets,
                overlap_conflicts: half.overlap_conflicts,
                bad_checksums: half.bad_checksums,
                invalid_resets: half.invalid_resets,
                invalid_sequences: half.invalid_sequences,
            },
        }
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self += *other;
        self
    }

    /// IP and TCP headers as a share of all IP bytes (headers and payload), in hundredths of a
    /// percent; absent without a packet.
    pub fn overhead(&self) -> Option<u64> {
        let headers = self.ip_header_bytes.saturating_add(self.tcp_header_bytes);
        hundredths_of_percent(headers, headers.saturating_add(self.volume.payload_bytes))
    }

    /// Re-sent packets as a share of the packets with payload, in hundredths of a percent.
    pub fn resent_packets_share(&self) -> Option<u64> {
        hundredths_of_percent(self.volume.resent_packets, self.data_packets)
    }

    /// Re-sent bytes as a share of the payload, in hundredths of a percent.
    pub fn resent_bytes_share(&self) -> Option<u64> {
        hundredths_of_percent(self.volume.resent_bytes, self.volume.payload_bytes)
    }

    /// Payload bits per second, re-sent ones included.
    pub fn throughput(&self, span: Span) -> Option<u64> {
        bits_per_second(self.volume.payload_bytes, span)
    }

    /// Unique payload bits per second.
    pub fn goodput(&self, span: Span) -> Option<u64> {
        bits_per_second(self.stream_bytes, span)
    }
}

impl Volume {
    /// What one half sent.
    pub const fn of(half: &HalfSummary) -> Self {
        Self {
            packets: half.packets,
            payload_bytes: half.payload_bytes,
            wire_bytes: half.wire_bytes,
            resent_packets: half.resent_packets,
            resent_bytes: half.resent_bytes,
            missing_bytes: half.missing_bytes,
        }
    }
}

impl AddAssign for Volume {
    fn add_assign(&mut self, other: Self) {
        add(&mut self.packets, other.packets);
        add(&mut self.payload_bytes, other.payload_bytes);
        add(&mut self.wire_bytes, other.wire_bytes);
        add(&mut self.resent_packets, other.resent_packets);
        add(&mut self.resent_bytes, other.resent_bytes);
        add(&mut self.missing_bytes, other.missing_bytes);
    }
}

impl AddAssign for Traffic {
    fn add_assign(&mut self, other: Self) {
        self.volume += other.volume;
        add(&mut self.data_packets, other.data_packets);
        add(&mut self.ip_header_bytes, other.ip_header_bytes);
        add(&mut self.tcp_header_bytes, other.tcp_header_bytes);
        add(&mut self.stream_bytes, other.stream_bytes);
        self.signs += other.signs;
    }
}

impl AddAssign for Signs {
    fn add_assign(&mut self, other: Self) {
        add(&mut self.duplicates, other.duplicates);
        add(&mut self.out_of_order, other.out_of_order);
        add(&mut self.lost_upstream, other.lost_upstream);
        add(&mut self.gaps, other.gaps);
        add(&mut self.duplicate_acks, other.duplicate_acks);
        add(&mut self.zero_windows, other.zero_windows);
        add(&mut self.window_full, other.window_full);
        add(&mut self.keep_alives, other.keep_alives);
        add(&mut self.late_packets, other.late_packets);
        add(&mut self.overlap_conflicts, other.overlap_conflicts);
        add(&mut self.bad_checksums, other.bad_checksums);
        add(&mut self.invalid_resets, other.invalid_resets);
        add(&mut self.invalid_sequences, other.invalid_sequences);
    }
}

/// Adds, and stays at the end of the range.
pub(super) const fn add(sum: &mut u64, number: u64) {
    *sum = sum.saturating_add(number);
}
