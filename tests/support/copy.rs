//! Whole captures in memory, and copies of them through the writers.

use std::io::Write;

use spider_pcap::capture::{
    Batch, Capture, Input, Interface, InterfaceId, LinkType, PacketNumber, PcapHeader,
    PcapWriteError, PcapWriter, ReadLimits,
};
use spider_pcap::pcapng::{
    InterfaceDescription, InterfaceStatistics, NameRecord, OptionList, Packet, PacketAttributes,
    SecretBlock, WriteError, Writer,
};
use spider_pcap::time::Timestamp;

/// All that a capture says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Whole {
    /// Of the header of the first section.
    pub(crate) header: OptionList,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) packets: Vec<KeptPacket>,
    pub(crate) names: Vec<NameRecord>,
    pub(crate) secrets: Vec<SecretBlock>,
    pub(crate) statistics: Vec<InterfaceStatistics>,
    /// Damage that was found.
    pub(crate) notices: Vec<String>,
}

/// A packet and what is said of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeptPacket {
    pub(crate) number: PacketNumber,
    pub(crate) interface: InterfaceId,
    pub(crate) link_type: LinkType,
    pub(crate) fcs_len: u8,
    pub(crate) time: Option<Timestamp>,
    pub(crate) original_len: u32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) attributes: PacketAttributes,
}

impl Whole {
    /// Reads inputs as one capture.
    pub(crate) fn read(inputs: Vec<Input>) -> Self {
        let mut capture = Capture::open(inputs, ReadLimits::default()).unwrap();
        let mut batch = Batch::default();
        let mut packets = Vec::new();
        while capture.next_batch(&mut batch) {
            packets.extend(batch.slots.iter().map(|slot| KeptPacket {
                number: slot.number,
                interface: slot.interface,
                link_type: slot.link_type,
                fcs_len: slot.fcs_len,
                time: slot.time,
                original_len: slot.original_len,
                bytes: batch.packet(slot).bytes.to_vec(),
                attributes: batch.attributes(slot),
            }));
        }
        let interfaces = capture.interfaces().to_vec();
        let first = interfaces.first();
        let notices = capture.notices().notices().iter();
        Self {
            header: first.map_or_else(OptionList::default, |one| one.section.options.clone()),
            packets,
            names: capture.names().to_vec(),
            secrets: capture.secrets().to_vec(),
            statistics: capture.statistics().cloned().collect(),
            notices: notices.map(ToString::to_string).collect(),
            interfaces,
        }
    }

    /// Writes all of it as pcapng.
    pub(crate) fn write_pcapng<W: Write>(&self, output: W) -> Result<W, WriteError> {
        let mut writer = Writer::new(output, &self.header)?;
        for interface in &self.interfaces {
            writer.interface(&InterfaceDescription::from(interface))?;
        }
        let mut writer = writer.names(&self.names)?.secrets(&self.secrets)?;
        for packet in &self.packets {
            writer.packet(&Packet {
                number: packet.number,
                interface: packet.interface,
                ticks: packet.attributes.ticks,
                original_len: packet.original_len,
                bytes: &packet.bytes,
                options: &packet.attributes.options,
            })?;
        }
        writer.finish(&self.statistics)
    }

    /// Writes its packets as pcap.
    pub(crate) fn write_pcap<W: Write>(&self, output: W) -> Result<W, PcapWriteError> {
        let header = PcapHeader::covering(&self.interfaces)?;
        let mut writer = PcapWriter::new(output, &header)?;
        for packet in &self.packets {
            let KeptPacket {
                number,
                time,
                original_len,
                ..
            } = *packet;
            writer.packet(number, time, original_len, &packet.bytes)?;
        }
        writer.finish()
    }
}
