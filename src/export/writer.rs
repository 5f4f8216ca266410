//! Packets of a capture into a file of either format.

use std::collections::BTreeMap;
use std::io::Write;

use super::error::ExportError;
use crate::capture::{Batch, InterfaceId, PcapWriter, Slot};
use crate::pcapng::{InterfaceStatistics, Packet, Packets, WriteError, Writer};

/// Takes the packets of an export; made by [`ExportPlan::start`](super::ExportPlan::start).
#[derive(Debug)]
pub enum ExportWriter<W> {
    /// A pcap file.
    Pcap(PcapWriter<W>),
    /// A pcapng file.
    Pcapng {
        /// Its blocks.
        writer: Writer<W, Packets>,
        /// What an interface is called in the capture, and in the file.
        ids: BTreeMap<InterfaceId, InterfaceId>,
        /// What is written behind the packets.
        statistics: Vec<InterfaceStatistics>,
    },
}

impl<W: Write> ExportWriter<W> {
    /// Writes the packet in a slot of a batch.
    ///
    /// # Errors
    /// When the output fails, or the format cannot hold the packet.
    pub fn packet(&mut self, batch: &Batch, slot: &Slot) -> Result<(), ExportError> {
        let raw = batch.packet(slot);
        match self {
            Self::Pcap(writer) => {
                writer.packet(slot.number, slot.time, slot.original_len, raw.bytes)?;
            }
            Self::Pcapng { writer, ids, .. } => {
                let interface = ids.get(&slot.interface).copied();
                let attributes = batch.attributes(slot);
                writer.packet(&Packet {
                    number: slot.number,
                    interface: interface.ok_or_else(|| unknown_interface(slot, ids.len()))?,
                    ticks: attributes.ticks,
                    original_len: slot.original_len,
                    bytes: raw.bytes,
                    options: &attributes.options,
                })?;
            }
        }
        Ok(())
    }

    /// Writes what stands behind the packets, and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(self) -> Result<W, ExportError> {
        match self {
            Self::Pcap(writer) => Ok(writer.finish()?),
            Self::Pcapng {
                writer, statistics, ..
            } => Ok(writer.finish(&statistics)?),
        }
    }

    /// The output.
    pub const fn output_mut(&mut self) -> &mut W {
        match self {
            Self::Pcap(writer) => writer.output_mut(),
            Self::Pcapng { writer, .. } => writer.output_mut(),
        }
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
