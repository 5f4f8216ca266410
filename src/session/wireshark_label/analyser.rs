//! The state machine: what is looked at before a packet is labelled, and learnt after it.

use super::super::PerDirection;
use super::rules::Seen;
use super::sender::{Sender, WindowScale};
use super::{LabelledPacket, WiresharkLabel, WiresharkLabels};
use crate::packet::TcpFlags;
use crate::time::{Span, Timestamp};

/// Labels the packets of one session, or of one 4-tuple, in capture order.
///
/// A SYN with a new sequence number starts afresh, as it starts a new stream in Wireshark.
#[derive(Clone, Copy, Debug)]
pub struct WiresharkAnalyser {
    senders: PerDirection<Sender>,
    /// Time of the last SYN of a client.
    opened: Option<Timestamp>,
    /// From that SYN to the first acknowledgment after it; nothing when that took no time.
    first_round_trip: Option<Span>,
}

impl WiresharkAnalyser {
    /// An analyser that has seen nothing.
    pub const fn new() -> Self {
        Self {
            senders: PerDirection {
                out: Sender::new(),
                r#in: Sender::new(),
            },
            opened: None,
            first_round_trip: None,
        }
    }

    /// The labels of the next packet.
    pub fn handle(&mut self, packet: &LabelledPacket) -> WiresharkLabels {
        self.open(packet);
        self.note_bases(packet);
        let labels = self.labels(packet);
        let sender = &mut self.senders[packet.direction];
        sender.remember_data(packet, labels);
        sender.remember_ack(packet, labels);
        self.note_round_trip(packet);
        self.note_window_scale(packet);
        labels
    }

    /// A client's SYN: a new number starts afresh; the old one again takes back what a reset with
    /// a number far ahead may have done to the newest data.
    fn open(&mut self, packet: &LabelledPacket) {
        if !packet.is_opening() {
            return;
        }
        let sender = &mut self.senders[packet.direction];
        match sender.base {
            Some(base) if base == packet.seq => sender.next_seq = sender.end_without_hole,
            Some(_) => *self = Self::new(),
            None => {}
        }
    }

    /// Notes where the numbers of both ends begin; that of the receiver by what it is acknowledged.
    fn note_bases(&mut self, packet: &LabelledPacket) {
        let (sender, receiver) = self.senders.pair_mut(packet.direction);
        if packet.flags.has(TcpFlags::SYN) {
            sender.base = Some(packet.seq);
        }
        sender.base.get_or_insert_with(|| packet.seq.sub(1));
        if packet.flags.has(TcpFlags::ACK) {
            receiver.base.get_or_insert_with(|| packet.ack.sub(1));
        }
    }

    fn labels(&mut self, packet: &LabelledPacket) -> WiresharkLabels {
        let first_round_trip = self.first_round_trip;
        let (sender, receiver) = self.senders.pair_mut(packet.direction);
        let mut seen = Seen {
            packet,
            sender,
            receiver,
            first_round_trip,
        };
        let mut labels = WiresharkLabels::default();
        seen.label_window(&mut labels);
        seen.label_acked_unseen(&mut labels);
        if let Some(label) = seen.behind(labels) {
            labels.insert(label);
            let is_exact = matches!(
                label,
                WiresharkLabel::FastRetransmission | WiresharkLabel::SpuriousRetransmission
            );
            if is_exact {
                labels.insert(WiresharkLabel::Retransmission);
            }
        }
        labels
    }

    /// Measures the first round trip, from a SYN to the first acknowledgment of either end.
    fn note_round_trip(&mut self, packet: &LabelledPacket) {
        if packet.is_opening() {
            // Wireshark has no other way to say that there was none than the epoch.
            self.opened = packet.time.filter(|time| *time != EPOCH);
        }
        if self.first_round_trip.is_none() && packet.is_plain_ack() {
            let span = packet.time.zip(self.opened);
            self.first_round_trip = span
                .map(|(time, opened)| time.since(opened))
                .filter(|span| *span != Span::default());
        }
    }

    /// Learns the window scale, which is used when both SYNs offer it (RFC 7323 §2.2).
    fn note_window_scale(&mut self, packet: &LabelledPacket) {
        let (sender, receiver) = self.senders.pair_mut(packet.direction);
        if let Some(shift) = packet.window_scale {
            sender.scale = WindowScale::Shift(shift.min(MAX_SHIFT));
        }
        if packet.is_plain_ack() {
            sender.awaits_first_ack = false;
        }
        if !packet.flags.has(TcpFlags::SYN) {
            return;
        }
        sender.awaits_first_ack = true;
        if sender.scale == WindowScale::Unknown {
            sender.scale = WindowScale::Unused;
            receiver.scale = WindowScale::Unused;
        } else if packet.flags.has(TcpFlags::ACK) && receiver.scale == WindowScale::Unused {
            sender.scale = WindowScale::Unused;
        }
    }
}

impl Default for WiresharkAnalyser {
    fn default() -> Self {
        Self::new()
    }
}

const EPOCH: Timestamp = Timestamp::from_nanos(0);

/// The largest shift of a window (RFC 7323 §2.3).
const MAX_SHIFT: u8 = 14;
