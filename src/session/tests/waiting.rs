//! How long bytes are held behind missing ones.

use super::script::parse;
use crate::capture::PacketNumber;
use crate::session::waiting::WAIT_BYTES;
use crate::session::{DataEvent, Limits, Payloads, Route, SessionObserver, Tracker};

/// Holds from the first data on, and counts the data that came while it held.
#[derive(Debug, Default)]
struct Holder {
    holds: bool,
    held: u32,
    given_up: u32,
}

impl SessionObserver for Holder {
    fn data(&mut self, _: &DataEvent<'_>) {
        self.held += u32::from(self.holds);
        self.holds = true;
    }

    fn is_waiting(&self) -> bool {
        self.holds
    }

    fn give_up(&mut self) {
        self.holds = false;
        self.given_up += 1;
    }

    fn swap_directions(&mut self) {}
}

/// A place in the capture.
struct At(u64);

impl Payloads for At {
    fn position(&self) -> u64 {
        self.0
    }

    fn payload(&self, _: PacketNumber) -> Option<&[u8]> {
        None
    }
}

/// Data of one session at these places: how much came while it held, and how often it gave up.
fn holds(places: &[u64]) -> (u32, u32) {
    let data = |n: usize| format!("C A {}/301 +1\n", 101 + n);
    let script: String = (0..places.len()).map(data).collect();
    let mut tracker = Tracker::<Holder>::new(Limits::default());
    for (line, place) in parse(&script).iter().zip(places) {
        let segment = line.segment();
        let route = Route::of(segment.head.source, segment.head.destination, 0, 0);
        let handled = tracker.handle(&segment, &route, &At(*place));
        assert!(handled.ended.is_none());
    }
    let ended = tracker.finish().next().expect("a session").observer;
    (ended.held, ended.given_up)
}

#[test]
fn bytes_are_held_until_so_much_was_captured() {
    assert_eq!(holds(&[7, 8, WAIT_BYTES + 6]), (2, 0));
    assert_eq!(holds(&[7, 8, WAIT_BYTES + 7]), (1, 1));
}

#[test]
fn every_wait_is_counted_from_its_own_start() {
    let second = WAIT_BYTES;
    assert_eq!(holds(&[0, second, second + WAIT_BYTES - 1]), (1, 1));
    assert_eq!(holds(&[0, second, second + WAIT_BYTES]), (0, 2));
}
