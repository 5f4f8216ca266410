//! The fields of a block of HTTP/2: read, remembered for what they say of the data, and shown.
//!
//! Limits: the caller's room, since a byte may stand for a field as long as the table.

use super::decoded::{Decoded, LineEnd, SpanKind};
use super::plain;
use super::unpack::Coding;

/// The fields of a block, up to a limit.
pub(crate) struct FieldList {
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) bytes: usize,
    room_bytes: usize,
    pub(crate) media_type: Option<String>,
    pub(crate) coding: Option<Coding>,
}

impl FieldList {
    pub(crate) const fn new(room_bytes: usize) -> Self {
        Self {
            fields: Vec::new(),
            bytes: 0,
            room_bytes,
            media_type: None,
            coding: None,
        }
    }

    pub(crate) fn add(&mut self, name: &[u8], value: &[u8]) {
        self.bytes = self.bytes.saturating_add(name.len() + value.len());
        if self.room_bytes <= self.bytes {
            return;
        }
        if name == b"content-type" {
            self.media_type = Some(String::from_utf8_lossy(value).to_ascii_lowercase());
        }
        if name == b"grpc-encoding" {
            let coding = String::from_utf8_lossy(value).to_ascii_lowercase();
            self.coding = Coding::named(&coding);
        }
        self.fields.push((name.to_vec(), value.to_vec()));
    }

    pub(crate) fn show(&self, is_late: bool, out: &mut Decoded) {
        let lateness = super::lot_bytes::Lateness {
            is_late,
            until: usize::MAX,
        };
        for (name, value) in &self.fields {
            let key = plain::inline(SpanKind::Key);
            plain::show_bytes(name, 0, &|_| lateness, key, out);
            out.add(SpanKind::Text, ": ", false);
            let text = plain::inline(SpanKind::Text);
            plain::show_bytes(value, 0, &|_| lateness, text, out);
            out.end_line(LineEnd::Own);
        }
    }
}
