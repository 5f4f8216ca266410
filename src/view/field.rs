//! Rows of any kind: each field once, for tables and for CSV.

use super::table::{Align, Column, Cut, Fit, Table, Tone};
use super::units::{Grouped, HumanBytes, HumanRate, HumanSpan};
use crate::document::{Amount, Percent, Seconds};
use crate::time::Span;

/// One field of a row.
pub(super) struct Field<R> {
    /// Heading in CSV, a path into the document; empty: not in CSV.
    pub(super) name: &'static str,
    /// Heading in a table; empty: not in a table.
    pub(super) title: &'static str,
    /// What becomes of it where room is short.
    pub(super) room: Room,
    /// How much attention it asks for when it is not zero.
    pub(super) tone: Tone,
    /// Its value.
    pub(super) value: fn(&R) -> Value,
}

/// What becomes of a column where room is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// It stays.
    Keep,
    /// It is left out, the lowest number first.
    Drop(u8),
}

/// A value, to be shown or to be exact.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Words.
    Text(String),
    /// A number to be told things apart by.
    Number(u64),
    /// How many.
    Count(u64),
    /// How many bytes.
    Bytes(u64),
    /// How many bytes of what should not happen; a table shows none as nothing.
    BytesIfAny(u64),
    /// A share.
    Share(Option<Percent>),
    /// Bits per second.
    Rate(Option<u64>),
    /// A span of time.
    Span(Option<Seconds>),
    /// A value of a measure.
    Amount(Option<Amount>),
}

impl Value {
    /// The text for people.
    pub(super) fn human(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::BytesIfAny(0) => String::new(),
            Self::Count(count) => Grouped(*count).to_string(),
            Self::Bytes(bytes) | Self::BytesIfAny(bytes) => HumanBytes(*bytes).to_string(),
            Self::Share(share) => shown(share.map(|share| format!("{share} %"))),
            Self::Rate(rate) => shown(rate.map(HumanRate)),
            Self::Span(span) => shown(span.map(human_span)),
            Self::Amount(Some(Amount::Seconds(span))) => human_span(*span).to_string(),
            Self::Amount(Some(Amount::Bytes(bytes))) => HumanBytes(*bytes).to_string(),
            Self::Amount(None) => String::new(),
        }
    }

    /// The text for programs: exact, without units.
    pub(super) fn exact(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number)
            | Self::Count(number)
            | Self::Bytes(number)
            | Self::BytesIfAny(number) => number.to_string(),
            Self::Share(share) => shown(*share),
            Self::Rate(rate) => shown(*rate),
            Self::Span(span) => shown(*span),
            Self::Amount(amount) => shown(*amount),
        }
    }

    /// True for a number above zero.
    pub(super) fn is_positive(&self) -> bool {
        match self {
            Self::Number(number)
            | Self::Count(number)
            | Self::Bytes(number)
            | Self::BytesIfAny(number) => 0 < *number,
            Self::Share(share) => share.is_some_and(|Percent(hundredths)| 0 < hundredths),
            Self::Text(_) | Self::Rate(_) | Self::Span(_) | Self::Amount(_) => false,
        }
    }
}

impl<R> Field<R> {
    /// A field that stays and is never wrong.
    pub(super) fn new(name: &'static str, title: &'static str, value: fn(&R) -> Value) -> Self {
        Self {
            name,
            title,
            room: Room::Keep,
            tone: Tone::Calm,
            value,
        }
    }

    /// The same, left out where room is short.
    pub(super) fn drop_at(self, rank: u8) -> Self {
        Self {
            room: Room::Drop(rank),
            ..self
        }
    }

    /// The same, asking for attention when it is not zero.
    pub(super) fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

/// The table of some rows, and how it becomes narrow. A column of text that no row has is hidden.
pub(super) fn table<R>(fields: &[Field<R>], rows: &[R]) -> (Table, Vec<Fit>) {
    let shown: Vec<&Field<R>> = fields
        .iter()
        .filter(|field| !field.title.is_empty())
        .collect();
    let columns: Vec<Column> = shown.iter().map(|field| column(field, rows)).collect();
    let aligns: Vec<Align> = columns.iter().map(|column| column.align).collect();
    let rooms: Vec<Room> = shown.iter().map(|field| field.room).collect();
    let mut table = Table::new(columns);
    for row in rows {
        let values: Vec<Value> = shown.iter().map(|field| (field.value)(row)).collect();
        let tones = shown.iter().zip(&values);
        let tone = tones
            .filter(|(_, value)| value.is_positive())
            .map(|(field, _)| field.tone)
            .max();
        table.push_row(tone.unwrap_or_default(), values.iter().map(Value::human));
    }
    (table, fit(&rooms, &aligns))
}

fn column<R>(field: &Field<R>, rows: &[R]) -> Column {
    let is_text = |row: &R| matches!((field.value)(row), Value::Text(_));
    let has_text = |row: &R| !matches!((field.value)(row), Value::Text(text) if text.is_empty());
    let align = match rows.first() {
        Some(row) if is_text(row) => Align::Left,
        Some(_) | None => Align::Right,
    };
    Column {
        title: field.title.to_owned(),
        align,
        cut: Cut::Middle,
        shown: rows.iter().any(has_text),
        toned: field.tone != Tone::Calm,
    }
}

/// Long names give way a little, then columns that say less, then names give way more.
fn fit(rooms: &[Room], aligns: &[Align]) -> Vec<Fit> {
    let texts = || {
        let texts = aligns.iter().enumerate();
        texts.filter(|(_, align)| **align == Align::Left)
    };
    let shrunk = |least| texts().map(move |(column, _)| Fit::Shrink(column, least));
    let mut drops: Vec<(u8, usize)> = rooms
        .iter()
        .enumerate()
        .filter_map(|(column, room)| match room {
            Room::Keep => None,
            Room::Drop(rank) => Some((*rank, column)),
        })
        .collect();
    drops.sort_unstable();
    let empty = (0..rooms.len()).map(Fit::DropEmpty);
    empty
        .chain(shrunk(ROOMY))
        .chain(drops.into_iter().map(|(_, column)| Fit::Drop(column)))
        .chain(shrunk(TIGHT))
        .collect()
}

fn human_span(Seconds(exact): Seconds) -> HumanSpan {
    HumanSpan(Span::from_nanos(exact.nanos()))
}

fn shown(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Least width of a name before columns are left out: an IPv4 socket fits.
const ROOMY: usize = 22;

/// Least width of a name after that.
const TIGHT: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::table::Surface;

    struct Row(&'static str, &'static str, u64);

    fn fields() -> Vec<Field<Row>> {
        type F = Field<Row>;
        vec![
            F::new("name", "NAME", |row| Value::Text(row.0.to_owned())),
            F::new("", "ALIAS", |row| Value::Text(row.1.to_owned())).drop_at(0),
            F::new("count", "COUNT", |row| Value::Count(row.2)).drop_at(1),
            F::new("bytes", "BYTES", |row| Value::Bytes(row.2)),
            F::new("lost", "LOST", |row| Value::BytesIfAny(row.2 / 5000)).toned(Tone::Severe),
        ]
    }

    fn check(rows: &[Row], surface: Surface, expect: &str) {
        let (table, fit) = table(&fields(), rows);
        let mut out = Vec::new();
        table.write_to(&mut out, surface, &fit).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    fn at(width: usize) -> Surface {
        Surface {
            width: Some(width),
            colored: false,
        }
    }

    #[test]
    fn a_column_without_text_is_hidden() {
        let rows = [Row("a", "", 1), Row("b", "", 1234)];
        check(
            &rows,
            Surface::default(),
            "NAME  COUNT    BYTES  LOST\n\
             a         1      1 B\n\
             b     1,234  1.23 kB\n",
        );
    }

    #[test]
    fn columns_go_by_rank_where_room_is_short() {
        let rows = [Row("alpha", "first", 1), Row("beta", "", 1234)];
        check(
            &rows,
            at(28),
            "NAME   ALIAS  COUNT    BYTES\n\
             alpha  first      1      1 B\n\
             beta          1,234  1.23 kB\n",
        );
        check(
            &rows,
            at(21),
            "NAME   COUNT    BYTES\n\
             alpha      1      1 B\n\
             beta   1,234  1.23 kB\n",
        );
        check(
            &rows,
            at(20),
            "NAME     BYTES\n\
             alpha      1 B\n\
             beta   1.23 kB\n",
        );
    }

    #[test]
    fn what_is_not_zero_sets_the_tone() {
        let surface = Surface {
            width: None,
            colored: true,
        };
        let (table, fit) = table(&fields(), &[Row("a", "", 5000)]);
        let mut out = Vec::new();
        table.write_to(&mut out, surface, &fit).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with("\x1b[31m1 B\x1b[0m\n"), "{text}");
    }
}
