//! The protocols between the link layer and TCP, and one step from a header to the next.
//!
//! Turns a [`Layer`] and its bytes into the next one; the loop and its limit stand in
//! [`decoder`](super::decoder), so that nothing here recurses. What is not on the way to TCP ends
//! with [`Stop::Other`].
//! Sources: IEEE 802 EtherType and IANA protocol number registries.

use std::net::{IpAddr, Ipv4Addr};

use super::encapsulation::{Encapsulation, Tunnel};
use super::view::{Step, Stop, View};
use super::{ip, link, tunnel};
use crate::capture::LinkType;
use link::{ethernet, ppp, wireless};
use tunnel::{gre, gtp, mpls, udp};

/// What stands at the start of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// The start of a packet of that link type.
    Link(LinkType),
    /// An Ethernet header.
    Ethernet,
    /// What an EtherType announces, or an LLC header where it is a length.
    EtherType(u16),
    /// An IEEE 802.2 header.
    Llc,
    /// An IEEE 802.11 header; bytes of padding follow the header up to a multiple of 4 if set.
    Wireless {
        /// The radio aligned the body to 4 bytes.
        padded: bool,
    },
    /// PPP, with or without address and control.
    Ppp,
    /// IPv4 or IPv6 by its version.
    Ip,
    /// What an IP protocol number announces.
    Transport(u8),
    /// A GRE header.
    Gre,
    /// An MPLS label.
    Mpls,
    /// What an MPLS stack carries, without a type field.
    MplsPayload,
    /// A UDP header.
    Udp,
    /// A tunnel by a well-known UDP port.
    UdpTunnel(udp::UdpTunnel),
    /// A GTP-U header.
    Gtp,
    /// A network service header.
    Nsh,
    /// A TCP header: the end of the way.
    Tcp,
}

/// What was passed on the way to the current layer.
#[derive(Debug)]
pub(super) struct Path {
    /// The innermost IP header.
    pub(super) ip: IpContext,
    /// VLANs and tunnels, outermost first.
    pub(super) around: Encapsulation,
    /// Further frames of the same packet (an aggregate), to be decoded after this one.
    pub(super) aside: Vec<Aside>,
}

/// The facts of an IP header that a segment keeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct IpContext {
    /// Source address.
    pub(super) source: IpAddr,
    /// Destination address; the final one where a routing header names it.
    pub(super) destination: IpAddr,
    /// IPv4 identification.
    pub(super) id: Option<u16>,
    /// False where the IPv4 header checksum is wrong.
    pub(super) checksum_good: bool,
    /// True where the payload is a first fragment that is read by itself.
    pub(super) is_fragment: bool,
    /// Header bytes with options or extension headers.
    pub(super) header_len: u16,
}

/// A frame of an aggregate that waits: where it lies, and how much context belongs to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside {
    /// What it starts with.
    pub(super) layer: Layer,
    /// Its first byte in the batch.
    pub(super) start: usize,
    /// Its captured bytes.
    pub(super) len: usize,
    /// Its bytes on the wire.
    pub(super) wire_len: usize,
    /// VLANs around it.
    pub(super) vlans: usize,
    /// Tunnels around it.
    pub(super) tunnels: usize,
}

impl Path {
    /// A path at the start of a packet.
    pub(super) fn new() -> Self {
        let unspecified = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let ip = IpContext {
            source: unspecified,
            destination: unspecified,
            id: None,
            checksum_good: true,
            is_fragment: false,
            header_len: 0,
        };
        Self {
            ip,
            around: Encapsulation::default(),
            aside: Vec::new(),
        }
    }

    /// Forgets the last packet.
    pub(super) fn clear(&mut self) {
        self.around.vlans.clear();
        self.around.tunnels.clear();
        self.aside.clear();
    }

    /// Notes a tunnel.
    pub(super) fn tunnel(&mut self, protocol: &'static str, id: Option<u32>) {
        self.around.tunnels.push(Tunnel { protocol, id });
    }

    /// Notes a VLAN tag by its control information.
    pub(super) fn vlan(&mut self, tag: u16) {
        self.around.vlans.push(tag & 0x0FFF);
    }

    /// Keeps a further frame of an aggregate for later.
    pub(super) fn put_aside(&mut self, layer: Layer, view: View<'_>) {
        self.aside.push(Aside {
            layer,
            start: view.start(),
            len: view.len(),
            wire_len: view.wire_len(),
            vlans: self.around.vlans.len(),
            tunnels: self.around.tunnels.len(),
        });
    }

    /// Goes back to the context of a frame that was put aside.
    pub(super) fn restore(&mut self, aside: &Aside) {
        self.around.vlans.truncate(aside.vlans);
        self.around.tunnels.truncate(aside.tunnels);
    }
}

/// Reads one header.
#[inline]
pub(super) fn step<'a>(layer: Layer, view: View<'a>, path: &mut Path) -> Step<'a> {
    match layer {
        Layer::Link(link_type) => link::step(link_type, view),
        Layer::Ethernet => ethernet::ethernet(view),
        Layer::EtherType(ether_type) => by_ether_type(ether_type, view, path),
        Layer::Llc => ethernet::llc(view),
        Layer::Wireless { padded } => wireless::frame(view, padded, path),
        Layer::Ppp => ppp::ppp(view),
        Layer::Ip => ip::step(view, path),
        Layer::Transport(protocol) => by_protocol(protocol, view, path),
        Layer::Gre => gre::step(view, path),
        Layer::Mpls => mpls::label(view, path),
        Layer::MplsPayload => mpls::payload(view, path),
        Layer::Udp => udp::step(view),
        Layer::UdpTunnel(tunnel) => udp::tunnel(tunnel, view, path),
        Layer::Gtp => gtp::step(view, path),
        Layer::Nsh => tunnel::nsh(view, path),
        Layer::Tcp => Ok((Layer::Tcp, view)),
    }
}

/// Goes on by an EtherType.
#[inline]
fn by_ether_type<'a>(ether_type: u16, view: View<'a>, path: &mut Path) -> Step<'a> {
    match ether_type {
        0x0800 | 0x86DD => ip::step(view, path),
        0x0000..=0x05DC => Ok((Layer::Llc, view.limit(ether_type.into()))),
        0x8100 | 0x88A8 | 0x9100 | 0x9200 | 0x9300 => ethernet::vlan(view, path),
        0x8847 | 0x8848 => Ok((Layer::Mpls, view)),
        0x8864 => ppp::pppoe(view, path),
        0x880B => Ok((Layer::Ppp, view)),
        0x6558 => Ok((Layer::Ethernet, view)),
        0x8909 => ethernet::cisco_metadata(view),
        0x8926 => ethernet::vn_tag(view),
        0x893F => ethernet::e_tag(view),
        0x88E7 => ethernet::backbone_service(view, path),
        0x894F => Ok((Layer::Nsh, view)),
        _ => Err(Stop::Other),
    }
}

/// Goes on by an IP protocol number.
#[inline]
fn by_protocol<'a>(protocol: u8, view: View<'a>, path: &mut Path) -> Step<'a> {
    match protocol {
        6 => Ok((Layer::Tcp, view)),
        17 => Ok((Layer::Udp, view)),
        4 | 41 => tunnel::ip_in_ip(protocol, view, path),
        47 => Ok((Layer::Gre, view)),
        51 => ip::authentication(view, path),
        0 | 43 | 60 | 135 | 139 | 140 => ip::extension(protocol, view, path),
        44 => ip::fragment_header(view, path),
        97 => tunnel::ether_ip(view, path),
        137 => Ok((Layer::Mpls, view)),
        143 => {
            path.tunnel("Ethernet", None);
            Ok((Layer::Ethernet, view))
        }
        _ => Err(Stop::Other),
    }
}
