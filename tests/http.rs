//! `spider http` beyond its rows: archives for browsers, saved bodies.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{Run, command, testdata};
use serde_json::Value;

fn ok(arguments: &[&str]) -> Run {
    let run = Run::of(&mut command(arguments));
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
    run
}

fn archive(arguments: &[&str]) -> Value {
    let run = ok(&[&["http", "-o", "har"], arguments].concat());
    serde_json::from_str(&run.stdout).unwrap()
}

/// Keys that HAR 1.2 demands, below an entry.
const DEMANDED: &[&str] = &[
    "/startedDateTime",
    "/time",
    "/request/method",
    "/request/url",
    "/request/httpVersion",
    "/request/cookies",
    "/request/headers",
    "/request/queryString",
    "/request/headersSize",
    "/request/bodySize",
    "/response/status",
    "/response/statusText",
    "/response/httpVersion",
    "/response/cookies",
    "/response/headers",
    "/response/content/size",
    "/response/content/mimeType",
    "/response/redirectURL",
    "/response/headersSize",
    "/response/bodySize",
    "/cache",
    "/timings/send",
    "/timings/wait",
    "/timings/receive",
];

#[test]
fn an_archive_has_all_that_har_demands() {
    for capture in [
        "demo.pcapng",
        "http/pipelined-requests.pcap",
        "http/http2-cleartext.pcap",
        "http/statuses-and-methods.pcap",
        "http/websocket.pcap",
    ] {
        let archive = archive(&[capture]);
        assert_eq!(archive.pointer("/log/version").unwrap(), "1.2");
        for key in ["/log/creator/name", "/log/creator/version"] {
            assert!(archive.pointer(key).unwrap().is_string());
        }
        let entries = archive.pointer("/log/entries").unwrap().as_array().unwrap();
        let rows = ok(&["http", "-o", "ndjson", capture]).stdout;
        assert_eq!(entries.len(), rows.lines().count(), "{capture}");
        for entry in entries {
            for key in DEMANDED {
                assert!(entry.pointer(key).is_some(), "{capture}: no {key}");
            }
            let time = entry.pointer("/time").unwrap().as_f64().unwrap();
            assert!(0.0 <= time, "{capture}");
        }
    }
}

#[test]
fn an_archive_tells_of_connections_that_could_not_be_read() {
    let unread = |arguments: &[&str]| {
        let archive = archive(arguments);
        let comment = archive.pointer("/log/comment").unwrap();
        comment.as_str().unwrap().to_owned()
    };
    let capture = "tls/tls12-cbc-etm.pcap";
    assert!(unread(&[capture]).contains("could not be read: 1;"));
    let keys = "tls/tls12-cbc-etm.keys";
    assert!(unread(&["--keylog", keys, capture]).contains("could not be read: 0;"));
}

/// The files in a directory, by name, with their bytes.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn bodies_are_saved_without_their_codings() {
    for (capture, name, end) in [
        ("http/gzip-chunked.pcap", "00001-response-items.json", "]"),
        ("http/brotli.pcap", "00001-response-items.json", "]"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("bodies");
        let target = target.to_str().unwrap();
        ok(&["http", "--save-bodies", target, capture]);
        let saved = files(Path::new(target));
        assert_eq!(saved.len(), 2, "{capture}");
        let (first, bytes) = &saved[0];
        assert_eq!(first, name);
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(text.starts_with('[') && text.trim_end().ends_with(end));
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{capture}");
    }
}

#[test]
fn a_body_is_the_file_that_the_server_sent() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().to_str().unwrap();
    ok(&["http", "--save-bodies", target, "demo.pcapng"]);
    let saved = files(directory.path());
    let of = |end: &str| {
        let found = saved.iter().filter(|(name, _)| name.ends_with(end));
        found.map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>()
    };
    let styles = of("-response-style.css");
    // Two clients got it: by one file or by none that differs.
    assert_eq!(styles.len(), 2);
    assert_eq!(styles[0], styles[1]);
    let pictures = of("-response-logo.png");
    assert!(pictures.iter().all(|bytes| bytes.starts_with(b"\x89PNG")));
    assert_eq!(of("-request-photo.bin")[0].len(), 24_000);
}

/// A pcap of one request for `path` and its response, raw IP.
fn exchange(path: &str) -> Vec<u8> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: ../../evil\r\n\r\n");
    let response = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
    let mut file = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    file.extend([
        2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 101, 0, 0, 0,
    ]);
    let ends = [([10, 0, 0, 1], 40_000_u16), ([10, 0, 0, 2], 80_u16)];
    for (at, payload) in [(0, request.as_str()), (1, response)] {
        let (from, to) = (ends[at], ends[1 - at]);
        let len = u16::try_from(40 + payload.len()).unwrap();
        for number in [1_705_268_606, u32::try_from(at).unwrap()] {
            file.extend(number.to_le_bytes());
        }
        for _ in 0..2 {
            file.extend(u32::from(len).to_le_bytes());
        }
        file.extend([0x45, 0]);
        file.extend(len.to_be_bytes());
        file.extend([0, 1, 0x40, 0, 64, 6, 0, 0]);
        file.extend(from.0);
        file.extend(to.0);
        file.extend(from.1.to_be_bytes());
        file.extend(to.1.to_be_bytes());
        file.extend([0, 0, 1, 0, 0, 0, 1, 0, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0]);
        file.extend(payload.as_bytes());
    }
    file
}

#[test]
fn no_path_from_the_network_leads_out_of_the_directory() {
    for path in [
        "/../../../etc/passwd",
        "/..",
        "/a/%2e%2e%2f%2e%2e%2fb",
        "/..\\..\\windows\\system.ini",
        "/.bashrc",
        "/CON",
        "/x\u{202e}gnp.exe",
        "/",
        "http://evil/../..//x",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let capture = directory.path().join("x.pcap");
        fs::write(&capture, exchange(path)).unwrap();
        let target = directory.path().join("deep/bodies");
        let arguments = [
            "http",
            "--save-bodies",
            target.to_str().unwrap(),
            capture.to_str().unwrap(),
        ];
        ok(&arguments);
        let saved = files(&target);
        assert_eq!(saved.len(), 1, "{path}");
        let (name, bytes) = &saved[0];
        assert_eq!(bytes, b"body", "{path}");
        assert!(name.starts_with("00001-response"), "{path}: {name}");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        assert!(name.chars().all(is_plain), "{path}: {name}");
        assert_eq!(files(&directory.path().join("deep/bodies")).len(), 1);
        let beside = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(beside, 2, "{path}");
    }
    assert!(testdata().exists());
}
