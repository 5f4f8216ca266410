//! Fields of link headers, IEEE 802 tags, and MPLS.
//!
//! Headers of rare links are shown by name, length and type; their other bytes as they are.
//! Sources: those of [`link`](super::super::link).

use super::super::link::names as link_names;
use super::header::{Header, Kind, count, hex, named};
use super::{names, ppp};

/// How the header of a link type is described; `None` where it starts with the next layer.
pub(super) fn kind(link_type: u16) -> Option<Kind> {
    let rare = link_names::name(link_type).unwrap_or("Link header");
    Some(match link_type {
        1 => ("Ethernet II", ethernet),
        0 | 108 => ("BSD loopback", loopback),
        104 => ("Cisco HDLC", ppp::cisco_hdlc),
        205 => ("Cisco HDLC with direction", ppp::directed_hdlc),
        107 => ("Frame relay", frame_relay),
        113 => ("Linux cooked capture v1", cooked),
        276 => ("Linux cooked capture v2", cooked_2),
        117 => ("PFLOG", packet_filter),
        119 | 163 => ("Prism or AVS header", rest),
        127 => ("Radiotap", super::wireless::radiotap),
        192 => ("PPI", per_packet),
        204 => ("PPP direction", ppp::direction),
        239 => ("NFLOG", netfilter),
        258 => ("PKTAP", packet_tap),
        11 | 100 => ("IEEE 802.2 LLC", llc),
        138 | 281 | 284 => (rare, typed_at_16),
        242 => (rare, typed_at_40),
        285 => (rare, typed_at_20),
        9 | 12 | 14 | 50 | 51 | 101 | 105 | 166 | 219 | 228 | 229 => return None,
        _ => (rare, rest),
    })
}

/// A header of which only its bytes are shown.
pub(super) fn rest(header: &mut Header<'_>) -> Option<()> {
    header.layer.summary = count(header.rest().len());
    if header.is_whole() {
        header.raw("Bytes", header.rest().len())?;
    }
    Some(())
}

fn typed_at_16(header: &mut Header<'_>) -> Option<()> {
    header.raw("Addresses", 16)?;
    ether_type(header)
}

fn typed_at_20(header: &mut Header<'_>) -> Option<()> {
    header.raw("Tag and addresses", 20)?;
    ether_type(header)
}

fn typed_at_40(header: &mut Header<'_>) -> Option<()> {
    header.raw("Global routing header", 40)?;
    ether_type(header)
}

/// The type of what follows, which ends the summary.
pub(super) fn ether_type(header: &mut Header<'_>) -> Option<()> {
    let number = header.named16("Type", names::ether_type)?;
    if !header.layer.summary.is_empty() {
        header.layer.summary.push_str(", ");
    }
    let name = names::ether_type(number);
    let text = name.map_or_else(|| format!("type 0x{number:04x}"), str::to_owned);
    header.layer.summary.push_str(&text);
    Some(())
}

/// Ethernet by type or by length, and the Cisco ISL header, which starts like it.
pub(super) fn ethernet(header: &mut Header<'_>) -> Option<()> {
    if header.is_whole() && header.rest().len() == 26 {
        header.layer.name = "Cisco ISL";
        return isl(header);
    }
    let destination = header.mac("Destination")?;
    let source = header.mac("Source")?;
    header.layer.summary = format!("{source} → {destination}");
    let length = u16::from_be_bytes(header.peek()?);
    if length <= 0x05DC {
        header.layer.name = "IEEE 802.3 Ethernet";
        header.len16("Length")?;
        header.total_len = Some(usize::from(length).saturating_add(14));
        return Some(());
    }
    ether_type(header)
}

fn isl(header: &mut Header<'_>) -> Option<()> {
    header.raw("Destination and type", 6)?;
    header.mac("Source")?;
    header.len16("Length")?;
    header.raw("SNAP", 3)?;
    header.raw("Vendor", 3)?;
    let [b0, b1] = header.peek()?;
    let vlan = u16::from_be_bytes([b0, b1]) >> 1;
    header.put("VLAN", 2, vlan)?;
    header.dec16("Port index")?;
    header.raw("Reserved", 2)?;
    header.layer.summary = format!("VLAN {vlan}");
    Some(())
}

/// A VLAN tag, from behind the EtherType that announces it.
pub(super) fn vlan(header: &mut Header<'_>) -> Option<()> {
    let tag = u16::from_be_bytes(header.peek()?);
    let id = tag & 0x0FFF;
    header.layer.summary = format!("VLAN {id}, priority {}", tag >> 13);
    let field = header.put("Tag", 2, format_args!("0x{tag:04x}"))?;
    field.part("Priority", tag >> 13);
    field.part(
        "Drop eligible",
        if tag & 0x1000 == 0 { "no" } else { "yes" },
    );
    field.part("VLAN id", id);
    ether_type(header)
}

/// A backbone service tag.
pub(super) fn backbone(header: &mut Header<'_>) -> Option<()> {
    let tag = u32::from_be_bytes(header.peek()?);
    let id = tag & 0x00FF_FFFF;
    header.layer.summary = format!("service {id}");
    let field = header.put("Tag", 4, format_args!("0x{tag:08x}"))?;
    field.part("Priority", tag >> 29);
    field.part("Service id", id);
    Some(())
}

/// An E-tag.
pub(super) fn e_tag(header: &mut Header<'_>) -> Option<()> {
    header.raw("Tag", 6)?;
    ether_type(header)
}

/// A VN-tag.
pub(super) fn vn_tag(header: &mut Header<'_>) -> Option<()> {
    header.hex32("Tag")?;
    ether_type(header)
}

/// Cisco metadata with its group tag.
pub(super) fn metadata(header: &mut Header<'_>) -> Option<()> {
    header.dec8("Version")?;
    header.dec8("Length in units of 4 bytes")?;
    header.hex16("Option")?;
    let group = header.dec16("Security group")?;
    header.layer.summary = format!("security group {group}");
    ether_type(header)
}

/// IEEE 802.2, with SNAP where it announces it.
pub(super) fn llc(header: &mut Header<'_>) -> Option<()> {
    let destination = header.named8("DSAP", names::service)?;
    header.named8("SSAP", names::service)?;
    header.layer.summary = named(names::service(destination), destination);
    let [control] = header.peek()?;
    if control & 0x03 != 0x03 {
        header.hex16("Control")?;
        return Some(());
    }
    let name = (control == 0x03).then_some("unnumbered information");
    header.put("Control", 1, named(name, control))?;
    match destination {
        0xAA | 0xAB if control == 0x03 => snap(header),
        0xFE if control == 0x03 => header.hex8("NLPID").map(|_| ()),
        _ => Some(()),
    }
}

fn snap(header: &mut Header<'_>) -> Option<()> {
    header.layer.name = "IEEE 802.2 LLC/SNAP";
    header.layer.summary.clear();
    let organization: [u8; 3] = header.peek()?;
    header.raw("Organization", 3)?;
    if matches!(organization, [0, 0, 0] | [0, 0, 0xF8]) {
        return ether_type(header);
    }
    let kind = header.hex16("Protocol id")?;
    header.layer.summary = format!("organization {}, 0x{kind:04x}", hex(&organization));
    Some(())
}

fn loopback(header: &mut Header<'_>) -> Option<()> {
    let word = u32::from_be_bytes(header.peek()?);
    let family = if word <= 0xFFFF {
        word
    } else {
        word.swap_bytes()
    };
    let name = names::family(family);
    header.layer.summary = name.map_or_else(|| format!("family {family}"), str::to_owned);
    header.put("Family", 4, named(name, family))?;
    Some(())
}

fn cooked(header: &mut Header<'_>) -> Option<()> {
    let kind = header.named16("Packet type", names::packet_type)?;
    header.layer.summary = names::packet_type(kind).unwrap_or_default().to_owned();
    header.named16("Device type", names::device)?;
    let len = header.dec16("Address length")?;
    let shown = usize::from(len.min(8));
    header.raw("Address", shown)?;
    header.raw("Unused", 8_usize.saturating_sub(shown))?;
    ether_type(header)
}

fn cooked_2(header: &mut Header<'_>) -> Option<()> {
    let protocol = header.named16("Type", names::ether_type)?;
    header.raw("Reserved", 2)?;
    let interface = header.dec32("Interface index")?;
    header.named16("Device type", names::device)?;
    let kind = header
        .peek()
        .map(|[kind]| names::packet_type(u16::from(kind)));
    let name = kind?.unwrap_or("of unknown type");
    header.named8("Packet type", |kind| names::packet_type(kind.into()))?;
    let len = header.dec8("Address length")?;
    let shown = usize::from(len.min(8));
    header.raw("Address", shown)?;
    header.raw("Unused", 8_usize.saturating_sub(shown))?;
    let ether_type = names::ether_type(protocol).unwrap_or("unknown type");
    header.layer.summary = format!("{name}, interface {interface}, {ether_type}");
    Some(())
}

fn packet_filter(header: &mut Header<'_>) -> Option<()> {
    header.dec8("Length")?;
    header.named8("Family", |family| names::family(family.into()))?;
    let action = |action| match action {
        0 => Some("pass"),
        1 => Some("drop"),
        2 => Some("scrub"),
        _ => None,
    };
    let taken = header.named8("Action", action)?;
    header.dec8("Reason")?;
    let name: [u8; 16] = header.peek()?;
    let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = name.escape_ascii().to_string();
    header.layer.summary = format!("{name}, {}", named(action(taken), taken));
    header.put("Interface", 16, name)?;
    Some(())
}

fn netfilter(header: &mut Header<'_>) -> Option<()> {
    header.named8("Family", |family| names::family(family.into()))?;
    header.dec8("Version")?;
    let group = header.dec16("Group")?;
    header.layer.summary = format!("group {group}");
    if header.is_whole() {
        header.raw("Attributes", header.rest().len())?;
    }
    Some(())
}

fn packet_tap(header: &mut Header<'_>) -> Option<()> {
    let len = u32::from_le_bytes(header.peek()?);
    header.put("Length", 4, format_args!("{len} bytes"))?;
    let kind = u32::from_le_bytes(header.peek()?);
    header.put("Record type", 4, kind)?;
    inner_link(header)
}

fn per_packet(header: &mut Header<'_>) -> Option<()> {
    header.dec8("Version")?;
    header.hex8("Flags")?;
    let len = u16::from_le_bytes(header.peek()?);
    header.put("Length", 2, count(len.into()))?;
    inner_link(header)
}

/// The link type of what follows, least significant byte first.
fn inner_link(header: &mut Header<'_>) -> Option<()> {
    let number = u32::from_le_bytes(header.peek()?);
    let name = u16::try_from(number).ok().and_then(link_names::name);
    header.layer.summary = name.unwrap_or("unknown link type").to_owned();
    header.put("Link type", 4, named(name, number))?;
    Some(())
}

fn frame_relay(header: &mut Header<'_>) -> Option<()> {
    let address: [u8; 4] = header.peek()?;
    let last = address.iter().position(|byte| byte & 1 == 1)?;
    let [b0, b1, ..] = address;
    let dlci = u16::from(b0 & 0xFC) << 2 | u16::from(b1 >> 4);
    header.layer.summary = format!("DLCI {dlci}");
    let len = last.saturating_add(1);
    let field = header.put("Address", len, hex(address.get(..len)?))?;
    if len == 2 {
        field.part("DLCI", dlci);
    }
    if header.peek()? == [0x03] {
        header.hex8("Control")?;
        if header.peek()? == [0] {
            header.raw("Padding", 1)?;
        }
        header.hex8("NLPID")?;
        return Some(());
    }
    ether_type(header)
}

/// One MPLS label.
pub(super) fn mpls(header: &mut Header<'_>) -> Option<()> {
    let word = u32::from_be_bytes(header.peek()?);
    let label = word >> 12;
    let name = match label {
        0 => Some("IPv4 explicit null"),
        1 => Some("router alert"),
        2 => Some("IPv6 explicit null"),
        3 => Some("implicit null"),
        7 => Some("entropy label indicator"),
        13 => Some("generic associated channel"),
        _ => None,
    };
    let (class, ttl) = ((word >> 9) & 7, word & 0xFF);
    let is_bottom = word & 0x100 != 0;
    header.layer.summary = format!("label {label}, TTL {ttl}");
    if is_bottom {
        header.layer.summary.push_str(", bottom of stack");
    }
    let field = header.put("Entry", 4, format_args!("0x{word:08x}"))?;
    field.part("Label", named(name, label));
    field.part("Traffic class", class);
    field.part("Bottom of stack", if is_bottom { "yes" } else { "no" });
    field.part("Time to live", ttl);
    Some(())
}

/// The word between a label stack and an Ethernet frame.
pub(super) fn control_word(header: &mut Header<'_>) -> Option<()> {
    header.hex16("Flags and fragment")?;
    let sequence = header.dec16("Sequence number")?;
    header.layer.summary = format!("sequence {sequence}");
    Some(())
}
