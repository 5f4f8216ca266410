//! What is remembered of one direction.

use super::{LabelledPacket, WiresharkLabel, WiresharkLabels};
use crate::packet::SeqNumber;
use crate::time::Timestamp;

/// The sender of one direction, as far as its packets were captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender {
    /// Number of its SYN, or the one before its first byte.
    pub(super) base: Option<SeqNumber>,
    /// Number after the newest data; 0 while there is none.
    pub(super) next_seq: SeqNumber,
    /// When the newest data was captured.
    pub(super) next_seq_time: Option<Timestamp>,
    /// Number after the data without a hole; 0 while there is none.
    pub(super) end_without_hole: SeqNumber,
    /// Acknowledgment number of the last packet; 0 before it.
    pub(super) last_ack: SeqNumber,
    /// Time of the last packet.
    pub(super) last_time: Option<Timestamp>,
    /// Duplicates of the last acknowledgment, or [`NEUTRAL`].
    pub(super) duplicate_acks: u32,
    /// Window of the last packet as sent; [`NO_WINDOW`] before it.
    pub(super) window: u32,
    pub(super) scale: WindowScale,
    /// True from a SYN to the first acknowledgment, whose window counts as not scaled.
    pub(super) awaits_first_ack: bool,
    /// Labels of the last packet.
    pub(super) last_labels: WiresharkLabels,
}

/// What is known of the scale of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WindowScale {
    /// No SYN was captured.
    Unknown,
    /// One of the ends did not offer it.
    Unused,
    /// Bits by which the window is shifted, `0 <= shift <= 14`.
    Shift(u8),
}

impl Sender {
    pub(super) const fn new() -> Self {
        Self {
            base: None,
            next_seq: UNSEEN,
            next_seq_time: None,
            end_without_hole: UNSEEN,
            last_ack: UNSEEN,
            last_time: None,
            duplicate_acks: 0,
            window: NO_WINDOW,
            scale: WindowScale::Unknown,
            awaits_first_ack: false,
            last_labels: WiresharkLabels {
                bits: 0,
                duplicate_acks: 0,
            },
        }
    }

    /// The first number that the receiver of `self` did not offer to take; absent while the scale
    /// of its window is not known.
    pub(super) fn window_end(&self) -> Option<SeqNumber> {
        let shift = match self.scale {
            WindowScale::Unknown => return None,
            WindowScale::Shift(shift) if !self.awaits_first_ack => shift,
            WindowScale::Shift(_) | WindowScale::Unused => 0,
        };
        Some(self.last_ack.add(self.window.wrapping_shl(shift.into())))
    }

    /// Takes the numbers of a packet that this sender sent.
    pub(super) fn remember_data(&mut self, packet: &LabelledPacket, labels: WiresharkLabels) {
        // A probe of a closed window is not taken, so that it is no news.
        if labels.has(WiresharkLabel::ZeroWindowProbe) {
            return;
        }
        if self.next_seq == UNSEEN || is_after(packet.end(), self.next_seq) {
            self.next_seq = packet.end();
            self.next_seq_time = packet.time;
        }
        if self.end_without_hole == UNSEEN || packet.seq == self.end_without_hole {
            self.end_without_hole = self.next_seq;
        }
    }

    /// Takes the acknowledgment and the window of a packet that this sender sent.
    pub(super) fn remember_ack(&mut self, packet: &LabelledPacket, labels: WiresharkLabels) {
        self.window = packet.window.into();
        self.last_ack = packet.ack;
        self.last_time = packet.time;
        self.last_labels = labels;
    }
}

/// True when `number` lies after `other`; at half of all numbers away it does, either way round.
pub(super) const fn is_after(number: SeqNumber, other: SeqNumber) -> bool {
    other.distance_from(number) < 0
}

/// The number that stands for none; a real 0 is taken for it too, as Wireshark does.
pub(super) const UNSEEN: SeqNumber = SeqNumber(0);

/// Stands for a count of duplicate acknowledgments after one of an unseen segment: it counts as
/// many, and the next duplicate as the first.
pub(super) const NEUTRAL: u32 = u32::MAX;

const NO_WINDOW: u32 = u32::MAX;
