//! Wireshark's labels: scripts whose comments are what is expected of their lines.

use super::script::parse;
use crate::session::{
    Direction, LabelledPacket, WiresharkAnalyser, WiresharkLabel, WiresharkLabels,
};
use crate::time::Timestamp;

/// Checks the labels of every line of a script against its comment.
#[track_caller]
fn check(script: &str) {
    check_changed(script, |_| {});
}

/// The same, with every packet changed before it is labelled.
#[track_caller]
fn check_changed(script: &str, change: impl Fn(&mut LabelledPacket)) {
    let mut analyser = WiresharkAnalyser::new();
    let texts = script
        .lines()
        .map(str::trim)
        .filter(|line| line.contains(' '));
    for (line, text) in parse(script).iter().zip(texts) {
        let direction = match line.segment().head.source.port {
            80 => Direction::In,
            _ => Direction::Out,
        };
        let mut packet = LabelledPacket::of(direction, &line.segment());
        change(&mut packet);
        let expected = text.split_once('#').map_or("", |(_, labels)| labels.trim());
        assert_eq!(words(analyser.handle(&packet)), expected, "{text}");
    }
}

fn words(labels: WiresharkLabels) -> String {
    let word = |label: WiresharkLabel| match labels.duplicate_ack_number() {
        Some(number) if label == WiresharkLabel::DuplicateAck => format!("{label} {number}"),
        _ => label.to_string(),
    };
    labels.shown().map(word).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_plain_session_has_no_labels() {
    check(
        "C S 100 t=1
         S SA 300/101
         C A 101/301
         C PA 101/301 +100
         S PA 301/201 +100
         C FA 201/401
         S FA 401/202
         C A 202/402",
    );
}

#[test]
fn data_behind_the_newest_is_sent_again_or_overtaken_by_its_time() {
    check(
        "C PA 101/301 +100 t=1
         C PA 201/301 +100 t=2
         C PA 101/301 +100 t=2.0029 # out-of-order
         C PA 101/301 +100 t=2.003 # retransmission",
    );
    check(
        "C PA 101/301 +100 t=5
         C PA 201/301 +100 t=5
         C PA 101/301 +100 t=4.9 # retransmission",
    );
}

#[test]
fn the_first_round_trip_replaces_three_milliseconds() {
    check(
        "C S 100 t=1
         S SA 300/101 t=1.02
         C A 101/301 t=1.05
         C PA 101/301 +100 t=2
         C PA 201/301 +100 t=2
         C PA 101/301 +100 t=2.049 # out-of-order
         C PA 101/301 +100 t=2.05 # retransmission",
    );
}

#[test]
fn what_ends_with_the_newest_data_is_sent_again_however_soon() {
    check(
        "C S 100 t=1
         C S 100 t=1 # retransmission
         C PA 101/301 +100 t=2
         C PA 151/301 +50 t=2 # retransmission",
    );
}

#[test]
fn two_duplicate_acks_make_a_fast_retransmission_for_20_ms() {
    let script = "C PA 101/301 +100 t=1
         C PA 201/301 +100
         S A 301/101 t=1.1
         S A 301/101 t=1.2 # dup ack 1
         S A 301/101 t=1.3 # dup ack 2\n";
    check(&format!(
        "{script}C PA 101/301 +100 t=1.319 # fast retransmission"
    ));
    check(&format!(
        "{script}C PA 101/301 +100 t=1.32 # retransmission"
    ));
}

#[test]
fn acknowledged_data_is_sent_again_for_nothing() {
    check(
        "C PA 101/301 +100 t=1
         S A 301/201
         C PA 101/301 +100 # spurious retransmission
         C FA 101/301 t=2 # retransmission",
    );
}

#[test]
fn without_times_all_that_is_sent_again_is_a_retransmission() {
    let script = "C PA 101/301 +100
         C PA 201/301 +100
         C PA 101/301 +100 # retransmission
         S A 301/101
         S A 301/101 # dup ack 1
         S A 301/101 # dup ack 2
         C PA 101/301 +100 # retransmission";
    check_changed(script, |packet| packet.time = None);
}

#[test]
fn a_hole_is_said_where_it_is_seen_and_where_it_is_acknowledged() {
    check(
        "C PA 101/301 +100
         C PA 301/301 +100 # previous segment not captured
         S A 301/401 # acked unseen segment
         S A 301/401 # dup ack 1
         C R 900/0",
    );
}

#[test]
fn an_ack_of_what_was_never_seen_is_said_once_until_the_next_duplicate() {
    check(
        "C A 101/301
         S A 301/401 # acked unseen segment
         S A 301/501
         C A 101/301 # dup ack 1
         C A 101/301 # dup ack 2",
    );
}

#[test]
fn a_closed_window_is_probed_and_answered() {
    check(
        "C PA 101/301 +100
         S A 301/201 win=0 # zero window
         C A 201/301 +1 # zero window probe
         S A 301/201 win=0 # zero window, zero window probe ack
         S A 301/201 win=9 # window update
         C PA 201/301 +9",
    );
}

#[test]
fn the_byte_of_a_probe_may_be_sent_again_with_more() {
    check(
        "C PA 101/301 +100
         C PA 200/301 +1 # keep-alive
         C PA 200/301 +50",
    );
}

#[test]
fn a_keep_alive_and_its_answer_are_no_duplicates() {
    check(
        "C PA 101/301 +100
         S A 301/201
         C A 200/301 # keep-alive
         S A 301/201 # keep-alive ack
         S A 301/201 # keep-alive ack
         C A 201/301 # dup ack 1
         S A 301/201 # dup ack 1",
    );
}

#[test]
fn a_window_is_full_by_its_scale_once_both_syns_have_one() {
    check(
        "C S 100 win=10 ws=2
         S SA 300/101 win=10 ws=2
         C A 101/301 win=10
         S PA 301/101 +40 # window full",
    );
    check(
        "C S 100 win=10 ws=2
         S SA 300/101 win=10
         C A 101/301 win=10
         S PA 301/101 +10 # window full",
    );
    check("C A 101/301 win=10\nS PA 301/101 +10");
}

#[test]
fn a_syn_with_a_new_number_starts_afresh() {
    check(
        "C PA 101/301 +100
         C S 5000
         S SA 9000/5001
         C PA 5001/9001 +10",
    );
    check(
        "C S 100
         C R 5000/0
         C S 100 # retransmission
         C A 101/301",
    );
}

#[test]
fn numbers_compare_across_their_wrap() {
    check(
        "C PA 4294967200/301 +100 t=1
         C PA 4/301 +100
         C PA 4294967200/301 +100 t=2 # retransmission
         C PA 204/301 +9 # previous segment not captured",
    );
}

#[test]
fn a_label_has_one_bit_and_one_name() {
    let names = WiresharkLabel::ALL.map(WiresharkLabel::as_str);
    let distinct: std::collections::BTreeSet<_> = names.into_iter().collect();
    assert_eq!(distinct.len(), WiresharkLabel::ALL.len());
}

#[test]
fn fields_have_a_retransmission_beside_the_exact_label() {
    let mut analyser = WiresharkAnalyser::new();
    let mut last = WiresharkLabels::default();
    let script = "C PA 101/301 +100\nS A 301/201\nC PA 101/301 +100";
    for (line, direction) in
        parse(script)
            .iter()
            .zip([Direction::Out, Direction::In, Direction::Out])
    {
        last = analyser.handle(&LabelledPacket::of(direction, &line.segment()));
    }
    let names: Vec<_> = last.iter().map(WiresharkLabel::as_str).collect();
    assert_eq!(names, ["retransmission", "spuriousRetransmission"]);
    let shown: Vec<_> = last.shown().map(WiresharkLabel::words).collect();
    assert_eq!(shown, ["spurious retransmission"]);
}

#[test]
fn a_syn_at_the_epoch_measures_no_round_trip() {
    let script = "C S 100
         S SA 300/101
         C A 101/301
         C PA 101/301 +100
         C PA 201/301 +100
         C PA 101/301 +100 # out-of-order";
    check_changed(script, |packet| {
        packet.time = Some(Timestamp::from_nanos(0));
    });
}
