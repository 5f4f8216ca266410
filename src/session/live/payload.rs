//! Payload in its stream: what was new, what was captured before, what is in conflict.

use super::super::direction::Direction;
use super::super::event::{DataEvent, SessionObserver};
use super::super::finding::{Finding, Findings};
use super::super::half::{DataPacket, Half, Placed};
use super::super::offset::{StreamOffset, StreamRange};
use super::super::payloads::Payloads;
use super::window::scaled_window;
use super::{Arrival, LiveSession};
use crate::packet::{SegmentHead, SeqNumber, TcpFlags};
use crate::time::Span;

impl<O: SessionObserver> LiveSession<O> {
    /// Places the payload in the stream of its direction.
    pub(super) fn handle_payload(
        &mut self,
        arrival: &mut Arrival<'_, '_>,
        payloads: &dyn Payloads,
    ) {
        let (direction, segment) = (arrival.direction, arrival.segment);
        let head = &segment.head;
        let Some(range) = self.payload_range(direction, head) else {
            return;
        };
        let round_trip = self.round_trip();
        let (half, other) = self.halves.pair_mut(direction);
        let is_plain = !head
            .flags
            .has_any(TcpFlags::SYN.with(TcpFlags::FIN).with(TcpFlags::RST));
        if is_plain && half.is_keep_alive(range.start, head.payload_len) {
            half.totals.keep_alives += 1;
            arrival.findings.insert(Finding::KeepAlive);
            return;
        }
        if head.payload_len == 0 || head.flags.has(TcpFlags::RST) {
            return;
        }
        let packet = DataPacket {
            range,
            sent: arrival.sent,
            tsecr: arrival.options.timestamps.map(|(_, echo)| echo),
            time: head.time,
            number: head.number,
            gap_reports: other.gap_reports,
            opposite_data_packets: other.totals.data_packets,
            round_trip,
            conflicts: range.start < half.coverage.high()
                && conflicts(half, range, segment.payload, payloads),
        };
        let acknowledged = half.acked;
        let placed = half.place(&packet);
        arrival.findings.extend(placed.findings);
        if packet.conflicts && placed.findings.has(Finding::Resent) {
            half.totals.overlap_conflicts += 1;
            arrival.findings.insert(Finding::OverlapConflict);
        }
        let has_ack = head.flags.has(TcpFlags::ACK);
        let acknowledges = has_ack.then(|| other.offset_of(head.ack)).flatten();
        let cut_bytes = count_cut_bytes(half, head, &placed);
        let is_full = count_window(half, other, range);
        arrival.findings.insert_if(is_full, Finding::WindowFull);
        self.note_in_history(direction, placed.findings);
        if let Some(placement) = placed.placement {
            self.observer.data(&DataEvent {
                direction,
                time: head.time,
                index: self.packets,
                session: self.first_packet,
                range,
                opened: placement.opened.unwrap_or_default(),
                above: placement.above,
                filled_from: placement.filled.map(|gap| gap.range.start.max(range.start)),
                filled_bytes: placement.filled_bytes,
                cut_bytes,
                acknowledged,
                acknowledges,
                payload: segment.payload,
            });
        }
    }

    fn note_in_history(&mut self, direction: Direction, findings: Findings) {
        if findings.has(Finding::Resent) || findings.has(Finding::Duplicate) {
            self.history.repeated(direction, 'T');
        }
        if findings.has(Finding::Gap) {
            self.history.repeated(direction, 'G');
        }
    }

    /// Notes what the packet says of its sender's clock.
    pub(super) fn note_sent(&mut self, arrival: &Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        let opposite_data_packets = self.halves[direction.opposite()].totals.data_packets;
        self.halves[direction].note_sent(
            arrival.sent,
            head.time,
            head.payload_len,
            opposite_data_packets,
        );
    }

    /// The bytes that the header claims, as offsets; a SYN stands before them.
    pub(super) fn payload_range(
        &self,
        direction: Direction,
        head: &SegmentHead,
    ) -> Option<StreamRange> {
        let start = self.halves[direction].offset_of(first_byte(head))?;
        Some(StreamRange::new(start, head.payload_len))
    }

    /// The best round-trip time known: of the handshake, else the smallest sample of each way.
    fn round_trip(&self) -> Option<Span> {
        let times = &self.times;
        if let (Some(syn), Some(established)) = (times.syn, times.established) {
            return Some(established.since(syn));
        }
        let (out, r#in) = (self.halves.out.rtt.min()?, self.halves.r#in.rtt.min()?);
        Some(Span::from_nanos(out.nanos().saturating_add(r#in.nanos())))
    }
}

/// Sequence number of the first payload byte: a SYN occupies one before it.
fn first_byte(head: &SegmentHead) -> SeqNumber {
    head.seq.add(u32::from(head.flags.has(TcpFlags::SYN)))
}

/// True when the packet brings other bytes than a recent packet at the same place.
fn conflicts(half: &Half, range: StreamRange, payload: &[u8], payloads: &dyn Payloads) -> bool {
    half.recent_overlaps(range).any(|(earlier, number)| {
        let Some(bytes) = payloads.payload(number) else {
            return false;
        };
        let shared = earlier.intersection(range);
        let ours = part_of(payload, range, shared);
        let theirs = part_of(bytes, earlier, shared);
        ours.iter().zip(theirs).any(|(a, b)| a != b)
    })
}

/// The bytes of `shared` in a payload that lies at `range`.
fn part_of(payload: &[u8], range: StreamRange, shared: StreamRange) -> &[u8] {
    let place = |offset: StreamOffset| {
        usize::try_from(offset.bytes_since(range.start))
            .unwrap_or(usize::MAX)
            .min(payload.len())
    };
    payload
        .get(place(shared.start)..place(shared.end))
        .unwrap_or_default()
}

/// Counts and gives the bytes that the snapshot length cut off: they are missing, unless they had
/// been captured before.
fn count_cut_bytes(half: &mut Half, head: &SegmentHead, placed: &Placed) -> u64 {
    let cut = u64::from(head.payload_len.saturating_sub(head.captured_payload_len));
    let Some(placement) = placed.placement else {
        return 0;
    };
    let new_bytes = placement.above.len() + placement.filled_bytes;
    let missing = cut.min(new_bytes);
    if missing > 0 {
        half.totals.gaps += 1;
        half.totals.missing_bytes += missing;
    }
    missing
}

/// Notes how much is in flight; true when it fills the window of the other side.
fn count_window(half: &mut Half, other: &Half, range: StreamRange) -> bool {
    let Some(acked) = half.acked else {
        return false;
    };
    let in_flight = half.coverage.high().bytes_since(acked);
    half.totals.max_bytes_in_flight = half.totals.max_bytes_in_flight.max(in_flight);
    let scales_known = half.totals.window_scale.is_some() == other.totals.window_scale.is_some();
    let Some(window) = other.window else {
        return false;
    };
    let window = scaled_window(window, other.totals.window_scale, half.totals.window_scale);
    let is_full = scales_known && window > 0 && range.end == acked.add(window);
    half.totals.window_full += u64::from(is_full);
    is_full
}
