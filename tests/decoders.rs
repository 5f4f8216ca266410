//! The laws of decoders of lots, tried with every decoder there is.
//!
//! `docs/decoders.md` names them. Random, but the same in every run.
#![expect(clippy::expect_used, reason = "what cannot be read fails the test")]

use std::fs;
use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::value::RawValue;
use spider_pcap::lot::decode::{
    Decoded, Decoder, Gap, Line, LineEnd, LotBytes, SpanKind, all, auto, by_name,
};
use spider_pcap::session::Direction;

#[test]
fn every_file_of_the_folder_is_a_decoder_with_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lot/decode");
    let mut files: Vec<String> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_file())
        .map(|path| {
            path.file_stem()
                .expect("name")
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let names: Vec<_> = all().iter().map(|decoder| decoder.name()).collect();
    assert_eq!(names, files);
    for name in names {
        let found = by_name(name).map(Decoder::name);
        assert_eq!(found, Some(name));
    }
    assert!(by_name("auto").is_none() && by_name("raw").is_none());
}

#[test]
fn every_decoder_has_a_summary_of_one_line() {
    for decoder in all() {
        let summary = decoder.summary();
        let is_fragment = !summary.is_empty() && !summary.ends_with('.');
        assert!(is_fragment && summary.len() <= 72, "{}", decoder.name());
        assert!(!summary.contains('\n'), "{}", decoder.name());
    }
}

/// `cargo fmt` does not see the files that the build script lists.
#[test]
fn the_checks_format_decoders_by_name() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run");
    let text = fs::read_to_string(path).expect(".ci/run");
    assert!(text.contains("rustfmt --check --edition 2024 src/lot/decode/*.rs"));
}

#[test]
fn auto_knows_what_it_sees() {
    let cases: [(&[u8], &str); 25] = [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "http"),
        (b"SIP/2.0 200 OK\r\n\r\n", "text"),
        (b"220 mail.example ESMTP\r\n", "text"),
        ("Grüße, 世界\n".as_bytes(), "text"),
        (b"{\"a\": 1}\n{\"a\": 2}\n", "json"),
        (b" [1, 2] ", "json"),
        (b"{\"a\": 1", "text"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "http"),
        (
            b"--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n",
            "multipart",
        ),
        (b"<a><b/></a>", "xml"),
        (b"<14>Oct 11 22:14:15 su: failed\n", "text"),
        (b"*1\r\n$4\r\nPING\r\n", "resp"),
        (b"+OK\r\n", "text"),
        (b"Z\0\0\0\x05I", "postgres"),
        (b"\x81\x02hi", "websocket"),
        (b"\x81\x03hi", "hex"),
        (b"\x30\x06\0\x01a\0hi", "mqtt"),
        (b"\0\0\0\x04\x01\0\0\0\0", "http2"),
        (b"\x81\xa4name\xa5Alice", "msgpack"),
        (b"\x12\x07testing", "hex"),
        (b"\x82\0\0\0", "hex"),
        (b"a=1&b=2", "text"),
        (b"\xff\xfea\0b\0c\0", "utf16"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "hex"),
        (b"", "hex"),
    ];
    for (bytes, expected) in cases {
        let chosen = auto(&LotBytes::whole(Direction::In, bytes)).name();
        assert_eq!(chosen, expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_lot_of_nothing_but_a_gap_shows_the_gap() {
    let gaps = [Gap {
        at: 0,
        missing_bytes: 1460,
    }];
    let lot = LotBytes {
        gaps: &gaps,
        ..LotBytes::whole(Direction::In, b"")
    };
    for decoder in all().iter().copied().chain([auto(&lot)]) {
        let shown = decode(decoder, &lot).to_string();
        assert!(shown.contains("[1460 bytes missing]"), "{}", decoder.name());
    }
}

#[test]
fn parts_of_a_lot_give_the_lines_of_the_whole() {
    let bytes = b"one long line, and another\r\nof text ".repeat(40);
    let whole = LotBytes::whole(Direction::In, &bytes);
    for name in ["text", "hex"] {
        let decoder = by_name(name).expect("decoder");
        let mut out = Decoded::default();
        let mut offset = 0;
        for part in bytes.chunks(64) {
            decoder.decode(
                &LotBytes {
                    offset,
                    is_whole: false,
                    ..LotBytes::whole(Direction::In, part)
                },
                &mut out,
            );
            offset += u64::try_from(part.len()).expect("small");
        }
        assert_eq!(
            out.to_string(),
            decode(decoder, &whole).to_string(),
            "{name}"
        );
    }
}

#[test]
fn lots_made_to_be_costly_stay_within_bounds() {
    let nested = "[".repeat(128) + &"]".repeat(128);
    let patterns = [
        nested.as_str(),
        "[",
        "{\"\":[[",
        "[1]\n",
        "1 ",
        "HTTP/1.1 200\n\n",
        "GET / HTTP/1.1\n\n",
        "HTTP/1.1 200\nContent-Length: 2\n\n[]",
        "HTTP/1.1 200\n:",
        "\n",
        "&",
        "a&",
        "\u{9b}",
        "\u{feff}a\0",
        "\"\\",
        "<a>",
        "<a/>",
        "<a><b>",
        "x<a/>",
        "--\r\n",
        "--b\r\n",
        "--b\r\nContent-Type: multipart/a\r\n\r\n",
        "*1\r\n",
        "*9\r\n:1\r\n",
        "S\0\0\0\u{4}",
        "D\0\0\0\u{6}\0\0",
        "D\0\0\0\u{1e}\0\u{3}\0\0\0\0\0\0\0\u{4}\0\0\0\0\0\0\0\0",
        "\u{9}\0",
        "\u{1}\0",
        "\u{1}\u{1}a",
        "\u{a}\0",
        "\u{8}\u{1}",
        "\u{10}\u{1}\u{10}",
        "\u{b}",
        "\0\0\0\0\0",
        "\0\0\0\0\u{1}x",
        "0\u{4}\0\u{1}aa",
        "0\u{5}\0\u{1}a\0a",
        "\0\0\0\0\0\0\0\0\u{1}",
        "\0\0\u{1}\0\0\0\0\0\u{1}a",
        "\0\0\0\u{4}\0\0\0\0\0",
        "\0\0\u{1}\u{1}\u{4}\0\0\0\u{1}\u{10}",
        "_\r\n",
        "HTTP/1.1 200\nTransfer-Encoding: chunked\n\n0\r\n\r\n",
        "HTTP/1.1 200\nTransfer-Encoding: chunked\n\n1;a\r\nb\r\n",
        "HTTP/1.1 200\nContent-Encoding: gzip\nContent-Length: 1\n\na",
    ];
    for pattern in patterns {
        let bytes = pattern.repeat((1 << 16) / pattern.len()).into_bytes();
        let lot = LotBytes::whole(Direction::In, &bytes);
        for decoder in all() {
            check_laws(*decoder, &lot);
        }
    }
}

#[test]
#[expect(
    clippy::reversed_empty_ranges,
    reason = "a range that makes no sense is the point"
)]
fn marks_that_make_no_sense_do_no_harm() {
    let gap = |at, missing_bytes| Gap { at, missing_bytes };
    let gaps = [gap(usize::MAX, u64::MAX), gap(1, u64::MAX), gap(0, 0)];
    let late = [5..2, 1..usize::MAX, 0..1];
    for bytes in [b"{\"a\":1}\n".as_slice(), b"a=%41\xff\0", b""] {
        let lot = LotBytes {
            offset: u64::MAX,
            gaps: &gaps,
            late: &late,
            ..LotBytes::whole(Direction::In, bytes)
        };
        let without_gaps = LotBytes { gaps: &[], ..lot };
        for decoder in all() {
            let shown = decode(*decoder, &lot).to_string();
            assert_eq!(shown.matches("missing]").count(), 3, "{}", decoder.name());
            decode(*decoder, &without_gaps);
        }
    }
}

#[test]
fn many_marks_cost_no_more_than_many_bytes() {
    // A decoder that looks through a long line again at each mark does not come back from this.
    let bytes = vec![b'a'; 1 << 18];
    let late: Vec<_> = (0..bytes.len()).step_by(2).map(|at| at..at + 1).collect();
    let gaps: Vec<_> = (0..bytes.len())
        .step_by(3)
        .map(|at| Gap {
            at,
            missing_bytes: 1,
        })
        .collect();
    for (late, gaps) in [(&late[..], &[][..]), (&[], &gaps), (&late, &gaps)] {
        let lot = LotBytes {
            late,
            gaps,
            ..LotBytes::whole(Direction::In, &bytes)
        };
        for decoder in all() {
            check_laws(*decoder, &lot);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_decoder_shows_any_lot(lot in any_lot()) {
        for decoder in all() {
            check_laws(*decoder, &lot.borrowed());
        }
        check_laws(auto(&lot.borrowed()), &lot.borrowed());
    }

    #[test]
    fn text_loses_no_byte(lot in any_lot()) {
        let out = decode(by_name("text").expect("text"), &lot.borrowed());
        prop_assert_eq!(bytes_of_text(&out), lot.bytes);
    }

    #[test]
    fn rows_of_hex_give_the_bytes_back(lot in any_lot()) {
        let out = decode(by_name("hex").expect("hex"), &lot.borrowed());
        prop_assert_eq!(bytes_of_rows(&out), lot.bytes);
    }

    #[test]
    fn offsets_of_hex_count_missing_bytes(lot in any_lot()) {
        let out = decode(by_name("hex").expect("hex"), &lot.borrowed());
        let mut expected = lot.offset;
        for line in out.lines() {
            let offset = line.spans().find(|span| span.kind == SpanKind::Offset).expect("offset");
            prop_assert_eq!(u64::from_str_radix(offset.text, 16).expect("hex"), expected);
            expected += row_bytes(&line).len() as u64 + missing_bytes(&line);
        }
    }

    #[test]
    fn late_bytes_of_text_and_hex_are_late_spans(lot in any_lot()) {
        let borrowed = lot.borrowed();
        let hex = decode(by_name("hex").expect("hex"), &borrowed);
        let marked: Vec<bool> = hex
            .lines()
            .flat_map(|line| line.spans())
            .filter(|span| span.kind == SpanKind::Ascii)
            .flat_map(|span| vec![span.late; span.text.len()])
            .collect();
        let late: Vec<bool> = (0..lot.bytes.len()).map(|at| lot.is_late(at, 1)).collect();
        prop_assert_eq!(marked, late);
        let text = decode(by_name("text").expect("text"), &borrowed);
        for (at, length, late) in lateness_of_text(&text) {
            prop_assert_eq!(late, lot.is_late(at, length));
        }
    }

    #[test]
    fn indented_json_has_the_tokens_it_came_with(texts in prop::collection::vec(any_json(), 1..4)) {
        let json = texts.join("\n");
        let lot = LotBytes::whole(Direction::In, json.as_bytes());
        let out = decode(by_name("json").expect("json"), &lot).to_string();
        prop_assert_eq!(tokens(&out), tokens(&json));
        prop_assert_eq!(texts_in(&out), texts_in(&json));
    }
}

/// What must hold of any decoder and any lot.
fn check_laws(decoder: &dyn Decoder, lot: &LotBytes<'_>) {
    let name = decoder.name();
    let out = decode(decoder, lot);
    let shown: usize = out.lines().map(|line| line.text().len()).sum();
    let pieces = 1 + lot.gaps.len() + lot.late.len();
    assert!(
        shown <= 70 * lot.bytes.len() + 200 * pieces,
        "{name} writes {shown} bytes"
    );
    let lines = out.lines().count();
    assert!(
        lines <= 3 * lot.bytes.len() + 2 * pieces + 2,
        "{name} writes {lines} lines"
    );
    let missing: u64 = out.lines().map(|line| missing_bytes(&line)).sum();
    let expected: u64 = lot.gaps.iter().map(|gap| gap.missing_bytes).sum();
    assert_eq!(missing, expected, "{name} shows every gap");
    let is_late = out.lines().any(|line| line.spans().any(|span| span.late));
    assert!(!is_late || !lot.late.is_empty(), "{name} calls bytes late");
    let empty = out
        .lines()
        .flat_map(|line| line.spans())
        .any(|span| span.text.is_empty());
    assert!(!empty, "{name} writes empty spans");
    assert_eq!(decode(decoder, lot), out, "{name} says the same again");
}

fn decode(decoder: &dyn Decoder, lot: &LotBytes<'_>) -> Decoded {
    let mut out = Decoded::default();
    decoder.decode(lot, &mut out);
    out
}

fn bytes_of_text(out: &Decoded) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in out.lines() {
        for span in line.spans() {
            match span.kind {
                SpanKind::Text => bytes.extend(span.text.bytes()),
                SpanKind::Escape => bytes.extend(digits(&span.text.replace("\\x", " "))),
                other => assert_eq!(other, SpanKind::Gap),
            }
        }
        match line.end() {
            LineEnd::Lf => bytes.push(b'\n'),
            LineEnd::CrLf => bytes.extend(b"\r\n"),
            LineEnd::Own | LineEnd::Open => {}
        }
    }
    bytes
}

/// Index, length and lateness of each character and escape.
fn lateness_of_text(out: &Decoded) -> Vec<(usize, usize, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in out.lines() {
        for span in line.spans() {
            let lengths: Vec<usize> = match span.kind {
                SpanKind::Text => span.text.chars().map(char::len_utf8).collect(),
                SpanKind::Escape => vec![1; span.text.len() / 4],
                _ => Vec::new(),
            };
            for length in lengths {
                found.push((at, length, span.late));
                at += length;
            }
        }
        at += match line.end() {
            LineEnd::Lf => 1,
            LineEnd::CrLf => 2,
            LineEnd::Own | LineEnd::Open => 0,
        };
    }
    found
}

fn bytes_of_rows(out: &Decoded) -> Vec<u8> {
    out.lines().flat_map(|line| row_bytes(&line)).collect()
}

fn row_bytes(line: &Line<'_>) -> Vec<u8> {
    let bytes = line.spans().filter(|span| span.kind == SpanKind::Bytes);
    digits(&bytes.map(|span| span.text).collect::<String>())
}

/// Bytes of two digits each, with spaces between them.
fn digits(text: &str) -> Vec<u8> {
    let bytes = text.split_whitespace();
    bytes
        .map(|byte| u8::from_str_radix(byte, 16).expect("two digits"))
        .collect()
}

fn missing_bytes(line: &Line<'_>) -> u64 {
    let gaps = line.spans().filter(|span| span.kind == SpanKind::Gap);
    let counts = gaps
        .flat_map(|span| span.text.split('['))
        .filter_map(|gap| gap.split(' ').next());
    counts
        .filter(|count| !count.is_empty())
        .map(|count| count.parse::<u64>().expect("count"))
        .sum()
}

/// The text without white space outside of strings.
fn tokens(json: &str) -> String {
    let mut quoted = false;
    let mut escaped = false;
    let significant = |character: &char| {
        let is_white = !quoted && character.is_ascii_whitespace();
        quoted ^= *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        !is_white
    };
    json.chars().filter(significant).collect()
}

fn texts_in(json: &str) -> usize {
    let texts = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>();
    texts
        .filter(|text| text.as_ref().expect("valid").get() != "")
        .count()
}

#[derive(Clone, Debug)]
struct AnyLot {
    offset: u64,
    bytes: Vec<u8>,
    gaps: Vec<Gap>,
    late: Vec<Range<usize>>,
    is_whole: bool,
}

impl AnyLot {
    /// True when any of these bytes came late.
    fn is_late(&self, at: usize, length: usize) -> bool {
        (at..at + length).any(|at| self.late.iter().any(|range| range.contains(&at)))
    }

    fn borrowed(&self) -> LotBytes<'_> {
        LotBytes {
            offset: self.offset,
            gaps: &self.gaps,
            late: &self.late,
            is_whole: self.is_whole,
            ..LotBytes::whole(Direction::Out, &self.bytes)
        }
    }
}

/// Lots whose bytes are random, or look like something.
fn any_lot() -> impl Strategy<Value = AnyLot> {
    let likely = prop::sample::select(LIKELY);
    let piece = prop_oneof![
        4 => likely.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    let bytes = prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat());
    let gaps = prop::collection::vec((0..300_usize, 1..3000_u64), 0..4);
    let edges = prop::collection::btree_set(0..300_usize, 0..7);
    let offset = prop_oneof![Just(0), 0..u64::from(u32::MAX) * 4];
    (bytes, gaps, edges, offset).prop_map(|(bytes, gaps, edges, offset)| {
        let mut gaps: Vec<_> = gaps
            .into_iter()
            .map(|(at, missing_bytes)| Gap {
                at: at.min(bytes.len()),
                missing_bytes,
            })
            .collect();
        gaps.sort_by_key(|gap| gap.at);
        let edges: Vec<_> = edges.into_iter().collect();
        let late = edges
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[start, end]| *start..*end)
            .collect();
        AnyLot {
            offset,
            bytes,
            gaps,
            late,
            is_whole: offset == 0,
        }
    })
}

/// JSON texts with numbers and escapes that parsing would change.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1.10",
        "1E+05",
        "123456789012345678901234567890.00",
        "1e-400",
        "\"\"",
        "\"a b\\n\\u00e9\\\"\\\\\"",
        "\"{[,:]}\"",
        "\"世\"",
        "[ ]",
        "{\t}",
        " [\n] ",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(5, 40, 5, |inner| {
            let member = (
                prop::sample::select(vec!["a", "b", "\\\"", ": "]),
                inner.clone(),
            );
            prop_oneof![
                prop::collection::vec(inner, 0..5)
                    .prop_map(|items| format!("[{}]", items.join(" ,\r\n"))),
                prop::collection::vec(member, 0..5).prop_map(|members| {
                    let members = members
                        .iter()
                        .map(|(key, value)| format!("\"{key}\" : {value}"));
                    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
                }),
            ]
        })
}

/// Pieces that mean something to some decoder.
const LIKELY: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    "é",
    "世",
    "😀",
    "{\"a\":",
    "[",
    "]",
    "}",
    "1.0",
    ",",
    "\"",
    "\\",
    "a=1&",
    "%41",
    "+",
    "POST / HTTP/1.1\r\n",
    "HTTP/1.1 200 OK\r\n",
    "Content-Length: 4\r\n",
    "\t",
    "\0",
    "Content-Type: application/json\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Encoding: gzip, br\r\n",
    "Content-Encoding: zstd\r\n",
    "\r\n\r\n",
    "4\r\n",
    "0\r\n",
    "--b\r\n",
    "--b--\r\n",
    "Content-Disposition: form-data\r\n",
    "<a b='c'>",
    "</a>",
    "<!--",
    "-->",
    "<![CDATA[",
    "&amp;",
    "\u{1f}\u{8b}\u{8}",
    "*2\r\n",
    "$4\r\n",
    "+OK\r\n",
    ":1\r\n",
    "%1\r\n",
    "plain text",
    "\u{9b}",
    "\u{202e}",
    "\u{feff}",
    "Q\0\0\0",
    "\0\0\0\u{8}",
    "D\0\0\0\u{a}\0\u{1}",
    "\u{3}\0\0",
    "T\0\0\0",
    "\u{10}\u{d}\0\u{4}MQTT\u{4}\u{2}",
    "0\u{8}\0\u{1}",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\0\0\u{6}\u{4}\0\0\0\0\0",
    "\0\0\u{2}\u{1}\u{4}\0\0\0\u{1}",
    "\0\0\u{4}\0\0\0\0\0\u{1}",
    "\u{12}\u{4}",
    "\u{8}\u{1}",
    "\0\0\0\0\u{4}",
];
