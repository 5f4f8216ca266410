//! What stands in an export beside packets.

use super::*;
use crate::pcapng::SecretBlock;
use crate::tls::{CipherSuite, KeyLog, TlsFacts, Version, hex};

const A: [u8; 32] = [0xa1; 32];
const B: [u8; 32] = [0xb2; 32];

fn log(text: &str) -> KeyLog {
    let mut log = KeyLog::default();
    log.add(text.as_bytes());
    log
}

fn facts(client_random: Option<[u8; 32]>) -> TlsFacts {
    TlsFacts {
        client_random,
        ..TlsFacts::default()
    }
}

fn texts(sessions: &[TlsFacts], keys: &KeyLog, style: FieldStyle) -> Vec<String> {
    let sources = SecretSources { keys, others: None };
    let blocks = secrets_of(sessions, sources, style).into_iter();
    blocks
        .map(|block| {
            assert_eq!(block.secrets_type, SecretBlock::TLS_KEY_LOG);
            String::from_utf8(block.bytes).unwrap()
        })
        .collect()
}

#[test]
fn only_lines_of_the_sessions_are_written_as_they_stood() {
    let (a, b) = (hex(&A), hex(&B).to_uppercase());
    let keys = log(&format!(
        "NEW_LABEL {b} 01\r\nCLIENT_RANDOM {a} 02\nCLIENT_TRAFFIC_SECRET_0  {b} aB \n# note\n"
    ));
    assert_eq!(
        texts(&[facts(Some(B))], &keys, FieldStyle::Block),
        [format!(
            "NEW_LABEL {b} 01\nCLIENT_TRAFFIC_SECRET_0  {b} aB \n"
        )]
    );
    assert_eq!(
        texts(&[facts(None)], &keys, FieldStyle::Block),
        [""; 0],
        "no hello, no fields"
    );
    let sources = SecretSources {
        keys: &keys,
        others: Some(&keys),
    };
    let blocks = secrets_of(&[facts(Some(A))], sources, FieldStyle::Block);
    assert_eq!(
        blocks[0].bytes,
        format!("CLIENT_RANDOM {a} 02\n# note\n").into_bytes()
    );
}

#[test]
fn custom_fields_stand_apart_from_secrets() {
    let keys = log(&format!("CLIENT_RANDOM {} 02", hex(&A)));
    let session = TlsFacts {
        version: Some(Version::TLS_1_2),
        cipher: Some(CipherSuite(0xc02f)),
        ..facts(Some(A))
    };
    let a = hex(&A);
    let secrets = format!("CLIENT_RANDOM {a} 02\n");
    let lines = [
        format!("TLS_VERSION {a} TLS 1.2\n"),
        format!("CIPHER_NAME {a} TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"),
        format!("CLIENT_ENCRYPT_THEN_MAC {a} false\n"),
        format!("SERVER_ENCRYPT_THEN_MAC {a} false\n"),
    ];
    // Captured twice, once without what the server said.
    let sessions = [facts(Some(A)), session];
    assert_eq!(
        texts(&sessions, &keys, FieldStyle::Block),
        [secrets.clone(), lines.concat()]
    );
    assert_eq!(
        texts(&sessions, &keys, FieldStyle::Comments),
        [format!(
            "{secrets}# {}",
            lines.join("# ").replace("\n# \n", "\n")
        )]
    );
    assert_eq!(texts(&sessions, &keys, FieldStyle::Nothing), [secrets]);
}

#[test]
fn a_session_without_hello_has_the_only_unseen_random() {
    let (a, b) = (hex(&A), hex(&B));
    let mut keys = log(&format!(
        "TLS_VERSION {a} TLS 1.2\nTLS_VERSION {b} TLS 1.3\nCLIENT_TRAFFIC_SECRET_0 {b} 01\n"
    ));
    keys.add_seen(A);
    assert_eq!(
        texts(&[facts(None)], &keys, FieldStyle::Block),
        [
            format!("CLIENT_TRAFFIC_SECRET_0 {b} 01\n"),
            format!("TLS_VERSION {b} TLS 1.3\n")
        ]
    );
    let keys = log("TLS_VERSION TLS 1.2\n");
    assert_eq!(
        texts(&[facts(None)], &keys, FieldStyle::Block),
        ["TLS_VERSION TLS 1.2\n"]
    );
}

#[test]
fn names_are_those_of_the_ends_that_can_be_written() {
    let ends = [
        ([10, 0, 0, 2], Some("b\0c")),
        ([10, 0, 0, 1], Some("new")),
        ([10, 0, 0, 1], Some("old")),
        ([10, 0, 0, 9], None),
        ([10, 0, 0, 1], Some("new")),
    ];
    let owned =
        ends.map(|(ip, name): ([u8; 4], Option<&str>)| (ip.into(), name.map(str::to_owned)));
    let found: Vec<_> = names_of(owned)
        .into_iter()
        .map(|record| record.name)
        .collect();
    assert_eq!(found, ["old", "new"]);
}
