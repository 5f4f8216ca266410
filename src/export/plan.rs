//! What stands around the packets of an export.
//!
//! Only interfaces of the packets are described, with all of their options, in the order of the
//! capture; one with packets that have no time comes first, for only there they can be written.
//! Interfaces of several sections come into one section, with the header of the first one's.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::IpAddr;

use super::error::ExportError;
use super::writer::ExportWriter;
use crate::capture::{Interface, InterfaceId, PacketSet};
use crate::pcapng::{NameRecord, SecretBlock};

/// A format of capture files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Classic pcap, with microseconds or nanoseconds: packets and times, nothing else.
    Pcap,
    /// pcapng.
    Pcapng,
}

/// What is written around packets, and how.
#[derive(Clone, Debug)]
pub struct ExportPlan {
    /// The format.
    pub format: ExportFormat,
    /// Interfaces of the packets, in the order in which they are written.
    pub(super) interfaces: Vec<(InterfaceId, Interface)>,
    /// Names that are known; the best one of an address last.
    pub names: Vec<NameRecord>,
    /// Secrets.
    pub secrets: Vec<SecretBlock>,
}

impl ExportPlan {
    /// The plan for these packets of a capture with these interfaces; without names and secrets.
    pub fn new<'a>(
        format: ExportFormat,
        packets: impl IntoIterator<Item = &'a PacketSet>,
        known: &[Interface],
    ) -> Self {
        let mut used = BTreeMap::new();
        for (id, all_have_time) in packets.into_iter().flat_map(PacketSet::interfaces) {
            *used.entry(id).or_insert(true) &= all_have_time;
        }
        // Stable: `false` sorts first.
        let mut used: Vec<_> = used.into_iter().collect();
        used.sort_by_key(|(_, all_have_time)| *all_have_time);
        let describe = |(id, _): (InterfaceId, bool)| {
            let interface = known.get(usize::try_from(id.0).ok()?)?;
            Some((id, interface.clone()))
        };
        Self {
            format,
            interfaces: used.into_iter().filter_map(describe).collect(),
            names: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Writes what stands before the packets.
    ///
    /// # Errors
    /// When the output fails, or the format cannot hold it.
    pub fn start<W: Write>(&self, output: W) -> Result<ExportWriter<W>, ExportError> {
        ExportWriter::start(output, self)
    }
}

/// The names of addresses that can be written; of several names of one address the last one given
/// stands last, which is the one that Wireshark shows.
pub fn names_of(ends: impl IntoIterator<Item = (IpAddr, Option<String>)>) -> Vec<NameRecord> {
    let mut known = BTreeMap::<IpAddr, Vec<String>>::new();
    for (ip, name) in ends {
        let Some(name) = name.filter(|name| !name.contains('\0')) else {
            continue;
        };
        let names = known.entry(ip).or_default();
        names.retain(|other| *other != name);
        names.push(name);
    }
    let records = known.into_iter().flat_map(|(ip, names)| {
        let record = move |name| NameRecord { ip, name };
        names.into_iter().map(record)
    });
    records.collect()
}
