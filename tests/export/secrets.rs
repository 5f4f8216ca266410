//! Names and secrets: those of the exported sessions, no others, and never in what is printed.

use std::fs;

use serde_json::Value;
use spider_pcap::tls::hex;

use crate::copy::Whole;
use crate::files;
use crate::scene::{Scene, testdata, whole};

fn parsed(documents: &[String]) -> Vec<Value> {
    let documents = documents.iter();
    documents
        .map(|one| serde_json::from_str(one).unwrap())
        .collect()
}

/// The text of all secrets blocks.
fn texts(whole: &Whole) -> Vec<String> {
    let blocks = whole.secrets.iter();
    blocks
        .map(|block| String::from_utf8(block.bytes.clone()).unwrap())
        .collect()
}

#[test]
fn names_and_secrets_are_those_of_the_sessions() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    let all_names = whole(fs::read(&demo).unwrap()).names.len();
    let mut with_secrets = 0;
    for (document, number) in parsed(&scene.documents(&demo)).iter().zip(1..) {
        let exported = whole(scene.export(&["--session", &format!("{number}"), &demo]));
        let ends = [&document["src"], &document["dst"]].map(|end| {
            let name = end["name"].as_str()?;
            Some(format!("{} {name}", end["ip"].as_str()?))
        });
        let names = exported.names.iter();
        let mut names: Vec<_> = names
            .map(|one| format!("{} {}", one.ip, one.name))
            .collect();
        let mut expected: Vec<_> = ends.into_iter().flatten().collect();
        names.sort();
        expected.sort();
        assert_eq!(names, expected);
        assert!(names.len() < all_names);
        let random = document["tls"]["clientRandom"].as_str();
        let texts = texts(&exported);
        assert_eq!(texts.len(), if random.is_some() { 2 } else { 0 });
        for line in texts.iter().flat_map(|text| text.lines()) {
            assert_eq!(line.split(' ').nth(1), random);
        }
        with_secrets += usize::from(random.is_some());
    }
    assert_eq!(with_secrets, 1);
    let bare = whole(scene.export(&["--no-secrets", "-n", &demo]));
    assert_eq!((bare.names.len(), bare.secrets.len()), (0, 0));
}

#[test]
fn a_key_log_beside_the_capture_goes_along_line_by_line() {
    let scene = Scene::new();
    let (capture, keys) = (
        testdata("tls/tls13-resumption.pcap"),
        testdata("tls/tls13-resumption.keys"),
    );
    let log = fs::read_to_string(&keys).unwrap();
    let documents = parsed(&scene.documents(&capture));
    for (document, number) in documents.iter().zip(1..) {
        let random = document["tls"]["clientRandom"].as_str().unwrap();
        let number = format!("{number}");
        let arguments = ["--session", &number, "--keylog", &keys, &capture];
        let blocks = texts(&whole(scene.export(&arguments)));
        let lines = log.lines().filter(|line| line.contains(random));
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        assert!(!lines.is_empty());
        assert_eq!(blocks[0], lines);
        assert_eq!(blocks[1].lines().count(), 4);
        let style = |style| {
            texts(&whole(scene.export(
                &[&["--spider-fields", style], &arguments[..]].concat(),
            )))
        };
        assert_eq!(style("dsb"), blocks);
        assert_eq!(style("none"), blocks[..1]);
        let fields = blocks[1].lines().map(|line| format!("# {line}\n"));
        assert_eq!(style("comment"), [lines + &fields.collect::<String>()]);
    }
}

#[test]
fn lines_of_nobody_are_kept_with_all_sessions_of_their_capture() {
    let scene = Scene::new();
    let file = whole(fs::read(testdata("tls/tls13-curl.pcapng")).unwrap());
    let foreign = format!("CLIENT_RANDOM {} 00", "ab".repeat(32));
    let odd = "# a remark\nODD 0011223344556677 aabb\n";
    // Secrets of connections that are not in the capture.
    let premaster = "RSA 0011223344556677 aabb";
    let mut changed = file.clone();
    let text = format!("{odd}{foreign}\n{premaster}\n");
    changed.secrets[0].bytes.extend_from_slice(text.as_bytes());
    scene.write("odd.pcapng", &changed.write_pcapng(Vec::new()).unwrap());
    let all = texts(&whole(scene.export(&["odd.pcapng"])));
    assert!(all[0].ends_with(odd), "{}", all[0].len());
    assert!(!all.concat().contains(&foreign));
    assert!(!all.concat().contains(premaster));
    assert_eq!(
        texts(&whole(scene.export(&["--session", "1", "odd.pcapng"]))),
        all
    );
    let second = testdata("http/keepalive-requests.pcap");
    let one = texts(&whole(scene.export(&[
        "--port",
        "443",
        "odd.pcapng",
        &second,
    ])));
    assert!(!one.concat().contains("ODD 0011"));
    scene.write("odd.keys", text.as_bytes());
    let capture = testdata("tls/tls12-cbc-etm.pcap");
    let beside = texts(&whole(scene.export(&["--keylog", "odd.keys", &capture])));
    assert!(!beside.concat().contains("ODD 0011"), "of another log");
}

#[test]
fn custom_fields_tell_version_and_cipher_where_the_handshake_is_missing() {
    let scene = Scene::new();
    for (name, style) in [
        ("tls/tls12-cbc-etm.pcap", "dsb"),
        ("tls/tls12-cbc-etm.pcap", "comment"),
        ("tls/tls12-cbc-mte.pcap", "dsb"),
        ("tls/tls13-curl.pcapng", "dsb"),
    ] {
        let path = testdata(name);
        let tls = |capture: &str| parsed(&scene.documents(capture))[0]["tls"].clone();
        let original = tls(&path);
        let mut file = whole(scene.export(&["--spider-fields", style, &path]));
        let random = original["clientRandom"].as_str().unwrap();
        let hello = |bytes: &[u8]| bytes.windows(32).any(|window| hex(window) == random);
        let client_hello = file
            .packets
            .iter()
            .position(|one| hello(&one.bytes))
            .unwrap();
        // The client's hello, its ACK, what the server says, its ACK.
        file.packets.drain(..client_hello + 4);
        scene.write("tail.pcapng", &file.write_pcapng(Vec::new()).unwrap());
        let tail = tls("tail.pcapng");
        assert!(tail["clientRandom"].is_null(), "{name}: {tail}");
        for field in [
            "tlsVersion",
            "cipher",
            "clientEncryptThenMac",
            "serverEncryptThenMac",
        ] {
            assert!(!original[field].is_null());
            assert_eq!(tail[field], original[field], "{name} {field}");
        }
        // Secrets and fields go on with the session that they can only be of.
        for choice in [&["--session", "1"][..], &[]] {
            let again =
                scene.export(&[choice, &["--spider-fields", style, "tail.pcapng"]].concat());
            assert_eq!(texts(&whole(again.clone())), texts(&file), "{name}");
            scene.write("again.pcapng", &again);
            assert_eq!(tls("again.pcapng"), tail, "{name}");
        }
        // Beside a session with its own hello, they are still of this one alone.
        let other = testdata("tls/tls12-rsa-key-exchange.pcap");
        scene.write("both.pcapng", &scene.export(&["tail.pcapng", &other]));
        let both = parsed(&scene.documents("both.pcapng"));
        let of = |one: &Value| {
            (
                one["tls"]["tlsVersion"].clone(),
                one["tls"]["cipher"].clone(),
            )
        };
        let expected = [tls(&other), tail.clone()];
        let expected = expected.map(|tls| (tls["tlsVersion"].clone(), tls["cipher"].clone()));
        let found: Vec<_> = both.iter().map(of).collect();
        assert_eq!(found.len(), 2);
        assert!(expected.iter().all(|one| found.contains(one)), "{found:?}");
    }
}

#[test]
fn a_session_that_tells_nothing_takes_no_fields_from_others() {
    let scene = Scene::new();
    let mut file = whole(fs::read(testdata("tls/tls13-curl.pcapng")).unwrap());
    file.secrets.clear();
    file.packets.drain(..7);
    scene.write("tail.pcapng", &file.write_pcapng(Vec::new()).unwrap());
    let other = testdata("tls/tls12-cbc-etm.pcap");
    let originals = scene.ok(&[
        "sessions",
        "--instance",
        "x",
        "-o",
        "ndjson",
        "tail.pcapng",
        &other,
    ]);
    scene.write("both.pcapng", &scene.export(&["tail.pcapng", &other]));
    let tls = |documents: &str| -> Vec<Value> {
        let lines = documents.lines().map(str::to_owned);
        let documents = parsed(&lines.collect::<Vec<_>>());
        documents
            .into_iter()
            .map(|mut one| one["tls"].take())
            .collect()
    };
    let both = scene.ok(&["sessions", "--instance", "x", "-o", "ndjson", "both.pcapng"]);
    assert_eq!(tls(&both), tls(&originals));
}

#[test]
fn no_secret_is_printed() {
    let scene = Scene::new();
    let mut checked = 0;
    for file in files::all() {
        if !file.name.starts_with("tls/") && file.name != "demo.pcapng" {
            continue;
        }
        let path = file.path.to_str().unwrap();
        let keys = path.replace(".pcapng", ".keys").replace(".pcap", ".keys");
        let mut logs = texts(&whole(file.bytes()));
        let mut around = vec![path];
        if let Ok(log) = fs::read_to_string(&keys) {
            logs.push(log);
            around.extend(["--keylog", &keys]);
        }
        let secrets = logs.iter().flat_map(|log| log.lines());
        let secrets = secrets.filter_map(|line| line.split(' ').nth(2));
        let secrets: Vec<_> = secrets.filter(|secret| 32 <= secret.len()).collect();
        for arguments in PRINTING {
            let arguments = [arguments, &around[..]].concat();
            let (_, stdout, stderr) = scene.run(&arguments);
            let printed = String::from_utf8_lossy(&stdout) + stderr.as_str();
            let printed = printed.to_lowercase();
            for secret in &secrets {
                checked += 1;
                let secret = secret.to_lowercase();
                // `openssl s_server -www` tells its clients the secret, as content.
                let printed = printed.replace(&format!("master-key: {secret}"), "");
                assert!(!printed.contains(&secret), "{arguments:?}");
            }
        }
    }
    assert!(500 < checked, "{checked}");
}

const PRINTING: &[&[&str]] = &[
    &["sessions"],
    &["sessions", "-o", "json"],
    &["sessions", "-o", "ndjson", "--unordered"],
    &["sessions", "-o", "csv", "--columns", "tls.secrets,tls"],
    &["timing"],
    &["timing", "--session", "1", "-o", "json"],
    &["stats"],
    &["stats", "-o", "json"],
    &["packets", "--session", "1"],
    &["packets", "--session", "1", "-o", "json"],
    &["content", "--session", "1"],
    &["content", "--session", "1", "-o", "json"],
    &["export", "--session", "1", "-w", "x.pcapng", "--force"],
    &["export", "--session", "none", "-w", "y.pcapng"],
    &["export", "-w", "/dev/full"],
];
