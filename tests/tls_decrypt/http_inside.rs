//! HTTP within TLS is found alike by whatever chooses sessions.

use tempfile::TempDir;

use crate::derived::run;

const KEYS: [&str; 4] = [
    "--keylog",
    "tls/tls12-cbc-etm.keys",
    "--keylog",
    "tls/tls10-rc4.keys",
];
/// One with HTTP inside, which is the first in time, and one with lines of text.
const CAPTURES: [&str; 2] = ["tls/tls10-rc4.pcap", "tls/tls12-cbc-etm.pcap"];

fn spider(arguments: &[&str]) -> String {
    run(&[arguments, &KEYS, &CAPTURES].concat())
}

#[test]
fn choosing_by_http_finds_what_is_said_under_encryption() {
    for choice in [
        &["--http"][..],
        &["--where", "parsers.http.itemsCount == 1"],
    ] {
        let list = spider(&[&["sessions", "-o", "ndjson"], choice].concat());
        assert_eq!(list.lines().count(), 1);
        assert!(list.contains("\"cipher\":{\"name\":\"TLS_RSA_WITH_AES_128_CBC_SHA\""));
        let stats = spider(&[&["stats", "-o", "json"], choice].concat());
        assert!(stats.contains("\"sessions\": 1,"), "{stats}");
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("chosen.pcapng");
        let file = file.to_str().unwrap();
        spider(&[&["export", "-w", file], choice].concat());
        let sessions = [
            "sessions",
            "-o",
            "csv",
            "--columns",
            "src.port,parsers.http.itemsCount",
        ];
        let written = run(&[&sessions[..], &[file]].concat());
        assert_eq!(written, spider(&[&sessions[..], choice].concat()));
        assert_eq!(written.lines().count(), 2);
    }
    let without = run(&[&["sessions", "-o", "ndjson", "--http"][..], &CAPTURES].concat());
    assert_eq!(without, "");
}

#[test]
fn the_document_of_one_session_is_that_of_the_list() {
    let list = spider(&["sessions", "-o", "ndjson"]);
    for (number, listed) in (1..).zip(list.lines()) {
        let shown = spider(&["show", "-o", "json", "--session", &number.to_string()]);
        assert_eq!(shown.trim_end(), listed);
    }
    assert!(
        list.lines()
            .next()
            .unwrap()
            .contains("\"parsers\":{\"http\"")
    );
}

#[test]
fn packets_and_content_are_of_the_session_that_the_list_numbers() {
    let list = spider(&["sessions", "-o", "csv", "--columns", "src.port"]);
    for (number, port) in (1..).zip(list.lines().skip(1)) {
        let number = number.to_string();
        // By what the first pass has to find, and by its number.
        for id in [number.as_str(), port] {
            let packets = spider(&["packets", "-o", "ndjson", "--session", id]);
            let session = packets.lines().next().unwrap();
            assert!(session.contains(&format!("-{port}-")), "{session}");
            let content = spider(&["content", "-o", "raw", "--session", id]);
            assert_eq!(content.contains("HTTP/1.0 200"), number == "1", "{content}");
        }
    }
}

#[test]
fn http_within_tls_is_found_behind_proxies() {
    let inside = run(&[
        "http",
        "-o",
        "csv",
        "--columns",
        "url,response.status",
        "--keylog",
        "tls/tls-through-proxies.keys",
        "tls/tls-through-proxies.pcap",
    ]);
    let urls: Vec<&str> = inside.lines().skip(1).collect();
    let inner = "https://api.example.test/items.json,200";
    let outer = "api.example.test:443,200";
    assert_eq!(urls, [outer, inner, outer, inner, inner, inner, inner]);
}
