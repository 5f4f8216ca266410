//! The wanted session: each packet, its lots, and what its document needs.

use std::ops::ControlFlow;

use super::super::content_feed::ContentFeed;
use super::super::decoded::Decoded;
use super::super::history::History;
use super::super::record::CaptureTables;
use super::{FollowedPacket, Follower};
use crate::capture::PacketNumber;
use crate::lot::{LotBuilder, LotCounter};
use crate::session::{DataEvent, FollowedSession, PacketEvent, SessionKey, SessionObserver};

/// The wanted session.
pub(super) struct Following {
    pub(super) key: SessionKey,
    pub(super) session: FollowedSession<FollowProbe>,
    pub(super) occurrence: u32,
    pub(super) history: History,
}

impl Following {
    /// Hands out the next packet; gives its number when it turned the ends around.
    pub(super) fn handle(
        &mut self,
        batch: &Decoded,
        index: usize,
        tables: &CaptureTables,
        follower: &mut dyn Follower,
    ) -> ControlFlow<(), Option<PacketNumber>> {
        let Some((segment, route, position)) = batch.segment(index) else {
            return ControlFlow::Continue(None);
        };
        self.history.position = position;
        let client = self.session.client();
        self.session.handle(route, &segment, &self.history);
        let has_turned = client != self.session.client();
        let number = segment.head.number;
        let FollowProbe { lots, content, .. } = self.session.observer();
        let history = &self.history;
        if let Some(placed) = lots.take_packet() {
            follower.packet(&FollowedPacket {
                placed,
                segment: &segment,
                batch: &batch.batch,
                decoded: batch,
                tables,
                content,
                history,
            })?;
        }
        give_out(lots, follower)?;
        ControlFlow::Continue(has_turned.then_some(number))
    }
}

/// Gives out the lots that are ready.
pub(super) fn give_out(lots: &mut LotBuilder, follower: &mut dyn Follower) -> ControlFlow<()> {
    while let Some(part) = lots.next_part() {
        follower.lot(part)?;
    }
    ControlFlow::Continue(())
}

/// Watches the wanted session: its lots, and what its document needs.
#[derive(Debug, Default)]
pub(super) struct FollowProbe {
    pub(super) lots: LotBuilder,
    counter: LotCounter,
    pub(super) content: ContentFeed,
}

impl FollowProbe {
    /// A probe with this feed.
    pub(super) fn new(content: ContentFeed) -> Self {
        Self {
            content,
            ..Self::default()
        }
    }
}

impl SessionObserver for FollowProbe {
    fn data(&mut self, event: &DataEvent<'_>) {
        self.lots.data(event);
        let place = self.counter.place(event);
        self.content.data(event, place, &self.counter);
    }

    fn packet(&mut self, event: &PacketEvent<'_>) {
        self.lots.packet(event);
    }

    fn swap_directions(&mut self) {
        self.lots.swap_directions();
        self.counter.swap_directions();
        self.content.swap_directions();
    }
}
