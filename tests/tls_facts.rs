//! TLS facts of real handshakes, and against those that tshark sees.
//!
//! `cargo test --test tls_facts -- --ignored` compares with tshark where it is installed; the
//! variable `TLS_CAPTURES` names a folder of captures to be compared instead of `testdata/`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/streams.rs"]
mod streams;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use spider_pcap::capture::Input;
use spider_pcap::session::{Direction, Piece, StreamOffset};
use spider_pcap::tls::{CipherSuite, KeyLog, Observer, TlsFacts, TlsLimits, Version};
use streams::OwnedPiece;

/// The facts of the sessions of a capture that have TLS, with their first packets.
fn facts(path: &Path) -> Vec<(u64, TlsFacts)> {
    let mut all = Vec::new();
    for stream in streams::of_capture(input(path)) {
        let mut observer = Observer::new(TlsLimits::default());
        for (direction, piece) in &stream.pieces {
            observer.push(*direction, piece.as_piece());
        }
        all.extend(observer.facts().map(|facts| (stream.first_packet, facts)));
    }
    all
}

fn input(path: &Path) -> Input {
    Input::Stream {
        name: path.display().to_string(),
        reader: Box::new(File::open(path).unwrap()),
    }
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// The facts of a capture of `testdata/` in the order of its sessions.
fn of(name: &str) -> Vec<TlsFacts> {
    let facts = facts(&testdata().join(name));
    facts.into_iter().map(|(_, facts)| facts).collect()
}

#[test]
fn a_certificate_in_the_clear_is_read() {
    let facts = of("tls/tls12-curl.pcapng");
    let [facts] = facts.as_slice() else {
        panic!("{facts:?}");
    };
    assert_eq!(facts.version, Some(Version::TLS_1_2));
    assert_eq!(facts.server_name.as_deref(), Some("api.example.test"));
    assert_eq!(facts.resumed, Some(false));
    assert!(facts.completed);
    let contents = facts.certificate.clone().unwrap().contents.unwrap();
    assert_eq!(contents.subject, "CN=api.example.test,O=Example");
    assert_eq!(contents.issuer, "CN=Example Test CA,O=Example");
    assert!(contents.not_before < contents.not_after);
}

#[test]
fn tls_1_3_is_resumed_with_a_key_both_share() {
    let facts = of("tls/tls13-resumption.pcap");
    let resumed: Vec<_> = facts.iter().map(|facts| facts.resumed).collect();
    assert_eq!(resumed, [Some(false), Some(true), Some(true)]);
    for facts in facts {
        assert_eq!(facts.version, Some(Version::TLS_1_3));
        assert!(facts.completed && facts.certificate.is_none());
    }
}

#[test]
fn encrypt_then_mac_is_told_from_its_absence() {
    let [with, without] = ["tls/tls12-cbc-etm.pcap", "tls/tls12-cbc-mte.pcap"].map(of);
    for (facts, expected) in [(with, true), (without, false)] {
        let [facts] = facts.as_slice() else {
            panic!("{facts:?}");
        };
        assert_eq!(
            facts.cipher,
            CipherSuite::from_name("TLS_RSA_WITH_AES_128_CBC_SHA")
        );
        assert_eq!(facts.encrypts_then_macs(), Some(expected));
        assert!(facts.completed);
    }
}

#[test]
fn key_logs_belong_to_the_sessions_beside_them() {
    let traffic = [
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_TRAFFIC_SECRET_0",
    ];
    for (name, wanted) in [
        ("tls/tls12-cbc-etm", &["CLIENT_RANDOM"][..]),
        ("tls/tls12-rsa-key-exchange", &["CLIENT_RANDOM"]),
        ("tls/tls13-resumption", &traffic),
    ] {
        let mut log = KeyLog::default();
        log.add(&fs::read(testdata().join(format!("{name}.keys"))).unwrap());
        for facts in of(&format!("{name}.pcap")) {
            let labels: Vec<_> = log.labels_for(&facts.client_random.unwrap()).collect();
            let has = |label: &&&str| labels.contains(*label);
            assert_eq!(
                wanted.iter().filter(has).count(),
                wanted.len(),
                "{labels:?}"
            );
        }
        let printed = format!("{log:?}");
        for line in log.other_lines() {
            let text = String::from_utf8_lossy(line.as_bytes());
            assert!(!printed.contains(text.as_ref()), "{name}");
        }
    }
}

#[test]
fn alerts_say_why_a_handshake_failed() {
    let facts = of("tls/alerts.pcap");
    let alerts: Vec<Vec<(Direction, u8)>> = facts
        .iter()
        .map(|facts| {
            let alerts = facts.alerts.iter();
            alerts
                .map(|(direction, alert)| (*direction, alert.description))
                .collect()
        })
        .collect();
    // Unknown authority from the client; no common version from the server.
    assert_eq!(alerts, [[(Direction::Out, 48)], [(Direction::In, 70)]]);
}

#[test]
fn tls_is_found_behind_starttls() {
    let facts = of("mail/smtp-and-starttls.pcap");
    let [facts] = facts.as_slice() else {
        panic!("{facts:?}");
    };
    assert!(facts.completed && facts.client == Some(Direction::Out));
}

#[test]
fn other_protocols_have_no_tls() {
    for name in [
        "database/postgres.pcapng",
        "database/mysql.pcap",
        "database/redis.pcap",
        "shell/ssh-login.pcap",
        "file-transfer/ftp-passive-and-active.pcap",
        "http/keepalive-requests.pcap",
        "http/websocket.pcap",
    ] {
        assert!(of(name).is_empty(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_handshakes_do_no_harm(
        name in prop::sample::select(HANDSHAKES.to_vec()),
        damage in prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 1..20),
        last in any::<Index>(),
    ) {
        let mut pieces = HANDSHAKE_PIECES.with(|known| {
            let mut known = known.borrow_mut();
            known.entry(name).or_insert_with(|| pieces(name)).clone()
        });
        for (piece, place, byte) in damage {
            let (_, bytes) = piece.get_mut(&mut pieces);
            *place.get_mut(bytes) = byte;
        }
        let mut observer = Observer::new(TlsLimits::default());
        for (direction, bytes) in pieces.iter().take(last.index(pieces.len()) + 1) {
            observer.push(*direction, Piece::Bytes(StreamOffset::ZERO, bytes));
        }
        drop(observer.facts());
    }
}

/// Bytes as they came, each with its direction.
type Pieces = Vec<(Direction, Vec<u8>)>;

thread_local! {
    static HANDSHAKE_PIECES: RefCell<BTreeMap<&'static str, Pieces>> = RefCell::default();
}

const HANDSHAKES: [&str; 4] = [
    "tls/tls12-client-certificate.pcapng",
    "tls/tls13-curl.pcapng",
    "tls/tls12-cbc-etm.pcap",
    "mail/smtp-and-starttls.pcap",
];

/// The first bytes of the last session of a capture, where there is its handshake.
fn pieces(name: &str) -> Pieces {
    let streams = streams::of_capture(input(&testdata().join(name)));
    let last = streams.into_iter().next_back().unwrap();
    let bytes = |(direction, piece)| match piece {
        OwnedPiece::Bytes(bytes) => Some((direction, bytes)),
        OwnedPiece::Gap(_) => None,
    };
    last.pieces.into_iter().filter_map(bytes).take(40).collect()
}

#[test]
#[ignore = "needs tshark"]
fn facts_are_those_of_tshark() {
    let folder = std::env::var_os("TLS_CAPTURES").map_or_else(testdata, PathBuf::from);
    let (mut same, mut report) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for path in captures(&folder) {
        let theirs = tshark(&path);
        let mut ours: BTreeMap<u64, BTreeMap<&str, String>> = BTreeMap::new();
        for (first_packet, facts) in facts(&path) {
            ours.insert(first_packet, comparable(&facts));
        }
        let mut sessions: Vec<_> = ours.keys().chain(theirs.keys()).copied().collect();
        sessions.sort_unstable();
        sessions.dedup();
        for session in sessions {
            for field in FIELDS {
                let value = |all: &BTreeMap<u64, BTreeMap<&str, String>>| {
                    let fields = all.get(&session);
                    fields.and_then(|fields| fields.get(field)).cloned()
                };
                let (own, their) = (value(&ours), value(&theirs));
                if own == their {
                    *same.entry(field).or_default() += usize::from(own.is_some());
                } else {
                    let name = path.strip_prefix(&folder).unwrap().display().to_string();
                    report.push(format!(
                        "{name} session at {session}: {field}: {own:?}, tshark {their:?}"
                    ));
                }
            }
        }
    }
    println!("same: {same:?}");
    let unexplained: Vec<_> = report
        .iter()
        .filter(|line| !DIFFERENCES.iter().any(|(start, _)| line.starts_with(start)))
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

/// Starts of lines on which the two do not agree, and why.
const DIFFERENCES: &[(&str, &str)] = &[];

const FIELDS: [&str; 5] = ["version", "cipher", "server name", "protocols", "ja3"];

/// The facts that tshark has too.
fn comparable(facts: &TlsFacts) -> BTreeMap<&'static str, String> {
    let mut fields = BTreeMap::new();
    let mut put = |field, value: Option<String>| {
        fields.extend(value.map(|value| (field, value)));
    };
    put(
        "version",
        facts.version.map(|version| format!("0x{:04x}", version.0)),
    );
    put(
        "cipher",
        facts.cipher.map(|cipher| format!("0x{:04x}", cipher.0)),
    );
    put("server name", facts.server_name.clone());
    let protocols = facts.protocols.join(",");
    put("protocols", (!protocols.is_empty()).then_some(protocols));
    put("ja3", facts.ja3.as_ref().map(ToString::to_string));
    fields
}

/// What tshark sees in the first hellos of each session, by its first packet.
fn tshark(path: &Path) -> BTreeMap<u64, BTreeMap<&'static str, String>> {
    let mut sessions: BTreeMap<u64, BTreeMap<&'static str, String>> = BTreeMap::new();
    let hellos = fields(path, "tls.handshake.type in {1, 2} && tcp", &TSHARK_FIELDS);
    if hellos.is_empty() {
        return sessions;
    }
    let mut first_packets: BTreeMap<String, u64> = BTreeMap::new();
    for line in fields(path, "tcp", &["tcp.stream", "frame.number"]) {
        let [stream, number] = line.try_into().unwrap();
        let number = || number.parse().unwrap();
        first_packets.entry(stream).or_insert_with(number);
    }
    for line in hellos {
        let [
            stream,
            kind,
            version,
            supported,
            random,
            cipher,
            name,
            protocols,
            ja3,
        ] = line.try_into().unwrap();
        let session = sessions.entry(first_packets[&stream]).or_default();
        let mut put = |field, value: &str| {
            if !value.is_empty() {
                session.entry(field).or_insert_with(|| value.to_owned());
            }
        };
        let kinds: Vec<&str> = kind.split(',').collect();
        if kinds.contains(&"1") {
            put("server name", name.split(',').next().unwrap_or_default());
            put("protocols", &protocols);
            put("ja3", ja3.split(',').next().unwrap_or_default());
        }
        let is_retry = random.starts_with("cf21ad74");
        if kinds.contains(&"2") && !is_retry {
            let of_extension = supported.split(',').next_back().unwrap_or_default();
            let version = version.split(',').next().unwrap_or_default();
            let is_1_3 = !of_extension.is_empty();
            put("version", if is_1_3 { of_extension } else { version });
            put("cipher", cipher.split(',').next().unwrap_or_default());
        }
    }
    sessions
}

const TSHARK_FIELDS: [&str; 9] = [
    "tcp.stream",
    "tls.handshake.type",
    "tls.handshake.version",
    "tls.handshake.extensions.supported_version",
    "tls.handshake.random",
    "tls.handshake.ciphersuite",
    "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_alpn_str",
    "tls.handshake.ja3",
];

/// Fields of the packets that pass a filter.
fn fields(path: &Path, filter: &str, names: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command
        .args(["-n", "-r"])
        .arg(path)
        .args(["-Y", filter, "-T", "fields"]);
    for name in names {
        command.args(["-e", name]);
    }
    // The exit status is that of a failure where the capture is cut short.
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let split = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().map(split).collect()
}

fn captures(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_other = [".json", ".keys", ".md", ".sh", ".tsv", ".txt"];
            if path.is_dir() {
                folders.push(path);
            } else if name.contains(".pcap") && !is_other.iter().any(|end| name.ends_with(end)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
