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

/// The table of some rows, and how it becomes narrow.
pub(super) fn table<'r, R: 'r>(
    fields: &[Field<R>],
    rows: impl IntoIterator<Item = &'r R>,
) -> (Table, Vec<Fit>) {
    let shown: Vec<&Field<R>> = fields
        .iter()
        .filter(|field| !field.title.is_empty())
        .collect();
    let mut aligns = vec![Align::Right; shown.len()];
    let mut lines = Vec::new();
    for row in rows {
        let values: Vec<Value> = shown.iter().map(|field| (field.value)(row)).collect();
        let mut tone = Tone::Calm;
        for ((field, value), align) in shown.iter().zip(&values).zip(&mut aligns) {
            if matches!(value, Value::Text(_)) {
                *align = Align::Left;
            }
            if value.is_positive() {
                tone = tone.max(field.tone);
            }
        }
        lines.push((tone, values));
    }
    let columns = shown.iter().zip(&aligns).map(|(field, align)| Column {
        title: field.title.to_owned(),
        align: *align,
        cut: Cut::Middle,
        shown: true,
        toned: field.tone != Tone::Calm,
    });
    let mut table = Table::new(columns.collect());
    for (tone, values) in &lines {
        table.push_row(*tone, values.iter().map(Value::human));
    }
    let rooms: Vec<Room> = shown.iter().map(|field| field.room).collect();
    (table, fit(&rooms, &aligns))
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
