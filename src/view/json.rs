//! Documents as one JSON array, or one a line, with the same bytes a document.

use std::io::{self, Write};

/// How documents stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonLayout {
    /// `[`, documents between commas, `]`.
    Array,
    /// A document a line.
    Lines,
}

/// Writes documents as they come.
#[derive(Debug)]
pub struct JsonWriter<W> {
    out: W,
    layout: JsonLayout,
    is_empty: bool,
}

impl<W: Write> JsonWriter<W> {
    /// What ends a document in a block; it occurs in no compact JSON.
    pub const SEPARATOR: u8 = b'\n';

    /// A writer that has not written anything.
    pub const fn new(out: W, layout: JsonLayout) -> Self {
        Self {
            out,
            layout,
            is_empty: true,
        }
    }

    /// Writes a document, given as compact JSON on one line.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write_document(&mut self, document: &[u8]) -> io::Result<()> {
        self.write_with(|out| out.write_all(document))
    }

    /// Writes a document that `write` makes as compact JSON on one line.
    ///
    /// # Errors
    ///
    /// Fails when the output does, or `write`.
    pub fn write_with(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        match (self.layout, self.is_empty) {
            (JsonLayout::Array, true) => self.out.write_all(b"[\n")?,
            (JsonLayout::Array, false) => self.out.write_all(b",\n")?,
            (JsonLayout::Lines, _) => {}
        }
        self.is_empty = false;
        write(&mut self.out)?;
        match self.layout {
            JsonLayout::Array => Ok(()),
            JsonLayout::Lines => self.out.write_all(b"\n"),
        }
    }

    /// Writes documents that stand in one text, each followed by [`Self::SEPARATOR`].
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write_block(&mut self, documents: &[u8]) -> io::Result<()> {
        match self.layout {
            JsonLayout::Lines => {
                self.is_empty &= documents.is_empty();
                self.out.write_all(documents)
            }
            JsonLayout::Array => documents
                .split(|byte| *byte == Self::SEPARATOR)
                .filter(|document| !document.is_empty())
                .try_for_each(|document| self.write_document(document)),
        }
    }

    /// Ends the array.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn finish(mut self) -> io::Result<()> {
        match (self.layout, self.is_empty) {
            (JsonLayout::Array, true) => self.out.write_all(b"[]\n"),
            (JsonLayout::Array, false) => self.out.write_all(b"\n]\n"),
            (JsonLayout::Lines, _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(layout: JsonLayout, documents: &[&str], expect: &str) {
        let mut out = Vec::new();
        let mut writer = JsonWriter::new(&mut out, layout);
        for document in documents {
            writer.write_document(document.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    #[test]
    fn arrays_and_lines_hold_the_same_documents() {
        check(
            JsonLayout::Array,
            &["{\"a\":1}", "{}"],
            "[\n{\"a\":1},\n{}\n]\n",
        );
        check(JsonLayout::Lines, &["{\"a\":1}", "{}"], "{\"a\":1}\n{}\n");
        check(JsonLayout::Array, &[], "[]\n");
        check(JsonLayout::Lines, &[], "");
    }
}
