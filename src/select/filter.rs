//! The common questions about sessions, without an expression.

use std::ops::RangeInclusive;

use super::end::{EndPattern, NamePattern, Network};
use crate::document::{End, Seconds, TcpSession};
use crate::session::State;
use crate::time::{Span, Timestamp};

/// What a session must be like. Different fields must all hold; of a list, one entry must; what
/// is empty or absent asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Either end.
    pub hosts: Vec<EndPattern>,
    /// Address of either end.
    pub networks: Vec<Network>,
    /// Port of either end.
    pub ports: Vec<RangeInclusive<u16>>,
    /// The client.
    pub clients: Vec<EndPattern>,
    /// The server.
    pub servers: Vec<EndPattern>,
    /// Name of either end, or the one the client asked for by TLS.
    pub names: Vec<NamePattern>,
    /// State after the last packet.
    pub states: Vec<State>,
    /// All of these.
    pub traits: Vec<Trait>,
    /// The last packet is not older.
    pub since: Option<Timestamp>,
    /// The first packet is not newer.
    pub until: Option<Timestamp>,
    /// Payload of both directions together, in bytes.
    pub min_payload_bytes: Option<u64>,
    /// From first to last packet.
    pub min_duration: Option<Span>,
}

/// Something that is true of a session or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// TLS was recognised: the document has `tls`.
    Tls,
    /// HTTP was recognised: the document has `parsers.http`.
    Http,
    /// The client's SYN was not captured.
    MissedSyn,
    /// Bytes, or a part of the handshake, were not captured.
    Incomplete,
    /// Payload from the client, none from the server.
    NoResponse,
}

impl Filter {
    /// True when every session fits.
    pub const fn is_empty(&self) -> bool {
        self.hosts.is_empty()
            && self.networks.is_empty()
            && self.ports.is_empty()
            && self.clients.is_empty()
            && self.servers.is_empty()
            && self.names.is_empty()
            && self.states.is_empty()
            && self.traits.is_empty()
            && self.since.is_none()
            && self.until.is_none()
            && self.min_payload_bytes.is_none()
            && self.min_duration.is_none()
    }

    /// True when `session` is like this.
    pub fn matches(&self, session: &TcpSession<'_>) -> bool {
        self.matches_ends(session)
            && any(&self.states, |state| session.state.0 == *state)
            && self.traits.iter().all(|wanted| wanted.holds(session))
            && self.matches_times(session)
            && self
                .min_payload_bytes
                .is_none_or(|least| least <= payload_bytes(session))
    }

    fn matches_ends(&self, session: &TcpSession<'_>) -> bool {
        let (client, server) = (&session.src, &session.dst);
        let either = |fits: &dyn Fn(&End<'_>) -> bool| fits(client) || fits(server);
        any(&self.clients, |end| end.matches(client))
            && any(&self.servers, |end| end.matches(server))
            && any(&self.hosts, |host| either(&|end| host.matches(end)))
            && any(&self.networks, |network| {
                either(&|end| network.contains(end.ip.0))
            })
            && any(&self.ports, |ports| {
                either(&|end| ports.contains(&end.port))
            })
            && any(&self.names, |pattern| {
                names(session).any(|name| pattern.matches(name))
            })
    }

    fn matches_times(&self, session: &TcpSession<'_>) -> bool {
        let times = &session.times;
        let nanos = |Seconds(seconds): Seconds| seconds.nanos();
        let at_least = |value: Option<i64>, least: Option<i64>| {
            least.is_none_or(|least| value.is_some_and(|value| least <= value))
        };
        let at_most = |value: Option<i64>, most: Option<i64>| {
            most.is_none_or(|most| value.is_some_and(|value| value <= most))
        };
        at_least(times.last.map(nanos), self.since.map(Timestamp::nanos))
            && at_most(times.first.map(nanos), self.until.map(Timestamp::nanos))
            && at_least(
                times.duration.map(nanos),
                self.min_duration.map(Span::nanos),
            )
    }
}

impl Trait {
    fn holds(self, session: &TcpSession<'_>) -> bool {
        let (out, r#in) = (&session.analysis.out, &session.analysis.r#in);
        match self {
            Self::Tls => session.tls.is_some(),
            Self::Http => session
                .parsers
                .as_ref()
                .is_some_and(|parsers| parsers.http.is_some()),
            Self::MissedSyn => session.times.missed_syn,
            Self::Incomplete => {
                session.times.missed_syn
                    || session.times.connect.is_none()
                    || 0 < out.missing_bytes
                    || 0 < r#in.missing_bytes
            }
            Self::NoResponse => 0 < session.out.payload && session.r#in.payload == 0,
        }
    }
}

fn names<'s>(session: &'s TcpSession<'_>) -> impl Iterator<Item = &'s str> {
    let asked = session
        .tls
        .as_ref()
        .and_then(|tls| tls.server_name.as_deref());
    [session.src.name, session.dst.name, asked]
        .into_iter()
        .flatten()
}

const fn payload_bytes(session: &TcpSession<'_>) -> u64 {
    session.out.payload.saturating_add(session.r#in.payload)
}

/// True when nothing is wanted, or one of the things wanted fits.
fn any<T>(wanted: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}
