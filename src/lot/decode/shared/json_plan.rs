//! Which bytes of a lot are JSON texts, which are heads before them, and where that ends.
//!
//! `serde_json` reads each text once, for being valid; its values are not kept.
//!
//! Limits: values nested 128 deep, as `serde_json` has it for values that are kept.

use std::ops::Range;

use serde_json::value::RawValue;

use super::indent::{self, is_white};
use super::message::{Body, Message};

/// What there is to show.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Heads and JSON texts, in order.
    pub(crate) parts: Vec<Part>,
    /// Where they end before the lot does.
    pub(crate) stop: Option<Stop>,
}

/// An index range that is shown in one way.
#[derive(Debug)]
pub(crate) enum Part {
    /// An HTTP head.
    Head(Range<usize>),
    /// One JSON text, perhaps with white space around it.
    Json(Range<usize>),
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

    /// True when there is JSON, and nothing but heads beside it.
    pub(crate) fn is_all_json(&self) -> bool {
        let is_json = |part: &Part| matches!(part, Part::Json(_));
        self.stop.is_none() && self.parts.iter().any(is_json)
    }

    /// JSON texts and nothing else.
    pub(crate) fn of_texts(bytes: &[u8]) -> Self {
        let mut plan = Self::default();
        plan.add_texts(bytes, 0..bytes.len());
        plan
    }

    /// HTTP messages with JSON bodies; `None` when the bytes start with no head.
    pub(crate) fn of_messages(bytes: &[u8]) -> Option<Self> {
        let mut message = Message::at(bytes, 0)?;
        let mut plan = Self::default();
        loop {
            let behind = plan.add_message(bytes, message);
            if plan.stop.is_some() || behind == bytes.len() {
                return Some(plan);
            }
            message = match Message::at(bytes, behind) {
                Some(next) => next,
                None => {
                    plan.stop(behind, "no HTTP head");
                    return Some(plan);
                }
            };
        }
    }

    /// Gives where the message ends.
    fn add_message(&mut self, bytes: &[u8], message: Message) -> usize {
        let head_end = message.head.end;
        self.parts.push(Part::Head(message.head));
        match message.body {
            Body::Unclear(reason) => self.stop(head_end, reason),
            Body::Whole(body) if body.is_empty() => {}
            Body::Whole(body) => {
                let end = body.end;
                let text = bytes.get(body.clone()).unwrap_or_default();
                if Self::may_start_with(text) || message.content_type.contains("json") {
                    self.add_texts(bytes, body);
                } else {
                    self.stop(
                        head_end,
                        "neither the body nor its Content-Type look like it",
                    );
                }
                return end;
            }
        }
        head_end
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
            self.parts.push(Part::Json(json));
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
