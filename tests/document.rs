//! Sessions as documents: what is printed, and that it is what the schema says.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "document/fixture.rs"]
mod fixture;

use std::collections::BTreeSet;

use fixture::Fixture;
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::Value;
use spider_pcap::document::{
    Certificate, Cipher, Decrypted, ETag, HttpParser, ParserStatus, Parsers, Seconds,
    TCP_SESSION_EXAMPLE, TCP_SESSION_SCHEMA, TcpSession, Text, Tls,
};
use spider_pcap::names::Names;
use spider_pcap::packet::{Encapsulation, EncapsulationId, Tunnel};
use spider_pcap::session::{Direction, SessionSummary, State};
use spider_pcap::time::{Precision, Timestamp, UnixSeconds};
use spider_pcap::tls::TlsFacts;

#[test]
fn the_sample_session_prints_as_the_sample_does() {
    let fixture = fixture::sample();
    let mut document = document(&fixture);
    document.parsers = Some(http(&document, 134, 267, 407));
    document.seal().unwrap();
    let tag = document.e_tag.unwrap().to_string();
    let printed = pretty(&document);
    let (samples, ours) = printed.split_once("  \"analysis\": {").unwrap();
    let expected = include_str!("document/sample.json").replace("\\\"TAG\\\"", &escaped(&tag));
    let source = ",\n    \"nameSource\": \"nameRecord\"\n  }";
    assert_eq!(samples.matches(source).count(), 2, "ours stand last");
    assert_eq!(samples.replace(source, "\n  }"), expected);
    assert!(
        ours.contains("\n  \"capture\": {"),
        "ours stand after the sample's"
    );
}

#[test]
fn the_sample_session_keeps_the_identities_of_the_sample() {
    let fixture = fixture::sample();
    let json = to_value(&document(&fixture));
    let number = |pointer: &str| json.pointer(pointer).unwrap().as_u64().unwrap();
    assert_eq!(
        number("/out/ip") / 20 + number("/in/ip") / 20,
        number("/packetsCount")
    );
    assert!(number("/in/lastAck") - number("/out/initialSeq") - 1 <= number("/out/payload"));
    assert_eq!(json["_maxPacketsToParse"], json["packetsCount"]);
    let id = ["whisperer", "instanceId", "name"].map(|key| json[key].as_str().unwrap());
    assert_eq!(
        json["@id"].as_str().unwrap(),
        format!("{}.{}", id.join("."), number("/out/initialSeq"))
    );
}

#[test]
fn the_example_is_what_the_program_prints() {
    let fixture = fixture::example();
    let mut document = full_document(&fixture);
    document.seal().unwrap();
    let printed = pretty(&document);
    let (schema, _) = TCP_SESSION_SCHEMA.split_once("  \"examples\": [").unwrap();
    let indented = printed.replace('\n', "\n    ");
    let schema = format!("{schema}  \"examples\": [\n    {indented}\n  ]\n}}\n");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write("src/document/tcp-session.example.json", printed + "\n").unwrap();
        std::fs::write("src/document/tcp-session.schema.json", schema).unwrap();
        return;
    }
    assert_eq!(
        TCP_SESSION_EXAMPLE.trim_end(),
        printed,
        "BLESS=1 accepts it"
    );
    assert_eq!(TCP_SESSION_SCHEMA, schema, "BLESS=1 accepts it");
}

#[test]
fn every_document_is_valid() {
    let schema: Value = serde_json::from_str(TCP_SESSION_SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let fullest = fullest();
    let fixtures = [fixture::emptiest(), fixture::sample(), fixture::example()];
    let mut documents: Vec<_> = fixtures.iter().map(document).collect();
    documents.push(full_document(&fullest));
    for document in documents {
        let json = to_value(&document);
        let faults: Vec<_> = validator
            .iter_errors(&json)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:#?} in {json:#}");
    }
}

#[test]
fn every_property_of_the_schema_occurs() {
    let schema: Value = serde_json::from_str(TCP_SESSION_SCHEMA).unwrap();
    let mut described = BTreeSet::new();
    collect_properties(&schema, &schema, "", &mut described);
    let mut printed = BTreeSet::new();
    collect_keys(&to_value(&full_document(&fullest())), "", &mut printed);
    assert_eq!(described, printed);
}

#[test]
fn a_session_without_times_has_no_time_keys() {
    let fixture = fixture::emptiest();
    let json = to_value(&document(&fixture));
    let keys: Vec<_> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = BTreeSet::from([
        "@id",
        "@type",
        "version",
        "name",
        "whisperer",
        "instanceId",
        "src",
        "dst",
        "state",
        "packetsCount",
        "missedSyn",
        "out",
        "in",
        "_eTag",
        "_maxPacketsToParse",
        "_update",
        "analysis",
        "capture",
    ]);
    assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(json["name"], "-.2001:db8::1-4000-2001:db8::2-80");
    assert_eq!(
        json["@id"],
        "offline.trace.-.2001:db8::1-4000-2001:db8::2-80.0"
    );
    assert_eq!(json["src"]["socket"], "[2001:db8::1]:4000");
}

#[test]
fn later_sessions_of_one_id_are_numbered() {
    let mut fixture = fixture::sample();
    let first = document(&fixture).id;
    fixture.summary.occurrence = 2;
    assert_eq!(document(&fixture).id, format!("{first}~2"));
}

#[test]
fn sealed_or_not_the_json_is_the_same() {
    let mut fixture = fixture::example();
    // A text that holds what follows the entity tag must not be taken for it.
    fixture.identity.instance = "\"_maxPacketsToParse\":1,\"_eTag\":".into();
    let mut document = document(&fixture);
    let mut unsealed = b"before\n".to_vec();
    document.write_json(&mut unsealed).unwrap();
    document.seal().unwrap();
    assert_eq!(unsealed.strip_prefix(b"before\n"), Some(&*json(&document)));
    assert_eq!(json(&document), serde_json::to_vec(&document).unwrap());
}

#[test]
fn the_entity_tag_is_of_the_document_without_it() {
    let fixture = fixture::example();
    let mut document = document(&fixture);
    let untagged = serde_json::to_string(&document).unwrap();
    let tag = ETag::of(untagged.as_bytes()).to_string();
    document.seal().unwrap();
    let tagged = serde_json::to_string(&document).unwrap();
    assert_eq!(
        tagged.replace(&format!("\"_eTag\":\"{}\",", escaped(&tag)), ""),
        untagged
    );
    let length = format!("\"{:x}-", untagged.len());
    assert!(tag.starts_with(&length), "{tag} after {length}");
}

#[test]
fn the_entity_tag_tells_documents_apart() {
    let fixture = fixture::example();
    let mut other = fixture::example();
    other.summary.halves.r#in.zero_windows = 1;
    assert_eq!(tag(&fixture), tag(&fixture::example()));
    assert_ne!(tag(&fixture), tag(&other));
}

#[test]
fn complete_means_handshake_data_and_close() {
    let complete = |change: fn(&mut SessionSummary)| {
        let mut fixture = fixture::example();
        change(&mut fixture.summary);
        document(&fixture).analysis.complete
    };
    assert!(complete(|_| {}));
    assert!(
        complete(|summary| summary.times = fixture::emptiest().summary.times),
        "no times"
    );
    assert!(!complete(|summary| summary.missed_syn = true));
    assert!(!complete(|summary| summary.state = State::LastAck));
    assert!(!complete(|summary| summary.closed_by = None));
    assert!(!complete(|summary| summary.halves.out.missing_bytes = 1));
    assert!(!complete(|summary| summary.truncated_packets = 1));
    assert!(!complete(|summary| {
        summary.times.connect = None;
        summary.history = "SDadFf".into();
    }));
    assert!(!complete(|summary| {
        summary.times.established = None;
        summary.history = "Shadf".into();
    }));
}

#[test]
fn different_tunnels_are_all_named() {
    let mut fixture = fixture::example();
    let gtp = |id| Encapsulation {
        vlans: vec![12, 7],
        tunnels: vec![
            Tunnel {
                protocol: "GRE",
                id: None,
            },
            Tunnel {
                protocol: "GTP-U",
                id: Some(id),
            },
        ],
    };
    fixture.encapsulations.extend([gtp(5), gtp(6), gtp(5)]);
    for id in [0, 1, 2, 3, 4, 99] {
        fixture.summary.encapsulations.insert(EncapsulationId(id));
    }
    let document = document(&fixture);
    assert_eq!(
        document.capture.tunnel.as_deref(),
        Some("VXLAN 42, GRE > GTP-U 5, GRE > GTP-U 6")
    );
    assert_eq!(document.capture.vlans, [12, 7]);
}

#[test]
fn interfaces_without_a_name_print_their_index() {
    let mut fixture = fixture::example();
    fixture.interfaces[0].name = None;
    let json = to_value(&document(&fixture));
    assert_eq!(json["capture"]["interfaces"][0], "#0");
    assert_eq!(json["capture"]["linkType"], "ETHERNET");
}

proptest! {
    #[test]
    fn decimals_print_exactly(nanos in any::<i64>(), digits in 0_u8..=9) {
        let time = Seconds(Timestamp::from_nanos(nanos).decimal(Precision::from_digits(digits)));
        let printed = serde_json::to_string(&time).unwrap();
        let unit = 10_i128.pow(u32::from(9 - digits));
        prop_assert_eq!(units(&printed, digits), i128::from(nanos) / unit);
    }

    #[test]
    fn duration_is_last_minus_first_digit_by_digit(
        first in -4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000,
        last in -4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000,
        digits in 0_u8..=9,
    ) {
        let mut fixture = fixture::sample();
        let times = &mut fixture.summary.times;
        times.first = Some(Timestamp::from_nanos(first));
        times.last = Some(Timestamp::from_nanos(last));
        times.precision = Precision::from_digits(digits);
        let times = document(&fixture).times;
        let printed = |seconds: Option<Seconds>| units(&seconds.unwrap().to_string(), digits);
        prop_assert_eq!(printed(times.duration), printed(times.last) - printed(times.first));
    }
}

/// The document of a session, without entity tag.
#[test]
fn a_server_name_is_that_of_the_end_that_serves_tls_unless_it_has_a_better_one() {
    let mut fixture = fixture::emptiest();
    let named = |fixture: &Fixture, client| {
        let facts = TlsFacts {
            client,
            server_name: Some("www.example.test".to_owned()),
            ..TlsFacts::default()
        };
        let document = document(fixture).with_tls(Some(&facts), &fixture.context());
        let names = [&document.src, &document.dst].map(|end| (end.name, end.name_source));
        names.map(|(name, source)| format!("{name:?} {source:?}"))
    };
    let asked = r#"Some("www.example.test") Some("sni")"#;
    let unknown = "None None";
    assert_eq!(named(&fixture, Some(Direction::Out)), [unknown, asked]);
    assert_eq!(named(&fixture, Some(Direction::In)), [asked, unknown]);
    assert_eq!(named(&fixture, None), [unknown, unknown]);
    let server = fixture.summary.server.ip;
    fixture.names.add_record(server, "server");
    let recorded = r#"Some("server") Some("nameRecord")"#;
    assert_eq!(named(&fixture, Some(Direction::Out)), [unknown, recorded]);
    fixture.names = Names::none();
    assert_eq!(named(&fixture, Some(Direction::Out)), [unknown, unknown]);
}

fn document(fixture: &Fixture) -> TcpSession<'_> {
    TcpSession::new(&fixture.summary, &fixture.lots, &fixture.context())
}

/// The document of a session with the parts that other layers fill in.
fn full_document(fixture: &Fixture) -> TcpSession<'_> {
    let mut document = document(fixture);
    document.parsers = Some(http(&document, 3, 9, 18));
    document.tls = Some(tls());
    document
}

/// The example, and the one value that a healthy session does not have.
fn fullest() -> Fixture {
    let mut fixture = fixture::example();
    fixture.summary.limit_reached = true;
    fixture
}

fn http(document: &TcpSession<'_>, items: u64, lot: u64, packet: u64) -> Parsers {
    Parsers {
        http: Some(HttpParser {
            status: ParserStatus::Parsed,
            last_parsing: document.times.last_date,
            items_count: items,
            http_pers: format!("{}.HttpParsingLog", document.id),
            last_packet_lot_complete: Some(lot),
            last_packet_parsed_index: Some(packet),
        }),
    }
}

fn tls() -> Tls {
    Tls {
        tls_version: Some("TLS 1.2".into()),
        cipher: Some(Cipher {
            name: Some("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".into()),
            id: "0xc02f".into(),
        }),
        client_encrypt_then_mac: Some(true),
        server_encrypt_then_mac: Some(false),
        server_name: Some("www.example".into()),
        alpn: Some("http/1.1".into()),
        client_random: Some("0a".repeat(32)),
        server_random: Some("0b".repeat(32)),
        resumed: Some(false),
        ja3: Some("cd08e31494f9531f560d64c695473da9".into()),
        ja4: Some("t12d1312h1_8b80da21ef18_b00751acaffa".into()),
        certificate: Some(Certificate {
            subject: Some("CN=www.example".into()),
            issuer: Some("CN=Example CA,O=Example".into()),
            not_before: Some(Text(UnixSeconds(1_764_547_200))),
            not_after: Some(Text(UnixSeconds(1_772_323_200))),
            sha256: "0c".repeat(32),
        }),
        secrets: vec!["CLIENT_RANDOM".into()],
        decrypted: Some(Decrypted::Yes),
    }
}

fn json(document: &TcpSession<'_>) -> Vec<u8> {
    let mut json = Vec::new();
    document.write_json(&mut json).unwrap();
    json
}

fn to_value(document: &TcpSession<'_>) -> Value {
    serde_json::from_slice(&json(document)).unwrap()
}

fn pretty(document: &TcpSession<'_>) -> String {
    serde_json::to_string_pretty(document).unwrap()
}

fn tag(fixture: &Fixture) -> Value {
    to_value(&document(fixture))["_eTag"].clone()
}

fn escaped(text: &str) -> String {
    text.replace('"', "\\\"")
}

/// A printed decimal in units of its last digit.
fn units(printed: &str, digits: u8) -> i128 {
    let fraction = printed.split_once('.').map_or("", |(_, fraction)| fraction);
    assert_eq!(fraction.len(), usize::from(digits), "{printed}");
    printed.replace('.', "").parse().unwrap()
}

/// Paths of all properties under a schema; checks on the way that each is described and closed.
fn collect_properties(root: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return collect_properties(root, target, path, found);
    }
    if let Some(items) = schema.get("items") {
        assert!(
            items["description"].is_string(),
            "{path}[] is not described"
        );
    }
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    assert_eq!(
        schema["additionalProperties"],
        Value::Bool(false),
        "{path} is open"
    );
    for (key, property) in properties {
        let path = format!("{path}/{key}");
        assert!(
            property["description"].is_string(),
            "{path} is not described"
        );
        collect_properties(root, property, &path, found);
        found.insert(path);
    }
}

/// Paths of all keys of a document.
fn collect_keys(json: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (key, value) in json.as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        collect_keys(value, &path, found);
        found.insert(path);
    }
}
