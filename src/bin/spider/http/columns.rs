//! Columns of tables and CSV of requests: names of their own, or fields of the document.

use anyhow::Result;
use spider_pcap::select::{FieldCatalog, FieldPath, Members};
use spider_pcap::view::{Align, Column, Cut, HttpColumn, HttpRow, TimeText};

use crate::args::{HttpFormat, HttpOutputArgs};
use crate::choose::unknown_field;

/// One column.
#[derive(Clone, Debug)]
pub(super) enum HttpPick {
    /// A column with a name of its own.
    Known(HttpColumn),
    /// A field of the document.
    Field(FieldPath),
}

/// The columns that were asked for; those of the format when none were.
pub(super) fn pick(args: &HttpOutputArgs, catalog: &FieldCatalog) -> Result<Vec<HttpPick>> {
    if !args.columns.is_empty() {
        let names = args.columns.iter();
        return names.map(|name| parse(name.trim(), catalog)).collect();
    }
    if args.format == HttpFormat::Csv {
        let names = CSV_COLUMNS.iter();
        return names.map(|name| parse(name, catalog)).collect();
    }
    Ok(HttpColumn::ALL.into_iter().map(HttpPick::Known).collect())
}

impl HttpPick {
    /// True when its cells come from the JSON text of the document.
    pub(super) const fn needs_json(&self) -> bool {
        matches!(self, Self::Field(_))
    }

    /// The heading in CSV.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Known(column) => column.name().to_owned(),
            Self::Field(path) => path.to_string(),
        }
    }

    /// The column of a table.
    pub(super) fn column(&self, times: &TimeText<'_>) -> Column {
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
    pub(super) fn write_cell(
        &self,
        (row, fields): (&HttpRow<'_>, &Members<'_>),
        times: &mut TimeText<'_>,
        out: &mut String,
    ) {
        match self {
            Self::Known(column) => row.write_cell(*column, times, out),
            Self::Field(path) => out.push_str(&path.plain_text(fields)),
        }
    }

    /// The cell for programs.
    pub(super) fn exact(
        &self,
        (row, fields): (&HttpRow<'_>, &Members<'_>),
        times: &mut TimeText<'_>,
    ) -> String {
        match self {
            Self::Known(column) => {
                let mut text = String::new();
                row.write_exact(*column, times, &mut text);
                text
            }
            Self::Field(path) => path.plain_text(fields),
        }
    }
}

fn parse(name: &str, catalog: &FieldCatalog) -> Result<HttpPick> {
    if let Some(column) = HttpColumn::from_name(name) {
        return Ok(HttpPick::Known(column));
    }
    let path = catalog.path(name);
    path.map(HttpPick::Field)
        .map_err(|error| unknown_field("--columns", &error))
}

const CSV_COLUMNS: [&str; 22] = [
    "number",
    "@id",
    "request.first",
    "src.ip",
    "src.port",
    "dst.ip",
    "dst.port",
    "protocol",
    "tls",
    "request.method",
    "request.url",
    "response.status",
    "request.contentLength",
    "request.bodyBytes",
    "response.contentLength",
    "response.bodyBytes",
    "wait",
    "duration",
    "response.contentType",
    "session",
    "lots",
    "notes",
];
