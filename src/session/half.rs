//! One direction of a live session: its stream, its acknowledgments, its counters.
//!
//! Turns the packets of one direction into findings and numbers. It does not know the other
//! direction; what it needs of it (its window, the round-trip time) is handed in.
//!
//! Limits: [`RECENT_LIMIT`] data packets are remembered for duplicates and conflicts; a sequence
//! number more than [`MAX_JUMP`] from the stream is not placed.
//! Sources: RFC 9293 §3.4 and §3.8.4, RFC 7323 §2, RFC 5681 §2.

use std::collections::VecDeque;

use super::coverage::{Coverage, Placement};
use super::finding::{Finding, Findings};
use super::offset::{Anchor, StreamOffset, StreamRange};
use super::rtt::RttSampler;
use super::send_order::{OrderEvidence, SendClock, SendOrder, SentMark};
use super::summary::HalfSummary;
use crate::capture::PacketNumber;
use crate::packet::SeqNumber;
use crate::time::{Span, Timestamp};

/// Where the sequence numbers of a half were taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StartEvidence {
    /// Its own SYN.
    Syn,
    /// Its first packet.
    FirstPacket,
    /// An acknowledgment of the other side.
    Acknowledgment,
}

/// One direction of a live session.
#[derive(Clone, Debug)]
pub(super) struct Half {
    pub(super) totals: HalfSummary,
    pub(super) start: Option<StartEvidence>,
    /// Sequence number of an earlier SYN, while no acknowledgment has told which one counts.
    earlier_syn: Option<SeqNumber>,
    anchor: Anchor,
    pub(super) coverage: Coverage<GapMark>,
    /// Where the FIN stands, if one was captured.
    pub(super) fin: Option<StreamOffset>,
    /// All bytes before it were acknowledged by the other side.
    pub(super) acked: Option<StreamOffset>,
    /// Acknowledgments of this half that reported a gap: repeated, or with SACK blocks.
    pub(super) gap_reports: u64,
    /// Window of the last packet of this half, as sent.
    pub(super) window: Option<u16>,
    clock: SendClock,
    /// The last packet.
    last_packet: Option<LastPacket>,
    recent: VecDeque<RecentPacket>,
    pub(super) rtt: RttSampler,
}

/// What is kept of the packet behind a gap.
#[derive(Clone, Copy, Debug)]
pub(super) struct GapMark {
    sent: SentMark,
    time: Option<Timestamp>,
    gap_reports: u64,
}

/// What is kept of the last packet of a half.
#[derive(Clone, Copy, Debug)]
struct LastPacket {
    time: Timestamp,
    payload_len: u32,
    /// Data packets that the other side had sent by then.
    opposite_data_packets: u64,
}

/// A data packet that was captured lately.
#[derive(Clone, Copy, Debug)]
struct RecentPacket {
    range: StreamRange,
    sent: SentMark,
    tsecr: Option<u32>,
    number: PacketNumber,
}

/// A packet with payload, as a half sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataPacket {
    pub(super) range: StreamRange,
    pub(super) sent: SentMark,
    pub(super) tsecr: Option<u32>,
    pub(super) time: Option<Timestamp>,
    pub(super) number: PacketNumber,
    /// Acknowledgments of the other side that reported a gap so far.
    pub(super) gap_reports: u64,
    /// Data packets that the other side has sent so far.
    pub(super) opposite_data_packets: u64,
    /// Round-trip time known so far.
    pub(super) round_trip: Option<Span>,
    /// It brings other bytes than a recent packet at the same place.
    pub(super) conflicts: bool,
}

/// What came of a packet with payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) placement: Option<Placement<GapMark>>,
    pub(super) findings: Findings,
}

impl Half {
    pub(super) fn new() -> Self {
        Self {
            totals: HalfSummary::default(),
            start: None,
            earlier_syn: None,
            anchor: UNKNOWN_ANCHOR,
            coverage: Coverage::starting_at(StreamOffset::ZERO),
            fin: None,
            acked: None,
            gap_reports: 0,
            window: None,
            clock: SendClock::default(),
            last_packet: None,
            recent: VecDeque::new(),
            rtt: RttSampler::default(),
        }
    }

    /// Forgets all, and keeps the memory of its queues for another session.
    pub(super) fn restart_empty(&mut self) {
        self.totals = HalfSummary::default();
        self.start = None;
        self.earlier_syn = None;
        self.anchor = UNKNOWN_ANCHOR;
        self.coverage = Coverage::starting_at(StreamOffset::ZERO);
        self.fin = None;
        self.acked = None;
        self.gap_reports = 0;
        self.window = None;
        self.clock = SendClock::default();
        self.last_packet = None;
        self.recent.clear();
        self.rtt.restart();
    }

    /// The stream offset of a sequence number of this half; `None` before its start is known.
    pub(super) fn offset_of(&self, seq: SeqNumber) -> Option<StreamOffset> {
        self.start.map(|_| self.anchor.offset_of(seq))
    }

    /// A sequence number of this half relative to its first one.
    pub(super) fn relative(&self, seq: SeqNumber) -> Option<i64> {
        let first = self.offset_of(self.totals.initial_seq?)?;
        Some(self.anchor.offset_of(seq).0.saturating_sub(first.0))
    }

    /// The offset after all bytes and the FIN that were captured.
    pub(super) fn end(&self) -> StreamOffset {
        let high = self.coverage.high();
        self.fin.map_or(high, |fin| high.max(fin.add(1)))
    }

    /// True when all bytes from the SYN to the FIN were captured.
    pub(super) fn is_complete(&self) -> bool {
        self.start == Some(StartEvidence::Syn)
            && self.fin == Some(self.coverage.high())
            && self.coverage.missing_bytes() == 0
            && self.totals.missing_bytes == 0
    }

    /// Starts the stream at the sequence number of its SYN, or moves its start there.
    pub(super) fn start_at_syn(&mut self, isn: SeqNumber) {
        let first = isn.add(1);
        match self.start {
            Some(StartEvidence::Syn) if self.totals.initial_seq == Some(isn) => {}
            // The other side has acknowledged the SYN before: this one came to nothing.
            Some(StartEvidence::Syn) if self.acked.is_some() => return,
            Some(_) if self.coverage.captured_bytes() > 0 => self.move_start_back(isn),
            Some(StartEvidence::Syn) => {
                self.earlier_syn = self.totals.initial_seq;
                self.restart(first, StartEvidence::Syn);
            }
            Some(_) | None => self.restart(first, StartEvidence::Syn),
        }
        self.totals.initial_seq = Some(isn);
        self.start = Some(StartEvidence::Syn);
    }

    /// Starts the stream at the first packet captured.
    ///
    /// A reset is no place to start from: its number is often 0 or made up.
    pub(super) fn start_at_packet(&mut self, seq: SeqNumber, is_reset: bool) {
        if is_reset {
            self.totals.initial_seq.get_or_insert_with(|| seq.sub(1));
            return;
        }
        match self.start {
            Some(StartEvidence::Syn | StartEvidence::FirstPacket) => {}
            Some(StartEvidence::Acknowledgment) | None => {
                self.restart(seq, StartEvidence::FirstPacket);
            }
        }
    }

    /// Starts the stream at the first byte that the other side expects.
    pub(super) fn start_at_acknowledgment(&mut self, ack: SeqNumber) {
        if self.start.is_none() {
            self.restart(ack, StartEvidence::Acknowledgment);
        }
    }

    fn restart(&mut self, first: SeqNumber, start: StartEvidence) {
        let shift = self.offset_of(first).filter(|offset| !self.is_far(*offset));
        self.acked = self
            .acked
            .zip(shift)
            .map(|(acked, shift)| StreamOffset(acked.0.saturating_sub(shift.0)));
        self.anchor = Anchor {
            seq: first,
            offset: StreamOffset::ZERO,
        };
        self.coverage = Coverage::starting_at(StreamOffset::ZERO);
        self.fin = None;
        self.totals.initial_seq = Some(first.sub(1));
        self.start = Some(start);
    }

    /// A SYN captured after data: bytes between it and the data are a gap.
    fn move_start_back(&mut self, isn: SeqNumber) {
        let first = self.anchor.offset_of(isn.add(1));
        if first < StreamOffset::ZERO {
            let mark = GapMark {
                sent: SentMark::default(),
                time: None,
                gap_reports: 0,
            };
            let nothing = StreamRange {
                start: first,
                end: first,
            };
            self.coverage.extend_down(nothing, mark);
        }
    }

    /// True when a sequence number so far away cannot belong to the stream (RFC 7323 §2.3: no
    /// window is larger than 1 GiB).
    pub(super) fn is_far(&self, offset: StreamOffset) -> bool {
        let distance = offset.0.saturating_sub(self.coverage.high().0);
        MAX_JUMP < distance.saturating_abs()
    }

    /// True for a probe of the last byte before the next one expected, when that byte had been
    /// acknowledged: `len` 0 or 1.
    pub(super) fn is_keep_alive(&self, offset: StreamOffset, len: u32) -> bool {
        let high = self.coverage.high();
        len <= 1
            && self.fin.is_none()
            && offset.add(1) == high
            && self.totals.packets > 1
            && (len == 0 || self.acked.is_some_and(|acked| high <= acked))
    }

    /// Takes in any packet of this half as a sign of the sender's clock.
    pub(super) fn note_sent(
        &mut self,
        mark: SentMark,
        time: Option<Timestamp>,
        payload_len: u32,
        opposite_data_packets: u64,
    ) {
        self.clock.captured(mark);
        self.last_packet = time.map(|time| LastPacket {
            time,
            payload_len,
            opposite_data_packets,
        });
    }

    /// The bytes of a packet that can belong to the stream: none stands before its SYN.
    fn clipped(&self, range: StreamRange) -> StreamRange {
        match self.start {
            Some(StartEvidence::Syn) => StreamRange {
                start: range.start.max(self.coverage.floor()),
                end: range.end,
            },
            Some(StartEvidence::FirstPacket | StartEvidence::Acknowledgment) | None => range,
        }
    }

    /// Places a packet with payload in the stream and tells what it was.
    pub(super) fn place(&mut self, packet: &DataPacket) -> Placed {
        let packet = &DataPacket {
            range: self.clipped(packet.range),
            ..*packet
        };
        let mut placed = Placed {
            placement: None,
            findings: Findings::default(),
        };
        if packet.range.is_empty() || self.is_far(packet.range.start) {
            self.totals.invalid_sequences += 1;
            placed.findings.insert(Finding::InvalidSequence);
            return placed;
        }
        if packet.range.start < self.coverage.high()
            && !packet.conflicts
            && self.is_duplicate(packet)
        {
            self.totals.duplicates += 1;
            placed.findings.insert(Finding::Duplicate);
            return placed;
        }
        let skipped_ids = self.clock.skipped_ids(packet.sent);
        let mark = GapMark {
            sent: packet.sent,
            time: packet.time,
            gap_reports: packet.gap_reports,
        };
        let placement = self.coverage.insert(packet.range, mark);
        self.anchor.advance_to(self.coverage.high());
        placed.findings = self.judge(packet, &placement, skipped_ids);
        self.sample_rtt(packet, &placement);
        self.remember(packet);
        placed.placement = Some(placement);
        placed
    }

    fn judge(
        &mut self,
        packet: &DataPacket,
        placement: &Placement<GapMark>,
        skipped_ids: Option<u16>,
    ) -> Findings {
        let mut findings = Findings::default();
        findings.insert_if(placement.opened.is_some(), Finding::Gap);
        if placement.already_bytes > 0 {
            self.totals.resent_packets += 1;
            self.totals.resent_bytes += placement.already_bytes;
            findings.insert(Finding::Resent);
        } else if let Some(gap) = &placement.filled {
            self.judge_fill(packet, gap.marker, &mut findings);
        } else if placement.opened.is_none() && self.is_tail_resend(packet, skipped_ids) {
            self.totals.lost_upstream += 1;
            findings.insert_told(Finding::LostUpstream, OrderEvidence::IpId);
        }
        if !findings.has(Finding::OutOfOrder)
            && let Some(evidence) = self.clock.overtaken_by(packet.sent)
        {
            self.totals.out_of_order += 1;
            findings.insert_told(Finding::OutOfOrder, evidence);
        }
        findings
    }

    /// A packet that fills a gap was either overtaken by the packet behind the gap, or sent again.
    fn judge_fill(&mut self, packet: &DataPacket, behind: GapMark, findings: &mut Findings) {
        let (order, evidence) = self
            .clock
            .compare(packet.sent, behind.sent)
            .or_else(|| told_by_acknowledgments(packet, behind))
            .unwrap_or_else(|| told_by_time(packet, behind));
        match order {
            SendOrder::Before => {
                self.totals.out_of_order += 1;
                findings.insert_told(Finding::OutOfOrder, evidence);
            }
            SendOrder::After => {
                self.totals.lost_upstream += 1;
                findings.insert_told(Finding::LostUpstream, evidence);
            }
        }
    }

    /// True when the first copy of a packet that continues the stream in order was lost.
    ///
    /// The sender numbered a packet between that carried no byte seen, it had nothing to
    /// acknowledge meanwhile, and it waited for a round trip: what was lost were these bytes.
    fn is_tail_resend(&self, packet: &DataPacket, skipped_ids: Option<u16>) -> bool {
        let (Some(last), Some(time)) = (self.last_packet, packet.time) else {
            return false;
        };
        // Segmentation offload shows one packet for several, each with a number of its own.
        let is_one_packet = last.payload_len <= u32::from(self.totals.mss.unwrap_or(USUAL_MSS));
        is_one_packet
            && skipped_ids.is_some_and(|skipped| 0 < skipped)
            && last.opposite_data_packets == packet.opposite_data_packets
            && packet.round_trip.unwrap_or(DEFAULT_ROUND_TRIP) <= time.since(last.time)
    }

    fn is_duplicate(&self, packet: &DataPacket) -> bool {
        self.recent.iter().rev().any(|earlier| {
            earlier.range == packet.range
                && earlier.sent == packet.sent
                && earlier.tsecr == packet.tsecr
                && self.identifies(earlier)
        })
    }

    /// True when the marks of a packet tell it from all others of its half.
    fn identifies(&self, packet: &RecentPacket) -> bool {
        if packet.sent.ip_id.is_none() {
            return packet.sent.tsval.is_some();
        }
        self.recent
            .iter()
            .all(|other| other.sent.ip_id != packet.sent.ip_id || other.range == packet.range)
    }

    fn remember(&mut self, packet: &DataPacket) {
        if RECENT_LIMIT <= self.recent.len() {
            self.recent.pop_front();
        }
        self.recent.push_back(RecentPacket {
            range: packet.range,
            sent: packet.sent,
            tsecr: packet.tsecr,
            number: packet.number,
        });
    }

    /// Packets captured lately that share bytes with `range`, oldest first.
    pub(super) fn recent_overlaps(
        &self,
        range: StreamRange,
    ) -> impl Iterator<Item = (StreamRange, PacketNumber)> {
        self.recent
            .iter()
            .filter(move |packet| !packet.range.intersection(range).is_empty())
            .map(|packet| (packet.range, packet.number))
    }

    fn sample_rtt(&mut self, packet: &DataPacket, placement: &Placement<GapMark>) {
        let in_order = placement.opened.is_none()
            && placement.filled_bytes == 0
            && placement.already_bytes == 0
            && self.coverage.gaps().is_empty();
        if in_order {
            self.rtt.sent(packet.range.end, packet.time);
        } else {
            self.rtt.forget_pending();
        }
    }

    /// Of two SYNs with different numbers, the one that is acknowledged counts.
    fn settle_syn(&mut self, ack: SeqNumber) {
        let Some(earlier) = self.earlier_syn.take() else {
            return;
        };
        if ack == earlier.add(1) && self.coverage.captured_bytes() == 0 {
            self.restart(ack, StartEvidence::Syn);
        }
    }

    /// Takes in an acknowledgment of this half's stream; true when it covers new bytes.
    pub(super) fn acknowledge(&mut self, ack: SeqNumber, time: Option<Timestamp>) -> bool {
        self.start_at_acknowledgment(ack);
        self.settle_syn(ack);
        let offset = self.anchor.offset_of(ack);
        if self.is_far(offset) || self.acked.is_some_and(|acked| offset <= acked) {
            return false;
        }
        self.acked = Some(offset);
        self.rtt.acknowledged(offset, time);
        true
    }

    /// The totals with what is known of the stream as a whole.
    pub(super) fn summary(&self) -> HalfSummary {
        let mut totals = self.totals;
        totals.stream_bytes = self.coverage.captured_bytes();
        totals.first_offset = self.coverage.floor();
        totals.gaps += self.coverage.gap_count();
        totals.missing_bytes += self.coverage.missing_bytes();
        let before_fin = self
            .fin
            .map_or(0, |fin| fin.bytes_since(self.coverage.high()));
        let unseen = self.acked.map_or(0, |acked| acked.bytes_since(self.end()));
        // One more may be a FIN that was not captured.
        for missing in [before_fin, if unseen > 1 { unseen } else { 0 }] {
            totals.gaps += u64::from(missing > 0);
            totals.missing_bytes += missing;
            totals.trailing_missing_bytes += missing;
        }
        totals
    }
}

/// Three acknowledgments that report the gap make the sender re-send (RFC 5681 §3.2, RFC 6675 §5).
fn told_by_acknowledgments(
    packet: &DataPacket,
    behind: GapMark,
) -> Option<(SendOrder, OrderEvidence)> {
    let since = packet.gap_reports.saturating_sub(behind.gap_reports);
    let waited = elapsed(packet, behind)?;
    let enough = packet.round_trip.unwrap_or(DEFAULT_ROUND_TRIP).nanos() / 2;
    (3 <= since && enough <= waited.nanos())
        .then_some((SendOrder::After, OrderEvidence::DuplicateAcks))
}

/// A re-sent packet cannot come sooner than a round trip after the loss showed.
fn told_by_time(packet: &DataPacket, behind: GapMark) -> (SendOrder, OrderEvidence) {
    let round_trip = packet.round_trip.unwrap_or(DEFAULT_ROUND_TRIP);
    let order = match elapsed(packet, behind) {
        Some(waited) if round_trip <= waited => SendOrder::After,
        Some(_) | None => SendOrder::Before,
    };
    (order, OrderEvidence::RoundTripTime)
}

fn elapsed(packet: &DataPacket, behind: GapMark) -> Option<Span> {
    Some(packet.time?.since(behind.time?))
}

/// Before the start of a half is known.
const UNKNOWN_ANCHOR: Anchor = Anchor {
    seq: SeqNumber(0),
    offset: StreamOffset::ZERO,
};

/// Data packets remembered a direction.
const RECENT_LIMIT: usize = 256;

/// The largest distance between neighbouring packets of a stream: the largest window there is.
const MAX_JUMP: i64 = 1 << 30;

/// Taken for the maximum segment size where the SYN was not captured: that of Ethernet.
const USUAL_MSS: u16 = 1460;

/// Taken for the round trip while none is known; Wireshark's threshold for out-of-order packets.
const DEFAULT_ROUND_TRIP: Span = Span::from_nanos(3_000_000);
