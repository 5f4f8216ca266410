//! The rules, each of which says when a packet has a label.

use super::sender::{NEUTRAL, Sender, UNSEEN, is_after};
use super::{LabelledPacket, WiresharkLabel, WiresharkLabels};
use crate::packet::TcpFlags;
use crate::time::{Span, Timestamp};

/// A packet before it is remembered, with both ends.
pub(super) struct Seen<'a> {
    pub(super) packet: &'a LabelledPacket,
    pub(super) sender: &'a mut Sender,
    pub(super) receiver: &'a mut Sender,
    pub(super) first_round_trip: Option<Span>,
}

impl Seen<'_> {
    /// Labels of windows, probes, keep-alives and duplicate acknowledgments, and of a hole.
    pub(super) fn label_window(&mut self, labels: &mut WiresharkLabels) {
        if self.is_zero_window_probe() {
            labels.insert(WiresharkLabel::ZeroWindowProbe);
        } else {
            let rules = [
                (WiresharkLabel::ZeroWindow, self.is_zero_window()),
                (
                    WiresharkLabel::PreviousSegmentNotCaptured,
                    self.is_beyond_newest(),
                ),
                (WiresharkLabel::KeepAlive, self.is_keep_alive()),
                (WiresharkLabel::WindowUpdate, self.is_window_update()),
                (WiresharkLabel::WindowFull, self.is_window_full()),
            ];
            for (label, _) in rules.into_iter().filter(|(_, holds)| *holds) {
                labels.insert(label);
            }
            self.label_same_ack(labels);
        }
        if self.packet.ack != self.sender.last_ack {
            self.sender.duplicate_acks = 0;
        }
    }

    /// One byte that would come next, although the receiver has no room.
    fn is_zero_window_probe(&self) -> bool {
        self.packet.payload_len == 1
            && self.packet.seq == self.sender.next_seq
            && self.receiver.window == 0
    }

    /// A window of 0, outside of SYN, FIN and reset.
    const fn is_zero_window(&self) -> bool {
        self.packet.window == 0 && !self.packet.is_control()
    }

    /// Data, or an acknowledgment, that begins beyond the newest data, so that some is missing.
    fn is_beyond_newest(&self) -> bool {
        self.sender.next_seq != UNSEEN
            && is_after(self.packet.seq, self.sender.next_seq)
            && !self.packet.flags.has(TcpFlags::RST)
    }

    /// At most one byte, that before the next.
    fn is_keep_alive(&self) -> bool {
        self.packet.payload_len <= 1
            && self.packet.seq == self.sender.next_seq.sub(1)
            && !self.packet.is_control()
    }

    /// The last acknowledgment with another window that is not 0.
    fn is_window_update(&self) -> bool {
        self.says_last_ack_again()
            && self.packet.window != 0
            && u32::from(self.packet.window) != self.sender.window
    }

    /// Data up to the end of the window that the receiver gave last.
    fn is_window_full(&self) -> bool {
        let end = self.packet.seq.add(self.packet.payload_len);
        0 < self.packet.payload_len
            && self.receiver.window_end() == Some(end)
            && !self.packet.is_control()
    }

    /// The last acknowledgment with the last window: an answer to what the other end sent last, or
    /// a duplicate.
    fn label_same_ack(&mut self, labels: &mut WiresharkLabels) {
        let window = u32::from(self.packet.window);
        if !self.says_last_ack_again() || window != self.sender.window {
            return;
        }
        let asked = self.receiver.last_labels;
        if window == 0 {
            if asked.has(WiresharkLabel::ZeroWindowProbe) {
                labels.insert(WiresharkLabel::ZeroWindowProbeAck);
            }
        } else if asked.has(WiresharkLabel::KeepAlive) {
            labels.insert(WiresharkLabel::KeepAliveAck);
        } else {
            // From NEUTRAL, the next is the first.
            let number = self.sender.duplicate_acks.checked_add(1).unwrap_or(1);
            self.sender.duplicate_acks = number;
            labels.insert_duplicate_ack(number);
        }
    }

    /// No data, and the numbers that would have been sent anyway.
    fn says_last_ack_again(&self) -> bool {
        self.packet.payload_len == 0
            && self.packet.seq == self.sender.next_seq
            && self.packet.ack == self.sender.last_ack
            && !self.packet.is_control()
    }

    /// An acknowledgment of more than was captured without a hole: said once for a hole, and once
    /// for all that lies beyond the newest data, until the other end says another one.
    pub(super) fn label_acked_unseen(&mut self, labels: &mut WiresharkLabels) {
        let receiver = &mut *self.receiver;
        let is_beyond = receiver.end_without_hole != UNSEEN
            && is_after(self.packet.ack, receiver.end_without_hole)
            && self.packet.flags.has(TcpFlags::ACK);
        if !is_beyond {
            return;
        }
        if is_after(receiver.next_seq, receiver.end_without_hole) {
            receiver.end_without_hole = receiver.next_seq;
            labels.insert(WiresharkLabel::AckedUnseenSegment);
            return;
        }
        if receiver.duplicate_acks == 0 {
            labels.insert(WiresharkLabel::AckedUnseenSegment);
        }
        receiver.duplicate_acks = NEUTRAL;
    }

    /// What data, a SYN or a FIN behind the newest data is.
    pub(super) fn behind(&self, labels: WiresharkLabels) -> Option<WiresharkLabel> {
        let takes_numbers = 0 < self.packet.payload_len || 0 < self.packet.control_len();
        if !takes_numbers || labels.has(WiresharkLabel::KeepAlive) {
            None
        } else if self.is_acknowledged() {
            Some(WiresharkLabel::SpuriousRetransmission)
        } else if !self.is_behind_newest() {
            None
        } else if self.answers_duplicate_acks() {
            Some(WiresharkLabel::FastRetransmission)
        } else if self.is_overtaken() {
            Some(WiresharkLabel::OutOfOrder)
        } else {
            Some(WiresharkLabel::Retransmission)
        }
    }

    /// Data whose end the receiver has acknowledged before.
    fn is_acknowledged(&self) -> bool {
        let end = self.packet.seq.add(self.packet.payload_len);
        0 < self.packet.payload_len
            && self.receiver.last_ack != UNSEEN
            && end.distance_from(self.receiver.last_ack) <= 0
    }

    /// Begins before the newest data ends; more than one byte may begin one before it, where the
    /// byte of a probe was.
    fn is_behind_newest(&self) -> bool {
        let newest = self.sender.next_seq;
        let is_after_probe = 1 < self.packet.payload_len && self.packet.seq == newest.sub(1);
        newest != UNSEEN && self.packet.seq.distance_from(newest) < 0 && !is_after_probe
    }

    /// Begins where at least two duplicate acknowledgments wait, the last of them just captured.
    fn answers_duplicate_acks(&self) -> bool {
        2 <= self.receiver.duplicate_acks
            && self.receiver.last_ack == self.packet.seq
            && self.comes_within(FAST_NANOS, self.receiver.last_time)
    }

    /// Came sooner after the newest data than a sender can know of a loss, and ends elsewhere: with
    /// the same end it looks like the newest data sent again.
    fn is_overtaken(&self) -> bool {
        let limit = self
            .first_round_trip
            .map_or(OVERTAKEN_NANOS, |span| span.nanos().cast_unsigned());
        self.packet.end() != self.sender.next_seq
            && self.comes_within(limit, self.sender.next_seq_time)
    }

    /// True less than `limit` nanoseconds after `then`; a step back in time is a long time, as in
    /// unsigned numbers.
    fn comes_within(&self, limit: u64, then: Option<Timestamp>) -> bool {
        let times = self.packet.time.zip(then);
        times.is_some_and(|(time, then)| time.since(then).nanos().cast_unsigned() < limit)
    }
}

/// A fast retransmission comes within 20 ms of the last duplicate acknowledgment.
const FAST_NANOS: u64 = 20_000_000;

/// Out of order is what comes within 3 ms, where no round trip was measured.
const OVERTAKEN_NANOS: u64 = 3_000_000;
