//! What `content` and `timing` print of captures, compared with the files in `testdata/views/`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test views` writes the files anew; review reads their diff.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/diff.rs"]
mod diff;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Name of the golden, capture, and arguments.
const VIEWS: &[(&str, &str, &[&str])] = &[
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
    let is_blessing = std::env::var_os("UPDATE_GOLDEN").is_some();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut report = String::new();
    for (golden, capture, arguments) in VIEWS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spider"));
        command.args(*arguments).arg(root.join(capture));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        let output = command.output().unwrap();
        let found = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(
            output.status.success() && !found.is_empty(),
            "{golden}: {output:?}"
        );
        let golden = root.join("views").join(golden);
        if is_blessing {
            fs::write(&golden, &found).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if expected != found {
            let lines = diff::lines(&expected, &found);
            let name = golden.display();
            writeln!(report, "{name} (- file, + now):\n{lines}").unwrap();
        }
    }
    assert!(report.is_empty(), "UPDATE_GOLDEN=1 blesses\n{report}");
}

/// Raw content is the file that a server sent: nothing else is in the stream but its head.
#[test]
fn raw_content_ends_with_the_bytes_of_the_body() {
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/http/upload.pcap");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spider"));
        command.arg("content").args(arguments).arg(&capture);
        command.output().unwrap().stdout
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
