//! `spider stats`: what it prints of real captures, and that its numbers agree with each other.
//!
//! `UPDATE_GOLDEN=1 cargo test --test stats` writes the files of `testdata/views/` anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[expect(dead_code, reason = "only the list of captures is needed here")]
#[path = "support/files.rs"]
mod files;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use golden::Goldens;
use program::{Run, command};
use serde_json::Value;
use spider_pcap::document::STATISTICS_SCHEMA;

/// Runs the program.
fn spider(arguments: &[&str]) -> Run {
    Run::of(&mut command(arguments))
}

/// What a run that must be fine prints.
fn printed(arguments: &[&str]) -> String {
    let run = spider(arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    run.stdout
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// The names of all captures of `testdata/`.
fn captures() -> Vec<String> {
    files::all().into_iter().map(|file| file.name).collect()
}

#[test]
fn texts_and_documents_are_those_of_the_views() {
    let mut goldens = Goldens::default();
    for capture in GOLDEN {
        let stem = Path::new(capture).file_stem().unwrap().to_str().unwrap();
        for (ending, arguments) in [
            ("txt", vec!["stats", capture]),
            ("json", vec!["stats", capture, "-o", "json"]),
            ("session.txt", vec!["stats", capture, "--by", "session"]),
        ] {
            let golden = format!("views/{stem}.stats.{ending}");
            goldens.compare(golden, &printed(&arguments));
        }
    }
    goldens.check();
}

#[test]
fn documents_of_all_captures_are_valid_and_add_up() {
    let schema: Value = serde_json::from_str(STATISTICS_SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut printed_keys = BTreeSet::new();
    for name in captures() {
        for by in [&[][..], &["--by", "session"]] {
            let arguments = [&["stats", &name, "-q", "-o", "json", "--top", "0"], by].concat();
            let document: Value = serde_json::from_str(&spider(&arguments).stdout).unwrap();
            let faults: Vec<_> = validator
                .iter_errors(&document)
                .map(|fault| format!("{fault} at {}", fault.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{name}: {faults:#?}");
            check_sums(&name, &document);
            collect_keys(&document, &mut printed_keys);
        }
    }
    for (row, _) in rows_of_all_tables() {
        collect_keys(&row, &mut printed_keys);
    }
    let mut described = BTreeSet::new();
    collect_properties(&schema, &mut described);
    assert_eq!(described, printed_keys, "every property occurs");
}

#[test]
fn rows_of_tables_are_valid_by_their_definitions() {
    let schema: Value = serde_json::from_str(STATISTICS_SCHEMA).unwrap();
    for (row, definition) in rows_of_all_tables() {
        let mut of_row = schema["$defs"][definition].clone();
        of_row["$defs"] = schema["$defs"].clone();
        jsonschema::validate(&of_row, &row).unwrap_or_else(|fault| panic!("{fault} in {row}"));
    }
}

/// The rows of each table of a capture, and the definitions that describe them.
fn rows_of_all_tables() -> Vec<(Value, &'static str)> {
    let mut rows = Vec::new();
    for (table, definition) in [
        ("host", "host"),
        ("pair", "pair"),
        ("port", "port"),
        ("session", "session"),
        ("state", "stateGroup"),
        ("distribution", "distributionRow"),
    ] {
        let lines = printed(&["stats", "demo.pcapng", "-q", "--by", table, "-o", "ndjson"]);
        let row = |line| (serde_json::from_str(line).unwrap(), definition);
        rows.extend(lines.lines().map(row));
    }
    rows
}

/// Every list adds up to the same bytes and sessions.
fn check_sums(name: &str, document: &Value) {
    let Some(both) = document.get("both") else {
        return;
    };
    let sum = |list: &str, pointer: &str| -> u64 {
        let rows = document[list].as_array().unwrap().iter();
        rows.map(|row| row.pointer(pointer).unwrap().as_u64().unwrap())
            .sum()
    };
    for key in [
        "packets",
        "payload",
        "wireBytes",
        "resentBytes",
        "missingBytes",
    ] {
        let whole = both[key].as_u64().unwrap();
        let halves = ["out", "in"].map(|way| document[way][key].as_u64().unwrap());
        assert_eq!(halves[0] + halves[1], whole, "{name}: {key} of out and in");
        for way in ["sent", "received"] {
            assert_eq!(
                sum("hosts", &format!("/{way}/{key}")),
                whole,
                "{name}: {key} {way}"
            );
        }
        for list in ["pairs", "ports", "states"] {
            let ways = ["out", "in"].map(|way| sum(list, &format!("/{way}/{key}")));
            assert_eq!(ways, halves, "{name}: {key} of {list}");
        }
    }
    let totals = &document["totals"];
    for (list, key) in [
        ("pairs", "/sessions"),
        ("ports", "/sessions"),
        ("states", "/sessions"),
    ] {
        assert_eq!(
            totals["sessions"],
            sum(list, key),
            "{name}: sessions of {list}"
        );
    }
    for list in ["hosts", "pairs", "ports"] {
        let rows = document[list].as_array().unwrap().len();
        assert_eq!(totals[list], rows, "{name}: number of {list}");
    }
    assert_eq!(
        totals["packets"], totals["tcpPacketsRead"],
        "{name}: packets"
    );
}

#[test]
fn the_numbers_are_those_of_the_sessions() {
    let total: Value = json(&["stats", "session/lossy-client.pcap", "-o", "json"]);
    let sessions = json(&["sessions", "session/lossy-client.pcap", "-o", "json"]);
    let sum = |pointer: &str| -> u64 {
        let numbers = sessions.as_array().unwrap().iter();
        numbers
            .map(|session| session.pointer(pointer).unwrap().as_u64().unwrap())
            .sum()
    };
    for (ours, theirs) in [
        ("/out/ip", "/out/ip"),
        ("/in/tcp", "/in/tcp"),
        ("/out/payload", "/out/payload"),
        ("/out/streamBytes", "/analysis/out/streamBytes"),
        ("/out/resentPackets", "/analysis/out/resentPackets"),
        ("/in/duplicateAcks", "/analysis/in/duplicateAcks"),
        ("/in/outOfOrder", "/analysis/in/outOfOrder"),
        ("/in/lostUpstream", "/analysis/in/lostUpstream"),
    ] {
        assert_eq!(
            total.pointer(ours).unwrap().as_u64(),
            Some(sum(theirs)),
            "{ours}"
        );
    }
}

#[test]
fn lines_are_the_rows_of_the_document() {
    for (by, key) in [
        ("host", "hosts"),
        ("pair", "pairs"),
        ("port", "ports"),
        ("state", "states"),
    ] {
        let lines = printed(&[
            "stats",
            "demo.pcapng",
            "--by",
            by,
            "--top",
            "0",
            "-o",
            "ndjson",
        ]);
        let rows: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let document = json(&["stats", "demo.pcapng", "--top", "0", "-o", "json"]);
        assert_eq!(document[key], Value::Array(rows));
    }
    let line = printed(&["stats", "demo.pcapng", "-o", "ndjson"]);
    assert_eq!(line.lines().count(), 1);
    let measures = printed(&[
        "stats",
        "demo.pcapng",
        "--by",
        "distribution",
        "-o",
        "ndjson",
    ]);
    assert!(
        measures
            .starts_with(r#"{"measure":"duration","unit":"seconds","count":14,"min":0.020502914,"#),
        "{measures}"
    );
    let sessions = printed(&["stats", "demo.pcapng", "--by", "session", "-o", "ndjson"]);
    assert_eq!(sessions.lines().count(), 14);
}

#[test]
fn csv_has_one_table_of_exact_numbers() {
    let capture = printed(&["stats", "session/lossy-client.pcap", "-o", "csv"]);
    for line in [
        "name,value",
        "totals.sessions,2",
        "totals.span,0.181161",
        "totals.sessionsByState.CLOSED,2",
        "out.resentBytes,8752",
        "both.resentBytesPercent,16.49",
    ] {
        assert!(
            capture.lines().any(|found| found == line),
            "{line} in {capture}"
        );
    }
    let hosts = printed(&[
        "stats",
        "session/lossy-client.pcap",
        "-o",
        "csv",
        "--by",
        "host",
    ]);
    assert_eq!(
        hosts,
        "ip,name,sessions,asClient,asServer,sent.packets,received.packets,sent.payload,\
         received.payload,sent.wireBytes,received.wireBytes,sent.resentPackets,sent.resentBytes,\
         sent.missingBytes\n\
         10.20.0.10,,2,2,0,62,57,41902,37494,46342,41616,7,8752,0\n\
         10.20.0.80,,2,0,2,57,62,37494,41902,41616,46342,3,4344,0\n"
    );
    for by in ["session", "pair", "port", "state", "distribution"] {
        let table = printed(&["stats", "demo.pcapng", "-o", "csv", "--by", by]);
        let widths: BTreeSet<usize> = table.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(widths.len(), 1, "{table}");
    }
}

#[test]
fn chosen_sessions_alone_count() {
    let counted = |choice: &[&str]| {
        let document = json(&[&["stats", "demo.pcapng", "-o", "json"], choice].concat());
        let totals = &document["totals"];
        ["sessions", "sessionsRead", "packetsRead"].map(|key| totals[key].as_u64().unwrap())
    };
    assert_eq!(counted(&[]), [14, 14, 338]);
    assert_eq!(counted(&["--where", "dst.port == 80"]), [7, 14, 338]);
    assert_eq!(counted(&["--session", "#4"]), [1, 14, 338]);
    assert_eq!(
        counted(&["--sort", "-in.payload", "--limit", "3"]),
        [3, 14, 338]
    );
    let rows = printed(&[
        "stats",
        "demo.pcapng",
        "--by",
        "session",
        "--sort",
        "-in.payload",
        "--limit",
        "2",
        "-o",
        "csv",
    ]);
    let numbers: Vec<_> = rows
        .lines()
        .filter_map(|row| row.split(',').next())
        .collect();
    assert_eq!(numbers, ["number", "10", "13"]);
}

#[test]
fn lists_are_cut_to_the_top_and_say_so() {
    let text = printed(&["stats", "demo.pcapng", "--top", "2"]);
    assert!(text.contains("\n2 of 11 hosts, by payload\n"), "{text}");
    let run = spider(&["stats", "demo.pcapng", "--by", "host", "--top", "2"]);
    assert_eq!(run.stdout.lines().count(), 3, "{run:?}");
    assert_eq!(
        run.stderr,
        "spider: 2 of 11 hosts, by payload; --top 0 lists all\n"
    );
    let all = printed(&["stats", "demo.pcapng", "--by", "host", "--top", "0"]);
    assert_eq!(all.lines().count(), 12);
}

#[test]
fn names_are_shown_unless_unwanted() {
    let named = printed(&["stats", "demo.pcapng", "--by", "pair"]);
    assert!(named.contains("db.example.test"), "{named}");
    let bare = printed(&["stats", "demo.pcapng", "--by", "pair", "-n"]);
    assert!(!bare.contains("example"), "{bare}");
}

#[test]
fn nothing_to_count_is_no_failure() {
    let run = spider(&["stats", "demo.pcapng", "--port", "1"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stderr, "spider: none of 14 sessions matches\n");
    assert!(
        run.stdout.contains("  chosen, and counted below  0\n"),
        "{run:?}"
    );
    let run = spider(&["stats", "demo.pcapng", "--port", "1", "--by", "host"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
}

#[test]
fn exit_codes_are_those_of_the_list() {
    let damaged = spider(&["stats", "format/cut-tail.pcap"]);
    assert_eq!(damaged.code, Some(3));
    assert!(damaged.stdout.starts_with("CAPTURE"), "{damaged:?}");
    assert!(damaged.stderr.contains("cut-tail.pcap"), "{damaged:?}");
    for arguments in [
        &["stats", "nowhere.pcap"][..],
        &["stats", "README.md"],
        &["stats", "demo.pcapng", "--by", "planet"],
        &["stats", "demo.pcapng", "--where", "dst.prot == 80"],
        &["stats", "demo.pcapng", "-w", "demo.pcapng"],
    ] {
        let run = spider(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
}

#[test]
fn a_file_gets_what_a_pipe_gets() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("stats.json");
    let target = target.to_str().unwrap();
    let written = printed(&["stats", "demo.pcapng", "-o", "json", "-w", target]);
    assert_eq!(written, "");
    let piped = printed(&["stats", "demo.pcapng", "-o", "json", "--threads", "3"]);
    assert_eq!(fs::read_to_string(target).unwrap(), piped);
}

#[test]
fn colour_is_for_trouble_and_headings() {
    let text = printed(&["stats", "session/lossy-client.pcap", "--color", "always"]);
    assert!(text.contains("\x1b[33m8,752\x1b[0m"), "{text}");
    assert!(text.contains("\n\x1b[1mStates\x1b[0m\n"), "{text}");
    assert!(!printed(&["stats", "session/lossy-client.pcap"]).contains('\x1b'));
}

#[test]
fn each_document_has_its_schema() {
    let sessions = printed(&["schema"]);
    assert!(sessions.contains("\"title\": \"TcpSession\""));
    assert_eq!(printed(&["schema", "session"]), sessions);
    assert_eq!(printed(&["schema", "statistics"]), STATISTICS_SCHEMA);
}

/// The names of all keys of a document.
fn collect_keys(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                keys.insert(key.clone());
                collect_keys(value, keys);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_keys(value, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The names of all properties that a schema describes.
fn collect_properties(schema: &Value, names: &mut BTreeSet<String>) {
    let Some(schema) = schema.as_object() else {
        return;
    };
    for (key, value) in schema {
        match (key.as_str(), value.as_object()) {
            ("properties", Some(properties)) => names.extend(properties.keys().cloned()),
            ("$defs", Some(definitions)) => {
                for definition in definitions.values() {
                    collect_properties(definition, names);
                }
            }
            (_, _) => {}
        }
    }
}

/// Captures whose statistics are kept in `testdata/views/`.
const GOLDEN: [&str; 3] = [
    "demo.pcapng",
    "session/lossy-client.pcap",
    "http/keepalive-requests.pcap",
];
