//! Which description belongs to which layer, and what the bytes are that no layer opens.

use super::super::layer::{IpContext, Layer};
use super::super::link::names as link_names;
use super::super::view::View;
use super::header::Kind;
use super::{ip, link, names, ppp, tcp, tunnel, wireless};
use crate::capture::LinkType;

/// How the header of a layer is described, if it has one of its own.
pub(super) fn kind(layer: Layer, view: View<'_>, before: IpContext) -> Option<Kind> {
    let first = view.bytes().first().copied();
    match layer {
        Layer::Link(LinkType(number)) => link::kind(number),
        Layer::Ethernet => Some(("Ethernet II", link::ethernet)),
        Layer::EtherType(ether_type) => by_ether_type(ether_type, first),
        Layer::Llc => Some(("IEEE 802.2 LLC", link::llc)),
        Layer::Wireless { .. } => Some(("IEEE 802.11", wireless::frame)),
        Layer::Ppp => Some(("PPP", ppp::ppp)),
        Layer::Ip => first.and_then(ip::kind),
        Layer::Transport(51) => Some(("AH", ip::authentication)),
        Layer::Transport(97) => Some(("EtherIP", tunnel::ether_ip)),
        Layer::Transport(protocol) => ip::extension(protocol).filter(|_| before.source.is_ipv6()),
        Layer::Gre => Some(("GRE", tunnel::gre)),
        Layer::Mpls => Some(("MPLS", link::mpls)),
        Layer::MplsPayload => {
            let is_control_word = first.is_some_and(|first| first >> 4 == 0);
            is_control_word.then_some(("Pseudowire control word", link::control_word))
        }
        Layer::Udp => Some(("UDP", ip::udp)),
        Layer::UdpTunnel(tunnel) => Some(tunnel::kind(tunnel)),
        Layer::Gtp => Some(("GTP-U", tunnel::gtp)),
        Layer::Nsh => Some(("NSH", tunnel::nsh)),
        Layer::Tcp => Some(("TCP", tcp::header)),
    }
}

fn by_ether_type(ether_type: u16, first: Option<u8>) -> Option<Kind> {
    Some(match ether_type {
        0x0800 | 0x86DD => return first.and_then(ip::kind),
        0x8100 => ("IEEE 802.1Q VLAN", link::vlan),
        0x88A8 => ("IEEE 802.1ad VLAN", link::vlan),
        0x9100 | 0x9200 | 0x9300 => ("VLAN", link::vlan),
        0x8864 => ("PPPoE", ppp::pppoe),
        0x8909 => ("Cisco metadata", link::metadata),
        0x8926 => ("VN-tag", link::vn_tag),
        0x893F => ("IEEE 802.1BR E-tag", link::e_tag),
        0x88E7 => ("IEEE 802.1ah PBB", link::backbone),
        _ => return None,
    })
}

/// What the bytes are that a layer would have opened.
pub(super) fn about(layer: Layer) -> String {
    match layer {
        Layer::EtherType(number) => names::ether_type(number)
            .map_or_else(|| format!("EtherType 0x{number:04x}"), str::to_owned),
        Layer::Transport(number) => {
            names::protocol(number).map_or_else(|| format!("IP protocol {number}"), str::to_owned)
        }
        Layer::Udp => "UDP payload".to_owned(),
        Layer::UdpTunnel(tunnel) => {
            let name = ip::tunnel_name(tunnel);
            format!("UDP payload, not the {name} that a port announces")
        }
        Layer::Gtp => "GTP payload".to_owned(),
        Layer::MplsPayload => "MPLS payload".to_owned(),
        Layer::Ip => "IP".to_owned(),
        Layer::Link(LinkType(number)) => link_names::name(number).unwrap_or_default().to_owned(),
        Layer::Ethernet
        | Layer::Llc
        | Layer::Wireless { .. }
        | Layer::Ppp
        | Layer::Gre
        | Layer::Mpls
        | Layer::Nsh
        | Layer::Tcp => String::new(),
    }
}
