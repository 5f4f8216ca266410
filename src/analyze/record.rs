//! What an analysis gives: sessions, and what is known of the capture as a whole.

use std::sync::Arc;

use super::sessions::Sessions;
use crate::capture::{CaptureNotice, Interface};
use crate::http::HttpFacts;
use crate::lot::LotTotals;
use crate::names::Answer;
use crate::packet::Encapsulation;
use crate::pcapng::{InterfaceStatistics, NameRecord, SecretBlock};
use crate::session::SessionSummary;
use crate::tls::{DerivedSecret, TlsFacts};

/// One session with what the layers above the tracker made of it.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// The session.
    pub summary: Box<SessionSummary>,
    /// Its lots.
    pub lots: LotTotals,
    /// What its TLS handshake showed; absent where it is not TLS.
    pub tls: Option<Arc<TlsFacts>>,
    /// What it was as HTTP; absent where it is not HTTP.
    pub http: Option<Arc<HttpFacts>>,
}

/// What the ids in a [`SessionSummary`] refer to.
#[derive(Clone, Debug, Default)]
pub struct CaptureTables {
    /// Name of the input whose first packet is the earliest.
    pub first_input: String,
    /// Interfaces, by [`InterfaceId`](crate::capture::InterfaceId).
    pub interfaces: Vec<Interface>,
    /// Encapsulations, by [`EncapsulationId`](crate::packet::EncapsulationId).
    pub encapsulations: Vec<Encapsulation>,
    /// Names that the capture itself gives.
    pub names: Vec<NameRecord>,
    /// Names that answers of name services in it give, in capture order.
    pub answers: Vec<Answer>,
    /// Secrets that the capture itself gives.
    pub secrets: Vec<SecretBlock>,
    /// Secrets that were derived from those that are known, in capture order.
    pub derived: Vec<DerivedSecret>,
}

/// What is known of a capture as a whole.
#[derive(Clone, Debug, Default)]
pub struct CaptureSummary {
    /// Interfaces, encapsulations, names.
    pub tables: CaptureTables,
    /// Damage and oddities, in the order of layers and of appearance.
    pub notices: Vec<CaptureNotice>,
    /// The last statistics of each interface.
    pub statistics: Vec<InterfaceStatistics>,
    /// Packets read.
    pub packets: u64,
    /// TCP segments in them.
    pub segments: u64,
    /// Bytes read from the inputs.
    pub bytes: u64,
}

/// All sessions of a capture.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Sessions in the order of their first packets.
    pub sessions: Sessions,
    /// The capture.
    pub capture: CaptureSummary,
}
