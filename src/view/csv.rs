//! Rows as comma-separated values (RFC 4180, with line feeds).

use std::io::{self, Write};

/// Writes rows as they come.
#[derive(Debug)]
pub struct CsvWriter<W: Write>(csv::Writer<W>);

impl<W: Write> CsvWriter<W> {
    /// A writer that has not written anything.
    pub fn new(out: W) -> Self {
        Self(csv::Writer::from_writer(out))
    }

    /// Writes a row; every row has as many cells as the first.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write_row(
        &mut self,
        cells: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> io::Result<()> {
        self.0.write_record(cells).map_err(of_output)
    }

    /// Writes what is left in memory.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of the output itself, so that a closed pipe is still known as one.
fn of_output(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_quotes_gets_them() {
        let mut out = Vec::new();
        let mut writer = CsvWriter::new(&mut out);
        writer
            .write_row(["plain", "a,b", "say \"x\"", "two\nlines", ""])
            .unwrap();
        writer.finish().unwrap();
        assert_eq!(out, b"plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\n");
    }
}
