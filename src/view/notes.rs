//! What is wrong with a session, in as few words as can be.

use std::fmt::Write as _;

use super::table::Tone;
use super::units::HumanBytes;
use crate::document::{HalfAnalysis, TcpSession};

/// What is worth knowing of a session at a glance, most important first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Words between commas; empty when nothing is wrong.
    pub text: String,
    /// How much attention they ask for.
    pub tone: Tone,
}

impl Notes {
    /// The notes of a session.
    pub fn of(session: &TcpSession<'_>) -> Self {
        let mut notes = Self::default();
        notes.add_outcome(session);
        notes.add_missing(session);
        notes.add_counts(session);
        notes
    }

    /// How it began and ended.
    fn add_outcome(&mut self, session: &TcpSession<'_>) {
        let times = &session.times;
        // Packets without a time leave no mark in the times, but a letter in the history.
        let is_unanswered = !times.missed_syn && !session.analysis.history.contains('h');
        let reset = session
            .analysis
            .closed_by
            .filter(|close| close.kind == "rst");
        match reset.map(|close| close.direction.0.as_str()) {
            Some("in") if is_unanswered => self.add(Tone::Severe, "refused"),
            Some("in") => self.add(Tone::Severe, "reset by server"),
            Some(_) => self.add(Tone::Severe, "reset by client"),
            None if session.analysis.r#in.packets == 0 && !times.missed_syn => {
                self.add(Tone::Severe, "no answer");
            }
            None if is_unanswered => self.add(Tone::Notable, "no SYN+ACK"),
            None if 0 < session.out.payload && session.r#in.payload == 0 => {
                self.add(Tone::Notable, "no response");
            }
            None => {}
        }
    }

    /// What was not captured.
    fn add_missing(&mut self, session: &TcpSession<'_>) {
        let missing = total(session, |half| half.missing_bytes);
        if 0 < missing {
            self.add(Tone::Severe, &format!("gap {}", HumanBytes(missing)));
        }
        if session.times.missed_syn {
            self.add(Tone::Notable, "no SYN");
        }
        if session.analysis.limit_reached {
            self.add(Tone::Severe, "limit reached");
        }
    }

    /// What happened on the way.
    fn add_counts(&mut self, session: &TcpSession<'_>) {
        let mut count = |number: u64, what: &str| {
            if 0 < number {
                self.add(Tone::Notable, &format!("{number} {what}"));
            }
        };
        count(total(session, |half| half.resent_packets), "resent");
        count(total(session, |half| half.lost_upstream), "lost");
        count(total(session, |half| half.out_of_order), "out of order");
        count(total(session, |half| half.duplicates), "duplicate");
        count(total(session, |half| half.overlap_conflicts), "conflicting");
        count(total(session, |half| half.zero_windows), "zero window");
        count(session.capture.truncated_packets, "cut");
    }

    fn add(&mut self, tone: Tone, words: &str) {
        let separator = if self.text.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{separator}{words}");
        self.tone = self.tone.max(tone);
    }
}

fn total(session: &TcpSession<'_>, count: impl Fn(&HalfAnalysis) -> u64) -> u64 {
    count(&session.analysis.out).saturating_add(count(&session.analysis.r#in))
}
