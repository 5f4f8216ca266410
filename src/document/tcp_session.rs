//! The `TcpSession` document and how it is made of a session.

use std::io;
use std::net::IpAddr;

use serde::Serialize;

use super::analysis::Analysis;
use super::capture::Capture;
use super::compact;
use super::context::DocumentContext;
use super::e_tag::ETag;
use super::exact::Text;
use super::parsers::{HttpParser, Parsers};
use super::times::{Date, Times, Timespan};
use super::tls::Tls;
use crate::http::HttpFacts;
use crate::lot::LotTotals;
use crate::names::{Named, Names};
use crate::packet::{Endpoint, SeqNumber};
use crate::session::{Direction, HalfSummary, SessionSummary, State};
use crate::time::Timestamp;
use crate::tls::TlsFacts;

/// One TCP session as a document.
///
/// Borrows the text it can from its session and context. The order of the fields is that of the
/// keys; an absent value is an absent key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TcpSession<'a> {
    /// `whisperer.instanceId.name.initialSeq`, and `~2`, `~3`, ... for the second and later
    /// sessions of a capture with the same id.
    #[serde(rename = "@id")]
    pub id: String,
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// Always [`Self::VERSION`].
    pub version: &'static str,
    /// `H.srcIp-srcPort-dstIp-dstPort`; `H` is the time of the first packet in hours since the
    /// Unix epoch, rounded to nearest, or `-` when it has no time.
    pub name: String,
    /// Who captured.
    pub whisperer: &'a str,
    /// Which instance of it.
    pub instance_id: &'a str,
    /// Client.
    pub src: End<'a>,
    /// Server.
    pub dst: End<'a>,
    /// State after the last packet.
    pub state: Text<State>,
    /// Packets of both directions, re-sent ones and bare acknowledgments included.
    pub packets_count: u64,
    /// Index in the session, from 0, of the last packet with payload; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_packet_to_parse: Option<u64>,
    /// Times.
    #[serde(flatten)]
    pub times: Times,
    /// Client to server.
    pub out: Half,
    /// Server to client.
    pub r#in: Half,
    /// Index of the latest lot, from 0; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_packet_lot: Option<u64>,
    /// Direction of the last packet with payload; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_data_direction: Option<Text<Direction>>,
    /// Status of the content parsers; absent when none recognised the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parsers: Option<Parsers>,
    /// From the first to the last packet; absent unless both have a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timespan: Option<Timespan>,
    /// Date of the first packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_created: Option<Date>,
    /// Date of the last packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_modified: Option<Date>,
    /// Entity tag; absent until [`Self::seal`], while the document may still change.
    #[serde(rename = "_eTag", skip_serializing_if = "Option::is_none")]
    pub e_tag: Option<Text<ETag>>,
    /// Equals `packetsCount`.
    #[serde(rename = "_maxPacketsToParse")]
    pub max_packets_to_parse: u64,
    /// Number in the capture, from 1, of the last packet.
    #[serde(rename = "_update")]
    pub update: u64,
    /// What the TLS handshake showed; absent when TLS was not recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// What the packets say about the connection.
    pub analysis: Analysis<'a>,
    /// Where and how it was captured.
    pub capture: Capture<'a>,
}

/// One end of a session.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct End<'a> {
    /// Address (RFC 5952).
    pub ip: Text<IpAddr>,
    /// TCP port.
    pub port: u16,
    /// Name of the address; absent when none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// `ip:port` or `[ip6]:port`.
    pub socket: Text<Endpoint>,
    /// Where the name comes from: `hosts`, `nameRecord`, `dns` or `sni`; absent without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_source: Option<&'static str>,
}

/// Sizes and numbers of one direction.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Half {
    /// Sequence number of the SYN; start missed: of the first packet minus 1. Absent when this
    /// direction was neither seen nor acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_seq: Option<u32>,
    /// Sum of IP header bytes.
    pub ip: u64,
    /// Sum of TCP header bytes.
    pub tcp: u64,
    /// Sum of payload bytes by the IP length, re-sent ones included.
    pub payload: u64,
    /// Last acknowledgment number sent by this direction; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ack: Option<u32>,
}

impl<'a> TcpSession<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "TcpSession";
    /// The version of the document's layout.
    pub const VERSION: &'static str = "2.0";

    /// The document of a session, without an entity tag.
    pub fn new(
        summary: &'a SessionSummary,
        lots: &LotTotals,
        context: &DocumentContext<'a>,
    ) -> Self {
        let name = name(summary);
        let times = Times::new(&summary.times, summary.missed_syn);
        Self {
            id: id(summary, &name, context),
            document_type: Self::TYPE,
            version: Self::VERSION,
            name,
            whisperer: &context.identity.whisperer,
            instance_id: &context.identity.instance,
            src: End::new(summary.client, summary.times.first, context.names),
            dst: End::new(summary.server, summary.times.first, context.names),
            state: Text(summary.state),
            packets_count: summary.packets,
            last_packet_to_parse: summary.last_data_index,
            out: Half::from(&summary.halves.out),
            r#in: Half::from(&summary.halves.r#in),
            current_packet_lot: lots.lots.checked_sub(1),
            last_data_direction: summary.last_data_direction.map(Text),
            parsers: None,
            timespan: times.timespan(),
            date_created: times.first_date,
            date_modified: times.last_date,
            times,
            e_tag: None,
            max_packets_to_parse: summary.packets,
            update: summary.last_packet.value(),
            tls: None,
            analysis: Analysis::new(summary, lots),
            capture: Capture::new(summary, context),
        }
    }

    /// This document with what the TLS handshake showed, where it is a session of TLS.
    #[must_use]
    #[inline]
    pub fn with_tls(mut self, facts: Option<&'a TlsFacts>, context: &DocumentContext<'a>) -> Self {
        if let Some(facts) = facts {
            self.tls = Some(Tls::new(facts, context.keys));
            self.name_tls_server(facts, context.names);
        }
        self
    }

    /// This document with how far HTTP was read, where it is a session of HTTP.
    #[must_use]
    #[inline]
    pub fn with_http(mut self, facts: Option<&HttpFacts>) -> Self {
        let http = facts.map(|facts| HttpParser::new(facts, &self.id, self.times.last_date));
        if http.is_some() {
            self.parsers = Some(Parsers { http });
        }
        self
    }

    /// Names the end that serves TLS as its client calls it, where nothing better is known.
    fn name_tls_server(&mut self, facts: &'a TlsFacts, names: &Names) {
        let server = match facts.client {
            Some(Direction::Out) => &mut self.dst,
            Some(Direction::In) => &mut self.src,
            None => return,
        };
        let server_name = facts.server_name.as_deref();
        if server.name.is_none() {
            server.set_name(server_name.and_then(|name| names.of_server_name(name)));
        }
    }

    /// Appends this document to `out` as compact JSON on one line, entity tag included.
    ///
    /// Gives the same bytes whether the document is sealed or not, but is faster when it is not.
    ///
    /// # Errors
    ///
    /// Never in practice: memory takes every write, and every value of a document has JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        let place = compact::write(self, out)?;
        if self.e_tag.is_some() {
            return Ok(());
        }
        let document = out.get(start..).unwrap_or_default();
        let mut member = Vec::with_capacity(ETag::MEMBER_BYTES);
        member.extend_from_slice(b"\"_eTag\":");
        ETag::of(document).write_json(&mut member);
        member.push(b',');
        let behind = place..out.len();
        out.resize(out.len() + member.len(), 0);
        out.copy_within(behind, place + member.len());
        if let Some(room) = out.get_mut(place..place + member.len()) {
            room.copy_from_slice(&member);
        }
        Ok(())
    }

    /// Sets the entity tag, for writers that use [`Serialize`]; to be called after all changes.
    ///
    /// # Errors
    ///
    /// Never in practice, as in [`Self::write_json`].
    pub fn seal(&mut self) -> io::Result<()> {
        self.e_tag = None;
        let mut json = Vec::with_capacity(USUAL_JSON_BYTES);
        serde_json::to_writer(&mut json, self)?;
        self.e_tag = Some(Text(ETag::of(&json)));
        Ok(())
    }
}

impl<'a> End<'a> {
    /// The end of a session that started at `first`.
    fn new(endpoint: Endpoint, first: Option<Timestamp>, names: &'a Names) -> Self {
        let mut end = Self {
            ip: Text(endpoint.ip),
            port: endpoint.port,
            name: None,
            socket: Text(endpoint),
            name_source: None,
        };
        end.set_name(names.lookup(endpoint.ip, first));
        end
    }

    fn set_name(&mut self, named: Option<Named<'a>>) {
        self.name = named.map(|named| named.name);
        self.name_source = named.map(|named| named.source.as_str());
    }
}

impl From<&HalfSummary> for Half {
    fn from(half: &HalfSummary) -> Self {
        let number = |SeqNumber(number)| number;
        Self {
            initial_seq: half.initial_seq.map(number),
            ip: half.ip_header_bytes,
            tcp: half.tcp_header_bytes,
            payload: half.payload_bytes,
            last_ack: half.last_ack.map(number),
        }
    }
}

fn name(summary: &SessionSummary) -> String {
    let mut name = String::with_capacity(USUAL_ID_BYTES);
    match summary.times.first {
        Some(first) => push_number(&mut name, first.hours_rounded()),
        None => name.push('-'),
    }
    name.push('.');
    push_end(&mut name, summary.client);
    name.push('-');
    push_end(&mut name, summary.server);
    name
}

fn id(summary: &SessionSummary, name: &str, context: &DocumentContext<'_>) -> String {
    let mut id = String::with_capacity(USUAL_ID_BYTES);
    for part in [
        &context.identity.whisperer,
        &context.identity.instance,
        name,
    ] {
        id.push_str(part);
        id.push('.');
    }
    push_number(
        &mut id,
        i64::from(summary.halves.out.initial_seq.unwrap_or_default().0),
    );
    if 1 < summary.occurrence {
        id.push('~');
        push_number(&mut id, i64::from(summary.occurrence));
    }
    id
}

fn push_end(text: &mut String, end: Endpoint) {
    match end.ip {
        IpAddr::V4(v4) => {
            for (index, byte) in v4.octets().into_iter().enumerate() {
                if 0 < index {
                    text.push('.');
                }
                push_number(text, i64::from(byte));
            }
        }
        IpAddr::V6(v6) => text.push_str(&v6.to_string()),
    }
    text.push('-');
    push_number(text, i64::from(end.port));
}

fn push_number(text: &mut String, number: i64) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// Room for an id of usual length.
const USUAL_ID_BYTES: usize = 96;

/// Room for a document of usual length.
const USUAL_JSON_BYTES: usize = 4096;
