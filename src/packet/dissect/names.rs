//! The names of protocol numbers, as people write them.
//!
//! Only for people: what follows what is decided in [`layer`](super::super::layer).
//! Sources: the IANA registries of protocol numbers, IEEE 802 numbers and PPP numbers.

/// The name of an EtherType.
pub(super) const fn ether_type(number: u16) -> Option<&'static str> {
    Some(match number {
        0x0800 => "IPv4",
        0x0806 => "ARP",
        0x2000 => "CDP",
        0x22EB => "ERSPAN III",
        0x22F3 => "TRILL",
        0x6558 => "transparent Ethernet bridging",
        0x8035 => "RARP",
        0x809B => "AppleTalk",
        0x8100 => "IEEE 802.1Q VLAN",
        0x8137 => "IPX",
        0x86DD => "IPv6",
        0x8808 => "Ethernet flow control",
        0x8809 => "slow protocols",
        0x880B => "PPP",
        0x883E => "WCCP",
        0x8847 => "MPLS",
        0x8848 => "MPLS multicast",
        0x8863 => "PPPoE discovery",
        0x8864 => "PPPoE session",
        0x888E => "EAPOL",
        0x88A8 => "IEEE 802.1ad VLAN",
        0x88BE => "ERSPAN",
        0x88CC => "LLDP",
        0x88E5 => "MACsec",
        0x88E7 => "IEEE 802.1ah PBB",
        0x88F7 => "PTP",
        0x8909 => "Cisco metadata",
        0x8926 => "VN-tag",
        0x893F => "IEEE 802.1BR E-tag",
        0x894F => "NSH",
        0x9000 => "loopback test",
        0x9100 | 0x9200 | 0x9300 => "VLAN",
        _ => return None,
    })
}

/// The name of an IP protocol.
pub(super) const fn protocol(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "IPv6 hop-by-hop options",
        1 => "ICMP",
        2 => "IGMP",
        4 => "IPv4",
        6 => "TCP",
        17 => "UDP",
        33 => "DCCP",
        41 => "IPv6",
        43 => "IPv6 routing",
        44 => "IPv6 fragment",
        46 => "RSVP",
        47 => "GRE",
        50 => "ESP",
        51 => "AH",
        58 => "ICMPv6",
        59 => "no next header",
        60 => "IPv6 destination options",
        88 => "EIGRP",
        89 => "OSPF",
        97 => "EtherIP",
        103 => "PIM",
        108 => "IPComp",
        112 => "VRRP",
        115 => "L2TPv3",
        132 => "SCTP",
        135 => "IPv6 mobility",
        136 => "UDP-Lite",
        137 => "MPLS",
        139 => "HIP",
        140 => "Shim6",
        143 => "Ethernet",
        _ => return None,
    })
}

/// The name of a PPP protocol.
pub(super) const fn ppp(number: u16) -> Option<&'static str> {
    Some(match number {
        0x0021 => "IPv4",
        0x002D => "compressed TCP",
        0x002F => "uncompressed TCP",
        0x0031 => "bridging",
        0x003D => "multilink",
        0x0053 => "encrypted",
        0x0057 => "IPv6",
        0x00FD => "compressed",
        0x0281 => "MPLS",
        0x0283 => "MPLS multicast",
        0x8021 => "IPCP",
        0x8057 => "IPv6CP",
        0x80FD => "CCP",
        0xC021 => "LCP",
        0xC023 => "PAP",
        0xC025 => "link quality report",
        0xC223 => "CHAP",
        _ => return None,
    })
}

/// The name of a Linux device type.
pub(super) const fn device(number: u16) -> Option<&'static str> {
    Some(match number {
        1 => "Ethernet",
        512 => "PPP",
        768 => "IPIP tunnel",
        769 => "IPv6 tunnel",
        772 => "loopback",
        776 => "SIT tunnel",
        778 => "GRE tunnel",
        801 => "IEEE 802.11",
        803 => "IEEE 802.11 with radiotap",
        823 => "GRE tunnel over IPv6",
        824 => "netlink",
        65534 => "none",
        _ => return None,
    })
}

/// Where a packet of a Linux cooked capture went.
pub(super) const fn packet_type(number: u16) -> Option<&'static str> {
    Some(match number {
        0 => "to this host",
        1 => "broadcast",
        2 => "multicast",
        3 => "to another host",
        4 => "sent by this host",
        _ => return None,
    })
}

/// The name of an address family in BSD loopback and packet filter headers.
pub(super) const fn family(number: u32) -> Option<&'static str> {
    Some(match number {
        2 => "IPv4",
        10 | 23 | 24 | 26 | 28 | 30 => "IPv6",
        7 => "OSI",
        _ => return None,
    })
}

/// The name of a service access point of IEEE 802.2.
pub(super) const fn service(number: u8) -> Option<&'static str> {
    Some(match number & 0xFE {
        0x06 => "IP",
        0x42 => "spanning tree",
        0xAA => "SNAP",
        0xE0 => "NetWare",
        0xF0 => "NetBIOS",
        0xFE => "OSI",
        _ => return None,
    })
}
