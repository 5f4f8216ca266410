//! The states of a session, as an observer between the ends sees them.
//!
//! One pure transition function. It judges nothing: whether a reset is acceptable, which FIN is
//! the first and which acknowledgment covers it is decided before it is asked.
//!
//! | state          | `SynAck`       | `Progress`    | `FirstFin`   | `SecondFin` | `CloseAcknowledged` | `Reset`  |
//! |----------------|----------------|---------------|--------------|-------------|---------------------|----------|
//! | `SYN_SENT`     | `SYN_RECEIVED` | `ESTABLISHED` | `CLOSE_WAIT` | `LAST_ACK`  | -                   | `CLOSED` |
//! | `SYN_RECEIVED` | -              | `ESTABLISHED` | `CLOSE_WAIT` | `LAST_ACK`  | -                   | `CLOSED` |
//! | `ESTABLISHED`  | -              | -             | `CLOSE_WAIT` | `LAST_ACK`  | -                   | `CLOSED` |
//! | `CLOSE_WAIT`   | -              | -             | -            | `LAST_ACK`  | -                   | `CLOSED` |
//! | `LAST_ACK`     | -              | -             | -            | -           | `CLOSED`            | `CLOSED` |
//! | `CLOSED`       | -              | -             | -            | -           | -                   | -        |
//!
//! Source: RFC 9293 §3.3.2, reduced to what both ends together show.

use std::fmt;

/// State of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The client's SYN was captured.
    SynSent,
    /// The server's SYN with ACK was captured.
    SynReceived,
    /// The handshake is complete, or the start was missed.
    Established,
    /// One side has sent its FIN.
    CloseWait,
    /// Both sides have sent their FIN.
    LastAck,
    /// The second FIN was acknowledged, or a reset ended the session.
    Closed,
}

/// What a packet means for the state of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateInput {
    /// A SYN with ACK of the server.
    SynAck,
    /// A packet that can only be sent when the handshake is over.
    Progress,
    /// A FIN, while the other side has sent none.
    FirstFin,
    /// A FIN of the side that had not sent one yet.
    SecondFin,
    /// An acknowledgment of the second FIN.
    CloseAcknowledged,
    /// A reset within the window.
    Reset,
}

impl State {
    /// All states in their order.
    pub const ALL: [Self; 6] = [
        Self::SynSent,
        Self::SynReceived,
        Self::Established,
        Self::CloseWait,
        Self::LastAck,
        Self::Closed,
    ];

    /// The state after `input`.
    #[must_use]
    pub const fn after(self, input: StateInput) -> Self {
        match (self, input) {
            (Self::Closed, _) | (_, StateInput::Reset) => Self::Closed,
            (Self::SynSent, StateInput::SynAck) => Self::SynReceived,
            (Self::SynSent | Self::SynReceived, StateInput::Progress) => Self::Established,
            (Self::SynSent | Self::SynReceived | Self::Established, StateInput::FirstFin) => {
                Self::CloseWait
            }
            (Self::LastAck, StateInput::CloseAcknowledged) => Self::Closed,
            (_, StateInput::SecondFin) => Self::LastAck,
            (
                _,
                StateInput::SynAck
                | StateInput::Progress
                | StateInput::FirstFin
                | StateInput::CloseAcknowledged,
            ) => self,
        }
    }

    /// The name that documents use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SynSent => "SYN_SENT",
            Self::SynReceived => "SYN_RECEIVED",
            Self::Established => "ESTABLISHED",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Closed => "CLOSED",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
