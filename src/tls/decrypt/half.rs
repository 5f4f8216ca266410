//! One direction, from its bytes to units that wait for their turn.
//!
//! First it is told where TLS starts ([`Search`]); behind that the bytes are cut into units.

use std::collections::VecDeque;

use super::super::opening::{self, CLIENT_HELLO, Match, SERVER_HELLO};
use super::super::search::{Outcome, Reach, Search};
use super::framing::{Body, Framer, Unit};
use super::limits::DecryptLimits;
use super::reading::Reading;
use crate::session::{Piece, StreamOffset, StreamRange};

/// One direction.
#[derive(Debug)]
pub(super) struct Half {
    stage: Stage,
    pub(super) reading: Reading,
    waiting: VecDeque<Unit>,
    waiting_bytes: usize,
    /// The byte behind the last that came.
    next: StreamOffset,
    is_seen: bool,
    /// Another protocol came before: records count only when a client asked for TLS.
    pub(super) is_behind_cleartext: bool,
    /// A client's hello of SSL 2.0 that came first, from its version on.
    v2_hello: Option<(StreamRange, Vec<u8>)>,
    is_any_unit_seen: bool,
    /// What was looked at so far, where records may be looked for in it later.
    looked_at: Vec<u8>,
}

#[derive(Debug)]
enum Stage {
    Searching(Search),
    Framing(Framer),
    /// No TLS.
    Over,
}

/// How the bytes of a direction are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) reach: Reach,
    /// Records are looked for in a stream that starts with none.
    pub(super) seeks: bool,
}

impl Half {
    pub(super) fn new(limits: &DecryptLimits) -> Self {
        Self {
            stage: Stage::Searching(Search::default()),
            reading: Reading::new(limits),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            next: StreamOffset::ZERO,
            is_seen: false,
            is_behind_cleartext: false,
            v2_hello: None,
            is_any_unit_seen: false,
            looked_at: Vec::new(),
        }
    }

    /// True when bytes came, and none of them is TLS nor will be.
    pub(super) const fn is_cleartext(&self) -> bool {
        self.is_seen && matches!(self.stage, Stage::Over) && !self.is_any_unit_seen
    }

    /// True when no more records come.
    pub(super) fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Searching(_) => false,
            Stage::Framing(framer) => framer.is_over() && self.waiting.is_empty(),
            Stage::Over => self.waiting.is_empty(),
        }
    }

    /// The other direction stays cleartext: no change to TLS is to be expected here.
    pub(super) fn end_search(&mut self) {
        if matches!(&self.stage, Stage::Searching(search) if search.is_in_cleartext()) {
            self.stage = Stage::Over;
        }
    }

    /// Every record that ends at or before this place was taken out.
    pub(super) fn settled(&self) -> StreamOffset {
        let first = self.waiting.iter().find_map(|unit| match unit {
            Unit::Record(record) => Some(record.range.start),
            Unit::Skipped(range) => Some(range.start),
            Unit::Missing(_) => None,
        });
        let hello = self.v2_hello.as_ref().map(|(range, _)| range.start);
        hello.or(first).unwrap_or(self.next)
    }

    /// The start of a record whose end has not come.
    pub(super) const fn incomplete_from(&self) -> Option<StreamOffset> {
        match &self.stage {
            Stage::Framing(framer) => framer.incomplete_from(),
            Stage::Searching(_) | Stage::Over => None,
        }
    }

    pub(super) fn push(&mut self, piece: Piece<'_>, limits: &DecryptLimits, view: View) {
        match piece {
            Piece::Bytes(start, bytes) => {
                self.is_seen |= !bytes.is_empty();
                let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                self.next = start.add(len);
                match &mut self.stage {
                    Stage::Searching(search) => {
                        if view.seeks {
                            self.looked_at.extend_from_slice(bytes);
                        }
                        let outcome = search.push(bytes, limits.cleartext_bytes, view.reach);
                        self.handle_outcome(outcome, view);
                    }
                    Stage::Framing(_) => self.frame(piece),
                    Stage::Over => {}
                }
            }
            Piece::Gap(range) => {
                self.next = range.end;
                match &mut self.stage {
                    Stage::Searching(search) => {
                        self.looked_at.clear();
                        search.push_gap(range.len());
                    }
                    Stage::Framing(_) => self.frame(piece),
                    Stage::Over => {}
                }
            }
        }
    }

    fn handle_outcome(&mut self, outcome: Outcome, view: View) {
        if outcome == Outcome::More {
            return;
        }
        let looked_at = std::mem::take(&mut self.looked_at);
        let start_of = |rest: &[u8]| {
            let len = u32::try_from(rest.len()).unwrap_or(u32::MAX);
            self.next.sub(len)
        };
        match outcome {
            Outcome::More => {}
            // Without a hello, the start of the stream may lie within a record.
            Outcome::Nothing if view.seeks => {
                let start = start_of(&looked_at);
                self.stage = Stage::Framing(Framer::seeking(start));
                self.frame(Piece::Bytes(start, &looked_at));
            }
            Outcome::Nothing | Outcome::V2Server => self.stage = Stage::Over,
            Outcome::Records {
                rest,
                after_cleartext,
            } => {
                self.is_behind_cleartext = after_cleartext;
                let start = start_of(&rest);
                let framer = match starts_with_hello(&rest) {
                    true => Framer::aligned(start),
                    false => Framer::seeking(start),
                };
                self.stage = Stage::Framing(framer);
                self.frame(Piece::Bytes(start, &rest));
            }
            Outcome::V2Client { hello, rest } => {
                let start = start_of(&rest);
                let len = u32::try_from(hello.len()).unwrap_or(u32::MAX);
                let range = StreamRange {
                    start: start.sub(len.saturating_add(3)),
                    end: start,
                };
                self.v2_hello = Some((range, hello));
                self.stage = Stage::Framing(Framer::aligned(start));
                self.frame(Piece::Bytes(start, &rest));
            }
        }
    }

    fn frame(&mut self, piece: Piece<'_>) {
        let Stage::Framing(framer) = &mut self.stage else {
            return;
        };
        let before = self.waiting.len();
        framer.push(piece, &mut self.waiting);
        self.count_from(before);
    }

    /// Nothing follows.
    pub(super) fn finish(&mut self) {
        let before = self.waiting.len();
        if let Stage::Framing(framer) = &mut self.stage {
            framer.finish(&mut self.waiting);
        }
        self.count_from(before);
    }

    fn count_from(&mut self, before: usize) {
        let new = self.waiting.iter().skip(before).map(unit_bytes);
        self.waiting_bytes = self.waiting_bytes.saturating_add(new.sum());
        self.is_any_unit_seen |= before < self.waiting.len();
    }

    /// Bytes that wait.
    pub(super) const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// The hello of SSL 2.0 that came first; given once.
    pub(super) const fn take_v2_hello(&mut self) -> Option<(StreamRange, Vec<u8>)> {
        self.v2_hello.take()
    }

    /// The unit whose turn it is.
    pub(super) fn pop(&mut self) -> Option<Unit> {
        let unit = self.waiting.pop_front()?;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(unit_bytes(&unit));
        Some(unit)
    }

    /// A unit that was popped has to wait after all.
    pub(super) fn put_back(&mut self, unit: Unit) {
        self.waiting_bytes = self.waiting_bytes.saturating_add(unit_bytes(&unit));
        self.waiting.push_front(unit);
    }

    /// This is no TLS after all.
    pub(super) fn discard(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.stage = Stage::Over;
    }
}

/// True when a hello, or an alert in its place, starts here.
fn starts_with_hello(bytes: &[u8]) -> bool {
    [CLIENT_HELLO, SERVER_HELLO]
        .into_iter()
        .any(|kind| opening::hello(bytes, kind) != Match::No)
}

/// What a unit costs while it waits.
fn unit_bytes(unit: &Unit) -> usize {
    let body = match unit {
        Unit::Record(record) => match &record.body {
            Body::Whole(body) => body.len(),
            Body::Cut(_) => 0,
        },
        Unit::Missing(_) | Unit::Skipped(_) => 0,
    };
    body.saturating_add(UNIT_BYTES)
}

/// What a unit costs beside its bytes.
const UNIT_BYTES: usize = 64;
