//! What a session is, and where it was captured.

use super::block::{Block, Paper};
use super::verdict::closed;
use crate::document::{End, HttpParser, ParserStatus, Seconds, TcpSession};
use crate::time::Span;
use crate::view::units::plural;
use crate::view::{HumanSpan, TimeText};

/// The general section: who, how it ended, and when.
pub(super) fn general(session: &TcpSession<'_>, paper: Paper, times: &TimeText<'_>) -> Block {
    let mut block = Block::titled("General", paper);
    let (all, analysis) = (&session.times, &session.analysis);
    block.pair("Source", &named(&session.src));
    block.pair("Destination", &named(&session.dst));
    block.pair_if("Roles", roles(analysis.client_evidence));
    let how = analysis.closed_by.map(closed);
    let how = how.unwrap_or_else(|| "not closed in the capture".to_owned());
    block.pair("State", &format!("{}, {how}", session.state));
    let mut times = times.clone();
    block.pair_if("First packet", all.first.map(|time| times.show(Some(time))));
    block.pair_if("Connected", all.connect.map(|time| times.show(Some(time))));
    block.pair_if("Latency", all.latency.map(span_text));
    block.pair_if("First byte", first_bytes(session));
    block.pair_if("Last packet", all.last.map(|time| times.show(Some(time))));
    block.pair_if("Duration", all.duration.map(duration_text));
    let missed = if all.missed_syn {
        "yes, the session had begun before the capture"
    } else {
        "no"
    };
    block.pair("Missed SYN", missed);
    let http = session.parsers.as_ref();
    let http = http.and_then(|parsers| parsers.http.as_ref());
    block.pair_if("HTTP", http.map(http_text));
    block.pair("Id", &session.id);
    let (instance, whisperer) = (session.instance_id, session.whisperer);
    block.pair("Instance", &format!("{instance}, whisperer {whisperer}"));
    block
}

/// The capture section: where and how it was captured.
pub(super) fn capture(session: &TcpSession<'_>, paper: Paper) -> Block {
    let capture = &session.capture;
    let mut block = Block::titled("Capture", paper);
    block.pair(
        "Packets",
        &format!(
            "{}, numbers {} to {}",
            session.packets_count, capture.first_packet, capture.last_packet
        ),
    );
    let link = capture.link_type.as_ref();
    let link = link.map_or_else(String::new, |link| format!(" ({link})"));
    let label = match capture.interfaces.len() {
        1 => "Interface",
        _ => "Interfaces",
    };
    block.pair(label, &format!("{}{link}", capture.interfaces.join(", ")));
    let vlans: Vec<_> = capture.vlans.iter().map(u16::to_string).collect();
    block.pair_if("VLANs", (!vlans.is_empty()).then(|| vlans.join(", ")));
    block.pair_if("Tunnel", capture.tunnel.as_deref());
    let truncated = capture.truncated_packets;
    let cut = (0 < truncated).then(|| format!("{} (snap length)", plural(truncated, "packet")));
    block.pair_if("Cut short", cut);
    block
}

/// `name (socket)`, or the socket alone.
fn named(end: &End<'_>) -> String {
    match end.name {
        Some(name) => format!("{name} ({})", end.socket),
        None => end.socket.to_string(),
    }
}

/// How the client was told, unless by its SYN.
fn roles(evidence: &str) -> Option<&'static str> {
    match evidence {
        "synAck" => Some("the client is the receiver of the SYN+ACK"),
        "port" => Some("the client is taken to be the end with the higher port"),
        "firstPacket" => Some("the client is taken to be the end that sent first"),
        _ => None,
    }
}

fn http_text(http: &HttpParser) -> String {
    let how = match http.status {
        ParserStatus::Parsed => "all messages read",
        ParserStatus::Incomplete => "incomplete",
        ParserStatus::Error => "not HTTP at some point",
    };
    format!("{}, {how}", plural(http.items_count, "request"))
}

/// When each side sent its first byte, since the first packet.
fn first_bytes(session: &TcpSession<'_>) -> Option<String> {
    let Seconds(first) = session.times.first?;
    let analysis = &session.analysis;
    let sides = [
        ("client", analysis.out.first_byte),
        ("server", analysis.r#in.first_byte),
    ];
    let told = sides.iter().filter_map(|(who, time)| {
        let Seconds(time) = (*time)?;
        let after = Span::from_nanos(time.nanos().saturating_sub(first.nanos()));
        Some(format!("{who} +{}", HumanSpan(after)))
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

pub(super) fn span_text(span: Seconds) -> String {
    HumanSpan(Span::from_nanos(span.0.nanos())).to_string()
}

/// A duration, with all its digits where words leave some out.
fn duration_text(span: Seconds) -> String {
    let text = span_text(span);
    if span.0.nanos() < MINUTE_NS {
        text
    } else {
        format!("{text} ({span} s)")
    }
}

const MINUTE_NS: i64 = 60_000_000_000;
