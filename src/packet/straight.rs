//! The straight way of nearly all packets: Ethernet or raw IP, one IP header, TCP.
//!
//! Gives the same as the loop over the layers, without it; whatever is not this simple, or odd in
//! any way, is left to the loop.

use super::segment::{EncapsulationId, SegmentHead};
use super::view::View;
use super::{ip, tcp};
use crate::capture::Slot;

/// The segment of a packet without tags, tunnels, extension headers and fragments.
#[inline(always)]
pub(super) fn segment(bytes: &[u8], slot: &Slot) -> Option<SegmentHead> {
    let start = slot.start as usize;
    let end = start.saturating_add(slot.captured_len as usize);
    let view = View::new(bytes.get(start..end)?, start, slot.original_len as usize);
    let view = match slot.link_type.0 {
        1 if matches!(view.be16(12).ok()?, 0x0800 | 0x86DD) => view.skip(14).ok()?,
        101 => view,
        _ => return None,
    };
    let header = ip::header(view).ok()?;
    if header.protocol != 6 || header.is_fragment() {
        return None;
    }
    tcp::segment(
        header.payload,
        &header.context,
        slot,
        EncapsulationId::default(),
    )
    .ok()
}
