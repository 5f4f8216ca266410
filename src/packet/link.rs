//! Link types: what a captured packet of each starts with, up to its first network header.
//!
//! Only what leads to IP is read. Link types that are not read end with
//! [`Stop::UnknownLink`]; [`names`] knows what they are called. Encrypted or compressed links are
//! not opened. The frame check sequence at the end needs no care: IP lengths leave it out.
//! Sources: the registry of `LINKTYPE_` values, and the format documents that it names.

pub(super) mod ethernet;
pub(super) mod names;
pub(super) mod ppp;
pub(super) mod wireless;

#[cfg(test)]
mod tests;

use super::layer::Layer;
use super::view::{Step, Stop, View};
use crate::capture::LinkType;

/// Reads the start of a packet of `link_type`.
#[inline]
pub(super) fn step(link_type: LinkType, view: View<'_>) -> Step<'_> {
    match link_type.0 {
        1 => ethernet::ethernet(view),
        0 | 108 => null(view),
        6 => token_ring(view),
        7 => arcnet(view, 2),
        129 => arcnet(view, 4),
        8 => view.then(16, Layer::Ip),
        9 | 50 | 166 => Ok((Layer::Ppp, view)),
        10 => fddi(view),
        11 | 100 => Ok((Layer::Llc, view)),
        12 | 14 | 101 | 228 | 229 => Ok((Layer::Ip, view)),
        15 | 102 => view.then(24, Layer::Ip),
        51 => Ok((Layer::EtherType(0x8864), view)),
        104 => ppp::cisco_hdlc(view),
        105 => Ok((Layer::Wireless { padded: false }, view)),
        107 => frame_relay(view),
        109 => view.then(12, Layer::Ip),
        113 => sll(view),
        117 => pflog(view),
        119 | 163 => wireless::prism(view),
        122 => view.then(16, Layer::Llc),
        127 => wireless::radiotap(view),
        138 => typed(view, 16, 18),
        178 => juniper_ethernet(view),
        192 => wireless::ppi(view),
        204 => view.then(1, Layer::Ppp),
        205 => ppp::cisco_hdlc(view.skip(1)?),
        206 => frame_relay(view.skip(1)?),
        219 => Ok((Layer::Mpls, view)),
        239 => nflog(view),
        240 => view.then(4, Layer::Ethernet),
        241 => view.then(12, Layer::Ethernet),
        // A global routing header, then type and 16 reserved bits (RFC 4391 §6).
        242 => typed(view, 40, 44),
        258 => pktap(view),
        274 => view.then(8, Layer::Ethernet),
        276 => typed(view, 0, 20),
        // Tags of switch chips, behind the addresses or before the frame.
        281 | 284 => typed(view, 16, 18),
        282 => view.then(4, Layer::Ethernet),
        285 => typed(view, 20, 22),
        other => Err(Stop::UnknownLink(other)),
    }
}

/// A header of `len` bytes with an EtherType at `at`.
fn typed(view: View<'_>, at: usize, len: usize) -> Step<'_> {
    view.then(len, Layer::EtherType(view.be16(at)?))
}

/// BSD loopback: an address family in the byte order of the machine that captured, or (LOOP) in
/// network order. Families of IPv6 differ between systems, so only the IP version is trusted.
fn null(view: View<'_>) -> Step<'_> {
    let word = view.be32(0)?;
    let family = if word <= 0xFFFF {
        word
    } else {
        word.swap_bytes()
    };
    match family {
        2 | 10 | 23 | 24 | 26 | 28 | 30 => view.then(4, Layer::Ip),
        // Some systems write the family into the upper half.
        0x0002_0000 | 0x0018_0000 | 0x001C_0000 | 0x001E_0000 => view.then(4, Layer::Ip),
        0x0600..=0xFFFF => {
            let ether_type = u16::try_from(family).map_err(|_| Stop::Other)?;
            view.then(4, Layer::EtherType(ether_type))
        }
        _ if view.array::<2>(0)? == [0xFF, 0x03] => Ok((Layer::Ppp, view)),
        _ => Err(Stop::Other),
    }
}

/// Linux cooked capture, version 1.
#[inline]
fn sll(view: View<'_>) -> Step<'_> {
    let layer = match (view.be16(2)?, view.be16(14)?) {
        // A radio interface in monitor mode: the protocol field says nothing.
        (801, _) => Layer::Wireless { padded: false },
        (803, _) => Layer::Link(LinkType(127)),
        (_, 0x0004) => Layer::Llc,
        (_, ether_type @ 0..=0x05FF) => {
            return if ether_type == 0x0003 {
                view.then(16, Layer::Ethernet)
            } else {
                Err(Stop::Other)
            };
        }
        (_, ether_type) => Layer::EtherType(ether_type),
    };
    view.then(16, layer)
}

/// FDDI: frame control, two addresses, LLC.
fn fddi(view: View<'_>) -> Step<'_> {
    if view.u8(0)? & 0xC0 == 0x40 {
        view.then(13, Layer::Llc)
    } else {
        Err(Stop::Other)
    }
}

/// Token Ring: access and frame control, two addresses, a route if the source says so, LLC.
fn token_ring(view: View<'_>) -> Step<'_> {
    if view.u8(1)? & 0xC0 != 0x40 {
        return Err(Stop::Other);
    }
    let route_len = if view.u8(8)? & 0x80 == 0 {
        0
    } else {
        usize::from(view.u8(14)? & 0x1F)
    };
    view.then(route_len.saturating_add(14), Layer::Llc)
}

/// ARCNET with the system code at `at`: IP by RFC 1051, or unfragmented IP by RFC 1201.
fn arcnet(view: View<'_>, at: usize) -> Step<'_> {
    match (view.u8(at)?, view.u8(at.saturating_add(1))?) {
        (240, _) => view.then(at.saturating_add(1), Layer::Ip),
        (212, 0) => view.then(at.saturating_add(4), Layer::Ip),
        // An exception packet: the split flag and sequence number follow the padding.
        (212, 0xFF) => view.then(at.saturating_add(8), Layer::Ip),
        _ => Err(Stop::Other),
    }
}

/// Frame relay: an address of 2 to 4 bytes, then NLPID (RFC 2427) or, by Cisco, an EtherType.
fn frame_relay(view: View<'_>) -> Step<'_> {
    let address: [u8; 4] = view.array(0)?;
    let last = address
        .iter()
        .position(|byte| byte & 1 == 1)
        .ok_or(Stop::Other)?;
    let rest = view.skip(last.saturating_add(1))?;
    if rest.u8(0)? != 0x03 {
        return typed(rest, 0, 2);
    }
    // A zero byte pads the control field to an even boundary.
    let rest = if rest.u8(1)? == 0 {
        rest.skip(2)?
    } else {
        rest.skip(1)?
    };
    match rest.u8(0)? {
        0xCC | 0x8E => rest.then(1, Layer::Ip),
        0x80 => ethernet::snap(rest.skip(1)?),
        _ => Err(Stop::Other),
    }
}

/// OpenBSD packet filter log: its own length first, padded to 4 bytes.
fn pflog(view: View<'_>) -> Step<'_> {
    let len = usize::from(view.u8(0)?).next_multiple_of(4);
    view.then(len, Layer::Ip)
}

/// Juniper Ethernet: magic, flags, extensions by length; the Ethernet header may be missing.
fn juniper_ethernet(view: View<'_>) -> Step<'_> {
    let [0x4D, 0x47, 0x43, flags] = view.array(0)? else {
        return Err(Stop::Bad("the Juniper header has no magic number"));
    };
    let header_len = if flags & 0x80 == 0 {
        4
    } else {
        usize::from(view.be16(4)?).saturating_add(6)
    };
    if flags & 0x02 == 0 {
        return view.then(header_len, Layer::Ethernet);
    }
    match view.skip(header_len)?.le32(0)? {
        2 | 6 => view.then(header_len.saturating_add(4), Layer::Ip),
        _ => Err(Stop::Other),
    }
}

/// Netfilter log: attributes, of which the payload is one; lengths in the byte order of the host.
fn nflog(view: View<'_>) -> Step<'_> {
    const PAYLOAD: u16 = 9;
    let family = view.u8(0)?;
    let mut rest = view.skip(4)?;
    loop {
        let little = (rest.le16(0)?, rest.le16(2)?);
        let big = (rest.be16(0)?, rest.be16(2)?);
        // Types are small numbers, so the wrong order is a multiple of 256.
        let (len, kind) = if little.1 & 0x7FFF <= 0xFF {
            little
        } else {
            big
        };
        if len < 4 {
            return Err(Stop::Bad(
                "an attribute of the netfilter log is shorter than its header",
            ));
        }
        if kind & 0x7FFF == PAYLOAD {
            let layer = match family {
                2 | 10 => Layer::Ip,
                _ => return Err(Stop::Other),
            };
            return rest.limit(len.into()).then(4, layer);
        }
        rest = rest.skip(usize::from(len).next_multiple_of(4))?;
    }
}

/// Apple's packet tap: a header that names its length and the link type behind it.
fn pktap(view: View<'_>) -> Step<'_> {
    let len = usize::try_from(view.le32(0)?).map_err(|_| Stop::Cut)?;
    let link_type = u16::try_from(view.le32(8)?).map_err(|_| Stop::Other)?;
    if len < 12 {
        return Err(Stop::Bad("the PKTAP header is shorter than its fields"));
    }
    view.then(len, Layer::Link(LinkType(link_type)))
}
