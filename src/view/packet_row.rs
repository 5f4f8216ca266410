//! A packet as a row of exact values.

use crate::document::Packet;

/// The columns, named as the fields of the document.
pub const COLUMNS: [&str; 20] = [
    "number",
    "index",
    "time",
    "relativeTime",
    "delta",
    "direction",
    "packetLot",
    "flags",
    "seq",
    "ack",
    "relativeSeq",
    "relativeAck",
    "len",
    "win",
    "winScaled",
    "originalLength",
    "findings",
    "evidence",
    "wireshark",
    "session",
];

/// The values of a packet, one a column; lists are joined by spaces.
pub fn cells(packet: &Packet<'_>) -> [String; 20] {
    [
        packet.number.to_string(),
        packet.index.to_string(),
        text(packet.time),
        text(packet.relative_time),
        text(packet.delta),
        packet.direction.to_string(),
        text(packet.packet_lot),
        packet.flags.join(" "),
        packet.seq.to_string(),
        text(packet.ack),
        text(packet.relative_seq),
        text(packet.relative_ack),
        packet.len.to_string(),
        packet.win.to_string(),
        packet.win_scaled.to_string(),
        packet.original_length.to_string(),
        packet.findings.join(" "),
        packet.evidence.unwrap_or_default().to_owned(),
        packet.wireshark.join(" "),
        packet.session.to_owned(),
    ]
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
