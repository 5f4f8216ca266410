//! The first packets of a session that may be the wanted one, looked at before any is shown.
//!
//! Limits: [`SCOUTED_PACKETS`], and [`SCOUTED_BATCHES`] are kept meanwhile.

use std::sync::Arc;

use super::super::decoded::Decoded;
use super::Nothing;
use crate::packet::{Segment, SegmentHead};
use crate::session::{FollowedSession, NoPayloads, Route, SessionKey};

/// The start of a session that may be the wanted one.
pub(super) struct Scout {
    pub(super) key: SessionKey,
    pub(super) session: FollowedSession<Nothing>,
    /// Its packets so far: batch, and index in it.
    pub(super) packets: Vec<(usize, usize)>,
    pub(super) batches: Vec<Arc<Decoded>>,
}

impl Scout {
    pub(super) fn handle(&mut self, index: usize, segment: &Segment<'_>, route: &Route) {
        self.session.handle(route, segment, &NoPayloads);
        self.packets.push((self.batches.len() - 1, index));
    }

    /// True when the roles are told, or it is not worth waiting for it any longer.
    pub(super) fn has_seen_enough(&self) -> bool {
        self.session.roles_are_settled()
            || SCOUTED_PACKETS <= self.packets.len()
            || SCOUTED_BATCHES <= self.batches.len()
    }

    /// The first packet of the session.
    pub(super) fn first(&self) -> Option<(SegmentHead, Route)> {
        let (batch, index) = *self.packets.first()?;
        let batch = self.batches.get(batch)?;
        Some((*batch.heads.get(index)?, *batch.routes.get(index)?))
    }
}

/// Packets of a session after which its ends count as known.
///
/// A handshake that was captured out of order is over long before.
const SCOUTED_PACKETS: usize = 256;

/// Batches that are kept meanwhile, of 1 MiB each.
const SCOUTED_BATCHES: usize = 16;
