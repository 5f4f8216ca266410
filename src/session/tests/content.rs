//! Gaps, overlaps, wraps, and bytes that cannot belong to the stream.

use super::script::check;

const OPEN: &str = "C S 100\nS SA 300/101\nC A 101/301\n";

#[track_caller]
fn check_open(rest: &str, expected: &str) {
    check(&format!("{OPEN}{rest}"), expected);
}

#[test]
fn bytes_never_captured_are_a_gap() {
    check_open("C A 111/301 +10", "out.gaps=1 out.missing=10 out.stream=10");
    check_open(
        "C A 101/301 +10 cut=4",
        "out.gaps=1 out.missing=4 out.payload=10",
    );
}

#[test]
fn bytes_acknowledged_but_never_captured_are_a_gap() {
    check_open("C A 101/301 +10\nS A 301/131", "out.gaps=1 out.missing=20");
    check_open(
        "C A 101/301 +10\nS A 301/112",
        "out.gaps=0 out.missing=0 # a FIN, maybe",
    );
    check(
        "S A 301/101 +5\nS A 306/141 +5",
        "out.gaps=1 out.missing=40",
    );
}

#[test]
fn different_bytes_at_one_place_are_a_conflict() {
    check_open(
        "C A 101/301 'abcd'\nC A 101/301 'abXd'",
        "out.conflicts=1 out.resent=1",
    );
    check_open(
        "C A 101/301 'abcd'\nC A 103/301 'cdef'",
        "out.conflicts=0 out.resent=1",
    );
    check_open("C A 101/301 'abcd'\nC A 103/301 'cXef'", "out.conflicts=1");
}

#[test]
fn sequence_numbers_wrap() {
    check(
        "C S 4294967290\nS SA 4294967295/4294967291\nC A 4294967291/0\nC A 4294967291/0 +10
         S A 0/5 +10\nC A 5/10\nC FA 5/10\nS FA 10/6\nC A 6/11",
        "state=CLOSED out.stream=10 in.stream=10 out.missing=0 in.missing=0",
    );
}

#[test]
fn a_wild_sequence_number_makes_no_gap() {
    check_open(
        "C A 101/301 +10\nC A 2000000000/301 +10\nC A 111/301 +10",
        "out.stream=20 out.missing=0 out.invalidSequences=1 out.payload=30",
    );
}

#[test]
fn data_on_a_syn_is_the_start_of_the_stream() {
    check(
        "C S 100 'early'\nS SA 300/106\nC A 106/301 'more'",
        "out.stream=9 out.missing=0 lots=1",
    );
}

#[test]
fn a_syn_captured_after_data_moves_the_start_back() {
    check(
        "C A 111/301 +10\nS SA 300/101\nC A 101/301 +10",
        "out.stream=20 out.missing=0 out.lost=0",
    );
}

#[test]
fn the_text_of_a_reset_is_no_data() {
    check_open(
        "S RA 301/101 'go'",
        "state=CLOSED in.stream=0 in.payload=2 lots=0",
    );
}

#[test]
fn bytes_missing_before_a_fin_are_a_gap() {
    check_open(
        "S A 301/101 +10\nS FA 351/101\nC A 101/352",
        "in.gaps=1 in.missing=40",
    );
}

#[test]
fn no_byte_stands_before_the_syn() {
    check_open(
        "C A 101/301 +10\nC A 100/301 +11",
        "out.stream=10 out.missing=0 out.resent=1 lots=1",
    );
    check_open(
        "C A 101/301 +10\nC A 90/301 +5",
        "out.stream=10 out.missing=0 out.invalidSequences=1",
    );
}
