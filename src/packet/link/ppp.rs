//! PPP in its framings, `PPPoE` sessions, and Cisco HDLC.
//!
//! Does not expand Van Jacobson or payload compression, nor join multilink fragments.
//! Sources: RFC 1661 §2 and §6.5, RFC 1662 §3, RFC 2516 §4, RFC 3518 §4.

use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};

/// Reads PPP, with or without address and control, with a protocol field of one or two bytes.
#[inline]
pub(in super::super) fn ppp(view: View<'_>) -> Step<'_> {
    let view = match view.array(0)? {
        [0x0F | 0x8F, _] => return cisco_hdlc(view),
        // pppd writes the direction over the address.
        [0xFF | 0x00 | 0x01, 0x03] => view.skip(2)?,
        _ => view,
    };
    let first = view.u8(0)?;
    if first & 1 == 1 {
        return protocol(first.into(), view.skip(1)?);
    }
    protocol(view.be16(0)?, view.skip(2)?)
}

fn protocol(protocol: u16, view: View<'_>) -> Step<'_> {
    match protocol {
        0x0021 | 0x0057 => Ok((Layer::Ip, view)),
        0x0031 => bridged(view),
        0x0281 | 0x0283 => Ok((Layer::Mpls, view)),
        _ => Err(Stop::Other),
    }
}

/// Bridged Ethernet: flags and padding, MAC type 1, then an Ethernet frame.
fn bridged(view: View<'_>) -> Step<'_> {
    if view.u8(1)? == 1 {
        view.then(2, Layer::Ethernet)
    } else {
        Err(Stop::Other)
    }
}

/// Reads a `PPPoE` header of the session stage; its length leaves Ethernet padding out.
#[inline]
pub(in super::super) fn pppoe<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [version, code, s0, s1, l0, l1] = view.array(0)?;
    if version != 0x11 || code != 0 {
        return Err(Stop::Other);
    }
    path.tunnel("PPPoE", Some(u16::from_be_bytes([s0, s1]).into()));
    let len = usize::from(u16::from_be_bytes([l0, l1]));
    Ok((Layer::Ppp, view.skip(6)?.limit(len)))
}

/// Reads Cisco HDLC: address, control, EtherType.
pub(in super::super) fn cisco_hdlc(view: View<'_>) -> Step<'_> {
    match view.be16(2)? {
        0..=0x05FF => Err(Stop::Other),
        ether_type => view.then(4, Layer::EtherType(ether_type)),
    }
}
