//! Wireshark's labels for the packets of one session, for people who compare.
//!
//! A [`WiresharkAnalyser`] takes the packets of a session in capture order and gives each the
//! labels that Wireshark 4.0 gives it with its default preferences. They are no findings of ours:
//! Wireshark guesses from times and duplicate acknowledgments, and its quirks are kept, down to
//! the number 0 that it takes for "not seen yet".
//!
//! Deliberately absent: bytes in flight, and with them Wireshark's list of segments that wait for
//! an acknowledgment, so that the state has a fixed size. It costs one thing: where more than
//! 10,000 of them wait, Wireshark forgets the number that a FIN takes, and finds its
//! acknowledgment to be of an unseen segment. Absent too: Multipath TCP (RFC 8684), where some
//! duplicate acknowledgments are excused, and labels that a user sets by hand.
//! Sources: Wireshark User's Guide, "TCP Analysis", and what tshark 4.0 does.

mod analyser;
mod packet;
mod rules;
mod sender;

use std::fmt;

pub use analyser::WiresharkAnalyser;
pub use packet::LabelledPacket;

/// One thing that Wireshark says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WiresharkLabel {
    /// Sent again; also set beside the two more exact labels that follow.
    Retransmission,
    /// Sent again soon after duplicate acknowledgments.
    FastRetransmission,
    /// Sent again although it was acknowledged.
    SpuriousRetransmission,
    /// Behind the newest data, and too soon to be sent again.
    OutOfOrder,
    /// Beyond the newest data.
    PreviousSegmentNotCaptured,
    /// Acknowledges what was not captured.
    AckedUnseenSegment,
    /// Says again what was acknowledged; [`WiresharkLabels::duplicate_ack_number`] counts them.
    DuplicateAck,
    /// The receiver has no room.
    ZeroWindow,
    /// One byte to ask a receiver without room.
    ZeroWindowProbe,
    /// The answer to that.
    ZeroWindowProbeAck,
    /// At most one byte, that before the next.
    KeepAlive,
    /// The answer to that.
    KeepAliveAck,
    /// Says only that the window is another.
    WindowUpdate,
    /// Fills the window of the receiver to its end.
    WindowFull,
}

/// The labels of one packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WiresharkLabels {
    bits: u16,
    duplicate_acks: u32,
}

impl WiresharkLabel {
    /// All labels in their order.
    pub const ALL: [Self; 14] = [
        Self::Retransmission,
        Self::FastRetransmission,
        Self::SpuriousRetransmission,
        Self::OutOfOrder,
        Self::PreviousSegmentNotCaptured,
        Self::AckedUnseenSegment,
        Self::DuplicateAck,
        Self::ZeroWindow,
        Self::ZeroWindowProbe,
        Self::ZeroWindowProbeAck,
        Self::KeepAlive,
        Self::KeepAliveAck,
        Self::WindowUpdate,
        Self::WindowFull,
    ];

    /// The name that documents use: Wireshark's field `tcp.analysis.*` in camel case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retransmission => "retransmission",
            Self::FastRetransmission => "fastRetransmission",
            Self::SpuriousRetransmission => "spuriousRetransmission",
            Self::OutOfOrder => "outOfOrder",
            Self::PreviousSegmentNotCaptured => "lostSegment",
            Self::AckedUnseenSegment => "ackLostSegment",
            Self::DuplicateAck => "duplicateAck",
            Self::ZeroWindow => "zeroWindow",
            Self::ZeroWindowProbe => "zeroWindowProbe",
            Self::ZeroWindowProbeAck => "zeroWindowProbeAck",
            Self::KeepAlive => "keepAlive",
            Self::KeepAliveAck => "keepAliveAck",
            Self::WindowUpdate => "windowUpdate",
            Self::WindowFull => "windowFull",
        }
    }

    /// The words that Wireshark shows in its packet list, in lower case.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Retransmission => "retransmission",
            Self::FastRetransmission => "fast retransmission",
            Self::SpuriousRetransmission => "spurious retransmission",
            Self::OutOfOrder => "out-of-order",
            Self::PreviousSegmentNotCaptured => "previous segment not captured",
            Self::AckedUnseenSegment => "acked unseen segment",
            Self::DuplicateAck => "dup ack",
            Self::ZeroWindow => "zero window",
            Self::ZeroWindowProbe => "zero window probe",
            Self::ZeroWindowProbeAck => "zero window probe ack",
            Self::KeepAlive => "keep-alive",
            Self::KeepAliveAck => "keep-alive ack",
            Self::WindowUpdate => "window update",
            Self::WindowFull => "window full",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for WiresharkLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl WiresharkLabels {
    /// True without labels.
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// True when `label` is one of them.
    pub const fn has(self, label: WiresharkLabel) -> bool {
        self.bits & label.bit() != 0
    }

    /// The labels in their order, as Wireshark's fields `tcp.analysis.*` have them.
    pub fn iter(self) -> impl Iterator<Item = WiresharkLabel> {
        WiresharkLabel::ALL
            .into_iter()
            .filter(move |label| self.has(*label))
    }

    /// The labels that Wireshark's packet list shows: no "retransmission" beside a more exact one.
    pub fn shown(self) -> impl Iterator<Item = WiresharkLabel> {
        let exact = self.has(WiresharkLabel::FastRetransmission)
            || self.has(WiresharkLabel::SpuriousRetransmission);
        self.iter()
            .filter(move |label| !exact || *label != WiresharkLabel::Retransmission)
    }

    /// How many duplicates of an acknowledgment there are with this one; absent when it is none.
    pub fn duplicate_ack_number(self) -> Option<u32> {
        self.has(WiresharkLabel::DuplicateAck)
            .then_some(self.duplicate_acks)
    }

    const fn insert(&mut self, label: WiresharkLabel) {
        self.bits |= label.bit();
    }

    const fn insert_duplicate_ack(&mut self, number: u32) {
        self.insert(WiresharkLabel::DuplicateAck);
        self.duplicate_acks = number;
    }
}
