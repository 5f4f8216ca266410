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
use crate::capture::{Interface, InterfaceId, PacketSet, PcapHeader, PcapWriter};
use crate::pcapng::{
    InterfaceDescription, InterfaceStatistics, NameRecord, OptionList, SecretBlock, Writer,
};

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
    interfaces: Vec<(InterfaceId, Interface)>,
    /// Names that are known; the best one of an address last.
    pub names: Vec<NameRecord>,
    /// Secrets.
    pub secrets: Vec<SecretBlock>,
    statistics: Vec<InterfaceStatistics>,
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
            statistics: Vec::new(),
        }
    }

    /// Takes those of the statistics that are of interfaces of the packets.
    pub fn add_statistics(&mut self, known: &[InterfaceStatistics]) {
        let ids: BTreeMap<_, _> = self.ids().collect();
        let renumbered = known.iter().filter_map(|one| {
            Some(InterfaceStatistics {
                interface: *ids.get(&one.interface)?,
                ..one.clone()
            })
        });
        self.statistics = renumbered.collect();
        self.statistics.sort_by_key(|one| one.interface);
    }

    /// Writes what stands before the packets.
    ///
    /// # Errors
    /// When the output fails, or the format cannot hold it.
    pub fn start<W: Write>(&self, output: W) -> Result<ExportWriter<W>, ExportError> {
        match self.format {
            ExportFormat::Pcap => {
                let interfaces = self.interfaces.iter().map(|(_, interface)| interface);
                let header = PcapHeader::covering(interfaces)?;
                Ok(ExportWriter::Pcap(PcapWriter::new(output, &header)?))
            }
            ExportFormat::Pcapng => self.start_pcapng(output),
        }
    }

    fn start_pcapng<W: Write>(&self, output: W) -> Result<ExportWriter<W>, ExportError> {
        let none = OptionList::default();
        let first = self.interfaces.first();
        let section = first.map_or(&none, |(_, interface)| &interface.section.options);
        let mut writer = Writer::new(output, section)?;
        for (_, interface) in &self.interfaces {
            writer.interface(&InterfaceDescription::from(interface))?;
        }
        // Without an interface there are no packets that could need them.
        let (names, secrets): (&[_], &[_]) = match first {
            Some(_) => (&self.names, &self.secrets),
            None => (&[], &[]),
        };
        Ok(ExportWriter::Pcapng {
            writer: writer.names(names)?.secrets(secrets)?,
            ids: self.ids().collect(),
            statistics: self.statistics.clone(),
        })
    }

    /// What an interface is called in the capture, and in the export.
    fn ids(&self) -> impl Iterator<Item = (InterfaceId, InterfaceId)> {
        let interfaces = self.interfaces.iter().zip(0..);
        interfaces.map(|((id, _), place)| (*id, InterfaceId(place)))
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
