//! Blocks of one section, written in the order that all programs read.
//!
//! ```text
//! section header | interfaces | names | secrets | packets | statistics
//! ```
//!
//! Secrets have to stand before the packets they unlock, names are applied to the packets after
//! them, and editcap and mergecap refuse a file with names or secrets before its first interface;
//! so the stages of a [`Writer`] are types, and no other order can be written by chance. What
//! becomes known between packets is written there, by methods that say so
//! ([`Writer::late_interface`], [`Writer::late_names`], [`Writer::late_secrets`]).
//!
//! Written is little-endian, version 1.0, with a section length of "unknown", since outputs are
//! not rewound. A packet with a time becomes an enhanced packet block. One without becomes a simple
//! packet block, for an enhanced one would claim the year 1970: it can only be of the first
//! interface, has no options, and its captured length has to follow from the snapshot length of
//! that interface, since readers compute it. Custom blocks are not written, because Wireshark
//! counts them as packets.
//!
//! Limits: an interface, a block and an option are as long as their length fields can say.
//! Sources: draft-ietf-opsawg-pcapng.

use std::io::Write;
use std::marker::PhantomData;

use super::block::{
    DECRYPTION_SECRETS, ENHANCED_PACKET, INTERFACE_DESCRIPTION, INTERFACE_STATISTICS,
    SECTION_HEADER, SIMPLE_PACKET,
};
use super::block_buffer::BlockBuffer;
use super::name_blocks::{check_names, fill_block};
use super::names::NameRecord;
use super::option_list::OptionList;
use super::secrets::SecretBlock;
use super::statistics::InterfaceStatistics;
use super::write_error::WriteError;
use crate::capture::{Interface, InterfaceId, LinkType, PacketNumber};

/// The stage of a [`Writer`] that takes interfaces, or names.
#[derive(Clone, Copy, Debug)]
pub enum Interfaces {}

/// The stage of a [`Writer`] that takes secrets.
#[derive(Clone, Copy, Debug)]
pub enum Secrets {}

/// The stage of a [`Writer`] that takes packets, or the end.
#[derive(Clone, Copy, Debug)]
pub enum Packets {}

/// Writes one section to `output`, a block at a time; buffer what is slow to write to.
///
/// ```
/// # use spider_pcap::capture::{LinkType, PacketNumber};
/// # use spider_pcap::pcapng::{InterfaceDescription, OptionList, Packet, Writer, WriteError};
/// # fn main() -> Result<(), WriteError> {
/// let none = OptionList::default();
/// let mut writer = Writer::new(Vec::new(), &none)?;
/// let interface = writer.interface(&InterfaceDescription {
///     link_type: LinkType(1),
///     snaplen: 0,
///     options: &none,
/// })?;
/// let mut writer = writer.names(&[])?.secrets(&[])?;
/// writer.packet(&Packet {
///     number: PacketNumber::FIRST,
///     interface,
///     ticks: Some(1_700_000_000_000_000),
///     original_len: 60,
///     bytes: &[0; 60],
///     options: &none,
/// })?;
/// let file = writer.finish(&[])?;
/// assert_eq!(file.len(), 28 + 20 + 92);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Writer<W, Stage = Interfaces> {
    output: W,
    block: BlockBuffer,
    interfaces: u32,
    /// Of the first interface.
    snaplen: u32,
    stage: PhantomData<Stage>,
}

/// An interface that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct InterfaceDescription<'a> {
    /// Link type of its packets.
    pub link_type: LinkType,
    /// Longest packet kept, in bytes; 0 is no limit.
    pub snaplen: u32,
    /// Name, clock and all else that is known of it.
    pub options: &'a OptionList,
}

impl<'a> From<&'a Interface> for InterfaceDescription<'a> {
    fn from(interface: &'a Interface) -> Self {
        Self {
            link_type: interface.link_type,
            snaplen: interface.snaplen,
            options: &interface.options,
        }
    }
}

/// A packet that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its number where it comes from; only errors name it.
    pub number: PacketNumber,
    /// Its interface, as [`Writer::interface`] gave it.
    pub interface: InterfaceId,
    /// Time in ticks of the clock of the interface; none for a simple packet block.
    pub ticks: Option<u64>,
    /// Bytes on the wire.
    pub original_len: u32,
    /// Bytes kept.
    pub bytes: &'a [u8],
    /// Comments, flags and so on.
    pub options: &'a OptionList,
}

impl<W: Write> Writer<W> {
    /// Writes a section header with these options.
    ///
    /// # Errors
    /// When the output fails.
    pub fn new(output: W, options: &OptionList) -> Result<Self, WriteError> {
        let mut writer = Self {
            output,
            block: BlockBuffer::default(),
            interfaces: 0,
            snaplen: 0,
            stage: PhantomData,
        };
        let block = writer.block.start(SECTION_HEADER).u32(MAGIC);
        block.u16(MAJOR).u16(MINOR).raw(&UNKNOWN_LENGTH);
        block.options(options);
        writer.write_block("section header")?;
        Ok(writer)
    }

    /// Writes the next interface, and says how packets refer to it.
    ///
    /// # Errors
    /// When the output fails, or there are 4,294,967,295 interfaces.
    pub fn interface(
        &mut self,
        description: &InterfaceDescription<'_>,
    ) -> Result<InterfaceId, WriteError> {
        self.write_interface(description)
    }

    /// Writes names, the best one of an address as its last; no block where there are none.
    ///
    /// # Errors
    /// When the output fails, a name cannot be written, or there is no interface.
    pub fn names(mut self, names: &[NameRecord]) -> Result<Writer<W, Secrets>, WriteError> {
        self.write_names(names)?;
        Ok(self.next_stage())
    }
}

impl<W: Write> Writer<W, Secrets> {
    /// Writes a block for each of these secrets.
    ///
    /// # Errors
    /// When the output fails, or there is no interface.
    pub fn secrets(mut self, secrets: &[SecretBlock]) -> Result<Writer<W, Packets>, WriteError> {
        self.write_secrets(secrets)?;
        Ok(self.next_stage())
    }
}

impl<W: Write> Writer<W, Packets> {
    /// Writes an interface of packets that follow, and says how they refer to it.
    ///
    /// # Errors
    /// As [`Writer::interface`].
    pub fn late_interface(
        &mut self,
        description: &InterfaceDescription<'_>,
    ) -> Result<InterfaceId, WriteError> {
        self.write_interface(description)
    }

    /// Writes names that became known only now.
    ///
    /// # Errors
    /// As [`Writer::names`].
    pub fn late_names(&mut self, names: &[NameRecord]) -> Result<(), WriteError> {
        self.write_names(names)
    }

    /// Writes secrets that became known only now. Programs that read a file once unlock only the
    /// packets behind them.
    ///
    /// # Errors
    /// As [`Writer::secrets`].
    pub fn late_secrets(&mut self, secrets: &[SecretBlock]) -> Result<(), WriteError> {
        self.write_secrets(secrets)
    }

    /// Writes a packet.
    ///
    /// # Errors
    /// When the output fails, the interface was not written, or the packet has no time and cannot
    /// be a simple packet block.
    pub fn packet(&mut self, packet: &Packet<'_>) -> Result<(), WriteError> {
        if self.interfaces <= packet.interface.0 {
            return Err(WriteError::UnknownInterface {
                packet: packet.number.value(),
                interface: packet.interface.0,
                interfaces: self.interfaces,
            });
        }
        match packet.ticks {
            Some(ticks) => self.enhanced_packet(packet, ticks),
            None => self.simple_packet(packet),
        }
    }

    /// Writes the statistics of interfaces, and gives the output back with everything written.
    ///
    /// # Errors
    /// When the output fails, or one of the interfaces was not written.
    pub fn finish(mut self, statistics: &[InterfaceStatistics]) -> Result<W, WriteError> {
        for one in statistics {
            if self.interfaces <= one.interface.0 {
                return Err(WriteError::UnknownStatistics {
                    interface: one.interface.0,
                    interfaces: self.interfaces,
                });
            }
            let block = self.block.start(INTERFACE_STATISTICS).u32(one.interface.0);
            block.ticks(one.ticks).options(&one.options);
            self.write_block("interface statistics")?;
        }
        self.output.flush()?;
        Ok(self.output)
    }

    fn enhanced_packet(&mut self, packet: &Packet<'_>, ticks: u64) -> Result<(), WriteError> {
        let name = "enhanced packet";
        let captured_len = block_len(name, packet.bytes.len())?;
        let block = self.block.start(ENHANCED_PACKET).u32(packet.interface.0);
        block
            .ticks(ticks)
            .u32(captured_len)
            .u32(packet.original_len);
        block.raw(packet.bytes).pad().options(packet.options);
        self.write_block(name)
    }

    fn simple_packet(&mut self, packet: &Packet<'_>) -> Result<(), WriteError> {
        let number = packet.number.value();
        if packet.interface.0 != 0 {
            return Err(WriteError::NotOfFirstInterface {
                packet: number,
                interface: packet.interface.0,
            });
        }
        let original = packet.original_len;
        let needed = match self.snaplen {
            0 => original,
            snaplen => original.min(snaplen),
        };
        if packet.bytes.len() != needed as usize {
            return Err(WriteError::LengthNotTold {
                packet: number,
                captured: packet.bytes.len(),
                needed,
                original,
                snaplen: self.snaplen,
            });
        }
        if !packet.options.is_empty() {
            return Err(WriteError::NoRoomForOptions { packet: number });
        }
        let block = self.block.start(SIMPLE_PACKET).u32(original);
        block.raw(packet.bytes).pad();
        self.write_block("simple packet")
    }
}

impl<W, Stage> Writer<W, Stage> {
    /// The output; what is written to it by others stands between blocks.
    pub const fn output_mut(&mut self) -> &mut W {
        &mut self.output
    }
}

impl<W: Write, Stage> Writer<W, Stage> {
    fn write_interface(
        &mut self,
        description: &InterfaceDescription<'_>,
    ) -> Result<InterfaceId, WriteError> {
        let id = InterfaceId(self.interfaces);
        let next = self.interfaces.checked_add(1);
        let next = next.ok_or(WriteError::TooManyInterfaces)?;
        let block = self.block.start(INTERFACE_DESCRIPTION);
        block.u16(description.link_type.0).u16(0);
        block.u32(description.snaplen).options(description.options);
        self.write_block("interface description")?;
        self.interfaces = next;
        if id.0 == 0 {
            self.snaplen = description.snaplen;
        }
        Ok(id)
    }

    fn write_names(&mut self, names: &[NameRecord]) -> Result<(), WriteError> {
        self.needs_interface("name resolution", names.is_empty())?;
        check_names(names)?;
        let mut rest = names;
        while !rest.is_empty() {
            rest = fill_block(rest, &mut self.block);
            self.write_block("name resolution")?;
        }
        Ok(())
    }

    fn write_secrets(&mut self, secrets: &[SecretBlock]) -> Result<(), WriteError> {
        self.needs_interface("decryption secrets", secrets.is_empty())?;
        for SecretBlock {
            secrets_type,
            bytes,
        } in secrets
        {
            let block = "decryption secrets";
            let len = block_len(block, bytes.len())?;
            let buffer = self.block.start(DECRYPTION_SECRETS).u32(*secrets_type);
            buffer.u32(len).raw(bytes).pad();
            self.write_block(block)?;
        }
        Ok(())
    }

    fn write_block(&mut self, block: &'static str) -> Result<(), WriteError> {
        let bytes = self.block.finish(block)?;
        self.output.write_all(bytes)?;
        Ok(())
    }

    const fn needs_interface(
        &self,
        block: &'static str,
        has_nothing: bool,
    ) -> Result<(), WriteError> {
        if self.interfaces == 0 && !has_nothing {
            return Err(WriteError::NoInterface { block });
        }
        Ok(())
    }

    fn next_stage<Next>(self) -> Writer<W, Next> {
        Writer {
            output: self.output,
            block: self.block,
            interfaces: self.interfaces,
            snaplen: self.snaplen,
            stage: PhantomData,
        }
    }
}

/// The length of what a block carries.
fn block_len(block: &'static str, len: usize) -> Result<u32, WriteError> {
    u32::try_from(len).map_err(|_| WriteError::BlockTooLong { block, len })
}

const MAGIC: u32 = 0x1a2b_3c4d;
const MAJOR: u16 = 1;
/// Never 2, which means the same and is read by fewer programs.
const MINOR: u16 = 0;
/// A section length of -1.
const UNKNOWN_LENGTH: [u8; 8] = [0xff; 8];
