//! The names that one address had in the course of a capture.

use std::sync::Arc;

use super::answers::Answer;
use super::dns::Grade;
use crate::time::Timestamp;

/// Names of one address with their times, of either grade.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    asked: Periods,
    stated: Periods,
}

/// Names in the order of the times from which they hold. A name without a time stands before
/// all others: it gives way to any other evidence.
#[derive(Clone, Debug, Default)]
struct Periods(Vec<(Option<Timestamp>, Arc<str>)>);

impl History {
    /// Takes an answer.
    pub(super) fn add(&mut self, answer: &Answer) {
        let periods = match answer.grade {
            Grade::Asked => &mut self.asked,
            Grade::Stated => &mut self.stated,
        };
        periods.add(answer);
    }

    /// The name at a time, or the latest one; names that were asked for come first, at any time.
    pub(super) fn name(&self, at: Option<Timestamp>) -> Option<&str> {
        self.asked.name(at).or_else(|| self.stated.name(at))
    }
}

impl Periods {
    fn add(&mut self, answer: &Answer) {
        // Nearly always the end; merged captures can disagree in their clocks.
        let place = self.0.partition_point(|(time, _)| *time <= answer.time);
        self.0
            .insert(place, (answer.time, Arc::clone(&answer.name)));
    }

    /// The name of the latest answer up to `at`; if there is none, of the first one after it.
    fn name(&self, at: Option<Timestamp>) -> Option<&str> {
        let found = match at {
            None => self.0.last(),
            Some(at) => {
                let after = self.0.partition_point(|(time, _)| *time <= Some(at));
                after
                    .checked_sub(1)
                    .and_then(|latest| self.0.get(latest))
                    .or_else(|| self.0.first())
            }
        };
        found.map(|(_, name)| &**name)
    }
}
