//! What handshakes show, whole and in part.

use super::super::server_hello::RETRY_REQUEST;
use super::super::testing::{HelloBytes, extension, message, record, sni};
use super::*;
use crate::session::StreamRange;

#[test]
fn a_full_handshake_shows_everything() {
    let facts = facts(&tls_1_2());
    assert_eq!(facts.client, Some(OUT));
    assert_eq!(facts.version, Some(Version::TLS_1_2));
    assert_eq!(facts.cipher, Some(CipherSuite(0xc027)));
    assert_eq!(facts.server_name.as_deref(), Some("api.example.test"));
    assert_eq!(facts.protocols, ["h2", "http/1.1"]);
    assert_eq!(facts.protocol.as_deref(), Some("h2"));
    assert_eq!(facts.client_random, Some([b'c'; 32]));
    assert_eq!(facts.server_random, Some([b's'; 32]));
    assert_eq!(facts.resumed, Some(false));
    assert_eq!(facts.encrypts_then_macs(), Some(true));
    assert_eq!(facts.extended_master_secret, Negotiation::Offered);
    assert!(facts.completed);
    let certificate = facts.certificate.unwrap();
    assert_eq!(certificate.contents, None);
}

#[test]
fn tls_1_3_completes_with_a_record_that_can_hold_the_finished_message() {
    let done = facts(&tls_1_3(53));
    assert_eq!(done.version, Some(Version::TLS_1_3));
    assert_eq!(done.resumed, Some(false));
    assert_eq!(done.encrypts_then_macs(), Some(false));
    assert!(done.completed && done.certificate.is_none());
    // An encrypted alert is shorter.
    assert!(!facts(&tls_1_3(19)).completed);
}

#[test]
fn after_a_retry_request_the_real_hello_counts() {
    let retry = HelloBytes::server_with(0x1302, RETRY_REQUEST, &[]).with(&extension(43, &[3, 4]));
    let mut talk = vec![
        (OUT, client_hello().record(1)),
        (IN, [retry.record(2), change()].concat()),
    ];
    let early = facts(&talk);
    assert_eq!(early.cipher, Some(CipherSuite(0x1302)));
    assert_eq!((early.server_random, early.resumed), (None, None));
    let again = HelloBytes::client(&[0x1302]).with(&sni(b"other.test"));
    let server = HelloBytes::server(0x1302)
        .with(&extension(43, &[3, 4]))
        .with(&extension(41, &[0, 0]));
    talk.push((OUT, [change(), again.record(1)].concat()));
    talk.push((IN, server.record(2)));
    let late = facts(&talk);
    assert_eq!(late.server_name.as_deref(), Some("api.example.test"));
    assert_eq!(late.server_random, Some([b's'; 32]));
    assert_eq!(late.resumed, Some(true));
}

#[test]
fn a_short_handshake_is_a_resumed_one() {
    let short = |id: &[u8]| {
        let server = HelloBytes::server_with(0xc02f, [b's'; 32], id);
        vec![(OUT, client_hello().record(1)), (IN, server.record(2))]
    };
    assert_eq!(facts(&short(&[9, 9, 9, 9])).resumed, Some(true));
    assert_eq!(facts(&short(&[7])).resumed, None);
    let mut with_ticket = short(&[]);
    with_ticket.push((IN, [record(22, &message(4, b"ticket")), change()].concat()));
    assert_eq!(facts(&with_ticket).resumed, Some(true));
}

#[test]
fn encrypt_then_mac_has_no_effect_on_other_suites() {
    let server = HelloBytes::server(0xc02f).with(&extension(22, b""));
    let talk = vec![(OUT, client_hello().record(1)), (IN, server.record(2))];
    assert_eq!(facts(&talk).encrypt_then_mac, Negotiation::Accepted);
    assert_eq!(facts(&talk).encrypts_then_macs(), Some(false));
}

#[test]
fn alerts_in_the_clear_are_kept() {
    let talk = vec![(OUT, client_hello().record(1)), (IN, record(21, &[2, 40]))];
    let facts = facts(&talk);
    let alert = Alert {
        fatal: true,
        description: 40,
    };
    assert_eq!(facts.alerts, [(IN, alert)]);
    assert_eq!(alert_name(40), Some("handshake_failure"));
    assert!(!facts.completed);
}

#[test]
fn the_tcp_server_can_be_the_tls_client() {
    let talk: Talk = tls_1_2()
        .into_iter()
        .map(|(direction, bytes)| (direction.opposite(), bytes))
        .collect();
    let facts = facts(&talk);
    assert_eq!(facts.client, Some(IN));
    assert_eq!(facts.cipher, Some(CipherSuite(0xc027)));
    assert!(facts.completed);
}

#[test]
fn one_direction_is_enough() {
    let only = |direction| -> Talk {
        let talk = tls_1_2().into_iter();
        talk.filter(|(other, _)| *other == direction).collect()
    };
    let client = facts(&only(OUT));
    assert_eq!(client.server_name.as_deref(), Some("api.example.test"));
    assert_eq!((client.version, client.resumed), (None, None));
    let server = facts(&only(IN));
    assert_eq!(server.client, Some(OUT));
    assert_eq!(server.version, Some(Version::TLS_1_2));
    assert_eq!(server.server_name, None);
}

#[test]
fn a_stream_from_the_middle_is_told_by_its_records() {
    let talk = vec![(OUT, application(30)), (IN, application(300))];
    let middle = facts(&talk);
    assert_eq!(middle.record_version, Some(Version::TLS_1_2));
    assert_eq!((middle.version, middle.client), (None, None));
    assert!(observed(&vec![(OUT, application(30))]).facts().is_none());
    let two = [application(30), application(40)].concat();
    assert!(observed(&vec![(IN, two)]).facts().is_some());
}

#[test]
fn a_hello_of_ssl_2_is_understood() {
    let mut hello = vec![0x80, 25 + 3, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 5];
    hello.extend([7; 16]);
    hello[1] = u8::try_from(hello.len() - 2).unwrap();
    let server = HelloBytes::server(0x0005);
    let talk = vec![
        (OUT, hello),
        (IN, server.record(2)),
        (OUT, [change(), record(22, &[1; 40])].concat()),
        (IN, [change(), record(22, &[1; 40])].concat()),
    ];
    let facts = facts(&talk);
    let mut random = [0; 32];
    random[16..].fill(7);
    assert_eq!(facts.client_random, Some(random));
    assert_eq!(facts.cipher, Some(CipherSuite(0x0005)));
    assert!(facts.completed && facts.ja3.is_none());
}

#[test]
fn a_message_may_lie_across_records() {
    let hello = message(1, &client_hello().body());
    let tiny: Vec<u8> = hello.chunks(3).flat_map(|part| record(22, part)).collect();
    assert_eq!(
        facts(&vec![(OUT, tiny)]).server_name.as_deref(),
        Some("api.example.test")
    );
}

#[test]
fn gaps_leave_the_facts_so_far() {
    let mut observer = observed(&tls_1_2()[..2].to_vec());
    let gap = |len| Piece::Gap(StreamRange::new(StreamOffset::ZERO, len));
    observer.push(IN, gap(10_000));
    observer.push(
        IN,
        Piece::Bytes(StreamOffset::ZERO, b"not the start of a record"),
    );
    assert!(observer.is_settled(IN));
    assert_eq!(observer.facts().unwrap().version, Some(Version::TLS_1_2));
}

#[test]
fn a_gap_within_a_record_does_not_end_the_reading() {
    let mut talk = tls_1_2();
    let (_, flight) = talk.remove(1);
    let mut observer = observed(&talk[..1].to_vec());
    let (head, rest) = flight.split_at(70);
    let (lost, tail) = rest.split_at(10);
    observer.push(IN, Piece::Bytes(StreamOffset::ZERO, head));
    let range = StreamRange::new(StreamOffset::ZERO, u32::try_from(lost.len()).unwrap());
    observer.push(IN, Piece::Gap(range));
    observer.push(IN, Piece::Bytes(StreamOffset::ZERO, tail));
    for (direction, bytes) in &talk[1..] {
        observer.push(*direction, Piece::Bytes(StreamOffset::ZERO, bytes));
    }
    let facts = observer.facts().unwrap();
    assert_eq!(facts.version, Some(Version::TLS_1_2));
    assert!(facts.completed && facts.certificate.is_none());
    // The certificate may have been lost, so a short handshake is not proven.
    assert_eq!(facts.resumed, None);
}
