//! The times of a document: exact seconds and their readable forms.

use serde::Serialize;

use super::exact::{Seconds, Text};
use crate::session::SessionTimes;
use crate::time::{Precision, Rfc3339, Span, Timestamp};

/// A point in time as RFC 3339 UTC text, truncated to milliseconds.
pub type Date = Text<Rfc3339>;

/// When things happened. Each time is absent where its packet was not captured or had no time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Times {
    /// The client's first SYN, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syn: Option<Seconds>,
    /// True when the client's SYN was not captured.
    pub missed_syn: bool,
    /// The first SYN with ACK, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<Seconds>,
    /// The first packet, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Seconds>,
    /// `first` as a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_date: Option<Date>,
    /// `first` floored to its minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_minute: Option<Date>,
    /// The last packet, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Seconds>,
    /// `last` as a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_date: Option<Date>,
    /// `last` floored to its minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_minute: Option<Date>,
    /// `last - first` in seconds, negative where the capture's clock ran backwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// `connect - syn` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Seconds>,
    /// Equals `last`: capture time is the only clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synchro: Option<Seconds>,
}

/// From the first to the last packet, for range queries.
#[derive(Clone, Debug, Serialize)]
pub struct Timespan {
    /// Date of the first packet.
    pub gte: Date,
    /// Date of the last packet.
    pub lte: Date,
}

impl Times {
    /// The times of a session.
    pub(super) fn new(times: &SessionTimes, missed_syn: bool) -> Self {
        let digits = times.precision;
        let seconds = |time: Timestamp| Seconds(time.decimal(digits));
        let date = |time: Timestamp| Text(time.rfc3339());
        let distance = |span: Span| span_seconds(span, digits);
        let minute = |time: Timestamp| Text(time.floor_minute().rfc3339());
        Self {
            syn: times.syn.map(seconds),
            missed_syn,
            connect: times.connect.map(seconds),
            first: times.first.map(seconds),
            first_date: times.first.map(date),
            first_minute: times.first.map(minute),
            last: times.last.map(seconds),
            last_date: times.last.map(date),
            last_minute: times.last.map(minute),
            duration: times.duration().map(distance),
            latency: times.latency().map(distance),
            synchro: times.last.map(seconds),
        }
    }

    /// The range from the first to the last packet; absent unless both have a time.
    pub(super) fn timespan(&self) -> Option<Timespan> {
        let (gte, lte) = self.first_date.zip(self.last_date)?;
        Some(Timespan { gte, lte })
    }
}

/// A span as seconds.
pub(super) const fn span_seconds(span: Span, digits: Precision) -> Seconds {
    Seconds(span.decimal(digits))
}

/// Seconds from one time to another as they are printed; absent unless both are known.
pub(super) fn distance(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    digits: Precision,
) -> Option<Seconds> {
    let (from, to) = from.zip(to)?;
    let span = to.truncated(digits).since(from.truncated(digits));
    Some(span_seconds(span, digits))
}
