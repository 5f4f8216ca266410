//! Columns of tables and CSV: names of their own, or fields of the document.

use anyhow::Result;
use spider_pcap::select::{FieldCatalog, FieldPath, Members};
use spider_pcap::view::{Align, Column, Cut, SessionColumn, SessionRow, TimeText};

use crate::args::{Format, OutputArgs};
use crate::choose::unknown_field;
use crate::sessions::List;

/// One column.
#[derive(Clone, Debug)]
pub(crate) enum Pick {
    /// A column with a name of its own.
    Known(SessionColumn),
    /// A field of the document.
    Field(FieldPath),
}

/// The columns that were asked for; those of the format when none were.
pub(crate) fn pick(args: &OutputArgs, list: List, catalog: &FieldCatalog) -> Result<Vec<Pick>> {
    if !args.columns.is_empty() {
        return args
            .columns
            .iter()
            .map(|name| parse(name.trim(), catalog))
            .collect();
    }
    let csv = |names: &[&str]| names.iter().map(|name| csv_default(name)).collect();
    Ok(match (args.format, list) {
        (Format::Csv, List::Sessions) => csv(&CSV_COLUMNS),
        (Format::Csv, List::Timing) => csv(&TIMING_CSV_COLUMNS),
        (_, List::Sessions) => SessionColumn::ALL.into_iter().map(Pick::Known).collect(),
        (_, List::Timing) => SessionColumn::TIMING.into_iter().map(Pick::Known).collect(),
    })
}

impl Pick {
    /// True when its cells come from the JSON text of the document.
    pub(crate) const fn needs_json(&self) -> bool {
        matches!(self, Self::Field(_))
    }

    /// The heading in CSV.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Known(column) => column.name().to_owned(),
            Self::Field(path) => path.to_string(),
        }
    }

    /// The column of a table.
    pub(crate) fn column(&self, times: &TimeText<'_>) -> Column {
        match self {
            Self::Known(column) => column.column(times),
            Self::Field(path) => Column {
                title: path.to_string(),
                align: Align::Left,
                cut: Cut::Middle,
                shown: true,
                toned: false,
            },
        }
    }

    /// Appends the cell for people.
    pub(crate) fn write_cell(
        &self,
        (row, fields): (&SessionRow<'_>, &Members<'_>),
        times: &mut TimeText<'_>,
        out: &mut String,
    ) {
        match self {
            Self::Known(column) => row.write_cell(*column, times, out),
            Self::Field(path) => out.push_str(&path.plain_text(fields)),
        }
    }

    /// The cell for programs.
    pub(crate) fn exact(
        &self,
        row: &SessionRow<'_>,
        fields: &Members<'_>,
        times: &mut TimeText<'_>,
    ) -> String {
        match self {
            Self::Known(column) => row.exact(*column, times),
            Self::Field(path) => path.plain_text(fields),
        }
    }
}

fn parse(name: &str, catalog: &FieldCatalog) -> Result<Pick> {
    if let Some(column) = SessionColumn::from_name(name) {
        return Ok(Pick::Known(column));
    }
    let path = catalog.path(name);
    path.map(Pick::Field)
        .map_err(|error| unknown_field("--columns", &error))
}

fn csv_default(name: &str) -> Pick {
    match SessionColumn::from_name(name) {
        Some(column) => Pick::Known(column),
        None => Pick::Field(FieldPath::new(name)),
    }
}

const CSV_COLUMNS: [&str; 24] = [
    "number",
    "@id",
    "firstDate",
    "first",
    "last",
    "duration",
    "latency",
    "src.ip",
    "src.port",
    "src.name",
    "dst.ip",
    "dst.port",
    "dst.name",
    "state",
    "missedSyn",
    "packetsCount",
    "out.payload",
    "in.payload",
    "lots",
    "analysis.out.missingBytes",
    "analysis.in.missingBytes",
    "tls.tlsVersion",
    "tls.serverName",
    "notes",
];

const TIMING_CSV_COLUMNS: [&str; 14] = [
    "number",
    "@id",
    "client",
    "server",
    "first",
    "connect",
    "latency",
    "analysis.out.firstByte",
    "analysis.in.firstByte",
    "first-byte",
    "last",
    "duration",
    "state",
    "notes",
];

#[cfg(test)]
mod tests {
    use super::*;
    use spider_pcap::document::TCP_SESSION_SCHEMA;

    #[test]
    fn every_default_column_of_csv_is_a_field_or_a_name() {
        let catalog = FieldCatalog::from_schema(TCP_SESSION_SCHEMA);
        for name in CSV_COLUMNS.iter().chain(&TIMING_CSV_COLUMNS) {
            assert!(parse(name, &catalog).is_ok(), "{name}");
        }
    }
}
