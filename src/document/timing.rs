//! The `SessionTiming` document: when the things of a session happened.

use std::io;

use serde::Serialize;

use super::exact::{Seconds, Text};
use super::tcp_session::{End, TcpSession};
use super::timeline::SessionTimeline;
use crate::session::State;
use crate::time::{Precision, Timestamp};

/// When the things of a session happened: a small part of its `TcpSession`, and distances.
///
/// The order of the fields is that of the keys; an absent value is an absent key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionTiming<'a> {
    /// `@id` of the session.
    #[serde(rename = "@id")]
    pub id: &'a str,
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// Client.
    pub src: &'a End<'a>,
    /// Server.
    pub dst: &'a End<'a>,
    /// State after the last packet.
    pub state: &'a Text<State>,
    /// First packet, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Seconds>,
    /// First SYN with ACK, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<Seconds>,
    /// From SYN to SYN with ACK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Seconds>,
    /// First payload of the client, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_first_byte: Option<Seconds>,
    /// First payload of the server, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_first_byte: Option<Seconds>,
    /// From the first packet to the first payload of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_first_byte: Option<Seconds>,
    /// Last packet, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Seconds>,
    /// From the first to the last packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// Counts over time; only where one session was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<SessionTimeline>,
}

impl<'a> SessionTiming<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "SessionTiming";

    /// The timing of a session.
    pub fn new(session: &'a TcpSession<'_>) -> Self {
        let times = &session.times;
        Self {
            id: &session.id,
            document_type: Self::TYPE,
            src: &session.src,
            dst: &session.dst,
            state: &session.state,
            first: times.first,
            connect: times.connect,
            latency: times.latency,
            out_first_byte: session.analysis.out.first_byte,
            in_first_byte: session.analysis.r#in.first_byte,
            time_to_first_byte: time_to_first_byte(session),
            last: times.last,
            duration: times.duration,
            timeline: None,
        }
    }

    /// Appends this document to `out` as compact JSON on one line.
    ///
    /// # Errors
    ///
    /// Never in practice: memory takes every write, and every value of a document has JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        Ok(serde_json::to_writer(out, self)?)
    }
}

/// From the first packet to the first payload of the server.
pub fn time_to_first_byte(session: &TcpSession<'_>) -> Option<Seconds> {
    since_first(session, session.analysis.r#in.first_byte)
}

/// From the first packet to the SYN with ACK.
pub fn time_to_connect(session: &TcpSession<'_>) -> Option<Seconds> {
    since_first(session, session.times.connect)
}

fn since_first(session: &TcpSession<'_>, time: Option<Seconds>) -> Option<Seconds> {
    let (Seconds(first), Seconds(time)) = session.times.first.zip(time)?;
    let digits: Precision = time.precision();
    let at = |nanos| Timestamp::from_nanos(nanos).truncated(digits);
    let span = at(time.nanos()).since(at(first.nanos()));
    Some(Seconds(span.decimal(digits)))
}
