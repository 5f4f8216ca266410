//! Which one session of a capture is meant, in terms that can be checked while it is read.

use super::summary::SessionSummary;
use crate::capture::PacketNumber;
use crate::packet::{Endpoint, SeqNumber};
use crate::time::Timestamp;

/// Which session is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The n-th session by first packets, from 1.
    Number(u64),
    /// The session of these two ends; more than one is ambiguous.
    Ends(Endpoint, Endpoint),
    /// The session of an id.
    Exact {
        /// Client.
        client: Endpoint,
        /// Server.
        server: Endpoint,
        /// Hours since the epoch of its first packet, rounded; absent where that has no time.
        hour: Option<i64>,
        /// First sequence number of the client, 0 where it is not known.
        initial_seq: SeqNumber,
        /// The how manyth session of this id, from 1.
        occurrence: u32,
    },
    /// The session that starts with this packet.
    FirstPacket(PacketNumber),
}

impl Target {
    /// The ends of the session, where they are known beforehand: no other packets matter.
    pub const fn ends(&self) -> Option<(Endpoint, Endpoint)> {
        match *self {
            Self::Ends(client, server) | Self::Exact { client, server, .. } => {
                Some((client, server))
            }
            Self::Number(_) | Self::FirstPacket(_) => None,
        }
    }

    /// True when a session, known by its first packets, has this id.
    pub fn has_id_of(&self, summary: &SessionSummary) -> bool {
        match *self {
            Self::Exact {
                client,
                server,
                hour,
                initial_seq,
                occurrence,
            } => {
                (summary.client, summary.server) == (client, server)
                    && summary.times.first.map(Timestamp::hours_rounded) == hour
                    && summary.halves.out.initial_seq.unwrap_or_default() == initial_seq
                    && summary.occurrence == occurrence
            }
            Self::Number(_) | Self::Ends(..) | Self::FirstPacket(_) => true,
        }
    }
}
