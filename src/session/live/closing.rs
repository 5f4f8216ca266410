//! How a session comes to its end: FINs, resets, and the state that they lead to.
//!
//! Sources: RFC 9293 §3.6 and §3.10.7, RFC 5961 §3 and §4.

use super::super::direction::Direction;
use super::super::event::SessionObserver;
use super::super::finding::Finding;
use super::super::offset::StreamOffset;
use super::super::state::{State, StateInput};
use super::super::summary::{CloseKind, ClosedBy};
use super::{Arrival, LiveSession};
use crate::packet::{SegmentHead, TcpFlags};

impl<O: SessionObserver> LiveSession<O> {
    /// Notes where a FIN stands.
    pub(super) fn handle_fin(&mut self, arrival: &Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        if !head.flags.has(TcpFlags::FIN) {
            return;
        }
        let fin = self.payload_range(direction, head).map(|range| range.end);
        let half = &mut self.halves[direction];
        if half.fin.is_none() && fin.is_some_and(|fin| !half.is_far(fin)) {
            half.fin = fin;
        }
        match direction {
            Direction::Out => self.handshake.client_fin = true,
            Direction::In => self.handshake.server_fin = true,
        }
    }

    /// Closes the session by a reset that is acceptable.
    pub(super) fn handle_reset(&mut self, arrival: &mut Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        if !head.flags.has(TcpFlags::RST) || self.state == State::Closed {
            return;
        }
        if !self.accepts_reset(direction, head) {
            self.halves[direction].totals.invalid_resets += 1;
            arrival.findings.insert(Finding::InvalidReset);
            return;
        }
        self.state = self.state.after(StateInput::Reset);
        self.closed_by = Some(ClosedBy {
            kind: CloseKind::Rst,
            direction,
        });
        self.handshake.reset_by = Some(direction);
    }

    /// True when a reset lies in the window of its receiver, as far as the packets show it.
    ///
    /// The receiver expects at least what it has acknowledged, and at most its window more. In
    /// answer to a SYN a reset must acknowledge it (RFC 9293 §3.10.7.3).
    fn accepts_reset(&self, direction: Direction, head: &SegmentHead) -> bool {
        let (sender, receiver) = (&self.halves[direction], &self.halves[direction.opposite()]);
        if self.state == State::SynSent && direction == Direction::In {
            let expected = receiver.totals.initial_seq.map(|isn| isn.add(1));
            let end = receiver.offset_of(head.ack);
            return !head.flags.has(TcpFlags::ACK)
                || expected == Some(head.ack)
                || end.is_some_and(|end| StreamOffset::ZERO < end && end <= receiver.end());
        }
        let Some(offset) = sender.offset_of(head.seq) else {
            return true;
        };
        let high = sender.end();
        let low = sender
            .acked
            .unwrap_or_else(|| high.sub(u32::from(u16::MAX)))
            .min(high);
        let window = receiver
            .window
            .map_or(0, |window| self.scaled(direction.opposite(), window));
        let top = high.max(low.add(window)).add(1);
        low <= offset && offset <= top
    }

    /// Moves the state.
    pub(super) fn advance_state(&mut self, arrival: &Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        if let Some(input) = self.handshake_input(direction, head) {
            self.note_established(direction, head, input);
            self.state = self.state.after(input);
        }
        if self.halves[direction].fin.is_some() && head.flags.has(TcpFlags::FIN) {
            self.advance_by_fin(direction);
        }
        if self.state == State::LastAck && self.second_fin_is_acknowledged() {
            self.state = self.state.after(StateInput::CloseAcknowledged);
            self.closed_by = self.first_fin.map(|direction| ClosedBy {
                kind: CloseKind::Fin,
                direction,
            });
        }
    }

    /// What a packet that is no FIN nor reset says of the handshake.
    fn handshake_input(&self, direction: Direction, head: &SegmentHead) -> Option<StateInput> {
        let flags = head.flags;
        if flags.has(TcpFlags::RST) {
            return None;
        }
        match (flags.has(TcpFlags::SYN), direction) {
            (true, Direction::In) => flags.has(TcpFlags::ACK).then_some(StateInput::SynAck),
            (true, Direction::Out) => None,
            (false, Direction::Out) => Some(StateInput::Progress),
            // Alone, an ACK of the server may answer a stray SYN (RFC 5961 §4).
            (false, Direction::In) => (head.payload_len > 0).then_some(StateInput::Progress),
        }
    }

    fn note_established(&mut self, direction: Direction, head: &SegmentHead, input: StateInput) {
        if input != StateInput::Progress {
            return;
        }
        self.handshake.established = true;
        let acknowledges = direction == Direction::Out && head.flags.has(TcpFlags::ACK);
        if acknowledges && self.times.connect.is_some() && self.times.established.is_none() {
            self.times.established = head.time;
        }
    }

    fn advance_by_fin(&mut self, direction: Direction) {
        match self.first_fin {
            None => {
                self.first_fin = Some(direction);
                self.state = self.state.after(StateInput::FirstFin);
            }
            Some(first) if first != direction => {
                self.state = self.state.after(StateInput::SecondFin);
            }
            Some(_) => {}
        }
    }

    fn second_fin_is_acknowledged(&self) -> bool {
        let Some(first) = self.first_fin else {
            return false;
        };
        let half = &self.halves[first.opposite()];
        matches!((half.fin, half.acked), (Some(fin), Some(acked)) if fin < acked)
    }
}
