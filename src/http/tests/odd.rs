//! What is not as it should be: losses, lies, bombs.

use super::super::{HttpLimits, Reading};
use super::Part::Gap;
use super::{bytes, check, lines, read, read_with};
use crate::session::Direction::{In, Out};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";

fn get(path: &str) -> super::Part {
    bytes(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n"))
}

#[test]
fn missing_bytes_of_a_body_do_not_hide_the_next_message() {
    let parts = [
        (Out, get("/a")),
        (In, bytes(format!("{OK}012"))),
        (In, Gap(4)),
        (In, bytes("789")),
        (Out, get("/b")),
        (In, bytes(format!("{OK}0123456789"))),
    ];
    let facts = read(&parts).unwrap();
    assert_eq!(
        lines(&facts),
        ["GET /a 0 > 200 6 open [bytesMissing]", "GET /b 0 > 200 10"]
    );
    assert_eq!(facts.reading, Reading::Incomplete);
}

#[test]
fn after_a_loss_lots_tell_which_response_answers_which_request() {
    let parts = [
        (Out, get("/a")),
        (In, Gap(500)),
        (Out, get("/b")),
        (In, bytes(format!("{OK}0123456789"))),
    ];
    // The gap is told when the next bytes of its direction come.
    let late = [
        (Out, get("/a")),
        (Out, get("/b")),
        (In, Gap(500)),
        (In, bytes("rest of a response")),
        (Out, get("/c")),
        (In, bytes(format!("{OK}0123456789"))),
    ];
    assert_eq!(
        lines(&read(&parts).unwrap()),
        ["GET /a 0 > -", "GET /b 0 > 200 10"]
    );
    assert_eq!(
        lines(&read(&late).unwrap()),
        ["GET /a 0 > -", "GET /b 0 > -", "GET /c 0 > 200 10"]
    );
}

#[test]
fn a_head_that_is_cut_is_a_message_all_the_same() {
    let parts = [
        (Out, bytes("GET /a HTTP/1.1\r\nHost: h\r\nCookie: abc")),
        (Out, Gap(50)),
        (Out, get("/b")),
    ];
    let facts = read(&parts).unwrap();
    assert_eq!(
        lines(&facts),
        ["GET /a 0 open [bytesMissing] > -", "GET /b 0 > -"]
    );
}

#[test]
fn a_capture_that_ends_inside_a_message_is_incomplete() {
    let facts = read(&[(Out, get("/a")), (In, bytes(format!("{OK}01234")))]).unwrap();
    assert_eq!(lines(&facts), ["GET /a 0 > 200 5 open [cut]"]);
    assert_eq!(facts.reading, Reading::Incomplete);
    assert_eq!(facts.last_complete_lot, Some(0));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n";
    let facts = read(&[(Out, get("/a")), (In, bytes(chunked))]).unwrap();
    assert_eq!(lines(&facts), ["GET /a 0 > 200 5 open [noLastChunk]"]);
}

#[test]
fn bytes_of_no_message_are_an_error() {
    let parts = [
        (Out, get("/a")),
        (In, bytes(format!("{OK}0123456789garbage"))),
        (Out, get("/b")),
        (In, bytes(format!("{OK}0123456789"))),
    ];
    let facts = read(&parts).unwrap();
    assert_eq!(facts.reading, Reading::Error);
    assert_eq!(
        lines(&facts),
        ["GET /a 0 > 200 10", "GET /b 0 > 200 10 [bytesBefore]"]
    );
}

#[test]
fn chunks_and_lengths_that_lie_are_marked() {
    check(
        &[
            "POST /a HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        ],
        &["POST /a 0 [twoLengths] > 200 3 [badLength]"],
    );
    check(
        &[
            "GET /a HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ],
        &["GET /a 0 > 200 0 open [badChunk]"],
    );
}

#[test]
fn heads_that_are_not_quite_right_are_read_as_far_as_they_go() {
    check(
        &[
            "GET /a b HTTP/1.1\r\nHo st: x\r\n\r\n",
            "HTTP/1.1 200\r\nno colon\r\nContent-Length: 0\r\n\r\n",
        ],
        &["GET /a b 0 [badHead] > 200 0 [badHead]"],
    );
    check(&["GET /simple\r\n"], &["GET /simple 0 > -"]);
}

#[test]
fn other_protocols_are_not_http() {
    for (client, server) in [
        ("EHLO a.test\r\n", "220 mail ready\r\n"),
        ("USER anonymous\r\n", "220 ftp\r\n"),
        (
            "OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n",
            "RTSP/1.0 200 OK\r\n\r\n",
        ),
        ("INVITE sip:a@b SIP/2.0\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n"),
        ("SSH-2.0-a\r\n", "SSH-2.0-b\r\n"),
        ("\u{16}\u{3}\u{1}\u{0}", "\u{16}\u{3}\u{3}\u{0}"),
    ] {
        let parts = [(Out, bytes(client)), (In, bytes(server))];
        assert!(read(&parts).is_none(), "{client}");
    }
}

#[test]
fn ends_that_talk_the_wrong_way_round_are_understood() {
    let parts = [(In, get("/a")), (Out, bytes(format!("{OK}0123456789")))];
    assert_eq!(lines(&read(&parts).unwrap()), ["GET /a 0 > 200 10"]);
}

#[test]
fn a_head_of_a_hundred_megabytes_stays_within_the_limit() {
    let mut parts = vec![(Out, bytes("GET /a HTTP/1.1\r\nX: "))];
    parts.extend((0..100).map(|_| (Out, bytes(vec![b'x'; 1 << 20]))));
    parts.push((Out, bytes("\r\n\r\n")));
    parts.push((Out, get("/b")));
    let facts = read(&parts).unwrap();
    let items: Vec<_> = facts.items.iter().collect();
    let [first, second] = &items[..] else {
        panic!("{:?}", lines(&facts));
    };
    let request = first.request.as_ref().unwrap();
    assert!(request.head_bytes < 70_000);
    assert_eq!(super::line(request), "GET /a 0 open [headTooLong]");
    assert_eq!(super::line(second.request.as_ref().unwrap()), "GET /b 0");
}

#[test]
fn a_million_pipelined_requests_stay_within_the_limit() {
    let limits = HttpLimits {
        waiting: 100,
        ..HttpLimits::default()
    };
    let one = "GET /a HTTP/1.1\r\n\r\n";
    let many = one.repeat(10_000);
    let parts: Vec<_> = (0..100).map(|_| (Out, bytes(&many))).collect();
    let facts = read_with(limits, &parts).unwrap();
    assert_eq!(facts.item_count, 1_000_000);
    assert!(facts.limit_reached);
    let marked = "GET /a 0 [tooManyWaiting] > -";
    let lines = lines(&facts);
    assert_eq!(
        (lines[99].as_str(), lines[100].as_str()),
        ("GET /a 0 > -", marked)
    );
}

#[test]
fn beyond_the_limit_pairs_stay_right() {
    let limits = HttpLimits {
        waiting: 2,
        ..HttpLimits::default()
    };
    let paths = ["/0", "/1", "/2", "/3"].map(|path| format!("GET {path} HTTP/1.1\r\n\r\n"));
    let answers: String = (200..204)
        .map(|code| format!("HTTP/1.1 {code} OK\r\nContent-Length: 0\r\n\r\n"))
        .collect();
    let parts = [
        (Out, bytes(paths.concat())),
        (In, bytes(answers)),
        (Out, get("/4")),
        (In, bytes(format!("{OK}0123456789"))),
    ];
    assert_eq!(
        lines(&read_with(limits, &parts).unwrap()),
        [
            "GET /0 0 > 200 0",
            "GET /1 0 > 201 0",
            "GET /2 0 [tooManyWaiting] > -",
            "GET /3 0 [tooManyWaiting] > -",
            "GET /4 0 > 200 10",
        ]
    );
}
