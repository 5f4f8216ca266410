//! UDP, and the tunnels that well-known UDP ports announce.
//!
//! Limits: a tunnel on another port is not found.
//! Sources: RFC 7348 §5, draft-ietf-nvo3-vxlan-gpe §3, RFC 8926 §3, RFC 4380 §5.1.1,
//! draft-massar-v6ops-ayiya-02 §3, RFC 2661 §3.1, RFC 7510 §3, RFC 8086 §3.

use super::super::datagram::NameDatagram;
use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};
use super::looks_like_ip;

/// A tunnel that a UDP port announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum UdpTunnel {
    /// VXLAN, always Ethernet.
    Vxlan,
    /// VXLAN with a next-protocol field.
    VxlanGpe,
    /// Geneve.
    Geneve,
    /// GTP user plane.
    Gtp,
    /// IPv6 over UDP through NAT.
    Teredo,
    /// Anything in anything.
    Ayiya,
    /// L2TP version 2.
    L2tp,
    /// MPLS in UDP.
    Mpls,
    /// GRE in UDP.
    Gre,
    /// The sniffer protocol TZSP.
    Tzsp,
}

/// Reads a UDP header; goes on only where a port announces a tunnel.
#[inline]
pub(in super::super) fn step(view: View<'_>) -> Step<'_> {
    let [s0, s1, d0, d1, l0, l1, _, _] = view.array(0)?;
    let source = u16::from_be_bytes([s0, s1]);
    let destination = u16::from_be_bytes([d0, d1]);
    let Some(tunnel) = by_port(destination).or_else(|| by_port(source)) else {
        return Err(if NameDatagram::is_name_service(source) {
            Stop::NameService(view)
        } else {
            Stop::Other
        });
    };
    let payload = match usize::from(u16::from_be_bytes([l0, l1])) {
        0 => view,
        len => view.limit(len),
    };
    payload.then(8, Layer::UdpTunnel(tunnel))
}

/// What the ports of a UDP header announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Announced {
    /// A tunnel.
    Tunnel,
    /// An answer of a name service.
    NameService,
    /// Nothing that is looked into.
    Nothing,
}

/// What the ports of this UDP header announce.
#[inline]
pub(in super::super) fn announced(view: View<'_>) -> Result<Announced, Stop<'static>> {
    let (source, destination) = (view.be16(0)?, view.be16(2)?);
    Ok(
        if by_port(source).is_some() || by_port(destination).is_some() {
            Announced::Tunnel
        } else if NameDatagram::is_name_service(source) {
            Announced::NameService
        } else {
            Announced::Nothing
        },
    )
}

/// The tunnel that a port announces.
pub(in super::super) const fn by_port(port: u16) -> Option<UdpTunnel> {
    match port {
        4789 | 8472 => Some(UdpTunnel::Vxlan),
        4790 => Some(UdpTunnel::VxlanGpe),
        6081 => Some(UdpTunnel::Geneve),
        2152 | 3386 => Some(UdpTunnel::Gtp),
        3544 => Some(UdpTunnel::Teredo),
        5072 => Some(UdpTunnel::Ayiya),
        1701 => Some(UdpTunnel::L2tp),
        6635 => Some(UdpTunnel::Mpls),
        4754 => Some(UdpTunnel::Gre),
        37008 => Some(UdpTunnel::Tzsp),
        _ => None,
    }
}

/// Reads the header of a tunnel in UDP. What is cut or implausible is no tunnel.
pub(in super::super) fn tunnel<'a>(tunnel: UdpTunnel, view: View<'a>, path: &mut Path) -> Step<'a> {
    let step = match tunnel {
        UdpTunnel::Vxlan => vxlan(view, path),
        UdpTunnel::VxlanGpe => vxlan_gpe(view, path),
        UdpTunnel::Geneve => geneve(view, path),
        UdpTunnel::Gtp => Ok((Layer::Gtp, view)),
        UdpTunnel::Teredo => teredo(view, path),
        UdpTunnel::Ayiya => ayiya(view, path),
        UdpTunnel::L2tp => l2tp(view, path),
        UdpTunnel::Mpls => Ok((Layer::Mpls, view)),
        UdpTunnel::Gre => Ok((Layer::Gre, view)),
        UdpTunnel::Tzsp => tzsp(view, path),
    };
    step.map_err(|_| Stop::Other)
}

/// The flag of a valid network identifier must be set.
fn vxlan<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    if view.u8(0)? & 0x08 == 0 {
        return Err(Stop::Other);
    }
    path.tunnel("VXLAN", Some(view.be32(4)? >> 8));
    view.then(8, Layer::Ethernet)
}

fn vxlan_gpe<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [flags, _, _, next] = view.array(0)?;
    if flags & 0x30 != 0 {
        return Err(Stop::Other);
    }
    let layer = match (flags & 0x04, next) {
        (0, _) | (_, 3) => Layer::Ethernet,
        (_, 1 | 2) => Layer::Ip,
        (_, 4) => Layer::Nsh,
        (_, 5) => Layer::Mpls,
        _ => return Err(Stop::Other),
    };
    path.tunnel("VXLAN-GPE", Some(view.be32(4)? >> 8));
    view.then(8, layer)
}

fn geneve<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let first = view.u8(0)?;
    let protocol = view.be16(2)?;
    if first >> 6 != 0 {
        return Err(Stop::Other);
    }
    path.tunnel("Geneve", Some(view.be32(4)? >> 8));
    let options_len = usize::from(first & 0x3F).saturating_mul(4);
    view.then(options_len.saturating_add(8), Layer::EtherType(protocol))
}

/// Authentication and origin indications may stand before the IPv6 header, in this order.
fn teredo<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let mut rest = view;
    if let [0, 1, id_len, auth_len] = rest.array(0)? {
        rest = rest.skip(
            usize::from(id_len)
                .saturating_add(auth_len.into())
                .saturating_add(13),
        )?;
    }
    if rest.be16(0)? == 0 {
        rest = rest.skip(8)?;
    }
    if rest.u8(0)? >> 4 != 6 || !looks_like_ip(rest) {
        return Err(Stop::Other);
    }
    path.tunnel("Teredo", None);
    Ok((Layer::Ip, rest))
}

/// An identity of a power of two, a signature in units of 4 bytes, then what a protocol names.
fn ayiya<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [identity, signature, operation, next] = view.array(0)?;
    let layer = match (operation & 0x0F, next) {
        (1, 4 | 41) => Layer::Ip,
        _ => return Err(Stop::Other),
    };
    let identity_len = 1_usize
        .checked_shl(u32::from(identity >> 4))
        .ok_or(Stop::Other)?;
    let signature_len = usize::from(signature >> 4).saturating_mul(4);
    let payload = view.skip(identity_len.saturating_add(signature_len).saturating_add(8))?;
    if !looks_like_ip(payload) {
        return Err(Stop::Other);
    }
    path.tunnel("AYIYA", None);
    Ok((layer, payload))
}

/// Data messages of version 2; the length, sequence and offset fields are optional.
fn l2tp<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    const CONTROL: u16 = 0x8000;
    const LENGTH: u16 = 0x4000;
    const SEQUENCE: u16 = 0x0800;
    const OFFSET: u16 = 0x0200;
    let flags = view.be16(0)?;
    if flags & 0x0F != 2 || flags & CONTROL != 0 {
        return Err(Stop::Other);
    }
    let mut message = view;
    let mut at: usize = 2;
    if flags & LENGTH != 0 {
        message = view.limit(view.be16(at)?.into());
        at = at.saturating_add(2);
    }
    path.tunnel("L2TP", Some(view.be32(at)?));
    at = at.saturating_add(4);
    if flags & SEQUENCE != 0 {
        at = at.saturating_add(4);
    }
    if flags & OFFSET != 0 {
        at = at.saturating_add(view.be16(at)?.into()).saturating_add(2);
    }
    message.then(at, Layer::Ppp)
}

/// Version 1 with tagged fields up to the end tag; Ethernet and IEEE 802.11 are entered.
fn tzsp<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [1, 0 | 1, p0, p1] = view.array(0)? else {
        return Err(Stop::Other);
    };
    let layer = match u16::from_be_bytes([p0, p1]) {
        1 => Layer::Ethernet,
        18 => Layer::Wireless { padded: false },
        _ => return Err(Stop::Other),
    };
    let mut at: usize = 4;
    loop {
        match view.u8(at)? {
            0 => at = at.saturating_add(1),
            1 => break,
            _ => {
                let len = usize::from(view.u8(at.saturating_add(1))?);
                at = at.saturating_add(len).saturating_add(2);
            }
        }
    }
    path.tunnel("TZSP", None);
    view.then(at.saturating_add(1), layer)
}
