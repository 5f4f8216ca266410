//! The documents of parts of a session, and the schemas that the program prints for them: each
//! document of each capture is what its schema says, and the schemas say no more than that.
//!
//! `BLESS=1 cargo test --test schemas` writes the examples of the schemas anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[expect(dead_code, reason = "only the documents of parts are needed here")]
#[path = "support/corpus.rs"]
mod corpus;
#[path = "schemas/printed.rs"]
mod printed;
#[path = "schemas/shape.rs"]
mod shape;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use jsonschema::Validator;
use printed::{Printed, printed};
use serde_json::Value;
use shape::{Occurrences, name_lists, pretty, properties};
use spider_pcap::document::{
    HTTP_COMMUNICATION_SCHEMA, HTTP_PARSING_LOG_SCHEMA, PACKET_DETAIL_SCHEMA, PACKET_LOT_SCHEMA,
    PACKET_SCHEMA, SESSION_TIMING_SCHEMA, STATISTICS_SCHEMA, TCP_SESSION_SCHEMA, evidence_name,
    finding_name, flag_names,
};
use spider_pcap::http::{Framing, HttpVersion, Oddity, Protocol};
use spider_pcap::lot::{MarkKind, PauseEnd, Timeline};
use spider_pcap::names::NameSource::{self, Dns, Hosts, NameRecord, ServerName};
use spider_pcap::packet::TcpFlags;
use spider_pcap::session::{Direction, Finding, OrderEvidence, State, Target, WiresharkLabel};

#[test]
fn every_document_of_every_capture_is_valid() {
    assert!(SURVEY.faults.is_empty(), "{:#?}", SURVEY.faults);
    for (name, found) in &SURVEY.occurrences {
        assert!(100 < found.of(""), "{name}: {} documents", found.of(""));
    }
}

#[test]
fn documents_of_damaged_captures_are_valid() {
    let mut state = 1_u64;
    let mut survey = Survey::default();
    for file in corpus::all() {
        let mut bytes = file.bytes();
        for _ in 0..bytes.len() / 300 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let [_, _, _, value, at @ ..] = state.to_be_bytes();
            let at = usize::try_from(u32::from_be_bytes(at)).unwrap() % bytes.len();
            // The start says that it is a capture.
            if let Some(byte) = bytes[24..].get_mut(at) {
                *byte = value;
            }
        }
        survey.add_capture(&file.name, &bytes);
    }
    assert!(survey.faults.is_empty(), "{:#?}", survey.faults);
    assert!(1000 < survey.occurrences["Packet"].of(""));
}

#[test]
fn every_property_of_every_schema_occurs() {
    let mut unseen = Vec::new();
    for (name, schema) in SCHEMAS {
        let found = &SURVEY.occurrences[name];
        for path in properties(&parsed(schema)).into_keys() {
            if found.of(&path) == 0 {
                unseen.push(format!("{name}{path}"));
            }
        }
    }
    let expected: Vec<_> = UNSEEN.iter().map(|(path, _)| *path).collect();
    assert_eq!(unseen, expected);
}

#[test]
fn every_property_that_may_be_absent_is_absent_somewhere() {
    let mut always = Vec::new();
    for (name, schema) in SCHEMAS {
        let found = &SURVEY.occurrences[name];
        for (path, is_required) in properties(&parsed(schema)) {
            let (owner, _) = path.rsplit_once('/').unwrap();
            if !is_required && found.of(&path) == found.of(owner) {
                always.push(format!("{name}{path}"));
            }
        }
    }
    let expected: Vec<_> = ALWAYS_SEEN.iter().map(|(path, _)| *path).collect();
    assert_eq!(always, expected);
}

#[test]
fn lists_of_names_are_those_that_the_code_prints() {
    let directions: Vec<_> = Direction::BOTH.map(Direction::as_str).into();
    let findings = Finding::ALL.map(finding_name).into_iter();
    let expected = [
        (
            PACKET_SCHEMA,
            vec![
                ("/$defs/direction", directions.clone()),
                (
                    "/properties/flags/items",
                    flag_names(TcpFlags(u16::MAX)).collect(),
                ),
                (
                    "/properties/findings/items",
                    findings.chain(["late"]).collect(),
                ),
                (
                    "/properties/evidence",
                    OrderEvidence::ALL.map(evidence_name).into(),
                ),
                (
                    "/properties/wireshark/items",
                    WiresharkLabel::ALL.map(WiresharkLabel::as_str).into(),
                ),
            ],
        ),
        (
            PACKET_LOT_SCHEMA,
            vec![("/$defs/direction", directions.clone())],
        ),
        (
            SESSION_TIMING_SCHEMA,
            vec![
                ("/$defs/direction", directions),
                (
                    "/$defs/end/properties/nameSource",
                    [Hosts, NameRecord, Dns, ServerName]
                        .map(NameSource::as_str)
                        .into(),
                ),
                ("/properties/state", State::ALL.map(State::as_str).into()),
                (
                    "/$defs/mark/properties/kind",
                    MarkKind::ALL.map(MarkKind::as_str).into(),
                ),
                (
                    "/$defs/pause/properties/endedBy",
                    PauseEnd::ALL.map(PauseEnd::as_str).into(),
                ),
            ],
        ),
        (PACKET_DETAIL_SCHEMA, vec![]),
        (HTTP_COMMUNICATION_SCHEMA, http_lists()),
        (
            HTTP_PARSING_LOG_SCHEMA,
            vec![
                ("/properties/status", vec!["PARSED", "INCOMPLETE", "ERROR"]),
                (
                    "/properties/messages/items/properties/message",
                    vec!["request", "response"],
                ),
                (
                    "/properties/messages/items/properties/framing",
                    Framing::ALL.map(Framing::as_str).into(),
                ),
                (
                    "/properties/messages/items/properties/oddities/items",
                    Oddity::ALL.map(Oddity::as_str).into(),
                ),
            ],
        ),
    ];
    for (schema, lists) in expected {
        let lists: BTreeMap<_, _> = lists
            .into_iter()
            .map(|(pointer, names): (&str, Vec<&str>)| (pointer.to_owned(), names))
            .collect();
        assert_eq!(name_lists(&parsed(schema)), lists);
    }
}

fn http_lists() -> Vec<(&'static str, Vec<&'static str>)> {
    let names = [Hosts, NameRecord, Dns, ServerName].map(NameSource::as_str);
    let mut lists = vec![
        ("/$defs/end/properties/nameSource", names.into()),
        (
            "/properties/protocol",
            [
                Protocol::Http1,
                Protocol::Http2,
                Protocol::WebSocket,
                Protocol::Tunnel,
            ]
            .map(Protocol::as_str)
            .into(),
        ),
    ];
    for [version, framing, oddities] in [
        [
            "/properties/request/properties/version",
            "/properties/request/properties/framing",
            "/properties/request/properties/oddities/items",
        ],
        [
            "/properties/response/properties/version",
            "/properties/response/properties/framing",
            "/properties/response/properties/oddities/items",
        ],
    ] {
        lists.push((version, HttpVersion::ALL.map(HttpVersion::as_str).into()));
        lists.push((framing, Framing::ALL.map(Framing::as_str).into()));
        lists.push((oddities, Oddity::ALL.map(Oddity::as_str).into()));
    }
    lists
}

#[test]
fn schemas_are_schemas_and_their_examples_are_valid() {
    for (name, schema) in SCHEMAS {
        let schema = parsed(schema);
        jsonschema::meta::validate(&schema).unwrap();
        assert_eq!(schema["title"], *name);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let examples = schema["examples"].as_array().unwrap();
        assert_eq!(examples.len(), 1, "{name}");
        assert_eq!(
            faults(&validator, &examples[0]),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

#[test]
fn examples_are_what_the_program_prints() {
    let demo = |bins| of_capture("demo.pcapng", 10, bins);
    let late = of_capture("hand-made/late-request-tail.pcap", 1, 4);
    for (file, schema, example) in [
        ("packet", PACKET_SCHEMA, &demo(4).packets[27]),
        ("packet-lot", PACKET_LOT_SCHEMA, &late.lots[0]),
        ("session-timing", SESSION_TIMING_SCHEMA, &demo(4).timings[1]),
        ("packet-detail", PACKET_DETAIL_SCHEMA, &demo(4).details[2]),
        (
            "http-communication",
            HTTP_COMMUNICATION_SCHEMA,
            &demo(4).requests[0],
        ),
        (
            "http-parsing-log",
            HTTP_PARSING_LOG_SCHEMA,
            &of_capture("demo.pcapng", 2, 4).logs[0],
        ),
    ] {
        let (before, _) = schema.split_once("  \"examples\": [").unwrap();
        let indented = pretty(example).replace('\n', "\n    ");
        let expected = format!("{before}  \"examples\": [\n    {indented}\n  ]\n}}\n");
        if std::env::var_os("BLESS").is_some() {
            fs::write(format!("src/document/{file}.schema.json"), expected).unwrap();
        } else {
            assert_eq!(schema, expected, "BLESS=1 accepts it");
        }
    }
}

#[test]
fn what_schemas_share_is_described_alike() {
    let mut shared = BTreeMap::new();
    let sessions = ("TcpSession", TCP_SESSION_SCHEMA);
    for (name, schema) in SCHEMAS.iter().chain([&sessions]) {
        for key in ["date", "direction", "end", "seq"] {
            if let Some(definition) = parsed(schema)["$defs"].get(key) {
                let first = shared.entry(key).or_insert_with(|| definition.clone());
                assert_eq!(first, definition, "{key} of {name}");
            }
        }
    }
}

#[test]
fn the_program_prints_each_schema() {
    for (name, schema) in [
        ("session", TCP_SESSION_SCHEMA),
        ("packet", PACKET_SCHEMA),
        ("packet-detail", PACKET_DETAIL_SCHEMA),
        ("lot", PACKET_LOT_SCHEMA),
        ("timing", SESSION_TIMING_SCHEMA),
        ("http", HTTP_COMMUNICATION_SCHEMA),
        ("http-log", HTTP_PARSING_LOG_SCHEMA),
        ("statistics", STATISTICS_SCHEMA),
    ] {
        assert_eq!(spider(&["schema", name]), schema, "{name}");
    }
    assert_eq!(spider(&["schema"]), TCP_SESSION_SCHEMA);
}

#[test]
fn the_documentation_shows_what_the_program_prints() {
    let text = fs::read_to_string(root().join("docs/documents.md")).unwrap();
    let mut shown = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ spider ") else {
            continue;
        };
        let arguments: Vec<_> = command.split(' ').collect();
        let printed = spider(&arguments);
        let example = lines.next().unwrap();
        let start = example.trim_end_matches('…');
        let fits = |line: &str| line == example || (start != example && line.starts_with(start));
        assert!(printed.lines().any(fits), "{command}: {example}\n{printed}");
        shown += 1;
    }
    assert!(6 <= shown);
}

/// What the documents of all captures are.
#[derive(Default)]
struct Survey {
    faults: Vec<String>,
    occurrences: BTreeMap<&'static str, Occurrences>,
}

static SURVEY: LazyLock<Survey> = LazyLock::new(|| {
    let mut survey = Survey::default();
    for file in corpus::all() {
        survey.add_capture(&file.name, &file.bytes());
    }
    survey
});

static VALIDATORS: LazyLock<[(&str, Validator); 6]> = LazyLock::new(|| {
    SCHEMAS.map(|(name, schema)| (name, jsonschema::validator_for(&parsed(schema)).unwrap()))
});

impl Survey {
    /// Takes in the documents of all sessions of a capture that can be read.
    fn add_capture(&mut self, name: &str, bytes: &[u8]) {
        let Ok(analysis) = corpus::try_analysis(name, bytes.to_vec()) else {
            return;
        };
        for record in analysis.sessions.iter() {
            let target = Target::FirstPacket(record.summary.first_packet);
            self.add(name, &printed(name, bytes, target, Timeline::MAX_BINS));
        }
    }

    fn add(&mut self, capture: &str, printed: &Printed) {
        let lists = [
            &printed.packets,
            &printed.lots,
            &printed.timings,
            &printed.details,
            &printed.requests,
            &printed.logs,
        ];
        for ((name, validator), documents) in VALIDATORS.iter().zip(lists) {
            let found = self.occurrences.entry(name).or_default();
            for document in documents {
                let value: Value = serde_json::from_str(document).unwrap();
                let place = |fault| format!("{capture}: {name}: {fault} in {document}");
                self.faults
                    .extend(faults(validator, &value).into_iter().map(place));
                found.add(&value);
            }
        }
    }
}

fn faults(validator: &Validator, document: &Value) -> Vec<String> {
    validator
        .iter_errors(document)
        .map(|fault| format!("{fault} at {}", fault.instance_path()))
        .collect()
}

/// The documents of a session of a capture by its number.
fn of_capture(name: &str, session: u64, bins: usize) -> Printed {
    let bytes = fs::read(root().join("testdata").join(name)).unwrap();
    printed(name, &bytes, Target::Number(session), bins)
}

fn parsed(schema: &str) -> Value {
    serde_json::from_str(schema).unwrap()
}

/// What a run of the program that must be fine prints.
fn spider(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_spider"))
        .current_dir(root())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The documents of parts of a session, in the order of [`Survey::add`].
const SCHEMAS: [(&str, &str); 6] = [
    ("Packet", PACKET_SCHEMA),
    ("PacketLot", PACKET_LOT_SCHEMA),
    ("SessionTiming", SESSION_TIMING_SCHEMA),
    ("PacketDetail", PACKET_DETAIL_SCHEMA),
    ("HttpCommunication", HTTP_COMMUNICATION_SCHEMA),
    ("HttpParsingLog", HTTP_PARSING_LOG_SCHEMA),
];

/// Properties that no capture shows, with the reason.
const UNSEEN: &[(&str, &str)] = &[
    (
        "SessionTiming/timeline/bins/in/latePackets",
        "only packets of clients come late; `out` shows it",
    ),
    (
        "SessionTiming/timeline/bins/out/zeroWindows",
        "only servers close their window; `in` shows it",
    ),
    (
        "PacketDetail/layers[]/fields[]/fields[]/note",
        "every TCP option has a possible value",
    ),
    (
        "PacketDetail/layers[]/note",
        "no packet of a session has a header that is cut or not understood",
    ),
    (
        "HttpParsingLog/limitReached",
        "thousands of requests without a response are no small capture; a unit test has them",
    ),
];

/// Properties that may be absent, and are not in any capture, with the reason.
const ALWAYS_SEEN: &[(&str, &str)] = &[(
    "PacketDetail/layers[]/summary",
    "only headers that are cut, and data beyond a limit, have none",
)];
