//! Acknowledgments and windows: what the receiver says of what it got and takes.
//!
//! Sources: RFC 5681 §2 (duplicate acknowledgments), RFC 7323 §2 (window scale).

use super::super::direction::Direction;
use super::super::event::SessionObserver;
use super::super::finding::Finding;
use super::{Arrival, LiveSession};
use crate::packet::TcpFlags;

impl<O: SessionObserver> LiveSession<O> {
    /// Takes in what the packet acknowledges of the other direction.
    pub(super) fn handle_acknowledgment(&mut self, arrival: &mut Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        if !head.flags.has(TcpFlags::ACK) {
            return;
        }
        let (half, other) = self.halves.pair_mut(direction);
        let last = half.totals.last_ack.replace(head.ack);
        if head.flags.has(TcpFlags::RST) {
            return;
        }
        let advanced = other.acknowledge(head.ack, head.time);
        let repeats = last == Some(head.ack)
            && half.window == Some(head.window)
            && head.payload_len == 0
            && !head.flags.has_any(TcpFlags::SYN.with(TcpFlags::FIN));
        let outstanding = other
            .acked
            .is_some_and(|acked| acked < other.coverage.high());
        let is_duplicate = !advanced && repeats && outstanding;
        half.totals.duplicate_acks += u64::from(is_duplicate);
        half.gap_reports += u64::from(is_duplicate || !arrival.options.sack.is_empty());
        arrival
            .findings
            .insert_if(is_duplicate, Finding::DuplicateAck);
    }

    /// Takes in the window that the packet advertises.
    pub(super) fn handle_window(&mut self, arrival: &mut Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        if head.flags.has_any(TcpFlags::RST) {
            return;
        }
        let half = &mut self.halves[direction];
        half.window = Some(head.window);
        if head.window == 0 && !head.flags.has_any(TcpFlags::SYN.with(TcpFlags::FIN)) {
            half.totals.zero_windows += 1;
            arrival.findings.insert(Finding::ZeroWindow);
            self.history.repeated(direction, 'W');
        }
    }

    /// The window that `direction` advertised, in bytes.
    pub(super) fn scaled(&self, direction: Direction, window: u16) -> u32 {
        let (own, other) = (
            &self.halves[direction].totals,
            &self.halves[direction.opposite()].totals,
        );
        scaled_window(window, own.window_scale, other.window_scale)
    }
}

/// A window in bytes: scaled when both SYNs offered it (RFC 7323 §2.2).
pub(super) const fn scaled_window(window: u16, own: Option<u8>, other: Option<u8>) -> u32 {
    match (own, other) {
        (Some(shift), Some(_)) => (window as u32) << shift,
        (_, _) => window as u32,
    }
}
