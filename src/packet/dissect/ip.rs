//! Fields of IP headers, their options, extension headers, AH, and UDP.
//!
//! Options are shown by name, length and bytes. Checksums are verified where all bytes are there.
//! Sources: RFC 791 §3.1, RFC 2474, RFC 3168 §5, RFC 8200 §3 and §4, RFC 4302 §2, RFC 768.

use std::net::IpAddr;

use super::super::checksum;
use super::super::tunnel::udp as ports;
use super::header::{Header, Kind, count, named};
use super::{names, options, verify};

/// How an IP header is described that starts with `first`; `None` for neither version.
pub(super) const fn kind(first: u8) -> Option<Kind> {
    match first >> 4 {
        4 => Some(("IPv4", v4)),
        6 => Some(("IPv6", v6)),
        _ => None,
    }
}

fn v4(header: &mut Header<'_>) -> Option<()> {
    let [first] = header.peek()?;
    let len = usize::from(first & 0x0F).saturating_mul(4);
    let bytes = header.rest().get(..len);
    let field = header.put("Version and length", 1, format_args!("0x{first:02x}"))?;
    field.part("Version", first >> 4);
    field.part("Header length", count(len));
    if len < 20 {
        field.note("below 20 bytes");
    }
    services(header, None)?;
    v4_length(header)?;
    let id = u16::from_be_bytes(header.peek()?);
    header.put("Identification", 2, format_args!("0x{id:04x} ({id})"))?;
    let place = fragment(header)?;
    let ttl = header.dec8("Time to live")?;
    let protocol = header.named8("Protocol", names::protocol)?;
    let expected = bytes.map(|bytes| checksum::expected(bytes, 10, 0));
    verify::put(header, "Header checksum", expected, None)?;
    let source = header.ipv4("Source")?;
    let destination = header.ipv4("Destination")?;
    let name = named(names::protocol(protocol), protocol);
    header.layer.summary = format!("{source} → {destination}, {name}, TTL {ttl}{place}");
    let options_len = len.saturating_sub(20);
    v4_options(header, options_len)
}

/// The second byte of IPv4, or the traffic class of IPv6: service class and congestion.
fn services(header: &mut Header<'_>, class: Option<u8>) -> Option<()> {
    let byte = match class {
        Some(class) => class,
        None => header.hex8("Differentiated services")?,
    };
    let (service, congestion) = (byte >> 2, byte & 3);
    let name = match service {
        46 => Some("expedited forwarding"),
        0 => Some("default"),
        _ if service & 7 == 0 => Some("class selector"),
        10 | 12 | 14 | 18 | 20 | 22 | 26 | 28 | 30 | 34 | 36 | 38 => Some("assured forwarding"),
        _ => None,
    };
    let capable = match congestion {
        0 => "Not-ECT",
        1 => "ECT(1)",
        2 => "ECT(0)",
        _ => "CE",
    };
    let field = header.layer.fields.last_mut()?;
    field.part("DSCP", named(name, service));
    field.part("ECN", format_args!("{capable} ({congestion})"));
    Some(())
}

fn v4_length(header: &mut Header<'_>) -> Option<()> {
    let wire_len = header.place.wire_len;
    let total_len = u16::from_be_bytes(header.peek()?);
    let len = usize::from(total_len);
    let field = header.put("Total length", 2, count(len))?;
    if len == 0 {
        field.note("zero, as segmentation offload leaves it: all of the packet");
    } else if wire_len < len {
        field.note(format!("more than the packet has: {}", count(wire_len)));
    }
    header.total_len = (0 < len).then_some(len);
    Some(())
}

/// Flags and fragment offset; gives what the summary says of them.
fn fragment(header: &mut Header<'_>) -> Option<String> {
    let word = u16::from_be_bytes(header.peek()?);
    let offset = u32::from(word & 0x1FFF).saturating_mul(8);
    let field = header.put("Flags and offset", 2, format_args!("0x{word:04x}"))?;
    field.flags(word.into(), V4_FLAGS);
    field.part("Fragment offset", format_args!("{offset} bytes"));
    Some(if word & 0x3FFF == 0 {
        String::new()
    } else {
        format!(", fragment at {offset}")
    })
}

fn v4_options(header: &mut Header<'_>, len: usize) -> Option<()> {
    let mut left = len;
    while 0 < left {
        let (kind, option_len) = options::head(header, left)?;
        let Some(option_len) = option_len else {
            return header.raw("Malformed options", left);
        };
        let name = match kind {
            0 => "End of options",
            1 => "No operation",
            7 => "Record route",
            68 => "Timestamp",
            130 => "Security",
            131 => "Loose source route",
            136 => "Stream id",
            137 => "Strict source route",
            148 => "Router alert",
            _ => "Option",
        };
        if kind < 2 {
            header.put(name, 1, "")?;
        } else {
            header.group(name, option_len, |option| {
                option.dec8("Kind")?;
                option.len8("Length")
            })?;
        }
        left = left.saturating_sub(option_len);
        if kind == 0 {
            return header.raw("Padding", left);
        }
    }
    Some(())
}

fn v6(header: &mut Header<'_>) -> Option<()> {
    let word = u32::from_be_bytes(header.peek()?);
    let class = u8::try_from((word >> 20) & 0xFF).unwrap_or(0);
    let field = header.put("Version, class, flow", 4, format_args!("0x{word:08x}"))?;
    field.part("Version", word >> 28);
    field.part("Traffic class", format_args!("0x{class:02x}"));
    services(header, Some(class))?;
    let field = header.layer.fields.last_mut()?;
    field.part("Flow label", format_args!("0x{:05x}", word & 0x000F_FFFF));
    let wire_len = header.place.wire_len.saturating_sub(40);
    let len = usize::from(u16::from_be_bytes(header.peek()?));
    let field = header.put("Payload length", 2, count(len))?;
    if len == 0 {
        field.note("zero: all of the packet");
    } else if wire_len < len {
        field.note(format!("more than the packet has: {}", count(wire_len)));
    }
    header.total_len = (0 < len).then_some(len.saturating_add(40));
    let next = header.named8("Next header", names::protocol)?;
    let hops = header.dec8("Hop limit")?;
    let source = header.ipv6("Source")?;
    let destination = header.ipv6("Destination")?;
    let name = named(names::protocol(next), next);
    header.layer.summary = format!("{source} → {destination}, {name}, hop limit {hops}");
    Some(())
}

/// How a header behind IPv6 is described, by its protocol number.
pub(super) const fn extension(protocol: u8) -> Option<Kind> {
    Some(match protocol {
        0 => ("IPv6 hop-by-hop options", options),
        43 => ("IPv6 routing", routing),
        44 => ("IPv6 fragment", v6_fragment),
        60 => ("IPv6 destination options", options),
        135 => ("IPv6 mobility", other_extension),
        139 => ("HIP", other_extension),
        140 => ("Shim6", other_extension),
        _ => return None,
    })
}

/// Next header and length in units of 8 bytes; gives the bytes that follow.
fn extension_start(header: &mut Header<'_>) -> Option<usize> {
    let next = header.named8("Next header", names::protocol)?;
    header.layer.summary = format!("next {}", named(names::protocol(next), next));
    let [units] = header.peek()?;
    let len = usize::from(units).saturating_add(1).saturating_mul(8);
    header.put("Length", 1, count(len))?;
    Some(len.saturating_sub(2))
}

fn other_extension(header: &mut Header<'_>) -> Option<()> {
    let len = extension_start(header)?;
    header.raw("Bytes", len)
}

fn options(header: &mut Header<'_>) -> Option<()> {
    let mut left = extension_start(header)?;
    while 0 < left {
        let [kind] = header.peek()?;
        let option_len = match kind {
            0 => 1,
            _ => header
                .peek()
                .map_or(0, |[_, len]| usize::from(len).saturating_add(2)),
        };
        if option_len == 0 || left < option_len {
            return header.raw("Malformed options", left);
        }
        let name = match kind {
            0 | 1 => "Padding",
            5 => "Router alert",
            0xC2 => "Jumbo payload",
            0xC9 => "Home address",
            _ => "Option",
        };
        header.group(name, option_len, |option| {
            option.dec8("Kind")?;
            if option_len < 2 {
                return Some(count(1));
            }
            option.dec8("Length")?;
            Some(count(option_len))
        })?;
        left = left.saturating_sub(option_len);
    }
    Some(())
}

fn routing(header: &mut Header<'_>) -> Option<()> {
    let len = extension_start(header)?;
    let name = |kind| match kind {
        0 => Some("source route"),
        2 => Some("mobility"),
        3 => Some("RPL"),
        4 => Some("segment routing"),
        _ => None,
    };
    let kind = header.named8("Type", name)?;
    let left = header.dec8("Segments left")?;
    header.layer.summary = format!("{}, {left} segments left", named(name(kind), kind));
    header.raw("Type-specific", 4)?;
    if matches!(kind, 0 | 2 | 4) {
        for _ in 0..len.saturating_sub(6) / 16 {
            header.ipv6("Address")?;
        }
    }
    Some(())
}

fn v6_fragment(header: &mut Header<'_>) -> Option<()> {
    let next = header.named8("Next header", names::protocol)?;
    header.raw("Reserved", 1)?;
    let word = u16::from_be_bytes(header.peek()?);
    let offset = word & 0xFFF8;
    let field = header.put("Offset and flags", 2, format_args!("0x{word:04x}"))?;
    field.part("Fragment offset", format_args!("{offset} bytes"));
    field.flags(word.into(), &[(1, "more fragments")]);
    let id = header.hex32("Identification")?;
    let name = named(names::protocol(next), next);
    header.layer.summary = format!("fragment at {offset} of 0x{id:08x}, {name}");
    Some(())
}

/// An authentication header.
pub(super) fn authentication(header: &mut Header<'_>) -> Option<()> {
    let next = header.named8("Next header", names::protocol)?;
    let [units] = header.peek()?;
    let len = usize::from(units).saturating_add(2).saturating_mul(4);
    header.put("Length", 1, count(len))?;
    header.raw("Reserved", 2)?;
    let index = header.hex32("Security parameters index")?;
    let sequence = header.dec32("Sequence number")?;
    let name = named(names::protocol(next), next);
    header.layer.summary = format!("SPI 0x{index:08x}, sequence {sequence}, {name}");
    header.raw("Integrity check value", len.saturating_sub(12))
}

/// A UDP header.
pub(super) fn udp(header: &mut Header<'_>) -> Option<()> {
    let place = header.place;
    let source = port(header, "Source port")?;
    let destination = port(header, "Destination port")?;
    let len = usize::from(u16::from_be_bytes(header.peek()?));
    header.layer.summary = format!("{source} → {destination}, {}", count(len));
    let field = header.put("Length", 2, count(len))?;
    if place.wire_len < len {
        field.note(format!(
            "more than the packet has: {}",
            count(place.wire_len)
        ));
    } else if (1..8).contains(&len) {
        field.note("shorter than its header");
    }
    header.total_len = (8 <= len).then_some(len);
    if header.peek()? == [0, 0] {
        header.put("Checksum", 2, "0x0000 (none)")?;
        return Some(());
    }
    let datagram = place
        .whole
        .get(..len)
        .filter(|_| 8 <= len && !place.ip.is_fragment);
    let pseudo = pseudo_header(header, 17, len);
    let expected = datagram.map(|datagram| match checksum::expected(datagram, 6, pseudo) {
        // Zero would mean none.
        0 => 0xFFFF,
        expected => expected,
    });
    verify::put(header, "Checksum", expected, Some(pseudo))
}

/// The sum over the pseudo header of `len` bytes of a protocol.
pub(super) fn pseudo_header(header: &Header<'_>, protocol: u8, len: usize) -> u64 {
    let (source, destination): (IpAddr, IpAddr) =
        (header.place.ip.source, header.place.ip.destination);
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    checksum::pseudo_header(source, destination, protocol, len)
}

fn port(header: &mut Header<'_>, name: &'static str) -> Option<u16> {
    let port = u16::from_be_bytes(header.peek()?);
    let tunnel = ports::by_port(port).map(tunnel_name);
    header.put(name, 2, named(tunnel, port))?;
    Some(port)
}

/// What people call a tunnel in UDP.
pub(super) const fn tunnel_name(tunnel: ports::UdpTunnel) -> &'static str {
    match tunnel {
        ports::UdpTunnel::Vxlan => "VXLAN",
        ports::UdpTunnel::VxlanGpe => "VXLAN-GPE",
        ports::UdpTunnel::Geneve => "Geneve",
        ports::UdpTunnel::Gtp => "GTP-U",
        ports::UdpTunnel::Teredo => "Teredo",
        ports::UdpTunnel::Ayiya => "AYIYA",
        ports::UdpTunnel::L2tp => "L2TP",
        ports::UdpTunnel::Mpls => "MPLS",
        ports::UdpTunnel::Gre => "GRE",
        ports::UdpTunnel::Tzsp => "TZSP",
    }
}

const V4_FLAGS: &[(u32, &str)] = &[
    (0x8000, "reserved"),
    (0x4000, "don't fragment"),
    (0x2000, "more fragments"),
];
