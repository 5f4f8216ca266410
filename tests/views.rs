//! What `content` and `timing` print of captures, compared with the files in `testdata/views/`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test views` writes the files anew; review reads their diff.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/golden.rs"]
mod golden;
#[path = "support/program.rs"]
mod program;

use golden::Goldens;
use program::{Run, command};

/// Name of the golden, capture, and arguments.
const VIEWS: &[(&str, &str, &[&str])] = &[
    (
        "demo.parsing-log.txt",
        "demo.pcapng",
        &["http", "--parsing-log"],
    ),
    (
        "pipelined.http.txt",
        "http/pipelined-requests.pcap",
        &["http"],
    ),
    (
        "http2.http.ndjson",
        "http/http2-cleartext.pcap",
        &["http", "-o", "ndjson"],
    ),
    (
        "gzip-chunked.http.har",
        "http/gzip-chunked.pcap",
        &["http", "-o", "har"],
    ),
    (
        "tls13-http2.http.csv",
        "tls/tls13-http2.pcapng",
        &["http", "-o", "csv"],
    ),
    (
        "tls13-curl.content.txt",
        "tls/tls13-curl.pcapng",
        &["content", "--session", "1"],
    ),
    (
        "demo-1.content.txt",
        "demo.pcapng",
        &["content", "--session", "1"],
    ),
    (
        "demo-1.content.ndjson",
        "demo.pcapng",
        &["content", "--session", "1", "-o", "ndjson"],
    ),
    (
        "demo-10.content.txt",
        "demo.pcapng",
        &["content", "--session", "10", "--lot", "0"],
    ),
    (
        "postgres.content.txt",
        "database/postgres.pcapng",
        &["content", "--session", "1"],
    ),
    (
        "postgres.content.json",
        "database/postgres.pcapng",
        &["content", "--session", "1", "-o", "json"],
    ),
    (
        "http-brotli.content.txt",
        "http/brotli.pcap",
        &["content", "--session", "1"],
    ),
    (
        "http-multipart-form.content.txt",
        "http/multipart-form.pcap",
        &["content", "--session", "1"],
    ),
    (
        "http2.content.txt",
        "http/http2-cleartext.pcap",
        &["content", "--session", "1"],
    ),
    (
        "websocket.content.txt",
        "http/websocket.pcap",
        &["content", "--session", "1"],
    ),
    (
        "redis-resp3.content.txt",
        "database/redis-resp3.pcap",
        &["content", "--session", "4"],
    ),
    (
        "postgres-extended.content.txt",
        "database/postgres-extended.pcapng",
        &["content", "--session", "2"],
    ),
    (
        "mqtt-5.content.txt",
        "messaging/mqtt.pcap",
        &["content", "--session", "1"],
    ),
    (
        "mqtt-311.content.txt",
        "messaging/mqtt.pcap",
        &["content", "--session", "2"],
    ),
    (
        "grpc.content.txt",
        "rpc/grpc.pcap",
        &["content", "--session", "1"],
    ),
    (
        "msgpack.content.txt",
        "rpc/msgpack.pcap",
        &["content", "--session", "1"],
    ),
    (
        "upload.content.txt",
        "http/upload.pcap",
        &["content", "--lot", "0..1", "--ascii"],
    ),
    (
        "snaplen.content.txt",
        "format/snaplen-96.pcap",
        &["content", "--session", "1"],
    ),
    (
        "snaplen.content.ndjson",
        "format/snaplen-96.pcap",
        &["content", "--session", "1", "-o", "ndjson"],
    ),
    (
        "overlap-first.content.txt",
        "hand-made/conflicting-overlap.pcap",
        &["content"],
    ),
    (
        "overlap-last.content.txt",
        "hand-made/conflicting-overlap.pcap",
        &["content", "--overlap", "last"],
    ),
    (
        "late-tail-acknowledged.content.txt",
        "hand-made/late-tail-acknowledged.pcap",
        &["content"],
    ),
    (
        "late-tail-acknowledged.content.ndjson",
        "hand-made/late-tail-acknowledged.pcap",
        &["content", "-o", "ndjson"],
    ),
    (
        "late-tail-not-acknowledged.content.txt",
        "hand-made/late-tail-not-acknowledged.pcap",
        &["content"],
    ),
    (
        "late-tail-not-acknowledged.content.ndjson",
        "hand-made/late-tail-not-acknowledged.pcap",
        &["content", "-o", "ndjson"],
    ),
    (
        "late-gap-filled.content.txt",
        "hand-made/late-gap-filled.pcap",
        &["content"],
    ),
    (
        "late-gap-filled.content.ndjson",
        "hand-made/late-gap-filled.pcap",
        &["content", "-o", "ndjson"],
    ),
    (
        "late-request-tail.content.txt",
        "hand-made/late-request-tail.pcap",
        &["content"],
    ),
    (
        "late-tail-acknowledged.flow.txt",
        "hand-made/late-tail-acknowledged.pcap",
        &["packets"],
    ),
    (
        "late-tail-not-acknowledged.flow.txt",
        "hand-made/late-tail-not-acknowledged.pcap",
        &["packets"],
    ),
    ("demo.http.txt", "demo.pcapng", &["http"]),
    ("demo.http.csv", "demo.pcapng", &["http", "-o", "csv"]),
    (
        "upload.http.json",
        "http/upload.pcap",
        &["http", "-o", "json"],
    ),
    (
        "websocket-deflate-1.content.txt",
        "http/websocket-deflate-history.pcap",
        &["content", "--session", "1"],
    ),
    (
        "websocket-deflate-2.content.txt",
        "http/websocket-deflate-history.pcap",
        &["content", "--session", "2", "--lot", "4..100"],
    ),
    (
        "websocket-deflate.http.ndjson",
        "http/websocket-deflate-history.pcap",
        &["http", "-o", "ndjson"],
    ),
    (
        "websocket.http.ndjson",
        "http/websocket.pcap",
        &["http", "-o", "ndjson"],
    ),
    (
        "http2-cleartext.http.txt",
        "http/http2-cleartext.pcap",
        &["http"],
    ),
    (
        "late-request-tail.http.txt",
        "hand-made/late-request-tail.pcap",
        &["http"],
    ),
    (
        "statuses.http.txt",
        "http/statuses-and-methods.pcap",
        &["http", "--status", "4xx,201", "--sort", "-response.status"],
    ),
    ("demo.timing.txt", "demo.pcapng", &["timing"]),
    (
        "demo.timing.ndjson",
        "demo.pcapng",
        &["timing", "-o", "ndjson"],
    ),
    (
        "demo-10.timing.txt",
        "demo.pcapng",
        &["timing", "--session", "10"],
    ),
    (
        "demo-10.timing.json",
        "demo.pcapng",
        &["timing", "--session", "10", "-o", "json"],
    ),
    (
        "zero-window.timing.txt",
        "session/zero-window.pcap",
        &["timing", "--session", "1", "--ascii"],
    ),
    (
        "zero-window.timing.json",
        "session/zero-window.pcap",
        &["timing", "--session", "1", "-o", "json"],
    ),
    (
        "lossy-client.timing.txt",
        "session/lossy-client.pcap",
        &["timing", "--session", "1"],
    ),
    (
        "lossy-client.timing.json",
        "session/lossy-client.pcap",
        &["timing", "--session", "1", "-o", "json"],
    ),
];

#[test]
fn views_are_those_of_the_files() {
    let mut goldens = Goldens::default();
    for (golden, capture, arguments) in VIEWS {
        let run = Run::of(&mut command(&[arguments, &[*capture][..]].concat()));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{golden}");
        assert!(!run.stdout.is_empty(), "{golden}");
        goldens.compare(format!("views/{golden}"), &run.stdout);
    }
    goldens.check();
}

/// Raw content is the file that a server sent: nothing else is in the stream but its head.
#[test]
fn raw_content_ends_with_the_bytes_of_the_body() {
    let run = |arguments: &[&str]| {
        let upload = ["content", "http/upload.pcap"];
        command(&[&upload, arguments].concat())
            .output()
            .unwrap()
            .stdout
    };
    let out = run(&["--direction", "out", "-o", "raw"]);
    let both = run(&["-o", "raw"]);
    let back = run(&["--direction", "in", "-o", "raw"]);
    assert_eq!(both.len(), out.len() + back.len());
    let lots: Vec<u8> = (0..4)
        .flat_map(|lot| run(&["--lot", &lot.to_string(), "-o", "raw"]))
        .collect();
    assert!(both.starts_with(&lots));
    let head = String::from_utf8_lossy(&out);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    let length: usize = length.unwrap().trim().parse().unwrap();
    assert!(length < out.len(), "{length} of {}", out.len());
}
