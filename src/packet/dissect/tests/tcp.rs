//! TCP and UDP headers, field by field.

use super::super::super::testing::{tcp, udp, v4};
use super::{RAW, field, layer, layers, of, values, with_options};

#[test]
fn tcp_flags_stand_one_by_one() {
    let found = of(RAW, &v4(6, &tcp()));
    assert_eq!(
        values(&found, "TCP", &["Flags", "SYN", "ACK", "PSH", "AE"]),
        ["0x018 (ACK, PSH)", "not set", "set", "set", "not set"]
    );
    assert_eq!(
        values(&found, "TCP", &["Payload length", "Next sequence number"]),
        ["5 bytes", "105"]
    );
}

#[test]
fn every_tcp_option_shows_its_kind_length_and_values() {
    for (option, name, value, parts) in OPTIONS {
        let found = of(RAW, &v4(6, &with_options(option)));
        let field = field(&found, "TCP", name);
        assert_eq!(
            (field.value.as_str(), field.len),
            (*value, option.len()),
            "{option:?}"
        );
        let shown: Vec<_> = field
            .fields
            .iter()
            .map(|part| part.value.as_str())
            .collect();
        assert_eq!(shown, *parts, "{option:?}");
    }
}

#[test]
fn malformed_tcp_options_are_shown_as_bytes_with_a_note() {
    for bad in [&[1, 2, 0, 0][..], &[1, 8, 40, 0], &[1, 8, 1, 0]] {
        let found = of(RAW, &v4(6, &with_options(bad)));
        let field = field(&found, "TCP", "Malformed options");
        assert_eq!(field.len, 3);
        assert!(field.note.as_ref().unwrap().contains("no possible length"));
        assert_eq!(layer(&found, "Data").len, 5);
    }
}

#[test]
fn checksums_are_good_wrong_or_left_by_offload() {
    let whole = v4(6, &tcp());
    let check = |packet: &[u8], expected: &str| {
        let found = of(RAW, packet);
        let field = field(&found, "TCP", "Checksum");
        let text = field.note.as_ref().unwrap_or(&field.value);
        assert!(text.contains(expected), "{field:?}");
    };
    check(&whole, "(good)");
    let mut wrong = whole.clone();
    wrong[36] ^= 1;
    let right = u16::from_be_bytes([whole[36], whole[37]]);
    check(&wrong, &format!("wrong, should be 0x{right:04x}"));
    // 10.0.0.1, 10.0.0.2, 6, 25 bytes.
    wrong[36..38].copy_from_slice(&[0x14, 0x22]);
    check(&wrong, "as checksum offload leaves it");
}

#[test]
fn udp_checksums_are_verified_and_zero_means_none() {
    let found = of(RAW, &v4(17, &udp(53, b"12")));
    assert_eq!(layers(&found), "IPv4 20, UDP 8, Data 2");
    assert_eq!(values(&found, "UDP", &["Checksum"]), ["0x0000 (none)"]);
    assert_eq!(layer(&found, "Data").summary, "UDP payload, 2 bytes");
    let mut packet = v4(17, &udp(53, b"12"));
    packet[27] = 1;
    let found = of(RAW, &packet);
    assert!(field(&found, "UDP", "Checksum").note.is_some());
}

#[test]
fn an_urgent_pointer_without_its_flag_gets_a_note() {
    let mut segment = tcp();
    segment[19] = 3;
    let found = of(RAW, &v4(6, &segment));
    assert!(field(&found, "TCP", "Urgent pointer").note.is_some());
    assert_eq!(values(&found, "TCP", &["Urgent pointer"]), ["3"]);
}

/// Bytes of an option, its name, its value, and the values of its parts.
const OPTIONS: &[(&[u8], &str, &str, &[&str])] = &[
    (
        &[2, 4, 5, 0xB4],
        "Maximum segment size",
        "1460 bytes",
        &["2", "4 bytes", "1460 bytes"],
    ),
    (
        &[3, 3, 7],
        "Window scale",
        "7 (windows times 128)",
        &["3", "3 bytes", "7", "128"],
    ),
    (&[4, 2], "SACK permitted", "yes", &["4", "2 bytes"]),
    (
        &[5, 18, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 9],
        "SACK",
        "1..3, 5..9",
        &["5", "18 bytes", "1", "3 (2 bytes)", "5", "9 (4 bytes)"],
    ),
    (
        &[8, 10, 0, 0, 0, 7, 0, 0, 0, 9],
        "Timestamps",
        "value 7, echo reply 9",
        &["8", "10 bytes", "7", "9"],
    ),
    (
        &[19, 4, 0xAB, 0xCD],
        "MD5 signature",
        "abcd",
        &["19", "4 bytes", "abcd"],
    ),
    (
        &[28, 4, 0x80, 5],
        "User timeout",
        "5 min",
        &["28", "4 bytes", "5 min"],
    ),
    (
        &[29, 6, 1, 2, 0xFF, 0xEE],
        "TCP-AO",
        "key 1, next key 2",
        &["29", "6 bytes", "1", "2", "ffee"],
    ),
    (
        &[30, 4, 0x01, 0x81],
        "MPTCP",
        "MP_CAPABLE (0)",
        &["30", "4 bytes", "MP_CAPABLE (0), 0x1", "81"],
    ),
    (
        &[34, 2],
        "TCP Fast Open",
        "cookie request",
        &["34", "2 bytes"],
    ),
    (
        &[34, 6, 1, 2, 3, 4],
        "TCP Fast Open",
        "01020304",
        &["34", "6 bytes", "01020304"],
    ),
    (
        &[172, 5, 0, 1, 0],
        "Accurate ECN, order 0",
        "256",
        &["172", "5 bytes", "256"],
    ),
    (
        &[254, 4, 0xF9, 0x89],
        "Experiment",
        "TCP Fast Open (0xf989)",
        &["254", "4 bytes", "TCP Fast Open (0xf989)"],
    ),
    (
        &[77, 4, 1, 2],
        "Unknown option",
        "0102",
        &["77", "4 bytes", "0102"],
    ),
    (
        &[2, 3, 5],
        "Maximum segment size",
        "05",
        &["2", "3 bytes", "05"],
    ),
];
