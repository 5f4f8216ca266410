//! The states of a session, as an observer between the ends sees them.
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
