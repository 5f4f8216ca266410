//! The distributions of a `Statistics` document.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::exact::{Seconds, Text};
use super::times::span_seconds;
use crate::stats::{self, Measures, Samples};
use crate::time::{Precision, Span};

/// What is measured once a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// From first to last packet.
    Duration,
    /// From SYN to SYN with ACK.
    Latency,
    /// Median round trip from client data to the server's acknowledgment.
    Rtt,
    /// Median round trip from server data to the client's acknowledgment.
    ClientRtt,
    /// Payload bytes of both directions.
    Payload,
    /// Payload bytes from client to server.
    OutPayload,
    /// Payload bytes from server to client.
    InPayload,
}

/// How the values of all sessions are distributed, by measure.
#[derive(Clone, Debug)]
pub struct Distributions([(Measure, Distribution); 7]);

/// How the values of one measure are distributed; percentiles are values that occurred.
#[derive(Clone, Debug, Serialize)]
pub struct Distribution {
    /// `seconds` or `bytes`.
    pub unit: &'static str,
    /// Sessions with a value.
    pub count: u64,
    /// Smallest; absent, as are the others, without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Amount>,
    /// Median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Amount>,
    /// 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<Amount>,
    /// 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Amount>,
    /// Largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Amount>,
}

/// A distribution as a row of its own.
#[derive(Clone, Debug, Serialize)]
pub struct DistributionRow<'a> {
    /// What was measured.
    pub measure: Text<Measure>,
    /// How it is distributed.
    #[serde(flatten)]
    pub distribution: &'a Distribution,
}

/// A value of a measure.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// A span of time.
    Seconds(Seconds),
    /// A size.
    Bytes(u64),
}

impl Measure {
    /// The key of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Latency => "latency",
            Self::Rtt => "rtt",
            Self::ClientRtt => "clientRtt",
            Self::Payload => "payload",
            Self::OutPayload => "outPayload",
            Self::InPayload => "inPayload",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Distributions {
    pub(super) fn new(measures: &mut Measures, digits: Precision) -> Self {
        let spans = |samples: &mut Samples<Span>| {
            let seconds = |span| Amount::Seconds(span_seconds(span, digits));
            Distribution::new("seconds", samples.distribution(), seconds)
        };
        let bytes = |samples: &mut Samples<u64>| {
            Distribution::new("bytes", samples.distribution(), Amount::Bytes)
        };
        let halves = &mut measures.half_payload_bytes;
        Self([
            (Measure::Duration, spans(&mut measures.duration)),
            (Measure::Latency, spans(&mut measures.latency)),
            (Measure::Rtt, spans(&mut measures.rtt)),
            (Measure::ClientRtt, spans(&mut measures.client_rtt)),
            (Measure::Payload, bytes(&mut measures.payload_bytes)),
            (Measure::OutPayload, bytes(&mut halves.out)),
            (Measure::InPayload, bytes(&mut halves.r#in)),
        ])
    }

    /// The distributions one by one.
    pub fn rows(&self) -> impl Iterator<Item = DistributionRow<'_>> {
        self.0
            .iter()
            .map(|(measure, distribution)| DistributionRow {
                measure: Text(*measure),
                distribution,
            })
    }
}

impl Serialize for Distributions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (measure, distribution) in &self.0 {
            map.serialize_entry(measure.as_str(), distribution)?;
        }
        map.end()
    }
}

impl Distribution {
    fn new<T>(
        unit: &'static str,
        found: Option<stats::Distribution<T>>,
        amount: impl Fn(T) -> Amount,
    ) -> Self {
        let count = found.as_ref().map_or(0, |found| found.count);
        let values = found.map(|found| {
            let stats::Distribution {
                min,
                p50,
                p95,
                p99,
                max,
                ..
            } = found;
            [min, p50, p95, p99, max].map(amount)
        });
        let [min, p50, p95, p99, max] = match values {
            Some(values) => values.map(Some),
            None => [None; 5],
        };
        Self {
            unit,
            count,
            min,
            p50,
            p95,
            p99,
            max,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => seconds.fmt(f),
            Self::Bytes(bytes) => bytes.fmt(f),
        }
    }
}
