//! Packets as they were read: one buffer, and where each packet lies in it.
//!
//! Readers fill [`Batch::bytes`] straight from the file and note a [`Slot`] a packet, so that no
//! packet is copied between the file and the decoder. Offsets are 32-bit: a batch never holds
//! 4 GiB.

use super::byte_order::ByteOrder;
use super::raw_packet::{InterfaceId, LinkType, PacketNumber, RawPacket};
use crate::pcapng::{PacketAttributes, block_around};
use crate::time::{Precision, Timestamp};

/// Where one packet lies in the bytes of a [`Batch`], and what the capture says of it.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Position in the capture.
    pub number: PacketNumber,
    /// Capture time, where there is one.
    pub time: Option<Timestamp>,
    /// Digits of that time which the capture's clock gives.
    pub precision: Precision,
    /// Where it was captured.
    pub interface: InterfaceId,
    /// How its bytes start.
    pub link_type: LinkType,
    /// Length of the frame check sequence at its end on the wire, 0 where unknown.
    pub fcs_len: u8,
    /// Bytes on the wire, as the capture says; a lie where they are less than those kept.
    pub original_len: u32,
    /// First byte in the batch.
    pub start: u32,
    /// Bytes kept.
    pub captured_len: u32,
    /// Byte order of the block around it; `None` where there is none, or one without time.
    pub(crate) block: Option<ByteOrder>,
}

/// A run of packets in capture order.
#[derive(Debug, Default)]
pub struct Batch {
    /// The bytes of all packets, with the framing of the file between them.
    pub bytes: Vec<u8>,
    /// The packets; every `start + captured_len` lies within `bytes`.
    pub slots: Vec<Slot>,
}

impl Batch {
    /// The packets of this batch in order.
    ///
    /// A slot that points outside of the bytes (a bug of a reader) gives an empty packet.
    pub fn packets(&self) -> impl Iterator<Item = RawPacket<'_>> {
        self.slots.iter().map(|slot| self.packet(slot))
    }

    /// The packet in one of the slots of this batch.
    pub fn packet(&self, slot: &Slot) -> RawPacket<'_> {
        RawPacket {
            number: slot.number,
            time: slot.time,
            precision: slot.precision,
            interface: slot.interface,
            link_type: slot.link_type,
            original_len: slot.original_len.max(slot.captured_len),
            fcs_len: slot.fcs_len,
            bytes: self.slice(slot.start, slot.captured_len),
        }
    }

    /// The slot of the packet with this number; `None` when it is not in this batch.
    pub fn slot(&self, number: PacketNumber) -> Option<&Slot> {
        let at = self.slots.binary_search_by_key(&number, |slot| slot.number);
        self.slots.get(at.ok()?)
    }

    /// What the capture says of a packet besides the packet itself, read anew out of its block.
    pub fn attributes(&self, slot: &Slot) -> PacketAttributes {
        slot.block
            .and_then(|order| PacketAttributes::of_block(&self.bytes, slot.start as usize, order))
            .unwrap_or_else(|| PacketAttributes::of_time(slot.time, slot.precision))
    }

    /// Adds a packet of another batch, with the block around it. `slot` says where it lies there,
    /// and under which number and interface it is added.
    pub fn push(&mut self, from: &Self, slot: Slot) {
        let (bytes, before) = from.enclosed(&slot);
        let start = self.bytes.len().saturating_add(before);
        self.bytes.extend_from_slice(bytes);
        self.slots.push(Slot {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            ..slot
        });
    }

    /// A packet with the block around it, and where in these bytes the packet starts.
    pub(crate) fn enclosed(&self, slot: &Slot) -> (&[u8], usize) {
        let start = slot.start as usize;
        slot.block
            .and_then(|order| {
                let range = block_around(&self.bytes, start, order)?;
                let before = start.checked_sub(range.start)?;
                Some((self.bytes.get(range)?, before))
            })
            .unwrap_or_else(|| (self.slice(slot.start, slot.captured_len), 0))
    }

    /// `len` bytes from `start`; empty where they do not lie within the batch.
    pub fn slice(&self, start: u32, len: u32) -> &[u8] {
        let (start, len) = (start as usize, len as usize);
        let end = start.saturating_add(len);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Forgets all packets and bytes and keeps the memory for the next use.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
    }
}
