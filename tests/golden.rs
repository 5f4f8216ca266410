//! The documents of every capture of `testdata/`, compared with the file beside it, and the
//! identities that hold in all of them.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the files anew; review reads their diff.
//! `BLESS=1` writes the hand-made captures themselves.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/build.rs"]
mod build;
#[path = "support/conversation.rs"]
mod conversation;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/dns_names.rs"]
mod dns_names;
#[path = "support/facts.rs"]
mod facts;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/hand_made.rs"]
mod hand_made;
#[path = "support/naming.rs"]
mod naming;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use corpus::files::CaptureFile;
use facts::Facts;
use golden::Goldens;
use serde_json::Value;
use spider_pcap::analyze::Analysis;
use spider_pcap::document::TCP_SESSION_SCHEMA;

#[test]
fn documents_are_those_beside_the_captures() {
    let mut goldens = Goldens::default();
    for file in corpus::all() {
        let found = golden_text(&file.name, &analysis(&file));
        goldens.compare(golden_path(&file), &found);
    }
    goldens.check();
}

#[test]
fn no_golden_has_lost_its_capture() {
    let goldens: BTreeSet<_> = corpus::all().iter().map(golden_path).collect();
    let folders: BTreeSet<_> = goldens.iter().filter_map(|path| path.parent()).collect();
    for entry in folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
    {
        let path = entry.unwrap().path();
        let is_golden = path
            .extension()
            .is_some_and(|extension| extension == "json");
        assert!(!is_golden || goldens.contains(&path), "{}", path.display());
    }
}

#[test]
fn every_document_is_valid_by_the_schema() {
    let schema = serde_json::from_str(TCP_SESSION_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    check_all_documents(|line| {
        let document: Value = serde_json::from_str(line).unwrap();
        validator
            .iter_errors(&document)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect()
    });
}

#[test]
fn every_document_keeps_the_identities() {
    check_all_documents(|line| Facts::of(line).broken());
}

#[test]
fn every_segment_belongs_to_one_session() {
    for file in corpus::all() {
        let analysis = analysis(&file);
        let packets: u64 = analysis
            .sessions
            .iter()
            .map(|record| record.summary.packets)
            .sum();
        assert_eq!(packets, analysis.capture.segments, "{}", file.name);
        let lines = corpus::lines(&file.name, &analysis);
        let ids: BTreeSet<_> = lines
            .iter()
            .map(|line| Facts::of(line).text("/@id"))
            .collect();
        assert_eq!(ids.len(), lines.len(), "ids of {}", file.name);
    }
}

#[test]
fn hand_made_captures_are_what_their_recipes_make() {
    let is_blessing = std::env::var_os("BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/hand-made");
    let mut expected = vec![("README.md", hand_made::readme().into_bytes())];
    expected.extend(
        hand_made::all()
            .into_iter()
            .map(|made| (made.file, made.bytes)),
    );
    for (file, bytes) in &expected {
        let path = folder.join(file);
        if is_blessing {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, bytes).unwrap();
        }
        let found = fs::read(&path).unwrap_or_default();
        assert!(found == *bytes, "{file} differs; BLESS=1 writes it anew");
    }
}

/// Applies a check to the documents of all captures; it gives what is wrong.
fn check_all_documents(check: impl Fn(&str) -> Vec<String>) {
    let mut report = String::new();
    for file in corpus::all() {
        let is_known = |wrong: &String| EXCEPTIONS.contains(&(&file.name, wrong));
        for (index, line) in corpus::lines(&file.name, &analysis(&file))
            .iter()
            .enumerate()
        {
            for wrong in check(line).iter().filter(|wrong| !is_known(wrong)) {
                writeln!(report, "{}, session {}: {wrong}", file.name, index + 1).unwrap();
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

fn analysis(file: &CaptureFile) -> Analysis {
    corpus::try_analysis(&file.name, file.bytes()).unwrap()
}

fn golden_path(file: &CaptureFile) -> PathBuf {
    let mut name = file.path.clone().into_os_string();
    name.push(".json");
    name.into()
}

/// Notices and documents as JSON, a value a line.
fn golden_text(name: &str, analysis: &Analysis) -> String {
    let notices: Vec<_> = analysis
        .capture
        .notices
        .iter()
        .map(|notice| serde_json::to_string(&notice.to_string()).unwrap())
        .collect();
    let sessions = corpus::lines(name, analysis);
    let json = format!(
        "{{\"notices\":[{}],\"sessions\":[{}]}}",
        notices.join(","),
        sessions.join(",")
    );
    pretty(&json)
}

/// The same JSON on many lines; numbers keep their digits, which parsing would cost.
fn pretty(json: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    let (mut in_text, mut escaped) = (false, false);
    let mut previous = ' ';
    for character in json.chars() {
        let opens = matches!(character, '{' | '[');
        let closes = matches!(character, '}' | ']');
        if !in_text && closes {
            depth -= 1;
        }
        let is_empty = closes && matches!(previous, '{' | '[');
        let starts_line = matches!(previous, '{' | '[' | ',') || closes;
        if !in_text && starts_line && !is_empty {
            out.push('\n');
            out.push_str(&" ".repeat(depth));
        }
        out.push(character);
        if !in_text && character == ':' {
            out.push(' ');
        }
        if !in_text && opens {
            depth += 1;
        }
        in_text ^= character == '"' && !escaped;
        escaped = in_text && character == '\\' && !escaped;
        previous = if in_text { ' ' } else { character };
    }
    out.push('\n');
    out
}

/// Identities that do not hold in a capture.
const EXCEPTIONS: &[(&str, &str)] = &[
    // Of a datagram in fragments only the packet that completed it counts on the wire.
    (
        "tunnel/ip-fragments.pcap",
        "in headers and payload <= wireBytes",
    ),
];
