//! From arguments to a choice of sessions.

use anyhow::{Context as _, Result};
use spider_pcap::document::TcpSession;
use spider_pcap::select::{
    Condition, ConditionError, FieldCatalog, Filter, FindError, SessionNames, SortKey, SortValue,
    Trait, UnknownField, find_session,
};

use crate::args::ChooseArgs;
use crate::failure::Hinted;
use crate::listing::{Listing, nothing_to_show};

/// Which sessions, in which order.
#[derive(Debug)]
pub(crate) struct Choice {
    filter: Filter,
    conditions: Vec<Condition>,
    sort: Option<SortKey>,
    /// Ids as they were given.
    pub(crate) wanted: Vec<String>,
    /// Sessions that are shown at most.
    pub(crate) limit: usize,
}

/// A session that was chosen.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// Position in the capture's list of sessions, from 0.
    pub(crate) position: usize,
    sort: Option<SortValue>,
}

impl Choice {
    /// The choice that was asked for.
    pub(crate) fn from_args(args: &ChooseArgs, catalog: &FieldCatalog) -> Result<Self> {
        let conditions = args
            .r#where
            .iter()
            .map(|text| condition("--where", text, catalog));
        let sort = args
            .sort
            .as_deref()
            .map(|text| SortKey::parse(text, catalog));
        Ok(Self {
            filter: filter(args),
            conditions: conditions.collect::<Result<_>>()?,
            sort: sort
                .transpose()
                .map_err(|error| unknown_field("--sort", &error))?,
            wanted: args.session.clone(),
            limit: args.limit.unwrap_or(usize::MAX),
        })
    }

    /// The choice of sessions only, where expressions, order and number are about something else.
    pub(crate) fn of_sessions(args: &ChooseArgs) -> Self {
        let mut filter = filter(args);
        filter.traits.retain(|wanted| *wanted != Trait::NoResponse);
        Self {
            filter,
            conditions: Vec::new(),
            sort: None,
            wanted: args.session.clone(),
            limit: usize::MAX,
        }
    }

    /// True when choosing needs the JSON text of documents.
    pub(crate) const fn needs_json(&self) -> bool {
        !self.conditions.is_empty() || self.sort.is_some()
    }

    /// True when nothing was asked for: all sessions are taken, in their order.
    pub(crate) const fn takes_all(&self) -> bool {
        self.wanted.is_empty() && !self.needs_json() && self.filter.is_empty()
    }

    /// True when nothing but ids decides which sessions are taken.
    pub(crate) const fn takes_named(&self) -> bool {
        !self.wanted.is_empty()
            && !self.needs_json()
            && self.filter.is_empty()
            && self.limit == usize::MAX
    }

    /// True for a session that fits the filter.
    pub(crate) fn fits(&self, session: &TcpSession<'_>) -> bool {
        self.filter.matches(session)
    }

    /// True for a document that fits all expressions.
    pub(crate) fn holds(&self, json: &str) -> Result<bool> {
        for condition in &self.conditions {
            if !condition.holds(json).context("--where")? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Notes what decides the place of a session.
    pub(crate) fn place(&self, position: usize, json: &str) -> Chosen {
        Chosen {
            position,
            sort: self.sort.as_ref().map(|key| key.value(json)),
        }
    }

    /// Brings sessions into the order that was asked for.
    pub(crate) fn order(&self, chosen: &mut [Chosen]) {
        if let Some(key) = &self.sort {
            chosen.sort_by(|left, right| match (&left.sort, &right.sort) {
                (Some(left), Some(right)) => key.compare(left, right),
                (None, _) | (_, None) => left.position.cmp(&right.position),
            });
        }
    }

    /// Positions of the sessions that were asked for by id, in capture order.
    pub(crate) fn find(&self, sessions: &[SessionNames]) -> Result<Vec<usize>> {
        let found = self.wanted.iter().map(|wanted| find_one(wanted, sessions));
        let mut found = found.collect::<Result<Vec<usize>>>()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// The position of the session that `wanted` means.
pub(crate) fn find_one(wanted: &str, sessions: &[SessionNames]) -> Result<usize> {
    find_session(wanted, sessions).map_err(|error| not_found(error, sessions))
}

/// No session was named, and there is not just one.
pub(crate) fn no_session(listing: &Listing<'_>) -> anyhow::Error {
    match listing.analysis.sessions.len() {
        0 => anyhow::Error::msg(nothing_to_show(listing)),
        many => Hinted::error(
            format!("there are {many} sessions, and none was named"),
            "add --session N; 'spider sessions' lists them with their numbers",
        ),
    }
}

/// Reads the expression of an option.
pub(crate) fn condition(option: &str, text: &str, catalog: &FieldCatalog) -> Result<Condition> {
    Condition::parse(text, catalog).map_err(|error| match error {
        ConditionError::UnknownField(error) => unknown_field(option, &error),
        ConditionError::UnknownFunction { .. } => Hinted::error(
            format!("{option}: {error}"),
            "functions are size, contains, startsWith, endsWith, matches and others of CEL",
        ),
        ConditionError::Syntax { .. } => {
            Hinted::error(format!("{option} '{text}': {error}"), syntax_hint(text))
        }
        ConditionError::TooLarge | ConditionError::NotACondition { .. } => {
            anyhow::Error::new(error).context(option.to_owned())
        }
    })
}

/// An unknown field, with the nearest one.
pub(crate) fn unknown_field(option: &str, error: &UnknownField) -> anyhow::Error {
    let message = format!("{option}: {error}");
    match &error.nearest {
        Some(nearest) => Hinted::error(message, format!("did you mean '{nearest}'?")),
        None => Hinted::error(message, "'spider schema' describes all fields"),
    }
}

fn filter(args: &ChooseArgs) -> Filter {
    let traits = [
        (args.tls, Trait::Tls),
        (args.http, Trait::Http),
        (args.missed_syn, Trait::MissedSyn),
        (args.incomplete, Trait::Incomplete),
        (args.no_response, Trait::NoResponse),
    ];
    let wanted = traits.into_iter().filter(|(is_wanted, _)| *is_wanted);
    Filter {
        hosts: args.host.clone(),
        networks: args.ip.clone(),
        ports: args.port.clone(),
        clients: args.src.clone(),
        servers: args.dst.clone(),
        names: args.name.clone(),
        states: args.state.clone(),
        traits: wanted.map(|(_, wanted)| wanted).collect(),
        since: args.since,
        until: args.until,
        min_payload_bytes: args.min_bytes,
        min_duration: args.min_duration,
    }
}

fn not_found(error: FindError, sessions: &[SessionNames]) -> anyhow::Error {
    let describe = |position: &usize| {
        let names = sessions.get(*position)?;
        Some(format!(
            "#{} ({}-{})",
            position + 1,
            names.client,
            names.server
        ))
    };
    let hint = match &error {
        FindError::Ambiguous { candidates, .. } => {
            let shown: Vec<String> = candidates
                .iter()
                .take(MAX_LISTED)
                .filter_map(describe)
                .collect();
            let more = match candidates.len().saturating_sub(MAX_LISTED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("choose one of {}{more}", shown.join(", "))
        }
        FindError::NotFound { closest, .. } => match closest.as_ref().and_then(describe) {
            Some(closest) => format!("the closest is {closest}"),
            None => "'spider sessions' lists all of them".to_owned(),
        },
    };
    Hinted::error(error.to_string(), hint)
}

fn syntax_hint(text: &str) -> &'static str {
    let words = || text.split_whitespace();
    if words().any(|word| matches!(word, "and" | "or" | "not" | "AND" | "OR" | "NOT")) {
        "use && for and, || for or, ! for not"
    } else if words().any(|word| word == "=") {
        "use == to compare"
    } else {
        "an example is 'dst.port == 443 && latency > 0.2'"
    }
}

/// Candidates that an error lists.
const MAX_LISTED: usize = 8;
