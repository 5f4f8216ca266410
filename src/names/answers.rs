//! The answers of name services in a capture: which address got which name, and when.
//!
//! Keeps a name of an address only where it differs from the one before, so that what is kept
//! grows with changes and not with traffic.
//!
//! Limits: [`AnswerCollector::MAX_ANSWERS`] answers in all and
//! [`AnswerCollector::MAX_OF_ADDRESS`] of one address and grade; later ones are left out and
//! counted.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::dns::{Grade, NameService, facts};
use super::table::Names;
use crate::time::Timestamp;

/// A name that an answer gave to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Capture time of the answer.
    pub time: Option<Timestamp>,
    /// The address.
    pub address: IpAddr,
    /// Its name from then on.
    pub name: Arc<str>,
    /// How well it fits.
    pub grade: Grade,
}

/// Collects the answers of a capture.
#[derive(Debug, Default)]
pub struct AnswerCollector {
    answers: Vec<Answer>,
    latest: HashMap<(IpAddr, Grade), Latest>,
    /// Every name once.
    names: HashSet<Arc<str>>,
    left_out: u64,
}

/// The latest name of an address.
#[derive(Debug)]
struct Latest {
    name: Arc<str>,
    /// Answers kept of the address.
    kept: usize,
}

impl AnswerCollector {
    /// Answers that are kept at most.
    pub const MAX_ANSWERS: usize = 1 << 20;
    /// Answers that are kept at most of one address and grade: an address whose name changes
    /// more often is one of a content network, where the name says little.
    pub const MAX_OF_ADDRESS: usize = 1 << 10;

    /// Takes a message of a name service, captured at `time`.
    pub fn read(&mut self, message: &[u8], service: NameService, time: Option<Timestamp>) {
        for fact in facts(message, service) {
            if fact.name.is_empty() {
                continue;
            }
            let is_kept = fact.name.len() <= Names::MAX_NAME_BYTES
                && self.keep(fact.address, &fact.name, fact.grade, time);
            if !is_kept {
                self.left_out = self.left_out.saturating_add(1);
            }
        }
    }

    /// Takes the payload of a segment of a name service over TCP, captured at `time`: whole
    /// messages, each behind its length (RFC 7766 §8). A message in several segments is not read.
    pub fn read_segment(&mut self, payload: &[u8], time: Option<Timestamp>) {
        let mut rest = payload;
        while let Some((len, behind)) = rest.split_first_chunk::<2>() {
            let len = usize::from(u16::from_be_bytes(*len));
            let Some((message, next)) = behind.split_at_checked(len) else {
                return;
            };
            self.read(message, NameService::Dns, time);
            rest = next;
        }
    }

    /// The answers that changed a name, in capture order; grows only.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// Names that were left out because a limit was reached.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Keeps a name if it is new; false where there is no room for it.
    fn keep(&mut self, address: IpAddr, name: &str, grade: Grade, time: Option<Timestamp>) -> bool {
        let latest = self.latest.get(&(address, grade));
        if latest.is_some_and(|latest| &*latest.name == name) {
            return true;
        }
        let kept = latest.map_or(0, |latest| latest.kept);
        if Self::MAX_OF_ADDRESS <= kept || Self::MAX_ANSWERS <= self.answers.len() {
            return false;
        }
        let name = self.shared(name);
        let latest = Latest {
            name: Arc::clone(&name),
            kept: kept.saturating_add(1),
        };
        self.latest.insert((address, grade), latest);
        self.answers.push(Answer {
            time,
            address,
            name,
            grade,
        });
        true
    }

    /// The one copy of a name.
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        name
    }
}
