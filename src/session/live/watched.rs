//! What the observer of a session is told beside its packets: when to give up, and when all is over.

use super::super::direction::PerDirection;
use super::super::event::SessionObserver;
use super::super::summary::{ClientEvidence, CloseKind};
use super::LiveSession;

impl<O: SessionObserver> LiveSession<O> {
    /// Notes at a position of the capture whether its observer waits; true when it begins to.
    pub(in crate::session) fn begins_to_wait(&mut self, position: u64) -> bool {
        match (self.observer.is_waiting(), self.waits_since) {
            (true, None) => {
                self.waits_since = Some(position);
                true
            }
            (false, Some(_)) => {
                self.waits_since = None;
                false
            }
            (true, Some(_)) | (false, None) => false,
        }
    }

    /// Ends the wait that began at a position, where it still goes on.
    pub(in crate::session) fn give_up_wait_since(&mut self, position: u64) {
        if self.waits_since == Some(position) {
            self.waits_since = None;
            self.observer.give_up();
        }
    }

    /// Lets the observer come to its end where it has seen all that was sent: its memory is free,
    /// and still in the caches.
    pub(in crate::session) fn settle(&mut self) {
        let roles_are_settled = self.client_evidence == ClientEvidence::Syn;
        let is_closed_by_fin = self
            .closed_by
            .is_some_and(|closed| closed.kind == CloseKind::Fin);
        let PerDirection { out, r#in } = &self.halves;
        if roles_are_settled && is_closed_by_fin && out.is_complete() && r#in.is_complete() {
            self.observer.settle();
        }
    }
}
