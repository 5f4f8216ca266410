//! Statistics as tables for people and as rows of CSV.
//!
//! Every part of the document is a table; several stand below each other, each under its title.
//! In CSV a part is a table with a row a thing and a column a number, but for the capture itself,
//! which is one thing: its numbers stand below each other, named by their paths in the document.

use std::io::{self, Write};

use super::csv::CsvWriter;
use super::field::{Field, Room, Value, table};
use super::statistics_fields as fields;
use super::table::{Align, Column, Cut, Surface, Table, Tone};
use super::units::{Grouped, HumanBytes, HumanSpan};
use crate::document::{
    Distributions, Seconds, Statistics, StatisticsPart, Totals, TrafficStatistics,
};
use crate::time::{Span, Timestamp};

/// Writes a part of a document as a table, or all of them one below the other.
///
/// # Errors
///
/// Fails when the output does.
pub fn write_statistics(
    statistics: &Statistics<'_>,
    part: Option<StatisticsPart>,
    out: &mut impl Write,
    surface: Surface,
) -> io::Result<()> {
    let Some(part) = part else {
        return write_all(statistics, out, surface);
    };
    match part {
        StatisticsPart::Capture => write_capture(statistics, out, surface),
        StatisticsPart::Distribution => {
            let rows: Vec<_> = statistics
                .distributions
                .iter()
                .flat_map(Distributions::rows)
                .collect();
            write_rows(&fields::distributions(), &rows, out, surface)
        }
        StatisticsPart::State => write_rows(
            &fields::states(),
            all(statistics.states.as_ref()),
            out,
            surface,
        ),
        StatisticsPart::Host => write_rows(
            &fields::hosts(),
            all(statistics.hosts.as_ref()),
            out,
            surface,
        ),
        StatisticsPart::Pair => write_rows(
            &fields::pairs(),
            all(statistics.pairs.as_ref()),
            out,
            surface,
        ),
        StatisticsPart::Port => write_rows(
            &fields::ports(),
            all(statistics.ports.as_ref()),
            out,
            surface,
        ),
        StatisticsPart::Session => write_rows(
            &fields::sessions(),
            all(statistics.sessions.as_ref()),
            out,
            surface,
        ),
    }
}

/// Writes a part of a document as CSV with a heading.
///
/// # Errors
///
/// Fails when the output does.
pub fn write_statistics_csv(
    statistics: &Statistics<'_>,
    part: StatisticsPart,
    out: impl Write,
) -> io::Result<()> {
    let mut writer = CsvWriter::new(out);
    match part {
        StatisticsPart::Capture => write_capture_csv(statistics, &mut writer)?,
        StatisticsPart::Distribution => {
            let rows: Vec<_> = statistics
                .distributions
                .iter()
                .flat_map(Distributions::rows)
                .collect();
            write_csv(&fields::distributions(), &rows, &mut writer)?;
        }
        StatisticsPart::State => {
            write_csv(
                &fields::states(),
                all(statistics.states.as_ref()),
                &mut writer,
            )?;
        }
        StatisticsPart::Host => write_csv(
            &fields::hosts(),
            all(statistics.hosts.as_ref()),
            &mut writer,
        )?,
        StatisticsPart::Pair => write_csv(
            &fields::pairs(),
            all(statistics.pairs.as_ref()),
            &mut writer,
        )?,
        StatisticsPart::Port => write_csv(
            &fields::ports(),
            all(statistics.ports.as_ref()),
            &mut writer,
        )?,
        StatisticsPart::Session => {
            write_csv(
                &fields::sessions(),
                all(statistics.sessions.as_ref()),
                &mut writer,
            )?;
        }
    }
    writer.finish()
}

fn all<R>(rows: Option<&Vec<R>>) -> &[R] {
    rows.map_or(&[], Vec::as_slice)
}

fn write_all(
    statistics: &Statistics<'_>,
    out: &mut impl Write,
    surface: Surface,
) -> io::Result<()> {
    use StatisticsPart as P;
    write_statistics(statistics, Some(P::Capture), out, surface)?;
    let Some(totals) = &statistics.totals else {
        return Ok(());
    };
    if totals.sessions == 0 {
        return Ok(());
    }
    let list = |shown: usize, total, one, many| heading(shown, total, one, many);
    let hosts = list(
        all(statistics.hosts.as_ref()).len(),
        totals.hosts,
        "host",
        "hosts",
    );
    let pairs = list(
        all(statistics.pairs.as_ref()).len(),
        totals.pairs,
        "pair of client and server",
        "pairs of client and server",
    );
    let ports = list(
        all(statistics.ports.as_ref()).len(),
        totals.ports,
        "server port",
        "server ports",
    );
    for (part, title) in [
        (P::Distribution, "Distributions".to_owned()),
        (P::State, "States".to_owned()),
        (P::Host, hosts),
        (P::Pair, pairs),
        (P::Port, ports),
    ] {
        let (bold, reset) = if surface.colored {
            (BOLD, RESET)
        } else {
            ("", "")
        };
        writeln!(out, "\n{bold}{title}{reset}")?;
        write_statistics(statistics, Some(part), out, surface)?;
    }
    Ok(())
}

fn heading(shown: usize, total: usize, one: &str, many: &str) -> String {
    match total {
        1 => format!("1 {one}"),
        _ if shown < total => {
            let total = Grouped(total as u64);
            format!("{shown} of {total} {many}, by payload")
        }
        _ => format!("{total} {many}, by payload"),
    }
}

fn write_rows<R>(
    fields: &[Field<R>],
    rows: &[R],
    out: &mut impl Write,
    surface: Surface,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (table, fit) = table(fields, rows);
    table.write_to(out, surface, &fit)
}

fn write_csv<R>(
    fields: &[Field<R>],
    rows: &[R],
    writer: &mut CsvWriter<impl Write>,
) -> io::Result<()> {
    let named = || fields.iter().filter(|field| !field.name.is_empty());
    writer.write_row(named().map(|field| field.name))?;
    for row in rows {
        writer.write_row(named().map(|field| (field.value)(row).exact()))?;
    }
    Ok(())
}

fn write_capture(
    statistics: &Statistics<'_>,
    out: &mut impl Write,
    surface: Surface,
) -> io::Result<()> {
    if let Some(totals) = &statistics.totals {
        totals_table(totals).write_to(out, surface, &[])?;
        if totals.sessions == 0 {
            return Ok(());
        }
        writeln!(out)?;
    }
    if let (Some(both), Some(sent), Some(received)) =
        (&statistics.both, &statistics.out, &statistics.r#in)
    {
        traffic_table([both, sent, received]).write_to(out, surface, &[])?;
    }
    Ok(())
}

fn totals_table(totals: &Totals) -> Table {
    let mut table = Table::new(vec![left("CAPTURE"), left("")]);
    let mut row = |title: &str, value: String| table.push_row(Tone::Calm, [title, &value]);
    let count = |number: u64| Grouped(number).to_string();
    row("Packets read", count(totals.packets_read));
    row("TCP packets", count(totals.tcp_packets_read));
    row("Sessions", count(totals.sessions_read));
    if totals.sessions < totals.sessions_read {
        row("  chosen, and counted below", count(totals.sessions));
    }
    if totals.sessions == 0 {
        return table;
    }
    row("  by state", states_text(totals));
    row("  complete", count(totals.complete));
    row("  first SYN missed", count(totals.missed_syn));
    row("Wire bytes", bytes_text(totals.wire_bytes));
    if 0 < totals.truncated_packets {
        row("Packets cut", count(totals.truncated_packets));
    }
    row("Lots", count(totals.lots));
    if let (Some(first), Some(last)) = (totals.first, totals.last) {
        row("First packet", time_text(first));
        row("Last packet", time_text(last));
    }
    if let Some(Seconds(span)) = totals.span {
        let human = HumanSpan(Span::from_nanos(span.nanos()));
        row("Span", format!("{human} ({span} s)"));
    }
    table
}

/// What went each way, a row a number.
fn traffic_table(directions: [&TrafficStatistics; 3]) -> Table {
    let titles = ["BOTH", "OUT", "IN"].map(|title| Column {
        align: Align::Right,
        toned: true,
        ..left(title)
    });
    let mut table = Table::new(std::iter::once(left("TRAFFIC")).chain(titles).collect());
    for field in fields::traffic() {
        let values = directions.map(|traffic| (field.value)(traffic));
        let is_any = values.iter().any(Value::is_positive);
        if field.room != Room::Keep && !is_any {
            continue;
        }
        let tone = if is_any { field.tone } else { Tone::Calm };
        let [both, sent, received] = values.map(|value| value.human());
        table.push_row(tone, [field.title, &both, &sent, &received]);
    }
    table
}

fn write_capture_csv(
    statistics: &Statistics<'_>,
    writer: &mut CsvWriter<impl Write>,
) -> io::Result<()> {
    writer.write_row(["name", "value"])?;
    if let Some(totals) = &statistics.totals {
        for field in fields::totals() {
            let name = format!("totals.{}", field.name);
            writer.write_row([name, (field.value)(totals).exact()])?;
        }
        for (state, sessions) in totals.sessions_by_state {
            let name = format!("totals.sessionsByState.{state}");
            writer.write_row([name, sessions.to_string()])?;
        }
    }
    for (direction, traffic) in [
        ("both", &statistics.both),
        ("out", &statistics.out),
        ("in", &statistics.r#in),
    ] {
        let Some(traffic) = traffic else { continue };
        for field in fields::traffic() {
            let name = format!("{direction}.{}", field.name);
            writer.write_row([name, (field.value)(traffic).exact()])?;
        }
    }
    Ok(())
}

/// `4 CLOSED, 1 SYN_SENT`, in the order of a session's life.
fn states_text(totals: &Totals) -> String {
    let states = totals.sessions_by_state.iter();
    let found = states.filter(|(_, sessions)| 0 < *sessions);
    let words: Vec<String> = found
        .map(|(state, sessions)| format!("{} {state}", Grouped(*sessions)))
        .collect();
    words.join(", ")
}

fn bytes_text(bytes: u64) -> String {
    if bytes < 1000 {
        return bytes.to_string();
    }
    format!("{} ({})", Grouped(bytes), HumanBytes(bytes))
}

/// A time as `2024-01-14 21:43:26.416 UTC`.
fn time_text(Seconds(exact): Seconds) -> String {
    let text = Timestamp::from_nanos(exact.nanos()).rfc3339().to_string();
    text.replace('T', " ").replace('Z', " UTC")
}

fn left(title: &str) -> Column {
    Column {
        title: title.to_owned(),
        align: Align::Left,
        cut: Cut::End,
        shown: true,
        toned: false,
    }
}

const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";
