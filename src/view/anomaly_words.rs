//! What went wrong in a session, each as one plain sentence.
//!
//! ```text
//! The server closed its window for 1.204 s after lot 14 (+3.512 s, packet 57).
//! The client re-sent 3 packets (4.38 kB) of lot 2 (+204 ms, packet 9); nothing new came for 611 ms. 12 more like it, the last at +3.245 s.
//! ```
//!
//! Who is a word: `client` or `server`. Moments are since the first packet. The worst comes first,
//! then the earliest; more than [`TOLD`] of one kind and side become one sentence about the worst
//! of them and a count. It deliberately colours nothing and breaks no line.

mod severity;
mod teller;

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::table::Tone;
use super::units::{Grouped, HumanBytes};
use crate::lot::{Anomalies, Anomaly, LeftOut, Place};
use severity::Severity;
use teller::{moment, sentence};

/// One sentence about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// How much attention it asks for.
    pub tone: Tone,
    /// The sentence, with its period.
    pub text: String,
    /// Where it happened, or began.
    pub place: Place,
}

/// Tells what went wrong.
pub fn anomaly_sentences(anomalies: &Anomalies) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut groups: Vec<Vec<&Anomaly>> = Vec::new();
    for anomaly in &anomalies.list {
        let is_like = |group: &&mut Vec<&Anomaly>| {
            let first = group.first();
            first.is_some_and(|first| is_alike(first, anomaly))
        };
        match groups.iter_mut().find(is_like) {
            Some(group) => group.push(anomaly),
            None => groups.push(vec![anomaly]),
        }
    }
    for group in &groups {
        tell_group(group, anomalies, &mut sentences);
    }
    sentences.sort_by_key(|(severity, sentence)| (Reverse(*severity), sentence.place.packet));
    sentences
        .into_iter()
        .map(|(_, sentence)| sentence)
        .collect()
}

fn is_alike(one: &Anomaly, other: &Anomaly) -> bool {
    (one.kind, one.direction) == (other.kind, other.direction)
}

fn tell_group(
    group: &[&Anomaly],
    anomalies: &Anomalies,
    sentences: &mut Vec<(Severity, Sentence)>,
) {
    let Some(first) = group.first() else { return };
    let is_it =
        |rest: &&LeftOut| rest.kind == first.kind && rest.is_of_client() == first.is_of_client();
    let rest = anomalies.left_out.iter().find(is_it);
    if group.len() <= TOLD && rest.is_none() {
        sentences.extend(group.iter().map(|anomaly| told(anomaly, sentence(anomaly))));
        return;
    }
    // Of several alike, the earliest.
    let worst = group.iter().rev().max_by_key(|anomaly| anomaly.weight());
    let worst = worst.unwrap_or(first);
    let text = format!("{} {}", sentence(worst), others(group, rest));
    sentences.push(told(worst, text));
}

/// `12 more like it, 4.38 kB in all, the last at +3.245 s.`
fn others(group: &[&Anomaly], rest: Option<&LeftOut>) -> String {
    let listed = (group.len() as u64).saturating_sub(1);
    let count = listed.saturating_add(rest.map_or(0, |rest| rest.count));
    let mut text = format!("{} more like it", Grouped(count));
    let bytes = group.iter().map(|anomaly| anomaly.bytes);
    let bytes = bytes.chain(rest.map(|rest| rest.bytes));
    let bytes = bytes.fold(0, u64::saturating_add);
    // Writing to a string cannot fail.
    if 0 < bytes {
        let _ = write!(text, ", {} in all", HumanBytes(bytes));
    }
    let last = rest.map(|rest| rest.last);
    let last = last.or_else(|| group.last().map(|last| last.place));
    if let Some(after) = last.and_then(|last| last.after) {
        let _ = write!(text, ", the last at {}", moment(after));
    }
    text.push('.');
    text
}

fn told(anomaly: &Anomaly, text: String) -> (Severity, Sentence) {
    let severity = Severity::of(anomaly.kind);
    let sentence = Sentence {
        tone: severity.tone(),
        text,
        place: anomaly.place,
    };
    (severity, sentence)
}

/// Anomalies of one kind and side that have a sentence each.
const TOLD: usize = 3;

#[cfg(test)]
mod tests;
