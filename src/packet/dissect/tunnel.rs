//! Fields of tunnel headers.
//!
//! Sources: those of [`tunnel`](super::super::tunnel).

use super::super::tunnel::udp::UdpTunnel;
use super::header::{Header, Kind, count, hex, named, named_hex};
use super::{ip, link, names};

/// How the header of a tunnel in UDP is described.
pub(super) const fn kind(tunnel: UdpTunnel) -> Kind {
    let name = ip::tunnel_name(tunnel);
    match tunnel {
        UdpTunnel::Vxlan => (name, vxlan),
        UdpTunnel::VxlanGpe => (name, vxlan_gpe),
        UdpTunnel::Geneve => (name, geneve),
        UdpTunnel::Teredo => (name, teredo),
        UdpTunnel::Ayiya => (name, ayiya),
        UdpTunnel::L2tp => (name, l2tp),
        UdpTunnel::Tzsp => (name, tzsp),
        UdpTunnel::Gtp | UdpTunnel::Mpls | UdpTunnel::Gre => (name, link::rest),
    }
}

fn vxlan(header: &mut Header<'_>) -> Option<()> {
    let [flags, _] = header.peek()?;
    let word = u16::from_be_bytes(header.peek()?);
    let field = header.put("Flags", 2, format_args!("0x{word:04x}"))?;
    field.flags(
        word.into(),
        &[(0x0800, "valid VNI"), (0x8000, "group policy")],
    );
    if flags & 0x80 == 0 {
        header.raw("Reserved", 2)?;
    } else {
        header.dec16("Group policy id")?;
    }
    network_id(header)?;
    header.raw("Reserved", 1)
}

/// A virtual network identifier of 24 bits.
fn network_id(header: &mut Header<'_>) -> Option<()> {
    let [b0, b1, b2] = header.peek()?;
    let id = u32::from_be_bytes([0, b0, b1, b2]);
    header.layer.summary = format!("VNI {id}");
    header.put("VNI", 3, id).map(|_| ())
}

fn vxlan_gpe(header: &mut Header<'_>) -> Option<()> {
    let [flags] = header.peek()?;
    let field = header.put("Flags", 1, format_args!("0x{flags:02x}"))?;
    field.flags(
        flags.into(),
        &[(0x08, "valid VNI"), (0x04, "next protocol"), (0x01, "OAM")],
    );
    header.raw("Reserved", 2)?;
    header.named8("Next protocol", next_protocol)?;
    network_id(header)?;
    header.raw("Reserved", 1)
}

fn geneve(header: &mut Header<'_>) -> Option<()> {
    let [first] = header.peek()?;
    let mut left = usize::from(first & 0x3F).saturating_mul(4);
    let field = header.put("Version and length", 1, format_args!("0x{first:02x}"))?;
    field.part("Version", first >> 6);
    field.part("Options length", count(left));
    let [flags] = header.peek()?;
    let field = header.put("Flags", 1, format_args!("0x{flags:02x}"))?;
    field.flags(
        flags.into(),
        &[(0x80, "control packet"), (0x40, "critical options")],
    );
    header.named16("Protocol", names::ether_type)?;
    network_id(header)?;
    header.raw("Reserved", 1)?;
    while 4 <= left {
        let [_, _, _, units] = header.peek()?;
        let len = usize::from(units & 0x1F)
            .saturating_mul(4)
            .saturating_add(4);
        header.group("Option", len.min(left), |option| {
            let class = option.hex16("Class")?;
            let kind = option.hex8("Type")?;
            let [length] = option.peek()?;
            let len = usize::from(length & 0x1F).saturating_mul(4);
            option.put("Length", 1, count(len))?;
            Some(format!(
                "class 0x{class:04x}, type 0x{kind:02x}, {}",
                count(len)
            ))
        })?;
        left = left.saturating_sub(len);
    }
    Some(())
}

fn teredo(header: &mut Header<'_>) -> Option<()> {
    header.layer.summary = "indications".to_owned();
    if let [0, 1, id_len, auth_len] = header.peek()? {
        let len = usize::from(id_len).saturating_add(auth_len.into());
        header.raw("Authentication indication", len.saturating_add(13))?;
    }
    if header.peek()? == [0, 0] {
        header.raw("Origin indication", 2)?;
        let port = !u16::from_be_bytes(header.peek()?);
        header.put("Origin port", 2, port)?;
        let address = !u32::from_be_bytes(header.peek()?);
        header.put("Origin address", 4, std::net::Ipv4Addr::from(address))?;
    }
    Some(())
}

fn ayiya(header: &mut Header<'_>) -> Option<()> {
    let [identity, signature] = header.peek()?;
    let identity_len = 1_usize.checked_shl(u32::from(identity >> 4))?;
    let signature_len = usize::from(signature >> 4).saturating_mul(4);
    let field = header.put("Identity", 1, format_args!("0x{identity:02x}"))?;
    field.part("Length", count(identity_len));
    field.part("Type", identity & 0x0F);
    let field = header.put("Signature", 1, format_args!("0x{signature:02x}"))?;
    field.part("Length", count(signature_len));
    field.part("Method", signature & 0x0F);
    header.hex8("Authentication and operation")?;
    let next = header.named8("Next header", names::protocol)?;
    header.layer.summary = named(names::protocol(next), next);
    header.dec32("Epoch time")?;
    header.raw("Identity bytes", identity_len)?;
    header.raw("Signature bytes", signature_len)
}

fn l2tp(header: &mut Header<'_>) -> Option<()> {
    let flags = u16::from_be_bytes(header.peek()?);
    let field = header.put("Flags and version", 2, format_args!("0x{flags:04x}"))?;
    field.flags(
        flags.into(),
        &[
            (0x8000, "control"),
            (0x4000, "length"),
            (0x0800, "sequence"),
            (0x0200, "offset"),
            (0x0100, "priority"),
        ],
    );
    field.part("Version", flags & 0x0F);
    if flags & 0x4000 != 0 {
        header.len16("Length")?;
    }
    let tunnel = header.dec16("Tunnel id")?;
    let session = header.dec16("Session id")?;
    header.layer.summary = format!("tunnel {tunnel}, session {session}");
    if flags & 0x0800 != 0 {
        header.dec16("Sequence number")?;
        header.dec16("Expected sequence number")?;
    }
    if flags & 0x0200 != 0 {
        let len = header.len16("Offset size")?;
        header.raw("Offset padding", len.into())?;
    }
    Some(())
}

fn tzsp(header: &mut Header<'_>) -> Option<()> {
    header.dec8("Version")?;
    header.dec8("Type")?;
    let known = |kind| match kind {
        1 => Some("Ethernet"),
        18 => Some("IEEE 802.11"),
        _ => None,
    };
    let kind = header.named16("Encapsulated protocol", known)?;
    header.layer.summary = named_hex(known(kind), kind);
    header.raw("Tags", header.rest().len())
}

/// The 16 bits of Ethernet in IP.
pub(super) fn ether_ip(header: &mut Header<'_>) -> Option<()> {
    let word = header.hex16("Version and reserved")?;
    header.layer.summary = format!("version {}", word >> 12);
    Some(())
}

/// Next protocols of the network service header and of VXLAN-GPE (RFC 8300 §2.2, §11.2.5).
const fn next_protocol(next: u8) -> Option<&'static str> {
    match next {
        1 => Some("IPv4"),
        2 => Some("IPv6"),
        3 => Some("Ethernet"),
        4 => Some("NSH"),
        5 => Some("MPLS"),
        _ => None,
    }
}

/// A network service header.
pub(super) fn nsh(header: &mut Header<'_>) -> Option<()> {
    let word = u16::from_be_bytes(header.peek()?);
    let len = usize::from(word & 0x3F).saturating_mul(4);
    let field = header.put("Flags and length", 2, format_args!("0x{word:04x}"))?;
    field.part("Version", word >> 14);
    field.part("OAM", if word & 0x2000 == 0 { "no" } else { "yes" });
    field.part("Time to live", (word >> 6) & 0x3F);
    field.part("Length", count(len));
    header.dec8("Metadata type")?;
    header.named8("Next protocol", next_protocol)?;
    let [p0, p1, p2, index] = header.peek()?;
    let path = u32::from_be_bytes([0, p0, p1, p2]);
    header.layer.summary = format!("path {path}, index {index}");
    header.put("Service path", 3, path)?;
    header.dec8("Service index")?;
    header.raw("Context", len.saturating_sub(8))
}

/// A GRE header, and what some protocols put behind it.
pub(super) fn gre(header: &mut Header<'_>) -> Option<()> {
    let flags = u16::from_be_bytes(header.peek()?);
    let field = header.put("Flags and version", 2, format_args!("0x{flags:04x}"))?;
    field.flags(flags.into(), GRE_FLAGS);
    field.part("Version", flags & 0x0007);
    let protocol = header.named16("Protocol", names::ether_type)?;
    let name = named_hex(names::ether_type(protocol), protocol);
    header.layer.summary.clone_from(&name);
    if flags & 0xC000 != 0 {
        header.hex16("Checksum")?;
        header.hex16("Offset")?;
    }
    if flags & 0x2000 != 0 {
        gre_key(header, flags & 0x0007 == 1, &name)?;
    }
    if flags & 0x1000 != 0 {
        header.dec32("Sequence number")?;
    }
    if flags & 0x0007 == 1 {
        if flags & 0x0080 != 0 {
            header.dec32("Acknowledgment number")?;
        }
        return Some(());
    }
    header.follow = match protocol {
        0x88BE if flags & 0x1000 != 0 => Some(("ERSPAN", erspan)),
        0x22EB => Some(("ERSPAN", erspan)),
        0x883E => Some(("WCCP redirect", link::rest)),
        _ => None,
    };
    Some(())
}

fn gre_key(header: &mut Header<'_>, is_pptp: bool, name: &str) -> Option<()> {
    if is_pptp {
        header.len16("Payload length")?;
        let call = header.dec16("Call id")?;
        header.layer.name = "GRE (PPTP)";
        header.layer.summary = format!("{name}, call {call}");
        return Some(());
    }
    let key = u32::from_be_bytes(header.peek()?);
    header.layer.summary = format!("{name}, key {key}");
    header.put("Key", 4, format_args!("{key} (0x{key:08x})"))?;
    Some(())
}

fn erspan(header: &mut Header<'_>) -> Option<()> {
    let word = u32::from_be_bytes(header.peek()?);
    let (version, vlan, session) = (word >> 28, (word >> 16) & 0x0FFF, word & 0x03FF);
    header.layer.name = if version == 2 {
        "ERSPAN III"
    } else {
        "ERSPAN II"
    };
    header.layer.summary = format!("session {session}, VLAN {vlan}");
    let field = header.put("Version to session", 4, format_args!("0x{word:08x}"))?;
    field.part("Version", version);
    field.part("VLAN", vlan);
    field.part("Class of service", (word >> 13) & 0x07);
    field.part("Truncated", if word & 0x0400 == 0 { "no" } else { "yes" });
    field.part("Session id", session);
    if version == 2 {
        header.dec32("Timestamp")?;
        header.dec16("Security group")?;
        header.hex16("Flags")?;
        header.raw("Platform", header.rest().len().min(8))?;
    } else {
        header.hex32("Index")?;
    }
    Some(())
}

/// A GTP-U header with its extension headers.
pub(super) fn gtp(header: &mut Header<'_>) -> Option<()> {
    let [flags] = header.peek()?;
    let version = flags >> 5;
    let field = header.put("Flags", 1, format_args!("0x{flags:02x}"))?;
    field.part("Version", version);
    field.flags(flags.into(), GTP_FLAGS);
    let known = |kind| match kind {
        1 => Some("echo request"),
        2 => Some("echo response"),
        26 => Some("error indication"),
        31 => Some("supported extension headers"),
        254 => Some("end marker"),
        255 => Some("user packet"),
        _ => None,
    };
    let kind = header.named8("Message type", known)?;
    let name = named(known(kind), kind);
    header.len16("Length")?;
    if version == 0 {
        header.dec16("Sequence number")?;
        header.dec16("Flow label")?;
        header.raw("SNDCP number and spare", 4)?;
        let id: [u8; 8] = header.peek()?;
        header.raw("Tunnel id", 8)?;
        header.layer.summary = format!("{name}, tunnel {}", hex(&id));
        return Some(());
    }
    let id = header.hex32("Tunnel endpoint id")?;
    header.layer.summary = format!("{name}, TEID 0x{id:08x}");
    if flags & 0x07 == 0 {
        return Some(());
    }
    header.dec16("Sequence number")?;
    header.dec8("N-PDU number")?;
    let next = header.hex8("Next extension header")?;
    gtp_extensions(header, if flags & 0x04 == 0 { 0 } else { next })
}

fn gtp_extensions(header: &mut Header<'_>, first: u8) -> Option<()> {
    let mut kind = first;
    while kind != 0 {
        let [units] = header.peek()?;
        let len = usize::from(units).saturating_mul(4);
        let body_len = len.checked_sub(2)?;
        kind = *header.rest().get(len.checked_sub(1)?)?;
        header.group("Extension header", len, |extension| {
            extension.put("Length", 1, count(len))?;
            extension.raw("Content", body_len)?;
            extension.hex8("Next extension header")?;
            Some(count(len))
        })?;
    }
    Some(())
}

const GRE_FLAGS: &[(u32, &str)] = &[
    (0x8000, "checksum"),
    (0x4000, "routing"),
    (0x2000, "key"),
    (0x1000, "sequence"),
    (0x0800, "strict route"),
    (0x0080, "acknowledgment"),
];

const GTP_FLAGS: &[(u32, &str)] = &[
    (0x10, "GTP, not GTP'"),
    (0x04, "extension header"),
    (0x02, "sequence number"),
    (0x01, "N-PDU number"),
];
