//! One packet as a document: all its layers, field by field, and its bytes.
//!
//! Turns a dissection into the `PacketDetail` document. Values are the texts that people read;
//! `start` and `length` count bytes of `bytes`, so that a program can take the raw value there.
//! It deliberately repeats no number in a second form.
//!
//! Limits: as many layers and fields as the dissection has; `bytes` has two digits for each
//! captured byte.

use std::fmt::{self, Write as _};
use std::io;

use serde::Serialize;

use super::exact::{Seconds, Text};
use super::link_type::LinkTypeName;
use super::times::Date;
use crate::capture::RawPacket;
use crate::packet::dissect::{Dissection, Field, LayerFields};

/// One captured packet with its layers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PacketDetail<'a> {
    /// `PacketDetail`.
    #[serde(rename = "@type")]
    pub kind: &'static str,
    /// Number of the packet in the capture, from 1.
    pub number: u64,
    /// Capture time in seconds since the Unix epoch; absent where the capture has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Seconds>,
    /// `time` as a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Index of the interface in the capture, from 0.
    pub interface: u32,
    /// What its bytes start with.
    pub link_type: Text<LinkTypeName>,
    /// Bytes kept.
    pub captured_length: usize,
    /// Bytes on the wire.
    pub original_length: u32,
    /// Layers in the order of their bytes; together they hold every captured byte.
    pub layers: Vec<LayerDetail<'a>>,
    /// The captured bytes, two hexadecimal digits each.
    pub bytes: Text<HexDigits<'a>>,
}

/// The header of one layer, or bytes that are not opened.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerDetail<'a> {
    /// Protocol.
    pub name: &'a str,
    /// Its first byte in the packet.
    pub start: usize,
    /// Its captured bytes.
    pub length: usize,
    /// What one line can say of it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub summary: &'a str,
    /// What is odd or wrong with the whole of it; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
    /// Its fields, in the order of their bytes.
    pub fields: Vec<FieldDetail<'a>>,
}

/// One field of a header.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDetail<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its value as text.
    pub value: &'a str,
    /// Its first byte in the packet.
    pub start: usize,
    /// Its bytes; 0 for what is not in the packet, but follows from it.
    pub length: usize,
    /// What is odd or wrong with it; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
    /// Its parts; absent without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Self>,
}

/// Bytes that print two hexadecimal digits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexDigits<'a>(pub &'a [u8]);

impl<'a> PacketDetail<'a> {
    /// The document of a packet and what came out of it.
    pub fn new(packet: &RawPacket<'a>, dissection: &'a Dissection) -> Self {
        Self {
            kind: "PacketDetail",
            number: packet.number.value(),
            time: packet
                .time
                .map(|time| Seconds(time.decimal(packet.precision))),
            date: packet.time.map(|time| Text(time.rfc3339())),
            interface: packet.interface.0,
            link_type: Text(LinkTypeName(packet.link_type)),
            captured_length: packet.bytes.len(),
            original_length: packet.original_len,
            layers: dissection.layers.iter().map(LayerDetail::new).collect(),
            bytes: Text(HexDigits(packet.bytes)),
        }
    }

    /// Appends the document as one line of JSON, without the end of the line.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn write_json(&self, out: impl io::Write) -> io::Result<()> {
        Ok(serde_json::to_writer(out, self)?)
    }
}

impl<'a> LayerDetail<'a> {
    fn new(layer: &'a LayerFields) -> Self {
        Self {
            name: layer.name,
            start: layer.start,
            length: layer.len,
            summary: &layer.summary,
            note: layer.note.as_deref(),
            fields: layer.fields.iter().map(FieldDetail::new).collect(),
        }
    }
}

impl<'a> FieldDetail<'a> {
    /// A field and its parts, which have no parts of their own.
    fn new(field: &'a Field) -> Self {
        Self {
            fields: field.fields.iter().map(Self::leaf).collect(),
            ..Self::leaf(field)
        }
    }

    fn leaf(field: &'a Field) -> Self {
        Self {
            name: field.name,
            value: &field.value,
            start: field.start,
            length: field.len,
            note: field.note.as_deref(),
            fields: Vec::new(),
        }
    }
}

impl fmt::Display for HexDigits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            f.write_char(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'))?;
            f.write_char(char::from_digit(u32::from(byte & 0x0F), 16).unwrap_or('0'))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{InterfaceId, LinkType, PacketNumber};
    use crate::packet::dissect::dissect;
    use crate::time::{Precision, Timestamp};

    #[test]
    fn a_packet_is_written_with_exact_time_and_all_bytes() {
        let packet = RawPacket {
            number: PacketNumber::FIRST,
            time: Some(Timestamp::from_nanos(1_700_000_000_123_456_000)),
            precision: Precision::MICROS,
            interface: InterfaceId(2),
            link_type: LinkType(147),
            original_len: 9,
            fcs_len: 0,
            bytes: &[0x0A, 0xFF],
        };
        let dissection = dissect(&packet);
        let mut json = Vec::new();
        let document = PacketDetail::new(&packet, &dissection);
        document.write_json(&mut json).unwrap();
        let text = String::from_utf8(json).unwrap();
        let start = "{\"@type\":\"PacketDetail\",\"number\":1,\"time\":1700000000.123456,\
            \"date\":\"2023-11-14T22:13:20.123Z\",\"interface\":2,\"linkType\":\"147\",\
            \"capturedLength\":2,\"originalLength\":9,\"layers\":[{\"name\":\"Data\",";
        assert!(text.starts_with(start), "{text}");
        assert!(text.ends_with(",\"bytes\":\"0aff\"}"), "{text}");
        assert!(!text.contains("null"));
    }
}
