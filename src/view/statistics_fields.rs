//! The fields of the rows of a `Statistics` document.

use super::field::{Field, Value};
use super::table::Tone;
use crate::document::{
    DistributionRow, End, GroupStatistics, HostName, HostStatistics, Measure, PairStatistics,
    PortStatistics, SessionStatistics, StateStatistics, Totals, TrafficStatistics,
    VolumeStatistics,
};

/// What was read and counted.
pub(super) fn totals() -> Vec<Field<Totals>> {
    type F = Field<Totals>;
    vec![
        F::new("packetsRead", "", |t| Value::Count(t.packets_read)),
        F::new("tcpPacketsRead", "", |t| Value::Count(t.tcp_packets_read)),
        F::new("sessionsRead", "", |t| Value::Count(t.sessions_read)),
        F::new("sessions", "", |t| Value::Count(t.sessions)),
        F::new("complete", "", |t| Value::Count(t.complete)),
        F::new("missedSyn", "", |t| Value::Count(t.missed_syn)),
        F::new("packets", "", |t| Value::Count(t.packets)),
        F::new("wireBytes", "", |t| Value::Bytes(t.wire_bytes)),
        F::new("truncatedPackets", "", |t| {
            Value::Count(t.truncated_packets)
        }),
        F::new("lots", "", |t| Value::Count(t.lots)),
        F::new("first", "", |t| Value::Span(t.first)),
        F::new("last", "", |t| Value::Span(t.last)),
        F::new("span", "", |t| Value::Span(t.span)),
        F::new("hosts", "", |t| Value::Count(t.hosts as u64)),
        F::new("pairs", "", |t| Value::Count(t.pairs as u64)),
        F::new("ports", "", |t| Value::Count(t.ports as u64)),
    ]
}

/// What went one way.
pub(super) fn traffic() -> Vec<Field<TrafficStatistics>> {
    type F = Field<TrafficStatistics>;
    let mut fields = vec![
        F::new("packets", "Packets", |t| Value::Count(t.packets)),
        F::new("dataPackets", "  with payload", |t| {
            Value::Count(t.data_packets)
        }),
        F::new("wireBytes", "Wire bytes", |t| Value::Count(t.wire_bytes)),
        F::new("ip", "IP header bytes", |t| Value::Count(t.ip)),
        F::new("tcp", "TCP header bytes", |t| Value::Count(t.tcp)),
        F::new("payload", "Payload bytes", |t| Value::Count(t.payload)),
        F::new("streamBytes", "  each byte once", |t| {
            Value::Count(t.stream_bytes)
        }),
        F::new(
            "overheadPercent",
            "Overhead (headers of all IP bytes)",
            |t| Value::Share(t.overhead_percent),
        ),
        F::new("throughputBps", "Throughput (payload over the span)", |t| {
            Value::Rate(t.throughput_bps)
        }),
        F::new("goodputBps", "Goodput (each byte once)", |t| {
            Value::Rate(t.goodput_bps)
        }),
    ];
    fields.extend(signs());
    fields
}

/// What went wrong one way. A field that may be left out is shown only when it is not zero.
fn signs() -> Vec<Field<TrafficStatistics>> {
    use Tone::{Notable, Severe};
    type F = Field<TrafficStatistics>;
    vec![
        F::new("resentPackets", "Re-sent packets", |t| {
            Value::Count(t.resent_packets)
        })
        .toned(Notable),
        F::new("resentPacketsPercent", "  of packets with payload", |t| {
            Value::Share(t.resent_packets_percent)
        })
        .toned(Notable),
        F::new("resentBytes", "Re-sent bytes", |t| {
            Value::Count(t.resent_bytes)
        })
        .toned(Notable),
        F::new("resentBytesPercent", "  of payload", |t| {
            Value::Share(t.resent_bytes_percent)
        })
        .toned(Notable),
        F::new("duplicates", "Duplicates", |t| Value::Count(t.duplicates)).toned(Notable),
        F::new("outOfOrder", "Out of order", |t| {
            Value::Count(t.out_of_order)
        })
        .toned(Notable),
        F::new("lostUpstream", "Lost upstream", |t| {
            Value::Count(t.lost_upstream)
        })
        .toned(Notable),
        F::new("gaps", "Gaps", |t| Value::Count(t.gaps)).toned(Severe),
        F::new("missingBytes", "Missing bytes", |t| {
            Value::Count(t.missing_bytes)
        })
        .toned(Severe),
        F::new("zeroWindows", "Zero windows", |t| {
            Value::Count(t.zero_windows)
        })
        .toned(Notable),
        F::new("badChecksums", "Bad checksums", |t| {
            Value::Count(t.bad_checksums)
        })
        .toned(Notable),
        F::new("duplicateAcks", "Duplicate ACKs", |t| {
            Value::Count(t.duplicate_acks)
        })
        .drop_at(1),
        F::new("windowFull", "Window full", |t| Value::Count(t.window_full)).drop_at(1),
        F::new("keepAlives", "Keep-alives", |t| Value::Count(t.keep_alives)).drop_at(1),
        F::new("latePackets", "Late packets", |t| {
            Value::Count(t.late_packets)
        })
        .drop_at(1),
        F::new("overlapConflicts", "Overlap conflicts", |t| {
            Value::Count(t.overlap_conflicts)
        })
        .toned(Notable)
        .drop_at(1),
        F::new("invalidResets", "Invalid resets", |t| {
            Value::Count(t.invalid_resets)
        })
        .toned(Notable)
        .drop_at(1),
        F::new("invalidSequences", "Invalid sequences", |t| {
            Value::Count(t.invalid_sequences)
        })
        .toned(Notable)
        .drop_at(1),
    ]
}

/// How a measure is distributed.
pub(super) fn distributions<'a>() -> Vec<Field<DistributionRow<'a>>> {
    type F<'a> = Field<DistributionRow<'a>>;
    vec![
        F::new("measure", "", |d| Value::Text(d.measure.to_string())),
        F::new("", "PER SESSION", |d| {
            Value::Text(measure_title(d.measure.0).to_owned())
        }),
        F::new("unit", "", |d| Value::Text(d.distribution.unit.to_owned())),
        F::new("count", "COUNT", |d| Value::Count(d.distribution.count)),
        F::new("min", "MIN", |d| Value::Amount(d.distribution.min)),
        F::new("p50", "MEDIAN", |d| Value::Amount(d.distribution.p50)),
        F::new("p95", "P95", |d| Value::Amount(d.distribution.p95)),
        F::new("p99", "P99", |d| Value::Amount(d.distribution.p99)).drop_at(1),
        F::new("max", "MAX", |d| Value::Amount(d.distribution.max)),
    ]
}

/// The sessions of a host.
pub(super) fn hosts<'a>() -> Vec<Field<HostStatistics<'a>>> {
    type F<'a> = Field<HostStatistics<'a>>;
    vec![
        F::new("ip", "", |h| Value::Text(h.host.ip.to_string())),
        F::new("name", "", |h| Value::Text(name(&h.host))),
        F::new("", "HOST", |h| Value::Text(host_text(&h.host))),
        F::new("", "ADDRESS", |h| {
            let address = h.host.name.map(|_| h.host.ip.to_string());
            Value::Text(address.unwrap_or_default())
        })
        .drop_at(0),
        F::new("sessions", "SESSIONS", |h| Value::Count(h.sessions)),
        F::new("asClient", "CLIENT", |h| Value::Count(h.as_client)).drop_at(2),
        F::new("asServer", "SERVER", |h| Value::Count(h.as_server)).drop_at(2),
        F::new("", "PACKETS", |h| {
            Value::Count(h.sent.packets.saturating_add(h.received.packets))
        })
        .drop_at(1),
        F::new("sent.packets", "", |h| Value::Count(h.sent.packets)),
        F::new("received.packets", "", |h| Value::Count(h.received.packets)),
        F::new("sent.payload", "SENT", |h| Value::Bytes(h.sent.payload)),
        F::new("received.payload", "RECEIVED", |h| {
            Value::Bytes(h.received.payload)
        }),
        F::new("sent.wireBytes", "", |h| Value::Bytes(h.sent.wire_bytes)),
        F::new("received.wireBytes", "", |h| {
            Value::Bytes(h.received.wire_bytes)
        }),
        F::new("sent.resentPackets", "", |h| {
            Value::Count(h.sent.resent_packets)
        }),
        F::new("sent.resentBytes", "RE-SENT", |h| {
            Value::BytesIfAny(h.sent.resent_bytes)
        })
        .toned(Tone::Notable),
        F::new("sent.missingBytes", "MISSING", |h| {
            Value::BytesIfAny(h.sent.missing_bytes)
        })
        .toned(Tone::Severe),
    ]
}

/// The sessions of a client with a server.
pub(super) fn pairs<'a>() -> Vec<Field<PairStatistics<'a>>> {
    type F<'a> = Field<PairStatistics<'a>>;
    let mut fields = vec![
        F::new("src.ip", "", |p| Value::Text(p.src.ip.to_string())),
        F::new("src.name", "", |p| Value::Text(name(&p.src))),
        F::new("", "CLIENT", |p| Value::Text(host_text(&p.src))),
        F::new("dst.ip", "", |p| Value::Text(p.dst.ip.to_string())),
        F::new("dst.name", "", |p| Value::Text(name(&p.dst))),
        F::new("", "SERVER", |p| Value::Text(host_text(&p.dst))),
    ];
    fields.extend(group());
    fields
}

/// The sessions with a port of the server.
pub(super) fn ports() -> Vec<Field<PortStatistics>> {
    type F = Field<PortStatistics>;
    let mut fields = vec![F::new("port", "SERVER PORT", |p| {
        Value::Number(p.port.into())
    })];
    fields.extend(group());
    fields
}

/// The sessions in a state.
pub(super) fn states() -> Vec<Field<StateStatistics>> {
    type F = Field<StateStatistics>;
    let mut fields = vec![F::new("state", "STATE", |s| {
        Value::Text(s.state.to_string())
    })];
    fields.extend(group());
    fields
}

/// One session.
pub(super) fn sessions<'a>() -> Vec<Field<SessionStatistics<'a>>> {
    type F<'a> = Field<SessionStatistics<'a>>;
    vec![
        F::new("number", "#", |s| Value::Number(s.number as u64)),
        F::new("@id", "", |s| Value::Text(s.id.clone())),
        F::new("src.socket", "", |s| Value::Text(s.src.socket.to_string())),
        F::new("src.name", "", |s| {
            Value::Text(s.src.name.unwrap_or_default().to_owned())
        }),
        F::new("", "CLIENT", |s| Value::Text(end_text(&s.src))),
        F::new("dst.socket", "", |s| Value::Text(s.dst.socket.to_string())),
        F::new("dst.name", "", |s| {
            Value::Text(s.dst.name.unwrap_or_default().to_owned())
        }),
        F::new("", "SERVER", |s| Value::Text(end_text(&s.dst))),
        F::new("state", "", |s| Value::Text(s.state.to_string())),
        F::new("duration", "", |s| Value::Span(s.duration)),
        F::new("packets", "PACKETS", |s| Value::Count(s.packets)).drop_at(3),
        F::new("ip", "IP HDR", |s| Value::Bytes(s.ip)).drop_at(1),
        F::new("tcp", "TCP HDR", |s| Value::Bytes(s.tcp)).drop_at(1),
        F::new("payload", "", |s| Value::Bytes(s.payload)),
        F::new("out.payload", "OUT", |s| Value::Bytes(s.out.payload)),
        F::new("in.payload", "IN", |s| Value::Bytes(s.r#in.payload)),
        F::new("overheadPercent", "OVERHEAD", |s| {
            Value::Share(s.overhead_percent)
        })
        .drop_at(4),
        F::new("throughputBps", "THROUGHPUT", |s| {
            Value::Rate(s.throughput_bps)
        })
        .drop_at(2),
        F::new("goodputBps", "", |s| Value::Rate(s.goodput_bps)),
        F::new("resentPackets", "", |s| Value::Count(s.resent_packets)),
        F::new("resentBytes", "RE-SENT", |s| {
            Value::BytesIfAny(s.resent_bytes)
        })
        .toned(Tone::Notable),
        F::new("missingBytes", "MISSING", |s| {
            Value::BytesIfAny(s.missing_bytes)
        })
        .toned(Tone::Severe),
    ]
}

/// A row that has the sums of a group.
trait InGroup {
    fn group(&self) -> &GroupStatistics;

    fn sum(&self, part: fn(&VolumeStatistics) -> u64) -> u64 {
        let group = self.group();
        part(&group.out).saturating_add(part(&group.r#in))
    }
}

impl InGroup for PairStatistics<'_> {
    fn group(&self) -> &GroupStatistics {
        &self.group
    }
}

impl InGroup for PortStatistics {
    fn group(&self) -> &GroupStatistics {
        &self.group
    }
}

impl InGroup for StateStatistics {
    fn group(&self) -> &GroupStatistics {
        &self.group
    }
}

/// What pairs, ports and states have in common.
fn group<R: InGroup>() -> Vec<Field<R>> {
    vec![
        Field::<R>::new("sessions", "SESSIONS", |r| Value::Count(r.group().sessions)),
        Field::<R>::new("", "PACKETS", |r| Value::Count(r.sum(|v| v.packets))).drop_at(1),
        Field::<R>::new("out.packets", "", |r| Value::Count(r.group().out.packets)),
        Field::<R>::new("in.packets", "", |r| Value::Count(r.group().r#in.packets)),
        Field::<R>::new("out.payload", "OUT", |r| {
            Value::Bytes(r.group().out.payload)
        }),
        Field::<R>::new("in.payload", "IN", |r| Value::Bytes(r.group().r#in.payload)),
        Field::<R>::new("out.wireBytes", "", |r| {
            Value::Bytes(r.group().out.wire_bytes)
        }),
        Field::<R>::new("in.wireBytes", "", |r| {
            Value::Bytes(r.group().r#in.wire_bytes)
        }),
        Field::<R>::new("out.resentBytes", "", |r| {
            Value::Count(r.group().out.resent_bytes)
        }),
        Field::<R>::new("in.resentBytes", "", |r| {
            Value::Count(r.group().r#in.resent_bytes)
        }),
        Field::<R>::new("", "RE-SENT", |r| {
            Value::BytesIfAny(r.sum(|v| v.resent_bytes))
        })
        .toned(Tone::Notable),
        Field::<R>::new("out.missingBytes", "", |r| {
            Value::Count(r.group().out.missing_bytes)
        }),
        Field::<R>::new("in.missingBytes", "", |r| {
            Value::Count(r.group().r#in.missing_bytes)
        }),
        Field::<R>::new("", "MISSING", |r| {
            Value::BytesIfAny(r.sum(|v| v.missing_bytes))
        })
        .toned(Tone::Severe),
    ]
}

const fn measure_title(measure: Measure) -> &'static str {
    match measure {
        Measure::Duration => "Duration",
        Measure::Latency => "Latency (SYN to SYN+ACK)",
        Measure::Rtt => "Round trip to server",
        Measure::ClientRtt => "Round trip to client",
        Measure::Payload => "Payload",
        Measure::OutPayload => "Payload out",
        Measure::InPayload => "Payload in",
    }
}

fn name(host: &HostName<'_>) -> String {
    host.name.unwrap_or_default().to_owned()
}

fn host_text(host: &HostName<'_>) -> String {
    host.name.map_or_else(|| host.ip.to_string(), str::to_owned)
}

fn end_text(end: &End<'_>) -> String {
    match end.name {
        Some(name) => format!("{name}:{}", end.port),
        None => end.socket.to_string(),
    }
}
