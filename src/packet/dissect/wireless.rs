//! Fields of IEEE 802.11 frames and of the radiotap header.
//!
//! Of radiotap the fields of the first 15 bits are read; what others announce stays bytes.
//! Sources: IEEE 802.11 §9.2 and §9.3, radiotap.org.

use super::header::{Header, count};

/// A radiotap header: which fields are present, then these.
pub(super) fn radiotap(header: &mut Header<'_>) -> Option<()> {
    header.dec8("Version")?;
    header.raw("Padding", 1)?;
    let len = u16::from_le_bytes(header.peek()?);
    header.put("Length", 2, count(len.into()))?;
    header.layer.summary = count(len.into());
    let present = u32::from_le_bytes(header.peek()?);
    let mut word = present;
    header.put("Present", 4, format_args!("0x{word:08x}"))?;
    while word >> 31 == 1 {
        word = u32::from_le_bytes(header.peek()?);
        header.put("Present, continued", 4, format_args!("0x{word:08x}"))?;
    }
    for (bit, (name, len, align)) in RADIOTAP.iter().enumerate() {
        if (present >> bit) & 1 == 1 {
            let aligned = header.len().next_multiple_of(*align);
            header.raw("Padding", aligned.saturating_sub(header.len()))?;
            radiotap_field(header, name, *len)?;
        }
    }
    Some(())
}

fn radiotap_field(header: &mut Header<'_>, name: &'static str, len: usize) -> Option<()> {
    match name {
        "Flags" => {
            let [flags] = header.peek()?;
            header.announces_fcs = flags & 0x10 != 0;
            let field = header.put(name, len, format_args!("0x{flags:02x}"))?;
            field.flags(flags.into(), RADIO_FLAGS);
        }
        "Rate" => {
            let [rate] = header.peek()?;
            let half = if rate & 1 == 1 { 5 } else { 0 };
            header.put(name, len, format_args!("{}.{half} Mb/s", rate >> 1))?;
        }
        "Channel" => {
            let [f0, f1, c0, c1] = header.peek()?;
            let megahertz = u16::from_le_bytes([f0, f1]);
            let flags = u16::from_le_bytes([c0, c1]);
            header.put(
                name,
                len,
                format_args!("{megahertz} MHz, flags 0x{flags:04x}"),
            )?;
        }
        "Antenna signal" | "Antenna noise" => {
            let [level] = header.peek()?;
            header.put(name, len, format_args!("{} dBm", level.cast_signed()))?;
        }
        "Time of arrival" => {
            let micros = u64::from_le_bytes(header.peek()?);
            header.put(name, len, format_args!("{micros} µs"))?;
        }
        _ => header.raw(name, len)?,
    }
    Some(())
}

/// An IEEE 802.11 frame up to its body.
pub(super) fn frame(header: &mut Header<'_>) -> Option<()> {
    let [control, flags] = header.peek()?;
    let (kind, subtype) = ((control >> 2) & 3, control >> 4);
    let name = match kind {
        0 => "management",
        1 => "control",
        2 => "data",
        _ => "extension",
    };
    header.layer.summary = format!("{name}, subtype {subtype}");
    let word = u16::from_be_bytes([control, flags]);
    let field = header.put("Frame control", 2, format_args!("0x{word:04x}"))?;
    field.part("Version", control & 3);
    field.part("Type", format_args!("{name} ({kind})"));
    field.part("Subtype", subtype);
    field.flags(flags.into(), FRAME_FLAGS);
    let duration = u16::from_le_bytes(header.peek()?);
    header.put("Duration", 2, format_args!("{duration} µs"))?;
    let receiver = header.mac("Receiver address")?;
    if kind == 1 {
        return Some(());
    }
    let transmitter = header.mac("Transmitter address")?;
    header.layer.summary = format!("{name}, {transmitter} → {receiver}");
    header.mac("Address 3")?;
    let sequence = u16::from_le_bytes(header.peek()?);
    let field = header.put("Sequence control", 2, format_args!("0x{sequence:04x}"))?;
    field.part("Fragment number", sequence & 0x0F);
    field.part("Sequence number", sequence >> 4);
    if kind == 2 {
        data(header, control, flags)?;
    }
    Some(())
}

/// What only data frames have.
fn data(header: &mut Header<'_>, control: u8, flags: u8) -> Option<()> {
    if flags & 0x03 == 0x03 {
        header.mac("Address 4")?;
    }
    if control & 0x80 == 0 {
        return Some(());
    }
    let quality = u16::from_le_bytes(header.peek()?);
    let field = header.put("QoS control", 2, format_args!("0x{quality:04x}"))?;
    field.part("Traffic identifier", quality & 0x0F);
    let is_aggregate = quality & 0x80 != 0;
    field.part("A-MSDU", if is_aggregate { "yes" } else { "no" });
    if flags & 0x80 != 0 {
        header.raw("HT control", 4)?;
    }
    // Behind the header, up to alignment, stands the first frame of the aggregate.
    if is_aggregate && header.is_whole() {
        header.raw("Padding", header.rest().len().saturating_sub(SUBFRAME_LEN))?;
        header.follow = Some(("A-MSDU subframe", subframe));
    }
    Some(())
}

/// The header of one frame of an aggregate.
pub(super) fn subframe(header: &mut Header<'_>) -> Option<()> {
    let destination = header.mac("Destination")?;
    let source = header.mac("Source")?;
    header.len16("Length")?;
    header.layer.summary = format!("{source} → {destination}");
    Some(())
}

/// Bytes of the header of one frame of an aggregate.
pub(super) const SUBFRAME_LEN: usize = 14;

/// Fields by their bit: name, bytes, alignment.
const RADIOTAP: &[(&str, usize, usize)] = &[
    ("Time of arrival", 8, 8),
    ("Flags", 1, 1),
    ("Rate", 1, 1),
    ("Channel", 4, 2),
    ("Frequency hopping", 2, 2),
    ("Antenna signal", 1, 1),
    ("Antenna noise", 1, 1),
    ("Lock quality", 2, 2),
    ("Attenuation", 2, 2),
    ("Attenuation in dB", 2, 2),
    ("Transmit power", 1, 1),
    ("Antenna", 1, 1),
    ("Antenna signal in dB", 1, 1),
    ("Antenna noise in dB", 1, 1),
    ("Receive flags", 2, 2),
];

const RADIO_FLAGS: &[(u32, &str)] = &[
    (0x01, "contention free"),
    (0x02, "short preamble"),
    (0x04, "WEP"),
    (0x08, "fragmented"),
    (0x10, "frame check sequence at the end"),
    (0x20, "padded"),
    (0x40, "bad frame check sequence"),
];

const FRAME_FLAGS: &[(u32, &str)] = &[
    (0x01, "to DS"),
    (0x02, "from DS"),
    (0x04, "more fragments"),
    (0x08, "retry"),
    (0x10, "power management"),
    (0x20, "more data"),
    (0x40, "protected"),
    (0x80, "order"),
];
