//! Conditions for the exit code: `--fail-if` and `--expect`.

use anyhow::{Context as _, Result};
use spider_pcap::select::{Condition, FieldCatalog};

use crate::args::SessionsArgs;
use crate::choose::condition;
use crate::console::Console;

/// Conditions and how many chosen sessions matched each of them.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<Check>);

#[derive(Debug)]
struct Check {
    kind: Kind,
    text: String,
    condition: Condition,
    matched: u64,
    first: Option<String>,
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
                matched: 0,
                first: None,
            })
        });
        Ok(Self(checks.collect::<Result<_>>()?))
    }

    /// True when there is nothing to check.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a chosen session.
    pub(crate) fn observe(&mut self, id: &str, json: &str) -> Result<()> {
        for check in &mut self.0 {
            if check.condition.holds(json).context(check.kind.option())? {
                check.matched += 1;
                check.first.get_or_insert_with(|| id.to_owned());
            }
        }
        Ok(())
    }

    /// True when all conditions hold; says which do not.
    pub(crate) fn hold(&self, console: Console) -> bool {
        let mut all = true;
        for check in &self.0 {
            let text = &check.text;
            let failure = match (check.kind, &check.first) {
                (Kind::FailIf, Some(first)) => {
                    let matched = check.matched;
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

impl Kind {
    const fn option(self) -> &'static str {
        match self {
            Self::FailIf => "--fail-if",
            Self::Expect => "--expect",
        }
    }
}
