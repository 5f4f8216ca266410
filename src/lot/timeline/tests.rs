use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::testing::any_event;
use super::*;
use Direction::{In, Out};

const SECOND: i64 = 1_000_000_000;

fn at(nanos: i64) -> Option<Timestamp> {
    Some(Timestamp::from_nanos(nanos))
}

fn data(nanos: i64, direction: Direction, bytes: u32) -> TimelineEvent {
    TimelineEvent {
        payload_bytes: bytes,
        new_bytes: u64::from(bytes),
        ..TimelineEvent::new(at(nanos), direction)
    }
}

fn timeline(events: &[TimelineEvent]) -> Timeline {
    let mut timeline = Timeline::default();
    for event in events {
        timeline.handle_packet(event);
    }
    timeline
}

/// `syn`, `ack`, `fin` and `rst` of the letters `SAFR`.
fn control(letters: &str) -> ControlBits {
    ControlBits {
        syn: letters.contains('S'),
        ack: letters.contains('A'),
        fin: letters.contains('F'),
        rst: letters.contains('R'),
    }
}

#[test]
fn bins_widen_only_as_far_as_needed() {
    let width = |last| {
        timeline(&[data(0, Out, 1), data(last, Out, 1)])
            .bin_width()
            .nanos()
    };
    assert_eq!((width(0), width(1023), width(1024)), (1, 1, 2));
    assert_eq!((width(2047), width(2048)), (2, 4));
    assert_eq!(width(i64::MAX), 1 << 53);
    let bins = timeline(&[data(0, Out, 1), data(1024, Out, 1)])
        .bins()
        .len();
    assert_eq!(bins, 513);
}

#[test]
fn the_whole_range_of_time_fits() {
    let ends = [data(i64::MIN, Out, 3), data(i64::MAX, In, 4)];
    for bins in [0, 4, 1024] {
        let mut timeline = Timeline::with_bins(bins);
        for event in &ends {
            timeline.handle_packet(event);
        }
        let all: Vec<_> = timeline.bins().collect();
        assert!(all.len() <= bins.max(4));
        assert_eq!(all[0].start.nanos(), i64::MIN);
        assert_eq!(all[0].tallies.out.payload_bytes, 3);
        assert_eq!(all.last().unwrap().tallies.r#in.payload_bytes, 4);
    }
}

#[test]
fn a_clock_that_runs_backwards_moves_the_start() {
    let timeline = timeline(&[data(10, Out, 1), data(12, In, 2), data(7, Out, 4)]);
    assert_eq!((timeline.first(), timeline.last()), (at(7), at(12)));
    let out: Vec<_> = timeline
        .bins()
        .map(|bin| bin.tallies.out.payload_bytes)
        .collect();
    assert_eq!(out, [4, 0, 0, 1, 0, 0]);
}

#[test]
fn packets_without_a_time_are_counted_apart() {
    let none = TimelineEvent {
        time: None,
        ..data(0, In, 5)
    };
    let timeline = timeline(&[none, none]);
    assert_eq!(timeline.first(), None);
    assert_eq!(timeline.bins().len(), 0);
    assert_eq!(timeline.untimed().r#in.payload_bytes, 10);
    assert_eq!(timeline.totals().r#in.packets, 2);
}

#[test]
fn a_handshake_is_established_once() {
    let bare = |nanos, direction, letters| TimelineEvent {
        control: control(letters),
        ..TimelineEvent::new(at(nanos), direction)
    };
    let timeline = timeline(&[
        bare(0, Out, "S"),
        bare(1, In, "SA"),
        bare(2, Out, "A"),
        bare(3, In, "SA"),
        bare(4, Out, "A"),
        data(5, Out, 9),
        data(6, In, 9),
        data(7, In, 9),
        bare(8, In, "FA"),
        bare(9, Out, "RA"),
    ]);
    let marks: Vec<_> = timeline
        .marks()
        .iter()
        .map(|mark| (mark.time.unwrap().nanos(), mark.kind, mark.direction))
        .collect();
    assert_eq!(
        marks,
        [
            (0, MarkKind::Syn, Out),
            (1, MarkKind::SynAck, In),
            (2, MarkKind::Established, Out),
            (3, MarkKind::SynAck, In),
            (5, MarkKind::FirstByte, Out),
            (6, MarkKind::FirstByte, In),
            (8, MarkKind::Fin, In),
            (9, MarkKind::Rst, Out),
        ]
    );
}

#[test]
fn a_flood_of_marks_leaves_room_for_the_others() {
    let mut timeline = Timeline::default();
    for nanos in 0..1000 {
        timeline.handle_packet(&TimelineEvent {
            control: control("S"),
            ..TimelineEvent::new(at(nanos), Out)
        });
    }
    timeline.handle_packet(&TimelineEvent {
        control: control("R"),
        ..TimelineEvent::new(at(1000), In)
    });
    assert_eq!(
        (timeline.marks().len(), timeline.marks_left_out()),
        (9, 992)
    );
    assert_eq!(timeline.marks()[8].kind, MarkKind::Rst);
}

#[test]
fn pauses_say_what_they_lie_between() {
    let lot = |nanos, direction| TimelineEvent {
        opens_lot: true,
        ..data(nanos, direction, 10)
    };
    let timeline = timeline(&[
        TimelineEvent::new(at(0), Out),
        lot(2 * SECOND, Out),
        lot(5 * SECOND, In),
        data(6 * SECOND, In, 10),
        TimelineEvent::new(at(10 * SECOND), Out),
    ]);
    let pauses: Vec<_> = timeline
        .pauses()
        .iter()
        .map(|pause| {
            (
                pause.duration().nanos() / SECOND,
                pause.ended_by,
                pause.is_between_lots(),
            )
        })
        .collect();
    assert_eq!(
        pauses,
        [
            (4, PauseEnd::Bare, false),
            (3, PauseEnd::Lot(1), true),
            (2, PauseEnd::Lot(0), false),
            (1, PauseEnd::Payload, false),
        ]
    );
}

#[test]
fn a_packet_within_a_pause_splits_it() {
    let timeline = timeline(&[data(0, Out, 1), data(10, In, 1), data(4, Out, 1)]);
    let pauses: Vec<_> = timeline
        .pauses()
        .iter()
        .map(|pause| (pause.start.nanos(), pause.end.nanos(), pause.direction))
        .collect();
    assert_eq!(pauses, [(4, 10, In), (0, 4, Out)]);
}

#[test]
fn exchanged_roles_exchange_everything() {
    let mut timeline = timeline(&[data(0, Out, 1), data(10, In, 5)]);
    timeline.swap_directions();
    assert_eq!(timeline.totals().out.payload_bytes, 5);
    assert_eq!(timeline.bins().last().unwrap().tallies.out.packets, 1);
    assert_eq!(timeline.marks()[0].direction, In);
    assert_eq!(timeline.pauses()[0].direction, Out);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(0x71e),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn bins_are_those_of_a_histogram_of_the_final_width(
        events in prop::collection::vec(any_event(), 0..60),
        limit in 4..40_usize,
    ) {
        let mut timeline = Timeline::with_bins(limit);
        for event in &events {
            timeline.handle_packet(event);
            prop_assert!(timeline.bins().len() <= limit);
        }
        let width = timeline.bin_width().nanos();
        let mut direct = BTreeMap::<i64, PerDirection<Tally>>::new();
        for event in &events {
            if let Some(time) = event.time {
                let start = time.nanos().div_euclid(width) * width;
                direct.entry(start).or_default()[event.direction].count(event);
            }
        }
        let found: BTreeMap<_, _> = timeline
            .bins()
            .filter(|bin| 0 < bin.tallies.out.packets + bin.tallies.r#in.packets)
            .map(|bin| (bin.start.nanos(), *bin.tallies))
            .collect();
        prop_assert_eq!(found, direct);
    }

    #[test]
    fn bins_and_what_has_no_time_sum_up_to_the_totals(
        events in prop::collection::vec(any_event(), 0..60),
    ) {
        let timeline = timeline(&events);
        let mut sum = *timeline.untimed();
        for bin in timeline.bins() {
            sum.out.add(&bin.tallies.out);
            sum.r#in.add(&bin.tallies.r#in);
        }
        prop_assert_eq!(&sum, timeline.totals());
        prop_assert_eq!(sum.out.packets + sum.r#in.packets, events.len() as u64);
    }

    #[test]
    fn the_order_of_packets_changes_no_bin(
        mut events in prop::collection::vec(any_event(), 0..40),
    ) {
        let starts = |timeline: &Timeline| -> Vec<_> {
            timeline.bins().map(|bin| (bin.start, *bin.tallies)).collect()
        };
        let forwards = timeline(&events);
        events.reverse();
        prop_assert_eq!(starts(&timeline(&events)), starts(&forwards));
    }

    #[test]
    fn no_packet_lies_within_a_pause(events in prop::collection::vec(any_event(), 0..60)) {
        let timeline = timeline(&events);
        for pause in timeline.pauses() {
            for time in events.iter().filter_map(|event| event.time) {
                prop_assert!(time <= pause.start || pause.end <= time);
            }
        }
        prop_assert!(timeline.pauses().is_sorted_by_key(Pause::rank));
    }
}
