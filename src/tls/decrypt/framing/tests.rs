use super::super::super::testing::record;
use super::*;

/// What comes out of runs of bytes with their places: records by their first byte, `-` for one
/// that is cut, `.` for missing bytes, `?` for bytes that are passed over.
fn framed(mut framer: Framer, runs: &[(i64, &[u8])]) -> String {
    let mut out = VecDeque::new();
    let mut next = framer.start.0;
    for (start, bytes) in runs {
        if next < *start {
            let range = StreamRange {
                start: StreamOffset(next),
                end: StreamOffset(*start),
            };
            framer.push(Piece::Gap(range), &mut out);
        }
        framer.push(Piece::Bytes(StreamOffset(*start), bytes), &mut out);
        next = start.saturating_add(i64::try_from(bytes.len()).unwrap());
    }
    framer.finish(&mut out);
    let told = out.iter().filter_map(|unit| match unit {
        Unit::Record(record) => Some(match &record.body {
            Body::Whole(body) => char::from(body[0]),
            Body::Cut(_) => '-',
        }),
        Unit::Missing(0) => None,
        Unit::Missing(_) => Some('.'),
        Unit::Skipped(_) => Some('?'),
    });
    told.collect()
}

/// Three records of 25 bytes each.
fn three() -> Vec<u8> {
    let of = |letter| record(23, &[letter; 20]);
    [of(b'a'), of(b'b'), of(b'c')].concat()
}

fn aligned() -> Framer {
    Framer::aligned(StreamOffset::ZERO)
}

#[test]
fn records_follow_each_other_however_they_are_cut() {
    let bytes = three();
    assert_eq!(framed(aligned(), &[(0, &bytes)]), "abc");
    for at in 1..bytes.len() {
        let (head, tail) = bytes.split_at(at);
        let start = i64::try_from(at).unwrap();
        assert_eq!(
            framed(aligned(), &[(0, head), (start, tail)]),
            "abc",
            "{at}"
        );
    }
}

#[test]
fn a_gap_within_a_body_costs_one_record() {
    let bytes = three();
    assert_eq!(
        framed(aligned(), &[(0, &bytes[..30]), (40, &bytes[40..])]),
        "a-c"
    );
    // Up to the very end of the body, and in two gaps.
    assert_eq!(
        framed(aligned(), &[(0, &bytes[..30]), (50, &bytes[50..])]),
        "a-c"
    );
    let runs = [(0, &bytes[..30]), (35, &bytes[35..38]), (40, &bytes[40..])];
    assert_eq!(framed(aligned(), &runs), "a-c");
}

#[test]
fn behind_other_gaps_a_record_is_looked_for() {
    let bytes = [three(), three()].concat();
    // The rest of `b` belongs to no record, nor does the header that is cut before the gap.
    let runs = [(0, &bytes[..27]), (45, &bytes[45..])];
    assert_eq!(framed(aligned(), &runs), "a?.?cabc");
    let runs = [(0, &bytes[..10]), (52, &bytes[52..])];
    assert_eq!(framed(aligned(), &runs), "-.?abc");
}

#[test]
fn a_stream_may_start_within_a_record() {
    let bytes = three();
    let framer = Framer::seeking(StreamOffset::ZERO);
    assert_eq!(framed(framer, &[(0, &bytes[3..])]), "?bc");
    let framer = Framer::seeking(StreamOffset::ZERO);
    assert_eq!(framed(framer, &[(0, &[7; 300])]), "?");
}

#[test]
fn what_is_no_record_ends_the_records() {
    let mut bytes = three();
    bytes.extend(b"plain text again");
    assert_eq!(framed(aligned(), &[(0, &bytes)]), "abc");
}

#[test]
fn the_end_cuts_a_record() {
    let bytes = three();
    assert_eq!(framed(aligned(), &[(0, &bytes[..60])]), "ab-");
    assert_eq!(framed(aligned(), &[(0, &bytes[..52])]), "ab?");
}
