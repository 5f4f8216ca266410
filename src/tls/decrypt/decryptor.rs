//! Both directions of a connection put together.

use super::super::key_log::KeyLog;
use super::super::search::Reach;
use super::framing::Unit;
use super::half::{Half, View};
use super::hellos::Hellos;
use super::limits::DecryptLimits;
use super::reading::{Context, Verdict};
use super::record::{ContentType, Payload, TlsRecord, Undeciphered};
use crate::session::{Direction, PerDirection, Piece, StreamOffset, StreamRange};

/// Deciphers the records of one connection; takes pieces in stream order, a direction at a time or
/// mixed.
///
/// Keys are looked up when they are needed, so that a key log may grow meanwhile. Every record is
/// handed out once, in stream order of its direction: those that need the hello of the other
/// direction when that has come.
#[derive(Debug)]
pub struct Decryptor {
    limits: DecryptLimits,
    halves: PerDirection<Half>,
    hellos: Hellos,
    /// Records handed out so far.
    tally: Tally,
    /// What the record at hand holds.
    buffer: Vec<u8>,
    is_finished: bool,
}

/// What became of the records with application data so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records of any kind that were deciphered.
    pub deciphered: u64,
    /// Encrypted records that were not deciphered.
    pub undeciphered: u64,
    /// Why the first of them was not.
    pub reason: Option<Undeciphered>,
}

/// Is handed records.
type Deliver<'d> = &'d mut dyn FnMut(TlsRecord<'_>);

impl Decryptor {
    /// A decryptor that has seen nothing.
    pub fn new(limits: DecryptLimits) -> Self {
        let half = || Half::new(&limits);
        Self {
            halves: PerDirection {
                out: half(),
                r#in: half(),
            },
            limits,
            hellos: Hellos::default(),
            tally: Tally::default(),
            buffer: Vec::new(),
            is_finished: false,
        }
    }

    /// Takes in the next piece of a direction; delivers the records that are settled by it.
    pub fn push(
        &mut self,
        keys: &KeyLog,
        direction: Direction,
        piece: Piece<'_>,
        deliver: &mut dyn FnMut(TlsRecord<'_>),
    ) {
        let (half, other) = self.halves.pair_mut(direction);
        let view = View {
            // Where the other direction stays cleartext, TLS can only start at once.
            reach: match other.is_cleartext() {
                true => Reach::StartOnly,
                false => Reach::Cleartext,
            },
            seeks: keys.may_know_unseen() && !self.hellos.is_any_seen(),
        };
        half.push(piece, &self.limits, view);
        if half.is_cleartext() {
            other.end_search();
        }
        self.settle(direction, keys, deliver);
    }

    /// No more bytes come: delivers what waits.
    pub fn finish(&mut self, keys: &KeyLog, deliver: &mut dyn FnMut(TlsRecord<'_>)) {
        for direction in Direction::BOTH {
            self.halves[direction].finish();
        }
        self.settle(Direction::Out, keys, deliver);
        self.settle(Direction::In, keys, deliver);
        self.is_finished = true;
        self.settle(Direction::Out, keys, deliver);
        self.settle(Direction::In, keys, deliver);
    }

    /// Every record that ends at or before this place was delivered.
    pub fn settled(&self, direction: Direction) -> StreamOffset {
        self.halves[direction].settled()
    }

    /// The start of a record of which only a part came so far.
    pub const fn incomplete_from(&self, direction: Direction) -> Option<StreamOffset> {
        match direction {
            Direction::Out => self.halves.out.incomplete_from(),
            Direction::In => self.halves.r#in.incomplete_from(),
        }
    }

    /// The roles turned out to be the other way round: the directions so far are exchanged.
    pub fn swap_directions(&mut self) {
        self.halves.swap();
        self.hellos.swap_directions();
    }

    /// True when a hello was seen, or records that need none.
    pub fn is_tls(&self) -> bool {
        let Tally {
            deciphered,
            undeciphered,
            ..
        } = self.tally;
        self.hellos.is_any_seen() || 0 < deciphered || 0 < undeciphered
    }

    /// True when no more records will be found.
    pub fn is_over(&self) -> bool {
        self.halves.out.is_over() && self.halves.r#in.is_over()
    }

    /// Random of the client's hello.
    pub fn client_random(&self) -> Option<[u8; 32]> {
        self.hellos.client_random()
    }

    /// Application protocol that the server chose, also where it was encrypted.
    pub fn protocol(&self) -> Option<&str> {
        self.hellos.protocol.as_deref()
    }

    /// What became of the records so far.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Hands out what can be handed out: first of one direction, and then of both in turn as long
    /// as one brings hellos that the other waits for.
    fn settle(&mut self, first: Direction, keys: &KeyLog, deliver: Deliver<'_>) {
        let mut direction = first;
        let mut is_idle = false;
        loop {
            let has_moved = self.settle_one(direction, keys, deliver);
            if !has_moved && is_idle {
                return;
            }
            is_idle = !has_moved;
            direction = direction.opposite();
        }
    }

    /// Hands out the units of a direction until one has to wait; true when there was any.
    fn settle_one(&mut self, direction: Direction, keys: &KeyLog, deliver: Deliver<'_>) -> bool {
        let mut has_moved = false;
        if let Some((range, hello)) = self.halves[direction].take_v2_hello() {
            let limit = self.limits.handshakes;
            self.hellos.add_v2_client(direction, &hello, limit);
            deliver(TlsRecord {
                direction,
                range,
                content: ContentType::V2Hello,
                body_bytes: u16::try_from(hello.len()).unwrap_or(u16::MAX),
                most_bytes: u16::try_from(hello.len()).unwrap_or(u16::MAX),
                payload: Payload::Clear(&hello),
            });
            has_moved = true;
        }
        while let Some(unit) = self.halves[direction].pop() {
            match self.judge(direction, &unit, keys) {
                Verdict::Wait => {
                    self.halves[direction].put_back(unit);
                    break;
                }
                Verdict::Nothing => {}
                verdict => self.hand_out(direction, &unit, verdict, deliver),
            }
            has_moved = true;
        }
        has_moved
    }

    fn judge(&mut self, direction: Direction, unit: &Unit, keys: &KeyLog) -> Verdict {
        let (half, other) = self.halves.pair_mut(direction);
        let is_forced = self.is_finished;
        let is_too_much = self.limits.waiting_bytes < half.waiting_bytes();
        if half.is_behind_cleartext && !self.hellos.is_offer_seen() && !starts_an_offer(unit) {
            if is_forced || is_too_much || other.is_over() {
                half.discard();
                return Verdict::Nothing;
            }
            return Verdict::Wait;
        }
        let mut context = Context {
            direction,
            hellos: &mut self.hellos,
            keys,
            limits: &self.limits,
            is_other_final: other.reading.is_final || other.is_over(),
            is_forced,
        };
        let verdict = half.reading.take(unit, &mut context, &mut self.buffer);
        match verdict {
            Verdict::Wait if is_too_much || is_forced => half.reading.give_up(unit),
            verdict => verdict,
        }
    }

    fn hand_out(
        &mut self,
        direction: Direction,
        unit: &Unit,
        verdict: Verdict,
        deliver: Deliver<'_>,
    ) {
        let (range, body, body_bytes) = parts(unit);
        let (content, payload) = match verdict {
            Verdict::Wait | Verdict::Nothing => return,
            Verdict::Clear(content) => (content, Payload::Clear(body)),
            Verdict::Deciphered(content) => {
                self.tally.deciphered = self.tally.deciphered.saturating_add(1);
                (content, Payload::Deciphered(&self.buffer))
            }
            Verdict::Unknown(content, reason) => {
                self.tally.undeciphered = self.tally.undeciphered.saturating_add(1);
                self.tally.reason.get_or_insert(reason);
                (content, Payload::Unknown(reason))
            }
        };
        let overhead = self.halves[direction].reading.overhead();
        let overhead = u16::try_from(overhead).unwrap_or(u16::MAX);
        deliver(TlsRecord {
            direction,
            range,
            content,
            body_bytes,
            most_bytes: body_bytes.saturating_sub(overhead),
            payload,
        });
    }
}

/// True for a record that can bring a client's hello.
fn starts_an_offer(unit: &Unit) -> bool {
    match unit {
        Unit::Record(record) => ContentType::of(record.header[0]) == ContentType::Handshake,
        Unit::Missing(_) | Unit::Skipped(_) => false,
    }
}

/// Range, whole body and length of the body of a unit.
fn parts(unit: &Unit) -> (StreamRange, &[u8], u16) {
    match unit {
        Unit::Record(record) => (record.range, record.whole_body(), record.body_len()),
        Unit::Skipped(range) => (*range, &[], 0),
        Unit::Missing(_) => (StreamRange::default(), &[], 0),
    }
}
