//! `spider http --parsing-log`: how messages were read.

use std::io::Write as _;

use anyhow::Result;
use spider_pcap::view::{Align, Column, Cut, JsonLayout, JsonWriter, Table, Tone};

use super::choose::Requests;
use crate::args::{HttpArgs, HttpFormat};
use crate::console::Console;
use crate::failure::Hinted;
use crate::output::Output;

/// Writes the logs of the sessions of the chosen requests.
pub(super) fn write(
    args: &HttpArgs,
    console: Console,
    requests: &Requests<'_>,
    output: &mut Output,
) -> Result<()> {
    match args.output.format {
        HttpFormat::Table => write_table(console, requests, output),
        HttpFormat::Json => write_json(requests, JsonLayout::Array, output),
        HttpFormat::Ndjson => write_json(requests, JsonLayout::Lines, output),
        HttpFormat::Csv | HttpFormat::Har => Err(Hinted::error(
            "--parsing-log has a table and documents only",
            "choose -o table, json or ndjson",
        )),
    }
}

fn write_json(requests: &Requests<'_>, layout: JsonLayout, output: &mut Output) -> Result<()> {
    let mut writer = JsonWriter::new(output, layout);
    let mut json = Vec::new();
    requests.each_log(|_, log| {
        json.clear();
        log.write_json(&mut json)?;
        Ok(writer.write_document(&json)?)
    })?;
    Ok(writer.finish()?)
}

fn write_table(console: Console, requests: &Requests<'_>, output: &mut Output) -> Result<()> {
    let column = |(title, align): (&str, Align)| Column {
        title: title.to_owned(),
        align,
        cut: Cut::End,
        shown: true,
        toned: title == "STATE",
    };
    let columns = COLUMNS.into_iter().map(column).collect();
    let mut table = Table::new(columns);
    requests.each_log(|session, log| {
        for message in &log.messages {
            let range = |[first, last]: [u64; 2]| match first == last {
                true => first.to_string(),
                false => format!("{first}..{last}"),
            };
            let state = match (message.complete, message.oddities.join(" ")) {
                (true, odd) if odd.is_empty() => "complete".to_owned(),
                (true, odd) => format!("complete, {odd}"),
                (false, odd) => format!("incomplete, {odd}"),
            };
            let tone = match (message.complete, message.oddities.is_empty()) {
                (true, true) => Tone::Calm,
                (true, false) => Tone::Notable,
                (false, _) => Tone::Severe,
            };
            let cells = [
                session.to_string(),
                message.item.to_string(),
                message.message.to_owned(),
                range(message.lots),
                range(message.packets),
                message.head_bytes.to_string(),
                message.body_bytes.to_string(),
                message.missing_bytes.to_string(),
                message.framing.to_owned(),
                state,
            ];
            table.push_row(tone, cells);
        }
        Ok(())
    })?;
    table.write_to(output, console.surface(output.is_stdout()), &[])?;
    Ok(output.flush()?)
}

const COLUMNS: [(&str, Align); 10] = [
    ("SESSION", Align::Right),
    ("ITEM", Align::Right),
    ("MESSAGE", Align::Left),
    ("LOTS", Align::Left),
    ("PACKETS", Align::Left),
    ("HEAD", Align::Right),
    ("BODY", Align::Right),
    ("MISSING", Align::Right),
    ("FRAMING", Align::Left),
    ("STATE", Align::Left),
];
