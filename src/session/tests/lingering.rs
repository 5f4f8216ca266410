//! When closed sessions are given out, while they are forgotten.

use super::script::parse;
use crate::lot::LotCounter;
use crate::session::{Limits, NoPayloads, Route, Tracker};
use crate::time::{Span, Timestamp};

const SECOND: i64 = 1_000_000_000;

/// A session that is closed at once, at this second.
fn closed_at(second: i64) -> String {
    let (isn, ack) = (1000 * second, 1000 * second + 1);
    format!("C S {isn} t={second}\nS RA 0/{ack} t={second}\n")
}

/// Sessions that have been given out when these seconds are over, one number a second.
fn given_out(script: &str, seconds: &[i64]) -> Vec<usize> {
    let limits = Limits {
        linger: Some(Span::from_nanos(60 * SECOND)),
        ..Limits::default()
    };
    let mut tracker = Tracker::<LotCounter>::new(limits);
    let mut count = 0;
    for line in parse(script) {
        let segment = line.segment();
        let route = Route::of(segment.head.source, segment.head.destination, 0, 0);
        let handled = tracker.handle(&segment, &route, &NoPayloads);
        count += usize::from(handled.ended.is_some());
    }
    let after = |second: &i64| {
        let now = Timestamp::from_nanos(second * SECOND);
        count += tracker.sweep(Some(now)).count();
        count
    };
    seconds.iter().map(after).collect()
}

#[test]
fn a_closed_session_waits_for_late_packets() {
    assert_eq!(given_out(&closed_at(1), &[60, 61]), [0, 1]);
}

#[test]
fn a_session_of_a_used_tuple_waits_from_its_own_close() {
    let script = closed_at(1) + &closed_at(50);
    assert_eq!(given_out(&script, &[62, 109, 110]), [1, 1, 2]);
}
