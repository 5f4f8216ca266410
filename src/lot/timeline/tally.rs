//! Counts of packets: of a bin, or of all.

use super::TimelineEvent;

/// What one direction sent in some time. Counts saturate at the range of 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets.
    pub packets: u64,
    /// Payload bytes by the IP length, re-sent ones included.
    pub payload_bytes: u64,
    /// Payload bytes that were not captured before.
    pub new_bytes: u64,
    /// Packets all or part of whose bytes were already captured.
    pub resent_packets: u64,
    /// Packets that were sent again because the first copy was lost before the capture point.
    pub lost_upstream: u64,
    /// Packets that were overtaken on the way.
    pub out_of_order: u64,
    /// Packets that arrived after what they belong to was answered.
    pub late_packets: u64,
    /// Packets that advertise a window of 0.
    pub zero_windows: u64,
    /// Lots that began.
    pub lots: u64,
    /// Gaps that opened.
    pub gaps: u64,
    /// Bytes of those gaps.
    pub missing_bytes: u64,
}

impl Tally {
    pub(super) fn count(&mut self, event: &TimelineEvent) {
        self.add(&Self {
            packets: 1,
            payload_bytes: u64::from(event.payload_bytes),
            new_bytes: event.new_bytes,
            resent_packets: u64::from(event.is_resent),
            lost_upstream: u64::from(event.is_lost_upstream),
            out_of_order: u64::from(event.is_out_of_order),
            late_packets: u64::from(event.is_late),
            zero_windows: u64::from(event.is_zero_window),
            lots: u64::from(event.opens_lot),
            gaps: u64::from(event.missing_bytes != 0),
            missing_bytes: event.missing_bytes,
        });
    }

    /// Adds the counts of `other`.
    pub fn add(&mut self, other: &Self) {
        for (sum, count) in self.counts_mut().into_iter().zip(other.counts()) {
            *sum = sum.saturating_add(count);
        }
    }

    const fn counts(&self) -> [u64; 11] {
        let Self {
            packets,
            payload_bytes,
            new_bytes,
            resent_packets,
            lost_upstream,
            out_of_order,
            late_packets,
            zero_windows,
            lots,
            gaps,
            missing_bytes,
        } = *self;
        [
            packets,
            payload_bytes,
            new_bytes,
            resent_packets,
            lost_upstream,
            out_of_order,
            late_packets,
            zero_windows,
            lots,
            gaps,
            missing_bytes,
        ]
    }

    const fn counts_mut(&mut self) -> [&mut u64; 11] {
        let Self {
            packets,
            payload_bytes,
            new_bytes,
            resent_packets,
            lost_upstream,
            out_of_order,
            late_packets,
            zero_windows,
            lots,
            gaps,
            missing_bytes,
        } = self;
        [
            packets,
            payload_bytes,
            new_bytes,
            resent_packets,
            lost_upstream,
            out_of_order,
            late_packets,
            zero_windows,
            lots,
            gaps,
            missing_bytes,
        ]
    }
}
