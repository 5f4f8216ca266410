//! Re-sent, duplicated, overtaken and lost packets, and what tells them apart.

use super::script::check;

const OPEN: &str = "C S 100 t=0\nS SA 300/101 t=0.02\nC A 101/301 t=0.021\n";

#[track_caller]
fn check_open(rest: &str, expected: &str) {
    check(&format!("{OPEN}{rest}"), expected);
}

#[test]
fn bytes_already_captured_are_resent() {
    check_open(
        "C A 101/301 +100\nC A 101/301 +100",
        "out.resent=1 out.resentBytes=100 out.stream=100 out.payload=200 lots=1",
    );
    check_open(
        "C A 101/301 +100\nC A 151/301 +100",
        "out.resent=1 out.resentBytes=50 out.stream=150",
    );
}

#[test]
fn the_same_packet_twice_is_a_duplicate_when_its_marks_say_so() {
    check_open(
        "C A 101/301 +9 id=7\nC A 101/301 +9 id=7",
        "out.dup=1 out.resent=0",
    );
    check_open(
        "C A 101/301 +9 id=7\nC A 101/301 +9 id=8",
        "out.dup=0 out.resent=1",
    );
    check_open(
        "C A 101/301 +9 ts=5:1\nC A 101/301 +9 ts=5:1",
        "out.dup=1 out.resent=0",
    );
    check_open(
        "C A 101/301 +9 ts=5:1\nC A 101/301 +9 ts=6:1",
        "out.dup=0 out.resent=1",
    );
    check_open("C A 101/301 +9\nC A 101/301 +9", "out.dup=0 out.resent=1");
}

#[test]
fn a_constant_id_does_not_make_a_duplicate() {
    check_open(
        "C A 101/301 +9 id=7\nC A 110/301 +9 id=7\nC A 101/301 +9 id=7",
        "out.dup=0 out.resent=1",
    );
}

#[test]
fn time_stamps_tell_overtaken_from_lost() {
    let gap = "C A 101/301 +10 ts=10:1\nC A 121/301 +10 ts=12:1\n";
    check_open(
        &format!("{gap}C A 111/301 +10 ts=11:1"),
        "out.ooo=1 out.lost=0 out.gaps=0",
    );
    check_open(
        &format!("{gap}C A 111/301 +10 ts=13:1"),
        "out.ooo=0 out.lost=1 out.resent=0",
    );
}

#[test]
fn ids_tell_overtaken_from_lost_when_time_stamps_do_not() {
    let gap = "C A 101/301 +10 id=5\nC A 121/301 +10 id=7\n";
    check_open(
        &format!("{gap}C A 111/301 +10 id=6"),
        "out.ooo=1 out.lost=0",
    );
    check_open(
        &format!("{gap}C A 111/301 +10 id=8"),
        "out.ooo=0 out.lost=1",
    );
}

#[test]
fn duplicate_acknowledgments_tell_a_loss() {
    check_open(
        "C A 101/301 +10 t=1\nS A 301/111 t=1.001\nC A 121/301 +10 t=1.002
         S A 301/111 t=1.003\nS A 301/111 t=1.004\nS A 301/111 t=1.005\nC A 111/301 +10 t=1.020",
        "out.lost=1 out.ooo=0 in.dupAcks=3",
    );
}

#[test]
fn time_against_the_round_trip_decides_last() {
    let gap = "C A 101/301 +10 t=1\nC A 121/301 +10 t=1.001\n";
    check_open(
        &format!("{gap}C A 111/301 +10 t=1.002"),
        "out.ooo=1 out.lost=0",
    );
    check_open(
        &format!("{gap}C A 111/301 +10 t=1.2"),
        "out.ooo=0 out.lost=1",
    );
}

#[test]
fn a_resent_packet_can_be_overtaken_too() {
    check_open(
        "C A 101/301 +10 ts=1:1\nC A 121/301 +10 ts=2:1\nC A 131/301 +10 ts=9:1\nC A 111/301 +10 ts=8:1",
        "out.lost=1 out.ooo=1",
    );
}

#[test]
fn keep_alives_are_no_resends() {
    let sent = "C A 101/301 'abc'\nS A 301/104\n";
    check_open(
        &format!("{sent}C A 103/301 +1"),
        "out.keepAlives=1 out.resent=0 out.stream=3",
    );
    check_open(&format!("{sent}C A 103/301"), "out.keepAlives=1");
    check_open(
        "C A 101/301 'abc'\nC A 103/301 'c'",
        "out.keepAlives=0 out.resent=1",
    );
}

#[test]
fn karn_takes_no_sample_of_a_resent_range() {
    check_open("C A 101/301 +10\nS A 301/111", "rtt=1");
    check_open("C A 101/301 +10\nC A 101/301 +10\nS A 301/111", "rtt=0");
}

#[test]
fn windows_are_counted() {
    check(
        "C S 100 win=1000\nS SA 300/101 win=20\nC A 101/301 win=1000\nC A 101/301 +20\nS A 301/121 win=0",
        "out.windowFull=1 in.zeroWindows=1 out.inFlight=20 history=ShADaw",
    );
}

#[test]
fn a_lost_tail_shows_when_it_is_sent_again() {
    let sent = "C A 101/301 +10 id=5 t=1\nC A 111/301 +10 id=6 t=1.001\n";
    check_open(
        &format!("{sent}C A 121/301 +10 id=8 t=1.3"),
        "out.lost=1 out.stream=30",
    );
    check_open(
        &format!("{sent}C A 121/301 +10 id=8 t=1.002"),
        "out.lost=0 # no wait",
    );
    check_open(
        &format!("{sent}C A 121/301 +10 id=7 t=1.3"),
        "out.lost=0 # nothing between",
    );
    check_open(
        &format!("{sent}S A 301/121 +10 t=1.1\nC A 121/311 +10 id=8 t=1.3"),
        "out.lost=0 # an acknowledgment may have been lost instead",
    );
}

#[test]
fn a_copy_with_other_bytes_is_no_duplicate() {
    check_open(
        "C A 101/301 'GOOD' id=1\nC A 101/301 'EVIL' id=1",
        "out.dup=0 out.resent=1 out.conflicts=1",
    );
}

#[test]
fn a_fin_is_no_keep_alive() {
    check("C S 100\nC F 100", "out.keepAlives=0 state=CLOSE_WAIT");
}
