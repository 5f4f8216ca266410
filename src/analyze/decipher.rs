//! The lots of a TLS session to what was said under the encryption.
//!
//! Takes the lots with their content as they are given out, and gives each of them back with its
//! deciphered application data in the place of its bytes, and a line for every other record. The
//! numbers of a lot stay those of TCP. A record that lies in two lots of one direction belongs to
//! the lot of its last byte. Cleartext before TLS (STARTTLS) stays as it is.
//!
//! ```text
//!   part of a lot -> Decryptor -> records -+-> part with deciphered content, lines
//!         `---------- waits until its records are settled
//! ```
//!
//! Application data that is not deciphered is a gap as long as the data can be at most.
//! Limits: those of the [`Decryptor`]; a part waits until its records are settled and, where the
//! end of one is missing, for the next part of its direction; [`UNDECIDED_BYTES`] wait without any
//! sign of TLS, then the session counts as one without.

mod compose;

use std::collections::VecDeque;
use std::ops::Range;

use crate::lot::LotPart;
use crate::lot::decode::Piece as LotPiece;
use crate::session::{PerDirection, Piece, StreamOffset, StreamRange};
use crate::tls::{
    ContentType, DecryptLimits, Decryptor, KeyLog, Narrator, Tally, TlsRecord, Undeciphered,
};

use compose::{Composer, advance};

/// What a part of a lot came to.
#[derive(Clone, Debug)]
pub struct DecipheredPart {
    /// The part as captured.
    pub captured: LotPart,
    /// The part with what is said under the encryption.
    pub deciphered: LotPart,
    /// The other records of it, and those that are not deciphered, in order.
    pub lines: Vec<RecordLine>,
    /// Bytes of the content that were deciphered.
    pub deciphered_bytes: u64,
    /// Where cleartext beside TLS stands in the content, as ranges of indexes.
    pub cleartext: Vec<Range<usize>>,
}

/// What is said of records that are not shown as content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLine {
    /// Index in the content before which it stands.
    pub at: usize,
    /// What the record says.
    pub text: String,
    /// Records of which this is said.
    pub records: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Why they are not deciphered.
    pub reason: Option<Undeciphered>,
}

/// What a session turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// It has no TLS, or none was found.
    Cleartext,
    /// It is TLS, and no secret of it is known.
    Locked,
    /// It is TLS, and secrets of it are known.
    Open,
}

/// Deciphers the lots of one session.
#[derive(Debug)]
pub struct Decipherer {
    decryptor: Decryptor,
    narrator: Narrator,
    waiting: VecDeque<WaitingPart>,
    waiting_bytes: usize,
    /// Records whose part was not given out.
    records: PerDirection<VecDeque<OwnRecord>>,
    disclosure: Option<Disclosure>,
    is_finished: bool,
    /// Content of the lot at hand in the parts before, in each direction.
    given: PerDirection<u64>,
}

#[derive(Debug)]
struct WaitingPart {
    part: LotPart,
    range: StreamRange,
    /// Where a record starts whose end is in a later part.
    tail: Option<StreamOffset>,
}

/// A record with its content.
#[derive(Debug)]
struct OwnRecord {
    range: StreamRange,
    body_bytes: u64,
    kind: RecordKind,
}

#[derive(Debug)]
enum RecordKind {
    /// Deciphered application data.
    Data(Vec<u8>),
    /// Something else that is known, or of which nothing is to be said.
    Line(Option<String>),
    /// It is not known what it holds; application data of so many bytes at most is missing.
    Unknown(String, Undeciphered, u64),
}

impl Default for Decipherer {
    fn default() -> Self {
        Self {
            decryptor: Decryptor::new(DecryptLimits::default()),
            narrator: Narrator::default(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            records: PerDirection::default(),
            disclosure: None,
            is_finished: false,
            given: PerDirection::default(),
        }
    }
}

impl Decipherer {
    /// Takes in the next part.
    pub fn push(&mut self, keys: &KeyLog, part: LotPart) {
        let direction = part.lot.direction;
        let start = advance(part.lot.start, part.offset);
        let len = (part.content.bytes.len() as u64) + part.content.missing_bytes();
        let range = StreamRange {
            start,
            end: advance(start, len),
        };
        if self.disclosure != Some(Disclosure::Cleartext) {
            self.feed(keys, &part);
        }
        let tail = self.decryptor.incomplete_from(direction);
        self.waiting_bytes += part.content.bytes.len();
        self.waiting.push_back(WaitingPart {
            part,
            range,
            tail: tail.filter(|tail| *tail < range.end),
        });
        self.decide(keys);
    }

    /// No more parts come.
    pub fn finish(&mut self, keys: &KeyLog) {
        let (narrator, records) = (&mut self.narrator, &mut self.records);
        self.decryptor.finish(keys, &mut |record| {
            records[record.direction].push_back(OwnRecord::of(&record, narrator));
        });
        self.is_finished = true;
        self.decide(keys);
    }

    /// What the session turned out to be; `None` as long as that is open.
    pub const fn disclosure(&self) -> Option<Disclosure> {
        self.disclosure
    }

    /// What became of the records so far.
    pub const fn tally(&self) -> Tally {
        self.decryptor.tally()
    }

    /// The next part that is ready.
    pub fn next_part(&mut self) -> Option<DecipheredPart> {
        let disclosure = self.disclosure?;
        let waiting = self.waiting.front()?;
        if disclosure != Disclosure::Cleartext && !self.is_settled(waiting) {
            return None;
        }
        let waiting = self.waiting.pop_front()?;
        self.waiting_bytes -= waiting.part.content.bytes.len();
        Some(self.compose(waiting))
    }

    fn feed(&mut self, keys: &KeyLog, part: &LotPart) {
        let direction = part.lot.direction;
        let place = |offset| advance(part.lot.start, offset);
        let (narrator, records) = (&mut self.narrator, &mut self.records);
        for piece in part.bytes().pieces() {
            let piece = match piece {
                LotPiece::Bytes { offset, bytes, .. } => Piece::Bytes(place(offset), bytes),
                LotPiece::Gap { offset, gap } => Piece::Gap(StreamRange {
                    start: place(offset),
                    end: place(offset + gap.missing_bytes),
                }),
            };
            self.decryptor.push(keys, direction, piece, &mut |record| {
                records[record.direction].push_back(OwnRecord::of(&record, narrator));
            });
        }
    }

    /// Decides what the session is, as soon as that can be told.
    fn decide(&mut self, keys: &KeyLog) {
        let has_secrets = || {
            let random = self.decryptor.client_random();
            let known = random.is_some_and(|random| keys.labels_for(&random).next().is_some());
            known || 0 < self.decryptor.tally().deciphered
        };
        let is_told = self.decryptor.client_random().is_some()
            || 0 < self.decryptor.tally().deciphered
            || self.is_finished;
        let is_none = self.decryptor.is_over() && !self.decryptor.is_tls()
            || UNDECIDED_BYTES < self.waiting_bytes;
        match self.disclosure {
            None | Some(Disclosure::Locked) if has_secrets() => {
                self.disclosure = Some(Disclosure::Open);
            }
            None if self.decryptor.is_tls() && is_told => {
                self.disclosure = Some(Disclosure::Locked);
            }
            None if is_none || self.is_finished => {
                self.disclosure = Some(Disclosure::Cleartext);
            }
            None | Some(_) => {}
        }
    }

    /// True when no record of the part is still to come.
    fn is_settled(&self, waiting: &WaitingPart) -> bool {
        let direction = waiting.part.lot.direction;
        let has_followed = || {
            let mut later = self.waiting.iter().skip(1);
            later.any(|later| later.part.lot.direction == direction)
        };
        let is_settled = waiting.range.end <= self.decryptor.settled(direction);
        self.is_finished || is_settled && (waiting.tail.is_none() || has_followed())
    }

    fn compose(&mut self, waiting: WaitingPart) -> DecipheredPart {
        let WaitingPart { part, range, tail } = waiting;
        let direction = part.lot.direction;
        let mut composer = Composer::new(&part, range);
        if self.disclosure == Some(Disclosure::Cleartext) {
            composer.cleartext_to(range.end);
        } else {
            let records = &mut self.records[direction];
            while let Some(record) = records.pop_front_if(|record| record.range.end <= range.end) {
                composer.cleartext_to(record.range.start);
                composer.record(record);
            }
            composer.cleartext_to(tail.unwrap_or(range.end));
        }
        let Composer {
            content,
            lines,
            cleartext,
            deciphered_bytes,
            ..
        } = composer;
        let given = &mut self.given[direction];
        if part.is_first {
            *given = 0;
        }
        let offset = *given;
        *given += content.bytes.len() as u64 + content.missing_bytes();
        DecipheredPart {
            deciphered: LotPart {
                lot: part.lot,
                offset,
                content,
                is_first: part.is_first,
                is_last: part.is_last,
            },
            captured: part,
            lines,
            deciphered_bytes,
            cleartext,
        }
    }
}

impl OwnRecord {
    fn of(record: &TlsRecord<'_>, narrator: &mut Narrator) -> Self {
        let kind = match (record.application_data(), narrator.tell(record)) {
            (Some(data), _) => RecordKind::Data(data.to_vec()),
            (None, None) => RecordKind::Line(None),
            (None, Some(said)) => match said.reason {
                None => RecordKind::Line(Some(said.text)),
                Some(reason) => {
                    let is_data = record.content == ContentType::ApplicationData;
                    let missing = if is_data { record.most_bytes } else { 0 };
                    RecordKind::Unknown(said.text, reason, missing.into())
                }
            },
        };
        Self {
            range: record.range,
            body_bytes: record.body_bytes.into(),
            kind,
        }
    }
}

/// Bytes that wait without any sign of TLS.
const UNDECIDED_BYTES: usize = 1 << 20;
