use super::super::code_points::{CipherSuite, Version};
use super::*;

fn log(text: &str) -> KeyLog {
    let mut log = KeyLog::default();
    log.add(text.as_bytes());
    log
}

fn random(digit: &str) -> (String, [u8; 32]) {
    let text = digit.repeat(32);
    let bytes = random_of(text.as_bytes()).unwrap();
    (text, bytes)
}

fn lines(log: &KeyLog, random: &[u8; 32]) -> Vec<String> {
    let text = |line: &KeyLogLine| String::from_utf8(line.as_bytes().to_vec()).unwrap();
    log.lines_for(random).map(text).collect()
}

#[test]
fn lines_are_found_by_their_random() {
    let ((a, a_bytes), (b, b_bytes)) = (random("a1"), random("B2"));
    let log = log(&format!(
        "# log\nCLIENT_RANDOM {a} 00ff\r\nSERVER_TRAFFIC_SECRET_0 {b} 01\rNEW_LABEL {b} 02\n\n\
         CLIENT_RANDOM {a} 00ff"
    ));
    assert_eq!(lines(&log, &a_bytes), [format!("CLIENT_RANDOM {a} 00ff")]);
    let labels: Vec<_> = log.labels_for(&b_bytes).collect();
    assert_eq!(labels, ["SERVER_TRAFFIC_SECRET_0", "NEW_LABEL"]);
    let secrets: Vec<_> = log.secrets_for(&a_bytes).collect();
    assert_eq!(secrets[0].0, "CLIENT_RANDOM");
    assert_eq!(secrets[0].1.as_bytes(), [0, 0xff]);
    assert_eq!(lines(&log, &[0; 32]).len(), 0);
}

#[test]
fn lines_keep_their_case_and_spaces() {
    let (b, bytes) = random("Bc");
    let log = log(&format!("CLIENT_RANDOM  {b}\tAb "));
    assert_eq!(lines(&log, &bytes), [format!("CLIENT_RANDOM  {b}\tAb ")]);
    assert_eq!(log.secrets_for(&bytes).next().unwrap().1.as_bytes(), [0xab]);
}

#[test]
fn unknown_lines_are_kept() {
    let (a, bytes) = random("a1");
    let text = format!(
        "# comment\nRSA 00112233445566 aabb\nCLIENT_RANDOM {a} xyz\nCLIENT_RANDOM {a}\n\
         CLIENT_RANDOM a1 00\nTLS_VERSION {a} nonsense\n# CLIENT_RANDOM {a} 00\n\u{fffd}"
    );
    let mut log = log(&text);
    log.add(b"\xff\xfe\0garbage");
    assert_eq!(lines(&log, &bytes).len(), 0);
    let kept: Vec<_> = log.other_lines().map(KeyLogLine::as_bytes).collect();
    let expected: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
    assert_eq!(kept[..8], expected);
    assert_eq!(kept[8], b"\xff\xfe\0garbage");
    assert!(log.is_empty());
}

#[test]
fn custom_fields_are_read_in_all_shapes() {
    let (a, bytes) = random("a1");
    for text in [
        format!("TLS_VERSION {a} TLS 1.2\nCIPHER_NAME {a} TLS_RSA_WITH_AES_128_CBC_SHA"),
        format!("# TLS_VERSION {a} TLS 1.2\r\n#CIPHER_NAME {a} TLS_RSA_WITH_AES_128_CBC_SHA"),
        "TLS_VERSION TLS 1.2\nCIPHER_NAME TLS_RSA_WITH_AES_128_CBC_SHA".to_owned(),
        "# TLS_VERSION TLS 1.2\n## CIPHER_NAME TLS_RSA_WITH_AES_128_CBC_SHA ".to_owned(),
    ] {
        let fields = log(&text).fields_for(Some(&bytes));
        assert_eq!(fields.version, Some(Version::TLS_1_2), "{text}");
        assert_eq!(fields.cipher, Some(CipherSuite(0x002f)), "{text}");
        assert_eq!(log(&text).fields_for(None), fields, "{text}");
    }
}

#[test]
fn fields_of_other_connections_do_not_count() {
    let ((a, a_bytes), (b, b_bytes)) = (random("a1"), random("b2"));
    let log = log(&format!(
        "CLIENT_ENCRYPT_THEN_MAC {a} true\nSERVER_ENCRYPT_THEN_MAC {b} false\n\
         TLS_VERSION SSL 3.0\nTLS_VERSION {b} TLS 1.0"
    ));
    let fields = log.fields_for(Some(&a_bytes));
    assert_eq!(fields.client_encrypt_then_mac, Some(true));
    assert_eq!(fields.server_encrypt_then_mac, None);
    assert_eq!(fields.version, Some(Version::SSL_3_0));
    let fields = log.fields_for(Some(&b_bytes));
    assert_eq!(fields.server_encrypt_then_mac, Some(false));
    assert_eq!(fields.version, Some(Version::TLS_1_0));
    assert_eq!(log.fields_for(None).client_encrypt_then_mac, None);
}

#[test]
fn fields_of_captured_hellos_are_of_no_other_connection() {
    let ((a, a_bytes), (b, b_bytes)) = (random("a1"), random("b2"));
    let mut log = log(&format!("TLS_VERSION {a} TLS 1.2\nTLS_VERSION {b} TLS 1.3"));
    assert_eq!(log.fields_for(None).version, None);
    log.add_seen(a_bytes);
    assert_eq!(log.random_of_unseen(), Some(b_bytes));
    assert_eq!(log.fields_for(None).version, Some(Version::TLS_1_3));
    log.add_seen(b_bytes);
    assert_eq!(log.fields_for(None).version, None);
    assert_eq!(
        log.fields_for(Some(&a_bytes)).version,
        Some(Version::TLS_1_2)
    );
}

#[test]
fn secrets_are_not_printed() {
    let (a, bytes) = random("a1");
    let log = log(&format!("CLIENT_RANDOM {a} 5ec8e75ec8e7\nodd 5ec8e75ec8e7"));
    let secret = log.secrets_for(&bytes).next().unwrap().1;
    let printed = format!("{log:?} {secret:?}");
    assert!(!printed.to_lowercase().contains("5ec8e7"), "{printed}");
    assert!(printed.contains("CLIENT_RANDOM"), "{printed}");
    assert!(printed.contains("Secret(6 bytes)"), "{printed}");
}

#[test]
fn premaster_secrets_are_found_by_their_encrypted_form() {
    let log = log("RSA 0011223344556677 aabb\nRSA 0011223344556677 ccdd\nRSA 00 aabb\n RSA x y");
    let id = PremasterId([0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]);
    assert_eq!(log.premaster(id).unwrap().as_bytes(), [0xaa, 0xbb]);
    assert_eq!(log.premaster(PremasterId([0; 8])), None);
    assert_eq!(log.other_lines().count(), 2);
    assert!(log.may_derive() && !log.is_empty());
}

#[test]
fn derived_secrets_stand_behind_the_lines_of_their_connection() {
    let (a, bytes) = random("a1");
    let mut log = log(&format!(
        "PMS_CLIENT_RANDOM {a} 01\nRSA 0011223344556677 02\nEXPORTER_SECRET {a} 03"
    ));
    let id = PremasterId([0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]);
    let derived = DerivedSecret {
        client_random: bytes,
        master: Some(Secret::new(&[4])),
        premaster: Some(id),
    };
    log.add_derived(&derived);
    log.add_derived(&derived);
    let labels: Vec<_> = log.labels_for(&bytes).collect();
    let expected = [
        "PMS_CLIENT_RANDOM",
        "RSA",
        "EXPORTER_SECRET",
        "CLIENT_RANDOM",
    ];
    assert_eq!(labels, expected);
    assert_eq!(log.lines_for(&bytes).count(), 4);
    assert_eq!(log.lines_for(&[0; 32]).count(), 0);
}
