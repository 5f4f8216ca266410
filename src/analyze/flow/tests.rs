use super::*;

/// Packets as `direction, start, text, acknowledged of the other direction`.
fn deliver(packets: &[(Direction, i64, &str, i64)]) -> String {
    let mut flow = Flow::default();
    let mut lots = LotCounter::default();
    let mut high = PerDirection::<i64>::default();
    let mut acked = PerDirection::<Option<StreamOffset>>::default();
    let mut out = String::new();
    let mut deliver = |direction: Direction, piece: Piece<'_>, marks: &Marks| {
        use std::fmt::Write as _;
        let text = match piece {
            Piece::Bytes(_, bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Piece::Gap(range) => format!("({})", range.len()),
        };
        let (lot, packet) = (marks.first.lot, marks.first.packet);
        write!(out, "{direction}:{text}@{lot}/{packet} ").unwrap();
    };
    for (index, (direction, start, text, acks)) in (0..).zip(packets) {
        let (direction, mark) = (*direction, high[*direction]);
        let end = start + i64::try_from(text.len()).unwrap();
        let range = |from: i64, to: i64| StreamRange {
            start: StreamOffset(from),
            end: StreamOffset(to.max(from)),
        };
        let event = DataEvent {
            direction,
            time: None,
            index,
            session: crate::capture::PacketNumber::FIRST,
            range: range(*start, end),
            opened: range(mark, *start),
            above: range((*start).max(mark), end),
            filled_from: (*start < mark).then_some(StreamOffset(*start)),
            filled_bytes: 0,
            cut_bytes: 0,
            acknowledged: acked[direction],
            acknowledges: Some(StreamOffset(*acks)),
            payload: text.as_bytes(),
        };
        high[direction] = mark.max(end);
        let other = &mut acked[direction.opposite()];
        *other = (*other).max(Some(StreamOffset(*acks)));
        let place = lots.place(&event);
        flow.data(&event, place, &lots, &mut deliver);
    }
    flow.finish(&mut deliver);
    out.trim_end().to_owned()
}

use Direction::{In, Out};

#[test]
fn bytes_in_order_go_straight_through() {
    let packets = [
        (Out, 0, "ab", 0),
        (In, 0, "x", 2),
        (In, 1, "y", 2),
        (Out, 2, "c", 2),
    ];
    assert_eq!(deliver(&packets), "out:ab@0/0 in:x@1/1 in:y@1/2 out:c@2/3");
}

#[test]
fn packets_that_were_overtaken_keep_their_own_marks() {
    let packets = [(Out, 2, "cd", 0), (Out, 0, "abX", 0), (In, 0, "x", 4)];
    assert_eq!(deliver(&packets), "out:ab@0/1 out:cd@0/0 in:x@1/2");
}

#[test]
fn a_request_that_was_captured_late_comes_before_its_response() {
    let packets = [(Out, 0, "a", 0), (In, 0, "x", 3), (Out, 1, "bc", 0)];
    assert_eq!(deliver(&packets), "out:a@0/0 out:bc@0/2 in:x@1/1");
    let gap = [
        (Out, 0, "a", 0),
        (Out, 3, "d", 0),
        (In, 0, "x", 4),
        (Out, 1, "bc", 0),
    ];
    assert_eq!(deliver(&gap), "out:a@0/0 out:bc@0/3 out:d@0/1 in:x@1/2");
}

#[test]
fn what_was_acknowledged_and_never_comes_is_given_up() {
    let mut packets = vec![(Out, 0, "a", 0), (In, 0, "x", 3)];
    for next in 1..60 {
        packets.push((In, next, "y", 3));
    }
    let text = deliver(&packets);
    let expected = "out:a@0/0 out:(2)@";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(text.matches("in:").count(), 60);
}

#[test]
fn at_the_end_all_is_given_out_with_its_gaps() {
    let packets = [
        (Out, 0, "a", 0),
        (In, 0, "x", 1),
        (Out, 5, "f", 1),
        (In, 1, "y", 6),
    ];
    assert_eq!(
        deliver(&packets),
        "out:a@0/0 in:x@1/1 out:(4)@2/2 out:f@2/2 in:y@3/3"
    );
}

#[test]
fn the_byte_that_was_captured_first_wins() {
    let packets = [(Out, 4, "EF", 0), (Out, 2, "cdXXgh", 0), (Out, 0, "ab", 0)];
    assert_eq!(
        deliver(&packets),
        "out:ab@0/2 out:cd@0/1 out:EF@0/0 out:gh@0/1"
    );
}

#[test]
fn one_side_alone_is_not_waited_for() {
    let packets: Vec<_> = (0..200).map(|next| (In, next, "y", next + 2)).collect();
    let text = deliver(&packets);
    assert_eq!(text.matches("in:").count(), 200);
}
