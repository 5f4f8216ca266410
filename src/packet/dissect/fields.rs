//! What a dissection consists of: layers, and the fields of their headers.
//!
//! Plain values for people: numbers are text with their unit, and say where they stand in the
//! packet, so that a view can mark their bytes.

/// One packet, layer by layer, in the order of its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dissection {
    /// The layers; they do not overlap, and together they hold every captured byte.
    pub layers: Vec<LayerFields>,
}

/// The header of one layer, or bytes that are not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerFields {
    /// Protocol, as people write it: `Ethernet II`, `IPv4`, `TCP`; `Data` and `Trailer` for the rest.
    pub name: &'static str,
    /// Its first byte in the packet.
    pub start: usize,
    /// Its captured bytes.
    pub len: usize,
    /// What one line can say of it.
    pub summary: String,
    /// What is odd or wrong with the whole of it.
    pub note: Option<String>,
    /// Its fields, in the order of their bytes.
    pub fields: Vec<Field>,
}

/// One field of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is called.
    pub name: &'static str,
    /// Its value as text.
    pub value: String,
    /// Its first byte in the packet.
    pub start: usize,
    /// Its bytes; 0 for what is not in the packet, but follows from it.
    pub len: usize,
    /// What is odd or wrong with it: `wrong, should be 0x1a2b`.
    pub note: Option<String>,
    /// Its parts, of which none has parts.
    pub fields: Vec<Self>,
}

impl LayerFields {
    /// The byte after its last.
    pub const fn end(&self) -> usize {
        self.start.saturating_add(self.len)
    }

    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    /// A field without note and parts.
    pub(super) const fn new(name: &'static str, value: String, start: usize, len: usize) -> Self {
        Self {
            name,
            value,
            start,
            len,
            note: None,
            fields: Vec::new(),
        }
    }

    /// Adds a part that stands in the same bytes.
    pub(super) fn part(&mut self, name: &'static str, value: impl ToString) {
        let part = Self::new(name, value.to_string(), self.start, self.len);
        self.fields.push(part);
    }

    /// Adds a part for each bit, and the names of those that are set to the value.
    pub(super) fn flags(&mut self, bits: u32, names: &[(u32, &'static str)]) {
        let mut set = Vec::new();
        for (mask, name) in names {
            let is_set = bits & mask != 0;
            self.part(name, if is_set { "set" } else { "not set" });
            if is_set {
                set.push(*name);
            }
        }
        if !set.is_empty() {
            self.value = format!("{} ({})", self.value, set.join(", "));
        }
    }

    /// Says what is odd or wrong.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.note = Some(note.into());
    }
}
