//! Which requests, and in which order.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::SessionRecord;
use spider_pcap::capture::PacketNumber;
use spider_pcap::document::{HttpCommunication, HttpContext, HttpParsingLog, TcpSession};
use spider_pcap::http::{Fields, Item, Items};
use spider_pcap::select::{Condition, FieldCatalog, SortKey, SortValue};
use spider_pcap::time::Timestamp;
use spider_pcap::view::{HttpRow, HttpRowEnds};

use crate::args::{HttpArgs, StatusRange};
use crate::choose::{Chosen, condition, unknown_field};
use crate::listing::{Listing, document};
use crate::parts::Parts;

/// Which requests were asked for.
#[derive(Debug)]
pub(super) struct ItemChoice {
    statuses: Vec<StatusRange>,
    needs_no_response: bool,
    conditions: Vec<Condition>,
    sort: Option<SortKey>,
    limit: usize,
}

impl ItemChoice {
    pub(super) fn from_args(args: &HttpArgs, catalog: &FieldCatalog) -> Result<Self> {
        let choose = &args.choose;
        let conditions = choose.r#where.iter();
        let conditions = conditions.map(|text| condition("--where", text, catalog));
        let sort = choose.sort.as_deref();
        let sort = sort.map(|text| SortKey::parse(text, catalog)).transpose();
        Ok(Self {
            statuses: args.status.clone(),
            needs_no_response: choose.no_response,
            conditions: conditions.collect::<Result<_>>()?,
            sort: sort.map_err(|error| unknown_field("--sort", &error))?,
            limit: choose.limit.unwrap_or(usize::MAX),
        })
    }

    /// True when choosing needs the JSON text of documents.
    const fn needs_json(&self) -> bool {
        !self.conditions.is_empty() || self.sort.is_some()
    }

    fn fits(&self, item: &Item<Fields<'_>>) -> bool {
        let status = item.response.as_ref().map(|response| response.status);
        let is_wanted = |StatusRange(range): &StatusRange| match (range, status) {
            (Some((from, to)), Some(status)) => (*from..=*to).contains(&status),
            (None, None) => true,
            (_, _) => false,
        };
        let by_status = self.statuses.is_empty() || self.statuses.iter().any(is_wanted);
        by_status && !(self.needs_no_response && status.is_some())
    }

    /// Those of some requests whose documents fit the expressions, with what sorts them.
    fn among(&self, listing: &Listing<'_>, places: &[Place]) -> Result<Vec<Place>> {
        let (mut json, mut kept) = (Vec::new(), Vec::new());
        with_rows(listing, places, &mut |place, row| {
            json.clear();
            row.item.write_json(&mut json)?;
            let text = std::str::from_utf8(&json)?;
            for condition in &self.conditions {
                if !condition.holds(text).context("--where")? {
                    return Ok(());
                }
            }
            kept.push(Place {
                sort: self.sort.as_ref().map(|key| key.value(text)),
                ..place.clone()
            });
            Ok(())
        })?;
        Ok(kept)
    }
}

/// A request that was chosen.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Number in the list of all requests, from 1.
    number: usize,
    /// Position of the session.
    session: usize,
    /// Place of the item in it.
    item: usize,
    pub(super) time: Option<Timestamp>,
    sort: Option<SortValue>,
}

/// All requests of the chosen sessions.
pub(super) struct Requests<'a> {
    listing: &'a Listing<'a>,
    pub(super) total: usize,
    /// Positions of the chosen sessions.
    pub(super) sessions: Vec<usize>,
    /// Time of the first.
    pub(super) first: Option<Timestamp>,
    pub(super) chosen: Vec<Place>,
}

impl<'a> Requests<'a> {
    /// The requests that were asked for, of these sessions.
    pub(super) fn of(
        listing: &'a Listing<'a>,
        sessions: &[Chosen],
        choice: &ItemChoice,
        parts: &Parts,
    ) -> Result<Self> {
        let mut places = Vec::new();
        parts.each(
            sessions,
            PART_SESSIONS,
            |part| Ok(places_of(listing, part)),
            |part| {
                places.extend(part);
                Ok(())
            },
        )?;
        places.sort_by_key(|place| (place.time.is_none(), place.time, place.session, place.item));
        for (number, place) in (1..).zip(&mut places) {
            place.number = number;
        }
        let mut requests = Self {
            listing,
            total: places.len(),
            sessions: sessions.iter().map(|chosen| chosen.position).collect(),
            first: places.first().and_then(|place| place.time),
            chosen: places,
        };
        requests.choose(choice, parts)?;
        Ok(requests)
    }

    fn choose(&mut self, choice: &ItemChoice, parts: &Parts) -> Result<()> {
        let listing = self.listing;
        if !choice.statuses.is_empty() || choice.needs_no_response {
            self.chosen.retain(|place| {
                let item = item(listing, place);
                item.is_some_and(|item| choice.fits(&item))
            });
        }
        if choice.needs_json() {
            let mut kept = Vec::new();
            parts.each(
                &self.chosen,
                PART_ROWS,
                |part| choice.among(listing, part),
                |part| {
                    kept.extend(part);
                    Ok(())
                },
            )?;
            self.chosen = kept;
        }
        if let Some(key) = &choice.sort {
            self.chosen
                .sort_by(|left, right| match (&left.sort, &right.sort) {
                    (Some(left), Some(right)) => key.compare(left, right),
                    (None, _) | (_, None) => left.number.cmp(&right.number),
                });
        }
        self.chosen.truncate(choice.limit);
        Ok(())
    }

    /// The chosen requests by their sessions and indexes: what a file of a body is called after.
    pub(super) fn bodies(&self) -> HashMap<(PacketNumber, u64), (usize, Item<Fields<'_>>)> {
        let sessions = &self.listing.analysis.sessions;
        let mut found = HashMap::new();
        for place in &self.chosen {
            let first = sessions.first_packet(place.session);
            let item = item(self.listing, place);
            if let (Some(first), Some(item)) = (first, item) {
                found.insert((first, item.index), (place.number, item));
            }
        }
        found
    }

    /// Hands out how the HTTP of each session was read of which a request was chosen.
    pub(super) fn each_log(
        &self,
        mut each: impl FnMut(usize, &HttpParsingLog<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut positions: Vec<usize> = self.chosen.iter().map(|place| place.session).collect();
        positions.sort_unstable();
        positions.dedup();
        for position in positions {
            if let Some(facts) = self.listing.analysis.sessions.http(position) {
                let logged = self.listing.with_session(position, |session| {
                    each(position + 1, &HttpParsingLog::new(session, facts))
                });
                logged.transpose()?;
            }
        }
        Ok(())
    }

    /// Hands out these of the chosen requests in their order.
    pub(super) fn each(
        &self,
        part: &[Place],
        mut each: impl FnMut(&HttpRow<'_>) -> Result<()>,
    ) -> Result<()> {
        with_rows(self.listing, part, &mut |_, row| each(row))
    }
}

/// Hands out the documents of these requests.
fn with_rows(
    listing: &Listing<'_>,
    places: &[Place],
    each: &mut dyn FnMut(&Place, &HttpRow<'_>) -> Result<()>,
) -> Result<()> {
    places
        .chunks(PART_ROWS)
        .try_for_each(|part| with_part(listing, part, each))
}

/// Hands out the documents of some requests; that of a session serves all its requests.
fn with_part(
    listing: &Listing<'_>,
    places: &[Place],
    each: &mut dyn FnMut(&Place, &HttpRow<'_>) -> Result<()>,
) -> Result<()> {
    let mut positions: Vec<usize> = places.iter().map(|place| place.session).collect();
    positions.sort_unstable();
    positions.dedup();
    let records = positions
        .iter()
        .filter_map(|position| listing.analysis.sessions.get(*position));
    let records: Vec<SessionRecord> = records.collect();
    let sessions: Vec<(TcpSession<'_>, HttpRowEnds)> = records
        .iter()
        .map(|record| document(record, &listing.context))
        .map(|session| {
            let ends = HttpRowEnds::of(&session);
            (session, ends)
        })
        .collect();
    for place in places {
        let Ok(at) = positions.binary_search(&place.session) else {
            continue;
        };
        let item = item(listing, place);
        if let (Some(record), Some((session, ends)), Some(item)) =
            (records.get(at), sessions.get(at), item)
        {
            let context = HttpContext {
                session,
                precision: record.summary.times.precision,
            };
            let row = HttpRow {
                number: place.number,
                session_number: place.session + 1,
                item: &HttpCommunication::new(&item, &context),
                ends,
            };
            each(place, &row)?;
        }
    }
    Ok(())
}

/// All requests of some sessions.
fn places_of(listing: &Listing<'_>, sessions: &[Chosen]) -> Vec<Place> {
    let mut places = Vec::new();
    for Chosen { position, .. } in sessions {
        let items = items(listing, *position).into_iter();
        places.extend(items.flat_map(Items::times).map(|(item, time)| Place {
            number: 0,
            session: *position,
            item,
            time,
            sort: None,
        }));
    }
    places
}

fn items<'a>(listing: &Listing<'a>, position: usize) -> Option<&'a Items> {
    let http = listing.analysis.sessions.http(position);
    http.map(|http| &http.items)
}

fn item<'a>(listing: &Listing<'a>, place: &Place) -> Option<Item<Fields<'a>>> {
    items(listing, place.session)?.get(place.item)
}

/// Requests whose sessions have documents at a time: many, since sessions run side by side.
pub(super) const PART_ROWS: usize = 1024;

/// Sessions whose requests are listed at a time.
const PART_SESSIONS: usize = 1024;
