//! What can be found to have gone wrong, as plain numbers.

use crate::capture::PacketNumber;
use crate::session::Direction;
use crate::time::Span;

/// What can go wrong, in the order in which it is told at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnomalyKind {
    /// The server answered the SYN with a reset.
    Refused,
    /// The server sent nothing at all; `packets` were sent to it.
    NoAnswer,
    /// No packet of a side was captured, but the other side acknowledged `bytes` of it.
    OneSided,
    /// The connection was reset.
    Reset,
    /// The connection was reset while an answer to the latest lot was due.
    ResetUnanswered,
    /// Bytes were never captured; the place is of the packet behind them.
    Missing,
    /// Bytes at the end were acknowledged, or lie before the FIN, but were never captured.
    MissingAtEnd,
    /// The capture kept only a part of packets (its snapshot length).
    Cut,
    /// A limit of the reassembler was reached.
    LimitReached,
    /// Packets brought other bytes than those captured before at the same place.
    OverlapConflict,
    /// A side advertised a window of 0, until it advertised another.
    WindowClosed,
    /// The session had begun before the capture.
    MissedSyn,
    /// No SYN with ACK was captured.
    NoSynAck,
    /// The client sent data, and the server none.
    NoResponse,
    /// A SYN, with or without ACK, was sent again.
    RepeatedSyn,
    /// Bytes that had been captured were sent again, until others came.
    Resent,
    /// Packets were sent again whose first copy was lost before the capture point.
    LostUpstream,
    /// Packets were overtaken on the way.
    OutOfOrder,
    /// Second copies made by the network or the capture.
    Duplicate,
    /// Packets came after what they belong to was answered.
    Late,
    /// Resets outside the window.
    InvalidReset,
    /// Sequence numbers that cannot belong to the stream.
    InvalidSequence,
    /// Wrong checksums.
    BadChecksum,
    /// The SYN with ACK was long in coming.
    SlowSynAck,
    /// A side was long in answering the lot that is the place.
    SlowAnswer,
    /// The connection was open for long before a side began the first lot.
    SlowStart,
    /// A side paused within the lot that is the place.
    PausedLot,
    /// The answer to the lot that is the place was due for long when a side closed.
    UnansweredClose,
    /// One side had closed, and the other did not for long; `bytes` of it came meanwhile.
    HalfClosed,
    /// The answer to the lot that is the place was still due at the end.
    UnansweredEnd,
    /// The side that was to send next had nothing to send for long.
    Idle,
    /// Nothing was to be sent for long when a side closed.
    IdleClose,
    /// Nothing new was sent in the last part.
    IdleEnd,
    /// Packets filled the window of the other side.
    WindowFull,
    /// Both sides sent a SYN before they had the other's (RFC 9293 §3.5).
    SimultaneousOpen,
    /// Keep-alive probes.
    KeepAlive,
    /// Probes of the window that the other side had closed.
    WindowProbe,
}

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number in the capture of the packet that showed it.
    pub packet: PacketNumber,
    /// Its time since the first packet; absent where one of them has no time.
    pub after: Option<Span>,
    /// The lot of that packet; without payload the latest lot; absent before the first.
    pub lot: Option<u64>,
}

/// Something that went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What.
    pub kind: AnomalyKind,
    /// Whose packets it is about.
    pub direction: Direction,
    /// Where it begins.
    pub place: Place,
    /// Packets that show it.
    pub packets: u64,
    /// Bytes that it is about.
    pub bytes: u64,
    /// How long it took; absent where that is not known.
    pub duration: Option<Span>,
    /// It was not over when the session ended.
    pub is_open: bool,
}

/// Anomalies of a kind and direction that found no room in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Their kind.
    pub kind: AnomalyKind,
    /// Whose packets they are about.
    pub direction: Direction,
    /// How many there are.
    pub count: u64,
    /// What their packets sum up to.
    pub packets: u64,
    /// What their bytes sum up to.
    pub bytes: u64,
    /// The place of the last one.
    pub last: Place,
}

/// What went wrong in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anomalies {
    /// The first of each kind and direction, in the order of their packets.
    pub list: Vec<Anomaly>,
    /// What the others sum up to.
    pub left_out: Vec<LeftOut>,
}

impl Anomaly {
    pub(super) const fn new(kind: AnomalyKind, direction: Direction, place: Place) -> Self {
        Self {
            kind,
            direction,
            place,
            packets: 1,
            bytes: 0,
            duration: None,
            is_open: false,
        }
    }

    /// True when it is about packets of the client.
    pub fn is_of_client(&self) -> bool {
        self.direction == Direction::Out
    }

    /// How much there is of it, to tell the worst of a kind.
    pub fn weight(&self) -> (i64, u64, u64) {
        let nanos = self.duration.map_or(0, Span::nanos);
        (nanos, self.bytes, self.packets)
    }
}

impl LeftOut {
    /// True when they are about packets of the client.
    pub fn is_of_client(&self) -> bool {
        self.direction == Direction::Out
    }
}
