//! What all sessions of a capture add up to.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::group::{Group, HostStats, merge_all, top};
use super::samples::Samples;
use super::traffic::{Traffic, Volume, add};
use crate::lot::LotTotals;
use crate::session::{Direction, PerDirection, SessionSummary, SessionTimes, State};
use crate::time::{Precision, Span, Timestamp};

/// What all sessions of a capture add up to.
#[derive(Clone, Debug, Default)]
pub struct CaptureStats {
    /// Sessions.
    pub sessions: u64,
    /// Those of which handshake, data and close were captured with every byte.
    pub complete: u64,
    /// Those whose first SYN was not captured.
    pub missed_syn: u64,
    /// Packets of which not all bytes were captured.
    pub truncated_packets: u64,
    /// Lots.
    pub lots: u64,
    /// What went each way.
    pub halves: PerDirection<Traffic>,
    /// One value a session.
    pub measures: Measures,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    precision: Option<Precision>,
    hosts: BTreeMap<IpAddr, HostStats>,
    pairs: BTreeMap<(IpAddr, IpAddr), Group>,
    ports: BTreeMap<u16, Group>,
    states: BTreeMap<State, Group>,
}

/// What is measured once a session.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// From first to last packet.
    pub duration: Samples<Span>,
    /// From SYN to SYN with ACK.
    pub latency: Samples<Span>,
    /// Median round trip from client data to the server's acknowledgment.
    pub rtt: Samples<Span>,
    /// Median round trip from server data to the client's acknowledgment.
    pub client_rtt: Samples<Span>,
    /// Payload bytes of both directions.
    pub payload_bytes: Samples<u64>,
    /// Payload bytes of each direction.
    pub half_payload_bytes: PerDirection<Samples<u64>>,
}

impl CaptureStats {
    /// Counts a session.
    pub fn add(&mut self, session: &SessionSummary, lots: &LotTotals) {
        add(&mut self.sessions, 1);
        add(&mut self.complete, u64::from(session.is_complete()));
        add(&mut self.missed_syn, u64::from(session.missed_syn));
        add(&mut self.truncated_packets, session.truncated_packets);
        add(&mut self.lots, lots.lots);
        for direction in Direction::BOTH {
            let late_packets = lots.late_packets[direction];
            self.halves[direction] += Traffic::of(&session.halves[direction], late_packets);
        }
        self.note_times(&session.times);
        self.measures.add(session);
        self.add_to_hosts(session);
        self.add_to_groups(session);
    }

    /// Counts the sessions of another one.
    pub fn merge(&mut self, other: Self) {
        add(&mut self.sessions, other.sessions);
        add(&mut self.complete, other.complete);
        add(&mut self.missed_syn, other.missed_syn);
        add(&mut self.truncated_packets, other.truncated_packets);
        add(&mut self.lots, other.lots);
        self.halves.out += other.halves.out;
        self.halves.r#in += other.halves.r#in;
        self.measures.merge(other.measures);
        self.note_time(other.first);
        self.note_time(other.last);
        self.precision = self.precision.max(other.precision);
        merge_all(&mut self.hosts, other.hosts, HostStats::merge);
        merge_all(&mut self.pairs, other.pairs, Group::merge);
        merge_all(&mut self.ports, other.ports, Group::merge);
        merge_all(&mut self.states, other.states, Group::merge);
    }

    /// Both directions together.
    pub fn both(&self) -> Traffic {
        self.halves.out.plus(&self.halves.r#in)
    }

    /// The earliest time at which a session starts or ends.
    pub const fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// The latest time at which a session starts or ends.
    pub const fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// From the earliest to the latest time, as the difference of their decimals.
    pub fn span(&self) -> Option<Span> {
        let cut = |time: Timestamp| time.truncated(self.precision());
        Some(cut(self.last?).since(cut(self.first?)))
    }

    /// Finest resolution of the clocks of all sessions.
    pub fn precision(&self) -> Precision {
        self.precision.unwrap_or(Precision::MICROS)
    }

    /// Number of hosts.
    pub fn host_count(&self) -> usize {
        self.hosts.len()
    }

    /// Number of pairs of client and server.
    pub fn pair_count(&self) -> usize {
        self.pairs.len()
    }

    /// Number of server ports.
    pub fn port_count(&self) -> usize {
        self.ports.len()
    }

    /// Hosts by payload bytes, the most first; equal ones by address.
    pub fn hosts(&self, limit: usize) -> Vec<(IpAddr, HostStats)> {
        top(&self.hosts, limit, HostStats::payload_bytes)
    }

    /// Pairs of client and server by payload bytes, the most first; equal ones by address.
    pub fn pairs(&self, limit: usize) -> Vec<((IpAddr, IpAddr), Group)> {
        top(&self.pairs, limit, Group::payload_bytes)
    }

    /// Server ports by payload bytes, the most first; equal ones by number.
    pub fn ports(&self, limit: usize) -> Vec<(u16, Group)> {
        top(&self.ports, limit, Group::payload_bytes)
    }

    /// The sessions that ended in a state.
    pub fn state(&self, state: State) -> Group {
        self.states.get(&state).copied().unwrap_or_default()
    }

    fn note_times(&mut self, times: &SessionTimes) {
        self.note_time(times.first);
        self.note_time(times.last);
        self.precision = self.precision.max(Some(times.precision));
    }

    fn note_time(&mut self, time: Option<Timestamp>) {
        // An absent time is smaller than any, so that a minimum needs care.
        self.first = self.first.into_iter().chain(time).min();
        self.last = self.last.max(time);
    }

    fn add_to_hosts(&mut self, session: &SessionSummary) {
        let (out, r#in) = (
            Volume::of(&session.halves.out),
            Volume::of(&session.halves.r#in),
        );
        let (client, server) = (session.client.ip, session.server.ip);
        let host = self.hosts.entry(client).or_default();
        add(&mut host.sessions, 1);
        add(&mut host.as_client, 1);
        host.sent += out;
        host.received += r#in;
        let host = self.hosts.entry(server).or_default();
        add(&mut host.sessions, u64::from(client != server));
        add(&mut host.as_server, 1);
        host.sent += r#in;
        host.received += out;
    }

    fn add_to_groups(&mut self, session: &SessionSummary) {
        let one = Group {
            sessions: 1,
            halves: PerDirection {
                out: Volume::of(&session.halves.out),
                r#in: Volume::of(&session.halves.r#in),
            },
        };
        let pair = (session.client.ip, session.server.ip);
        self.pairs.entry(pair).or_default().merge(&one);
        let port = session.server.port;
        self.ports.entry(port).or_default().merge(&one);
        self.states.entry(session.state).or_default().merge(&one);
    }
}

impl Measures {
    fn add(&mut self, session: &SessionSummary) {
        let halves = &session.halves;
        let payload = PerDirection {
            out: halves.out.payload_bytes,
            r#in: halves.r#in.payload_bytes,
        };
        add_known(&mut self.duration, session.times.duration());
        add_known(&mut self.latency, session.times.latency());
        add_known(&mut self.rtt, session.rtt.map(|rtt| rtt.p50));
        add_known(&mut self.client_rtt, session.client_rtt.map(|rtt| rtt.p50));
        self.payload_bytes
            .add(payload.out.saturating_add(payload.r#in));
        self.half_payload_bytes.out.add(payload.out);
        self.half_payload_bytes.r#in.add(payload.r#in);
    }

    fn merge(&mut self, other: Self) {
        self.duration.merge(other.duration);
        self.latency.merge(other.latency);
        self.rtt.merge(other.rtt);
        self.client_rtt.merge(other.client_rtt);
        self.payload_bytes.merge(other.payload_bytes);
        let halves = other.half_payload_bytes;
        self.half_payload_bytes.out.merge(halves.out);
        self.half_payload_bytes.r#in.merge(halves.r#in);
    }
}

fn add_known<T: Copy + Ord>(samples: &mut Samples<T>, value: Option<T>) {
    if let Some(value) = value {
        samples.add(value);
    }
}
