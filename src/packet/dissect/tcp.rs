//! Fields of a TCP header.
//!
//! Sequence numbers are those of the packet, not relative to the first of a session.
//! Sources: RFC 9293 §3.1, RFC 3168 §6.1, RFC 6093.

use super::super::checksum;
use super::header::{Header, count};
use super::{ip, options, verify};

/// A TCP header with its options.
pub(super) fn header(header: &mut Header<'_>) -> Option<()> {
    let place = header.place;
    let source = header.dec16("Source port")?;
    let destination = header.dec16("Destination port")?;
    let seq = header.dec32("Sequence number")?;
    let ack = header.dec32("Acknowledgment number")?;
    let [high, low] = header.peek()?;
    let len = usize::from(high >> 4).saturating_mul(4);
    let bits = u16::from_be_bytes([high & 0x0F, low]);
    header_length(header, len, bits)?;
    let set = names_of(bits);
    header.layer.summary = format!("{source} → {destination} [{set}] seq {seq}, ack {ack}");
    if bits & ACK == 0 && ack != 0 {
        note(
            header,
            "Acknowledgment number",
            "means nothing without the flag ACK",
        );
    }
    header.dec16("Window")?;
    let segment =
        Some(place.whole).filter(|whole| whole.len() == place.wire_len && !place.ip.is_fragment);
    let pseudo = ip::pseudo_header(header, 6, place.wire_len);
    let expected = segment.map(|segment| checksum::expected(segment, 16, pseudo));
    verify::put(header, "Checksum", expected, Some(pseudo))?;
    let urgent = header.dec16("Urgent pointer")?;
    match (urgent, bits & URG) {
        (0, 0) | (1.., 1..) => {}
        (0, _) => note(header, "Urgent pointer", "zero with the flag URG"),
        (_, 0) => note(
            header,
            "Urgent pointer",
            "means nothing without the flag URG",
        ),
    }
    options::options(header, len.saturating_sub(20))?;
    follows(header, len, seq, bits);
    Some(())
}

/// Data offset and flags, which share a byte.
fn header_length(header: &mut Header<'_>, len: usize, bits: u16) -> Option<()> {
    let wire_len = header.place.wire_len;
    let [high, _] = header.peek()?;
    let field = header.put_shared(
        "Header length",
        1,
        format_args!("{} ({})", count(len), high >> 4),
    )?;
    if len < 20 {
        field.note("below 20 bytes");
    } else if wire_len < len {
        field.note(format!("more than the segment has: {}", count(wire_len)));
    }
    let field = header.put("Flags", 2, format_args!("0x{bits:03x}"))?;
    field.flags(bits.into(), FLAGS);
    if bits & (SYN | FIN) == SYN | FIN || bits & (SYN | RST) == SYN | RST {
        field.note("flags that exclude each other");
    } else if bits & 0xFF == 0 {
        field.note("no flag at all");
    }
    Some(())
}

/// Says what is odd about the field of that name.
fn note(header: &mut Header<'_>, name: &str, note: &str) {
    let mut fields = header.layer.fields.iter_mut();
    if let Some(field) = fields.find(|field| field.name == name) {
        field.note(note);
    }
}

/// What follows from the header and the length of the segment.
fn follows(header: &mut Header<'_>, len: usize, seq: u32, bits: u16) {
    let Some(payload_len) = header.place.wire_len.checked_sub(len) else {
        return;
    };
    header.computed("Payload length", count(payload_len));
    let flags = u32::from(bits & SYN != 0).wrapping_add((bits & FIN != 0).into());
    let sent = u32::try_from(payload_len).unwrap_or(u32::MAX);
    let next = seq.wrapping_add(sent).wrapping_add(flags);
    header.computed("Next sequence number", next);
    let text = format!(", {}", count(payload_len));
    header.layer.summary.push_str(&text);
}

/// The names of the flags that are set, as people write them in one line.
fn names_of(bits: u16) -> String {
    let is_set = |(mask, _): &&(u32, &str)| u32::from(bits) & mask != 0;
    let set: Vec<_> = FLAGS
        .iter()
        .rev()
        .filter(is_set)
        .map(|(_, name)| *name)
        .collect();
    set.join(", ")
}

const FIN: u16 = 0x001;
const SYN: u16 = 0x002;
const RST: u16 = 0x004;
const ACK: u16 = 0x010;
const URG: u16 = 0x020;

const FLAGS: &[(u32, &str)] = &[
    (0x800, "reserved bit 3"),
    (0x400, "reserved bit 2"),
    (0x200, "reserved bit 1"),
    (0x100, "AE"),
    (0x080, "CWR"),
    (0x040, "ECE"),
    (0x020, "URG"),
    (0x010, "ACK"),
    (0x008, "PSH"),
    (0x004, "RST"),
    (0x002, "SYN"),
    (0x001, "FIN"),
];
