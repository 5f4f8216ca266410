//! Time lines written by hand, one packet a line: milliseconds, `C` or `S`, control bits, payload
//! bytes, and words for what was found.

use crate::lot::{ControlBits, Timeline, TimelineEvent};
use crate::session::Direction;
use crate::time::Timestamp;

/// 2024-01-14 21:43:26.416464.
pub(super) const START: i64 = 1_705_268_606_416_464_000;

/// The time line of a script.
pub(super) fn timeline(script: &str) -> Timeline {
    let mut timeline = Timeline::default();
    let lines = script.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        timeline.handle_packet(&event(line));
    }
    timeline
}

fn event(line: &str) -> TimelineEvent {
    let mut words = line.split_whitespace();
    let time = words.next().unwrap();
    let direction = match words.next() {
        Some("C") => Direction::Out,
        Some("S") => Direction::In,
        other => panic!("no side: {other:?} in {line}"),
    };
    let nanos = |millis: f64| START + format!("{:.0}", millis * 1e6).parse::<i64>().unwrap();
    let time = time
        .parse()
        .ok()
        .map(|millis| Timestamp::from_nanos(nanos(millis)));
    let bits = words.next().unwrap_or_default();
    let mut event = TimelineEvent {
        control: ControlBits {
            syn: bits.contains('S'),
            ack: bits.contains('A'),
            fin: bits.contains('F'),
            rst: bits.contains('R'),
        },
        ..TimelineEvent::new(time, direction)
    };
    for word in words {
        match word {
            "lot" => event.opens_lot = true,
            "resent" => event.is_resent = true,
            "lost" => event.is_lost_upstream = true,
            "order" => event.is_out_of_order = true,
            "late" => event.is_late = true,
            "zero" => event.is_zero_window = true,
            "gap" => event.missing_bytes = 1460,
            bytes => event.payload_bytes = bytes.parse().unwrap(),
        }
    }
    event.new_bytes = if event.is_resent {
        0
    } else {
        event.payload_bytes.into()
    };
    event
}
