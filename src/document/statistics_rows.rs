//! The rows of a `Statistics` document: hosts, pairs, ports, states, sessions.

use std::net::IpAddr;

use serde::Serialize;

use super::exact::{Seconds, Text};
use super::percent::Percent;
use super::tcp_session::{End, TcpSession};
use crate::names::Names;
use crate::session::{SessionSummary, State};
use crate::stats::{Group, HostStats, Traffic, Volume};

/// What went one way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeStatistics {
    /// Packets.
    pub packets: u64,
    /// Payload bytes by the IP length, re-sent ones included.
    pub payload: u64,
    /// Sum of original packet lengths, link layer included.
    pub wire_bytes: u64,
    /// Packets all or part of whose bytes were already captured.
    pub resent_packets: u64,
    /// Those bytes.
    pub resent_bytes: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
}

/// An address with its name.
#[derive(Clone, Debug, Serialize)]
pub struct HostName<'a> {
    /// Address (RFC 5952).
    pub ip: Text<IpAddr>,
    /// Name of the address; absent when none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
}

/// What the sessions of a host add up to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostStatistics<'a> {
    /// Which host.
    #[serde(flatten)]
    pub host: HostName<'a>,
    /// Sessions.
    pub sessions: u64,
    /// Those in which it is the client.
    pub as_client: u64,
    /// Those in which it is the server.
    pub as_server: u64,
    /// What it sent.
    pub sent: VolumeStatistics,
    /// What was sent to it.
    pub received: VolumeStatistics,
}

/// What the sessions of a client with a server add up to.
#[derive(Clone, Debug, Serialize)]
pub struct PairStatistics<'a> {
    /// Client.
    pub src: HostName<'a>,
    /// Server.
    pub dst: HostName<'a>,
    /// What their sessions add up to.
    #[serde(flatten)]
    pub group: GroupStatistics,
}

/// What the sessions with a server port add up to.
#[derive(Clone, Debug, Serialize)]
pub struct PortStatistics {
    /// Port of the server.
    pub port: u16,
    /// What their sessions add up to.
    #[serde(flatten)]
    pub group: GroupStatistics,
}

/// What the sessions in a state add up to.
#[derive(Clone, Debug, Serialize)]
pub struct StateStatistics {
    /// State after the last packet.
    pub state: Text<State>,
    /// What their sessions add up to.
    #[serde(flatten)]
    pub group: GroupStatistics,
}

/// What sessions that share an attribute add up to.
#[derive(Clone, Debug, Serialize)]
pub struct GroupStatistics {
    /// Sessions.
    pub sessions: u64,
    /// Client to server.
    pub out: VolumeStatistics,
    /// Server to client.
    pub r#in: VolumeStatistics,
}

/// What one session adds up to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionStatistics<'a> {
    /// Number in the list of all sessions of the capture, from 1.
    pub number: usize,
    /// The `@id` of its document.
    #[serde(rename = "@id")]
    pub id: String,
    /// Client.
    pub src: End<'a>,
    /// Server.
    pub dst: End<'a>,
    /// State after the last packet.
    pub state: Text<State>,
    /// `last - first` in seconds; absent unless both are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// Packets of both directions.
    pub packets: u64,
    /// IP header bytes of both directions.
    pub ip: u64,
    /// TCP header bytes of both directions.
    pub tcp: u64,
    /// Payload bytes of both directions.
    pub payload: u64,
    /// Headers as a share of all IP bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overhead_percent: Option<Percent>,
    /// Payload bits per second of its duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput_bps: Option<u64>,
    /// Unique payload bits per second of its duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goodput_bps: Option<u64>,
    /// Re-sent packets of both directions.
    pub resent_packets: u64,
    /// Re-sent bytes of both directions.
    pub resent_bytes: u64,
    /// Bytes of both directions that were never captured.
    pub missing_bytes: u64,
    /// Client to server.
    pub out: VolumeStatistics,
    /// Server to client.
    pub r#in: VolumeStatistics,
}

impl From<Volume> for VolumeStatistics {
    fn from(volume: Volume) -> Self {
        Self {
            packets: volume.packets,
            payload: volume.payload_bytes,
            wire_bytes: volume.wire_bytes,
            resent_packets: volume.resent_packets,
            resent_bytes: volume.resent_bytes,
            missing_bytes: volume.missing_bytes,
        }
    }
}

impl From<Group> for GroupStatistics {
    fn from(group: Group) -> Self {
        Self {
            sessions: group.sessions,
            out: group.halves.out.into(),
            r#in: group.halves.r#in.into(),
        }
    }
}

impl<'a> HostName<'a> {
    pub(super) fn new(ip: IpAddr, names: &'a Names) -> Self {
        Self {
            ip: Text(ip),
            name: names.lookup(ip, None).map(|named| named.name),
        }
    }
}

impl<'a> HostStatistics<'a> {
    pub(super) fn new(host: HostName<'a>, stats: &HostStats) -> Self {
        Self {
            host,
            sessions: stats.sessions,
            as_client: stats.as_client,
            as_server: stats.as_server,
            sent: stats.sent.into(),
            received: stats.received.into(),
        }
    }
}

impl<'a> SessionStatistics<'a> {
    /// The numbers of a session; `number` is its place in the list of all, from 1.
    pub fn new(number: usize, session: TcpSession<'a>, summary: &SessionSummary) -> Self {
        let halves = &summary.halves;
        let both = Traffic::of(&halves.out, 0).plus(&Traffic::of(&halves.r#in, 0));
        let span = summary.times.duration();
        Self {
            number,
            id: session.id,
            src: session.src,
            dst: session.dst,
            state: session.state,
            duration: session.times.duration,
            packets: both.volume.packets,
            ip: both.ip_header_bytes,
            tcp: both.tcp_header_bytes,
            payload: both.volume.payload_bytes,
            overhead_percent: both.overhead().map(Percent),
            throughput_bps: span.and_then(|span| both.throughput(span)),
            goodput_bps: span.and_then(|span| both.goodput(span)),
            resent_packets: both.volume.resent_packets,
            resent_bytes: both.volume.resent_bytes,
            missing_bytes: both.volume.missing_bytes,
            out: Volume::of(&halves.out).into(),
            r#in: Volume::of(&halves.r#in).into(),
        }
    }
}
