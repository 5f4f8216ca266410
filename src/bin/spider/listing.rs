//! All sessions of a capture as documents, made when they are needed.

use std::num::NonZeroUsize;

use anyhow::Result;
use spider_pcap::analyze::{Analysis, SessionRecord};
use spider_pcap::document::{DocumentContext, TcpSession};
use spider_pcap::select::SessionNames;

use crate::checks::{Checks, Tally};
use crate::choose::{Choice, Chosen};
use crate::parts::Parts;

/// All sessions of a capture as documents.
#[derive(Clone, Copy)]
pub(crate) struct Listing<'a> {
    pub(crate) analysis: &'a Analysis,
    pub(crate) context: DocumentContext<'a>,
}

impl Listing<'_> {
    /// Hands out the document of the session at a position; `None` when there is none.
    pub(crate) fn with_session<T>(
        &self,
        position: usize,
        hand_out: impl FnOnce(&TcpSession<'_>) -> T,
    ) -> Option<T> {
        let record = self.analysis.sessions.get(position)?;
        Some(hand_out(&document(&record, &self.context)))
    }

    /// The sessions that were chosen, in the order that was asked for.
    pub(crate) fn choose(
        &self,
        choice: &Choice,
        threads: Option<NonZeroUsize>,
    ) -> Result<Vec<Chosen>> {
        let (chosen, _) = self.choose_and_check(choice, &Checks::default(), threads)?;
        Ok(chosen)
    }

    /// The sessions that were chosen, in the order that was asked for, and what the checks found.
    pub(crate) fn choose_and_check(
        &self,
        choice: &Choice,
        checks: &Checks,
        threads: Option<NonZeroUsize>,
    ) -> Result<(Vec<Chosen>, Tally)> {
        let total = self.analysis.sessions.len();
        let mut tally = Tally::default();
        if choice.takes_all() && checks.is_empty() {
            let shown = 0..total.min(choice.limit);
            let all = shown.map(|position| choice.place(position, ""));
            return Ok((all.collect(), tally));
        }
        let candidates: Vec<usize> = if choice.wanted.is_empty() {
            (0..total).collect()
        } else {
            choice.find(&self.names())?
        };
        let mut chosen = Vec::new();
        Parts::new(threads)?.each(
            &candidates,
            PART_CANDIDATES,
            |part| self.choose_among(part, choice, checks),
            |(part, found)| {
                chosen.extend(part);
                tally.append(found);
                Ok(())
            },
        )?;
        choice.order(&mut chosen);
        chosen.truncate(choice.limit);
        Ok((chosen, tally))
    }

    fn choose_among(
        &self,
        candidates: &[usize],
        choice: &Choice,
        checks: &Checks,
    ) -> Result<(Vec<Chosen>, Tally)> {
        let needs_json = choice.needs_json() || !checks.is_empty();
        let mut json = Vec::new();
        let (mut chosen, mut tally) = (Vec::new(), Tally::default());
        for position in candidates {
            let Some(record) = self.analysis.sessions.get(*position) else {
                continue;
            };
            let session = document(&record, &self.context);
            if !choice.fits(&session) {
                continue;
            }
            let text = if needs_json {
                write_text(&session, &mut json)?
            } else {
                ""
            };
            if !choice.holds(text)? {
                continue;
            }
            checks.observe(&session.id, text, &mut tally)?;
            chosen.push(choice.place(*position, text));
        }
        Ok((chosen, tally))
    }

    /// The names by which sessions can be called.
    pub(crate) fn names(&self) -> Vec<SessionNames> {
        let positions = 0..self.analysis.sessions.len();
        let names = |session: &TcpSession<'_>| SessionNames {
            id: session.id.clone(),
            name: session.name.clone(),
            client: session.src.socket.to_string(),
            server: session.dst.socket.to_string(),
        };
        positions
            .filter_map(|position| self.with_session(position, names))
            .collect()
    }
}

/// The document of a session.
pub(crate) fn document<'a>(
    record: &'a SessionRecord,
    context: &DocumentContext<'a>,
) -> TcpSession<'a> {
    TcpSession::new(&record.summary, &record.lots, context)
        .with_tls(record.tls.as_deref(), context)
        .with_http(record.http.as_deref())
}

/// The JSON text of a session, in memory that is used again.
pub(crate) fn write_text<'t>(session: &TcpSession<'_>, json: &'t mut Vec<u8>) -> Result<&'t str> {
    json.clear();
    session.write_json(json)?;
    Ok(std::str::from_utf8(json)?)
}

/// Why a list is empty.
pub(crate) fn nothing_to_show(listing: &Listing<'_>) -> String {
    match (
        listing.analysis.sessions.len(),
        listing.analysis.capture.packets,
    ) {
        (0, 0) => "the capture has no packets".to_owned(),
        (0, 1) => "no TCP session in 1 packet".to_owned(),
        (0, packets) => format!("no TCP session in {packets} packets"),
        (1, _) => "the one session does not match".to_owned(),
        (sessions, _) => format!("none of {sessions} sessions matches"),
    }
}

/// Sessions that one thread looks at at a time.
const PART_CANDIDATES: usize = 128;
