//! The three kinds of packet blocks to the numbers they carry.
//!
//! Only the fixed fields are read, and the flags option where there are options: this is the hot
//! path. pcap-file would read and keep every option.
//!
//! Sources: draft-ietf-opsawg-pcapng, "Enhanced Packet Block", "Simple Packet Block" and the
//! obsolete "Packet Block".

use super::block::{Block, ENHANCED_PACKET, OBSOLETE_PACKET};
use super::options::{BadOption, Options};

/// The fields of a packet block.
#[derive(Clone, Copy, Debug)]
pub(super) struct PacketFields {
    pub(super) interface: u32,
    /// Ticks of the interface's clock; simple packets have none.
    pub(super) ticks: Option<u64>,
    pub(super) captured_len: u32,
    pub(super) original_len: u32,
    /// Where the packet starts in the body.
    pub(super) start: usize,
}

impl PacketFields {
    /// The fields of an enhanced or obsolete packet block; `None` where they are cut.
    #[inline]
    pub(super) fn timed(block: &Block<'_>) -> Option<Self> {
        let fields: &[u8; 20] = block.body.first_chunk()?;
        let order = block.order;
        let interface = match block.kind {
            OBSOLETE_PACKET => u32::from(order.u16_at(fields, 0)?),
            _ => order.u32_at(fields, 0)?,
        };
        let high = order.u32_at(fields, 4)?;
        let low = order.u32_at(fields, 8)?;
        Some(Self {
            interface,
            ticks: Some(u64::from(high) << 32 | u64::from(low)),
            captured_len: order.u32_at(fields, 12)?,
            original_len: order.u32_at(fields, 16)?,
            start: TIMED_START,
        })
    }

    /// The fields of a simple packet block, whose interface is always the first.
    pub(super) fn simple(block: &Block<'_>, snaplen: u32) -> Option<Self> {
        let original_len = block.order.u32_at(block.body, 0)?;
        let limit = if snaplen == 0 { u32::MAX } else { snaplen };
        Some(Self {
            interface: 0,
            ticks: None,
            captured_len: original_len.min(limit),
            original_len,
            start: 4,
        })
    }

    /// What follows the packet in the body; `None` where the packet does not fit.
    #[inline]
    pub(super) fn after<'a>(&self, body: &'a [u8]) -> Option<&'a [u8]> {
        let end = self.start.checked_add(self.captured_len as usize)?;
        let padded = end.checked_next_multiple_of(4)?;
        body.get(end..)?;
        Some(body.get(padded..).unwrap_or_default())
    }
}

/// Length of the frame check sequence by the flags option; `None` where it does not say.
pub(super) fn fcs_len(block: &Block<'_>, options: &[u8]) -> Result<Option<u8>, BadOption> {
    for option in Options::new(options, block.order) {
        let (code, value) = option?;
        if code == FLAGS && matches!(block.kind, ENHANCED_PACKET | OBSOLETE_PACKET) {
            let flags = block.order.u32_at(value, 0).unwrap_or_default();
            let len = u8::try_from((flags >> 5) & 0xf).unwrap_or_default();
            return Ok((len != 0).then_some(len));
        }
    }
    Ok(None)
}

/// Where the packet starts in the body of an enhanced or obsolete packet block.
pub(super) const TIMED_START: usize = 20;
const FLAGS: u16 = 2;
