//! Packets of a capture into a file of either format.
//!
//! What stands around the packets may grow while they are written: [`ExportWriter::extend`] writes
//! what a later plan has and an earlier one had not, at the place that is reached by then.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::error::ExportError;
use super::plan::ExportPlan;
use crate::capture::{Batch, InterfaceId, PcapHeader, PcapWriter, Slot};
use crate::pcapng::{
    InterfaceDescription, InterfaceStatistics, NameRecord, OptionList, Packet, Packets,
    SecretBlock, WriteError, Writer,
};

/// Takes the packets of an export; made by [`ExportPlan::start`](super::ExportPlan::start).
#[derive(Debug)]
pub enum ExportWriter<W> {
    /// A pcap file.
    Pcap {
        /// Its records.
        writer: PcapWriter<W>,
        /// Its header.
        header: PcapHeader,
    },
    /// A pcapng file.
    Pcapng {
        /// Its blocks.
        writer: Writer<W, Packets>,
        /// What was written beside packets.
        written: Written,
    },
}

/// What was written beside packets.
#[derive(Debug, Default)]
pub struct Written {
    /// What an interface is called in the capture, and in the file.
    ids: BTreeMap<InterfaceId, InterfaceId>,
    names: BTreeSet<NameRecord>,
    /// Lines of secrets.
    lines: BTreeSet<Vec<u8>>,
}

impl<W: Write> ExportWriter<W> {
    /// Writes what stands before the packets.
    pub(super) fn start(output: W, plan: &ExportPlan) -> Result<Self, ExportError> {
        match plan.format {
            super::ExportFormat::Pcap => {
                let interfaces = plan.interfaces.iter().map(|(_, interface)| interface);
                let header = PcapHeader::covering(interfaces)?;
                let writer = PcapWriter::new(output, &header)?;
                Ok(Self::Pcap { writer, header })
            }
            super::ExportFormat::Pcapng => Ok(Self::start_pcapng(output, plan)?),
        }
    }

    fn start_pcapng(output: W, plan: &ExportPlan) -> Result<Self, WriteError> {
        let none = OptionList::default();
        let first = plan.interfaces.first();
        let section = first.map_or(&none, |(_, interface)| &interface.section.options);
        let mut writer = Writer::new(output, section)?;
        let mut written = Written::default();
        for (id, interface) in &plan.interfaces {
            let new = writer.interface(&InterfaceDescription::from(interface))?;
            written.ids.insert(*id, new);
        }
        let names = written.new_names(plan);
        let secrets = written.new_secrets(plan);
        let writer = writer.names(&names)?.secrets(&secrets)?;
        Ok(Self::Pcapng { writer, written })
    }

    /// Writes what this plan has and those before it had not.
    ///
    /// # Errors
    /// When the output fails, or the format cannot hold it any more.
    pub fn extend(&mut self, plan: &ExportPlan) -> Result<(), ExportError> {
        match self {
            Self::Pcap { header, .. } => {
                let mut interfaces = plan.interfaces.iter();
                interfaces.try_for_each(|(_, interface)| header.check(interface))?;
            }
            Self::Pcapng { writer, written } => {
                for (id, interface) in &plan.interfaces {
                    if !written.ids.contains_key(id) {
                        let new = writer.late_interface(&InterfaceDescription::from(interface))?;
                        written.ids.insert(*id, new);
                    }
                }
                writer.late_names(&written.new_names(plan))?;
                writer.late_secrets(&written.new_secrets(plan))?;
            }
        }
        Ok(())
    }

    /// Writes the packet in a slot of a batch.
    ///
    /// # Errors
    /// When the output fails, or the format cannot hold the packet.
    pub fn packet(&mut self, batch: &Batch, slot: &Slot) -> Result<(), ExportError> {
        let raw = batch.packet(slot);
        match self {
            Self::Pcap { writer, .. } => {
                writer.packet(slot.number, slot.time, slot.original_len, raw.bytes)?;
            }
            Self::Pcapng { writer, written } => {
                let interface = written.ids.get(&slot.interface).copied();
                let attributes = batch.attributes(slot);
                writer.packet(&Packet {
                    number: slot.number,
                    interface: interface
                        .ok_or_else(|| unknown_interface(slot, written.ids.len()))?,
                    ticks: attributes.ticks,
                    original_len: slot.original_len,
                    bytes: raw.bytes,
                    options: &attributes.options,
                })?;
            }
        }
        Ok(())
    }

    /// Writes what stands behind the packets, of these statistics those of interfaces that were
    /// written, and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(self, statistics: &[InterfaceStatistics]) -> Result<W, ExportError> {
        match self {
            Self::Pcap { writer, .. } => Ok(writer.finish()?),
            Self::Pcapng { writer, written } => Ok(writer.finish(&written.renumbered(statistics))?),
        }
    }

    /// The output.
    pub const fn output_mut(&mut self) -> &mut W {
        match self {
            Self::Pcap { writer, .. } => writer.output_mut(),
            Self::Pcapng { writer, .. } => writer.output_mut(),
        }
    }
}

impl Written {
    /// Names that were not written before; none while there is no interface, for then there are no
    /// packets that could need them.
    fn new_names(&mut self, plan: &ExportPlan) -> Vec<NameRecord> {
        if self.ids.is_empty() {
            return Vec::new();
        }
        let mut names = plan.names.clone();
        names.retain(|name| self.names.insert(name.clone()));
        names
    }

    /// Secrets that were not written before, line by line.
    fn new_secrets(&mut self, plan: &ExportPlan) -> Vec<SecretBlock> {
        if self.ids.is_empty() {
            return Vec::new();
        }
        // Lines of one plan may well be equal.
        let before = self.lines.clone();
        let mut blocks = Vec::new();
        for block in &plan.secrets {
            let mut bytes = Vec::new();
            for line in block.bytes.split_inclusive(|byte| *byte == b'\n') {
                if !before.contains(line) {
                    bytes.extend_from_slice(line);
                    self.lines.insert(line.to_vec());
                }
            }
            if !bytes.is_empty() {
                let secrets_type = block.secrets_type;
                blocks.push(SecretBlock {
                    secrets_type,
                    bytes,
                });
            }
        }
        blocks
    }

    fn renumbered(&self, statistics: &[InterfaceStatistics]) -> Vec<InterfaceStatistics> {
        let of_written = statistics.iter().filter_map(|one| {
            Some(InterfaceStatistics {
                interface: *self.ids.get(&one.interface)?,
                ..one.clone()
            })
        });
        let mut renumbered: Vec<_> = of_written.collect();
        renumbered.sort_by_key(|one| one.interface);
        renumbered
    }
}

/// A packet that was in no set of the plan.
fn unknown_interface(slot: &Slot, interfaces: usize) -> WriteError {
    WriteError::UnknownInterface {
        packet: slot.number.value(),
        interface: slot.interface.0,
        interfaces: u32::try_from(interfaces).unwrap_or(u32::MAX),
    }
}
