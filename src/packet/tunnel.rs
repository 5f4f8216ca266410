//! Tunnels: headers that carry another packet inside of IP, MPLS or UDP.
//!
//! Every tunnel is noted on the [`Path`] with its identifier. A UDP port is only a hint: the
//! header behind it must be plausible, otherwise the datagram is taken for something else.
//! Does not decrypt (ESP) and does not decompress (`IPComp`).
//! Sources: RFC 2003, RFC 4213, RFC 3378, RFC 8300; the others at their files.

pub(super) mod gre;
pub(super) mod gtp;
pub(super) mod mpls;
pub(super) mod udp;

#[cfg(test)]
mod tests;

use super::layer::{Layer, Path};
use super::view::{Step, Stop, View};

/// Enters IP in IP: protocol 4 (IPv4) or 41 (IPv6).
pub(super) fn ip_in_ip<'a>(protocol: u8, view: View<'a>, path: &mut Path) -> Step<'a> {
    let (name, version) = match (path.ip.source.is_ipv4(), protocol) {
        (true, 4) => ("IPIP", 4),
        (true, _) => ("6in4", 6),
        (false, 4) => ("4in6", 4),
        (false, _) => ("6in6", 6),
    };
    if view.u8(0)? >> 4 != version {
        return Err(Stop::Bad(
            "the IP version inside a tunnel is not the announced one",
        ));
    }
    path.tunnel(name, None);
    Ok((Layer::Ip, view))
}

/// Enters Ethernet in IP: version 3 and 12 reserved bits.
pub(super) fn ether_ip<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    if view.u8(0)? >> 4 != 3 {
        return Err(Stop::Other);
    }
    path.tunnel("EtherIP", None);
    view.then(2, Layer::Ethernet)
}

/// Passes a network service header.
pub(super) fn nsh<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [flags, length, _, next, p0, p1, p2, _] = view.array(0)?;
    let len = usize::from(length & 0x3F).saturating_mul(4);
    if flags >> 6 != 0 || len < 8 {
        return Err(Stop::Other);
    }
    let layer = match next {
        1 | 2 => Layer::Ip,
        3 => Layer::Ethernet,
        5 => Layer::Mpls,
        _ => return Err(Stop::Other),
    };
    path.tunnel("NSH", Some(u32::from_be_bytes([0, p0, p1, p2])));
    view.then(len, layer)
}

/// True when an IP header of either version may start here: version, and lengths that fit.
pub(super) fn looks_like_ip(view: View<'_>) -> bool {
    match view.u8(0) {
        Ok(first @ 0x45..=0x4F) => {
            let header_len = u16::from(first & 0x0F).saturating_mul(4);
            let total_len = view.be16(2).unwrap_or(0);
            total_len == 0 || header_len <= total_len && usize::from(total_len) <= view.wire_len()
        }
        Ok(0x60..=0x6F) => {
            let payload_len = view.be16(4).map_or(0, usize::from);
            payload_len.saturating_add(40) <= view.wire_len()
        }
        _ => false,
    }
}

/// True when an Ethernet header may start here: a type that leads further, or a length.
pub(super) fn looks_like_ethernet(view: View<'_>) -> bool {
    let Ok(ether_type) = view.be16(12) else {
        return false;
    };
    match ether_type {
        0x0800 | 0x86DD | 0x0806 | 0x8100 | 0x88A8 | 0x9100 | 0x8847 | 0x8848 | 0x8863 | 0x8864 => {
            true
        }
        0x0003..=0x05DC => matches!(view.array(14), Ok([0xAA, 0xAA, 0x03])),
        _ => false,
    }
}
