//! Fields of PPP in its framings, `PPPoE` sessions, and Cisco HDLC.
//!
//! Sources: RFC 1661 §2, RFC 1662 §3, RFC 2516 §4.

use super::header::{Header, named_hex};
use super::link::ether_type;
use super::names;

/// The byte that says who sent a packet.
pub(super) fn direction(header: &mut Header<'_>) -> Option<()> {
    let known = |direction| Some(if direction == 0 { "received" } else { "sent" });
    let direction = header.named8("Direction", known)?;
    header.layer.summary = known(direction)?.to_owned();
    Some(())
}

/// Cisco HDLC behind that byte.
pub(super) fn directed_hdlc(header: &mut Header<'_>) -> Option<()> {
    direction(header)?;
    cisco_hdlc(header)
}

/// Cisco HDLC.
pub(super) fn cisco_hdlc(header: &mut Header<'_>) -> Option<()> {
    header.hex8("Address")?;
    header.hex8("Control")?;
    ether_type(header)
}

/// PPP with or without address and control, which may be Cisco HDLC instead.
pub(super) fn ppp(header: &mut Header<'_>) -> Option<()> {
    match header.peek() {
        Some([0x0F | 0x8F, _]) => {
            header.layer.name = "Cisco HDLC";
            return cisco_hdlc(header);
        }
        Some([0xFF | 0x00 | 0x01, 0x03]) => {
            header.hex8("Address")?;
            header.hex8("Control")?;
        }
        // A protocol of one byte may be all of the header.
        Some([_, _]) | None => {}
    }
    let [first] = header.peek()?;
    let (protocol, len) = if first & 1 == 1 {
        (first.into(), 1)
    } else {
        (u16::from_be_bytes(header.peek()?), 2)
    };
    let name = names::ppp(protocol);
    let text = named_hex(name, protocol);
    header.layer.summary = name.map_or_else(|| text.clone(), str::to_owned);
    header.put("Protocol", len, text)?;
    Some(())
}

/// A `PPPoE` header of the session stage.
pub(super) fn pppoe(header: &mut Header<'_>) -> Option<()> {
    let [versions] = header.peek()?;
    let field = header.put("Version and type", 1, format_args!("0x{versions:02x}"))?;
    field.part("Version", versions >> 4);
    field.part("Type", versions & 0x0F);
    header.hex8("Code")?;
    let session = header.hex16("Session id")?;
    let len = header.len16("Length")?;
    header.layer.summary = format!("session 0x{session:04x}");
    header.total_len = Some(usize::from(len).saturating_add(6));
    Some(())
}
