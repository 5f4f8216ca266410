//! The units of one direction, one after the other: in the clear, then under changing keys.
//!
//! A unit is either settled, or has to wait for the other direction; nothing else depends on it, so
//! the order in which the directions come does not matter.
//! Sources: RFC 5246 §7.1 and §7.4, RFC 8446 §5 and appendix D.4.

mod clear;

use super::super::key_log::KeyLog;
use super::super::message::{Kind, Messages};
use super::classic::Classic;
use super::framing::{Body, RawRecord, Unit};
use super::hellos::{Agreement, Answer, Hellos};
use super::keys::Sealed;
use super::limits::DecryptLimits;
use super::modern::{KeyChange, Modern};
use super::record::{ContentType, Undeciphered};
use super::sequence::{Budget, Sequence};
use crate::session::Direction;

/// What is known beyond one direction.
pub(super) struct Context<'a> {
    pub(super) direction: Direction,
    pub(super) hellos: &'a mut Hellos,
    pub(super) keys: &'a KeyLog,
    pub(super) limits: &'a DecryptLimits,
    /// The other direction has no first hello to give.
    pub(super) is_other_final: bool,
    /// Nothing can wait any longer.
    pub(super) is_forced: bool,
}

/// What became of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It has to wait for the other direction.
    Wait,
    /// It was sent in the clear.
    Clear(ContentType),
    /// It was deciphered; its content is in the buffer.
    Deciphered(ContentType),
    Unknown(ContentType, Undeciphered),
    /// There is nothing to give out.
    Nothing,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Reading {
    protection: Protection,
    messages: Messages,
    sequence: Sequence,
    budget: Budget,
    /// Changes of keys so far (TLS 1.2 and before).
    changes: usize,
    /// The keys change with the next record.
    is_changing: bool,
    /// A change of keys may have been missed.
    is_change_missed: bool,
    /// The hello of this direction is not to be expected any more.
    pub(super) is_final: bool,
}

#[derive(Debug)]
enum Protection {
    Clear,
    Classic(Box<Classic>),
    Modern(Box<Modern>),
    /// Encrypted, and the keys are not known for this reason.
    Locked(Undeciphered),
}

impl Context<'_> {
    /// What the handshake with this number agreed on.
    fn agreement(&self, handshake: usize) -> Answer<Agreement> {
        let is_final = self.is_forced || handshake == 0 && self.is_other_final;
        self.hellos.agreement(handshake, is_final, self.keys)
    }
}

impl Reading {
    pub(super) fn new(limits: &DecryptLimits) -> Self {
        Self {
            protection: Protection::Clear,
            messages: Messages::default(),
            sequence: Sequence::default(),
            budget: Budget::new(limits),
            changes: 0,
            is_changing: false,
            is_change_missed: false,
            is_final: false,
        }
    }

    /// The least that a record needs beside its content, under the keys in use.
    pub(super) fn overhead(&self) -> usize {
        match &self.protection {
            Protection::Classic(classic) => classic.overhead(),
            Protection::Modern(modern) => modern.overhead(),
            Protection::Clear | Protection::Locked(_) => 0,
        }
    }

    /// Takes in the next unit; what it holds is put into `out` where it is deciphered.
    pub(super) fn take(
        &mut self,
        unit: &Unit,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        match unit {
            Unit::Missing(bytes) => {
                self.miss(*bytes);
                Verdict::Nothing
            }
            Unit::Skipped(range) => {
                self.miss(range.len());
                Verdict::Unknown(ContentType::Unknown, Undeciphered::StartMissing)
            }
            Unit::Record(record) => match &record.body {
                Body::Whole(body) => self.take_whole(record, body, context, out),
                Body::Cut(len) => self.take_cut(record, *len),
            },
        }
    }

    /// A unit that has to wait can do so no longer.
    pub(super) const fn give_up(&mut self, unit: &Unit) -> Verdict {
        self.sequence.pass();
        match unit {
            Unit::Record(record) => {
                let content = ContentType::of(record.header[0]);
                Verdict::Unknown(content, Undeciphered::WaitedTooLong)
            }
            Unit::Missing(_) | Unit::Skipped(_) => Verdict::Nothing,
        }
    }

    fn miss(&mut self, bytes: u64) {
        self.messages = Messages::default();
        match &mut self.protection {
            Protection::Clear => {
                self.sequence.miss_bytes(bytes);
                self.is_change_missed = true;
                self.is_final = true;
            }
            Protection::Classic(classic) => {
                self.sequence.miss_bytes(bytes);
                classic.lose_place();
            }
            Protection::Modern(modern) => modern.miss_bytes(bytes),
            Protection::Locked(_) => self.sequence.miss_bytes(bytes),
        }
    }

    fn take_cut(&mut self, record: &RawRecord, len: usize) -> Verdict {
        let content = ContentType::of(record.header[0]);
        self.messages = Messages::default();
        match &mut self.protection {
            Protection::Clear if content == ContentType::ChangeCipherSpec => {
                self.is_changing = true;
            }
            Protection::Clear if self.is_changing => self.sequence.pass(),
            Protection::Clear => self.is_final |= content == ContentType::Handshake,
            Protection::Classic(classic) => {
                self.sequence.step();
                classic.advance_unseen(len);
            }
            Protection::Modern(modern) => {
                if content == ContentType::ApplicationData {
                    modern.step();
                }
            }
            Protection::Locked(_) => self.sequence.pass(),
        }
        Verdict::Unknown(content, Undeciphered::BytesMissing)
    }

    fn take_whole(
        &mut self,
        record: &RawRecord,
        body: &[u8],
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let content = ContentType::of(record.header[0]);
        let sealed = Sealed {
            header: record.header,
            body,
        };
        match &self.protection {
            Protection::Clear => self.take_clear(content, sealed, context, out),
            Protection::Modern(_) => self.take_modern(content, sealed, context, out),
            Protection::Classic(_) | Protection::Locked(_) => {
                if self.is_changing {
                    match self.change_keys(context) {
                        Ok(()) => {}
                        Err(None) => return Verdict::Wait,
                        Err(Some(reason)) => return self.lock(content, reason),
                    }
                }
                self.take_classic(content, sealed, context, out)
            }
        }
    }

    fn take_modern(
        &mut self,
        content: ContentType,
        sealed: Sealed<'_>,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let Protection::Modern(modern) = &mut self.protection else {
            return Verdict::Wait;
        };
        if content != ContentType::ApplicationData {
            if content == ContentType::Handshake {
                modern.retry(context.keys);
            }
            return Verdict::Clear(content);
        }
        match modern.open(sealed, &mut self.budget, context.keys, out) {
            Ok(number) => self.deciphered(ContentType::of(number), context, out),
            Err(reason) => {
                self.messages = Messages::default();
                Verdict::Unknown(content, reason)
            }
        }
    }

    fn take_classic(
        &mut self,
        content: ContentType,
        sealed: Sealed<'_>,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let classic = match &mut self.protection {
            Protection::Classic(classic) => classic,
            Protection::Locked(reason) => return Verdict::Unknown(content, *reason),
            Protection::Clear | Protection::Modern(_) => return Verdict::Wait,
        };
        let opened = classic.open(sealed, &mut self.sequence, &mut self.budget, out);
        if content == ContentType::ChangeCipherSpec {
            self.is_changing = true;
        }
        if let Err(reason) = opened {
            self.messages = Messages::default();
            return Verdict::Unknown(content, reason);
        }
        self.deciphered(content, context, out)
    }

    fn deciphered(
        &mut self,
        content: ContentType,
        context: &mut Context<'_>,
        out: &[u8],
    ) -> Verdict {
        if content == ContentType::Handshake {
            self.read_messages(out, context);
        }
        Verdict::Deciphered(content)
    }

    /// Takes the keys of the next handshake into use. Without a reason it has to wait.
    fn change_keys(&mut self, context: &Context<'_>) -> Result<(), Option<Undeciphered>> {
        let agreement = match context.agreement(self.changes) {
            Answer::Wait => return Err(None),
            Answer::Unknown(reason) => return Err(Some(reason)),
            Answer::Known(agreement) => agreement,
        };
        let role = context.hellos.role(context.direction);
        let classic = Classic::of(&agreement, role, context.keys).map_err(Some)?;
        self.protection = Protection::Classic(Box::new(classic));
        self.changes = self.changes.saturating_add(1);
        self.is_changing = false;
        self.sequence = self.sequence.starting_anew();
        Ok(())
    }

    /// The keys are not known, yet: they are asked for again with the next record.
    const fn lock(&mut self, content: ContentType, reason: Undeciphered) -> Verdict {
        self.sequence.pass();
        Verdict::Unknown(content, reason)
    }

    /// Reads the messages in a record, and does what they ask for.
    fn read_messages(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Context {
            direction,
            hellos,
            limits,
            ..
        } = context;
        let mut change = None;
        let limit = limits.handshakes;
        self.messages.push(
            bytes,
            limits.message_bytes,
            &mut |kind, body| match (kind, body) {
                (Kind::ClientHello, Some(body)) => hellos.add_client(*direction, body, limit),
                (Kind::ServerHello, Some(body)) => hellos.add_server(*direction, body, limit),
                (Kind::EncryptedExtensions, Some(body)) => {
                    hellos.add_encrypted_extensions(body);
                }
                (Kind::EndOfEarlyData, _) => change = Some(KeyChange::EndOfEarlyData),
                (Kind::Finished, _) => change = Some(KeyChange::Finished),
                (Kind::KeyUpdate, _) => change = Some(KeyChange::Update),
                (_, _) => {}
            },
        );
        if let (Some(change), Protection::Modern(modern)) = (change, &mut self.protection) {
            modern.change(change, context.keys);
        }
    }
}
