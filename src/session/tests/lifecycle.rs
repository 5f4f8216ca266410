//! Opening, roles, states, closing, and one session after another on the same 4-tuple.

use super::script::{check, check_with};
use crate::session::Limits;
use crate::time::Span;

const HANDSHAKE: &str = "C S 100\nS SA 300/101\nC A 101/301\n";

#[track_caller]
fn check_open(rest: &str, expected: &str) {
    check(&format!("{HANDSHAKE}{rest}"), expected);
}

#[test]
fn handshake_walks_through_the_states() {
    check(
        "C S 100",
        "state=SYN_SENT missed=false client=C evidence=Syn conn=S0 history=S",
    );
    check("C S 100\nS SA 300/101", "state=SYN_RECEIVED history=Sh");
    check_open(
        "",
        "state=ESTABLISHED history=ShA conn=S1 out.isn=100 in.isn=300 out.lastAck=301",
    );
}

#[test]
fn close_by_both_fins() {
    check_open(
        "C FA 101/301\nS A 301/102\nS FA 301/102\nC A 102/302",
        "state=CLOSED closed=Fin/out history=ShAFaf conn=SF",
    );
    check_open("C FA 101/301", "state=CLOSE_WAIT closed=- conn=S2");
    check_open("C FA 101/301\nS FA 301/102", "state=LAST_ACK closed=-");
    check_open(
        "S FA 301/101\nC FA 101/302\nS A 302/102",
        "state=CLOSED closed=Fin/in",
    );
}

#[test]
fn a_retransmitted_fin_moves_nothing() {
    check_open(
        "C FA 101/301\nC FA 101/301\nC FA 101/301",
        "state=CLOSE_WAIT packets=6",
    );
}

#[test]
fn fin_with_payload_advances_past_both() {
    check_open(
        "C FPA 101/301 'bye'\nS FA 301/105\nC A 105/302",
        "state=CLOSED out.stream=3 out.missing=0",
    );
}

#[test]
fn an_acknowledgment_captured_before_the_second_fin_closes_all_the_same() {
    check_open("C FA 101/301\nC A 102/302\nS FA 301/102", "state=CLOSED");
}

#[test]
fn packets_after_the_close_still_belong_to_the_session() {
    check_open(
        "C FA 101/301\nS FA 301/102\nC A 102/302\nS FA 301/102\nC R 102",
        "state=CLOSED closed=Fin/out packets=8",
    );
}

#[test]
fn a_reset_closes_from_any_state() {
    check(
        "C S 100\nS RA 0/101",
        "state=CLOSED closed=Rst/in conn=REJ history=Sr",
    );
    check_open("C R 101", "state=CLOSED closed=Rst/out conn=RSTO");
    check_open("C FA 101/301\nS RA 301/102", "state=CLOSED closed=Rst/in");
}

#[test]
fn a_reset_outside_the_window_closes_nothing() {
    check_open(
        "S R 900000",
        "state=ESTABLISHED in.invalidResets=1 closed=-",
    );
    check_open(
        "S A 301/101 +100\nC A 101/401\nS R 350",
        "state=ESTABLISHED in.invalidResets=1",
    );
    check("C S 100\nS RA 0/999", "state=SYN_SENT in.invalidResets=1");
}

#[test]
fn start_missed_by_one_packet() {
    check(
        "S SA 300/101\nC A 101/301",
        "client=C evidence=SynAck missed=true state=ESTABLISHED out.isn=100 in.isn=300 history=hA",
    );
    check("S SA 300/101", "state=SYN_RECEIVED out.isn=100");
}

#[test]
fn start_missed_altogether() {
    check(
        "S PA 500/700 'x'",
        "client=C evidence=Port state=ESTABLISHED in.isn=499 out.isn=699",
    );
    check("S R 500", "client=C state=CLOSED packets=1 in.isn=499");
    check("S FA 500/700", "state=CLOSE_WAIT");
}

#[test]
fn simultaneous_open_is_one_session() {
    check(
        "S S 300\nC S 100\nS SA 300/101\nC SA 100/301\nS A 301/101",
        "client=S missed=false out.isn=300 in.isn=100 state=ESTABLISHED packets=5",
    );
}

#[test]
fn a_repeated_syn_is_the_same_session() {
    check(
        "C S 100\nC S 100 t=1\nC S 100 t=3\nS SA 300/101",
        "packets=4 state=SYN_RECEIVED",
    );
    check_open(
        "C FA 101/301\nS FA 301/102\nC A 102/302\nC S 100",
        "packets=7 state=CLOSED",
    );
}

#[test]
fn a_fresh_syn_is_a_new_session() {
    check_open(
        "C S 9000",
        "state=ESTABLISHED packets=3\nstate=SYN_SENT packets=1 out.isn=9000",
    );
    check_open("S S 7000", "state=ESTABLISHED\nclient=S state=SYN_SENT");
}

#[test]
fn the_same_id_within_the_hour_gets_another_occurrence() {
    check(
        "C S 100\nC S 200\nC S 100",
        "occurrence=1 out.isn=100\noccurrence=1 out.isn=200\noccurrence=2 out.isn=100",
    );
}

#[test]
fn a_syn_ack_behind_later_packets_settles_the_roles() {
    check(
        "S A 40000/1 \nS SA 39999/1",
        "client=C evidence=SynAck packets=2",
    );
    check("C SA 300/101", "client=S evidence=SynAck");
    check(
        "C A 301/101 'a'\nC SA 300/101",
        "client=S evidence=SynAck in.stream=1 out.stream=0",
    );
}

#[test]
fn silence_splits_a_session_only_when_asked() {
    let script = "C S 100 t=0\nS SA 300/101 t=1\nC A 101/301 t=100";
    check(script, "packets=3");
    let limits = Limits {
        idle_timeout: Some(Span::from_nanos(30_000_000_000)),
        ..Limits::default()
    };
    check_with(limits, script, "packets=2\npackets=1 missed=true");
}

#[test]
fn a_resent_syn_ack_with_another_number_starts_the_stream_anew() {
    check(
        "C S 100\nS SA 300/101\nS SA 2000000300/101\nC A 101/2000000301\nS A 2000000301/101 +10",
        "in.stream=10 in.missing=0 in.isn=2000000300",
    );
}

#[test]
fn of_two_syn_acks_the_acknowledged_one_counts() {
    let rest = "C A 101/301\nS A 301/101 +10";
    check(
        &format!("C S 100\nS SA 300/101\nS SA 900/101\n{rest}"),
        "in.isn=300 in.missing=0 in.stream=10",
    );
    check(
        &format!("C S 100\nS SA 300/101\nC A 101/301\nS SA 900/101\n{rest}"),
        "in.isn=300 in.missing=0 in.stream=10",
    );
}
