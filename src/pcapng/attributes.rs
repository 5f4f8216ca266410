//! What a capture says of a packet besides the packet itself.
//!
//! Read again out of the bytes of a batch for the few packets that are exported, so that reading a
//! capture costs nothing for it: a batch holds the blocks around its packets.
//!
//! Sources: draft-ietf-opsawg-pcapng, "Enhanced Packet Block" and the obsolete "Packet Block",
//! whose count of dropped packets becomes an option.

use std::ops::Range;

use super::block::{Block, HEADER, OBSOLETE_PACKET, TRAILER};
use super::option_list::OptionList;
use super::packet_block::{PacketFields, TIMED_START};
use super::write_error::WriteError;
use crate::capture::ByteOrder;
use crate::time::{Precision, Timestamp};

/// Time stamp and options of a packet, as they stand in its capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketAttributes {
    /// Time in ticks of the clock of its interface, to the last bit; absent for packets of simple
    /// packet blocks, which have no time.
    pub ticks: Option<u64>,
    /// Comments, flags, hashes and all other options of its block.
    pub options: OptionList,
}

impl PacketAttributes {
    /// Those of a packet without a block, whose clock has the resolution of its `precision`.
    pub(crate) fn of_time(time: Option<Timestamp>, precision: Precision) -> Self {
        let zeros = u32::from(9_u8.saturating_sub(precision.digits()));
        let ticks = time.and_then(|time| time.nanos().checked_div(10_i64.checked_pow(zeros)?));
        Self {
            ticks: ticks.and_then(|ticks| u64::try_from(ticks).ok()),
            options: OptionList::default(),
        }
    }

    /// Those in the block around the packet that starts at `packet`; `None` where there is none.
    pub(crate) fn of_block(bytes: &[u8], packet: usize, order: ByteOrder) -> Option<Self> {
        let bytes = bytes.get(block_around(bytes, packet, order)?)?;
        let end = bytes.len().checked_sub(TRAILER)?;
        let block = Block {
            kind: order.u32_at(bytes, 0)?,
            order,
            body: bytes.get(HEADER..end)?,
            len: bytes.len(),
            oddity: None,
        };
        let fields = PacketFields::timed(&block)?;
        let mut options = OptionList::read(fields.after(block.body)?, block.kind, order);
        if block.kind == OBSOLETE_PACKET {
            let dropped = order.u16_at(block.body, 2)?;
            push_drop_count(&mut options, dropped).ok()?;
        }
        Some(Self {
            ticks: fields.ticks,
            options,
        })
    }
}

/// Where the enhanced or obsolete packet block lies whose packet starts at `packet`.
pub(crate) fn block_around(bytes: &[u8], packet: usize, order: ByteOrder) -> Option<Range<usize>> {
    let start = packet.checked_sub(HEADER)?.checked_sub(TIMED_START)?;
    let len = order.u32_at(bytes.get(start..)?, 4)? as usize;
    let end = start.checked_add(len.checked_next_multiple_of(4)?)?;
    Some(start..end)
}

/// Obsolete blocks count with 16 bits; all of them set is "unknown".
fn push_drop_count(options: &mut OptionList, dropped: u16) -> Result<(), WriteError> {
    if dropped == u16::MAX {
        return Ok(());
    }
    options.push(DROP_COUNT, &u64::from(dropped).to_le_bytes())
}

const DROP_COUNT: u16 = 4;
