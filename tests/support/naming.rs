//! What names hosts on the wire: answers of name services, and the hello of a TLS client.

use std::net::{IpAddr, SocketAddr};

use crate::build::{in_ip, pseudo_checksum};

/// A record of an answer: the name, and its address or the name that it is an alias of.
pub(crate) type Record<'a> = (&'a str, Result<IpAddr, &'a str>);

/// A frame with a DNS answer to the question for `name`.
pub(crate) fn dns_answer(ends: [SocketAddr; 2], name: &str, records: &[Record<'_>]) -> Vec<u8> {
    datagram(ends, &response(name, records))
}

/// A DNS question and its answer as they go over TCP.
pub(crate) fn dns_in_tcp(name: &str, records: &[Record<'_>]) -> [Vec<u8>; 2] {
    let question = message([0x01, 0x00], &[question(name, A)], (&[], 0x00));
    [question, response(name, records)].map(|message| with_len(&message))
}

/// A frame in which a host tells its own addresses by multicast DNS.
pub(crate) fn multicast_answer(ends: [SocketAddr; 2], records: &[Record<'_>]) -> Vec<u8> {
    datagram(ends, &message([0x84, 0x00], &[], (records, 0x80)))
}

/// A TLS record with a client hello that asks for `name`.
pub(crate) fn client_hello(name: &str) -> Vec<u8> {
    let host = [&[0], &*with_len(name.as_bytes())].concat();
    let server_name = [&[0, 0], &*with_len(&with_len(&host))].concat();
    let mut hello = vec![3, 3];
    hello.extend([0x5a; 32]);
    // No session id, one suite, no compression.
    hello.extend([0, 0, 2, 0xc0, 0x2f, 1, 0]);
    hello.extend(with_len(&server_name));
    let handshake = [&[1, 0], &*with_len(&hello)].concat();
    [&[22, 3, 1], &*with_len(&handshake)].concat()
}

fn response(name: &str, records: &[Record<'_>]) -> Vec<u8> {
    let asks_for_v6 = records
        .iter()
        .any(|(_, data)| data.is_ok_and(|ip| ip.is_ipv6()));
    let kind = if asks_for_v6 { AAAA } else { A };
    message([0x81, 0x80], &[question(name, kind)], (records, 0x00))
}

fn question(name: &str, kind: u8) -> Vec<u8> {
    let mut question = labels(name);
    question.extend([0, kind, 0, 1]);
    question
}

fn message(flags: [u8; 2], questions: &[Vec<u8>], answers: (&[Record<'_>], u8)) -> Vec<u8> {
    let (records, flush) = answers;
    let mut message = vec![0x12, 0x34, flags[0], flags[1]];
    for count in [questions.len(), records.len(), 0, 0] {
        message.extend(u16::try_from(count).unwrap().to_be_bytes());
    }
    message.extend(questions.concat());
    for (name, data) in records {
        let (kind, data) = match data {
            Ok(IpAddr::V4(v4)) => (A, v4.octets().to_vec()),
            Ok(IpAddr::V6(v6)) => (AAAA, v6.octets().to_vec()),
            Err(target) => (CNAME, labels(target)),
        };
        message.extend(labels(name));
        message.extend([0, kind, flush, 1, 0, 0, 0, 60]);
        message.extend(with_len(&data));
    }
    message
}

fn datagram(ends: [SocketAddr; 2], payload: &[u8]) -> Vec<u8> {
    let mut udp = ends.map(|end| end.port().to_be_bytes()).concat();
    udp.extend(u16::try_from(payload.len() + 8).unwrap().to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(payload);
    let checksum = pseudo_checksum(ends, UDP, &udp);
    udp[6..8].copy_from_slice(&checksum);
    in_ip(ends, (UDP, 1), &udp)
}

/// A name without compression.
fn labels(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat();
    let mut bytes: Vec<u8> = name.split('.').flat_map(label).collect();
    bytes.push(0);
    bytes
}

/// Bytes behind their length.
fn with_len(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&len, bytes].concat()
}

const UDP: u8 = 17;
const A: u8 = 1;
const CNAME: u8 = 5;
const AAAA: u8 = 28;
