//! Fields of TCP options.
//!
//! One that is malformed ends the list; the bytes from there are shown as they are.
//! Sources: RFC 9293 §3.2, RFC 7323 §2 and §3, RFC 2018 §2 and §3, RFC 2385, RFC 5925 §2.2,
//! RFC 5482 §2, RFC 7413 §4.1.1, RFC 8684 §3, RFC 8547 §4.1, RFC 9768 §3.2, and the IANA registry
//! of option kinds.

use super::header::{Header, count, hex, named};

/// The `len` bytes of options at the end of a TCP header.
pub(super) fn options(header: &mut Header<'_>, len: usize) -> Option<()> {
    let mut left = len;
    while 0 < left {
        let (kind, option_len) = head(header, left)?;
        let Some(option_len) = option_len else {
            header.raw("Malformed options", left)?;
            let field = header.layer.fields.last_mut()?;
            field.note(format!("option {kind} has no possible length"));
            return Some(());
        };
        if header.rest().len() < option_len {
            return None;
        }
        if kind < 2 {
            header.put(name(kind), 1, "")?;
        } else {
            header.group(name(kind), option_len, |option| one(option, kind))?;
        }
        left = left.saturating_sub(option_len);
        if kind == 0 {
            return header.raw("Padding", left);
        }
    }
    Some(())
}

/// The kind and the length of the next option of IPv4 or TCP (RFC 791 §3.1, RFC 9293 §3.1); no
/// length where it cannot be, or is more than is `left`.
pub(super) fn head(header: &Header<'_>, left: usize) -> Option<(u8, Option<usize>)> {
    let [kind] = header.peek()?;
    let (len, least) = match kind {
        0 | 1 => (1, 1),
        _ => (header.peek().map_or(0, |[_, len]| usize::from(len)), 2),
    };
    Some((kind, (least..=left).contains(&len).then_some(len)))
}

/// One option; gives its value.
fn one(option: &mut Header<'_>, kind: u8) -> Option<String> {
    option.dec8("Kind")?;
    option.len8("Length")?;
    let body = option.rest();
    match (kind, body.len()) {
        (2, 2) => option
            .len16("Maximum segment size")
            .map(|mss| count(mss.into())),
        (3, 1) => scale(option),
        (4, 0) => Some("yes".to_owned()),
        (5, _) => blocks(option),
        (8, 8) => {
            let value = option.dec32("Timestamp value")?;
            let echo = option.dec32("Timestamp echo reply")?;
            Some(format!("value {value}, echo reply {echo}"))
        }
        (19, _) => all(option, "Digest"),
        (28, 2) => user_timeout(option),
        (29, 2..) => authentication(option),
        (30, 1..) => multipath(option),
        (34, 0) => Some("cookie request".to_owned()),
        (34, _) => all(option, "Cookie"),
        (172 | 174, _) => counters(option),
        (253 | 254, 2..) => experiment(option),
        _ => all(option, "Data"),
    }
}

/// What is left as one part.
fn all(option: &mut Header<'_>, name: &'static str) -> Option<String> {
    let body = option.rest();
    option.raw(name, body.len())?;
    Some(hex(body))
}

fn scale(option: &mut Header<'_>) -> Option<String> {
    let shift = option.dec8("Shift")?;
    let factor = 1_u32 << shift.min(14);
    option.computed("Factor", factor);
    if 14 < shift {
        let part = option.layer.fields.last_mut()?;
        part.note("more than 14 is taken as 14");
    }
    Some(format!("{shift} (windows times {factor})"))
}

fn blocks(option: &mut Header<'_>) -> Option<String> {
    let mut blocks = Vec::new();
    while let Some([l0, l1, l2, l3, r0, r1, r2, r3]) = option.peek() {
        let left = u32::from_be_bytes([l0, l1, l2, l3]);
        let right = u32::from_be_bytes([r0, r1, r2, r3]);
        let len = right.wrapping_sub(left);
        option.put("Left edge", 4, left)?;
        option.put("Right edge", 4, format_args!("{right} ({len} bytes)"))?;
        blocks.push(format!("{left}..{right}"));
    }
    Some(blocks.join(", "))
}

fn user_timeout(option: &mut Header<'_>) -> Option<String> {
    let word = u16::from_be_bytes(option.peek()?);
    let unit = if word & 0x8000 == 0 { "s" } else { "min" };
    let text = format!("{} {unit}", word & 0x7FFF);
    option.put("Timeout", 2, &text)?;
    Some(text)
}

fn authentication(option: &mut Header<'_>) -> Option<String> {
    let key = option.dec8("Key id")?;
    let next = option.dec8("Next key id")?;
    option.raw("Authentication code", option.rest().len())?;
    Some(format!("key {key}, next key {next}"))
}

fn multipath(option: &mut Header<'_>) -> Option<String> {
    let [first] = option.peek()?;
    let subtype = first >> 4;
    let name = match subtype {
        0 => Some("MP_CAPABLE"),
        1 => Some("MP_JOIN"),
        2 => Some("DSS"),
        3 => Some("ADD_ADDR"),
        4 => Some("REMOVE_ADDR"),
        5 => Some("MP_PRIO"),
        6 => Some("MP_FAIL"),
        7 => Some("MP_FASTCLOSE"),
        8 => Some("MP_TCPRST"),
        15 => Some("MP_EXPERIMENTAL"),
        _ => None,
    };
    let text = named(name, subtype);
    option.put(
        "Subtype and flags",
        1,
        format_args!("{text}, 0x{:x}", first & 0x0F),
    )?;
    option.raw("Data", option.rest().len())?;
    Some(text)
}

/// Accurate ECN: up to three byte counters of 24 bits.
fn counters(option: &mut Header<'_>) -> Option<String> {
    let mut texts = Vec::new();
    while let Some([b0, b1, b2]) = option.peek() {
        let counter = u32::from_be_bytes([0, b0, b1, b2]);
        option.put("Counter", 3, counter)?;
        texts.push(counter.to_string());
    }
    Some(texts.join(", "))
}

fn experiment(option: &mut Header<'_>) -> Option<String> {
    let known = |id| match id {
        0xF989 => Some("TCP Fast Open"),
        0xE2D4 => Some("shared memory"),
        _ => None,
    };
    let id = option.named16("Experiment", known)?;
    let body = option.rest();
    option.raw("Data", body.len())?;
    let name = super::header::named_hex(known(id), id);
    Some(if body.is_empty() {
        name
    } else {
        format!("{name}, {}", hex(body))
    })
}

/// What an option is called.
const fn name(kind: u8) -> &'static str {
    match kind {
        0 => "End of options",
        1 => "No operation",
        2 => "Maximum segment size",
        3 => "Window scale",
        4 => "SACK permitted",
        5 => "SACK",
        8 => "Timestamps",
        14 => "Alternate checksum request",
        19 => "MD5 signature",
        27 => "Quick-Start",
        28 => "User timeout",
        29 => "TCP-AO",
        30 => "MPTCP",
        34 => "TCP Fast Open",
        69 => "TCP-ENO",
        172 => "Accurate ECN, order 0",
        174 => "Accurate ECN, order 1",
        253 | 254 => "Experiment",
        _ => "Unknown option",
    }
}
