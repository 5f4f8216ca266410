//! Which bytes are JSON texts, and where they end.
//!
//! `serde_json` reads each text once, for being valid; its values are not kept.
//!
//! Limits: values nested 128 deep, as `serde_json` has it for values that are kept.

use std::ops::Range;

use serde_json::value::RawValue;

use super::indent::{self, is_white};

/// What there is to show.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// JSON texts in order, perhaps with white space around them.
    pub(crate) texts: Vec<Range<usize>>,
    /// Where they end before the lot does.
    pub(crate) stop: Option<Stop>,
}

/// Where JSON ends, and why.
#[derive(Debug)]
pub(crate) struct Stop {
    /// From here on it is shown otherwise.
    pub(crate) from: usize,
    /// What is wrong is here.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) reason: String,
}

impl Plan {
    /// True when bytes start as an array or an object does.
    pub(crate) fn may_start_with(bytes: &[u8]) -> bool {
        matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
    }

    /// True when there is JSON and nothing else.
    pub(crate) const fn is_all_json(&self) -> bool {
        self.stop.is_none() && !self.texts.is_empty()
    }

    /// The JSON texts of bytes, up to the first that is none.
    pub(crate) fn of_texts(bytes: &[u8]) -> Self {
        let mut plan = Self::default();
        plan.add_texts(bytes, 0..bytes.len());
        plan
    }

    /// Adds the JSON texts of a range, up to the first that is none.
    fn add_texts(&mut self, bytes: &[u8], range: Range<usize>) {
        let text = bytes.get(range.clone()).unwrap_or_default();
        let mut stream = serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>();
        let mut behind = 0;
        while let Some(value) = stream.next() {
            let white = text.iter().skip(behind).take_while(|byte| is_white(**byte));
            let first = behind + white.count();
            let wrong = match value {
                Err(error) => Some((place(text, &error), reason(&error))),
                Ok(_) => {
                    behind = stream.byte_offset();
                    let is_deep = MAX_DEPTH < indent::depth(text, first..behind);
                    is_deep.then(|| (first, format!("nested deeper than {MAX_DEPTH} levels")))
                }
            };
            if let Some((at, reason)) = wrong {
                self.stop = Some(Stop {
                    from: range.start + first,
                    at: range.start + at,
                    reason,
                });
                return;
            }
            let json = range.start + first..range.start + behind;
            self.texts.push(json);
        }
        if behind == 0 {
            self.stop(range.start, "nothing but white space");
        }
    }

    fn stop(&mut self, at: usize, reason: impl Into<String>) {
        self.stop = Some(Stop {
            from: at,
            at,
            reason: reason.into(),
        });
    }
}

/// Index of the byte that the error is about.
fn place(text: &[u8], error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before = lines.take(error.line().saturating_sub(1));
    let start: usize = before.map(<[u8]>::len).sum();
    // At the end of the text the column is that of the last byte.
    let column = error.column() - usize::from(!error.is_eof()).min(error.column());
    start.saturating_add(column).min(text.len())
}

/// What the error says, without its place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = text.rfind(" at line ").unwrap_or(text.len());
    text.get(..place).unwrap_or_default().to_owned()
}

const MAX_DEPTH: usize = 128;
