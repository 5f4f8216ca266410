//! The observer as a whole: handshakes byte by byte, and laws for any bytes.

use proptest::prelude::*;
use proptest::sample::Index;

use super::record::HANDSHAKE;
use super::server_hello::RETRY_REQUEST;
use super::testing::{HelloBytes, certificate, extension, message, record, sni};
use super::*;
use crate::session::{Direction, Piece, StreamOffset, StreamRange};

/// What is said in which direction.
type Talk = Vec<(Direction, Vec<u8>)>;

const OUT: Direction = Direction::Out;
const IN: Direction = Direction::In;

fn observed(talk: &Talk) -> Observer {
    let mut observer = Observer::new(TlsLimits::default());
    for (direction, bytes) in talk {
        observer.push(*direction, Piece::Bytes(StreamOffset::ZERO, bytes));
    }
    observer
}

fn facts(talk: &Talk) -> TlsFacts {
    observed(talk).facts().expect("TLS")
}

fn client_hello() -> HelloBytes {
    HelloBytes::client(&[0x1301, 0xc027, 0xc02f])
        .with(&sni(b"api.example.test"))
        .with(&extension(16, b"\x00\x0c\x02h2\x08http/1.1"))
        .with(&extension(22, b""))
        .with(&extension(23, b""))
}

fn change() -> Vec<u8> {
    record(20, &[1])
}

fn application(len: usize) -> Vec<u8> {
    record(23, &vec![0xee; len])
}

/// A full handshake of TLS 1.2 with a CBC suite and encrypt-then-MAC.
fn tls_1_2() -> Talk {
    let server = HelloBytes::server(0xc027)
        .with(&extension(16, b"\x00\x03\x02h2"))
        .with(&extension(22, b""));
    let flight = [
        message(2, &server.body()),
        certificate(b"not a certificate"),
        message(12, b"key"),
        message(14, b""),
    ]
    .concat();
    let keys = [
        record(22, &message(16, b"key")),
        change(),
        record(22, &[0xaa; 40]),
    ]
    .concat();
    vec![
        (OUT, client_hello().record(1)),
        (IN, record(22, &flight)),
        (OUT, keys),
        (IN, [change(), record(22, &[0xbb; 40])].concat()),
        (OUT, application(100)),
        (IN, application(1000)),
    ]
}

fn tls_1_3(finished_len: usize) -> Talk {
    let server = HelloBytes::server_with(0x1301, [b's'; 32], &[9, 9, 9, 9]);
    let server = server.with(&extension(43, &[3, 4]));
    let flight = [server.record(2), change(), application(900)].concat();
    vec![
        (OUT, client_hello().record(1)),
        (IN, flight),
        (OUT, [change(), application(finished_len)].concat()),
    ]
}

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

/// TLS after this cleartext, which each direction says at once.
fn behind(client: &[u8], server: &[u8]) -> Talk {
    let mut talk = tls_1_2();
    talk[0].1.splice(..0, client.iter().copied());
    talk[1].1.splice(..0, server.iter().copied());
    talk
}

#[test]
fn tls_is_found_behind_the_cleartext_that_asks_for_it() {
    let mysql_greeting = [&b"\x2a\0\0\0\x0a8.0\0"[..], &[1; 37]].concat();
    let mysql_login = [&b"\x20\0\0\x01\x05\xae\x03\0"[..], &[0; 28]].concat();
    let ldap_request = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    let ldap_answer = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
    let cases: &[(&str, &[u8], &[u8])] = &[
        ("SMTP", b"EHLO a\r\nSTARTTLS\r\n", b"220 a <b@c> hi\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n"),
        ("IMAP", b"a1 CAPABILITY\r\na2 starttls\r\n", b"* OK\r\n* CAPABILITY\r\na1 OK\r\na2 OK\r\n"),
        ("POP3", b"STLS\r\n", b"+OK\r\n+OK\r\n"),
        ("FTP", b"AUTH TLS\r\n", b"220 hi\r\n234 AUTH TLS\r\n"),
        (
            "XMPP",
            b"<?xml version='1.0'?><stream:stream to='a'><starttls xmlns='urn:x'/>",
            b"<stream:stream><stream:features><starttls/></stream:features><proceed xmlns='urn:x'/>",
        ),
        (
            "HTTP proxy",
            b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
            b"HTTP/1.1 200 Connection established\r\n\r\n",
        ),
        (
            "HTTP upgrade",
            b"OPTIONS * HTTP/1.1\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0, HTTP/1.1\r\n\r\n",
        ),
        ("PostgreSQL", b"\0\0\0\x08\x04\xd2\x16\x2f", b"S"),
        ("PostgreSQL with GSS", b"\0\0\0\x08\x04\xd2\x16\x30\0\0\0\x08\x04\xd2\x16\x2f", b"NS"),
        ("MySQL", &mysql_login, &mysql_greeting),
        ("LDAP", ldap_request, ldap_answer),
        ("AMQP", b"AMQP\x02\x01\0\0", b"AMQP\x02\x01\0\0"),
        ("RDP", b"\x03\0\0\x0b\x06\xe0\0\0\0\0\0", b"\x03\0\0\x0b\x06\xd0\0\0\0\0\0"),
        ("PROXY 1", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n", b""),
        ("PROXY 2", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x02ab", b""),
    ];
    let whole = facts(&tls_1_2());
    for (name, client, server) in cases {
        let found = observed(&behind(client, server)).facts();
        assert_eq!(found.as_ref(), Some(&whole), "{name}");
    }
}

#[test]
fn a_hello_that_is_data_is_not_taken_for_tls() {
    for (client, server) in [
        (
            &b"POST /upload HTTP/1.1\r\nContent-Length: 900\r\n\r\n"[..],
            &b"HTTP/1.1 200 OK\r\n\r\n"[..],
        ),
        (b"EHLO a\r\nDATA\r\n", b"220 hi\r\n354 go on\r\n"),
        (b"\0\0\0\x08\0\x03\0\0", b"R\0\0\0"),
        (b"SSH-2.0-x\r\n", b"SSH-2.0-y\r\n"),
    ] {
        assert!(observed(&behind(client, server)).facts().is_none());
    }
}

#[test]
fn a_session_without_tls_is_soon_ignored() {
    let talk = vec![
        (OUT, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
        (IN, b"\0\x01\x02\x03binary".to_vec()),
    ];
    let observer = observed(&talk);
    assert!(observer.is_settled(OUT) && observer.is_settled(IN));
    assert!(observer.facts().is_none());
}

#[test]
fn cleartext_is_followed_up_to_the_limit() {
    let lines = b"NOOP\r\n".repeat((16 << 10) / 6 + 1);
    let observer = observed(&vec![(OUT, lines)]);
    assert!(observer.is_settled(OUT));
}

#[test]
fn what_is_held_is_bounded() {
    let limits = TlsLimits {
        message_bytes: 1000,
        ..TlsLimits::default()
    };
    let mut observer = Observer::new(limits);
    let long = [&[1, 0, 0x03, 0xe8][..], &[0; 900]].concat();
    observer.push(
        OUT,
        Piece::Bytes(StreamOffset::ZERO, &record(HANDSHAKE, &long)),
    );
    for _ in 0..1000 {
        let alert = record(21, &[1, 90]);
        observer.push(OUT, Piece::Bytes(StreamOffset::ZERO, &alert));
    }
    let name = "a".repeat(60_000);
    let hello = HelloBytes::client(&[0xc02f]).with(&sni(name.as_bytes()));
    let body = message(1, &hello.body());
    for part in body.chunks(16_000) {
        observer.push(IN, Piece::Bytes(StreamOffset::ZERO, &record(22, part)));
    }
    let printed = format!("{observer:?}").len();
    assert!(printed < 8_000, "{printed} characters");
    let mut roomy = Observer::new(TlsLimits::default());
    for part in body.chunks(16_000) {
        roomy.push(IN, Piece::Bytes(StreamOffset::ZERO, &record(22, part)));
    }
    assert_eq!(roomy.facts().unwrap().server_name.unwrap().len(), 1024);
}

/// Any of the talks above.
fn talk() -> impl Strategy<Value = Talk> {
    let talks = vec![
        tls_1_2(),
        tls_1_3(53),
        behind(b"EHLO a\r\nSTARTTLS\r\n", b"220 a\r\n250 ok\r\n220 go\r\n"),
        behind(
            b"CONNECT a:1 HTTP/1.1\r\nA: b\r\n\r\n",
            b"HTTP/1.1 200 ok\r\n\r\n",
        ),
        behind(b"\0\0\0\x08\x04\xd2\x16\x2f", b"S"),
        behind(b"<a><starttls/> ", b"<a><proceed/>"),
    ];
    prop::sample::select(talks)
}

/// The bytes of a talk in pieces, each direction in order, the directions mixed.
fn in_pieces(talk: &Talk, cuts: &[Index], order: &[bool]) -> Talk {
    let stream = |wanted: Direction| -> Vec<Vec<u8>> {
        let own = talk.iter().filter(|(direction, _)| *direction == wanted);
        let bytes: Vec<u8> = own.flat_map(|(_, bytes)| bytes.clone()).collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pairs = places.windows(2);
        pairs.map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
    };
    let mut out = stream(OUT).into_iter();
    let mut r#in = stream(IN).into_iter();
    let mut pieces = Talk::new();
    for is_out in order {
        let (direction, next) = if *is_out {
            (OUT, out.next())
        } else {
            (IN, r#in.next())
        };
        pieces.extend(next.map(|bytes| (direction, bytes)));
    }
    pieces.extend(out.map(|bytes| (OUT, bytes)));
    pieces.extend(r#in.map(|bytes| (IN, bytes)));
    pieces
}

proptest! {
    #[test]
    fn cuts_and_order_change_no_fact(
        talk in talk(),
        cuts in prop::collection::vec(any::<Index>(), 0..60),
        order in prop::collection::vec(any::<bool>(), 0..60),
    ) {
        let pieces = in_pieces(&talk, &cuts, &order);
        prop_assert_eq!(observed(&pieces).facts(), observed(&talk).facts());
    }

    #[test]
    fn damage_does_no_harm(
        talk in talk(),
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 0..8),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
        len in any::<Index>(),
    ) {
        let mut talk = talk;
        for (part, place, byte) in changes {
            let bytes = part.get_mut(&mut talk);
            *place.get_mut(&mut bytes.1) = byte;
        }
        let mut pieces = in_pieces(&talk, &cuts, &[]);
        let whole = observed(&pieces).facts();
        prop_assert_eq!(observed(&talk).facts(), whole);
        pieces.truncate(len.index(pieces.len()));
        drop(observed(&pieces).facts());
    }

    #[test]
    fn any_bytes_do_no_harm(
        pieces in prop::collection::vec(
            (any::<bool>(), prop::option::of(prop::collection::vec(any::<u8>(), 0..40))),
            0..40,
        ),
        start in prop::sample::select(vec![
            &b""[..], b"\x16\x03\x01", b"\x17\x03\x03\0", b"\x80\x1c\x01\x03", b"0\x84", b"STARTTLS\r\n",
            b"\x16\x03\x03\x40\0\x0b\0\x30\0",
        ]),
    ) {
        let mut observer = Observer::new(TlsLimits::default());
        observer.push(OUT, Piece::Bytes(StreamOffset::ZERO, start));
        observer.push(IN, Piece::Bytes(StreamOffset::ZERO, start));
        for (is_out, piece) in &pieces {
            let direction = if *is_out { OUT } else { IN };
            match piece {
                Some(bytes) => observer.push(direction, Piece::Bytes(StreamOffset::ZERO, bytes)),
                None => {
                    let range = StreamRange::new(StreamOffset::ZERO, 17);
                    observer.push(direction, Piece::Gap(range));
                }
            }
        }
        drop(observer.facts());
    }

    #[test]
    fn any_key_log_is_kept(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut log = KeyLog::default();
        log.add(&text);
        let kept: usize = log.other_lines().map(|line| line.as_bytes().len()).sum();
        prop_assert!(kept <= text.len());
    }
}
