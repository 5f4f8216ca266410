//! The observer as a whole. Here: what is said, byte by byte.

mod cleartext;
mod handshake;
mod laws;

use super::testing::{HelloBytes, certificate, extension, message, record, sni};
use super::*;
use crate::session::{Direction, Piece, StreamOffset};

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

/// TLS after this cleartext, which each direction says at once.
fn behind(client: &[u8], server: &[u8]) -> Talk {
    let mut talk = tls_1_2();
    talk[0].1.splice(..0, client.iter().copied());
    talk[1].1.splice(..0, server.iter().copied());
    talk
}
