//! What the bytes at a place of a stream can be: the start of TLS, or a unit of a protocol that
//! changes to TLS.
//!
//! Each question is answered by the first bytes alone and never otherwise when more come, so that
//! it does not matter how a stream is cut.
//! Sources: RFC 5246 appendix E.2 and the SSL 2.0 specification (hellos); PostgreSQL
//! "Frontend/Backend Protocol" (`SSLRequest`); MySQL `Protocol::SSLRequest`; RFC 4511 §4.14 (LDAP
//! StartTLS); MS-RDPBCGR 2.2.1 (X.224 in TPKT); HAProxy "The PROXY protocol" §2.2; OASIS AMQP 1.0
//! part 5 §2.1.

use super::reader::{Reader, length_u24};
use super::record::{ALERT, HANDSHAKE, HEADER_LEN, is_header};
use super::socks;

/// Whether bytes are what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match<T> {
    No,
    /// They can be, but there are too few to tell.
    More,
    Yes(T),
}

/// A unit of another protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) len: usize,
    /// TLS may follow.
    pub(super) next: Next,
}

/// What may follow a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// More of the same, or the hello of a server.
    Same,
    /// A client's hello: the unit asks for TLS.
    Tls,
    /// Anything: the unit only stands in front.
    Anything,
}

/// A record of any kind.
pub(super) fn record(bytes: &[u8]) -> Match<()> {
    let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
        // The missing bytes are filled with some that fit.
        let mut header = [HANDSHAKE, 3, 3, 0, 1];
        for (to, from) in header.iter_mut().zip(bytes) {
            *to = *from;
        }
        if header[3] != 0 {
            header[4] = 0;
        }
        return if is_header(header) {
            Match::More
        } else {
            Match::No
        };
    };
    if is_header(*header) {
        Match::Yes(())
    } else {
        Match::No
    }
}

/// A record with a hello of the given kind, or, for a server, with an alert.
///
/// Stricter than [`record`]: the lengths and the version inside must fit as well.
pub(super) fn hello(bytes: &[u8], kind: u8) -> Match<()> {
    match record(bytes) {
        Match::No => return Match::No,
        Match::More => return Match::More,
        Match::Yes(()) => {}
    }
    let Some(head) = bytes.first_chunk::<11>() else {
        return match bytes.first() {
            Some(&HANDSHAKE) if bytes.get(5).is_none_or(|byte| *byte == kind) => Match::More,
            Some(&ALERT) if kind == SERVER_HELLO => alert(bytes),
            _ => Match::No,
        };
    };
    let [content, _, _, _, _, found, high, middle, low, major, _] = *head;
    let len = length_u24(high, middle, low);
    let fits = content == HANDSHAKE
        && found == kind
        && SHORTEST_HELLO <= len
        && len <= usize::from(u16::MAX)
        && (major == 3 || kind == SERVER_HELLO && major == 0x7f);
    if fits {
        Match::Yes(())
    } else if content == ALERT && kind == SERVER_HELLO {
        alert(bytes)
    } else {
        Match::No
    }
}

fn alert(bytes: &[u8]) -> Match<()> {
    match bytes.get(3..) {
        Some([0, 2, 1 | 2, _, ..]) => Match::Yes(()),
        Some([0, 2, 1 | 2] | [0, 2] | [0] | []) | None => Match::More,
        Some(_) => Match::No,
    }
}

/// A client's hello in the form of SSL 2.0; the length is that of the whole record.
pub(super) fn v2_client_hello(bytes: &[u8]) -> Match<usize> {
    v2(bytes, 11, |mut reader, len| {
        let (kind, version) = (reader.u8()?, reader.u16()?);
        let (ciphers, session_id, challenge) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let sum = sum(9, [ciphers, session_id, challenge]);
        let fits = kind == 1
            && matches!(version, 0x0002 | 0x0300..=0x0303)
            && ciphers % 3 == 0
            && 0 < ciphers
            && matches!(session_id, 0 | 16)
            && (16..=32).contains(&challenge)
            && usize::from(ciphers) <= MAX_UNIT_LEN
            && sum == len;
        fits.then_some(())
    })
}

/// A server's hello of SSL 2.0.
pub(super) fn v2_server_hello(bytes: &[u8]) -> Match<usize> {
    v2(bytes, 13, |mut reader, len| {
        let (kind, _hit, _certificate_type) = (reader.u8()?, reader.u8()?, reader.u8()?);
        let version = reader.u16()?;
        let (certificate, ciphers, id) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let sum = sum(11, [certificate, ciphers, id]);
        (kind == 4 && version == 2 && ciphers % 3 == 0 && sum == len).then_some(())
    })
}

/// A record of SSL 2.0 whose first `head_len` bytes pass `check`, which reads from behind the
/// length.
fn v2(
    bytes: &[u8],
    head_len: usize,
    check: impl FnOnce(Reader<'_>, u32) -> Option<()>,
) -> Match<usize> {
    let (Some(high), kind) = (bytes.first(), bytes.get(2)) else {
        return Match::More;
    };
    if high & 0x80 == 0 || kind.is_some_and(|kind| !matches!(kind, 1 | 4)) {
        return Match::No;
    }
    let Some(head) = bytes.get(..head_len) else {
        return Match::More;
    };
    let mut reader = Reader::new(head);
    let len = reader.u16().unwrap_or_default() & 0x7fff;
    match check(reader, len.into()) {
        Some(()) => Match::Yes(usize::from(len).saturating_add(2)),
        None => Match::No,
    }
}

/// The length of a record with a fixed part and three variable ones.
fn sum(fixed: u32, parts: [u16; 3]) -> u32 {
    let add = |sum: u32, part: u16| sum.saturating_add(part.into());
    parts.into_iter().fold(fixed, add)
}

/// A unit of a binary protocol that may change to TLS.
pub(super) fn unit(bytes: &[u8]) -> Match<Unit> {
    let questions = [
        postgres,
        postgres_answer,
        mysql,
        ldap,
        tpkt,
        proxy,
        amqp,
        socks::message,
    ];
    for question in questions {
        match question(bytes) {
            Match::No => {}
            answer => return answer,
        }
    }
    Match::No
}

/// `SSLRequest` asks for TLS, `GSSENCRequest` for something else first.
fn postgres(bytes: &[u8]) -> Match<Unit> {
    starts_with(bytes, b"\0\0\0\x08\x04\xd2\x16\x2f", Next::Tls)
        .or(|| starts_with(bytes, b"\0\0\0\x08\x04\xd2\x16\x30", Next::Same))
}

/// One letter, and TLS or another letter right behind it.
fn postgres_answer(bytes: &[u8]) -> Match<Unit> {
    let yes = |len| {
        Match::Yes(Unit {
            len,
            next: Next::Same,
        })
    };
    match bytes {
        [b'S', 0x16, 3, ..] => yes(1),
        [b'N' | b'G', b'S', 0x16, 3, ..] => yes(2),
        [b'S'] | [b'S', 0x16] | [b'N' | b'G'] | [b'N' | b'G', b'S'] | [b'N' | b'G', b'S', 0x16] => {
            Match::More
        }
        _ => Match::No,
    }
}

/// The server's greeting (protocol 10), and the short login that asks for TLS.
fn mysql(bytes: &[u8]) -> Match<Unit> {
    let [low, middle, rest @ ..] = bytes else {
        return Match::More;
    };
    let len = usize::from(u16::from_le_bytes([*low, *middle]));
    let unit = |next| Unit {
        len: len.saturating_add(4),
        next,
    };
    match rest {
        [0, 0, 10, ..] if (20..=1024).contains(&len) => Match::Yes(unit(Next::Same)),
        [0, 1, _, capabilities, ..] if len == 32 && capabilities & 0x08 != 0 => {
            Match::Yes(unit(Next::Tls))
        }
        [] | [0] | [0, 0] if (20..=1024).contains(&len) => Match::More,
        [0, 1] | [0, 1, _] if len == 32 => Match::More,
        _ => Match::No,
    }
}

/// A message of LDAP; the extended request for StartTLS asks for TLS.
fn ldap(bytes: &[u8]) -> Match<Unit> {
    let Some((0x30, rest)) = bytes.split_first() else {
        return if bytes.is_empty() {
            Match::More
        } else {
            Match::No
        };
    };
    let Some((first, rest)) = rest.split_first() else {
        return Match::More;
    };
    let (len_len, len) = match first {
        0..=0x7f => (0, usize::from(*first)),
        0x81..=0x84 => {
            let len_len = usize::from(first & 0x7f);
            let Some(digits) = rest.get(..len_len) else {
                return Match::More;
            };
            let fold = |len: usize, digit: &u8| len << 8 | usize::from(*digit);
            (len_len, digits.iter().fold(0, fold))
        }
        _ => return Match::No,
    };
    let unit = |next| Unit {
        len: len.saturating_add(len_len).saturating_add(2),
        next,
    };
    let body = rest.get(len_len..).unwrap_or_default();
    match body {
        [] | [2] => Match::More,
        [2, id_len @ 1..=4, after @ ..] => match after.get(usize::from(*id_len)) {
            None => Match::More,
            Some(0x77) if MAX_UNIT_LEN < len => Match::No,
            Some(0x77) => match body.get(..len) {
                None => Match::More,
                Some(body) if contains(body, START_TLS_OID) => Match::Yes(unit(Next::Tls)),
                Some(_) => Match::Yes(unit(Next::Same)),
            },
            Some(operation) if operation & 0xc0 == 0x40 => Match::Yes(unit(Next::Same)),
            Some(_) => Match::No,
        },
        _ => Match::No,
    }
}

/// A connection request or confirmation of X.224, as before RDP.
fn tpkt(bytes: &[u8]) -> Match<Unit> {
    match bytes {
        [3, 0, 0 | 1, low, _, 0xe0 | 0xd0, ..] => {
            let high = bytes.get(2).copied().unwrap_or_default();
            Match::Yes(Unit {
                len: u16::from_be_bytes([high, *low]).max(6).into(),
                next: Next::Tls,
            })
        }
        [] | [3] | [3, 0] | [3, 0, 0 | 1] | [3, 0, 0 | 1, _] | [3, 0, 0 | 1, _, _] => Match::More,
        _ => Match::No,
    }
}

/// The binary header that a proxy puts in front of a stream.
fn proxy(bytes: &[u8]) -> Match<Unit> {
    match starts_with(bytes, b"\r\n\r\n\0\r\nQUIT\n", Next::Anything) {
        Match::Yes(_) => {}
        answer => return answer,
    }
    let (Some(high), Some(low)) = (bytes.get(14), bytes.get(15)) else {
        return Match::More;
    };
    Match::Yes(Unit {
        len: usize::from(u16::from_be_bytes([*high, *low])).saturating_add(16),
        next: Next::Anything,
    })
}

/// The header that asks for TLS, from both sides.
fn amqp(bytes: &[u8]) -> Match<Unit> {
    starts_with(bytes, b"AMQP\x02\x01\0\0", Next::Tls)
}

fn starts_with(bytes: &[u8], start: &[u8], next: Next) -> Match<Unit> {
    if bytes.starts_with(start) {
        let len = start.len();
        Match::Yes(Unit { len, next })
    } else if start.starts_with(bytes) {
        Match::More
    } else {
        Match::No
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

impl<T> Match<T> {
    /// This answer, or another one where it is "no".
    fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => other(),
            answer => answer,
        }
    }
}

/// Handshake type of a client's hello.
pub(super) const CLIENT_HELLO: u8 = 1;
/// Handshake type of a server's hello.
pub(super) const SERVER_HELLO: u8 = 2;
/// The longest unit that is looked at as a whole.
pub(super) const MAX_UNIT_LEN: usize = 4096;
/// Version, random, an empty session id, a cipher suite, a compression.
const SHORTEST_HELLO: usize = 38;
const START_TLS_OID: &[u8] = b"1.3.6.1.4.1.1466.20037";
