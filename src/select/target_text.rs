//! What a person calls a session, as something that can be checked while a capture is read.
//!
//! Only forms that need no list of all sessions: its number, its two sockets, its `@id` or the
//! tail `name.initialSeq`. Everything else (`name` alone, a start, a part) is for
//! [`find_session`](super::find_session).

use std::net::{IpAddr, SocketAddr};

use crate::packet::{Endpoint, SeqNumber};
use crate::session::Target;

/// The session that a text names by itself; `None` for forms that need a list.
pub fn target_of(wanted: &str) -> Option<Target> {
    number(wanted)
        .or_else(|| ends(wanted))
        .or_else(|| exact(wanted))
}

/// `#3` or `3`.
fn number(wanted: &str) -> Option<Target> {
    let digits = wanted.strip_prefix('#').unwrap_or(wanted);
    let number = digits.parse().ok().filter(|number| 0 < *number)?;
    Some(Target::Number(number))
}

/// `ip:port-ip:port`, in either order.
fn ends(wanted: &str) -> Option<Target> {
    let (one, other) = wanted.split_once('-')?;
    let end = |text: &str| text.parse().ok().map(endpoint);
    Some(Target::Ends(end(one)?, end(other)?))
}

/// `whisperer.instanceId.H.srcIp-srcPort-dstIp-dstPort.initialSeq`, with or without what stands
/// before `H`, and with `~2` at its end.
fn exact(wanted: &str) -> Option<Target> {
    let (text, occurrence) = match wanted.rsplit_once('~') {
        Some((text, occurrence)) => (text, occurrence.parse().ok()?),
        None => (wanted, 1),
    };
    let (text, initial_seq) = text.rsplit_once('.')?;
    let mut parts = text.rsplitn(4, '-');
    let server_port = parts.next()?.parse().ok()?;
    let server_ip = parts.next()?.parse().ok()?;
    let client_port = parts.next()?.parse().ok()?;
    let (hour, client_ip) = hour_and_ip(parts.next()?)?;
    Some(Target::Exact {
        client: Endpoint {
            ip: client_ip,
            port: client_port,
        },
        server: Endpoint {
            ip: server_ip,
            port: server_port,
        },
        hour,
        initial_seq: SeqNumber(initial_seq.parse().ok()?),
        occurrence,
    })
}

/// The end of `....H.srcIp`: the longest address, and the hour before it.
fn hour_and_ip(text: &str) -> Option<(Option<i64>, IpAddr)> {
    let dots = text.match_indices('.').map(|(at, _)| at);
    let (before, ip) = dots.into_iter().find_map(|at| {
        let (before, ip) = text.split_at_checked(at)?;
        let ip = ip.strip_prefix('.')?.parse().ok()?;
        Some((before, ip))
    })?;
    let hour = before.rsplit('.').next()?;
    if hour == "-" {
        return Some((None, ip));
    }
    Some((Some(hour.parse().ok()?), ip))
}

const fn endpoint(socket: SocketAddr) -> Endpoint {
    Endpoint {
        ip: socket.ip(),
        port: socket.port(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Endpoint {
        endpoint(text.parse().unwrap())
    }

    fn exact_target(client: &str, server: &str, hour: Option<i64>, occurrence: u32) -> Target {
        Target::Exact {
            client: end(client),
            server: end(server),
            hour,
            initial_seq: SeqNumber(3_195_123_690),
            occurrence,
        }
    }

    #[test]
    fn numbers_and_sockets_are_targets() {
        assert_eq!(target_of("#3"), Some(Target::Number(3)));
        assert_eq!(target_of("17"), Some(Target::Number(17)));
        assert_eq!(target_of("0"), None);
        let ends = Target::Ends(end("10.0.0.1:5000"), end("10.0.0.9:80"));
        assert_eq!(target_of("10.0.0.1:5000-10.0.0.9:80"), Some(ends));
        let ends = Target::Ends(end("[::1]:7000"), end("[::2]:443"));
        assert_eq!(target_of("[::1]:7000-[::2]:443"), Some(ends));
    }

    #[test]
    fn ids_and_their_tails_are_targets() {
        let expected = exact_target("10.0.0.1:5000", "10.0.0.9:80", Some(473_686), 1);
        for id in [
            "offline.day-1.b.473686.10.0.0.1-5000-10.0.0.9-80.3195123690",
            "473686.10.0.0.1-5000-10.0.0.9-80.3195123690",
        ] {
            assert_eq!(target_of(id), Some(expected), "{id}");
        }
        assert_eq!(
            target_of("offline.x.-5.fd00::1-5000-::ffff:1.2.3.4-80.3195123690~2"),
            Some(exact_target(
                "[fd00::1]:5000",
                "[::ffff:1.2.3.4]:80",
                Some(-5),
                2
            ))
        );
        assert_eq!(
            target_of("offline.x.-.10.0.0.1-5000-10.0.0.9-80.3195123690"),
            Some(exact_target("10.0.0.1:5000", "10.0.0.9:80", None, 1))
        );
    }

    #[test]
    fn other_forms_need_a_list() {
        for text in [
            "",
            "10.0.0.1",
            "473686.10.0.0.1-5000-10.0.0.9-80",
            "a-b-c-d.e",
            "~2",
        ] {
            assert_eq!(target_of(text), None, "{text}");
        }
    }
}
