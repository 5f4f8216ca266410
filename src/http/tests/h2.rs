//! Connections of HTTP/2, made frame by frame.

use loona_hpack::Encoder;
use proptest::prelude::*;

use super::super::{HttpFacts, Reading};
use super::Part::Gap;
use super::{Part, bytes, lines, read};
use crate::session::Direction::{self, In, Out};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![len[1], len[2], len[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// One end, which encodes fields.
#[derive(Default)]
struct End(Encoder<'static>);

impl End {
    fn block(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        self.0.encode(
            fields
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes())),
        )
    }

    fn headers(&mut self, stream: u32, flags: u8, fields: &[(&str, &str)]) -> Vec<u8> {
        let block = self.block(fields);
        frame(1, flags | 4, stream, &block)
    }

    fn get(&mut self, stream: u32, path: &str) -> Vec<u8> {
        let fields = [
            (":method", "GET"),
            (":path", path),
            (":authority", "h"),
            (":scheme", "http"),
        ];
        self.headers(stream, 1, &fields)
    }
}

fn check(parts: &[(Direction, Vec<u8>)], expect: &[&str]) -> HttpFacts {
    let parts: Vec<(Direction, Part)> = parts
        .iter()
        .map(|(direction, text)| (*direction, bytes(text)))
        .collect();
    let facts = read(&parts).unwrap();
    assert_eq!(lines(&facts), expect);
    facts
}

/// Two streams that overlap, with trailers, padding and a promise.
fn session() -> Vec<(Direction, Vec<u8>)> {
    let (mut client, mut server) = (End::default(), End::default());
    let post = [
        (":method", "POST"),
        (":path", "/p"),
        ("content-type", "application/grpc"),
    ];
    let block = client.block(&post);
    let (start, rest) = block.split_at(5);
    vec![
        (In, SETTINGS.to_vec()),
        (Out, [PREFACE, SETTINGS].concat()),
        (Out, client.get(1, "/a")),
        (Out, frame(1, 0, 3, start)),
        (Out, frame(9, 4, 3, rest)),
        (Out, frame(0, 0, 3, b"\0\0\0\0\x02hi\0\0\0\0\0")),
        (In, server.headers(1, 0, &[(":status", "103")])),
        (
            In,
            server.headers(1, 0, &[(":status", "200"), ("content-length", "5")]),
        ),
        (
            In,
            frame(
                5,
                4,
                1,
                &[
                    &[0, 0, 0, 2][..],
                    &server.block(&[(":method", "GET"), (":path", "/pushed")]),
                ]
                .concat(),
            ),
        ),
        (
            In,
            server.headers(
                3,
                0,
                &[(":status", "200"), ("content-type", "application/grpc")],
            ),
        ),
        (In, frame(0, 8, 3, b"\x02\0\0\0\0\x01x__")),
        (Out, frame(0, 1, 3, b"")),
        (In, frame(0, 0, 1, b"hel")),
        (In, server.headers(3, 1, &[("grpc-status", "0")])),
        (In, frame(0, 1, 1, b"lo")),
        (In, server.headers(2, 1, &[(":status", "204")])),
        (In, frame(7, 0, 0, &[0; 8])),
    ]
}

const LINES: &[&str] = &[
    "GET /a 0 > (103) 200 5 as h2",
    "POST /p 12 > 200 6 as h2",
    "GET /pushed 0 > 204 0 as h2",
];

#[test]
fn streams_become_items_with_their_trailers() {
    let facts = check(&session(), LINES);
    assert_eq!(facts.reading, Reading::Parsed);
    let grpc = facts.items.iter().nth(1).unwrap();
    let (request, response) = (
        grpc.request.as_ref().unwrap(),
        grpc.response.as_ref().unwrap(),
    );
    assert_eq!(
        (request.grpc_messages, response.grpc_messages),
        (Some(2), Some(1))
    );
    assert_eq!(response.trailers.get("grpc-status"), Some(&b"0"[..]));
    assert_eq!(
        facts
            .items
            .iter()
            .map(|item| item.stream)
            .collect::<Vec<_>>(),
        [Some(1), Some(3), Some(2)]
    );
}

#[test]
fn a_reset_ends_what_is_open() {
    let (mut client, mut server) = (End::default(), End::default());
    check(
        &[
            (
                Out,
                [
                    PREFACE,
                    SETTINGS,
                    &client.get(1, "/a"),
                    &client.get(3, "/b"),
                ]
                .concat(),
            ),
            (In, server.headers(1, 0, &[(":status", "200")])),
            (In, frame(0, 0, 1, b"abc")),
            (Out, frame(3, 0, 1, &[0, 0, 0, 8])),
            (In, frame(3, 0, 3, &[0, 0, 0, 7])),
        ],
        &["GET /a 0 > 200 3 open [reset] as h2", "GET /b 0 > - as h2"],
    );
}

#[test]
fn a_connection_whose_start_was_not_captured_is_told_by_its_frames() {
    let window = frame(8, 0, 0, &[0, 0, 1, 0]);
    // A field of before, one that goes into the table, and that one again.
    let request = frame(1, 5, 3, b"\x82\x84\xbe\x40\x01a\x01b\xbe");
    let facts = check(
        &[
            (Out, [&window[..], &request].concat()),
            (
                In,
                [frame(1, 4, 3, b"\x88\xbf"), frame(0, 1, 3, b"abc")].concat(),
            ),
            (Out, frame(1, 5, 5, b"\x82\x85\xbe")),
            (In, frame(1, 5, 5, b"\x8d")),
        ],
        &[
            "GET / 0 [fieldsMissing] > 200 3 [fieldsMissing] as h2",
            "GET /index.html 0 > 404 0 as h2",
        ],
    );
    assert_eq!(facts.reading, Reading::Incomplete);
    let heads: Vec<String> = facts
        .items
        .iter()
        .map(|item| {
            let head = item.request.unwrap().head;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let pairs = head.iter().skip(2);
            pairs
                .map(|(name, value)| text(name) + "=" + &text(value) + ";")
                .collect()
        })
        .collect();
    assert_eq!(heads, ["(not captured)=;a=b;a=b;", "a=b;"]);
}

#[test]
fn bytes_that_are_no_frames_are_not_taken_for_a_connection() {
    for text in [
        &[frame(8, 0, 0, &[0, 0, 1, 0])].concat()[..],
        &[frame(8, 0, 0, &[0, 0, 1, 0]), frame(1, 4, 0, b"\x82")].concat(),
        &[frame(4, 0, 1, &[]), frame(1, 4, 1, b"\x82")].concat(),
        &[0; 60],
        b"\0\0\x04hello, this is another protocol\0\0\0\0\0\0\0",
    ] {
        assert_eq!(read(&[(Out, bytes(text)), (In, bytes(text))]), None);
    }
}

#[test]
fn an_upgrade_answers_the_request_on_the_first_stream() {
    let (mut client, mut server) = (End::default(), End::default());
    let upgrade = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
                   HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    check(
        &[
            (Out, upgrade.into()),
            (
                In,
                [
                    switch.as_bytes(),
                    SETTINGS,
                    &server.headers(1, 0, &[(":status", "200")]),
                ]
                .concat(),
            ),
            (Out, [PREFACE, SETTINGS, &client.get(3, "/b")].concat()),
            (In, frame(0, 1, 1, b"first")),
            (In, server.headers(3, 1, &[(":status", "404")])),
        ],
        &["GET /a 0 > (101) 200 5 as h2", "GET /b 0 > 404 0 as h2"],
    );
}

#[test]
fn missing_bytes_of_content_are_skipped_and_other_losses_end_the_direction() {
    let (mut client, mut server) = (End::default(), End::default());
    let data = frame(0, 0, 1, &[7; 100]);
    let start = [
        PREFACE,
        SETTINGS,
        &client.get(1, "/a"),
        &client.get(3, "/b"),
    ]
    .concat();
    let answer = server.headers(1, 0, &[(":status", "200")]);
    let parts = [
        (Out, bytes(start)),
        (In, bytes(answer)),
        (In, bytes(&data[..59])),
        (In, Gap(40)),
        (In, bytes(&data[99..])),
        (In, bytes(frame(0, 1, 1, b"x"))),
        (In, Gap(30)),
        (In, bytes(server.headers(3, 1, &[(":status", "200")]))),
    ];
    let facts = read(&parts).unwrap();
    assert_eq!(
        lines(&facts),
        [
            "GET /a 0 > 200 61 open [bytesMissing] as h2",
            "GET /b 0 > - as h2"
        ]
    );
    assert_eq!(facts.reading, Reading::Incomplete);
}

#[test]
fn floods_of_continuations_and_of_streams_stay_within_the_limits() {
    let mut parts = vec![(
        Out,
        bytes([PREFACE, SETTINGS, &frame(1, 0, 1, b"\x82")].concat()),
    )];
    parts.extend((0..1000).map(|_| (Out, bytes(frame(9, 0, 1, &[0x82; 16_000])))));
    assert_eq!(read(&parts).unwrap().reading, Reading::Error);
    let mut client = End::default();
    let mut parts = vec![(Out, bytes([PREFACE, SETTINGS].concat()))];
    parts.extend((0..10_000).map(|stream| (Out, bytes(client.get(stream * 2 + 1, "/a")))));
    let facts = read(&parts).unwrap();
    assert!(facts.limit_reached);
    assert_eq!(facts.item_count, 10_000);
}

proptest! {
    #[test]
    fn cuts_between_packets_change_nothing(cuts in prop::collection::vec(1_usize..40, 1..10)) {
        let mut cuts = cuts.iter().cycle();
        let mut parts = Vec::new();
        for (direction, text) in session() {
            let mut rest = &text[..];
            while !rest.is_empty() {
                let len = cuts.next().copied().unwrap_or(1).min(rest.len());
                let (head, tail) = rest.split_at(len);
                parts.push((direction, bytes(head)));
                rest = tail;
            }
        }
        prop_assert_eq!(lines(&read(&parts).unwrap()), LINES);
    }

    #[test]
    fn a_prefix_gives_the_items_that_end_in_it(kept in 0_usize..2000) {
        let mut parts = Vec::new();
        for (direction, text) in session() {
            parts.extend(text.chunks(7).map(|part| (direction, bytes(part))));
        }
        let all = read(&parts).unwrap();
        let whole: Vec<_> = all.items.iter().collect();
        parts.truncate(kept);
        let some = read(&parts);
        for item in some.iter().flat_map(|facts| facts.items.iter()) {
            let is_over = item.request.as_ref().is_some_and(|request| request.is_complete)
                && item.response.as_ref().is_some_and(|response| response.is_complete);
            let other = whole.iter().find(|other| other.index == item.index);
            prop_assert!(other.is_some());
            prop_assert!(!is_over || other == Some(&item));
        }
    }

    #[test]
    fn any_bytes_behind_a_preface_are_taken(
        parts in prop::collection::vec((any::<bool>(), any::<u8>(), any::<u8>(), 0_u32..4, prop::collection::vec(any::<u8>(), 0..30)), 0..20),
    ) {
        let mut all = vec![(Out, bytes(PREFACE))];
        for (is_out, kind, flags, stream, payload) in parts {
            let direction = if is_out { Out } else { In };
            all.push((direction, bytes(frame(kind % 10, flags, stream, &payload))));
        }
        let facts = read(&all).unwrap();
        prop_assert_eq!(facts.item_count, facts.items.len() as u64);
    }
}
