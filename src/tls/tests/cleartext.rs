//! Cleartext before TLS, and sessions without TLS.

use super::*;

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
        (
            "Gnutella",
            b"GNUTELLA CONNECT/0.6\r\nUpgrade: TLS/1.0\r\nA: b\r\n\r\nGNUTELLA/0.6 200 OK\r\n\
                Connection: Upgrade\r\n\r\n",
            b"GNUTELLA/0.6 200 OK\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n",
        ),
        ("PostgreSQL", b"\0\0\0\x08\x04\xd2\x16\x2f", b"S"),
        ("PostgreSQL with GSS", b"\0\0\0\x08\x04\xd2\x16\x30\0\0\0\x08\x04\xd2\x16\x2f", b"NS"),
        ("MySQL", &mysql_login, &mysql_greeting),
        ("LDAP", ldap_request, ldap_answer),
        ("AMQP", b"AMQP\x02\x01\0\0", b"AMQP\x02\x01\0\0"),
        ("RDP", b"\x03\0\0\x0b\x06\xe0\0\0\0\0\0", b"\x03\0\0\x0b\x06\xd0\0\0\0\0\0"),
        (
            "SOCKS 5",
            b"\x05\x02\x00\x01\x05\x01\x00\x03\x06a.test\x01\xbb",
            b"\x05\x00\x05\x00\x00\x01\x0a\x00\x00\x01\x01\xbb",
        ),
        (
            "SOCKS 5, no login but one method",
            b"\x05\x01\x00\x05\x01\x00\x01\x0a\x00\x00\x01\x01\xbb",
            b"\x05\x00\x05\x00\x00\x03\x06a.test\x01\xbb",
        ),
        (
            "SOCKS 5 with a login",
            b"\x05\x02\x00\x02\x01\x02me\x03abc\x05\x01\x00\x04\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xbb",
            b"\x05\x02\x01\x00\x05\x00\x00\x01\x0a\x00\x00\x01\x01\xbb",
        ),
        ("SOCKS 4", b"\x04\x01\x01\xbb\x0a\x00\x00\x01me\0", b"\0\x5a\x01\xbb\x0a\x00\x00\x01"),
        (
            "SOCKS 4A",
            b"\x04\x01\x01\xbb\x00\x00\x00\x01me\0a.test\0",
            b"\0\x5a\x01\xbb\x00\x00\x00\x00",
        ),
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
