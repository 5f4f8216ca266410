//! What stood around a TCP segment: VLAN tags and tunnels, each combination kept once.
//!
//! Limits: [`DecodeLimits::encapsulations`](super::DecodeLimits::encapsulations); further combinations share one entry named `other`.

use std::collections::HashMap;
use std::fmt;

use super::segment::EncapsulationId;

/// One tunnel between the link layer and the innermost IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tunnel {
    /// Protocol, as people write it: `GRE`, `VXLAN`, `GTP-U`, `IPIP`, `6in4`, ...
    pub protocol: &'static str,
    /// Identifier on the wire: VXLAN and Geneve VNI, GTP TEID, GRE key, MPLS label, ...
    pub id: Option<u32>,
}

impl fmt::Display for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{} {id}", self.protocol),
            None => f.write_str(self.protocol),
        }
    }
}

/// The VLAN tags and tunnels around a segment, outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Encapsulation {
    /// VLAN ids, `0 <= id <= 4095`.
    pub vlans: Vec<u16>,
    /// Tunnels.
    pub tunnels: Vec<Tunnel>,
}

impl Encapsulation {
    /// True without VLAN and without tunnel.
    pub fn is_plain(&self) -> bool {
        self.vlans.is_empty() && self.tunnels.is_empty()
    }
}

/// All combinations seen, by number; 0 is the plain one.
#[derive(Debug)]
pub(super) struct EncapsulationTable {
    limit: usize,
    entries: Vec<Encapsulation>,
    ids: HashMap<Encapsulation, EncapsulationId>,
    /// The last answer: packets of one tunnel come in runs.
    last: EncapsulationId,
    overflowed: u64,
}

impl EncapsulationTable {
    /// A table of at most `limit` combinations beside the plain one and the one for the rest.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            entries: vec![Encapsulation::default()],
            ids: HashMap::new(),
            last: EncapsulationId::default(),
            overflowed: 0,
        }
    }

    /// The number of a combination.
    #[inline]
    pub(super) fn intern(&mut self, around: &Encapsulation) -> EncapsulationId {
        if around.is_plain() {
            return EncapsulationId::default();
        }
        if self.entries.get(self.last.0 as usize) == Some(around) {
            return self.last;
        }
        self.last = self.look_up(around);
        self.last
    }

    fn look_up(&mut self, around: &Encapsulation) -> EncapsulationId {
        if let Some(id) = self.ids.get(around) {
            return *id;
        }
        let id = EncapsulationId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        if self.ids.len() < self.limit {
            self.entries.push(around.clone());
            self.ids.insert(around.clone(), id);
            return id;
        }
        self.overflowed = self.overflowed.saturating_add(1);
        let other = Tunnel {
            protocol: "other",
            id: None,
        };
        let last = Encapsulation {
            vlans: Vec::new(),
            tunnels: vec![other],
        };
        if self.entries.last() == Some(&last) {
            return EncapsulationId(id.0.saturating_sub(1));
        }
        self.entries.push(last);
        id
    }

    /// The combinations, by number.
    pub(super) fn entries(&self) -> &[Encapsulation] {
        &self.entries
    }

    /// Runs of segments that found no room since the last call.
    pub(super) fn take_overflowed(&mut self) -> u64 {
        std::mem::take(&mut self.overflowed)
    }
}
