//! The straight way of nearly all packets: a plain link header, one IP header, TCP.
//!
//! Gives the same as the loop over the layers, without it; whatever is not this simple, or odd in
//! any way, is left to the loop.

use super::datagram::NameDatagram;
use super::segment::{EncapsulationId, SegmentHead};
use super::tunnel::udp::{self, Announced};
use super::view::View;
use super::{ip, tcp};
use crate::capture::Slot;

/// What the straight way leads to.
pub(super) enum Straight {
    /// A segment.
    Segment(SegmentHead),
    /// An answer of a name service.
    Names(NameDatagram),
    /// Another protocol, in which no TCP can be.
    Nothing,
}

/// Reads a packet without tags, tunnels, extension headers and fragments; `None` for all others.
#[inline(always)]
pub(super) fn read(bytes: &[u8], slot: &Slot) -> Option<Straight> {
    let start = slot.start as usize;
    let end = start.saturating_add(slot.captured_len as usize);
    let view = View::new(bytes.get(start..end)?, start, slot.original_len as usize);
    let view = match slot.link_type.0 {
        1 if is_ip(view.be16(12).ok()?) => view.skip(14).ok()?,
        113 if is_ip(view.be16(14).ok()?) => view.skip(16).ok()?,
        276 if is_ip(view.be16(0).ok()?) => view.skip(20).ok()?,
        101 => view,
        _ => return None,
    };
    let header = ip::header(view).ok()?;
    if header.is_fragment() {
        return None;
    }
    let plain = EncapsulationId::default();
    match header.protocol {
        6 => {
            let head = tcp::segment(header.payload, &header.context, slot, plain).ok()?;
            Some(Straight::Segment(head))
        }
        17 => datagram(header.payload, slot),
        1 | 58 => Some(Straight::Nothing),
        _ => None,
    }
}

/// Reads a UDP header that announces no tunnel.
fn datagram(view: View<'_>, slot: &Slot) -> Option<Straight> {
    match udp::announced(view).ok()? {
        Announced::Tunnel => None,
        Announced::NameService => Some(Straight::Names(NameDatagram::at(view, slot).ok()?)),
        Announced::Nothing => Some(Straight::Nothing),
    }
}

const fn is_ip(ether_type: u16) -> bool {
    matches!(ether_type, 0x0800 | 0x86DD)
}
