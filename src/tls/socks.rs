//! What the two ends say to a SOCKS proxy before a tunnel through it is open.
//!
//! ```text
//!   client  greeting            login        request ->  anything, a hello of TLS for one
//!   server            method           ok            reply -> anything
//! ```
//!
//! Each message is told by its own bytes, since the other direction is not looked at. A choice of
//! the password method and the answer to it read as a greeting, of the same length.
//! Deliberately absent: GSSAPI, and requests to listen (BIND, UDP).
//! Sources: RFC 1928 §3 to §6, RFC 1929 §2; `SOCKS4.protocol` and `SOCKS4A` of NEC.

use super::opening::{Match, Next, Unit};

/// A message of SOCKS 4 or 5.
pub(super) fn message(bytes: &[u8]) -> Match<Unit> {
    match bytes {
        [] => Match::More,
        [5, rest @ ..] => version_5(rest),
        [4, 1, rest @ ..] => request_4(rest),
        [0, 0x5a] | [4] => Match::More,
        [0, 0x5a, ..] => unit(8, Next::Same),
        _ => Match::No,
    }
}

/// The name and the password of a client (RFC 1929), which only stand behind a greeting.
pub(super) fn login(bytes: &[u8]) -> Match<Unit> {
    let [1, name_len @ 1..=255, rest @ ..] = bytes else {
        return match bytes {
            [] | [1] => Match::More,
            _ => Match::No,
        };
    };
    let name_len = usize::from(*name_len);
    match rest.get(name_len) {
        None => Match::More,
        Some(0) => Match::No,
        Some(len) => {
            let len = usize::from(*len).saturating_add(name_len);
            unit(len.saturating_add(3), Next::Same)
        }
    }
}

/// A message of SOCKS 5 behind its version.
fn version_5(bytes: &[u8]) -> Match<Unit> {
    match bytes {
        [] | [0 | 1] | [1, 0] => Match::More,
        [0, 0, rest @ ..] => with_address(rest, Next::Same),
        // The proxy wants no login; what follows is its reply.
        [0, 5, ..] => unit(2, Next::Same),
        [1, 0, kind @ (1 | 3 | 4), rest @ ..] => match (kind, rest) {
            (3, []) => Match::More,
            _ => with_address(bytes.get(2..).unwrap_or_default(), Next::Tls),
        },
        [count @ 1..=MAX_METHODS, rest @ ..] => {
            let methods = rest.iter().take((*count).into());
            match methods.clone().all(|method| *method <= MAX_METHOD) {
                true => unit(usize::from(*count).saturating_add(2), Next::Same),
                false => Match::No,
            }
        }
        _ => Match::No,
    }
}

/// A request or a reply of SOCKS 5 from the kind of its address on.
fn with_address(bytes: &[u8], next: Next) -> Match<Unit> {
    let address_len = match bytes {
        [] | [3] => return Match::More,
        [1, ..] => 4,
        [4, ..] => 16,
        [3, len, ..] if 0 < *len => usize::from(*len).saturating_add(1),
        _ => return Match::No,
    };
    // Version, command, reserved byte, kind, address, port.
    unit(address_len.saturating_add(6), next)
}

/// A request of SOCKS 4 behind its command: port, address, user, and a name where the address is
/// none.
fn request_4(bytes: &[u8]) -> Match<Unit> {
    let Some((head, rest)) = bytes.split_at_checked(6) else {
        return Match::More;
    };
    let names_before = match head {
        [_, _, 0, 0, 0, last] if *last != 0 => 1,
        _ => 0,
    };
    let rest = rest.get(..MAX_NAMES_LEN).unwrap_or(rest);
    let ends = rest.iter().enumerate().filter(|(_, byte)| **byte == 0);
    match ends.map(|(place, _)| place).nth(names_before) {
        Some(end) => unit(end.saturating_add(9), Next::Tls),
        None if rest.len() < MAX_NAMES_LEN => Match::More,
        None => Match::No,
    }
}

const fn unit(len: usize, next: Next) -> Match<Unit> {
    Match::Yes(Unit { len, next })
}

/// The methods that IANA lists end at 9; nobody offers as many.
const MAX_METHOD: u8 = 9;
const MAX_METHODS: u8 = 10;
/// A user and a name of a host.
const MAX_NAMES_LEN: usize = 512;
