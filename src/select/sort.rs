//! Order of sessions by a field of their documents.
//!
//! The order is total: numbers, then texts, then truth values, then everything else, then
//! documents without the field (last in both directions); ties keep the order of the capture.

use std::cmp::Ordering;

use serde_json::value::RawValue;

use super::field::{FieldCatalog, FieldPath, Members, UnknownField};

/// What to sort by.
#[derive(Clone, Debug)]
pub struct SortKey {
    field: FieldPath,
    is_descending: bool,
}

/// The value of a document that decides its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortValue(Option<Place>);

/// Kinds of values, in their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Billionths.
    Number(i128),
    Text(String),
    Truth(bool),
    Other(String),
}

impl SortKey {
    /// Reads `latency`, or `-latency` for descending.
    ///
    /// # Errors
    ///
    /// Fails when no document can have the field.
    pub fn parse(text: &str, catalog: &FieldCatalog) -> Result<Self, UnknownField> {
        let (name, is_descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        Ok(Self {
            field: catalog.path(name)?,
            is_descending,
        })
    }

    /// The value of `document` (its JSON text) that decides its place.
    pub fn value(&self, document: &str) -> SortValue {
        SortValue(self.field.find(&Members::of(document)).map(place))
    }

    /// Compares two documents.
    pub fn compare(&self, left: &SortValue, right: &SortValue) -> Ordering {
        match (&left.0, &right.0) {
            (Some(left), Some(right)) if self.is_descending => right.cmp(left),
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

fn place(value: &RawValue) -> Place {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'"') => Place::Text(serde_json::from_str(text).unwrap_or_default()),
        Some(b't') => Place::Truth(true),
        Some(b'f') => Place::Truth(false),
        Some(_) | None => {
            billionths(text).map_or_else(|| Place::Other(text.to_owned()), Place::Number)
        }
    }
}

/// A decimal number with at most nine digits after its point, exactly.
fn billionths(text: &str) -> Option<i128> {
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => (-1, magnitude),
        None => (1, text),
    };
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, "0"));
    let digits = u32::try_from(fraction.len()).ok()?;
    let scale = 10_i128.pow(9_u32.checked_sub(digits)?);
    let whole: i128 = whole.parse().ok()?;
    let fraction: i128 = fraction.parse().ok()?;
    let total = whole
        .checked_mul(1_000_000_000)?
        .checked_add(fraction.checked_mul(scale)?)?;
    Some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(key: &str, values: &[&str]) -> Vec<String> {
        let catalog = FieldCatalog::from_schema(r#"{"properties":{"x":{}}}"#);
        let key = SortKey::parse(key, &catalog).unwrap();
        let mut documents: Vec<String> = values
            .iter()
            .map(|value| match *value {
                "" => "{}".to_owned(),
                value => format!(r#"{{"x":{value}}}"#),
            })
            .collect();
        documents.sort_by(|a, b| key.compare(&key.value(a), &key.value(b)));
        documents
            .iter()
            .map(|text| {
                text.trim_start_matches(r#"{"x":"#)
                    .trim_end_matches('}')
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn numbers_sort_by_value_to_the_last_digit() {
        let values = [
            "10",
            "9.5",
            "1705268606.416464002",
            "1705268606.416464001",
            "-1",
            "0",
        ];
        assert_eq!(
            sorted("x", &values),
            [
                "-1",
                "0",
                "9.5",
                "10",
                "1705268606.416464001",
                "1705268606.416464002"
            ]
        );
    }

    #[test]
    fn documents_without_the_field_are_last_both_ways() {
        assert_eq!(sorted("x", &["", "2", "1"]), ["1", "2", "{"]);
        assert_eq!(sorted("-x", &["", "1", "2"]), ["2", "1", "{"]);
    }

    #[test]
    fn kinds_have_an_order() {
        assert_eq!(
            sorted("x", &["null", "true", r#""a""#, "1", "false"]),
            ["1", r#""a""#, "false", "true", "null"]
        );
    }
}
