//! Conditions for the exit code: `--fail-if` and `--expect`.

use anyhow::{Context as _, Result};
use spider_pcap::select::{Condition, FieldCatalog};

use crate::args::SessionsArgs;
use crate::choose::condition;
use crate::console::Console;

/// Conditions on the chosen sessions.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<Check>);

/// How many chosen sessions matched each condition.
#[derive(Debug, Default)]
pub(crate) struct Tally(Vec<Matches>);

#[derive(Debug, Default)]
struct Matches {
    count: u64,
    first: Option<String>,
}

#[derive(Debug)]
struct Check {
    kind: Kind,
    text: String,
    condition: Condition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    FailIf,
    Expect,
}

impl Checks {
    /// The checks that were asked for.
    pub(crate) fn from_args(args: &SessionsArgs, catalog: &FieldCatalog) -> Result<Self> {
        let fail_if = args.fail_if.iter().map(|text| (Kind::FailIf, text));
        let expect = args.expect.iter().map(|text| (Kind::Expect, text));
        let checks = fail_if.chain(expect).map(|(kind, text)| {
            Ok(Check {
                kind,
                text: text.clone(),
                condition: condition(kind.option(), text, catalog)?,
            })
        });
        Ok(Self(checks.collect::<Result<_>>()?))
    }

    /// True when there is nothing to check.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a chosen session.
    pub(crate) fn observe(&self, id: &str, json: &str, tally: &mut Tally) -> Result<()> {
        tally.0.resize_with(self.0.len(), Matches::default);
        for (check, matches) in self.0.iter().zip(&mut tally.0) {
            if check.condition.holds(json).context(check.kind.option())? {
                matches.count += 1;
                matches.first.get_or_insert_with(|| id.to_owned());
            }
        }
        Ok(())
    }

    /// True when all conditions hold; says which do not.
    pub(crate) fn hold(&self, tally: &Tally, console: Console) -> bool {
        let mut all = true;
        for (index, check) in self.0.iter().enumerate() {
            let text = &check.text;
            let matches = tally.0.get(index);
            let first = matches.and_then(|matches| matches.first.as_ref());
            let failure = match (check.kind, first) {
                (Kind::FailIf, Some(first)) => {
                    let matched = matches.map_or(0, |matches| matches.count);
                    format!("--fail-if '{text}': matched {matched} of the sessions, first {first}")
                }
                (Kind::Expect, None) => format!("--expect '{text}': matched no session"),
                (Kind::FailIf, None) | (Kind::Expect, Some(_)) => continue,
            };
            console.note(&failure);
            all = false;
        }
        all
    }
}

impl Tally {
    /// Adds that of sessions behind the ones so far.
    pub(crate) fn append(&mut self, later: Self) {
        if self.0.is_empty() {
            *self = later;
            return;
        }
        for (matches, later) in self.0.iter_mut().zip(later.0) {
            matches.count += later.count;
            matches.first = matches.first.take().or(later.first);
        }
    }
}

impl Kind {
    const fn option(self) -> &'static str {
        match self {
            Self::FailIf => "--fail-if",
            Self::Expect => "--expect",
        }
    }
}
