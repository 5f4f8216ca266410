//! Scripts of segments, and what went wrong in them.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::lot::LotBuilder;
use crate::packet::TcpFlags;
use crate::session::tests::script::follow;
use crate::session::{Finding, Findings, PacketFacts, StreamOffset, StreamRange};

const OPEN: &str = "C S 100 t=0\nS SA 300/101 t=0.01\nC A 101/301 t=0.02\n";

/// What went wrong in a script, one line each.
fn log(script: &str) -> Vec<String> {
    let anomalies = anomalies(script);
    assert!(anomalies.left_out.is_empty());
    anomalies.list.iter().map(line).collect()
}

fn anomalies(script: &str) -> Anomalies {
    let mut log = AnomalyLog::default();
    let session = follow(script, |lots: &mut LotBuilder, segment| {
        let placed = lots.take_packet().unwrap();
        let head = &segment.head;
        log.handle_packet(&AnomalyEvent {
            number: head.number,
            time: head.time,
            payload_bytes: head.payload_len,
            control: ControlBits {
                syn: head.flags.has(TcpFlags::SYN),
                ack: head.flags.has(TcpFlags::ACK),
                fin: head.flags.has(TcpFlags::FIN),
                rst: head.flags.has(TcpFlags::RST),
            },
            placed,
        });
    });
    log.finish(&session)
}

/// `WindowClosed in #5 lot 0 x2 10B 500ms open`, without what is usual.
fn line(anomaly: &Anomaly) -> String {
    let Place { packet, lot, .. } = anomaly.place;
    let mut line = format!(
        "{:?} {} #{}",
        anomaly.kind,
        anomaly.direction,
        packet.value()
    );
    let words = [
        lot.map(|lot| format!(" lot {lot}")),
        (1 < anomaly.packets).then(|| format!(" x{}", anomaly.packets)),
        (0 < anomaly.bytes).then(|| format!(" {}B", anomaly.bytes)),
        anomaly
            .duration
            .map(|span| format!(" {}ms", span.nanos() / 1_000_000)),
        anomaly.is_open.then(|| " open".to_owned()),
    ];
    line.extend(words.into_iter().flatten());
    line
}

#[track_caller]
fn check(rest: &str, expected: &[&str]) {
    assert_eq!(log(&format!("{OPEN}{rest}")), expected);
}

#[test]
fn nothing_goes_wrong_in_an_ordinary_session() {
    check(
        "C PA 101/301 'GET'\nS A 301/104 +1000\nC A 104/1301\nS FA 1301/104\nC FA 104/1302\nS A 1302/105",
        &[],
    );
}

#[test]
fn a_window_is_closed_until_another_is_advertised() {
    check(
        "C A 101/301 +10 t=0.1\nS A 301/111 win=0 t=0.2\nS A 301/111 win=0 t=0.5\n\
         S A 301/111 win=500 t=1.7\nC A 111/301 +10 t=1.8",
        &[
            "WindowClosed in #5 lot 0 x2 1500ms",
            "NoResponse in #8 lot 0 20B open",
        ],
    );
}

#[test]
fn a_window_that_stays_closed_is_open_at_the_end() {
    check(
        "S A 301/101 +10 t=0.1\nC A 101/311 win=0 t=0.2\nS A 310/101 t=3 # a probe\nC A 101/311 win=0 t=4",
        &[
            "WindowClosed out #5 lot 0 x2 3800ms open",
            "WindowProbe in #6 lot 0 0ms open",
        ],
    );
}

#[test]
fn bytes_never_captured_are_missing_where_they_should_be() {
    check(
        "C A 101/301 +10\nS A 301/111 +10\nS A 331/111 +10\nC A 111/341",
        &["Missing in #6 lot 1 20B"],
    );
}

#[test]
fn a_gap_that_is_filled_is_not_missing() {
    let filled = log(&format!(
        "{OPEN}S A 301/101 +10 id=1\nS A 321/101 +10 id=3\nS A 311/101 +10 id=2"
    ));
    assert_eq!(filled, ["OutOfOrder in #6 lot 0 10B 0ms open"]);
    let resent = log(&format!(
        "{OPEN}S A 301/101 +10 id=1\nS A 321/101 +10 id=3\nS A 311/101 +10 id=4 t=1"
    ));
    assert_eq!(resent, ["LostUpstream in #6 lot 0 10B 0ms open"]);
}

#[test]
fn what_is_left_of_a_gap_is_missing() {
    check(
        "S A 301/101 +10 id=1\nS A 331/101 +10 id=3\nS A 315/101 +5 id=2\nC A 101/341",
        &[
            "Missing in #5 lot 0 4B",
            "Missing in #5 lot 0 11B",
            "OutOfOrder in #6 lot 0 5B 0ms open",
        ],
    );
}

#[test]
fn bytes_acknowledged_at_the_end_and_never_captured_are_missing() {
    check(
        "C A 101/301 +10\nS A 301/131 +5",
        &["MissingAtEnd out #5 lot 1 20B"],
    );
}

#[test]
fn a_side_that_was_not_captured_did_answer() {
    assert_eq!(
        log("C S 100\nC A 101/301\nC A 101/301 +10\nC A 111/501"),
        ["OneSided in #4 lot 0 200B"]
    );
}

#[test]
fn bytes_that_the_snapshot_length_cut_are_told_apart_from_gaps() {
    check(
        "S A 301/101 +10 cut=4\nS A 311/101 +10 cut=4\nC A 101/321",
        &["Cut in #4 lot 0 x2 8B 1ms open"],
    );
    check(
        "S A 301/101 +10 cut=4\nS A 315/101 +10 cut=4\nC A 101/325",
        &["Cut in #4 lot 0 x2 8B 1ms open", "Missing in #5 lot 0 4B"],
    );
}

#[test]
fn packets_sent_again_are_one_run_until_new_bytes_come() {
    check(
        "C A 101/301 +10 t=0.1\nC A 111/301 +10 t=0.11\nC A 101/301 +10 t=0.4\nC A 111/301 +10 t=0.41\n\
         C A 121/301 +10 t=0.6\nS A 301/131 +5",
        &["Resent out #6 lot 0 x2 20B 200ms"],
    );
}

#[test]
fn keep_alives_are_one_run_and_end_no_wait() {
    check(
        "C A 101/301 +10 t=0.1\nS A 301/111 +10 t=0.2\nC A 111/311 t=0.21\nC A 110/311 t=10\nS A 311/111 t=10.01\n\
         C A 110/311 t=20\nS A 311/111 t=20.01\nC A 111/311 +10 t=30\nS A 311/121 +10 t=30.1",
        &[
            "Idle out #5 lot 1 29800ms",
            "KeepAlive out #7 lot 1 x2 10000ms",
        ],
    );
}

#[test]
fn a_wait_tells_who_was_to_send() {
    check(
        "C A 101/301 +10 t=0.1\nS A 301/111 +10 t=2.1\nS A 311/111 +10 t=4.1\nC A 111/321 +10 t=8.1",
        &[
            "SlowAnswer in #4 lot 0 2000ms",
            "PausedLot in #5 lot 1 2000ms",
            "Idle out #6 lot 1 4000ms",
        ],
    );
    check(
        "C A 101/301 +10 t=5\nS A 301/111 +1",
        &["SlowStart out #2 4990ms"],
    );
}

#[test]
fn a_slow_path_makes_longer_waits_usual() {
    let far = "C S 100 t=0\nS SA 300/101 t=0.6\nC A 101/301 t=0.61\n";
    let rest = "C A 101/301 +10 t=0.7\nS A 301/111 +10 t=6\n";
    assert_eq!(log(&format!("{far}{rest}")), Vec::<String>::new());
}

#[test]
fn a_request_without_answer_is_told_at_the_end() {
    check(
        "S A 301/101 +10 t=0.1\nC A 101/311 +10 t=0.2\nS A 311/111 t=0.21\nC A 110/311 t=9",
        &[
            "UnansweredEnd in #5 lot 1 8800ms open",
            "KeepAlive out #7 lot 1 0ms open",
        ],
    );
}

#[test]
fn a_reset_tells_whether_an_answer_was_due() {
    check(
        "C A 101/301 +10\nS R 301/111",
        &["ResetUnanswered in #5 lot 0"],
    );
    check(
        "C A 101/301 +10\nS A 301/111 +10\nC R 111/311",
        &["Reset out #6 lot 1"],
    );
    assert_eq!(log("C S 100\nS RA 0/101"), ["Refused in #2"]);
}

#[test]
fn syns_without_answer_are_counted() {
    assert_eq!(
        log("C S 100 t=0\nC S 100 t=1\nC S 100 t=3"),
        ["NoAnswer in #1 x3 3000ms open"]
    );
    assert_eq!(
        log("C S 100 t=0\nC S 100 t=1\nC S 100 t=3\nS SA 300/101 t=3.1\nC A 101/301 t=3.2"),
        ["SlowSynAck in #1 3100ms", "RepeatedSyn out #2 x2 3000ms"]
    );
}

#[test]
fn a_syn_captured_twice_was_not_sent_again() {
    assert_eq!(
        log("C S 100 t=0\nC S 100 t=0.00002\nS SA 300/101 t=0.1\nC A 101/301 t=0.2"),
        ["Duplicate out #2"]
    );
}

#[test]
fn both_sides_may_open_at_once() {
    assert_eq!(
        log("C S 100 t=0\nS S 300 t=0.01\nC SA 100/301 t=0.02\nS SA 300/101 t=0.03"),
        ["SimultaneousOpen in #2"]
    );
}

#[test]
fn a_session_that_had_begun_before_says_so() {
    assert_eq!(
        log("C A 101/301 +10\nS A 301/111 +10"),
        ["MissedSyn out #1"]
    );
}

#[test]
fn a_side_that_closes_late_leaves_the_session_half_closed() {
    check(
        "C A 101/301 +10 t=0.1\nC FA 111/301 t=0.2\nS A 301/112 +10 t=3\nS FA 311/112 t=4.2\nC A 112/312 t=4.3",
        &["HalfClosed out #5 lot 0 10B 4000ms"],
    );
    check(
        "C A 101/301 +10\nS A 301/111 +10\nS FA 311/111 t=1\nC A 111/312 t=5",
        &["HalfClosed in #6 lot 1 4000ms open"],
    );
}

#[test]
fn other_bytes_at_one_place_and_wild_numbers_are_told() {
    check(
        "C A 101/301 'abcd'\nC A 101/301 'abXd'\nC A 2000000000/301 +10\nS A 301/105 +1",
        &[
            "OverlapConflict out #5 lot 0 4B 0ms open",
            "Resent out #5 lot 0 4B 0ms open",
            "InvalidSequence out #6 lot 0 10B 0ms open",
        ],
    );
}

#[test]
fn a_log_of_any_length_keeps_a_bounded_list() {
    let mut script = OPEN.to_owned();
    for round in 0..100_u32 {
        let (client, server) = (101 + round * 10, 301 + round * 10);
        let time = f64::from(round * 10);
        let (asked, answered) = (time + 1.0, time + 5.0);
        writeln!(script, "C A {client}/{server} +10 t={asked}").unwrap();
        writeln!(script, "S A {server}/{} +10 t={answered}", client + 10).unwrap();
    }
    let anomalies = anomalies(&script);
    let slow = anomalies
        .list
        .iter()
        .filter(|anomaly| anomaly.kind == AnomalyKind::SlowAnswer);
    assert_eq!(slow.count(), KEPT);
    let rest = anomalies
        .left_out
        .iter()
        .find(|rest| rest.kind == AnomalyKind::SlowAnswer)
        .unwrap();
    assert_eq!((rest.count, rest.last.lot), (36, Some(198)));
}

#[test]
fn packets_without_a_time_have_a_place_but_no_moment() {
    let mut log = AnomalyLog::default();
    let session = follow(
        "C S 100\nS SA 300/101\nC A 101/301 +10\nS A 301/111 win=0\nS R 301/111",
        |lots: &mut LotBuilder, segment| {
            let placed = lots.take_packet().unwrap();
            log.handle_packet(&AnomalyEvent {
                number: segment.head.number,
                time: None,
                payload_bytes: segment.head.payload_len,
                control: ControlBits {
                    rst: segment.head.flags.has(TcpFlags::RST),
                    ..ControlBits::default()
                },
                placed,
            });
        },
    );
    let anomalies = log.finish(&session);
    assert!(
        anomalies
            .list
            .iter()
            .all(|anomaly| anomaly.place.after.is_none())
    );
    let lines: Vec<_> = anomalies.list.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "WindowClosed in #4 lot 0 open",
            "ResetUnanswered in #5 lot 0"
        ]
    );
}

/// Any packet, whatever it may claim.
fn any_event() -> impl Strategy<Value = AnomalyEvent> {
    let time = prop_oneof![
        8 => (0..100_000_000_000_i64).prop_map(Some),
        1 => any::<i64>().prop_map(Some),
        1 => Just(None),
    ];
    let numbers = (any::<u32>(), any::<i64>(), any::<u64>(), any::<u64>());
    let bits = (any::<u16>(), any::<[bool; 8]>());
    (time, numbers, bits).prop_map(|(time, (payload, start, new, missing), (found, bits))| {
        let [out, opens_lot, is_late, syn, ack, fin, rst, has_lot] = bits;
        let mut findings = Findings::default();
        for (index, finding) in Finding::ALL.into_iter().enumerate() {
            findings.insert_if(found & (1 << index) != 0, finding);
        }
        let facts = PacketFacts {
            direction: if out { Direction::Out } else { Direction::In },
            index: 0,
            range: has_lot.then(|| StreamRange::new(StreamOffset(start), payload)),
            relative_seq: None,
            relative_ack: None,
            window_bytes: payload,
            findings,
        };
        AnomalyEvent {
            number: PacketNumber::FIRST,
            time: time.map(Timestamp::from_nanos),
            payload_bytes: payload,
            control: ControlBits { syn, ack, fin, rst },
            placed: PlacedPacket {
                facts,
                lot: has_lot.then_some(new),
                opens_lot,
                is_late,
                new_bytes: new,
                missing_bytes: missing,
            },
        }
    })
}

proptest! {
    #[test]
    fn any_packets_give_a_bounded_list(events in prop::collection::vec(any_event(), 0..400)) {
        let session = follow("S A 301/101 +10\nS A 331/101 +10", |_: &mut LotBuilder, _| {});
        let mut log = AnomalyLog::default();
        events.iter().for_each(|event| log.handle_packet(event));
        let anomalies = log.finish(&session);
        let mut counts = std::collections::BTreeMap::new();
        for anomaly in &anomalies.list {
            *counts.entry((anomaly.kind, anomaly.direction)).or_insert(0) += 1;
        }
        prop_assert!(counts.values().all(|count| *count <= KEPT));
        let missing = anomalies.list.iter().filter(|anomaly| anomaly.kind == AnomalyKind::Missing);
        prop_assert!(missing.map(|anomaly| anomaly.bytes).sum::<u64>() <= 20);
    }
}
