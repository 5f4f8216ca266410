//! Ethernet, IEEE 802.2 LLC and SNAP, and the tags between Ethernet and the network header.
//!
//! A type field up to 1500 is a length (IEEE 802.3 §3.2.6): it leaves padding out, and LLC
//! follows. VLAN ids are noted; the priority bits are not.
//! Sources: IEEE 802.3, 802.2, 802.1Q, 802.1BR, RFC 1042, RFC 2684 §5.2.

use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};

/// Reads an Ethernet header.
#[inline]
pub(in super::super) fn ethernet(view: View<'_>) -> Step<'_> {
    let header: [u8; 14] = view.array(0)?;
    let [d0, d1, d2, d3, d4, .., t0, t1] = header;
    let ether_type = u16::from_be_bytes([t0, t1]);
    if (0x05DD..0x0600).contains(&ether_type) {
        return Err(Stop::Other);
    }
    // A Cisco ISL trunk wraps a whole Ethernet frame in 26 bytes.
    if ether_type <= 0x05DC && matches!([d0, d1, d2, d3, d4], [0x01 | 0x03, 0x00, 0x0C, 0x00, 0x00])
    {
        return view.then(26, Layer::Ethernet);
    }
    view.then(14, Layer::EtherType(ether_type))
}

/// Reads an IEEE 802.2 LLC header.
pub(in super::super) fn llc(view: View<'_>) -> Step<'_> {
    match view.array(0)? {
        [0xAA | 0xAB, 0xAA | 0xAB, 0x03] => snap(view.skip(3)?),
        [0x06, 0x06 | 0x07, 0x03] => view.then(3, Layer::Ip),
        // Network layer protocol identifiers over LLC (RFC 2684 §5.1).
        [0xFE, 0xFE, 0x03] => match view.u8(3)? {
            0xCC | 0x8E => view.then(4, Layer::Ip),
            0xCF => view.then(4, Layer::Ppp),
            _ => Err(Stop::Other),
        },
        _ => Err(Stop::Other),
    }
}

/// Reads a SNAP header: an organization, and a type in its numbering.
pub(in super::super) fn snap(view: View<'_>) -> Step<'_> {
    let [o0, o1, o2, t0, t1] = view.array(0)?;
    let kind = u16::from_be_bytes([t0, t1]);
    match [o0, o1, o2] {
        [0x00, 0x00, 0x00] | [0x00, 0x00, 0xF8] if 0x05DC < kind => {
            view.then(5, Layer::EtherType(kind))
        }
        // Bridged Ethernet, with (1) or without (7) the frame check sequence, after padding.
        [0x00, 0x80, 0xC2] if kind == 1 || kind == 7 => view.then(7, Layer::Ethernet),
        _ => Err(Stop::Other),
    }
}

/// Reads a VLAN tag behind its EtherType (IEEE 802.1Q §9.6).
#[inline]
pub(in super::super) fn vlan<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    path.vlan(view.be16(0)?);
    view.then(4, Layer::EtherType(view.be16(2)?))
}

/// Reads a backbone service tag (IEEE 802.1Q §9.7): flags and a service id, then a whole frame.
pub(in super::super) fn backbone_service<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    path.tunnel("PBB", Some(view.be32(0)? & 0x00FF_FFFF));
    view.then(4, Layer::Ethernet)
}

/// Reads an E-tag (IEEE 802.1BR §7.5).
pub(in super::super) fn e_tag(view: View<'_>) -> Step<'_> {
    view.then(8, Layer::EtherType(view.be16(6)?))
}

/// Reads a VN-tag, the ancestor of the E-tag.
pub(in super::super) fn vn_tag(view: View<'_>) -> Step<'_> {
    view.then(6, Layer::EtherType(view.be16(4)?))
}

/// Reads Cisco metadata: version, length in units of 4 bytes, options with a group tag, type.
pub(in super::super) fn cisco_metadata(view: View<'_>) -> Step<'_> {
    view.then(8, Layer::EtherType(view.be16(6)?))
}
